"""The two lawful roads: a confirmed loss, and an overdue certification that passed the whole gate."""

from datetime import date

import polars as pl
import pytest

from pipelines.outgoing.proposals import fully_contacted, loss_proposals, next_pay_run, overdue_proposals
from pipelines.outgoing.reminded import attempts, stages_met
from schemas.emit.to_polars import table_schema
from schemas.policy import Notice
from schemas.tables import REMINDER
from tests.derived import shipped_codes, shipped_policy, shipped_wording

AS_OF, DUE = date(2024, 8, 1), date(2024, 6, 30)
NOTICES = (Notice(stage="early", days_before=30), Notice(stage="late", days_before=7))
STAGES = tuple(notice.stage for notice in NOTICES)
KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}
LATE = KEY | {
    "due_date": DUE,
    "phone": "13800000000",
    "birth_date": date(1955, 1, 1),
    "group": "GENERAL",
    "name": "测试",
}
TRIED = [("VISIT", date(2024, 7, 10)), ("ASSISTED", date(2024, 7, 20))]
ENTERED = {"early": date(2024, 5, 31), "late": date(2024, 6, 23)}


def _reminders(stages, *, due=DUE, obstacle=""):
    rows = [
        {"notice_id": stage, "run_no": 1, "as_of": ENTERED[stage], "person_no": 1, "stage": stage, "due_date": due,
         "obstacle": obstacle}
        for stage in stages
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=table_schema(REMINDER))


