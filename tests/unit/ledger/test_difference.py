"""What a run appends, given what stands: nothing for what already stands, one row for what changed."""

from datetime import date

import ibis
import pyarrow as pa
import pytest

from pipelines.latest import newest_entries
from pipelines.ledger.difference import CERTIFICATION, LEAD, Book, Writing, difference, wanted_leads
from schemas.tables import CERTIFICATION_ENTRY, CLAIM, DECISION, LEAD_ENTRY
from tests.derived import engine

DECIDED = {
    "person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022", "certification_state": "CERTIFIED",
    "loss_state": "NONE", "payment_state": "DRAWING", "adjustment_frozen": False, "outcome": "CERTIFIED_SILENT",
    "pass_date": date(2024, 1, 5), "method": "SILENT", "signal_code": "VACCINATION", "due_date": date(2025, 1, 31),
    "reason_mask": 1, "notice_stage": "", "loss_kinds": "", "loss_date": None, "lead_priority": 0, "at_risk_fen": 0,
}  # fmt: skip
CLAIMED = {
    "claim_id": "c1", "person_no": 1, "loss_kind": "LS01", "loss_group": "DEATH", "event_date": date(2024, 1, 1),
    "end_date": None, "agency": "health", "is_suspected": False, "business_date": date(2024, 1, 2),
    "status": "LEAD_OPEN", "contrary_date": None, "contrary_class": "", "weak_date": None, "sources": 1,
    "is_dated": True, "objected_date": None, "withdrawn_date": None, "line_id": "c1",
}  # fmt: skip


@pytest.fixture(scope="module")
def backend() -> ibis.BaseBackend:
    return engine()


def _append(backend, book: Book, entries: pa.Table, wanted: list[dict], *, run_no: int, day: int, correction=False):
    shape = DECISION if book is CERTIFICATION else CLAIM
    rows = backend.table(pa.Table.from_pylist(wanted, shape.arrow()))
    rows = rows.mutate(policy_digest=ibis.literal("p")) if book is CERTIFICATION else wanted_leads(rows)
    table = backend.table(entries)
    writing = Writing(run_no, date(2024, 3, day), is_correction=correction, renewal_grain_days=30)
    stands = newest_entries(table, book.key, as_of=writing.as_of)
    new = difference(book, stands, rows, writing).to_pyarrow().cast(book.table.arrow())
    return pa.concat_tables([entries, new]), new.to_pylist()


def test_first_then_nothing_then_change_then_close(backend):
    entries, new = _append(
        backend, CERTIFICATION, CERTIFICATION_ENTRY.arrow().empty_table(), [DECIDED], run_no=1, day=1
    )
    assert [row["entry_kind"] for row in new] == ["OPEN"]
    entries, new = _append(backend, CERTIFICATION, entries, [DECIDED], run_no=2, day=2)
    assert new == []
    entries, new = _append(
        backend,
        CERTIFICATION,
        entries,
        [DECIDED | {"loss_state": "LEAD_OPEN", "outcome": "LEAD_OPEN"}],
        run_no=3,
        day=3,
    )
    assert [row["entry_kind"] for row in new] == ["CHANGE"]
    assert new[0]["previous_entry_id"] == entries.to_pylist()[0]["entry_id"]
    entries, new = _append(backend, CERTIFICATION, entries, [], run_no=4, day=4)
    assert [row["entry_kind"] for row in new] == ["CLOSE"]
    entries, new = _append(backend, CERTIFICATION, entries, [], run_no=5, day=5)
    assert new == []


@pytest.mark.parametrize(
    ("changed", "rows"),
    [
        ({"pass_date": date(2024, 2, 3)}, 0),
        ({"pass_date": date(2024, 2, 4)}, 1),
        ({"pass_date": date(2024, 1, 6), "method": "SELF"}, 1),
        ({"pass_date": date(2023, 12, 1)}, 1),
        ({"pass_date": None}, 1),
    ],
    ids=["29 days newer", "30 days newer", "self-certified", "moved back", "withdrawn"],
)
def test_a_silent_pass_is_entered_by_the_grain(backend, changed, rows):
    entries, _ = _append(backend, CERTIFICATION, CERTIFICATION_ENTRY.arrow().empty_table(), [DECIDED], run_no=1, day=1)
    _, new = _append(backend, CERTIFICATION, entries, [DECIDED | changed], run_no=2, day=2)
    assert len(new) == rows


def test_a_backfill_corrects_its_day_and_the_next_night_sees_it(backend):
    empty = LEAD_ENTRY.arrow().empty_table()
    entries, _ = _append(backend, LEAD, empty, [], run_no=1, day=1)
    entries, new = _append(backend, LEAD, entries, [CLAIMED], run_no=3, day=1, correction=True)
    assert [(row["entry_kind"], row["is_correction"]) for row in new] == [("OPEN", True)]
    _, new = _append(backend, LEAD, entries, [CLAIMED], run_no=4, day=4)
    assert new == []


def test_a_refuted_lead_whose_record_is_withdrawn_closes_and_opens_again(backend):
    entries, _ = _append(backend, LEAD, LEAD_ENTRY.arrow().empty_table(), [CLAIMED], run_no=1, day=1)
    entries, new = _append(backend, LEAD, entries, [], run_no=2, day=2)
    assert new[0]["entry_kind"] == "CLOSE"
    _, new = _append(backend, LEAD, entries, [CLAIMED], run_no=3, day=3)
    assert new[0]["entry_kind"] == "CHANGE"
