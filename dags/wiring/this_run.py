"""The run a task finds itself in, as our own functions need it."""

import os
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from airflow.sdk import get_current_context

from dags.wiring.dates import business_date, kind_of

UNDER_WAY = ["running", "restarting"]


class ThisRun(NamedTuple):
    """`name` tells this run of Airflow's from any other; `kind` is scheduled, backfill, manual or asset_triggered."""

    home: Path
    as_of: date
    kind: str
    name: str


def this_run() -> ThisRun:
    context = get_current_context()
    run, params = context["dag_run"], context["params"]
    as_of = business_date(run, params.get("business_date"))
    return ThisRun(home_of(params), as_of, kind_of(run), f"{run.dag_id} {run.run_id}")


def home_of(params: Any) -> Path:
    """The parameter when given, else the home this Airflow is set up for."""
    return Path(params.get("home") or os.environ.get("SILENTCERT_HOME", "home"))


def is_under_way(name: str) -> bool:
    """Whether the run of that name is still being worked on; one that Airflow has forgotten is not."""
    dag_id, run_id = name.split(" ", 1)
    ti = get_current_context()["ti"]
    return bool(ti.get_dr_count(dag_id=dag_id, run_ids=[run_id], states=UNDER_WAY))


def is_night_before_under_way() -> bool:
    """Nights stand in order: of several at work at once, a later one lets the one before it go first."""
    before = get_current_context()["ti"].get_previous_dagrun()
    return before is not None and before.state in UNDER_WAY
