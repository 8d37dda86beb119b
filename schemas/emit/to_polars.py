"""Polars schemas, by way of Arrow: the two can never differ."""

from typing import cast

import polars as pl
import pyarrow as pa

from schemas.contract import Contract
from schemas.emit import to_arrow
from schemas.table import Table


def contract_schema(contract: Contract) -> pl.Schema:
    return _schema(to_arrow.contract_schema(contract))


def table_schema(table: Table) -> pl.Schema:
    return _schema(table.arrow())


def _schema(declared: pa.Schema) -> pl.Schema:
    return cast(pl.DataFrame, pl.from_arrow(declared.empty_table())).schema
