"""Events and states of each kind of case, night by night, from tables written by hand."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.cases.step import CASES
from schemas import tables as t
from schemas.officers import Officer, Register
from schemas.table import Table
from tests.derived import context, derive, row, rows_of

MONDAY = date(2024, 3, 18)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 3))
COUNTY, OTHER = "621022", "620102"


class Home:
    """Nights one after another; each remembers the events of those before it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.cases: list[dict[str, Any]] = []
        self.run_no = 0

    def night(self, as_of: date, tables: Mapping[Table, Sequence[dict]], *, feeds=None, **values: Any) -> list[tuple]:
        """New events as (event, day, cause), in the order in which they are taken."""
        self.run_no += 1
        known = {**tables, t.CASE_EVENT: self.events}
        derived = derive(CASES, known, feeds=feeds, as_of=as_of, run_no=self.run_no, **values)
        new = rows_of(derived, t.CASE_EVENT)
        self.events += new
        self.cases = rows_of(derived, t.CASE)
        return sorted((one["event"], one["day"], one["cause"]) for one in new)

    @property
    def states(self) -> list[str]:
        return sorted(case["state"] for case in self.cases)

    @property
    def case(self) -> dict[str, Any]:
        (only,) = self.cases
        return only


def sent(kind: str, number: str, county: str = COUNTY, **values: Any) -> dict[str, Any]:
    return row(t.SENT, case_kind=kind, number=number, county_code=county, **({"person_no": 1} | values))


LINE = row(
    t.LISTED, line_id="l1", claim_id="c1", person_no=1, loss_kind="LS07", loss_group="CUSTODY", as_of=MONDAY,
    business_date=MONDAY, event_date=date(2024, 1, 5),
)  # fmt: skip


def claim(status: str, **values: Any) -> dict[str, Any]:
    asked = "l1" if status in ("LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN") else ""
    return row(t.CLAIM, claim_id="c1", person_no=1, status=status, line_id=asked, **values)


VERDICT = row(
    t.VERDICT, feed="verification", record_id="v1", delivery_id="d1", record_no=1, lead_id="l1", person_no=1,
    verdict="TRUE_LOSS", verified_date=TUESDAY, notice_date=TUESDAY, business_date=TUESDAY,
    handler=context().digest("zhang"), reviewer="b", approver="c",
)  # fmt: skip


def test_a_lead_is_listed_verified_announced_and_confirmed():
    home = Home()
    first = {t.LISTED: [LINE], t.CLAIM: [claim("LEAD_OPEN")], t.SENT: [sent("LEAD", "l1", until=date(2024, 4, 1))]}
    assert home.night(MONDAY, first) == [("LISTED", MONDAY, ""), ("OPENED", MONDAY, "LS07")]
    assert (home.case["state"], home.case["owed_by"], home.case["until"]) == ("OPEN", "OFFICE", date(2024, 4, 1))
    assert home.case["office"] == COUNTY
    zhang = {"account": "zhang", "name": "张", "office": COUNTY, "roles": ["HANDLER"], "from": MONDAY, "to": WEDNESDAY}
    register = Register(
        officers=(
            Officer.model_validate(zhang),
            Officer.model_validate(zhang | {"office": OTHER, "from": THURSDAY, "to": None}),
        )
    )
    noticed = first | {t.CLAIM: [claim("NOTICE_GIVEN")], t.VERDICT: [VERDICT]}
    assert home.night(WEDNESDAY, noticed, officers=register) == [
        ("ANSWERED", TUESDAY, "TRUE_LOSS"), ("NOTICED", TUESDAY, "TRUE_LOSS"), ("NOTICE_RUNNING", WEDNESDAY, ""),
    ]  # fmt: skip
    # fifteen working days after Tuesday 19 March, with the holiday of 4 to 6 April and 7 April worked instead
    assert (home.case["owed_by"], home.case["until"]) == ("PERSON", date(2024, 4, 10))
    (answered,) = [one for one in home.events if one["event"] == "ANSWERED"]
    assert answered["office"] == COUNTY
    assert answered["actor"] == f"HANDLER:{VERDICT['handler']},REVIEWER:b,APPROVER:c"
    # an officer who moves, or leaves the register, answers nothing anew
    assert home.night(THURSDAY, noticed) == []
    confirmed = noticed | {t.CLAIM: [claim("CONFIRMED")]}
    april = date(2024, 4, 11)
    assert home.night(april, confirmed, officers=register) == [("CONFIRMED", april, "")]
    assert (home.case["state"], home.case["owed_by"], home.case["until"]) == ("CONFIRMED", "", None)


