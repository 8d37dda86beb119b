"""Each figure of a story that should be none can become more: a small story by hand, right, then wrong in one thing."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from benchmarks.story_figures import (
    MEASURES,
    Calendar,
    asked_twice,
    back_pay_error_fen,
    headline,
    overpayment_error_fen,
    repeated_strikes,
    stopped_outside_lawful_road,
    terminated_alive_unlisted,
    unlawful_states,
    unrepaired_disproved_deaths,
)
from benchmarks.story_files import BOOKS, DAILY, SENT, TRUTH, StoryFiles
from data_samples.province.truth import TRUTH_TABLES
from schemas.emit.to_polars import table_schema
from schemas.tables import TABLES

Row = dict[str, Any]
FIRST, SECOND, THIRD = date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3)
NIGHTS = {1: FIRST, 2: SECOND, 3: THIRD}
BENEFIT = {"person_no": 7, "stated_no": 7, "programme_code": "RESIDENT_PENSION", "county_code": "c"}
CLAIM = {
    "claim_id": "k", "person_no": 7, "stated_no": 7, "loss_kind": "LS01", "loss_group": "DEATH",
    "event_date": date(2024, 3, 1), "agency": "health", "feed": "health", "record_id": "H1", "as_of": FIRST,
}  # fmt: skip
LISTED = CLAIM | {"line_id": "k", "run_no": 1}
LEAD = CLAIM | {"lead_id": "k", "status": "LEAD_OPEN", "entry_kind": "OPEN", "run_no": 1}
THREE = {"handler": "a", "reviewer": "b", "approver": "c"}
TRUE = {"lead_id": "k", "verdict": "TRUE_LOSS", "verified_date": FIRST, "notice_date": FIRST, **THREE}
FALSE = TRUE | {"verdict": "FALSE_SOURCE_ERROR", "notice_date": None}
STOP = BENEFIT | {
    "day": SECOND,
    "action": "END",
    "ground": "经人工核实属实：死亡医学证明（2024-03-01）。依据：《条例》",
}
ALIVE = {"person_no": 7, "state": "ALIVE", "from_date": date(1950, 1, 1), "to_date": None}
ENDED = BENEFIT | {"payment_state": "TERMINATED", "monthly_fen": 15_000}
MADE = {"feed": "vaccination", "business_date": SECOND, "file_name": "v.csv", "record_no": 1}
SIGN = MADE | {"person_no": 7, "named_person_no": 7, "event_date": SECOND, "cause": "OWN", "is_exact": True}
TAKEN = MADE | {"known_from": 2, "rejection": ""}
RESUME = STOP | {
    "day": THIRD,
    "action": "RESUME",
    "ground": "请核定。停发期间约1个月未发，按每月待遇标准计150.00元，应否补发",
}
TICKET = {"ticket_id": "t", "status": "ASKED", "as_of": FIRST, "run_no": 1, "demanded_by": ""}
QUESTION = {
    "day": FIRST, "recipient": "health", "ticket_id": "t", "kind": "请核实", "record_id": "H1", "column": "业务日期",
    "issue": "CF04",
}  # fmt: skip
LINE = {"day": SECOND, "recipient": "county-c", "line_id": "k", "priority": 2}


def story(**tables: list[Row]) -> StoryFiles:
    """Files with these rows alone; every table that is not named is empty."""
    truth_tables = {table.name: table for table in TRUTH_TABLES}
    sent = {name: _frame(schema | {"stated_no": pl.Int64}, tables.get(name)) for name, schema in SENT.items()}
    truth = {name: _frame(table_schema(truth_tables[name]), tables.get(name)) for name in TRUTH}
    extra = {"told": pl.Date, "stated_no": pl.Int64}
    truth |= {name: _frame(schema | extra, tables.get(name)) for name, schema in DAILY.items()}
    kept = {"written_by": pl.Int64, "stated_no": pl.Int64}
    book = {name: _frame(dict(table_schema(TABLES[name])) | kept, tables.get(name)) for name in BOOKS}
    return StoryFiles(sent, truth, book, NIGHTS)


def _frame(schema: Any, rows: list[Row] | None) -> pl.DataFrame:
    whole = [{name: row.get(name) for name in dict(schema)} for row in rows or []]
    return pl.DataFrame(whole, schema=dict(schema), orient="row")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)
def test_nothing_is_wrong_where_nothing_happened(measure: Any) -> None:
    assert measure(story())["wrong"] == 0


def lawful(**changed: Any) -> list[str]:
    base: dict[str, list[Row]] = {"proposal": [STOP], "listed": [LISTED], "verdict": [TRUE]}
    return [row["why"] for row in stopped_outside_lawful_road(story(**(base | changed)))["behind"]]


def test_a_stop_needs_the_verdict_of_three_on_what_it_cites() -> None:
    assert lawful() == []
    assert lawful(verdict=[]) == ["NO_VERDICT_OF_THREE"]
    assert lawful(verdict=[TRUE | {"approver": "b"}]) == ["NO_VERDICT_OF_THREE"]
    assert lawful(verdict=[TRUE | {"verified_date": SECOND}]) == ["NO_VERDICT_OF_THREE"]  # comes the day after
    before = TRUE | {"verified_date": date(2024, 3, 30)}
    assert lawful(verdict=[before, FALSE]) == ["NO_VERDICT_OF_THREE"]
    assert lawful(verdict=[before, FALSE | {"approver": "b"}]) == []  # two do not undo what three have confirmed
    assert lawful(listed=[LISTED | {"event_date": date(2024, 2, 1)}]) == ["NO_VERDICT_OF_THREE"]


def test_a_stop_waits_for_an_answer_to_an_objection() -> None:
    objection = {"person_no": 7, "event_date": FIRST}
    assert lawful(objection=[objection]) == ["OPEN_OBJECTION"]
    assert lawful(objection=[objection | {"event_date": SECOND}]) == []  # nobody knows of it that night
    assert lawful(objection=[objection | {"event_date": date(2024, 3, 30)}]) == []  # answered by the verdict


def test_a_stop_for_another_loss_waits_for_the_reply_window() -> None:
    custody = {"loss_kind": "LS06", "loss_group": "CUSTODY"}
    ground = "经人工核实属实：监狱服刑（2024-03-01）。依据：《条例》"
    listed, stop = [LISTED | custody], STOP | {"ground": ground}
    assert lawful(listed=listed, proposal=[stop]) == ["REPLY_WINDOW_OPEN"]
    assert lawful(listed=listed, proposal=[stop | {"day": date(2024, 4, 24)}]) == []
    no_notice = [TRUE | {"notice_date": None}]
    assert lawful(listed=listed, proposal=[stop | {"day": date(2024, 4, 24)}], verdict=no_notice) == ["NO_NOTICE"]


def test_working_days_leave_out_holidays_and_take_in_the_days_made_up() -> None:
    assert Calendar().working_days(date(2024, 4, 3), date(2024, 4, 8)) == 2  # 7 April was a working Sunday


def test_an_overdue_stop_needs_its_reminders() -> None:
    overdue = STOP | {"ground": "认证已于2024-03-31到期。"}
    stages = [{"person_no": 7, "stage": f"s{n}", "obstacle": "", "as_of": FIRST} for n in range(3)]
    assert lawful(proposal=[overdue]) == ["OVERDUE_WITHOUT_CONTACTS"]
    assert lawful(proposal=[overdue], reminder=stages) == []


def test_what_officers_refuted_is_not_asked_again() -> None:
    base: dict[str, list[Row]] = {"line": [LINE], "listed": [LISTED], "verdict": [FALSE]}
    assert [row["person_no"] for row in repeated_strikes(story(**base))["behind"]] == [7]
    assert repeated_strikes(story(**(base | {"verdict": []})))["wrong"] == 0
    both = [LISTED | {"line_id": "m"}, LISTED | {"line_id": "m", "claim_id": "k2", "agency": "police"}]
    of_new_source: dict[str, list[Row]] = {"line": [LINE | {"line_id": "m"}], "listed": [LISTED, *both]}
    assert repeated_strikes(story(**(base | of_new_source)))["wrong"] == 0
    assert repeated_strikes(story(proposal=[STOP], listed=[LISTED], verdict=[FALSE]))["wrong"] == 1


def disproved(**changed: Any) -> int:
    base: dict[str, list[Row]] = {
        "registry": [ENDED | {"told": SECOND}], "lead_entry": [LEAD], "listed": [LISTED], "person_state": [ALIVE],
        "verdict": [FALSE],
    }  # fmt: skip
    return int(unrepaired_disproved_deaths(story(**(base | changed)))["wrong"])


def test_a_disproved_death_is_repaired_by_the_next_night() -> None:
    assert disproved() == 1
    assert disproved(proposal=[RESUME]) == 0
    assert disproved(verdict=[]) == 0
    assert disproved(verdict=[], record=[SIGN], delivery=[TAKEN]) == 1
    assert disproved(verdict=[TRUE], record=[SIGN], delivery=[TAKEN]) == 1
    known = [SIGN | {"event_date": date(2024, 3, 20)}]
    assert disproved(verdict=[TRUE], record=known, delivery=[TAKEN | {"known_from": 1}]) == 0  # judged with it
    back = MADE | {"feed": "health", "record_id": "H1", "cause": "REVOCATION", "business_date": FIRST}
    assert disproved(verdict=[], record=[back]) == 1
    assert disproved(person_state=[ALIVE | {"state": "IN_PRISON"}]) == 0
    assert disproved(registry=[ENDED | {"told": THIRD}]) == 0  # nobody knows yet what the night after will send
    other = LEAD | {"claim_id": "k2", "agency": "police"}
    assert disproved(lead_entry=[LEAD, other]) == 0  # another source still says so


def unlisted(**changed: Any) -> int:
    base: dict[str, list[Row]] = {
        "registry": [ENDED | {"told": day} for day in NIGHTS.values()], "person_state": [ALIVE], "record": [SIGN],
        "delivery": [TAKEN | {"known_from": 3}], "listed": [LISTED],
    }  # fmt: skip
    return int(terminated_alive_unlisted(story(**(base | changed)))["wrong"])


def test_alive_after_the_end_is_the_first_line() -> None:
    assert unlisted() == 1
    assert unlisted(line=[LINE | {"day": THIRD, "priority": 0}]) == 0
    assert unlisted(line=[LINE | {"day": THIRD}]) == 1
    assert unlisted(proposal=[RESUME]) == 0
    assert unlisted(record=[SIGN | {"event_date": FIRST}]) == 0
    assert unlisted(record=[SIGN | {"is_exact": False}]) == 0
    assert unlisted(delivery=[TAKEN | {"rejection": "BAD_FILE"}]) == 0
    assert unlisted(planted=[MADE | {"kind": "RAGGED"}]) == 0
    assert unlisted(person_state=[ALIVE | {"state": "DEAD"}]) == 0
    paid_between = [ENDED | {"told": day} for day in (FIRST, THIRD)]
    assert unlisted(registry=paid_between) == 0


@pytest.mark.parametrize(
    ("states", "wrong"),
    [
        (["ASKED"], 0),
        (["TO_ASK"], 1),  # lasts within a night alone
        (["ASKED", "UPHELD"], 0),
        (["ASKED", "CORRECTED", "ASKED"], 0),  # stated again and asked again within one night
        (["ASKED", "GONE", "WITHDRAWN"], 0),
        (["UPHELD"], 0),
        (["ASKED", "NEW"], 1),
        (["ASKED", "PAID"], 1),
    ],
)
def test_a_ticket_moves_as_declared(states: list[str], wrong: int) -> None:
    entries = [TICKET | {"status": state, "run_no": place} for place, state in enumerate(states, 1)]
    assert unlawful_states(story(ticket_entry=entries))["wrong"] == wrong


@pytest.mark.parametrize(
    ("statuses", "verdicts", "wrong"),
    [
        (["LEAD_OPEN", "CONFLICT"], [], 0),
        (["LEAD_OPEN", "CONFIRMED"], [TRUE], 0),
        (["LEAD_OPEN", "CONFIRMED"], [], 1),
        (["LEAD_OPEN", "REFUTED"], [FALSE], 0),
        (["LEAD_OPEN", "REFUTED"], [TRUE], 1),
        (["LEAD_OPEN", "REFUTED", "LEAD_OPEN"], [FALSE], 1),
        (["LEAD_OPEN", "CONFIRMED", "CONFLICT"], [TRUE], 0),
        (["LEAD_OPEN", "CONFIRMED", "LEAD_OPEN"], [TRUE], 1),
    ],
)
def test_a_lead_moves_upon_what_it_needs(statuses: list[str], verdicts: list[Row], wrong: int) -> None:
    entries = [LEAD | {"status": status, "run_no": run, "as_of": NIGHTS[run]} for run, status in enumerate(statuses, 1)]
    assert unlawful_states(story(lead_entry=entries, listed=[LISTED], verdict=verdicts))["wrong"] == wrong


def test_a_loss_is_certain_only_with_a_confirmed_lead() -> None:
    certain = BENEFIT | {"outcome": "LOSS_CONFIRMED", "loss_state": "CONFIRMED", "as_of": SECOND}
    confirmed = [LEAD, LEAD | {"status": "CONFIRMED", "run_no": 2, "as_of": SECOND}]
    assert unlawful_states(story(certification_entry=[certain]))["wrong"] == 1
    right = story(certification_entry=[certain], lead_entry=confirmed, listed=[LISTED], verdict=[TRUE])
    assert unlawful_states(right)["wrong"] == 0


def owed(**changed: Any) -> int:
    base: dict[str, list[Row]] = {
        "proposal": [RESUME], "registry": [ENDED | {"told": FIRST}], "person_state": [ALIVE],
        "executed": [BENEFIT | {"action": "END", "day": FIRST, "cause": "PROPOSED"}],
    }  # fmt: skip
    return int(back_pay_error_fen(story(**(base | changed)))["wrong"])


def test_back_pay_is_the_months_that_were_not_paid() -> None:
    assert owed() == 0
    paid = BENEFIT | {"pay_month": date(2024, 4, 1), "paid_fen": 15_000, "told": SECOND}
    assert owed(paid=[paid]) == 15_000
    assert owed(paid=[paid | {"told": date(2024, 4, 8)}]) == 0  # paid after the proposal
    assert owed(executed=[BENEFIT | {"action": "END", "day": date(2024, 3, 5), "cause": "PROPOSED"}]) == 15_000


def test_money_at_risk_is_what_was_paid_after_the_death() -> None:
    certain = BENEFIT | {
        "outcome": "LOSS_CONFIRMED", "payment_state": "DRAWING", "as_of": SECOND, "loss_kinds": "LS01",
        "loss_date": date(2024, 2, 3), "at_risk_fen": 15_000,
    }  # fmt: skip
    died = {"person_no": 7, "death_date": date(2024, 2, 2)}
    months = [
        BENEFIT | {"pay_month": date(2024, month, 1), "paid_fen": 15_000, "told": date(2024, month, 8)}
        for month in (1, 2, 3, 4)
    ]
    right: dict[str, list[Row]] = {"certification_entry": [certain], "person": [died], "paid": months}
    assert overpayment_error_fen(story(**right))["wrong"] == 0
    assert overpayment_error_fen(story(**(right | {"paid": months[:2]})))["wrong"] == 15_000
    found = overpayment_error_fen(story(**(right | {"person": [died | {"death_date": date(2024, 1, 31)}]})))
    assert (found["wrong"], found["dated_otherwise"]) == (0, 1)


def test_a_county_is_asked_once_about_a_fact() -> None:
    other = LISTED | {"claim_id": "k2", "line_id": "m", "loss_kind": "LS03"}
    lines = [LINE, LINE | {"line_id": "m"}]
    assert asked_twice(story(line=[LINE], listed=[LISTED]))["wrong"] == 0
    assert asked_twice(story(line=lines, listed=[LISTED, other]))["wrong"] == 1
    remarried = other | {"loss_kind": "LS13", "loss_group": "CONDITION"}
    assert asked_twice(story(line=lines, listed=[LISTED, remarried]))["wrong"] == 0
    answered = [LISTED, LISTED | {"line_id": "m"}]
    assert asked_twice(story(line=[LINE | {"line_id": "m"}], listed=answered, verdict=[FALSE]))["wrong"] == 1


def test_an_agency_is_asked_once_about_a_record() -> None:
    again = QUESTION | {"day": THIRD}
    reply = {"ticket_id": "t", "result": "CORRECTED", "handled_date": SECOND}
    assert asked_twice(story(question=[QUESTION]))["wrong"] == 0
    assert asked_twice(story(question=[QUESTION, again]))["wrong"] == 1
    assert asked_twice(story(question=[QUESTION, again], reply=[reply]))["wrong"] == 0
    assert asked_twice(story(question=[QUESTION, again], reply=[reply | {"result": "CONFIRMED_RIGHT"}]))["wrong"] == 1
    assert asked_twice(story(question=[QUESTION, again | {"kind": "请更正"}]))["wrong"] == 0
    assert asked_twice(story(question=[QUESTION, again | {"ticket_id": "u"}]))["wrong"] == 1


def test_headline_figures_are_told_by_the_books_and_by_the_truth() -> None:
    entries = [LEAD, LEAD | {"status": "REFUTED", "run_no": 2, "as_of": SECOND}]
    compared = {"source": "health", "result": "NO_HIT", "records": 9, "written_by": 3}
    found = headline(story(lead_entry=entries, listed=[LISTED], verdict=[FALSE], comparison=[compared]))
    assert found["product"]["refuted"] == found["truth"]["refuted"] == 1
    assert found["product"]["compared_per_source"] == {"health": 9}
