"""# Audit

Each Sunday at noon: the chain of receipts, the digest of every file under one, and one past run derived again from its
deliveries and compared row by row. Which run is drawn follows from the date and the runs that stand; only those made
under the code and policy of today are, and none on the first Sunday after a change of them.

A fault fails the task at once and is an alarm; nothing is repaired here. `silentcert verify` names every fault.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import CronDataIntervalTimetable, dag, task

from dags.wiring.careful import careful
from dags.wiring.dates import ZONE
from dags.wiring.defaults import DAY, OF_HOME, must_end_within, task_defaults
from dags.wiring.this_run import this_run


@task
@careful
def verify_and_replay() -> dict[str, int]:
    from pipelines.read.verify import audit_ledger as audit

    run = this_run()
    return audit(run.home, drawn_by=run.as_of)


@dag(
    schedule=CronDataIntervalTimetable("0 12 * * 0", timezone=ZONE),
    allowed_run_types=["scheduled", "manual"],
    start_date=pendulum.datetime(2024, 3, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=24),
    deadline=must_end_within(7 * 24 + 12),
    tags=["audit", "impact:high"],
    doc_md=__doc__,
    default_args=task_defaults(minutes=600),
    params={**OF_HOME, "business_date": DAY},
)
def audit_ledger():
    verify_and_replay()


audit_ledger()
