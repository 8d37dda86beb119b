"""# The night

Certifies pensioners' entitlement from what other agencies sent about one day: `silentcert night`, in tasks.

The run is made at midnight, Asia/Shanghai, for the day that has just ended. From one o'clock on it waits for the
extracts that are due, until five at the latest; then the night proceeds, and whatever leans on a feed that did not come
is held, not concluded. What came is landed, its feeds are parsed side by side, each stage is a task, and
one receipt commits it all. Tasks tell one another paths, names of feeds and counts.

* By hand: *Trigger*, with `business_date`. A night that has its receipt is left as it is.
* Past nights: *Backfill*. A night that stands is decided again with what is known now; only corrections are entered.
* What comes back (replies, verdicts, visits) is a feed like any other.

Nothing leaves by itself: see `release_outgoing`. When a task fails: the runbook, `dags/README.md`.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pendulum
from airflow.sdk import CronDataIntervalTimetable, Param, PokeReturnValue, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.wiring.alarms import raise_alarm
from dags.wiring.assets import ASSETS, BY_RECEIPT, STEP_TASKS
from dags.wiring.careful import careful
from dags.wiring.dates import ZONE, awaited_until, opening
from dags.wiring.defaults import DAY, OF_HOME, must_end_within, task_defaults
from dags.wiring.this_run import is_night_before_under_way, is_under_way, this_run
from pipelines.errors import BusyError

PARSED_AT_ONCE = 3


@task.sensor(mode="reschedule", poke_interval=30, timeout=timedelta(hours=24).total_seconds())
@careful
def await_feeds() -> bool | PokeReturnValue:
    """Done when every extract that is due has come, or when it is time to go on without the rest."""
    from pipelines.run.arrivals import is_scheduled, missing_feeds

    night, now = this_run(), datetime.now(ZoneInfo(ZONE))
    if night.kind == "scheduled" and not is_scheduled(night.home, night.as_of):
        raise AirflowSkipException(
            "this home is scheduled from a later day on; run earlier nights by hand or a backfill"
        )
    if now < opening(night.as_of):
        return False
    missing = missing_feeds(night.home, night.as_of)
    if missing and now < awaited_until(night.as_of, get_current_context()["params"].get("feeds_awaited_until")):
        return False
    if missing and night.kind == "scheduled":
        raise_alarm("feeds_missing", {"business_date": night.as_of.isoformat(), "feeds": missing})
    return PokeReturnValue(is_done=True, xcom_value=missing)


@task(outlets=[ASSETS["landed"]])
@careful
def land() -> list[list[str]]:
    """The feeds in shares, since only what a task returns can be mapped over; the stage's path goes beside it."""
    from pipelines.run.handover import Opener, open_night
    from pipelines.run.night import late_files

    night = this_run()
    if is_night_before_under_way():
        raise BusyError("the night before is still at work")
    opener = Opener(night.name, is_under_way)
    landed = open_night(night.home, night.as_of, shares=PARSED_AT_ONCE, again=night.kind == "backfill", opener=opener)
    if landed is None:
        late = len(late_files(night.home, night.as_of))
        raise AirflowSkipException(
            "this night has its receipt"
            + (f"; files that came since: {late}; the next night takes them" if late else "")
        )
    for name in ("stage", "counts"):
        get_current_context()["ti"].xcom_push(name, getattr(landed, name))
    return landed.shares


@task(max_active_tis_per_dagrun=PARSED_AT_ONCE, map_index_template="{{ ' · '.join(task.op_kwargs['feeds']) }}")
@careful
def parse(stage: str, feeds: list[str]) -> dict[str, int]:
    from pipelines.run.handover import parse_feeds

    return parse_feeds(stage, feeds)


@task
@careful
def step(stage: str, name: str) -> dict[str, int]:
    from pipelines.run.handover import do_step

    return do_step(stage, name)


@task(outlets=[ASSETS[state] for state in BY_RECEIPT])
@careful
def commit(stage: str) -> dict[str, int]:
    from pipelines.run.handover import commit_night

    night, receipt = this_run(), commit_night(stage)
    if receipt is None:
        raise AirflowSkipException("nothing to correct")
    for state in BY_RECEIPT:
        extra = {"business_date": night.as_of.isoformat(), "receipt": receipt.number, "run_type": night.kind}
        get_current_context()["outlet_events"][ASSETS[state]].extra = extra
    return {"receipt": receipt.number, **receipt.sums}


@dag(
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2024, 3, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=24),
    deadline=must_end_within(32),
    tags=["certification", "impact:high"],
    doc_md=__doc__,
    default_args=task_defaults(minutes=180),
    params={
        **OF_HOME,
        "business_date": DAY,
        "feeds_awaited_until": Param(
            None, type=["null", "string"], format="date-time", description="Empty: five in the morning after"
        ),
    },
)
def nightly_certification():
    landed = land()
    await_feeds() >> landed
    done = parse.partial(stage=landed["stage"]).expand(feeds=landed)
    for name in STEP_TASKS:
        outlets = [] if name in BY_RECEIPT else [ASSETS[name]]
        done = done >> step.override(task_id=name, outlets=outlets)(landed["stage"], name)
    done >> commit(landed["stage"])


nightly_certification()
