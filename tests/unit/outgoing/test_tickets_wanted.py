"""Records to ask about: once per agency, feed, record, column and issue, and never our own."""

from datetime import date

import pyarrow as pa
import pytest

from pipelines.decisions.claims import disagreeing
from pipelines.decisions.tickets import (
    contradicted_records,
    contradicting_records,
    disagreeing_records,
    tickets,
)
from schemas.tables import CLAIM, ISSUE, LIFE_FACT, LOSS_FACT, TICKET_WANTED
from tests.derived import engine, shipped_policy

POLICY = shipped_policy()
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
    "is_suspected": False, "business_date": DAY, "status": "CONFLICT", "contrary_date": AFTER,
    "contrary_class": "B", "sources": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def backend():
    return engine()


@pytest.fixture
def ask(backend):
    def stored(table, rows, *more):
        shape = pa.schema([*more, *table.arrow()])
        return backend.table(pa.Table.from_pylist(list(rows), shape))

    def asked(issues=(), claims=(), losses=(), contrary=()):
        dates = POLICY.death_dates
        claim, loss = stored(CLAIM, claims), stored(LOSS_FACT, losses)
        signs = stored(LIFE_FACT, contrary, ("claim_id", pa.string()), ("loss_group", pa.string()))
        differ = disagreeing(claim, dates.loss_kinds, tolerance_days=dates.tolerance_days)
        questions = [
            contradicted_records(claim, loss),
            contradicting_records(claim, signs),
            disagreeing_records(differ, loss),
        ]
        found = tickets(stored(ISSUE, issues), questions)
        assert found.columns == tuple(TICKET_WANTED.names)
        return sorted(found.to_pyarrow().to_pylist(), key=lambda row: (row["feed"], row["issue"], row["record_id"]))

    return asked


def test_a_record_delivered_twice_is_asked_about_once_by_its_earliest_delivery(ask):
    twice = [
        {**CORRECT, "delivery_id": "d9", "issue": "ID02", "kind": "CORRECT"},
        {**CORRECT, "delivery_id": "d1", "issue": "ID02", "kind": "CORRECT", "business_date": BEFORE},
    ]
    assert [(row["delivery_id"], row["kind"]) for row in ask(twice)] == [("d1", "CORRECT")]


@pytest.mark.parametrize(("group", "issue"), [("DEATH", "CF01"), ("CUSTODY", "CF03"), ("MISSING", "CF04")])
def test_both_sides_of_a_conflict_are_asked(ask, group, issue):
    death = {"claim_id": "c1", "loss_group": group}
    found = ask(claims=[STANDS | death], losses=[LOSS | death], contrary=[LIFE | death])
    assert [(row["agency"], row["issue"], row["kind"], row["column"]) for row in found] == [
        ("health", issue, "CHECK", "event_date"),
        ("transport", "CF04", "CHECK", "event_date"),
    ]


def test_who_travels_on_is_asked_about_once_at_each_holder(ask):
    """The first record told stays the one in question, however many follow; another holder is asked too."""
    death = {"claim_id": "c1", "loss_group": "DEATH"}
    later = LIFE | death | {"record_id": "T2", "event_date": date(2024, 2, 9), "business_date": date(2024, 2, 9)}
    other = later | {"feed": "vaccination", "agency": "health", "record_id": "V1"}
    found = ask(claims=[STANDS | death], contrary=[later, LIFE | death, other])
    assert [row["record_id"] for row in found] == ["T1", "V1"]


@pytest.mark.parametrize("change", [{"agency": "social_insurance"}, {"is_revoked": True}, {"claim_id": "c2"}])
def test_only_the_record_of_another_agency_that_contradicts_is_asked(ask, change):
    death = {"claim_id": "c1", "loss_group": "DEATH"}
    assert ask(claims=[STANDS | death], contrary=[LIFE | death | change]) == []


def test_a_claim_without_conflict_asks_nobody(ask):
    death = {"claim_id": "c1", "loss_group": "DEATH"}
    claim = STANDS | death | {"status": "LEAD_OPEN"}
    assert ask(claims=[claim], losses=[LOSS | death], contrary=[LIFE | death]) == []


@pytest.mark.parametrize(
    ("day", "change", "asked"),
    [
        (date(2024, 2, 9), {}, []),
        (date(2024, 2, 10), {}, ["H1", "C1"]),
        (date(2023, 12, 10), {}, ["H1", "C1"]),
        (date(2024, 2, 10), {"loss_kind": "LS03"}, []),
        (date(2024, 2, 10), {"loss_kind": "LS17", "agency": "social_insurance"}, []),  # the day of the visit
        (date(2024, 2, 10), {"agency": "health"}, []),
        (date(2024, 2, 10), {"status": "REFUTED"}, []),
    ],
)
def test_deaths_dated_far_apart_are_asked_of_both_holders(ask, day, change, asked):
    first = STANDS | {"status": "LEAD_OPEN", "loss_group": "DEATH"}
    burial = {"claim_id": "c2", "agency": "civil_affairs", "event_date": day, "loss_kind": "LS02"}
    records = [
        LOSS | {"loss_group": "DEATH"},
        LOSS | {"loss_group": "DEATH", "feed": "civil_affairs", "record_id": "C1"} | burial | change,
    ]
    records[1].pop("status", None)
    found = ask(claims=[first, first | burial | change], losses=records)
    assert sorted(row["record_id"] for row in found) == sorted(asked)
    assert {row["issue"] for row in found} <= {"CF01"}


def test_a_record_that_others_contradict_and_date_otherwise_is_one_question(ask):
    """The holder reads the same sentence about the same column twice: other sources say otherwise."""
    first = STANDS | {"loss_group": "DEATH"}
    burial = {"claim_id": "c2", "agency": "civil_affairs", "event_date": date(2024, 2, 10), "loss_kind": "LS02"}
    other = LOSS | {"loss_group": "DEATH", "feed": "civil_affairs", "record_id": "C1"} | burial
    found = ask(
        claims=[first, first | burial | {"status": "LEAD_OPEN"}], losses=[LOSS | {"loss_group": "DEATH"}, other]
    )
    assert [(row["record_id"], row["column"], row["issue"]) for row in found] == [
        ("C1", "event_date", "CF01"), ("H1", "event_date", "CF01"),
    ]  # fmt: skip
