"""Conditions of a proposal, one at a time: a loss confirmed, a loss taken back, a term long over."""

from datetime import date, timedelta
from typing import Any

import pytest

from pipelines.outgoing.proposals import (
    confirmed_losses,
    overdue_benefits,
    stood,
    withdrawn,
)
from pipelines.outgoing.reminded import contact_records
from pipelines.outgoing.worklists import open_leads
from schemas import tables as t
from tests.derived import shipped_wording
from tests.unit.conftest import AS_OF, DUE, claimed, decided, entered, person, row, stored

Values = dict[str, Any]
LOST = {"loss_kinds": "LS01,LS06"}


@pytest.mark.parametrize(
    ("claim", "decision", "found"),
    [
        ({}, {}, 1),
        ({}, {"payment_state": "SUSPENDED"}, 1),
        ({}, {"payment_state": "TERMINATED"}, 0),
        ({}, {"outcome": "LEAD_OPEN"}, 0),
        ({"status": "LEAD_OPEN"}, {}, 0),
        ({"loss_kind": "LS11"}, {}, 0),  # confirmed, and no loss to this benefit
    ],
)
def test_only_a_confirmed_loss_of_a_benefit_still_paid_is_proposed(claim: Values, decision: Values, found: int) -> None:
    claims = stored(t.CLAIM, claimed(1, "CONFIRMED") | claim)
    decisions = stored(t.DECISION, decided(1, "LOSS_CONFIRMED", **LOST) | decision)
    assert confirmed_losses(claims, decisions, stored(t.PERSON, person(1)), as_of=DUE).count().execute() == found


@pytest.mark.parametrize(
    ("end", "found"),
    [(date(2024, 3, 25), 0), (date(2024, 3, 31), 0), (date(2024, 4, 1), 1), (date(2030, 5, 4), 1), (None, 1)],
)
def test_a_term_that_will_be_over_by_the_next_pay_run_is_proposed_for_no_suspension(end: date, found: int) -> None:
    custody = claimed(1, "CONFIRMED", loss_kind="LS06", loss_group="CUSTODY", end_date=end)
    decisions = stored(t.DECISION, decided(1, "LOSS_CONFIRMED", **LOST))
    rows = confirmed_losses(stored(t.CLAIM, custody), decisions, stored(t.PERSON, person(1)), as_of=AS_OF)
    assert rows.count().execute() == found


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("LOSS_CONFIRMED", {}, 1),
        ("LOSS_CONFIRMED", {"payment_state": "SUSPENDED"}, 1),
        ("LOSS_CONFIRMED", {"payment_state": "TERMINATED"}, 0),
        ("LOSS_CONFIRMED", {"outcome": "LOSS_CONFIRMED"}, 0),
        ("LOSS_CONFIRMED", {"outcome": "OUT_OF_SCOPE"}, 0),
        ("LOSS_CONFIRMED", {"outcome": "OVERDUE"}, 1),
        ("OVERDUE", {}, 1),
        ("OVERDUE", {"payment_state": "SUSPENDED"}, 1),
        ("OVERDUE", {"outcome": "OVERDUE"}, 0),
        ("OVERDUE", {"outcome": "HELD_STALE"}, 1),
        ("OVERDUE", {"outcome": "HELD_STALE", "payment_state": "SUSPENDED"}, 0),
        ("OVERDUE", {"outcome": "LOSS_CONFIRMED"}, 0),
    ],
)
def test_what_was_proposed_and_has_no_ground_any_more_is_withdrawn(before: str, now: Values, found: int) -> None:
    decisions = stored(t.DECISION, decided(1, "CERTIFIED_SILENT") | now)
    taken_back = withdrawn(
        stored(t.DECISION, decided(1, before)), decisions, stored(t.PERSON, person(1)), shipped_wording()
    )
    assert taken_back.count().execute() == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ["LOSS_CONFIRMED"]),
        ({"run_no": 3}, ["OVERDUE"]),  # entered after the last night
        ({"as_of": DUE - timedelta(days=1)}, ["OVERDUE"]),  # about a day before
        ({"outcome": "LEAD_OPEN"}, []),
        ({"outcome": "HELD_STALE", "loss_state": "CONFIRMED"}, ["OVERDUE"]),  # held: as it stood before
    ],
)
def test_what_stood_is_the_newest_entry_up_to_the_last_night(change: Values, found: list[str]) -> None:
    old = entered(decided(1, "OVERDUE"), entry_id="old", as_of=DUE)
    new = entered(decided(1, "LOSS_CONFIRMED"), entry_id="new", as_of=DUE, run_no=2, is_correction=True) | change
    rows = stood(stored(t.CERTIFICATION_ENTRY, old, new), since=2, as_of=DUE).to_pyarrow().to_pylist()
    assert [row["outcome"] for row in rows] == found


