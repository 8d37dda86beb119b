"""To whose home nobody writes."""

import pytest

from pipelines.reachable import grieved
from schemas.tables import CLAIM
from tests.unit.conftest import claimed, stored


@pytest.mark.parametrize(
    ("group", "status", "is_grieved"),
    [
        ("DEATH", "LEAD_OPEN", True),
        ("DEATH", "NOTICE_GIVEN", True),
        ("DEATH", "CONFIRMED", True),
        ("DEATH", "REFUTED", False),
        ("CUSTODY", "CONFLICT", True),
        ("CUSTODY", "LEAD_OPEN", False),
        ("CUSTODY", "CONFIRMED", False),
    ],
)
def test_nobody_writes_where_somebody_may_have_died_or_sources_differ(
    group: str, status: str, is_grieved: bool
) -> None:
    found = grieved(stored(CLAIM, claimed(1, status, loss_group=group)))
    assert found.to_pyarrow()["person_no"].to_pylist() == [1] * is_grieved