@pytest.mark.parametrize("status", ["LEAD_OPEN", "CONFLICT"])
def test_a_lead_that_is_open_again_names_the_last_day_of_the_list_that_asks_again(status):
    home = Home()
    lists = {t.LISTED: [LINE], t.SENT: [sent("LEAD", "l1", until=date(2024, 4, 1))]}
    home.night(MONDAY, lists | {t.CLAIM: [claim("CONFIRMED")]})
    assert home.case["state"] == "CONFIRMED"
    home.night(TUESDAY, lists | {t.CLAIM: [claim(status)]})
    assert (home.case["since"], home.case["until"]) == (TUESDAY, date(2024, 4, 1))


def test_a_claim_that_joins_another_line_continues_there_and_comes_back():
    home = Home()
    both = [LINE, LINE | {"line_id": "l12"}, LINE | {"line_id": "l12", "claim_id": "c2"}]
    claims = [claim("LEAD_OPEN") | {"line_id": "l12"}, claim("LEAD_OPEN") | {"claim_id": "c2", "line_id": "l12"}]
    home.night(MONDAY, {t.LISTED: [LINE], t.CLAIM: [claim("LEAD_OPEN")]})
    assert ("CONTINUED", TUESDAY, "l12") in home.night(TUESDAY, {t.LISTED: both, t.CLAIM: claims})
    assert home.states == ["CONTINUED", "OPEN"]
    refuted = [claim("LEAD_OPEN"), claims[1] | {"status": "REFUTED", "line_id": ""}]
    home.night(WEDNESDAY, {t.LISTED: both, t.CLAIM: refuted})
    assert {case["case_id"]: case["state"] for case in home.cases} == {"l1": "OPEN", "l12": "CONTINUED"}


def test_who_moves_is_listed_to_the_new_county():
    home = Home()
    tables = {t.LISTED: [LINE], t.CLAIM: [claim("LEAD_OPEN")]}
    home.night(MONDAY, tables | {t.SENT: [sent("LEAD", "l1")]})
    assert home.night(TUESDAY, tables | {t.SENT: [sent("LEAD", "l1", OTHER)]}) == [("LISTED", TUESDAY, "")]
    assert (home.case["office"], home.case["since"]) == (OTHER, MONDAY)


def test_a_verdict_on_the_number_of_a_claim_is_about_every_line_that_listed_it():
    home = Home()
    listed = [LINE | {"line_id": "l12"}, LINE | {"line_id": "l12", "claim_id": "c2"}]
    home.night(TUESDAY, {t.LISTED: listed, t.VERDICT: [VERDICT | {"lead_id": "c1"}]})
    assert [one["case_id"] for one in home.events if one["event"] == "ANSWERED"] == ["l12"]


def test_a_verdict_that_comes_again_is_one_answer_and_a_withdrawal_another():
    home = Home()
    tables = {t.LISTED: [LINE], t.CLAIM: [claim("CONFIRMED")], t.VERDICT: [VERDICT]}
    home.night(TUESDAY, tables)
    again = VERDICT | {"delivery_id": "d2", "business_date": WEDNESDAY}
    back = VERDICT | {"delivery_id": "d3", "business_date": THURSDAY, "is_revoked": True}
    assert home.night(WEDNESDAY, tables | {t.VERDICT: [VERDICT, again]}) == []
    happened = home.night(THURSDAY, tables | {t.CLAIM: [claim("LEAD_OPEN")], t.VERDICT: [VERDICT, again, back]})
    assert happened == [("REOPENED", THURSDAY, ""), ("TAKEN_BACK", THURSDAY, "TRUE_LOSS")]


