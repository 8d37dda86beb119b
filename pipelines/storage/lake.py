"""The lake as one run sees it: what stood under the receipt it builds on, and what it has staged itself.

lake/receipts/000001.json            the commits
lake/raw/<digest>                    private copies of what arrived (erased N days after a closed run)
lake/validated/feed=…/business_date=…/<delivery>.parquet
lake/<table>/run=000001.parquet      one file per table and run
lake/outgoing/run=000001/…           what left: copied to outbox/ and reports/ after the commit
lake/stage/<run>/<step>/…            the same names, debris until a receipt names it
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.storage.engine import Engine
from pipelines.storage.files import remove_folder
from pipelines.storage.receipts import Receipt
from schemas.contract import Contract
from schemas.emit.to_arrow import validated_schema
from schemas.table import Table
from schemas.tables import DELIVERY

LANDED = ("delivery", "quarantined", "validated", "format_issue")


class Lake:
    """Reads at a receipt, writes to the stage; nothing here makes anything permanent."""

    def __init__(self, root: Path, engine: Engine, receipts: Sequence[Receipt], *, number: int, as_of: date) -> None:
        self.root = root
        self.engine = engine
        self.receipts = tuple(receipts)
        self.number = number
        self.as_of = as_of
        self.stage = root / "stage"
        self._earlier: tuple[Path, ...] = ()

    def clear_stage(self) -> None:
        remove_folder(self.stage)
        self.stage.mkdir(parents=True)

    def stage_in(self, folder: Path, *, after: Sequence[Path] = ()) -> None:
        """Write here from now on; what stands in the folders of the steps before is read and committed with it.

        Each step has a folder of its own, so that one which failed is done again on what it was given.
        """
        self.stage, self._earlier = folder, tuple(after)

    @property
    def parsed(self) -> Path:
        """Beside the folders of the steps: what parsing hands to judging."""
        return self.stage.with_name("parsed")

    def staged(self) -> Iterator[tuple[Path, Path]]:
        """Every file staged, and its name in the lake."""
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    yield path, path.relative_to(folder)

    def replay(self, receipt: Receipt) -> None:
        """Take what that run landed as given, and stage what it derives apart from any run going on."""
        landed = {table: files for table, files in receipt.files.items() if table in LANDED}
        self.receipts = (*self.receipts, receipt.model_copy(update={"files": landed}))
        self.stage = self.root / "stage.replay"

    @property
    def last_night(self) -> Receipt | None:
        """The newest night before this run, the last that sent anything: backfills since then sent nothing."""
        nights = [r for r in self.receipts if r.kind == "night" and r.number < self.number]
        return nights[-1] if nights else None

    def raw(self, digest: str) -> Path:
        return self.root / "raw" / digest

    def stage_file(self, relative: str) -> Path:
        path = self.stage / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def read(self, table: Table) -> ir.Table:
        """A growing table: every run's rows. A projection: this run's rows, else the newest run's."""
        return self.engine.read(self._paths(table), table.arrow())

    def write(self, table: Table, rows: ir.Table | pa.Table) -> int:
        expression = self.engine.table(rows) if isinstance(rows, pa.Table) else rows
        return self.engine.write(table, expression, self.stage_file(self._relative(table)))

    def validated(self, feed: str, contract: Contract, *, only: frozenset[str] | None = None) -> ir.Table | None:
        """Every accepted row of the feed this run may know, business date up to the night; None without a delivery.

        `only` are the deliveries to read; the others' files are not opened.
        """
        known = [path for path in self._validated_paths(feed) if self._stated(path) <= self.as_of.isoformat()]
        paths = [path for path in known if only is None or path.stem in only]
        return self.engine.read(paths, validated_schema(contract)) if paths else None

    def arrow(self, expression: ir.Table) -> pa.Table:
        return self.engine.arrow(expression)

    def table(self, rows: pa.Table) -> ir.Table:
        return self.engine.table(rows)

    def cache(self, expression: ir.Table) -> ir.Table:
        return self.engine.cache(expression)

    def known_deliveries(self) -> frozenset[str]:
        ids = self.arrow(self.read(DELIVERY).select("delivery_id"))
        return frozenset(ids["delivery_id"].to_pylist())

    @property
    def _folders(self) -> tuple[Path, ...]:
        return (*self._earlier, self.stage)

    def _relative(self, table: Table) -> str:
        return f"{table.name}/run={self.number:06d}.parquet"

    def _paths(self, table: Table) -> list[Path]:
        committed = [self.root / file.path for receipt in self.receipts for file in receipt.files.get(table.name, ())]
        staged = [path for path in (folder / self._relative(table) for folder in self._folders) if path.exists()]
        return committed + staged if table.append_only else (staged or committed[-1:])

    def _validated_paths(self, feed: str) -> Iterable[Path]:
        folder = f"validated/feed={feed}/"
        for receipt in self.receipts:
            for file in receipt.files.get("validated", ()):
                if file.path.startswith(folder):
                    yield self.root / file.path
        for step in self._folders:
            yield from sorted((step / folder).rglob("*.parquet"))

    @staticmethod
    def _stated(path: Path) -> str:
        return path.parent.name.removeprefix("business_date=")


def rows_of(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
