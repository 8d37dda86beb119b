"""A feed is fresh county by county, and the registry shows who draws two benefits."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.signals.derived import grown_up, overlapping
from pipelines.signals.health import feed_health
from schemas.tables import DELIVERY, ENTITLEMENT
from tests.derived import engine

AS_OF = date(2024, 3, 20)
DELIVERED = {
    "delivery_id": "d1", "feed": "medical", "business_date": date(2024, 3, 18), "known_from": 1, "file_name": "a",
    "digest": "", "size": 1, "county_codes": "", "encoding": "", "rejection": "", "rejection_detail": "", "physical": 1,
    "header": 0, "blank": 0, "accepted": 1, "quarantined": 0, "duplicates": 0, "is_gated": False,
}  # fmt: skip
DRAWS = {
    "person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022", "payment_state": "DRAWING",
    "first_payment_date": date(2015, 1, 1), "monthly_fen": 1, "birth_date": None, "group": "GENERAL",
    "has_phone": False, "id_valid": True,
}  # fmt: skip


def _fresh(*, several_files: bool = True, **changed: Any) -> dict[str, bool]:
    feeds = pa.table({"feed": ["medical"], "fresh_days": [3], "is_live": [True], "several_files": [several_files]})
    rows = feed_health(
        engine().table(feeds),
        engine().table(pa.Table.from_pylist([DELIVERED | changed], DELIVERY.arrow())),
        engine().table(pa.table({"county_code": ["621022", "622926"]})),
        as_of=AS_OF,
    )
    return {row["county_code"]: row["is_fresh"] for row in rows.to_pyarrow().to_pylist()}


def test_a_delivery_speaks_for_the_counties_it_names_or_for_all() -> None:
    assert _fresh() == {"621022": True, "622926": True}
    assert _fresh(county_codes="620102,622926") == {"621022": False, "622926": True}


def test_an_old_a_gated_or_a_rejected_delivery_speaks_for_nobody() -> None:
    nobody = {"621022": False, "622926": False}
    assert _fresh(business_date=date(2024, 3, 16)) == nobody
    assert _fresh(business_date=date(2024, 3, 21)) == nobody  # it is of a night to come
    assert _fresh(is_gated=True) == nobody
    assert _fresh(rejection="BAD_HEADER") == nobody


def test_of_several_files_one_without_a_row_speaks_for_nobody() -> None:
    """It names no county since it has no row, and may be any sender's; the only file of a feed is everybody's."""
    assert _fresh(accepted=0) == {"621022": False, "622926": False}
    assert _fresh(accepted=0, several_files=False) == {"621022": True, "622926": True}


def _overlaps(*rows: dict[str, Any]) -> list[date]:
    table = engine().table(pa.Table.from_pylist(list(rows), ENTITLEMENT.arrow()))
    found = overlapping(table, [("EMPLOYEE_PENSION", "RESIDENT_PENSION")], as_of=AS_OF)
    return [row["event_date"] for row in found.to_pyarrow().to_pylist()]


def test_two_counties_or_two_excluding_benefits_are_one_overlap_dated_at_the_later_first_payment() -> None:
    later = date(2019, 6, 1)
    elsewhere = DRAWS | {"county_code": "622926", "first_payment_date": later}
    employee = DRAWS | {"programme_code": "EMPLOYEE_PENSION", "first_payment_date": later}
    assert _overlaps(DRAWS) == []
    assert _overlaps(DRAWS, elsewhere) == [later]
    assert _overlaps(DRAWS, employee, elsewhere) == [later]
    assert _overlaps(DRAWS, employee | {"payment_state": "TERMINATED"}) == []


CHILD = DRAWS | {"programme_code": "DEPENDANT", "birth_date": date(2006, 3, 1)}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, [date(2024, 3, 1)]),
        ({"birth_date": date(2006, 3, 21)}, []),  # eighteen tomorrow
        ({"birth_date": date(1950, 3, 1)}, []),  # a widow
        ({"group": "DISABLED"}, []),
        ({"programme_code": "RESIDENT_PENSION"}, []),
        ({"payment_state": "TERMINATED"}, []),
    ],
)
def test_a_child_that_was_paid_for_grows_up_at_eighteen(change: dict[str, Any], found: list[date]) -> None:
    table = engine().table(pa.Table.from_pylist([CHILD | change], ENTITLEMENT.arrow()))
    rows = grown_up(table, as_of=AS_OF).to_pyarrow().to_pylist()
    assert [row["event_date"] for row in rows] == found
