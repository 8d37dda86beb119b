"""A run over a few invented persons, its projections and books written by hand."""

from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from pipelines.run import Run
from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from schemas import tables as t
from schemas.code_tables import read_code_tables
from schemas.contract import read_contracts
from schemas.policy import read_policy
from schemas.wording import read_wording

SCHEMAS = Path(t.__file__).parent
WORDING = read_wording([SCHEMAS / "wording"])
AS_OF = date(2024, 3, 18)
DUE = date(2024, 4, 10)
EMPTY = {"string": "", "int64": 0, "int32": 0, "bool": False, "date": None}


def row(table, **values):
    """A row of a table: what is not said is empty, nought or false; a date that must stand is the night."""
    blank = {f.name: AS_OF if f.kind == "date" and not f.nullable else EMPTY[f.kind] for f in table.fields}
    assert set(values) <= set(blank)
    return blank | values


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


def claimed(number, standing, **values):
    known = {"claim_id": f"c{number}", "person_no": number, "loss_kind": "LS01", "loss_group": "DEATH", "sources": 1}
    return row(t.CLAIM, standing=standing, agency="health", **(known | values))


ENGINE = ibis.duckdb.connect()


def stored(table, *rows):
    """The rows as a table of an engine that the tests share."""
    return ENGINE.create_table(ibis.util.gen_name("t"), pa.Table.from_pylist(list(rows), table.arrow()), temp=True)


@pytest.fixture
def open_run(tmp_path):
    """`open_run({table: rows}, kind=…)`: a first run whose stage holds these rows."""

    def opened(content, *, kind="night"):
        lake = Lake(tmp_path / "lake", Engine(tmp_path / "scratch"), (), number=1, as_of=AS_OF)
        for table, rows in content.items():
            lake.write(table, pa.Table.from_pylist(rows, table.arrow()))
        return Run(
            1, kind, AS_OF, tmp_path, read_contracts([SCHEMAS / "contracts"]),
            read_code_tables(), read_policy([SCHEMAS / "policy"]), WORDING, b"key", lake,
        )  # fmt: skip

    return opened