REVIEW = f"{'a' * 20}-1"


def answer(word: str, day: date, **values: Any) -> dict[str, Any]:
    usual = {"feed": "verification", "record_id": f"m{word}{day}", "delivery_id": f"{word}{day}", "record_no": 1}
    return row(
        t.MATCH_ANSWER, review_id="a" * 20, person_no=1, answer=word, verified_date=day, business_date=day,
        **(usual | values),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "state"), [("SAME_PERSON", "CONFIRMED"), ("OTHER_PERSON", "REFUTED"), ("CANNOT_TELL", "UNDECIDED")]
)
def test_a_match_review_ends_as_it_is_answered(word, state):
    home = Home()
    home.night(MONDAY, {t.SENT: [sent("MATCH_REVIEW", REVIEW)]})
    assert (home.case["state"], home.case["office"], home.case["person_no"]) == ("OPEN", COUNTY, 1)
    assert REVIEW not in home.case["case_id"]  # a number of a case names nobody
    home.night(TUESDAY, {t.MATCH_ANSWER: [answer(word, TUESDAY)]})
    assert home.case["state"] == state


def test_two_answers_of_one_day_are_none_and_a_withdrawn_one_asks_again():
    home = Home()
    home.night(MONDAY, {t.SENT: [sent("MATCH_REVIEW", REVIEW)]})
    same, other = answer("SAME_PERSON", TUESDAY), answer("OTHER_PERSON", TUESDAY)
    home.night(TUESDAY, {t.MATCH_ANSWER: [same, other], t.SENT: [sent("MATCH_REVIEW", REVIEW)]})
    assert home.case["state"] == "OPEN"
    home.night(WEDNESDAY, {t.MATCH_ANSWER: [same, other, answer("SAME_PERSON", WEDNESDAY)]})
    assert home.case["state"] == "CONFIRMED"


def proposal(effect: str = "END", **values: Any) -> dict[str, Any]:
    number = f"p{effect}"
    return sent("PROPOSAL", number, programme_code="RESIDENT_PENSION", effect=effect, **values)


def benefit(state: str) -> dict[str, Any]:
    return row(t.ENTITLEMENT, person_no=1, programme_code="RESIDENT_PENSION", county_code=COUNTY, payment_state=state)


@pytest.mark.parametrize(
    ("effect", "before", "reached"),
    [("END", "DRAWING", "TERMINATED"), ("SUSPEND", "DRAWING", "SUSPENDED"), ("SUSPEND", "DRAWING", "TERMINATED"),
     ("RESUME", "SUSPENDED", "DRAWING"), ("RESUME", "TERMINATED", "DRAWING")],
)  # fmt: skip
def test_a_proposal_is_executed_when_the_registry_shows_it(effect, before, reached):
    home = Home()
    made = {t.SENT: [proposal(effect)], t.ENTITLEMENT: [benefit(before)]}
    assert home.night(MONDAY, made) == [("PROPOSED", MONDAY, effect)]
    assert home.night(TUESDAY, made) == []
    assert home.night(WEDNESDAY, {t.ENTITLEMENT: [benefit(reached)]}) == [("EXECUTED", WEDNESDAY, reached)]
    assert home.case["owed_by"] == ""


def test_a_proposal_is_withdrawn_by_its_row_and_made_again():
    home = Home()
    paid = {t.ENTITLEMENT: [benefit("DRAWING")]}
    home.night(MONDAY, paid | {t.SENT: [proposal()]})
    assert home.night(TUESDAY, paid | {t.SENT: [proposal("WITHDRAW")]}) == [("WITHDRAWN", TUESDAY, "")]
    assert home.night(WEDNESDAY, paid | {t.SENT: [proposal()]}) == [("PROPOSED", WEDNESDAY, "END")]
    assert home.case["state"] == "PROPOSED"


