"""Owner, tries, time limits and alarms of every task and DAG."""

from datetime import timedelta

from airflow.sdk import (
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    SyncCallback,
)

from dags.wiring.alarms import Alarm
from dags.wiring.this_run import HOMES
from pipelines.errors import FencedError, PipelineError, SetupError, TamperError, UsageError

OWNER = "social-insurance-centre"
# No wait mends these: somebody has to act, and should hear of it at once.
HOPELESS = [FencedError, PipelineError, SetupError, TamperError, UsageError]
# The deployment says whose nights are run. Only one that names a folder of homes lets a run choose among those.
OF_HOME = (
    {"home": Param(None, type=["null", "string"], description=f"One under {HOMES}; empty: $SILENTCERT_HOME")}
    if HOMES
    else {}
)
DAY = Param(None, type=["null", "string"], format="date", description="Which day, for a run started by hand")


def task_defaults(*, minutes: int) -> dict:
    """A failed task is tried again after half a minute, one, and two; each try may last so many `minutes`."""
    return {
        "owner": OWNER,
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=30),
        "retry_policy": ExceptionRetryPolicy([RetryRule(HOPELESS, RetryAction.FAIL)]),
        "execution_timeout": timedelta(minutes=minutes),
        "on_failure_callback": [Alarm("task_failed")],
    }


def must_end_within(hours: int) -> DeadlineAlert:
    """Counted from the start of the business date. Runs without a logical date have none; a backfill's is not an alarm.

    Not counted from when the run was queued: Airflow 3.3.2 then cannot clear a run of the DAG.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=timedelta(hours=hours),
        callback=SyncCallback("dags.wiring.alarms.deadline_missed"),
        name=f"must end within {hours} hours",
    )
