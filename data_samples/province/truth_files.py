"""The truth as Parquet: rows are added in the order they come about and written sorted by their key in the end."""

from pathlib import Path
from typing import Final, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.table import Table

_GROUP_ROWS: Final = 122_880
_LEVEL: Final = 3


class TruthFile:
    """One table of the truth in the making. Its parts lie beside where the table will lie, and go when it is closed."""

    def __init__(self, table: Table, folder: Path) -> None:
        self.table = table
        self._path = folder / f"{table.name}.parquet"
        self._parts = folder / f"{table.name}.parts.parquet"
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(self._parts, table.arrow(), compression="zstd", compression_level=_LEVEL)

    def add(self, rows: pl.DataFrame) -> None:
        """`rows` with the columns of the table, in any order."""
        if rows.height:
            table = rows.select(self.table.names).to_arrow(compat_level=pl.CompatLevel.oldest())
            self._writer.write_table(table.cast(self.table.arrow()))

    def close(self) -> None:
        self._writer.close()
        rows = cast(pl.DataFrame, pl.from_arrow(pq.read_table(self._parts)))
        write_truth(self.table, rows, self._path.parent)
        self._parts.unlink()


def write_truth(table: Table, rows: pl.DataFrame, folder: Path) -> None:
    """A whole table of the truth, sorted by its key; raises `ValueError` when the key is not unique."""
    ordered = rows.select(table.names).sort(table.key, nulls_last=True)
    if ordered.select(table.key).is_duplicated().any():
        raise ValueError(f"truth table {table.name}: two rows have the same {', '.join(table.key)}")
    content: pa.Table = ordered.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(table.arrow())
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        content.combine_chunks(),
        folder / f"{table.name}.parquet",
        compression="zstd",
        compression_level=_LEVEL,
        row_group_size=_GROUP_ROWS,
    )
