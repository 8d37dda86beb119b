"""Logical values as the sender writes them: dates, codes, flags and amounts by the contract of the feed."""

from typing import Final

import polars as pl

from schemas.code_tables import CodeTables
from schemas.contract import Column, Contract

FILLER: Final = "略"
_STRFTIME: Final = {"": "%Y%m%d", "yyyyMMdd": "%Y%m%d", "yyyy-MM-dd": "%Y-%m-%d", "yyyy/M/d": "%Y/%-m/%-d"}
_MORNING: Final = " 09:30:00"
_MIDNIGHT: Final = " 00:00:00"
_DAY_MS: Final = 86_400_000
_MORNING_MS: Final = 5_400_000  # 09:30 in Shanghai is 01:30 UTC


def to_text(rows: pl.DataFrame, contract: Contract, code_tables: CodeTables) -> pl.DataFrame:
    """Row for row: every logical column of the contract as text, null where the record has no value."""
    missing = [column.name for column in contract.columns if column.name not in rows.columns]
    if missing:
        raise ValueError(f"emission of {contract.feed}: no column {', '.join(missing)}; give every logical column")
    return rows.select(_field(column, code_tables).alias(column.name) for column in contract.columns)


def raw_codes(column: Column, code_tables: CodeTables) -> dict[str, str]:
    """Canonical name → what the sender writes: words where its headers are words, else the first code of the list."""
    table = code_tables.canonical(column.codes or "flag")
    prefers_words = not column.header.isascii()
    ranked = sorted(table, key=lambda raw: raw.isascii() if prefers_words else False)
    return {table[raw]: raw for raw in reversed(ranked)}


def date_text(value: pl.Expr, column: Column) -> pl.Expr:
    """A date in the contract's format; where that has a time, nine thirty, and midnight for a birth date."""
    if column.format == "epoch_ms":
        return (value.cast(pl.Int32).cast(pl.Int64) * _DAY_MS + _MORNING_MS).cast(pl.String)
    if column.format == "yyyy-MM-dd HH:mm:ss":
        return value.dt.strftime("%Y-%m-%d") + pl.lit(_MIDNIGHT if column.name == "birth_date" else _MORNING)
    return value.dt.strftime(_STRFTIME[column.format])


def _field(column: Column, code_tables: CodeTables) -> pl.Expr:
    value = pl.col(column.name)
    if column.type == "date":
        return date_text(value, column)
    if column.type == "boolean":
        value = pl.when(value).then(pl.lit("true")).when(~value).then(pl.lit("false"))
    if column.codes or column.type == "boolean":
        filled = pl.when(value != "").then(value)
        return filled.replace_strict(raw_codes(column, code_tables), return_dtype=pl.String)
    return value.cast(pl.String)
