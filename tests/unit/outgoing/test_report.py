"""The page of a night: same figures, same text; nothing loaded; small counts hidden wherever they stand."""

import re
from datetime import date

import pytest

from pipelines.outgoing.figures import headlines
from pipelines.outgoing.report import Heading, groups_of, report
from schemas.code_tables import read_code_tables
from schemas.codes import Outcome
from tests.derived import shipped_contracts, shipped_wording

EMPTY = ("at_risk", "due_months", "comparison", "rows", "rejections", "quarantine", "health", "corrections", "tickets")
BOOKS = ("certification_entry", "lead_entry", "ticket_entry")


def _page(kind="night", **figures):
    nothing = {name: [] for name in (*EMPTY, *BOOKS)}
    heading = Heading(7, kind, date(2024, 3, 18), "ab" * 32)
    rows = nothing | {"outcomes": _outcomes(), "headlines": _counted()} | figures
    return report(rows, heading, shipped_wording(), codes=read_code_tables(), contracts=shipped_contracts())


def _counted(run_no=7, **values):
    known = {"CONFIRMED": 17, "RECOVERED_FEN": 100_00, "PREVENTED_FEN": 23_45, "AVERTED_FEN": 123_45} | values
    return [{"run_no": run_no, "figure": name, "value": value} for name, value in known.items()]


def _outcomes(**records):
    counts = {"CERTIFIED_SILENT": 4321, "CERTIFIED_ABROAD": 40, "LOSS_CONFIRMED": 17, "LEAD_OPEN": 29} | records
    return [{"county_code": "621022", "outcome": outcome, "records": n} for outcome, n in counts.items()]


def _text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.split("</style>")[1]))


def test_every_outcome_is_told_once():
    shown = [outcome for group in groups_of(shipped_wording()) for outcome in group.outcomes]
    assert sorted(shown) == sorted(Outcome)


def test_the_same_figures_give_the_same_page_and_it_loads_nothing():
    assert _page() == _page()
    assert not re.search(r"<script|<link|<img|url\(|@import|src=", _page())
    assert set(re.findall(r"https?://[^\"]+", _page())) <= {"http://www.w3.org/2000/svg"}


def test_shares_and_money_are_told():
    text = _text(_page(at_risk=[{"loss_state": "CONFIRMED", "fen": 535_400_00}]))
    for shown in ("4,407", "98.0%", "535,400.00", "避免损失合计 Averted — 123.45"):
        assert shown in text


@pytest.mark.parametrize("small", [1, 9])
def test_a_small_count_and_its_money_are_hidden(small):
    at_risk = [{"loss_state": "CONFIRMED", "fen": 777_00}]
    text = _text(_page(outcomes=_outcomes(LOSS_CONFIRMED=small), at_risk=at_risk))
    assert "<10" in text.replace("&lt;", "<")
    assert "777.00" not in text


@pytest.mark.parametrize(("records", "is_shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_the_money_of_few_confirmed_losses_is_hidden(records, is_shown):
    assert ("123.45" in _text(_page(headlines=_counted(CONFIRMED=records)))) == is_shown


def test_a_night_adds_what_the_one_before_had_not():
    before = _counted(run_no=5, CONFIRMED=5, RECOVERED_FEN=40_00, DOUBTFUL=12, COMPARED=50)
    text = _text(_page(headlines=[*before, *_counted(DOUBTFUL=20, COMPARED=50)]))
    for line in ("核实丧失 Confirmed 12 17", "已追回 Recovered 60.00 100.00", "出现疑点 Doubtful <10 20"):
        assert line in text.replace("&lt;", "<")
    # what does not add up is the night's own
    assert "已反向比对 Compared 50 50" in text


def test_what_a_night_added_for_few_is_hidden_with_their_number():
    text = _text(_page(headlines=[*_counted(run_no=5, CONFIRMED=14, RECOVERED_FEN=40_00), *_counted()]))
    assert "已追回 Recovered ＊ 100.00" in text


@pytest.mark.parametrize(("run_no", "added"), [(1, 17), (7, None)])
def test_before_the_first_night_nothing_was_counted_and_before_a_home_of_older_code_nobody_knows(run_no, added):
    (confirmed,) = headlines([{"run_no": run_no, "figure": "CONFIRMED", "value": 17}], run_no=run_no)
    assert (confirmed.value, confirmed.added) == (17, added)


def test_a_run_that_counted_nothing_shows_no_headline_figures():
    assert "主要数字" not in _page(headlines=_counted(run_no=5))


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