def test_a_proposal_that_is_not_repeated_stands_and_one_that_is_replaced_does_not():
    home = Home()
    paid = {t.ENTITLEMENT: [benefit("DRAWING")]}
    home.night(MONDAY, paid | {t.SENT: [proposal("SUSPEND")]})
    assert home.night(TUESDAY, paid) == []
    assert home.night(WEDNESDAY, paid | {t.SENT: [proposal("END")]}) == [
        ("CLOSED", WEDNESDAY, "END"), ("PROPOSED", WEDNESDAY, "END"),
    ]  # fmt: skip


DUE = date(2024, 3, 31)


def reminder(**values: Any) -> dict[str, Any]:
    return row(
        t.REMINDER, notice_id="n1", run_no=1, as_of=MONDAY, person_no=1, stage="一个月提醒", due_date=DUE, **values
    )


def decided(due: date | None, **values: Any) -> dict[str, Any]:
    usual = {"programme_code": "RESIDENT_PENSION", "county_code": COUNTY, "outcome": "DUE_SOON"}
    return row(t.DECISION, person_no=1, due_date=due, **(usual | values))


def test_a_reminder_waits_for_the_person_until_the_due_date_and_ends_with_a_pass():
    home = Home()
    home.night(MONDAY, {t.REMINDER: [reminder()], t.DECISION: [decided(DUE)]})
    assert (home.case["state"], home.case["owed_by"], home.case["until"]) == ("REMINDED", "PERSON", DUE)
    assert home.case["office"] == COUNTY
    rows = {t.REMINDER: [reminder()]}
    assert home.night(TUESDAY, rows | {t.DECISION: [decided(DUE)]}) == []
    passed = {t.DECISION: [decided(date(2025, 3, 31), outcome="CERTIFIED_SELF")]}
    assert home.night(WEDNESDAY, rows | passed) == [("CLOSED", WEDNESDAY, "")]
    assert home.night(THURSDAY, rows | passed) == []


def test_a_reminder_that_could_not_be_sent_is_the_countys_and_expires():
    home = Home()
    unsent = {t.REMINDER: [reminder(obstacle="NO_PHONE")], t.DECISION: [decided(DUE)]}
    assert home.night(MONDAY, unsent) == [("NOT_SENT", MONDAY, "NO_PHONE")]
    assert (home.case["state"], home.case["owed_by"]) == ("NOT_REACHED", "OFFICE")
    assert home.night(DUE, unsent) == []
    assert home.night(DUE + timedelta(days=1), unsent) == [("EXPIRED", DUE + timedelta(days=1), "")]


def request(kind: str = "HOME_VISIT", **values: Any) -> dict[str, Any]:
    known = {"delivery_id": "d1", "record_no": 1, "business_date": MONDAY, "known_from": 1}
    usual = {"record_id": "r1", "person_no": 1, "name": "测试", "request_kind": kind, "event_date": MONDAY}
    return known | usual | {"county_code": COUNTY} | values


def result(word: str, day: date | None, stated: date = THURSDAY) -> dict[str, Any]:
    known = {"delivery_id": f"d{word}", "record_no": 1, "business_date": stated, "known_from": 2}
    return known | {"record_id": "r1", "result": word, "handler": "zhang", "handled_date": day}


def test_a_request_is_taken_listed_and_dealt_with():
    home = Home()
    feeds = {"service_request": [request()]}
    assert home.night(MONDAY, {t.SENT: [sent("REQUEST", "r1")]}, feeds=feeds) == [
        ("LISTED", MONDAY, ""), ("OPENED", MONDAY, "HOME_VISIT"),
    ]  # fmt: skip
    assert (home.case["case_kind"], home.case["state"], home.case["person_no"]) == ("REQUEST", "OPEN", 1)
    feeds["request_results"] = [result("PENDING", TUESDAY)]
    assert home.night(WEDNESDAY, {}, feeds=feeds) == [("PENDING", TUESDAY, "PENDING")]
    assert home.case["state"] == "IN_WORK"
    feeds["request_results"] += [result("DONE", WEDNESDAY)]
    home.night(THURSDAY, {}, feeds=feeds)
    assert (home.case["state"], home.case["since"], home.case["owed_by"]) == ("DONE", WEDNESDAY, "")


