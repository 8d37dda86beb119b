"""The registry shows who draws two benefits, and which child has grown up."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.signals.derived import grown_up, overlapping
from schemas.tables import ENTITLEMENT
from tests.derived import engine

AS_OF = date(2024, 3, 20)
DRAWS = {
    "person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022", "payment_state": "DRAWING",
    "first_payment_date": date(2015, 1, 1), "monthly_fen": 1, "birth_date": None, "group": "GENERAL",
    "has_phone": False, "id_valid": True,
}  # fmt: skip


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
