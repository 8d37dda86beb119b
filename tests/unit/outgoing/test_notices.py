"""One message per person and event, also when a backfill entered it; none for a mere renewal."""

from datetime import timedelta

import pytest

from pipelines.ledger.reminders import reminders_due, with_obstacles
from pipelines.outgoing.notices import passes_to_notify
from pipelines.reachable import reachable
from schemas import tables as t
from tests.unit.conftest import AS_OF, DUE, claimed, decided, entered, person, row, stored

NEXT, LATER = AS_OF + timedelta(days=1), DUE + timedelta(days=99)
IN_DOUBT = {"outcome": "EVIDENCE_CONFLICT", "certification_state": "CONFLICT", "run_no": 1, "as_of": NEXT}
REMINDED = {"notice_stage": "late", "due_date": DUE}
PASSED = {"certification_state": "CERTIFIED", "method": "SILENT", "pass_date": AS_OF, "due_date": DUE}


def _due(decisions, entries, reminders=()):
    book, done = stored(t.CERTIFICATION_ENTRY, *entries), stored(t.REMINDER, *reminders)
    due = reminders_due(stored(t.DECISION, *decisions), book, done, since=1, due_soon_days=90)
    return due.to_pyarrow().to_pylist()


def test_of_two_benefits_the_one_due_first_is_told():
    first = decided(1, "DUE_SOON", **REMINDED)
    other = decided(1, "DUE_SOON", **(REMINDED | {"due_date": DUE + timedelta(days=5)}), county_code="620102")
    assert _due([other, first], []) == [{"person_no": 1, "due_date": DUE, "stage": "late"}]


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        ({}, False),
        ({"due_date": DUE + timedelta(days=10)}, False),
        ({"due_date": DUE - timedelta(days=365)}, True),
        ({"notice_stage": "early"}, True),
        ({"is_correction": True, "run_no": 2}, True),
        ({"is_correction": True}, False),
        ({"loss_state": "LEAD_OPEN"}, True),
        ({"run_no": 2}, True),
    ],
    ids=[
        "told",
        "told of nearly the same day",
        "last year",
        "earlier stage",
        "by a backfill since then",
        "by one before",
        "kept silent",
        "this run",
    ],
)
def test_the_same_event_is_told_once(before, is_told):
    now = decided(1, "DUE_SOON", **REMINDED)
    assert bool(_due([now], [entered(now, **before)])) == is_told


@pytest.mark.parametrize("state", ["LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN", "CONFIRMED"])
def test_nobody_under_a_lead_is_reminded(state):
    assert _due([decided(1, "DUE_SOON", loss_state=state, **REMINDED)], []) == []


@pytest.mark.parametrize(("stood", "is_told"), [("CERTIFIED", False), ("DUE_SOON", True), ("OVERDUE", True)])
def test_a_renewal_of_what_was_certified_is_no_news(stood, is_told):
    before = entered(decided(1, "X", certification_state=stood), entry_id="old")
    passed = decided(1, "CERTIFIED_SILENT", **PASSED)
    now = entered(passed, entry_id="new", run_no=2, entry_kind="CHANGE", previous_entry_id="old")
    notified = passes_to_notify(stored(t.DECISION, passed), stored(t.CERTIFICATION_ENTRY, before, now), since=1)
    assert notified.to_pyarrow().to_pylist() == ([{"person_no": 1, "valid_until": DUE}] if is_told else [])


@pytest.mark.parametrize("change", [{"notice_stage": ""}, {"due_date": None}])
def test_without_a_stage_or_a_date_nobody_is_reminded(change):
    assert _due([decided(1, "DUE_SOON", **REMINDED) | change], []) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 1),
        ({"run_no": 1}, 0),
        ({"outcome": "CERTIFIED_SELF"}, 0),
        ({"entry_kind": "CLOSE"}, 0),
    ],
)
def test_of_a_silent_pass_entered_since_the_last_night_a_person_is_told(change, found):
    passed = decided(1, "CERTIFIED_SILENT", **PASSED)
    assert _told(passed, entered(passed, run_no=2) | change) == found


@pytest.mark.parametrize("now", [{"due_date": None}, {"outcome": "LEAD_OPEN"}, {"county_code": "620102"}])
def test_of_a_pass_that_stands_no_more_nobody_is_told(now):
    passed = decided(1, "CERTIFIED_SILENT", **PASSED)
    assert _told(passed | now, entered(passed, run_no=2)) == 0


