"""Lists of ours, filled in and saved as offices save them, are read back by the product's own reader."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_samples.province.returned_lists import FORMS, read_list, return_lists
from tests.unit.province.emissions import CODES, CONTRACTS

DAY = date(2024, 3, 20)
LEADS = [f"{place:020x}" for place in range(1, 4)]


def worklist(home: Path, county: str) -> Path:
    """A list of three leads."""
    contract = CONTRACTS["worklist"]
    rows = [{column.header: lead if column.name == "lead_id" else "1" for column in contract.columns} for lead in LEADS]
    path = home / "outbox" / f"{DAY}" / county / "worklist.csv"
    path.parent.mkdir(parents=True)
    blank = {column.header: None for column in contract.columns if column.fills and column.name != "lead_id"}
    path.write_bytes(pl.DataFrame([row | blank for row in rows]).write_csv().encode("utf-8-sig"))
    return path


def verdicts(*leads: str) -> pl.DataFrame:
    answer = {"verdict": "TRUE_LOSS", "verified_date": DAY, "method": "", "notice_date": DAY}
    signed = {"handler": "甲", "reviewer": "乙", "approver": "丙"}
    return pl.DataFrame([{"lead_id": lead} | answer | signed for lead in leads])


@pytest.mark.parametrize("county", [f"county-{place:06d}" for place in range(12)])
def test_answers_are_in_the_list_that_comes_back(tmp_path: Path, county: str) -> None:
    sent = read_list(worklist(tmp_path, county), CONTRACTS["worklist"])
    left = return_lists([sent], verdicts(*LEADS[:2], "f" * 20), tmp_path / "in", CODES, share=1.0, day=DAY, seed=5)
    (file,) = (tmp_path / "in" / "verification" / f"{DAY}").iterdir()
    assert left["lead_id"].to_list() == ["f" * 20]
    content = file.read_bytes()
    if file.suffix == ".xlsx":
        rows = pl.read_excel(file, engine="openpyxl", infer_schema_length=0).rows(named=True)
    else:
        text = content.decode("gb18030" if b"\xca" in content[:60] or b"\xcf" in content[:2] else "utf-8-sig")
        rows = pl.read_csv(text.encode(), infer_schema=False).rows(named=True)
    assert [row["核查结果"] for row in rows] == ["属实", "属实", None]
    assert [row["线索号"].strip("'") for row in rows] == LEADS
    assert rows[0]["核查日期"] in {f"{DAY:{form.day}}" for form in FORMS}


def test_a_list_without_an_answer_does_not_come_back(tmp_path: Path) -> None:
    sent = read_list(worklist(tmp_path, "county-620102"), CONTRACTS["worklist"])
    assert return_lists([sent], verdicts("f" * 20), tmp_path / "in", CODES, share=1.0, day=DAY, seed=5).height == 1
    assert not (tmp_path / "in").exists()


def test_an_office_that_has_a_system_of_its_own_returns_no_list(tmp_path: Path) -> None:
    sent = read_list(worklist(tmp_path, "county-620102"), CONTRACTS["worklist"])
    assert return_lists([sent], verdicts(*LEADS), tmp_path / "in", CODES, share=0.0, day=DAY, seed=5).height == 3
