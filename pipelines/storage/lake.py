"""The lake as one run sees it: what stood under the receipt it builds on, and what it has staged itself.

lake/receipts/000001.json            the commits
lake/raw/<digest>                    private copies of what arrived (erased N days after a closed run)
lake/validated/feed=…/business_date=…/<delivery>.parquet
lake/<table>/run=000001.parquet      one file per table and run
lake/outgoing/run=000001/…           outgoing files; copied to outbox/ and reports/ after the commit
lake/stage/<run>/<step>/…            the same names, debris until a receipt names it
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.storage.engine import Engine
from pipelines.storage.receipts import FORMAT_VERSION, Receipt
from schemas.contract import Contract
from schemas.emit.to_arrow import validated_schema
from schemas.table import Table


@dataclass(frozen=True, slots=True)
class Lake:
    """Reads at a receipt, writes to the stage; nothing here makes anything permanent.

    `folders` are those of the steps so far. The last is written to; all are read and committed. Each step has a folder
    of its own, so that one which failed is done again on what it was given.
    """

    root: Path
    engine: Engine
    receipts: tuple[Receipt, ...]
    number: int
    as_of: date
    folders: tuple[Path, ...] = ()

    def staged_in(self, *folders: Path) -> "Lake":
        """The same lake, writing to the last of these folders and reading all of them."""
        return replace(self, folders=folders)

    def staged(self) -> Iterator[tuple[Path, Path]]:
        """Every file staged, and its name in the lake."""
        for folder in self.folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    yield path, path.relative_to(folder)

    @property
    def last_night(self) -> Receipt | None:
        """The newest run of kind night before this one by number: only those publish to the outbox."""
        nights = [r for r in self.receipts if r.kind == "night" and r.number < self.number]
        return nights[-1] if nights else None

    def read(self, table: Table) -> ir.Table:
        """An append-only table: every run's rows. A projection: this run's rows, else the newest run's."""
        return self.engine.read_table(table, self._paths(table))

    def write(self, table: Table, rows: ir.Table | pa.Table) -> int:
        """Stage the rows of a table; their number."""
        expression = self.engine.table(rows) if isinstance(rows, pa.Table) else rows
        return self.engine.write(table, expression, self._new_file(self._relative(table)))

    def write_files(self, folder: str, files: Mapping[str, bytes | Path]) -> int:
        """Stage files by their name under a folder of the lake; a path is linked, not copied. Their number."""
        for name, content in files.items():
            path = self._new_file(f"{folder}/{name}")
            if isinstance(content, Path):
                path.hardlink_to(content)
            else:
                path.write_bytes(content)
        return len(files)

    def feed(self, contract: Contract, *, only: frozenset[str] | None = None) -> ir.Table | None:
        """Every accepted row of the feed this run may know, up to the night; None when there is nothing to read.

        `only` are the deliveries to read; the others' files are not opened.
        """
        known = [path for path in self._validated_paths(contract.feed) if _stated(path) <= self.as_of.isoformat()]
        paths = [path for path in known if only is None or path.stem in only]
        return self.engine.read_by_name(paths, validated_schema(contract)) if paths else None

    def _new_file(self, relative: str) -> Path:
        path = self.folders[-1] / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _relative(self, table: Table) -> str:
        return f"{table.name}/run={self.number:06d}.parquet"

    def _paths(self, table: Table) -> list[tuple[Path, int]]:
        """The files of a table, each with the format version it was written in."""
        committed = [
            (self.root / file.path, receipt.format_version)
            for receipt in self.receipts
            for file in receipt.files.get(table.stored_as(receipt.format_version)[0], ())
        ]
        staged = [(folder / self._relative(table), FORMAT_VERSION) for folder in self.folders]
        staged = [(path, version) for path, version in staged if path.exists()]
        return committed + staged if table.append_only else (staged or committed[-1:])

    def _validated_paths(self, feed: str) -> Iterator[Path]:
        folder = f"validated/feed={feed}/"
        for receipt in self.receipts:
            for file in receipt.files.get("validated", ()):
                if file.path.startswith(folder):
                    yield self.root / file.path
        for step in self.folders:
            yield from sorted((step / folder).rglob("*.parquet"))


def _stated(path: Path) -> str:
    return path.parent.name.removeprefix("business_date=")


def rows_of(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
