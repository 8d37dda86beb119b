"""Whatever text a record holds, the file written from its contract is read back to it, in every format."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_samples.province.packing import declared_form, pack
from data_samples.province.record_draws import draws, keys_of
from data_samples.province.spool import Spool
from schemas.contract import Contract
from tests.examples import costly
from tests.unit.province.emissions import CONTRACTS
from tests.unit.province.test_files import read

# one feed of each format, and one in GB18030
FEEDS = ("vaccination", "population_register", "nucleic_acid", "transport", "civil_affairs", "self_certification")
# what may stand in a name: no control character but those a quoted field may hold, nothing at its end that is trimmed
NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"], include_characters="\r,\"'·𬸚䶮"),
    min_size=1,
    max_size=30,
).filter(lambda name: name == name.strip(" \t　") and name.strip() != "")


def fields(contract: Contract, names: list[str]) -> pl.DataFrame:
    """Text rows that validation accepts: key, name and what is required; the rest is absent."""
    required = {"event_code": {"civil_affairs": "火化"}.get(contract.feed, "1"), "qualifier_code": "1"}
    if contract.feed == "self_certification":
        required["qualifier_code"] = "1"
    days = {"yyyy/M/d": "2024/1/2", "yyyyMMdd": "20240102", "epoch_ms": "1704159000000", "yyyy-MM-dd": "2024-01-02"}
    rows = []
    for number, name in enumerate(names):
        row: dict[str, str | None] = dict.fromkeys(column.name for column in contract.columns)
        for column in contract.columns:
            if column.required:
                row[column.name] = required.get(column.name) or days.get(column.format, "2024-01-02 09:30:00")
        rows.append(row | {"record_id": f"r{number}", "name": name})
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))


@pytest.mark.parametrize("feed", FEEDS)
@costly
@given(names=st.lists(NAMES, min_size=1, max_size=8), cut=st.integers(0, 8))
def test_names_come_back(feed: str, names: list[str], cut: int) -> None:
    text = fields(CONTRACTS[feed], names)
    with tempfile.TemporaryDirectory() as place:
        spool = Spool(CONTRACTS[feed], Path(place) / "body")
        for part in (text[:cut], text[cut:]):
            spool.add(part, pl.Series([None] * part.height, dtype=pl.String))
        target = Path(place) / f"file.{CONTRACTS[feed].file_format}"
        pack(spool, target, declared_form(CONTRACTS[feed]))
        _, rows, _ = read(target, feed, Path(place))
    assert rows["name"].to_list() == names


@given(texts=st.lists(st.text(max_size=20), max_size=20), cut=st.integers(0, 20))
def test_keys_depend_on_the_text_alone(texts: list[str], cut: int) -> None:
    """FNV-1a of the bytes, whatever the text stands beside."""
    series = pl.Series(texts, dtype=pl.String)
    slow = []
    for text in texts:
        key = 0xCBF29CE484222325
        for byte in text.encode():
            key = (key ^ byte) * 0x100000001B3 % 2**64
        slow.append(key)
    assert keys_of(series).tolist() == slow
    assert [*keys_of(series[:cut]), *keys_of(series[cut:])] == slow


def test_draws_are_uniform_and_independent_of_each_other() -> None:
    keys = keys_of(pl.Series([f"record-{n}" for n in range(100_000)]))
    one, other = (draws(keys, seed=7, purpose=purpose) for purpose in ("number", "name"))
    shares = [((one >= k / 10) & (one < (k + 1) / 10)).mean() for k in range(10)]
    assert max(abs(share - 0.1) for share in shares) < 0.005
    both = ((one < 0.1) & (other < 0.1)).mean()
    assert abs(both - 0.01) < 0.002
