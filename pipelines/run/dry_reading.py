"""Reads files as a night would, and keeps nothing: what would be rejected or quarantined, by row and column, no value.

The parser works in a folder of its own that is gone afterwards; the home is only read.
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import polars as pl

from pipelines.errors import UsageError
from pipelines.landed.statements import (
    MANIFEST_SUFFIX,
    is_allowed_name,
    is_allowed_of_ours,
    read_manifest,
    rejection_of,
    stated_date,
)
from pipelines.resolved.verdicts import faults_of_officers, is_not_met, is_noticed_early, words_for_meetings
from pipelines.validated.job import Job, Outcome
from pipelines.validated.limits import seconds_for
from pipelines.validated.parser import Parser
from pipelines.verdicts import SIGNERS
from schemas.agreement import Rulebook
from schemas.codes import QuarantineReason, Rejection
from schemas.contract import Contract
from schemas.officers import Register
from schemas.returned import returned_forms

ROWS_SHOWN: Final = 10


class Reading(NamedTuple):
    """Result of a dry reading: `rejection` is empty for a file that is read, `notes` are sentences about it."""

    file: Path
    feed: str
    rejection: str
    notes: tuple[str, ...]
    counts: dict[str, int]

    @property
    def is_clean(self) -> bool:
        return not self.rejection and not self.notes


def read_dry(
    files: list[Path], declared: Rulebook, register: Register | None, *, feed: str = "", today: date
) -> Iterator[Reading]:
    """One reading per file, in the order given. `register` are the officers whose signatures count.

    A file under `<feed>/<date>/` says both by its folders, as in the inbox; any other is of `feed` and of today.
    Raises `UsageError` for a file that is not there or of which no feed is said.
    """
    meetings = words_for_meetings(declared.code_tables)
    placed = [(path, *_placed(path, feed, declared, today)) for path in files]
    with TemporaryDirectory(prefix="silentcert-check.") as scratch, Parser() as parser:
        for path, contract, day in placed:
            reading = _read(path, contract, day, declared, parser, Path(scratch))
            if contract.role == "verdict" and not reading.rejection:
                rows = pl.read_parquet(Path(scratch) / "rows")
                reading = reading._replace(notes=(*reading.notes, *_answers(rows, contract, register, meetings)))
            yield reading


def _placed(path: Path, feed: str, declared: Rulebook, today: date) -> tuple[Contract, date]:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    stated = stated_date(path.absolute().parent.name)
    name = feed or (path.absolute().parents[1].name if stated else "")
    contract = declared.contracts.get(name)
    known = ", ".join(sorted(one.feed for one in declared.contracts.values() if one.role != "outgoing"))
    if contract is None or contract.role == "outgoing":
        raise UsageError(f"{path}: of which feed? Lay it under FEED/YYYY-MM-DD/ or give --feed, one of {known}")
    return contract, stated or today


def _read(path: Path, contract: Contract, day: date, declared: Rulebook, parser: Parser, scratch: Path) -> Reading:
    forms = returned_forms(contract.feed, declared.contracts)
    manifest_path = path.with_name(path.name + MANIFEST_SUFFIX)
    content = path.read_bytes()
    rejection: tuple[str, str] = ("", "")
    manifest = None
    if not is_allowed_name(path.name) and not (forms and is_allowed_of_ours(path.name)):
        rejection = Rejection.BAD_NAME, "the name has other characters than A-Z a-z 0-9 . _ - or more than 120"
    elif manifest_path.is_file():
        manifest = read_manifest(manifest_path.read_bytes())
        rejection = rejection_of(manifest, sha256(content).hexdigest(), is_required=True)
    elif contract.manifest == "required":
        rejection = Rejection.NO_MANIFEST, f"lay {path.name}{MANIFEST_SUFFIX} beside it, with its rows and sha256"
    if rejection[0]:
        return Reading(path, contract.feed, _worded(*rejection), (), {})
    copy = scratch / "file"
    copy.write_bytes(content)
    job = Job(
        source=copy,
        file_name=path.name,
        delivery_id="0" * 16,
        business_date=day,
        known_from=1,
        claimed_rows=manifest.rows if manifest else None,
        contract=contract,
        forms=forms,
        codes=declared.code_tables.used_by(contract, *forms),
        max_quarantined_share=declared.policy.run_health.max_quarantined_share,
        rows=scratch / "rows",
        quarantined=scratch / "quarantined",
        issues=scratch / "issues",
        scratch=scratch,
        seconds=seconds_for(len(content)),
    )
    outcome = parser.parse(job)
    if outcome.rejection or outcome.broken:
        return Reading(
            path, contract.feed, _worded(outcome.rejection, outcome.rejection_detail or outcome.broken), (), {}
        )
    counts = {"accepted": outcome.accepted, "quarantined": outcome.quarantined, "duplicates": outcome.duplicates}
    notes = (*_quarantined(pl.read_parquet(job.quarantined), contract), *_volume(outcome, contract))
    return Reading(path, contract.feed, "", notes, counts)


def _worded(code: str, detail: str) -> str:
    return f"{code} {Rejection(code).label}: {detail}" if code else detail


def _quarantined(rows: pl.DataFrame, contract: Contract) -> Iterator[str]:
    """A sentence for each reason and column, with the first rows it is about."""
    headers = {column.name: column.header for column in contract.columns}
    grouped = rows.sort("reason", "column", "record_no").group_by("reason", "column", maintain_order=True)
    for (reason, column), own in grouped:
        code = QuarantineReason(reason)
        numbers = own["record_no"].unique().sort().to_list()
        shown = ", ".join(str(number) for number in numbers[:ROWS_SHOWN]) + (" …" if len(numbers) > ROWS_SHOWN else "")
        place = f", column {headers.get(str(column), column)} ({column})" if column else ""
        which = f"{len(numbers)} rows, counted after the header: {shown}"
        yield f"{code.value} {code.label}{place}: {code.sentence}; {which}"


def _answers(
    rows: pl.DataFrame, contract: Contract, register: Register | None, meetings: frozenset[str]
) -> Iterator[str]:
    """A sentence for each reason and column for which answers would not count, whoever the rows are about."""
    signed = rows.with_columns(pl.col(role).fill_null("").str.strip_chars() for role in SIGNERS)
    faults = [
        {"record_no": row["record_no"], "column": column, "reason": reason.value}
        for row in signed.with_columns(pl.col("is_revoked").fill_null(False)).to_dicts()
        for column, reason in _faults(row, register, meetings)
    ]
    schema = {"record_no": pl.Int64, "column": pl.String, "reason": pl.String}
    yield from _quarantined(pl.DataFrame(faults, schema=schema), contract)


def _faults(
    row: dict[str, Any], register: Register | None, meetings: frozenset[str]
) -> Iterator[tuple[str, QuarantineReason]]:
    if is_not_met(row, meetings):
        yield "method", QuarantineReason.NOT_MET
    yield from faults_of_officers(row, None, register)
    if is_noticed_early(row):
        yield "notice_date", QuarantineReason.EARLY_NOTICE


def _volume(outcome: Outcome, contract: Contract) -> Iterator[str]:
    volume: Any = contract.volume
    if not volume.minimum <= outcome.accepted <= volume.maximum:
        yield (
            f"{outcome.accepted} rows are outside {volume.minimum} to {volume.maximum}: the file would be gated, and "
            "nothing adverse would lean on it; correct the file, or the volume in its contract"
        )
