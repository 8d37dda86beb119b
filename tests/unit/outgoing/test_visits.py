"""To whose home nobody writes."""

import ibis
import pyarrow as pa
import pytest

from pipelines.outgoing.visits import grieved
from schemas.tables import CLAIM
from tests.unit.conftest import claimed


@pytest.mark.parametrize(
    ("group", "standing", "is_grieved"),
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
    group: str, standing: str, is_grieved: bool
) -> None:
    rows = pa.Table.from_pylist([claimed(1, standing, loss_group=group)], CLAIM.arrow())
    found = grieved(ibis.duckdb.connect().create_table("claim", rows)).to_pyarrow()["person_no"].to_pylist()
    assert found == [1] * is_grieved
