"""A rendered file reads back to what was written, whatever the text, and starts no formula."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.outgoing.render import render
from schemas import tables
from schemas.contract import read_contracts
from schemas.spreadsheet import STARTS, unescape

CONTRACTS = read_contracts([Path(tables.__file__).parent / "contracts"])
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
MARKED = st.builds(lambda start, rest: start + rest, st.sampled_from(STARTS), TEXT)


@pytest.mark.parametrize("name", ["discrepancy", "discrepancy_public_security"])
@given(values=st.lists(st.one_of(TEXT, MARKED), min_size=1, max_size=4))
def test_round_trip(name, values):
    contract = CONTRACTS[name]
    data = render(pl.DataFrame({"present_value": values}, schema={"present_value": pl.String}), contract)
    text = io.StringIO(data.decode(contract.encoding), newline="")
    header, *lines = csv.reader(text, strict=True)
    assert header == [column.header for column in contract.columns]
    cells = [line[header.index(contract.column("present_value").header)] for line in lines]
    assert not [cell for cell in cells if cell.startswith(STARTS) and not cell.startswith("'")]
    assert [unescape(cell) for cell in cells] == values
