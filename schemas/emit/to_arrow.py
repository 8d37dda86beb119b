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


def validated_schema(contract: Contract) -> pa.Schema:
    """A validated file: where each row came from, then the contract's columns; in order of `record_no`."""
    source = [
        pa.field("delivery_id", pa.string(), nullable=False),
        pa.field("record_no", pa.int64(), nullable=False),
        pa.field("business_date", pa.date32(), nullable=False),
        pa.field("known_from", pa.int64(), nullable=False),
    ]
    return pa.schema([*source, *contract_schema(contract)])
