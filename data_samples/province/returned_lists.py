"""Answers in the very lists that were sent: filled in, and saved as the offices' programs save them.

How a list comes back, and whether it does or the office writes a file of its own, depends on its name, the day and the
seed alone.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.field_text import raw_codes
from data_samples.province.packing import write_book
from data_samples.province.record_draws import draw
from schemas.code_tables import CodeTables
from schemas.contract import Column, Contract


@dataclass(frozen=True, slots=True)
class Saved:
    """How a program saves a list: its ending, the encoding of text (empty: a workbook), how it writes a day."""

    ending: str
    encoding: str
    day: str


FORMS: Final = (
    Saved(".csv", "utf-8-sig", "%Y-%m-%d"),
    Saved(".csv", "gb18030", "%Y/%-m/%-d"),
    Saved(".xlsx", "", "%Y/%-m/%-d"),
    Saved(".xlsx", "", "%Y年%-m月%-d日"),
    Saved(".csv", "utf-8", "%Y%m%d"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A list as it lies in the outbox: rows as they stand in the file, under its headers."""

    path: Path
    contract: Contract
    rows: pl.DataFrame

    @property
    def key(self) -> Column:
        """The column by which a line is known."""
        return next(column for column in self.contract.columns if column.fills)


def read_list(path: Path, contract: Contract) -> Sent:
    text = path.read_bytes().decode(contract.encoding).encode()
    return Sent(path, contract, pl.read_csv(text, infer_schema=False))


def return_lists(
    lists: list[Sent],
    answers: pl.DataFrame,
    inbox: Path,
    code_tables: CodeTables,
    *,
    share: float,
    day: date,
    seed: int,
) -> pl.DataFrame:
    """Write the lists that come back under `inbox` and answer which of `answers` came in none of them."""
    open_ = answers
    for sent in lists:
        name = f"{sent.path.parent.parent.name}/{sent.path.parent.name}/{sent.path.stem}"
        filled = _filled(sent, open_, code_tables, _form(name, day=day, seed=seed))
        if filled is None or draw(f"{name}/{day}", seed=seed, purpose="list returned") >= share:
            continue
        _save(filled, sent, inbox / (sent.contract.answered_by or "") / f"{day}", _form(name, day=day, seed=seed))
        open_ = open_.filter(~pl.col(sent.key.fills).is_in(_numbers(sent).implode()))
    return open_


def _form(name: str, *, day: date, seed: int) -> Saved:
    return FORMS[int(draw(f"{name}/{day}", seed=seed, purpose="list form") * len(FORMS))]


def _numbers(sent: Sent) -> pl.Series:
    return sent.rows[sent.key.header].str.strip_prefix("'")


def _filled(sent: Sent, answers: pl.DataFrame, code_tables: CodeTables, form: Saved) -> pl.DataFrame | None:
    """The list with the lines that are answered filled in; None where no line is."""
    fills = [column for column in sent.contract.columns if column.fills and column is not sent.key]
    filled = answers.unique(sent.key.fills, keep="first", maintain_order=True).select(
        pl.col(sent.key.fills).alias("_number"),
        *(_written(column, answers, code_tables, form).alias(column.name) for column in fills),
    )
    numbered = sent.rows.with_columns(_number=_numbers(sent))
    whole = numbered.join(filled, on="_number", how="left", maintain_order="left")
    if not whole.join(filled.select("_number"), on="_number", how="semi").height:
        return None
    answered = whole.with_columns(pl.col(column.name).alias(column.header) for column in fills)
    return answered.select(sent.rows.columns)


def _written(column: Column, answers: pl.DataFrame, code_tables: CodeTables, form: Saved) -> pl.Expr:
    value = pl.col(column.fills)
    if answers.schema[column.fills] == pl.Date:
        return value.dt.strftime(form.day)
    if column.codes:
        return value.replace_strict(raw_codes(column, code_tables), default=None, return_dtype=pl.String)
    return value.cast(pl.String)


def _save(rows: pl.DataFrame, sent: Sent, folder: Path, form: Saved) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{sent.path.parent.name}_{sent.path.parent.parent.name}_{sent.path.stem}（已填）{form.ending}"
    if form.encoding:
        (folder / name).write_bytes(rows.write_csv(line_terminator="\r\n").encode(form.encoding))
    else:
        header = pl.DataFrame([rows.columns], schema=rows.columns, orient="row")
        write_book(pl.concat([header, rows]), folder / name)
