"""Run steps: each may use what it declares to read or write and nothing else, and stages what it declares to write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import ibis.expr.types as ir

from pipelines.errors import PipelineError
from pipelines.run.run import Run
from pipelines.step import GATES, INBOX, PARSED, RAW, VALIDATED, DataSet, Files, Inputs, Reader, Step
from pipelines.steps import READING_STEPS, STEPS
from pipelines.storage.files import remove_folder
from pipelines.storage.lake import Lake
from schemas.contract import Contract
from schemas.table import Table

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Declared(Inputs):
    """Access to the data sets that a step or a reader declares; any other is a `KeyError`."""

    name: str
    lake: Lake
    declared: Sequence[DataSet]
    folders: Mapping[Files, Path]

    def __getitem__(self, table: Table) -> ir.Table:
        self._check(table)
        return self.lake.read(table)

    def feed(self, contract: Contract, *, only: frozenset[str] | None = None) -> ir.Table | None:
        self._check(VALIDATED)
        return self.lake.feed(contract, only=only)

    def folder(self, files: Files) -> Path:
        self._check(files)
        return self.folders[files]

    def _check(self, data: DataSet) -> None:
        if data not in self.declared:
            raise KeyError(f"{self.name} does not declare that it uses {data.name}")


def run_step(run: Run, step: Step, staging: Path, *, feeds: Iterable[str] | None = None) -> Counts:
    """Per data set the rows of a table or the number of files, and the step's own counts.

    The step's folder is emptied first, except for a step `by_feed`, which several processes share; `feeds` are those it
    is to do.
    """
    before = takewhile(lambda earlier: earlier.name != step.name, STEPS)
    folders = [staging / earlier.name for earlier in before if _goes_into_commit(earlier)]
    own = staging / step.name
    if not step.by_feed:
        remove_folder(own)
    own.mkdir(parents=True, exist_ok=True)
    lake = run.lake.staged_in(*folders, own)
    inputs = Declared(step.name, lake, (*step.reads, *step.writes), _folders(run, staging))
    only = None if feeds is None else frozenset(feeds)
    context = run.reading if step in READING_STEPS else run.context
    derived = step.derive(inputs, replace(context, feeds=only))
    if set(derived.content) != {data for data in step.writes if data not in _ACCESSED_AS_FOLDERS}:
        raise PipelineError(f"{step.name} gives back other data sets than it declares")
    counts = {
        data.name: lake.write(data, rows) if isinstance(data, Table) else lake.write_files(data.name, rows)
        for data, rows in derived.content.items()
    }
    return counts | dict(derived.counts)


def access_for(lake: Lake, reader: Reader) -> Declared:
    """Access to the tables a reader declares: committed rows, and staged ones if the lake has a staging folder."""
    return Declared(reader.name, lake, reader.reads, {})


def with_staged(run: Run, staging: Path) -> Run:
    """The run, its lake reading what every step has staged."""
    return replace(run, lake=run.lake.staged_in(*(staging / step.name for step in STEPS if _goes_into_commit(step))))


_ACCESSED_AS_FOLDERS = (INBOX, RAW, PARSED, GATES)


def _folders(run: Run, staging: Path) -> dict[Files, Path]:
    return {
        INBOX: run.home / "inbox",
        RAW: run.lake.root / "raw",
        PARSED: staging / PARSED.name,
        GATES: run.home / "reports" / "data_docs" / run.context.as_of.isoformat(),
    }


def _goes_into_commit(step: Step) -> bool:
    return PARSED not in step.writes
