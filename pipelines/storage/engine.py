"""The one module that knows the engine: DuckDB behind Ibis, reading lists of files and writing ordered ones.

Every stored file is written by `write`: a total order over the table's key, declared column order and types, fixed
row groups and compression. With a unique order DuckDB writes the same bytes for any number of threads.
"""

from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import PipelineError
from schemas.table import ROW_GROUP_ROWS, Table

# DuckDB merges nested SELECTs by itself; having Ibis do it took a quarter of the time in which it writes statements.
ibis.options.sql.fuse_selects = False
_HANDED_OVER = "handed_over"
_COPY = f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
# Casts are spelled out: Ibis leaves out the ones it thinks needless, and DuckDB then stores the narrower type.
_TYPES = {"int64": "BIGINT", "int32": "INTEGER", "string": "VARCHAR", "date": "DATE", "bool": "BOOLEAN"}


class Engine:
    """An embedded DuckDB that spills into `scratch` and reaches no network."""

    def __init__(self, scratch: Path, *, memory_limit: str = "2GB", threads: int = 2) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._backend = ibis.duckdb.connect(
            ":memory:", temp_directory=str(scratch), memory_limit=memory_limit, threads=threads
        )
        self._run("SET autoinstall_known_extensions = false")
        self._run("SET autoload_known_extensions = false")
        self._run("SET preserve_insertion_order = false")
        self._run("SET enable_progress_bar = false")  # in a log it would be noise; our own says what is done
        self._views: dict[tuple[str, ...], ir.Table] = {}

    def read_table(self, table: Table, files: Sequence[tuple[Path, int]]) -> ir.Table:
        """The rows of a table's files, each of a format version; no file gives no rows of the same shape."""
        if not files:
            return self.table(table.arrow().empty_table())
        versions = sorted({version for _, version in files})
        parts = [self._of_version(table, [path for path, v in files if v == version], version) for version in versions]
        return reduce(lambda one, other: one.union(other), parts)

    def _of_version(self, table: Table, paths: Sequence[Path], version: int) -> ir.Table:
        stored = self._view(paths)
        if stored.columns == table.names:
            return stored
        _, columns = table.stored_as(version)
        return stored.select(
            **{
                field.name: stored[columns[field.name]]
                if field.name in columns
                else ibis.literal(field.default, _ibis(table.arrow().field(field.name)))
                for field in table.fields
            }
        )

    def read_by_name(self, paths: Sequence[Path], schema: pa.Schema) -> ir.Table:
        """The rows of files whose contract may have gained columns since; a column a file lacks is null."""
        stored = self._view(paths, union_by_name=True)
        if list(stored.columns) == schema.names:
            return stored
        return stored.select(
            **{one.name: stored[one.name] if one.name in stored.columns else ibis.null(_ibis(one)) for one in schema}
        )

    def _view(self, paths: Sequence[Path], **options: bool) -> ir.Table:
        """One view serves all who read the same files: a file is never written twice under a name."""
        names = tuple(str(path) for path in paths)
        if names not in self._views:
            self._views[names] = self._backend.read_parquet(list(names), hive_partitioning=False, **options)
        return self._views[names]

    def table(self, rows: pa.Table) -> ir.Table:
        """Rows handed to the engine as they are: one statement, where a memory table of Ibis takes several."""
        self._backend.con.register(_HANDED_OVER, rows)
        try:
            name = ibis.util.gen_name("rows")
            self._run(f'CREATE TEMP TABLE "{name}" AS FROM {_HANDED_OVER}')
            return self._backend.table(name)
        finally:
            self._backend.con.unregister(_HANDED_OVER)

    def cache(self, expression: ir.Table) -> ir.Table:
        """Compute once what several expressions use."""
        return self._backend.create_table(ibis.util.gen_name("cached"), expression, temp=True)

    def arrow(self, expression: ir.Table) -> pa.Table:
        return expression.to_pyarrow()

    def write(self, table: Table, expression: ir.Table, path: Path) -> int:
        """Write the rows in the order of the key and return their number.

        Raises `PipelineError` when the key is not unique or a declared column has no value where one must stand.
        """
        typed = ", ".join(f'CAST("{field.name}" AS {_TYPES[field.kind]}) AS "{field.name}"' for field in table.fields)
        order = ", ".join(f'"{name}" ASC NULLS LAST' for name in table.key)
        query = self._backend.compile(expression)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._run(f"COPY (SELECT {typed} FROM ({query}) ORDER BY {order}) TO '{_quoted(path)}' {_COPY}")
        self._check(table, path)
        return int(pq.read_metadata(path).num_rows)

    def _check(self, table: Table, path: Path) -> None:
        keys = ", ".join(f'"{name}"' for name in table.key)
        nulls = " + ".join(f'count(*) FILTER ("{f.name}" IS NULL)' for f in table.fields if not f.nullable) or "0"
        source = f"read_parquet('{_quoted(path)}')"
        repeated = self._number(f"SELECT count(*) FROM (SELECT 1 FROM {source} GROUP BY {keys} HAVING count(*) > 1)")
        missing = self._number(f"SELECT {nulls} FROM {source}")
        if repeated or missing:
            raise PipelineError(
                f"table {table.name}: {repeated} keys {table.key} stand more than once and "
                f"{missing} values are missing where one must stand; the run was not committed"
            )

    def _number(self, sql: str) -> int:
        """All rows are fetched: a result left half read blocks the connection."""
        ((number,),) = self._run(sql).fetchall()
        return int(number)

    def _run(self, sql: str) -> Any:
        return self._backend.con.execute(sql)


def _ibis(field: pa.Field) -> Any:
    """Nullable: a union takes no other."""
    return ibis.Schema.from_pyarrow(pa.schema([field.with_nullable(True)]))[field.name]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
