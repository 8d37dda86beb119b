"""Arrow schemas of what a contract becomes once it is validated."""

from typing import Final

import pyarrow as pa

from schemas.contract import ColumnType, Contract

TYPES: Final[dict[ColumnType, pa.DataType]] = {
    "string": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
    "fen": pa.int64(),
    "boolean": pa.bool_(),
}


def contract_schema(contract: Contract) -> pa.Schema:
    """Logical columns in declared order, then the constants, which are never null."""
    columns = [pa.field(c.name, TYPES[c.type], nullable=not c.required) for c in contract.columns]
    return pa.schema([*columns, *(pa.field(name, pa.string(), nullable=False) for name in contract.constants)])