def test_a_pass_that_a_backfill_entered_is_told_with_the_date_that_stands_now():
    passed = decided(1, "CERTIFIED_SILENT", **PASSED)
    later = passed | {"due_date": DUE + timedelta(days=30)}
    by_backfill = entered(passed, run_no=2, is_correction=True)
    renewed = entered(later, entry_id="e2", run_no=3, entry_kind="CHANGE", previous_entry_id="e1")
    book = stored(t.CERTIFICATION_ENTRY, by_backfill, renewed)
    (notified,) = passes_to_notify(stored(t.DECISION, later), book, since=1).to_pyarrow().to_pylist()
    assert notified == {"person_no": 1, "valid_until": later["due_date"]}


@pytest.mark.parametrize(
    ("later", "until", "is_told"),
    [
        # sent already; a backfill enters the day before, or the same day, as if for the first time
        ([{"as_of": AS_OF - timedelta(days=1), "is_correction": True}], DUE, False),
        ([{"is_correction": True, "entry_kind": "CHANGE"}], DUE, False),
        ([{"as_of": AS_OF - timedelta(days=1), "is_correction": True}], LATER, False),
        # in doubt meanwhile: certified again until the same day, under the same number, or until another day
        ([IN_DOUBT, {}], DUE, False),
        ([IN_DOUBT, {}], LATER, True),
    ],
)  # fmt: skip
def test_v20_a_notice_leaves_once_under_its_number(later, until, is_told):
    passed = decided(1, "CERTIFIED_SILENT", **PASSED)
    entries = [entered(passed)]
    for place, change in enumerate(later):
        entries.append(entered(passed, **({"entry_id": f"later{place}", "run_no": 2} | change)))
    decision = stored(t.DECISION, passed | {"due_date": until})
    notified = passes_to_notify(decision, stored(t.CERTIFICATION_ENTRY, *entries), since=1)
    assert bool(notified.count().execute()) == is_told


def _told(decision, entry):
    notified = passes_to_notify(stored(t.DECISION, decision), stored(t.CERTIFICATION_ENTRY, entry), since=1)
    return notified.count().execute()


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        ({}, False),
        ({"due_date": DUE - timedelta(days=10)}, False),
        ({"obstacle": "NO_PHONE"}, False),
        ({"due_date": DUE - timedelta(days=365)}, True),
        ({"stage": "early"}, True),
        ({"person_no": 2}, True),
    ],
)
def test_v18_a_stage_that_a_night_has_entered_is_not_entered_again(before, is_told):
    """Whatever the book says since: a pass that came and was withdrawn makes no second message."""
    done = row(t.REMINDER, **({"person_no": 1, "stage": "late", "due_date": DUE} | before))
    assert bool(_due([decided(1, "DUE_SOON", **REMINDED)], [], [done])) == is_told


@pytest.mark.parametrize(
    ("who", "others", "claims", "obstacle"),
    [
        ({}, [], [], [""]),
        ({"phone": ""}, [], [], ["NO_PHONE"]),
        ({}, [person(2, phone=person(1)["phone"])], [claimed(2, "CONFIRMED")], ["SILENT_PHONE"]),
        ({}, [person(2, phone=person(1)["phone"])], [claimed(2, "REFUTED")], [""]),
        ({"phone": ""}, [person(2, phone="")], [claimed(2, "CONFIRMED")], ["NO_PHONE"]),
        ({}, [], [claimed(1, "CONFLICT")], []),
    ],
    ids=["phone", "no phone", "phone of a house in grief", "of a house that was", "two without a phone", "in grief"],
)
def test_v18_why_no_message_goes_out_is_entered_with_the_stage(who, others, claims, obstacle):
    due = stored(t.REMINDER, row(t.REMINDER, person_no=1, stage="late", due_date=DUE))
    due = due.select("person_no", "stage", "due_date")
    found = with_obstacles(due, stored(t.PERSON, person(1) | who, *others), stored(t.CLAIM, *claims))
    assert found.to_pyarrow()["obstacle"].to_pylist() == obstacle


def test_who_has_no_phone_is_not_written_to():
    people = stored(t.PERSON, person(1), person(2, phone=""))
    assert reachable(people, stored(t.CLAIM)).to_pyarrow()["person_no"].to_pylist() == [1]
