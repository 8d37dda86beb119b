"""The night as an Airflow DAG: wiring only.

A night is committed by one receipt under one lock, so its stages are one task; the DAG adds the schedule, the
business date and the retries. Running it again is harmless: a night that has its receipt is left as it is.
"""

from datetime import date, timedelta

import pendulum
from airflow.sdk import CronDataIntervalTimetable, Param, dag, get_current_context, task

ZONE = "Asia/Shanghai"


def business_date(context) -> date:
    """The one place that knows it: the parameter when given, else the local day the data interval starts on."""
    given = context["params"].get("business_date")
    if given:
        return date.fromisoformat(given)
    return context["data_interval_start"].in_timezone(ZONE).date()


@dag(
    schedule=CronDataIntervalTimetable("0 1 * * *", timezone=ZONE),
    start_date=pendulum.datetime(2024, 3, 1, tz=ZONE),
    catchup=False,
    max_active_runs=1,
    tags=["certification", "impact:high"],
    doc_md=__doc__,
    default_args={"owner": "social-insurance-centre", "retries": 2, "retry_delay": timedelta(minutes=10)},
    params={
        "home": Param("home", type="string"),
        "business_date": Param(None, type=["null", "string"], format="date"),
    },
)
def nightly_certification():
    @task(execution_timeout=timedelta(hours=5))
    def certify() -> dict[str, int]:
        from pathlib import Path

        from pipelines.night import night

        context = get_current_context()
        receipt = night(Path(context["params"]["home"]), business_date(context), progress=lambda stage: None)
        return {"receipt": receipt.number, **receipt.sums} if receipt else {}

    certify()


nightly_certification()
