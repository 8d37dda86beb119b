"""The rows of one block of a delivery as text, and the rows of it that cannot be read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from schemas.codes import QuarantineReason, Rejection
from schemas.contract import Contract

PLACE: Final = {"record_no": pl.Int64, "byte_start": pl.Int64, "byte_end": pl.Int64}
QUARANTINED_SCHEMA: Final = pl.Schema(PLACE | {"reason": pl.String, "column": pl.String})


class RejectedError(Exception):
    """The whole delivery is rejected. `detail` never quotes what the sender wrote."""

    def __init__(self, rejection: Rejection, detail: str) -> None:
        super().__init__(f"{rejection}: {detail}")
        self.rejection = rejection
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Rows:
    """`text`: place of the record, then logical columns as text, "" where empty. `quarantined`: QUARANTINED_SCHEMA.

    `unanswered` counts lines of a file of ours that came back without an answer yet.
    """

    text: pl.DataFrame
    quarantined: pl.DataFrame
    physical: int
    header: int
    blank: int
    unanswered: int = 0


def layout(headers: Sequence[str], contract: Contract) -> list[str | None]:
    """Logical name per position, None where the contract ignores the header; any order is fine.

    Raises `RejectedError` naming what the contract misses; an unknown header is only counted, for a file without a
    header line has a person there.
    """
    written = [header.strip().lstrip("\ufeff").strip() for header in headers]
    names = {column.header: column.name for column in contract.columns} | dict.fromkeys(contract.ignored_headers)
    times = Counter(written)
    missing = [c.header for c in contract.columns if c.header not in times and not c.may_be_absent]
    unknown = [position for position, header in enumerate(written, 1) if header not in names]
    twice = sorted(header for header, count in times.items() if header in names and count > 1)
    if missing or unknown or twice:
        raise RejectedError(
            Rejection.BAD_HEADER,
            f"missing: {', '.join(missing) or 'none'}; written twice: {', '.join(twice) or 'none'}; "
            f"unknown at positions: {', '.join(map(str, unknown[:20])) or 'none'}",
        )
    return [names[header] for header in written]


def quarantined(place: pl.DataFrame, reason: QuarantineReason, column: str = "") -> pl.DataFrame:
    """Rows of QUARANTINED_SCHEMA for the records at these places."""
    marks = pl.lit(str(reason)).alias("reason"), pl.lit(column).alias("column")
    return place.select(*PLACE).with_columns(*marks).cast(QUARANTINED_SCHEMA)
