"""The ledger step over its own book: what a night, a backfill and an older home make of the same question."""

from datetime import date, timedelta

import pytest

from pipelines.ledger.step import LEDGER
from pipelines.step import EarlierNight
from schemas import tables as t
from tests.derived import AS_OF, context, derive, row, rows_of

RECORD = {"feed": "health", "record_id": "H1", "agency": "health", "column": "event_date", "issue": "CF01"}
NUMBER = context().digest("health", "health", "H1", "event_date", "CF01")
NEXT = AS_OF + timedelta(days=1)


def _wanted(**values):
    stated = {"kind": "CHECK", "last_stated": AS_OF, "delivery_id": "d1", "record_no": 1}
    return row(t.TICKET_WANTED, **(RECORD | stated | values))


def _written(*book, wanted=(), replies=(), **values):
    tables = {t.TICKET_ENTRY: list(book), t.TICKET_WANTED: list(wanted), t.TICKET_REPLY: list(replies)}
    values = {"run_no": 9, "as_of": NEXT, "last_night": EarlierNight(8, AS_OF)} | values
    return rows_of(derive(LEDGER, tables, **values), t.TICKET_ENTRY)


def _opened(**values):
    """As a home of formats 1 to 3 has it: the columns that came later hold their defaults."""
    older = {"status": "ASKED", "line_no": 1, "entry_kind": "OPEN", "entry_id": "e", "kind": "CHECK", "run_no": 1}
    return row(t.TICKET_ENTRY, **(RECORD | older | {"ticket_id": NUMBER, "as_of": AS_OF} | values))


def test_v14_a_new_question_opens_a_ticket_once():
    (opened,) = _written(wanted=[_wanted()])
    assert (opened["ticket_id"], opened["entry_kind"], opened["status"]) == (NUMBER, "OPEN", "ASKED")
    assert (opened["line_no"], opened["line"], opened["line_date"]) == (1, "CHECK", NEXT)
    assert _written(_opened(), wanted=[_wanted(last_stated=NEXT)]) == []


@pytest.mark.parametrize("as_of", [AS_OF, NEXT, date(2024, 3, 1)])
def test_v20_a_backfill_asks_nobody(as_of):
    assert _written(wanted=[_wanted()], kind="backfill", as_of=as_of) == []
    assert _written(_opened(), wanted=[], kind="backfill", as_of=as_of) == []


def test_v20_what_a_backfill_of_older_code_entered_and_no_night_has_sent_is_not_entered_twice():
    unsent = _opened(run_no=9, is_correction=True)
    assert _written(unsent, wanted=[_wanted()], run_no=10) == []


@pytest.mark.parametrize(
    ("result", "status"),
    [("CORRECTED", "CORRECTED"), ("CONFIRMED_RIGHT", "UPHELD"), ("NOT_OURS", "NOT_OURS")],
)
def test_v14_an_answer_to_a_ticket_of_an_older_home_moves_it_and_outlives_its_record(result, status):
    reply = row(t.TICKET_REPLY, ticket_id=NUMBER, result=result, answered_on=AS_OF, business_date=NEXT)
    (moved,) = _written(_opened(), wanted=[_wanted()], replies=[reply])
    assert (moved["entry_kind"], moved["status"], moved["line_no"]) == ("CHANGE", status, 1)
    assert moved["answered_on"] == AS_OF
    later = {"run_no": 10, "as_of": NEXT + timedelta(days=1), "last_night": EarlierNight(9, NEXT)}
    assert _written(_opened(), moved, wanted=[_wanted()], **later) == []


def test_v15_the_correction_has_the_number_of_the_question():
    demand = _wanted(kind="CORRECT", demanded_by="L", demanded_on=AS_OF)
    verdict = {"lead_id": "L", "verdict": "FALSE_SOURCE_ERROR", "verified_date": AS_OF}
    (moved,) = _written(_opened(), wanted=[demand])
    assert (moved["ticket_id"], moved["kind"], moved["line_no"], moved["demanded_by"]) == (NUMBER, "CORRECT", 2, "L")
    tables = {t.TICKET_ENTRY: [_opened(), moved], t.VERDICT: [row(t.VERDICT, **verdict)]}
    later = {"run_no": 10, "as_of": NEXT + timedelta(days=1), "last_night": EarlierNight(9, NEXT)}
    stands = rows_of(derive(LEDGER, tables, **later), t.TICKET_ENTRY)
    assert [(one["status"], one["line_no"]) for one in stands] == [("GONE", 2)]  # the record went, the verdict stands
    (withdrawn,) = rows_of(derive(LEDGER, {t.TICKET_ENTRY: [_opened(), moved]}, **later), t.TICKET_ENTRY)
    assert (withdrawn["status"], withdrawn["line"], withdrawn["line_no"]) == ("WITHDRAWN", "WITHDRAW", 3)
