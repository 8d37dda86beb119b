"""Polars schemas, by way of Arrow: the two can never differ."""

from typing import cast

import polars as pl

from schemas.table import Table


def table_schema(table: Table) -> pl.Schema:
    """Columns and types of a table of ours, for a frame without rows."""
    return cast(pl.DataFrame, pl.from_arrow(table.arrow().empty_table())).schema
