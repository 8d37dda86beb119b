"""The set logic of the stage on the engine: payments, versions, snapshots, issues that still stand."""

from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from pipelines.coverage import Day
from pipelines.resolved.payments import newest_payments, sum_payments
from pipelines.resolved.versions import current_issues, newest_snapshot, of_current_deliveries
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
    (sums,) = engine.arrow(sum_payments(newest_payments(rows, ["record_id"]))).to_pylist()
    assert sums["paid_fen"] == 507


def day(county: str, business_date: date, *deliveries: str, silence: str = "") -> Day:
    return Day(county, business_date, deliveries, silence)


@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
@pytest.mark.parametrize(
    ("versions", "paid"),
    [
        ([("PAID", 500), ("PAID", 1000)], 500),
        ([("PAID", 1000), ("HELD", 1000)], 0),
        ([("RETURNED", 300), ("RETURNED", 200)], -300),
        ([("PAID", 300), ("RETURNED", 300)], -300),
    ],
)
def test_r9_of_two_amounts_of_a_payment_the_one_that_claims_least_counts(engine, names, versions, paid):
    rows = payments(engine, *(("p1", FIRST, kind, amount) for kind, amount in versions))
    named = engine.arrow(rows).to_pydict() | {"delivery_id": list(names)}
    (sums,) = engine.arrow(sum_payments(newest_payments(engine.table(pa.table(named)), ["record_id"]))).to_pylist()
    assert sums["paid_fen"] == paid


def test_all_files_of_the_newest_day_that_tells_of_a_county_stand() -> None:
    days = [day("A", FIRST, "old"), day("A", SECOND, "a", "b"), day("B", FIRST, "old")]
    assert newest_snapshot(days) == [("a", "A"), ("b", "A"), ("old", "B")]


def test_half_a_snapshot_does_not_replace_a_whole_one_but_is_better_than_none() -> None:
    half = [day(county, SECOND, "half", silence="GATED") for county in "AB"]
    assert newest_snapshot([day("A", FIRST, "whole"), *half]) == [("whole", "A"), ("half", "B")]


def test_rows_without_a_county_go_with_the_snapshot_that_had_them() -> None:
    assert newest_snapshot([day("", FIRST, "old"), day("", SECOND)]) == []


def test_a_county_of_which_no_file_has_a_row_has_none() -> None:
    assert newest_snapshot([day("A", FIRST, silence="LEFT_OUT")]) == []


def test_rows_stand_with_their_county(engine: Engine) -> None:
    rows = engine.table(pa.table({"delivery_id": ["d1", "d1", "d2", "d2"], "county_code": ["A", "B", "A", None]}))
    stated = [("", SECOND, "d2"), ("A", FIRST, "d1"), ("A", SECOND, "d2"), ("B", FIRST, "d1")]
    pairs = newest_snapshot(day(*one) for one in stated)
    names = ("delivery_id", "of_county")
    current = pa.table(dict(zip(names, map(list, zip(*pairs, strict=True)), strict=True)))
    kept = engine.arrow(of_current_deliveries(rows, engine.table(current))).to_pylist()
    assert sorted((row["delivery_id"], row["county_code"] or "") for row in kept) == [
        ("d1", "B"),
        ("d2", ""),
        ("d2", "A"),
    ]


def test_issues_of_a_replaced_snapshot_are_gone(engine: Engine) -> None:
    names = ["register-18", "register-19", "medical-18", "medical-19"]
    feeds, days = ["register", "register", "medical", "medical"], [FIRST, SECOND, FIRST, SECOND]
    dated = pa.table({"delivery_id": names, "feed": feeds, "business_date": days})
    issue, delivery = engine.table(dated), engine.table(dated.append_column("rejection", pa.array([""] * 4)))
    kept = engine.arrow(current_issues(issue, delivery, ["register"], ["register-19"], as_of=SECOND))
    assert sorted(kept["delivery_id"].to_pylist()) == ["medical-18", "medical-19", "register-19"]
    early = engine.arrow(current_issues(issue, delivery, ["register"], ["register-18"], as_of=FIRST))
    assert sorted(early["delivery_id"].to_pylist()) == ["medical-18", "register-18"]
