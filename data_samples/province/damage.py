"""What befalls a file on its way to us: nothing in it, the end gone, names astray, a county gone."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.dirt_rates import Mishap
from schemas.contract import Contract

_HAN: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_KEPT_OF_COUNTY: Final = 3  # one row in so many of a county that came short
_KEPT_BYTES: Final = 0.6
OF_ROWS: Final = ("NAMES_SORTED", "QUESTION_MARKS", "COUNTY_SHORT", "COUNTY_LEFT_OUT")


def damaged_lines(text: Iterable[str], contract: Contract, damage: Mishap) -> Iterator[str]:
    """The lines of a text file after `damage`, one of OF_ROWS; any other changes no line."""
    if damage not in OF_ROWS:
        yield from text
    elif damage == "QUESTION_MARKS":
        yield from (_HAN.sub("?", block) for block in text)
    else:
        rows = _rows("".join(text))
        changed = (
            _sorted_names(rows, contract) if damage == "NAMES_SORTED" else _short_of_county(rows, contract, damage)
        )
        yield changed.write_csv(include_header=False, line_terminator="\r\n")


def rows_left(text: Iterable[str], rows: int, contract: Contract, damage: Mishap) -> int:
    """How many of `rows` the damaged file holds, as the sender's own manifest counts them."""
    if damage == "HEADER_ONLY":
        return 0
    if damage in ("COUNTY_SHORT", "COUNTY_LEFT_OUT"):
        return _short_of_county(_rows("".join(text)), contract, damage).height
    return rows


def cut(path: Path) -> None:
    """Without its end: a transfer that broke off."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * _KEPT_BYTES)])


def _rows(text: str) -> pl.DataFrame:
    return pl.read_csv(text.encode(), has_header=False, infer_schema=False)


def _sorted_names(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """In a spreadsheet the column of names alone was selected and sorted."""
    name = rows.columns[_place(contract, "name")]
    return rows.with_columns(rows[name].sort())


def _short_of_county(rows: pl.DataFrame, contract: Contract, damage: Mishap) -> pl.DataFrame:
    county = rows.columns[_place(contract, "county_code")]
    largest = rows[county].value_counts().sort("count", county, descending=[True, False])[county][0]
    of_county = pl.col(county) == largest
    number = of_county.cast(pl.Int64).cum_sum()
    kept = of_county & (number % _KEPT_OF_COUNTY == 0) if damage == "COUNTY_SHORT" else pl.lit(False)
    return rows.filter(~of_county | kept)


def _place(contract: Contract, column: str) -> int:
    return [known.name for known in contract.columns].index(column)