@pytest.mark.parametrize(
    ("change", "found"), [({}, 1), ({"outcome": "HELD_STALE"}, 0), ({"payment_state": "SUSPENDED"}, 0)]
)
def test_only_an_overdue_benefit_still_paid_is_late(change: Values, found: int) -> None:
    decisions = stored(t.DECISION, decided(1, "OVERDUE", due_date=DUE) | change)
    assert overdue_benefits(decisions, stored(t.PERSON, person(1)), stored(t.CLAIM)).count().execute() == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 1),
        ({"qualifier_code": "REMINDED"}, 1),
        ({"event_code": "TELEPHONE"}, 1),
        ({"qualifier_code": "SEEN_ALIVE"}, 0),
        ({"qualifier_code": "REPORTED_DEAD"}, 0),
        ({"is_revoked": True}, 0),
        ({"person_no": 2}, 0),
        ({"person_no": None}, 0),
    ],
)
def test_a_contact_is_one_that_saw_nobody_and_stands(change: Values, found: int) -> None:
    tried = {"person_no": 1, "event_code": "VISIT", "qualifier_code": "NOT_FOUND", "event_date": AS_OF}
    late = stored(t.DECISION, decided(1, "OVERDUE", due_date=DUE))
    assert contact_records(stored(t.LINK, row(t.LINK, **(tried | change))), late).count().execute() == found


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ({}, 1),
        ({"is_revoked": True, "qualifier_code": ""}, 0),
        ({"is_revoked": True, "business_date": AS_OF, "qualifier_code": ""}, 0),
        ({"qualifier_code": "SEEN_ALIVE"}, 0),
        ({"person_no": 2}, 0),
        ({"record_id": "r2", "qualifier_code": "SEEN_ALIVE"}, 1),
    ],
)
def test_of_an_attempt_the_newest_version_counts(later: Values, found: int) -> None:
    tried = {"person_no": 1, "event_code": "VISIT", "qualifier_code": "NOT_FOUND", "event_date": AS_OF}
    first = row(t.LINK, **(tried | {"feed": "field_visit", "record_id": "r1", "delivery_id": "d9"}))
    second = first | {"delivery_id": "d1", "business_date": AS_OF + timedelta(days=1)} | later
    late = stored(t.DECISION, decided(1, "OVERDUE", due_date=DUE))
    assert contact_records(stored(t.LINK, first, second), late).count().execute() == found


@pytest.mark.parametrize(
    ("history", "opened", "found_true"),
    [
        ([("LEAD_OPEN", 10)], 10, None),
        ([("LEAD_OPEN", 10), ("NOTICE_GIVEN", 6)], 10, 6),
        ([("LEAD_OPEN", 30), ("CONFIRMED", 20), ("CONFLICT", 2)], 2, 20),
        ([("LEAD_OPEN", 30), ("REFUTED", 20), ("CONFLICT", 5), ("LEAD_OPEN", 2)], 5, None),
        # their verdict was withdrawn before a sign of life came
        ([("LEAD_OPEN", 30), ("CONFIRMED", 20), ("LEAD_OPEN", 10), ("CONFLICT", 2)], 10, None),
        ([("LEAD_OPEN", 30), ("CONFIRMED", 20), ("REFUTED", 10), ("CONFLICT", 2)], 2, None),
        ([("LEAD_OPEN", 30), ("REFUTED", 20), ("CONFIRMED", 10), ("CONFLICT", 2)], 2, 10),
    ],
)
def test_a_line_that_is_asked_again_is_open_since_then(
    history: list[tuple[str, int]], opened: int, found_true: int | None
) -> None:
    book = [
        row(t.LEAD_ENTRY, lead_id="claim", person_no=1, status=status, as_of=AS_OF - timedelta(days=days), run_no=n)
        for n, (status, days) in enumerate(history, 1)
    ]
    claim = claimed(1, history[-1][0], claim_id="claim")
    tables = [(t.CLAIM, claim), (t.DECISION, decided(1, "LEAD_OPEN", **LOST)), (t.PERSON, person(1))]
    claims, decisions, persons = (stored(table, one) for table, one in tables)
    (line,) = (
        open_leads(claims, decisions, persons, stored(t.LEAD_ENTRY, *book), stored(t.RESUMPTION))
        .to_pyarrow()
        .to_pylist()
    )
    expected = (opened, found_true)
    assert tuple(day and (AS_OF - day).days for day in (line["opened"], line["found_true"])) == expected
