"""The two lawful roads: a confirmed loss, and an overdue certification that passed the whole gate."""

from datetime import date

import polars as pl
import pytest

from pipelines.outgoing.proposals import fully_contacted, loss_proposals, next_pay_run, overdue_proposals
from tests.derived import shipped_policy, shipped_wording

AS_OF, DUE = date(2024, 8, 1), date(2024, 6, 30)
STAGES = ("early", "late")
KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}
LATE = KEY | {
    "due_date": DUE,
    "phone": "13800000000",
    "birth_date": date(1955, 1, 1),
    "group": "GENERAL",
    "name": "测试",
}
TRIED = [("VISIT", date(2024, 7, 10)), ("ASSISTED", date(2024, 7, 20))]


def _proposed(late=None, stages=STAGES, tried=TRIED, reached_due=DUE):
    contacts = pl.DataFrame(
        [{"person_no": 1, "channel": channel, "contact_date": day} for channel, day in tried],
        schema={"person_no": pl.Int64, "channel": pl.String, "contact_date": pl.Date},
    )
    reached = pl.DataFrame([KEY | {"due_date": reached_due, "stage": stage} for stage in stages])
    late_rows = pl.DataFrame([LATE | (late or {})])
    tried_rows = fully_contacted(late_rows, reached, contacts, stages=STAGES, as_of=AS_OF, visit_age=80)
    return overdue_proposals(tried_rows, shipped_wording())


def test_all_stages_and_two_channels_pass_the_gate():
    assert _proposed().select("person_no", "effect").rows() == [(1, "SUSPEND")]


@pytest.mark.parametrize(
    "missing",
    [
        {"tried": []},
        {"tried": TRIED[:1]},
        {"tried": [TRIED[0], ("VISIT", date(2024, 7, 11))]},
        {"tried": [TRIED[0], ("ASSISTED", DUE)]},
        {"stages": STAGES[:1]},
        {"reached_due": date(2023, 6, 30)},
        {"late": {"due_date": AS_OF}, "reached_due": AS_OF},
    ],
    ids=["no attempt", "one attempt", "one channel twice", "before the due date", "a stage missing", "stages of "
         "another year", "still due today"],
)  # fmt: skip
def test_whatever_is_missing_there_is_no_proposal(missing):
    assert _proposed(**missing).is_empty()


@pytest.mark.parametrize("who", [{"birth_date": date(1940, 1, 1)}, {"group": "DISABLED"}, {"phone": ""}])
def test_the_old_the_disabled_and_who_has_no_phone_are_visited(who):
    without_visit = [("CONSULAR_FORM", date(2024, 7, 10)), TRIED[1]]
    assert _proposed(late=who, tried=without_visit).is_empty()
    assert _proposed(late=who).height == 1
    assert _proposed(tried=without_visit).height == 1


def _loss(kind, programme="RESIDENT_PENSION", state="DRAWING", day=1):
    happened = {"loss_kind": kind, "event_date": date(2024, 1, day), "payment_state": state, "name": "测试"}
    return KEY | happened | {"programme_code": programme}


@pytest.fixture(scope="module")
def effects():
    rows = pl.DataFrame(shipped_policy().effect_rows(["RESIDENT_PENSION", "EMPLOYEE_PENSION", "UNEMPLOYMENT"]))
    return rows.filter(pl.col("effect").is_in(["END", "SUSPEND"]))


@pytest.mark.parametrize(
    ("losses", "effect"),
    [
        ([_loss("LS01")], ["END"]),
        ([_loss("LS06")], ["SUSPEND"]),
        ([_loss("LS06"), _loss("LS01", day=9)], ["END"]),
        ([_loss("LS06", state="SUSPENDED")], []),
        ([_loss("LS01", state="SUSPENDED")], ["END"]),
        ([_loss("LS08", programme="EMPLOYEE_PENSION")], []),
        ([_loss("LS06", programme="UNEMPLOYMENT")], []),
    ],
)
def test_the_matrix_says_what_a_confirmed_loss_does(effects, losses, effect):
    assert loss_proposals(pl.DataFrame(losses), effects, shipped_wording())["effect"].to_list() == effect


def test_what_was_paid_is_not_taken_back():
    assert next_pay_run(date(2024, 12, 31)) == date(2025, 1, 1)
    assert next_pay_run(date(2024, 3, 1)) == date(2024, 4, 1)
