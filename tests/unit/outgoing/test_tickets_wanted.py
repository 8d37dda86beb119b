"""Records to ask about: once per agency, feed, record, column and issue, and never our own."""

from datetime import date

import ibis
import pyarrow as pa
import pytest

from pipelines.decisions.tickets import tickets
from schemas.tables import CLAIM, ISSUE, LIFE_FACT, LOSS_FACT, TICKET_WANTED

BEFORE, DAY, AFTER = date(2024, 1, 2), date(2024, 1, 10), date(2024, 2, 1)
RECORD = {"record_no": 1, "business_date": DAY, "known_from": 1}
CORRECT = {**RECORD, "agency": "health", "feed": "health", "record_id": "H1", "column": "id_number"}
LOSS = {
    **RECORD, "feed": "health", "delivery_id": "d1", "record_id": "H1", "agency": "health", "claim_id": "c1",
    "county_code": "", "person_no": 1, "loss_kind": "LS01", "event_date": DAY, "is_suspected": False,
    "is_revoked": False,
}  # fmt: skip
LIFE = {
    **RECORD, "feed": "transport", "delivery_id": "d2", "record_id": "T1", "agency": "transport", "county_code": "",
    "person_no": 1, "signal_code": "S", "signal_class": "B", "method": "SILENT", "is_outside": True,
    "event_date": AFTER, "is_revoked": False,
}  # fmt: skip
STANDS = {
    "claim_id": "c1", "person_no": 1, "loss_kind": "LS01", "event_date": DAY, "agency": "health",
    "is_suspected": False, "business_date": DAY, "standing": "CONFLICT", "contrary_date": AFTER,
    "contrary_class": "B", "sources": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def backend():
    return ibis.duckdb.connect()


@pytest.fixture
def ask(backend):
    def asked(issues=(), claims=(), losses=(), life=()):
        frames = [(ISSUE, issues), (CLAIM, claims), (LOSS_FACT, losses), (LIFE_FACT, life)]
        tables = [
            backend.create_table(ibis.util.gen_name(t.name), pa.Table.from_pylist(list(rows), t.arrow()), temp=True)
            for t, rows in frames
        ]
        found = tickets(*tables)
        assert found.columns == tuple(TICKET_WANTED.names)
        return sorted(found.to_pyarrow().to_pylist(), key=lambda row: (row["feed"], row["issue"]))

    return asked


def test_a_record_delivered_twice_is_asked_about_once_by_its_earliest_delivery(ask):
    twice = [
        {**CORRECT, "delivery_id": "d9", "issue": "ID02", "kind": "CORRECT"},
        {**CORRECT, "delivery_id": "d1", "issue": "ID02", "kind": "CORRECT", "business_date": BEFORE},
    ]
    assert [(row["delivery_id"], row["kind"]) for row in ask(twice)] == [("d1", "CORRECT")]


@pytest.mark.parametrize(("group", "issue"), [("DEATH", "CF01"), ("CUSTODY", "CF03"), ("MISSING", "CF04")])
def test_both_sides_of_a_conflict_are_asked(ask, group, issue):
    found = ask(claims=[{**STANDS, "loss_group": group}], losses=[{**LOSS, "loss_group": group}], life=[LIFE])
    assert [(row["agency"], row["issue"], row["kind"], row["column"]) for row in found] == [
        ("health", issue, "CHECK", "event_date"),
        ("transport", "CF04", "CHECK", "event_date"),
    ]


@pytest.mark.parametrize(
    "life",
    [
        {**LIFE, "event_date": DAY},
        {**LIFE, "person_no": 2},
        {**LIFE, "signal_class": "D"},
        {**LIFE, "agency": "social_insurance"},
        {**LIFE, "is_revoked": True},
    ],
)
def test_only_the_record_of_another_agency_that_contradicts_is_asked(ask, life):
    assert ask(claims=[{**STANDS, "loss_group": "DEATH"}], life=[life]) == []


def test_a_claim_without_conflict_asks_nobody(ask):
    claim = {**STANDS, "loss_group": "DEATH", "standing": "LEAD_OPEN"}
    assert ask(claims=[claim], losses=[{**LOSS, "loss_group": "DEATH"}], life=[LIFE]) == []
