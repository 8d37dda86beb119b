"""# List before payment

Every morning at seven, Asia/Shanghai: where a county's list for a month must be there on this day, by the pay
calendar (`pay_days` in `policy/rules.yaml`), the newest night's proposals about that month's instalments are written:
to hold, to pay, to check. On any other day the run is skipped.

* By hand: *Trigger*, with `business_date`: any day of the month to be paid.

Nothing is paid or stopped by it: the files wait under `outbox/cutoff-<month>/` for three persons to sign. The task
shows which were written, with their rows. What `silentcert cutoff MONTH` does, with the same bytes.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.wiring.careful import careful
from dags.wiring.dates import ZONE
from dags.wiring.defaults import DAY, OF_HOME, must_end_within, task_defaults
from dags.wiring.this_run import this_run


@task
@careful
def write_lists() -> dict[str, dict[str, int]]:
    """By month, rows by file."""
    from pipelines.run.cutoff import months_due, write_cutoff

    run = this_run()
    # the run of a day is made when the day is over: its lists are due on the morning it runs
    by_schedule = months_due(run.home, run.as_of + timedelta(days=1)) if run.kind == "scheduled" else [run.as_of]
    if not by_schedule:
        raise AirflowSkipException("no county awaits its list today")
    return {f"{month:%Y-%m}": write_cutoff(run.home, month) for month in by_schedule}


@dag(
    schedule=CronDataIntervalTimetable("0 7 * * *", timezone=ZONE),
    allowed_run_types=["scheduled", "manual"],
    start_date=pendulum.datetime(2024, 3, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    deadline=must_end_within(36),
    tags=["payment", "impact:high"],
    doc_md=__doc__,
    default_args=task_defaults(minutes=60),
    params={**OF_HOME, "business_date": DAY},
)
def prepayment_cutoff():
    write_lists()


prepayment_cutoff()
