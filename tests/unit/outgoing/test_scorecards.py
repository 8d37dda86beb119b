"""The scorecard of a source, by hand: every share of what it is said to be a share of."""

from datetime import date

import pytest

from pipelines.outgoing.scorecards import source_cards
from pipelines.outgoing.step import OUTGOING
from schemas import tables as t
from schemas.working_days import add_working_days, working_days_between
from tests.derived import AS_OF, Given, engine, row, shipped_policy

FRIDAY, MONDAY = date(2024, 3, 15), date(2024, 3, 18)
NIGHTS = {1: FRIDAY, 2: MONDAY}


def cards(tables, nights=NIGHTS):
    given = Given(OUTGOING, tables)
    found = source_cards(given, engine(), as_of=AS_OF, nights=nights, calendar=shipped_policy().calendar)
    return {card.feed: card for card in found}


def file(number, **values):
    known = {"delivery_id": f"d{number}", "feed": "health", "known_from": 1, "business_date": FRIDAY, "accepted": 90}
    return row(t.DELIVERY, **known | values)


def ticket(number, answered_on=None, **values):
    known = {"entry_id": f"e{number}", "ticket_id": f"t{number}", "feed": "health", "as_of": FRIDAY}
    return row(t.TICKET_ENTRY, **known | {"answered_on": answered_on} | values)


def test_rows_used_and_days_late():
    files = [
        file(1, quarantined=10, duplicates=7),
        file(2, known_from=2, accepted=100),
        file(3, known_from=2, business_date=date(2024, 3, 8), rejection="BAD_HEADER", accepted=0),
        file(4, known_from=9),
        file(5, answers_to="worklist", accepted=1000),
    ]
    card = cards({t.DELIVERY: files})["health"]
    assert (card.files, card.rejected, card.rows) == (4, 1, 280)
    assert card.completeness == pytest.approx(280 / 290)
    # the run of the fourth kept no figures, so nobody knows its day
    assert (card.days_late, card.most_days_late) == (3, 10)


def test_a_file_that_is_dated_after_its_night_is_not_early():
    assert cards({t.DELIVERY: [file(1, business_date=MONDAY)]})["health"].days_late == 0


def test_a_number_is_valid_while_no_question_about_itself_is_open():
    links = [row(t.LINK, delivery_id="d1", record_no=n, feed="health") for n in range(1, 5)]
    tickets = [(1, "ID02"), (1, "ID03"), (2, "NM01"), (3, "ID06"), (9, "ID01")]
    issues = [row(t.ISSUE, delivery_id="d1", record_no=n, issue=code, feed="health") for n, code in tickets]
    tables = {t.DELIVERY: [file(1), file(2, feed="payments")], t.LINK: links, t.ISSUE: issues}
    found = cards(tables)
    assert found["health"].id_validity == 0.75
    assert found["payments"].id_validity is None


def test_tickets_per_thousand_rows_and_the_working_days_to_the_first_answer():
    entries = [
        ticket(1, MONDAY),
        ticket(1, date(2024, 3, 29), entry_id="later", as_of=MONDAY),
        ticket(2, date(2024, 3, 20)),
        ticket(3),
        ticket(4, date(1999, 3, 20), line_date=date(1999, 3, 10)),
    ]
    card = cards({t.DELIVERY: [file(1, accepted=500)], t.TICKET_ENTRY: entries})["health"]
    assert (card.tickets, card.error_rate) == (4, 8)
    # Friday to Monday is one working day, to Wednesday three; a year without a calendar has none to count
    assert (card.answered, card.turnaround) == (2, 2)


def test_of_the_leads_that_were_judged_the_share_found_true():
    statuses = ["CONFIRMED", "REFUTED", "REFUTED", "LEAD_OPEN", "CONFLICT", "REFUTED"]
    leads = [
        row(t.LEAD_ENTRY, entry_id=f"e{n}", lead_id=f"c{n}", claim_id=f"c{n}", status=status, entry_kind="OPEN")
        for n, status in enumerate(statuses)
    ]
    listed = [row(t.LISTED, line_id=f"c{n}", claim_id=f"c{n}", feed="health") for n in range(len(statuses))]
    again = [row(t.LISTED, line_id="x", claim_id=f"c{n}", feed="health") for n in (0, 1)]
    card = cards({t.DELIVERY: [file(1)], t.LEAD_ENTRY: leads, t.LISTED: listed + again})["health"]
    assert (card.judged, card.leads_true) == (4, 0.25)


def test_a_source_that_sent_nothing_has_nothing_to_divide_by():
    card = cards({t.DELIVERY: [file(1, accepted=0)]}, nights={})["health"]
    assert card[4:] == (None, None, None, None, 0, None, 0, None, 0, None)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9, 40])
def test_working_days_between_two_days_are_those_that_lead_from_one_to_the_other(count):
    calendar = shipped_policy().calendar
    assert working_days_between(FRIDAY, add_working_days(FRIDAY, count, calendar), calendar) == count
    assert working_days_between(MONDAY, FRIDAY, calendar) == 0
