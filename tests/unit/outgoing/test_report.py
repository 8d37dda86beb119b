"""The page of a night: same figures, same text; nothing loaded; small counts hidden wherever they stand."""

import re
from datetime import date

import pytest

from pipelines.outgoing.report import Heading, groups_of, report
from schemas.code_tables import read_code_tables
from schemas.codes import Outcome
from tests.derived import shipped_contracts, shipped_wording

EMPTY = ("at_risk", "due_months", "comparison", "rows", "rejections", "quarantine", "health", "corrections", "tickets")
BOOKS = ("certification_entry", "lead_entry", "ticket_entry")


def _page(kind="night", **figures):
    nothing = {name: [] for name in (*EMPTY, *BOOKS)}
    averted = [{"records": 17, "recovered_fen": 100_00, "prevented_fen": 23_45}]
    heading = Heading(7, kind, date(2024, 3, 18), "ab" * 32)
    rows = nothing | {"outcomes": _outcomes(), "averted": averted} | figures
    return report(rows, heading, shipped_wording(), codes=read_code_tables(), contracts=shipped_contracts())


def _outcomes(**records):
    counts = {"CERTIFIED_SILENT": 4321, "CERTIFIED_ABROAD": 40, "LOSS_CONFIRMED": 17, "LEAD_OPEN": 29} | records
    return [{"county_code": "621022", "outcome": outcome, "records": n} for outcome, n in counts.items()]


def _text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.split("</style>")[1]))


def test_every_outcome_is_told_once():
    told = [outcome for group in groups_of(shipped_wording()) for outcome in group.outcomes]
    assert sorted(told) == sorted(Outcome)


def test_the_same_figures_give_the_same_page_and_it_loads_nothing():
    assert _page() == _page()
    assert not re.search(r"<script|<link|<img|url\(|@import|src=", _page())
    assert set(re.findall(r"https?://[^\"]+", _page())) <= {"http://www.w3.org/2000/svg"}


def test_shares_and_money_are_told():
    text = _text(_page(at_risk=[{"loss_state": "CONFIRMED", "fen": 535_400_00}]))
    for told in ("4,407", "98.0%", "535,400.00", "123.45"):
        assert told in text


@pytest.mark.parametrize("small", [1, 9])
def test_a_small_count_and_its_money_are_hidden(small):
    at_risk = [{"loss_state": "CONFIRMED", "fen": 777_00}]
    text = _text(_page(outcomes=_outcomes(LOSS_CONFIRMED=small), at_risk=at_risk))
    assert "<10" in text.replace("&lt;", "<")
    assert "777.00" not in text
    assert "123.45" not in text


@pytest.mark.parametrize(("records", "is_shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_what_few_ended_benefits_saved_is_hidden_when_nobody_is_confirmed_any_more(records, is_shown):
    averted = [{"records": records, "recovered_fen": 100_00, "prevented_fen": 23_45}]
    assert ("123.45" in _text(_page(outcomes=_outcomes(LOSS_CONFIRMED=0), averted=averted))) == is_shown


def test_a_small_part_of_a_shown_group_takes_another_with_it():
    text = _text(_page(outcomes=_outcomes(CERTIFIED_ABROAD=3)))
    assert "4,324" in text
    assert "4,321" not in text


def test_row_accounting_is_shown_in_full():
    counted = {"physical": 9, "header": 1, "blank": 0, "accepted": 4, "quarantined": 2, "duplicates": 1}
    counted["unanswered"] = 1
    text = _text(_page(rows=[{"feed": "health", "files": 1, "rejected": 0, "gated": 0} | counted]))
    assert "死亡医学证明 health — — 1 0 0 9 1 0 4 2 1 1 ✓" in text


def test_a_backfill_says_what_it_corrected():
    corrections = [{"before": "OVERDUE", "after": "CERTIFIED_SILENT", "entries": 31}]
    text = _text(_page(kind="backfill", corrections=corrections))
    assert "已过期待上门 静默认证通过 31" in text
    assert "补算更正" not in _page(corrections=corrections)