def _contacts(tried):
    rows = [(1, channel, (*result, "NOT_FOUND")[0], day) for channel, day, *result in tried]
    schema = {"person_no": pl.Int64, "channel": pl.String, "result": pl.String, "contact_date": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _proposed(late=None, stages=STAGES, tried=TRIED, reached_due=DUE, obstacle="", as_of=AS_OF, notices=NOTICES):
    late_rows, contacts = pl.DataFrame([LATE | (late or {})]), _contacts(tried)
    reminders = _reminders(stages, due=reached_due, obstacle=obstacle)
    met = stages_met(late_rows, reminders, contacts, notices=notices, due_soon_days=90, as_of=as_of)
    attempted = attempts(late_rows, met, contacts, as_of=as_of)
    contacted = fully_contacted(late_rows, met, attempted, notices=notices, as_of=as_of, visit_age=80)
    return overdue_proposals(contacted, met, attempted, shipped_codes(), shipped_wording())


def test_all_stages_and_two_channels_pass_the_gate():
    assert _proposed().select("person_no", "effect").rows() == [(1, "SUSPEND")]


@pytest.mark.parametrize(
    "missing",
    [
        {"tried": []},
        {"tried": TRIED[:1]},
        {"tried": [TRIED[0], ("VISIT", date(2024, 7, 11))]},
        {"tried": [TRIED[0], ("ASSISTED", DUE)]},
        {"tried": [TRIED[0], ("ASSISTED", date(2024, 8, 2))]},
        {"stages": STAGES[:1]},
        {"obstacle": "NO_PHONE"},
        {"reached_due": date(2023, 6, 30)},
        {"late": {"due_date": AS_OF}, "reached_due": AS_OF},
    ],
    ids=["no attempt", "one attempt", "one channel twice", "before the due date", "an attempt to come",
         "a stage missing", "no message written", "stages of another year", "still due today"],
)  # fmt: skip
def test_whatever_is_missing_there_is_no_proposal(missing):
    assert _proposed(**missing).is_empty()


def test_a_stage_of_another_policy_shuts_no_gate_and_opens_none():
    assert _proposed(notices=(NOTICES[0],)).height == 1
    assert _proposed(notices=(*NOTICES, Notice(stage="new", days_before=3))).is_empty()


@pytest.mark.parametrize("who", [{"birth_date": date(1940, 1, 1)}, {"group": "DISABLED"}, {"phone": ""}])
def test_the_old_the_disabled_and_who_has_no_phone_are_visited(who):
    without_visit = [("CONSULAR_FORM", date(2024, 7, 10)), TRIED[1]]
    assert _proposed(late=who, tried=without_visit).is_empty()
    assert _proposed(late=who).height == 1
    assert _proposed(tried=without_visit).height == 1


LETTERS = [("LETTER", date(2024, 6, 3), "REMINDED"), ("LETTER", date(2024, 6, 25), "REMINDED")]
CALLED = [("TELEPHONE", date(2024, 7, 10)), ("VISIT", date(2024, 7, 20))]


@pytest.mark.parametrize(
    ("contacts", "found"),
    [
        ([*LETTERS, *CALLED], 1),
        ([("VISIT", date(2024, 6, 3)), LETTERS[1], *CALLED], 1),
        ([("VISIT", date(2024, 6, 3)), ("VISIT", date(2024, 6, 25), "REMINDED"), *CALLED], 1),
        # made good after the due date: it meets the stage and is no attempt
        ([LETTERS[0], ("LETTER", date(2024, 7, 5), "REMINDED"), *CALLED], 1),
        ([LETTERS[0], CALLED[0], CALLED[1]], 0),
        ([LETTERS[0], *CALLED], 0),
        ([("LETTER", date(2024, 6, 25), "REMINDED"), *CALLED], 0),
        ([("LETTER", date(2024, 5, 1), "REMINDED"), LETTERS[1], *CALLED], 0),
        ([("LETTER", date(2024, 6, 3)), LETTERS[1], *CALLED], 0),
        ([("TELEPHONE", date(2024, 6, 3), "REMINDED"), LETTERS[1], *CALLED], 0),
        (CALLED, 0),
        ([*LETTERS, CALLED[1]], 0),
        ([*LETTERS, CALLED[0], ("LETTER", date(2024, 7, 20), "REMINDED")], 0),
    ],
    ids=["two letters", "a visit and a letter", "two visits", "a letter late", "the only visit meets a stage",
         "one letter for two stages", "one letter late for two", "a letter before the stage", "a letter that came back",
         "a call", "nothing", "one attempt", "no visit"],
)  # fmt: skip
@pytest.mark.parametrize("obstacle", ["NO_PHONE", "SILENT_PHONE"])
def test_v18_a_letter_or_a_visit_is_the_stage_of_whom_no_message_reaches(contacts, found, obstacle):
    unreached = {"phone": ""}  # as `overdue_benefits` has it for a number that nobody writes to
    assert _proposed(late=unreached, tried=contacts, obstacle=obstacle).height == found


def test_v18_a_proposal_says_how_each_stage_was_met_and_what_was_tried():
    (by_message,) = _proposed()["ground"]
    assert by_message == (
        "认证已于2024-06-30到期。提醒：early，2024-05-31生成短信；late，2024-06-23生成短信。"
        "联系：2024-07-10上门看望，未见到也未联系上本人；2024-07-20异地协助认证，未见到也未联系上本人。"
        "短信是否发出见放行记录"
    )
    (in_person,) = _proposed(late={"phone": ""}, tried=[*LETTERS, *CALLED], obstacle="NO_PHONE")["ground"]
    assert in_person == (
        "认证已于2024-06-30到期。提醒：early，没有手机号码，未生成短信，2024-06-03寄信；"
        "late，没有手机号码，未生成短信，2024-06-25寄信。"
        "联系：2024-07-10电话联系，未见到也未联系上本人；2024-07-20上门看望，未见到也未联系上本人。"
        "短信是否发出见放行记录"
    )


@pytest.mark.parametrize(
    ("obstacle", "stages", "says"),
    [
        ("NO_PHONE", STAGES, "没有手机号码，未生成短信，2024-06-03寄信"),
        ("SILENT_PHONE", STAGES, "手机号码暂不使用，未生成短信，2024-06-03寄信"),
        ("", STAGES[1:], "early，未生成短信，2024-06-03寄信；late，2024-06-23生成短信"),
        ("", (), "early，未生成短信，2024-06-03寄信；late，未生成短信，2024-06-25寄信"),
    ],
    ids=["no phone", "silent phone", "a night jumped over the first stage", "nights of an older version"],
)
def test_v18_a_stage_without_a_message_is_never_said_to_have_one(obstacle, stages, says):
    (ground,) = _proposed(stages=stages, tried=[*LETTERS, *CALLED], obstacle=obstacle)["ground"]
    assert says in ground
    assert ("2024-05-31生成短信" in ground) is False


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
