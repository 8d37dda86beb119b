"""The list before payment: what is proposed about an instalment, and by which day a county has it."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.home.declared import SCHEMAS
from pipelines.outgoing.prepayment import awards_after_death, holds, instalments, list_days, to_pay
from schemas import tables as t
from schemas.declaration import DeclarationError
from schemas.overlay import read_policy
from tests.derived import engine, shipped_codes, shipped_policy, shipped_wording
from tests.unit.conftest import claimed, decided, row, stored

APRIL = date(2024, 4, 1)
KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}
LOST = {"loss_kinds": "LS01", "loss_date": date(2024, 3, 5)}


@pytest.mark.parametrize(
    ("decision", "is_held"),
    [
        ({}, True),
        ({"payment_state": "SUSPENDED"}, False),
        ({"outcome": "LEAD_OPEN"}, False),
        ({"outcome": "HELD_STALE"}, False),
        ({"loss_date": APRIL}, False),  # who dies in April is paid for April
        ({"loss_date": date(2024, 3, 31)}, True),
    ],
)
def test_only_a_confirmed_loss_of_an_earlier_month_is_held(decision, is_held) -> None:
    decisions = stored(t.DECISION, decided(1, "LOSS_CONFIRMED", **LOST) | decision)
    rows = holds(decisions, stored(t.CLAIM, claimed(1, "CONFIRMED")), month=APRIL)
    assert bool(engine().arrow(rows).num_rows) == is_held


CUSTODY = {"loss_kind": "LS06", "loss_group": "CUSTODY", "event_date": date(2023, 5, 5)}


@pytest.mark.parametrize(
    ("claims", "rows_held"),
    [
        ([{"end_date": date(2024, 3, 25)}], 0),  # released before April: April is due
        ([{"end_date": date(2024, 3, 31)}], 0),
        ([{"end_date": APRIL}], 1),  # paid again from May on
        ([{"end_date": None}], 1),
        ([{"end_date": date(2024, 3, 25)}, {"end_date": date(2025, 1, 1)}], 1),
        ([{"end_date": date(2024, 3, 25)}, {"loss_kind": "LS07"}], 1),
        ([{"end_date": date(2024, 3, 25)}, {"loss_kind": "LS07", "status": "LEAD_OPEN"}], 0),
        ([{"end_date": date(2024, 3, 25)}, {"loss_kind": "LS13"}], 0),  # touches another benefit
        ([{"end_date": date(2024, 3, 25), "loss_kind": "LS01", "loss_group": "DEATH"}], 1),
    ],
)
def test_an_instalment_of_a_month_after_the_term_is_not_held(claims, rows_held) -> None:
    decision = decided(1, "LOSS_CONFIRMED", loss_kinds="LS01,LS06,LS07", loss_date=date(2023, 5, 5))
    stands = [claimed(1, "CONFIRMED") | CUSTODY | {"claim_id": f"c{n}"} | one for n, one in enumerate(claims)]
    rows = holds(stored(t.DECISION, decision), stored(t.CLAIM, *stands), month=APRIL)
    assert engine().arrow(rows).num_rows == rows_held


@pytest.mark.parametrize(
    ("claim", "first", "is_asked"),
    [
        ({}, date(2024, 3, 1), True),
        ({"status": "CONFIRMED"}, date(2024, 3, 1), True),
        ({"status": "REFUTED"}, date(2024, 3, 1), False),
        ({"is_dated": False}, date(2024, 3, 1), False),
        ({"loss_group": "CUSTODY"}, date(2024, 3, 1), False),
        ({}, date(2024, 1, 5), False),
        ({}, None, False),
    ],
)
def test_an_award_that_begins_after_a_death_is_checked_first(claim, first, is_asked) -> None:
    dead = claimed(1, "LEAD_OPEN", event_date=date(2024, 1, 5))
    benefit = row(t.ENTITLEMENT, **KEY, payment_state="DRAWING", first_payment_date=first)
    rows = awards_after_death(stored(t.ENTITLEMENT, benefit), stored(t.CLAIM, dead | claim))
    assert bool(engine().arrow(rows).num_rows) == is_asked


def test_what_is_owed_after_a_refuted_loss_is_to_be_paid() -> None:
    alarms = ("REFUTED_UNPAID", "RESUMED_NOT_BACK_PAID", "ALIVE_STOPPED", "APPROVED_PAID", "CERTIFIED_SUSPENDED")
    rows = stored(
        t.EXECUTION_ALARM,
        *(row(t.EXECUTION_ALARM, **(KEY | {"person_no": n, "alarm": a})) for n, a in enumerate(alarms)),
    )
    assert sorted(engine().arrow(to_pay(rows))["person_no"].to_pylist()) == [0, 1]


def _rows(policy, *, month=APRIL, **found):
    empty = {"HOLD": holds, "PAY": None, "CHECK_AWARD": None}
    frames = {
        action: pl.DataFrame(found.get(action, []), schema_overrides={"months": pl.Int32})
        if found.get(action)
        else pl.DataFrame(schema={"person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String})
        for action in empty
    }
    benefits = pl.DataFrame([KEY | {"name": "测试1", "monthly_fen": 145_00, "first_payment_date": date(2024, 3, 1)}])

    def name(*key):
        return "|".join(map(str, key))

    listed = instalments(frames, benefits, policy, shipped_codes(), shipped_wording(), month=month, item_id=name)
    return listed.to_dicts()


FOUND = {
    "HOLD": [KEY | {"loss_kinds": "LS01,LS03", "loss_date": date(2024, 3, 5)}],
    "PAY": [KEY | {"months": 2, "fen": 290_00}],
    "CHECK_AWARD": [KEY | {"loss_date": date(2024, 1, 5)}],
}


def test_what_is_owed_comes_first_and_each_row_says_why() -> None:
    rows = _rows(shipped_policy(), **FOUND)
    assert [one["action"] for one in rows] == ["建议发放", "请先核实", "建议暂缓"]
    assert {(one["pay_date"], one["list_date"], one["amount_yuan"]) for one in rows} == {
        (date(2024, 4, 15), date(2024, 4, 8), "145.00")
    }
    assert "2个月、290.00元" in rows[0]["ground"]
    assert "死亡医学证明、死亡注销户口（2024-03-05）" in rows[2]["ground"]


def _policy(folder: Path, text: str):
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    return read_policy([SCHEMAS / "policy", folder])


@pytest.mark.parametrize(
    ("own", "month", "days"),
    [
        ("- {county: '621022', day: 20, working_days_before: 5}", APRIL, (date(2024, 4, 19), date(2024, 4, 12))),
        ("- {county: '620102', day: 20, working_days_before: 5}", APRIL, (date(2024, 4, 15), date(2024, 4, 8))),
        ("- {programme: RESIDENT_PENSION, day: 31, working_days_before: 0}", APRIL, (date(2024, 4, 30),) * 2),
        ("- {county: '621022', day: 5, working_days_before: 3}", APRIL, (date(2024, 4, 3), date(2024, 3, 29))),
        ("- {county: '621022', day: 1, working_days_before: 0}", date(2024, 2, 1), (date(2024, 2, 1),) * 2),
    ],
    ids=["its own day, a Saturday that is a Friday before", "another county", "last of the month, no days before",
         "a festival", "first of the month"],
)  # fmt: skip
def test_a_countys_own_pay_day_lies_over_ours_row_by_row(tmp_path, own, month, days) -> None:
    rows = _rows(_policy(tmp_path, f"pay_days:\n{own}\n"), month=month, PAY=FOUND["PAY"])
    assert [(one["pay_date"], one["list_date"]) for one in rows] == [days]


def test_without_a_calendar_nothing_is_held_and_what_is_owed_is_still_listed() -> None:
    rows = _rows(shipped_policy(), month=date(2099, 4, 1), **FOUND)
    assert [(one["action"], one["pay_date"]) for one in rows] == [("建议发放", None), ("请先核实", None)]


def test_the_days_on_which_lists_are_due() -> None:
    assert list_days(shipped_policy(), APRIL) == {date(2024, 4, 8)}
    assert list_days(shipped_policy(), date(2099, 4, 1)) == set()


def test_two_rows_that_fit_the_same_benefit_and_disagree_are_refused(tmp_path) -> None:
    crossed = "pay_days:\n- {county: '621022', day: 5, working_days_before: 3}\n"
    crossed += "- {programme: RESIDENT_PENSION, day: 6, working_days_before: 3}\n"
    with pytest.raises(DeclarationError, match=r"pay_days: the row of county 621022 .* write a row for both"):
        _policy(tmp_path, crossed)
    both = "- {county: '621022', programme: RESIDENT_PENSION, day: 7, working_days_before: 1}\n"
    assert _policy(tmp_path, crossed + both).pay_day_of("621022", "RESIDENT_PENSION").day == 7
