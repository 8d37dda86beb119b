"""What a county reads about those who asked it for something."""

from datetime import date

import polars as pl
import pyarrow as pa
import pytest

from pipelines.outgoing.requests import new_requests, request_list
from schemas import tables as t
from schemas.code_tables import read_code_tables
from tests.derived import engine, shipped_wording
from tests.unit.conftest import row

CODES = read_code_tables()
ADVICE, NOTHING_TO_DO = shipped_wording().requests.advice, shipped_wording().requests.nothing_to_do
ASKED = {
    "delivery_id": "d1", "record_id": "q1", "event_date": date(2024, 3, 18), "request_kind": "HOME_VISIT",
    "person_no": 1, "name": "测试一", "county_code": "621022",
}  # fmt: skip


def _listed(*requests, decisions=()):
    deliveries = [row(t.DELIVERY, delivery_id="d1", known_from=2), row(t.DELIVERY, delivery_id="d0", known_from=1)]
    found = new_requests(
        engine().table(pa.Table.from_pylist(list(requests))),
        engine().table(pa.Table.from_pylist(deliveries, t.DELIVERY.arrow())),
        engine().table(pa.Table.from_pylist(list(decisions), t.DECISION.arrow())),
        since=1,
    )
    return request_list(pl.DataFrame(found.to_pyarrow()), CODES, shipped_wording()).to_dicts()


def _decided(**values):
    return row(t.DECISION, person_no=1, programme_code="RESIDENT_PENSION", county_code="621022", **values)


CERTIFIED = {"outcome": "CERTIFIED_SILENT", "certification_state": "CERTIFIED", "due_date": date(2025, 1, 31)}
OVERDUE = {"outcome": "OVERDUE", "certification_state": "OVERDUE", "due_date": date(2024, 1, 31)}


@pytest.mark.parametrize(
    ("kind", "stands", "advice"),
    [
        ("HOME_VISIT", CERTIFIED, NOTHING_TO_DO),
        ("HOME_VISIT", OVERDUE, ADVICE["HOME_VISIT"]),
        ("OBJECTION", CERTIFIED, ADVICE["OBJECTION"]),
    ],
)
def test_whoever_is_certified_already_need_not_be_bothered(kind, stands, advice):
    (listed,) = _listed(ASKED | {"request_kind": kind}, decisions=[_decided(**stands)])
    assert listed["advice"] == advice
    assert listed["due_date"] == stands["due_date"]


def test_one_benefit_that_is_not_certified_is_reason_enough_to_come():
    both = [_decided(**CERTIFIED), _decided(**OVERDUE) | {"programme_code": "WORK_INJURY"}]
    (listed,) = _listed(ASKED, decisions=both)
    assert (listed["advice"], listed["state"]) == (ADVICE["HOME_VISIT"], "已过期待上门；静默认证通过")


def test_a_request_of_an_unknown_person_is_listed_and_an_old_one_is_not():
    (listed,) = _listed(ASKED | {"person_no": None}, ASKED | {"record_id": "q0", "delivery_id": "d0"})
    assert (listed["record_id"], listed["state"], listed["advice"]) == ("q1", "", ADVICE["HOME_VISIT"])


def test_every_kind_has_its_advice():
    assert set(ADVICE) == set(CODES.names("request_kind"))
