"""The night as an Airflow DAG: wiring only.

What came is landed, its feeds are parsed side by side, then each stage is a task. They hand one another the path of
the night's stage, and one receipt commits it all: the same bytes as `silentcert night`. Running it again is harmless.
A task that failed starts over by itself; one that is fenced does not, since its night was taken over: clear the run.
"""

from datetime import date, timedelta
from pathlib import Path

import pendulum
from airflow.sdk import (
    CronDataIntervalTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException

from pipelines.errors import FencedError, PipelineError, SetupError, TamperError, UsageError

ZONE = "Asia/Shanghai"
PARSED_AT_ONCE = 3
# No wait mends these: somebody has to act, and should hear of it at once.
HOPELESS = [FencedError, PipelineError, SetupError, TamperError, UsageError]


def business_date(context) -> date:
    """The one place that knows it: the parameter when given, else the local day the data interval starts on."""
    given = context["params"].get("business_date")
    if given:
        return date.fromisoformat(given)
    return context["data_interval_start"].in_timezone(ZONE).date()


@task(execution_timeout=timedelta(hours=1))
def land() -> list[list[str]]:
    """The feeds in shares, since only what a task returns can be mapped over; the stage's path goes beside it."""
    from pipelines.handover import open_night

    context = get_current_context()
    landed = open_night(Path(context["params"]["home"]), business_date(context), shares=PARSED_AT_ONCE)
    if landed is None:
        raise AirflowSkipException("this night has its receipt")
    for name in ("stage", "counts"):
        context["ti"].xcom_push(name, getattr(landed, name))
    return landed.shares


@task(execution_timeout=timedelta(hours=2), max_active_tis_per_dagrun=PARSED_AT_ONCE)
def parse(stage: str, feeds: list[str]) -> dict[str, int]:
    from pipelines.handover import parse_feeds

    return parse_feeds(stage, feeds)


@task(execution_timeout=timedelta(hours=3))
def step(stage: str, name: str) -> dict[str, int]:
    from pipelines.handover import run_step

    return run_step(stage, name)


@task(execution_timeout=timedelta(hours=2))
def commit(stage: str) -> dict[str, int]:
    from pipelines.handover import commit_night

    receipt = commit_night(stage)
    return {"receipt": receipt.number, **receipt.sums}


@dag(
    schedule=CronDataIntervalTimetable("0 1 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2024, 3, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    tags=["certification", "impact:high"],
    doc_md=__doc__,
    default_args={
        "owner": "social-insurance-centre",
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "retry_policy": ExceptionRetryPolicy([RetryRule(HOPELESS, RetryAction.FAIL)]),
    },
    params={
        "home": Param("home", type="string"),
        "business_date": Param(None, type=["null", "string"], format="date"),
    },
)
def nightly_certification():
    landed = land()
    done = parse.partial(stage=landed["stage"]).expand(feeds=landed)
    for name in ("validated", "resolved", "signals", "decisions", "ledger", "outgoing"):
        done = done >> step.override(task_id=name)(landed["stage"], name)
    done >> commit(landed["stage"])


nightly_certification()
