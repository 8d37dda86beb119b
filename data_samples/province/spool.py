"""A file in the making: its rows are appended block by block, in UTF-8, until the file can be packed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.field_text import FILLER
from data_samples.province.sheet import RAGGED, sheet_rows
from schemas.contract import Contract

_BLOCK: Final = 1 << 20
_SIGNS: Final = {
    "RAGGED": RAGGED, "STRAY_QUOTE": "\U0010fff1", "NUL_BYTE": "\U0010fff2", "UNDECODABLE": "\U0010fff3",
}  # fmt: skip
BROKEN: Final = {
    _SIGNS["RAGGED"]: f"{FILLER},多余",
    _SIGNS["STRAY_QUOTE"]: f'{FILLER}"{FILLER}',
    _SIGNS["NUL_BYTE"]: f"{FILLER}\0",
}
UNDECODABLE: Final = _SIGNS["UNDECODABLE"]


class Spool:
    """Rows of one file of a feed, as CSV lines or sheet rows without header; `rows` counts them."""

    def __init__(self, contract: Contract, body: Path) -> None:
        body.parent.mkdir(parents=True, exist_ok=True)
        self.contract = contract
        self.body = body
        self.rows = 0
        self._out = body.open("wb")

    @property
    def is_book(self) -> bool:
        return self.contract.file_format == "xlsx"

    def add(self, text: pl.DataFrame, broken: pl.Series) -> None:
        """`text`: the contract's columns; `broken`: RAGGED, STRAY_QUOTE, … for rows broken as rows, else null."""
        ignored = [pl.lit(FILLER).alias(f"_ignored{place}") for place, _ in enumerate(self.contract.ignored_headers)]
        lines = text.with_columns(ignored)
        if broken.null_count() < len(broken):
            lines = _signed(lines, broken)
        self.rows += lines.height
        if self.is_book:
            self._out.write(sheet_rows(lines).encode())
        elif lines.height:
            lines.write_csv(self._out, include_header=False, line_terminator="\r\n")

    def text(self, share: float = 1.0) -> Iterator[str]:
        """Whole lines, about a megabyte at a time; of less than all, the lines that begin in that part of the file."""
        self._out.flush()
        left = int(self.body.stat().st_size * share)
        with self.body.open("rb") as body:
            while left > 0:
                block = body.read(min(_BLOCK, left)) + body.readline()
                left -= len(block)
                yield block.decode()

    def discard(self) -> None:
        self._out.close()
        self.body.unlink()


def _signed(lines: pl.DataFrame, broken: pl.Series) -> pl.DataFrame:
    """The sign stands in the last column, which no reader uses, until the row becomes bytes or cells."""
    last = lines.columns[-1]
    sign = broken.replace_strict(_SIGNS, default=None, return_dtype=pl.String).alias("_sign")
    return lines.with_columns(sign).with_columns(pl.coalesce("_sign", last).alias(last)).drop("_sign")
