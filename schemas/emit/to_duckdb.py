"""DuckDB table definitions, for whoever opens the Parquet files in a bare DuckDB."""

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from schemas.contract import Contract
from schemas.emit import to_arrow
from schemas.table import Table

_TYPES: Final = {
    pa.string(): "VARCHAR",
    pa.date32(): "DATE",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
}


def contract_ddl(contract: Contract) -> str:
    return _ddl(contract.feed, to_arrow.contract_schema(contract), ())


def table_ddl(table: Table) -> str:
    return _ddl(table.name, table.arrow(), table.key)


def _ddl(name: str, schema: pa.Schema, key: Iterable[str]) -> str:
    lines = [f'    "{f.name}" {_TYPES[f.type]}{"" if f.nullable else " NOT NULL"}' for f in schema]
    if columns := ", ".join(f'"{column}"' for column in key):
        lines.append(f"    PRIMARY KEY ({columns})")
    return f'CREATE TABLE "{name}" (\n' + ",\n".join(lines) + "\n);\n"