@pytest.mark.parametrize("first", [("PENDING", "DONE"), ("DONE", "PENDING")])
def test_results_end_alike_in_whatever_order_they_come(first):
    home = Home()
    results = {"PENDING": result("PENDING", TUESDAY), "DONE": result("DONE", WEDNESDAY)}
    feeds = {"service_request": [request()], "request_results": [results[first[0]]]}
    home.night(WEDNESDAY, {}, feeds=feeds)
    home.night(THURSDAY, {}, feeds=feeds | {"request_results": list(results.values())})
    assert home.case["state"] == "DONE"


def test_a_result_that_comes_before_its_request_is_not_lost():
    home = Home()
    home.night(MONDAY, {}, feeds={"request_results": [result("DONE", MONDAY)]})
    assert home.cases == []
    home.night(TUESDAY, {}, feeds={"service_request": [request()], "request_results": [result("DONE", MONDAY)]})
    assert home.case["state"] == "DONE"


def test_an_objection_is_answered_by_a_verdict_and_not_by_a_county_that_says_done():
    home = Home()
    feeds = {"service_request": [request("OBJECTION", person_no=None, event_date=TUESDAY, business_date=TUESDAY)]}
    objected = {
        t.OBJECTION: [row(t.OBJECTION, record_id="r1", record_no=1, person_no=1, event_date=TUESDAY)],
        t.LISTED: [LINE],
        t.CLAIM: [claim("NOTICE_GIVEN", objected_date=TUESDAY)],
    }
    assert ("OBJECTED", TUESDAY, "OBJECTION") in home.night(TUESDAY, objected, feeds=feeds)
    assert home.states == ["NOTICE_GIVEN", "RECEIVED"]
    feeds["request_results"] = [result("DONE", WEDNESDAY)]
    home.night(THURSDAY, objected, feeds=feeds)
    assert home.states == ["NOTICE_GIVEN", "OPEN"]
    friday = THURSDAY + timedelta(days=1)
    later = VERDICT | {"verified_date": friday, "business_date": friday, "notice_date": friday}
    home.night(friday, objected | {t.CLAIM: [claim("CONFIRMED")], t.VERDICT: [later]}, feeds=feeds)
    assert home.states == ["CONFIRMED", "DECIDED"]


def test_a_ticket_stands_as_its_book_has_it():
    home = Home()
    entry = row(
        t.TICKET_ENTRY, entry_id="e1", ticket_id="t1", run_no=1, as_of=MONDAY, agency="health", status="ASKED",
        line_date=MONDAY,
    )  # fmt: skip
    home.night(MONDAY, {t.TICKET_ENTRY: [entry]})
    assert home.events == []
    assert (home.case["state"], home.case["owed_by"], home.case["office"]) == ("ASKED", "AGENCY", "health")
    assert home.case["until"] == date(2024, 4, 9)
    later = entry | {"entry_id": "e2", "run_no": 2, "as_of": TUESDAY, "status": "UPHELD", "answered_on": TUESDAY}
    home.night(TUESDAY, {t.TICKET_ENTRY: [entry, later]})
    assert (home.case["state"], home.case["since"], home.case["until"]) == ("UPHELD", TUESDAY, None)


def test_a_backfill_enters_nothing():
    home = Home()
    tables = {t.LISTED: [LINE], t.CLAIM: [claim("LEAD_OPEN")], t.SENT: [sent("LEAD", "l1")]}
    home.night(MONDAY, tables)
    assert home.night(MONDAY, tables | {t.CLAIM: [claim("CONFIRMED")]}, kind="backfill") == []
    assert home.case["state"] == "OPEN"
