"""What leaves as CSV comes back unchanged, and no cell of it starts a formula."""

import csv
from io import StringIO

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.outgoing.render import render
from schemas.contract import Column, Contract, Volume
from schemas.spreadsheet import STARTS, escape, unescape

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
DANGEROUS = st.builds(str.__add__, st.sampled_from([*STARTS, "''", "'=", '"', ","]), TEXT)
NUMBERS = st.one_of(
    st.from_regex("[0-9]{1,20}", fullmatch=True), st.from_regex("[0-9]{1,4}[eE][0-9]{1,4}", fullmatch=True)
)
CELL = st.one_of(TEXT, DANGEROUS, NUMBERS)


def _contract(encoding: str) -> Contract:
    return Contract(
        feed="made_up", title="试", role="outgoing", agency="source", file_format="csv", encoding=encoding,
        delivery="append", manifest="none", several_files=False, fresh_days=0, volume=Volume(minimum=0, maximum=9),
        columns=(Column(name="one", header="=甲"), Column(name="two", header="乙")),
    )  # fmt: skip


def _cells(data: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode(encoding), newline=""), strict=True))


@given(CELL)
def test_unescape_undoes_escape(value):
    assert unescape(escape(value)) == value
    assert not escape(value).startswith(STARTS[:-1])


@pytest.mark.parametrize(
    ("value", "is_marked"),
    [("620102196112219456", True), ("62010219611221945X", False), ("0931", True), ("12e4", True), ("0", False),
     ("10000002062", False), ("2024-03-18", False), ("1e4f316e", False)],
)  # fmt: skip
def test_what_a_spreadsheet_would_take_for_a_number_is_marked_as_text(value, is_marked):
    assert (escape(value) == "'" + value) == is_marked
    frame = pl.DataFrame({"one": [value]})
    assert _cells(render(frame, _contract("utf-8")), "utf-8")[1][0] == escape(value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@given(rows=st.lists(st.tuples(CELL, CELL), max_size=4))
def test_written_and_read_again_is_the_same(encoding, rows):
    frame = pl.DataFrame(rows, schema={"one": pl.String, "two": pl.String}, orient="row")
    data = render(frame, _contract(encoding))
    cells = _cells(data, encoding)
    assert [tuple(unescape(cell) for cell in row) for row in cells[1:]] == rows
    assert not any(cell.startswith(STARTS[:-1]) for row in cells[1:] for cell in row)
    assert data.endswith(b"\r\n")
    assert data.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
