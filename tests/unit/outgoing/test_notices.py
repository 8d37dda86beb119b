"""One message per person and event; none for what a backfill wrote, none for a mere renewal."""

from datetime import timedelta

import ibis
import pyarrow as pa
import pytest

from pipelines.outgoing.notices import passes_to_tell, reminders_due
from schemas import tables as t
from tests.unit.conftest import AS_OF, DUE, decided, entered

REMINDED = {"notice_stage": "late", "due_date": DUE}
PASSED = {"certification_state": "CERTIFIED", "method": "SILENT", "pass_date": AS_OF, "due_date": DUE}


@pytest.fixture
def backend():
    return ibis.duckdb.connect()


def _due(backend, decisions, entries):
    return reminders_due(
        _table(backend, t.DECISION, decisions), _table(backend, t.CERTIFICATION_ENTRY, entries), run_no=2,
        due_soon_days=90,
    ).to_pyarrow().to_pylist()  # fmt: skip


def _table(backend, table, rows):
    return backend.create_table(ibis.util.gen_name("t"), pa.Table.from_pylist(rows, table.arrow()), temp=True)


def test_of_two_benefits_the_one_due_first_is_told(backend):
    first = decided(1, "DUE_SOON", **REMINDED)
    other = decided(1, "DUE_SOON", **(REMINDED | {"due_date": DUE + timedelta(days=5)}), county_code="620102")
    assert _due(backend, [other, first], []) == [{"person_no": 1, "due_date": DUE, "stage": "late"}]


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        ({}, False),
        ({"due_date": DUE + timedelta(days=10)}, False),
        ({"due_date": DUE - timedelta(days=365)}, True),
        ({"notice_stage": "early"}, True),
        ({"is_correction": True}, True),
        ({"loss_state": "LEAD_OPEN"}, True),
        ({"run_no": 2}, True),
    ],
    ids=["told", "told of nearly the same day", "last year", "earlier stage", "by backfill", "kept silent", "this run"],
)
def test_the_same_event_is_told_once(backend, before, is_told):
    now = decided(1, "DUE_SOON", **REMINDED)
    assert bool(_due(backend, [now], [entered(now, **before)])) == is_told


@pytest.mark.parametrize("state", ["LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN", "CONFIRMED"])
def test_nobody_under_a_lead_is_reminded(backend, state):
    assert _due(backend, [decided(1, "DUE_SOON", loss_state=state, **REMINDED)], []) == []


@pytest.mark.parametrize(("stood", "is_told"), [("CERTIFIED", False), ("DUE_SOON", True), ("OVERDUE", True)])
def test_a_renewal_of_what_was_certified_is_no_news(backend, stood, is_told):
    before = entered(decided(1, "X", certification_state=stood), entry_id="old")
    passed = decided(1, "CERTIFIED_SILENT", **PASSED)
    now = entered(passed, entry_id="new", run_no=2, entry_kind="CHANGE", previous_entry_id="old")
    told = passes_to_tell(_table(backend, t.CERTIFICATION_ENTRY, [before, now]), run_no=2)
    assert told.to_pyarrow().to_pylist() == ([{"person_no": 1, "valid_until": DUE}] if is_told else [])
