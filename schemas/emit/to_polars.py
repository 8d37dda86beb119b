"""Polars schemas, by way of Arrow: the two can never differ."""

from typing import cast

import polars as pl

from schemas.contract import Contract
from schemas.emit.to_arrow import contract_schema
from schemas.table import Table


def table_schema(table: Table) -> pl.Schema:
    """Columns and types of a table of ours, for a frame without rows."""
    return cast(pl.DataFrame, pl.from_arrow(table.arrow().empty_table())).schema


def feed_schema(contract: Contract) -> pl.Schema:
    """Columns of a feed and their types."""
    return cast(pl.DataFrame, pl.from_arrow(contract_schema(contract).empty_table())).schema
