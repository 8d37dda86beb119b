"""Faults of the reader: its result for a mutant compared with what was written, each fault with its kind."""

import io
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

from benchmarks.mutants.delivered import AS_WRITTEN, EMPTY, HELD, REFUSED, TAKEN, Mutant
from benchmarks.mutants.files import FEEDS, NIGHT, Sheet, delivered, written
from pipelines.home.declared import SCHEMAS, code_tables_of, policy_of
from pipelines.validated.child import answer
from pipelines.validated.job import Job, Outcome
from schemas.contract import Contract, read_contracts

ENDINGS: Final = {"CSV_UTF8": "csv", "CSV_GB18030": "csv", "XLSX": "xlsx", "PARQUET": "parquet"}
_NOT_SAID: Final = ("delivery_id", "business_date", "known_from", "record_no")
Row = tuple[tuple[str, Any], ...]


class Reader:
    """Reads mutants in this process, as the parsing child does; knows what the files say when nothing is changed."""

    def __init__(self, folder: Path) -> None:
        self.contracts: dict[str, Contract] = read_contracts([SCHEMAS / "contracts"])
        self._folder = folder
        self._codes = code_tables_of(folder)
        self._share = policy_of(folder).run_health.max_quarantined_share
        self._sheets = {container: delivered(container)[1] for container in FEEDS}
        self._rows = {container: self._untouched(sheet) for container, sheet in self._sheets.items()}

    def job(self, container: str, content: bytes) -> Job:
        contract = self.contracts[FEEDS[container]]
        names = {name: self._folder / name for name in ("source", "rows", "quarantined", "issues")}
        names["source"].write_bytes(content)
        return Job(
            file_name=f"a.{ENDINGS[container]}", delivery_id="mutant", business_date=date.fromisoformat(NIGHT),
            known_from=1, claimed_rows=None, contract=contract, codes=self._codes.used_by(contract),
            max_quarantined_share=self._share, scratch=self._folder, **names,
        )  # fmt: skip

    def _untouched(self, sheet: Sheet) -> dict[int, Row]:
        """Row by its place in the sheet, where it is taken."""
        job = self.job(sheet.container, written(sheet))
        outcome = answer(job)
        if outcome.rejection:
            raise ValueError(f"{sheet.container}: the untouched file is refused: {outcome.rejection_detail}")
        numbers = pl.read_parquet(job.rows)["record_no"].to_list()
        return {number - 1: row for number, row in zip(numbers, _rows(job), strict=True)}

    def faults(self, mutant: Mutant) -> tuple[str, list[str]]:
        """Reaction to the mutant, and what is wrong with it."""
        job = self.job(mutant.container, mutant.content)
        outcome = answer(job)
        if outcome.broken or outcome.lacked or "cannot be read as declared (" in outcome.rejection_detail:
            return "CRASH", [f"crash: {outcome.broken or outcome.lacked or outcome.rejection_detail}"]
        if outcome.rejection:
            wrong = (
                [] if REFUSED in mutant.reactions or self._is_mostly_bad(mutant) else [f"refused: {outcome.rejection}"]
            )
            return REFUSED, wrong
        is_held = outcome.quarantined > len(self._sheets[mutant.container].rows) - len(self._rows[mutant.container])
        reaction = HELD if is_held else TAKEN
        found = [*_unaccounted(job, outcome, mutant), *self._altered(mutant, Counter(_rows(job)))]
        if reaction not in mutant.reactions:
            found.append(f"{reaction.lower()}, not {' or '.join(mutant.reactions).lower()}")
        return reaction, found

    def _is_mostly_bad(self, mutant: Mutant) -> bool:
        return HELD in mutant.reactions and len(self._rows[mutant.container]) < 3

    def _altered(self, mutant: Mutant, taken: Counter[Row]) -> list[str]:
        rows = self._rows[mutant.container]
        known = set(rows.values())
        new = [row for row in taken.elements() if row not in known]
        if mutant.becomes in (EMPTY, AS_WRITTEN) and mutant.sheet:
            place, column = mutant.cell
            if place in rows:
                new = [row for row in new if not self._is_expected(mutant, row, rows[place], column)]
        if mutant.becomes == "SAME" and set(rows.values()) != set(taken):
            return ["altered: a row lost or changed by what says nothing"]
        return [f"altered: {len(new)} rows"] if len(new) > mutant.may_alter else []

    def _is_expected(self, mutant: Mutant, row: Row, before: Row, place: int) -> bool:
        """Whether a row differs from before in the mutated column only, and there says what was written."""
        header = mutant.sheet.header[place] if mutant.sheet else ""
        contract = self.contracts[FEEDS[mutant.container]]
        name = next(column.name for column in contract.columns if column.header == header)
        text = mutant.sheet.rows[mutant.cell[0]][place] if mutant.sheet else ""
        wanted = {None, "", False} if mutant.becomes == EMPTY else {text}
        now, then = dict(row), dict(before)
        return now.pop(name) in wanted and (then.pop(name, None), now == then)[1]


def _rows(job: Job) -> list[Row]:
    frame = pl.read_parquet(job.rows).drop(*_NOT_SAID)
    return [tuple(sorted(row.items())) for row in frame.to_dicts()]


def _unaccounted(job: Job, outcome: Outcome, mutant: Mutant) -> list[str]:
    """Records that the outcome, the files written and an independent count do not agree about."""
    aside = pl.read_parquet(job.quarantined)["record_no"].n_unique()
    parts = outcome.header + outcome.blank + outcome.accepted + outcome.quarantined + outcome.duplicates
    counts = {
        "parts": (outcome.physical, parts),
        "rows": (outcome.accepted, pq.read_metadata(job.rows).num_rows),
        "quarantined": (outcome.quarantined, aside),
    }
    records = _records(mutant)
    if records is not None:
        counts["records"] = (outcome.physical, records)
    return [f"unaccounted: {name}: {one} and {other}" for name, (one, other) in counts.items() if one != other]


def _records(mutant: Mutant) -> int | None:
    """Records by a count that is not the reader's, of rows written or of bytes; None where bytes do not tell."""
    if mutant.sheet:
        rows = list(mutant.sheet.rows)
        while mutant.container == "XLSX" and rows and not any(rows[-1]):
            rows.pop()  # a sheet ends with its last row that holds anything
        return len(rows) + (mutant.container != "PARQUET")
    if mutant.container == "PARQUET":
        return int(pq.read_metadata(io.BytesIO(mutant.content)).num_rows)
    if mutant.container == "XLSX":
        with zipfile.ZipFile(io.BytesIO(mutant.content)) as book:
            numbers = re.findall(rb'<row r="(\d+)"', book.read("xl/worksheets/sheet1.xml"))
            return max(map(int, numbers))
    if b'"' in mutant.content:
        return None
    return mutant.content.count(b"\n") + (not mutant.content.endswith(b"\n"))
