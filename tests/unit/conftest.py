"""A few invented persons, written by hand as rows of our own tables."""

from datetime import date

import pyarrow as pa
import pytest

from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from schemas import tables as t
from tests.derived import AS_OF, row, stored

__all__ = ["AS_OF", "row", "stored"]
DUE = date(2024, 4, 10)


def person(number, **values):
    named = {
        "person_no": number,
        "raw_name": f"测试{number}",
        "phone": f"1380000{number:04d}",
        "birth_date": date(1955, 1, 1),
    }
    return row(t.PERSON, **(named | values))


def decided(number, outcome, **values):
    key = {"person_no": number, "programme_code": "RESIDENT_PENSION", "county_code": "621022", "outcome": outcome}
    stands = {"payment_state": "DRAWING", "loss_state": "NONE"}
    return row(t.DECISION, **(key | stands | values))


def entered(decision, **values):
    entry = {"entry_id": f"e{decision['person_no']}", "run_no": 1, "as_of": AS_OF, "entry_kind": "OPEN"}
    return row(t.CERTIFICATION_ENTRY, **(decision | entry | values))


def claimed(number, status, **values):
    known = {"claim_id": f"c{number}", "person_no": number, "loss_kind": "LS01", "loss_group": "DEATH", "sources": 1}
    return row(t.CLAIM, status=status, agency="health", **(known | values))


@pytest.fixture
def staged_lake(tmp_path):
    """`staged_lake({table: rows})`: a lake whose first run has staged these rows."""

    def staged(content):
        lake = Lake(tmp_path / "lake", Engine(tmp_path / "scratch"), (), number=1, as_of=AS_OF)
        lake = lake.staged_in(tmp_path / "stage")
        for table, rows in content.items():
            lake.write(table, pa.Table.from_pylist(rows, table.arrow()))
        return lake

    return staged
