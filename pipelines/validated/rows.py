"""The rows of one block of a delivery as text, and the rows of it that cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from schemas.codes import HoldReason, Refusal
from schemas.contract import Contract

PLACE: Final = {"record_no": pl.Int64, "byte_start": pl.Int64, "byte_end": pl.Int64}
HELD_SCHEMA: Final = pl.Schema(PLACE | {"reason": pl.String, "column": pl.String})


class RefusedError(Exception):
    """The whole delivery is refused. `detail` never quotes what the sender wrote."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(f"{refusal}: {detail}")
        self.refusal = refusal
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Rows:
    """`text`: place of the record, then logical columns as text, "" where empty. `held`: HELD_SCHEMA."""

    text: pl.DataFrame
    held: pl.DataFrame
    physical: int
    header: int
    blank: int


def layout(headers: Sequence[str], contract: Contract) -> list[str | None]:
    """Logical name per position, None where the contract ignores the header; any order is fine.

    Raises `RefusedError` naming what the contract misses; an unknown header is only counted, for a file without a
    header line has a person there.
    """
    written = [header.strip().lstrip("\ufeff").strip() for header in headers]
    names = {column.header: column.name for column in contract.columns} | dict.fromkeys(contract.ignored_headers)
    missing = [column.header for column in contract.columns if column.header not in written]
    unknown = [position for position, header in enumerate(written, 1) if header not in names]
    twice = sorted({header for header in written if header in names and written.count(header) > 1})
    if missing or unknown or twice:
        raise RefusedError(
            Refusal.BAD_HEADER,
            f"missing: {', '.join(missing) or 'none'}; written twice: {', '.join(twice) or 'none'}; "
            f"unknown at positions: {', '.join(map(str, unknown[:20])) or 'none'}",
        )
    return [names[header] for header in written]


def held(place: pl.DataFrame, reason: HoldReason, column: str = "") -> pl.DataFrame:
    """Rows of HELD_SCHEMA for the records at these places."""
    marks = pl.lit(str(reason)).alias("reason"), pl.lit(column).alias("column")
    return place.select(*PLACE).with_columns(*marks).cast(HELD_SCHEMA)
