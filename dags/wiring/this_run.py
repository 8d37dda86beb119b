"""The run a task finds itself in, as our own functions need it."""

import os
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from airflow.sdk import get_current_context

from dags.wiring.dates import business_date, kind_of
from pipelines.errors import UsageError

UNDER_WAY = ["running"]
# a folder of homes a run may choose among, set by the deployment; empty: there is no choice
HOMES = os.environ.get("SILENTCERT_HOMES", "")


class ThisRun(NamedTuple):
    """`name` tells this run of Airflow's from any other; `kind` is scheduled, backfill, manual or asset_triggered."""

    home: Path
    as_of: date
    kind: str
    name: str


def this_run() -> ThisRun:
    run, params = get_current_context()["dag_run"], given_params()
    as_of = business_date(run, params.get("business_date"))
    return ThisRun(home_of(params), as_of, kind_of(run), f"{run.dag_id} {run.run_id}")


def given_params() -> Any:
    """The run's parameters. Raises `UsageError` for what no parameter is declared for, which Airflow lets pass.

    Whoever writes `{"dry_run": true}` believes that nothing will be committed.
    """
    context = get_current_context()
    unknown = sorted(set(context["dag_run"].conf or {}) - set(context["dag"].params))
    if unknown:
        raise UsageError(f"{context['dag'].dag_id} has no parameter {', '.join(unknown)}; start it again without")
    return context["params"]


def home_of(params: Any) -> Path:
    """The home this Airflow is set up for, or the one given among those it may choose.

    Raises `UsageError` for any other: whoever may start a run must not make us write wherever they like.
    """
    given = params.get("home")
    if not given:
        return Path(os.environ.get("SILENTCERT_HOME", "home"))
    if not HOMES or not Path(given).resolve().is_relative_to(Path(HOMES).resolve()):
        raise UsageError("home: this Airflow runs the nights of its own home; leave the parameter out")
    return Path(given)


def is_under_way(name: str) -> bool:
    """Whether the run of that name is still being worked on; one that Airflow has forgotten is not."""
    dag_id, run_id = name.split(" ", 1)
    ti = get_current_context()["ti"]
    return bool(ti.get_dr_count(dag_id=dag_id, run_ids=[run_id], states=UNDER_WAY))


def is_night_before_under_way() -> bool:
    """Nights stand in order: of several at work at once, a later one lets the one before it go first.

    A backfill's run that is still queued counts: it will be started beside this one. Any other would wait for this one.
    """
    before = get_current_context()["ti"].get_previous_dagrun()
    return before is not None and (
        before.state in UNDER_WAY or (before.state, kind_of(before)) == ("queued", "backfill")
    )
