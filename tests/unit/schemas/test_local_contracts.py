"""A local agency's other header is a local contract, not code."""

from pathlib import Path

import pytest

from schemas.contract import read_contracts
from schemas.emit.to_markdown import SCHEMAS

OURS = SCHEMAS / "contracts"


def _copy(folder: Path, feed: str, **changes: str) -> None:
    text = (OURS / "health.odcs.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    (folder / f"{feed}.odcs.yaml").write_text(text, encoding="utf-8")


def test_a_local_contract_replaces_ours(tmp_path: Path) -> None:
    _copy(tmp_path, "health", deceased_name="逝者姓名")
    contracts = read_contracts([OURS, tmp_path])
    assert contracts["health"].column("name").header == "逝者姓名"
    assert contracts["civil_affairs"] == read_contracts([OURS])["civil_affairs"]


def test_a_new_local_contract_is_a_new_feed(tmp_path: Path) -> None:
    _copy(tmp_path, "village_report", **{"name: health\nversion": "name: village_report\nversion"})
    assert set(read_contracts([OURS, tmp_path])) - set(read_contracts([OURS])) == {"village_report"}


def test_a_key_nobody_reads_is_rejected(tmp_path: Path) -> None:
    _copy(tmp_path, "health", **{"property: trailer": "property: footer", "property: manifest": "property: manifesto"})
    with pytest.raises(ValueError, match="manifesto"):
        read_contracts([tmp_path])


def test_a_column_declared_twice_is_rejected(tmp_path: Path) -> None:
    _copy(tmp_path, "health", **{"physicalName: sex_code": "physicalName: id_card_no"})
    with pytest.raises(ValueError, match="declared twice"):
        read_contracts([tmp_path])


@pytest.mark.parametrize("level", ["property: latency, value: 1, unit: d", "property: frequency, value: 1, unit: m"])
def test_a_promise_nobody_reads_is_rejected(tmp_path: Path, level: str) -> None:
    _copy(tmp_path, "health", **{"\ncustomProperties:\n": f"\nslaProperties:\n  - {{{level}}}\ncustomProperties:\n"})
    with pytest.raises(ValueError, match=r"health\.odcs\.yaml: slaProperties"):
        read_contracts([tmp_path])
