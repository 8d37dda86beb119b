"""Rows and an outgoing contract to the bytes of a CSV that a spreadsheet opens without running anything."""

from io import BytesIO
from typing import Final

import polars as pl

from schemas.contract import Column, Contract
from schemas.spreadsheet import CHANGED, MARK
from schemas.wording import PLACE

_STRFTIME: Final = {"yyyy-MM-dd": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d"}
_BYTE_ORDER_MARK: Final = {"utf-8-sig": b"\xef\xbb\xbf"}


def render(rows: pl.DataFrame, contract: Contract) -> bytes:
    """One line per row, in the order of the rows and of the contract's columns; a column the rows lack is empty.

    Every field is quoted, lines end in CRLF, and no spreadsheet runs or changes a cell; `schemas.spreadsheet.unescape`
    restores it.
    """
    cells = rows.select(_cell(rows, column) for column in contract.columns)
    out = BytesIO()
    cells.write_csv(out, quote_style="always", line_terminator="\r\n")
    text = out.getvalue()
    if contract.encoding == "gb18030":
        return text.decode("utf-8").encode("gb18030")
    return _BYTE_ORDER_MARK.get(contract.encoding, b"") + text


def _cell(rows: pl.DataFrame, column: Column) -> pl.Expr:
    if column.name not in rows.columns:
        return pl.lit("").alias(column.header)
    text = _text(pl.col(column.name), rows.schema[column.name], column).fill_null("")
    marked = pl.when(text.str.contains(CHANGED)).then(pl.lit(MARK) + text).otherwise(text)
    return marked.alias(column.header)


def _text(value: pl.Expr, kind: pl.DataType, column: Column) -> pl.Expr:
    if kind == pl.Date:
        return value.dt.strftime(_STRFTIME[column.format or "yyyy-MM-dd"])
    if column.type == "fen":
        return yuan(value)
    return value.cast(pl.String)


def filled(sentence: str, **columns: str | pl.Expr) -> pl.Expr:
    """The sentence of each row, every `{place}` filled from its column, in whatever order an office has put them."""
    return pl.format(PLACE.sub("{}", sentence), *(columns[place] for place in PLACE.findall(sentence)))


def yuan(fen: pl.Expr) -> pl.Expr:
    """Fen as yuan with two decimals, exactly: no binary fraction stands in between."""
    sign = pl.when(fen < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return sign + (fen.abs() // 100).cast(pl.String) + "." + (fen.abs() % 100).cast(pl.String).str.zfill(2)
