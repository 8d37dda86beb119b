"""The set logic of the stage on the engine: payments, versions, snapshots, issues that still stand."""

from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from pipelines.resolved.payments import sum_payments
from pipelines.resolved.versions import newest_snapshot, newest_versions, standing_issues
from pipelines.storage.engine import Engine

FIRST, SECOND = date(2024, 3, 18), date(2024, 3, 19)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path / "scratch", threads=1)


def payments(engine: Engine, *records: tuple[str, date, str, int]) -> ir.Table:
    return engine.table(
        pa.table(
            {
                "record_id": [record[0] for record in records],
                "business_date": [record[1] for record in records],
                "delivery_id": [record[1].isoformat() for record in records],
                "record_no": list(range(len(records))),
                "payment_kind": [record[2] for record in records],
                "amount_fen": [record[3] for record in records],
                "person_no": [1] * len(records),
                "programme_code": ["RESIDENT_PENSION"] * len(records),
                "county_code": ["621022"] * len(records),
                "pay_month": [date(2024, 3, 1)] * len(records),
            }
        )
    )


def test_money_is_what_was_paid_less_what_came_back(engine: Engine) -> None:
    kinds = [("PAID", 1000), ("BACK_PAID", 200), ("RETURNED", 300), ("RECOVERED", 50), ("HELD", 9999)]
    rows = payments(engine, *((kind, FIRST, kind, amount) for kind, amount in kinds))
    (sums,) = engine.arrow(sum_payments(rows)).to_pylist()
    assert (sums["paid_fen"], sums["recovered_fen"]) == (850, 350)


def test_a_payment_sent_again_counts_once_as_last_stated(engine: Engine) -> None:
    rows = payments(engine, ("p1", SECOND, "PAID", 500), ("p1", FIRST, "PAID", 1000), ("p2", FIRST, "PAID", 7))
    (sums,) = engine.arrow(sum_payments(newest_versions(rows, ["record_id"]))).to_pylist()
    assert sums["paid_fen"] == 507


def test_only_the_newest_snapshot_stands(engine: Engine) -> None:
    rows = payments(engine, ("p1", SECOND, "PAID", 1), ("p2", SECOND, "PAID", 2), ("p3", FIRST, "PAID", 4))
    assert sorted(engine.arrow(newest_snapshot(rows))["record_id"].to_pylist()) == ["p1", "p2"]


def test_issues_of_a_replaced_snapshot_are_gone(engine: Engine) -> None:
    feeds = ["population_register", "population_register", "medical", "medical"]
    days = [FIRST, SECOND, FIRST, SECOND]
    dated = pa.table({"feed": feeds, "business_date": days})
    issue, delivery = engine.table(dated), engine.table(dated.append_column("refusal", pa.array([""] * 4)))
    kept = engine.arrow(standing_issues(issue, delivery, ["population_register"], as_of=SECOND)).to_pylist()
    assert sorted((row["feed"], row["business_date"]) for row in kept) == [
        ("medical", FIRST),
        ("medical", SECOND),
        ("population_register", SECOND),
    ]
    early = engine.arrow(standing_issues(issue, delivery, ["population_register"], as_of=FIRST)).to_pylist()
    assert sorted(row["feed"] for row in early) == ["medical", "population_register"]
