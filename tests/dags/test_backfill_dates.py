"""N dates are N runs, each for its own date: asked of Airflow's own arithmetic."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from dags.wiring.dates import ZONE, business_date

FIRST = date(2024, 3, 18)


@pytest.mark.parametrize("days", [1, 2, 5, 31])
def test_a_backfill_holds_both_its_ends_and_every_day_between(bag, days):
    from airflow.serialization.serialized_objects import DagSerialization

    dag = DagSerialization.from_dict(DagSerialization.to_dict(bag.dags["nightly_certification"]))
    first, last = (_midnight(FIRST + timedelta(days=day)) for day in (0, days - 1))
    infos = list(dag.iter_dagrun_infos_between(first, last))
    runs = [SimpleNamespace(run_type="backfill", data_interval_start=info.data_interval.start) for info in infos]
    assert [business_date(run, None) for run in runs] == [FIRST + timedelta(days=day) for day in range(days)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE))
