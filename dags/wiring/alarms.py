"""Alarms: what happened, in which run; never what an error said, since its message may quote a person.

They are posted as JSON to the address of the Airflow connection `silentcert_alarms` (its host, `http(s)://…`; its
password, if any, is sent as a bearer token). Without that connection they stand in the log of the task, as a warning;
so do those that cannot be posted.
"""

import json
import logging
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

from airflow.sdk import BaseHook, BaseNotifier
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

CONNECTION = "silentcert_alarms"
LOG = logging.getLogger(__name__)


class Alarm(BaseNotifier):
    """A callback for tasks that failed for good."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def notify(self, context: Any) -> None:
        ti = context["ti"]
        raise_alarm(self.name, {"dag": ti.dag_id, "run": ti.run_id, "task": ti.task_id, "try": ti.try_number})


def deadline_missed(context: dict[str, Any]) -> None:
    """Airflow calls it when a run has not ended in time, with what its REST API tells of the run.

    A night run again in a backfill was due long ago, and nobody is told so.
    """
    run = context["dag_run"]
    if run["run_type"] != "backfill":
        raise_alarm("deadline_missed", {"dag": run["dag_id"], "run": run["dag_run_id"]})


def raise_alarm(name: str, facts: dict[str, Any]) -> None:
    alarm = {"alarm": name} | facts
    try:
        connection = BaseHook.get_connection(CONNECTION)
    except (AirflowNotFoundException, AirflowRuntimeError):
        LOG.warning("alarm %s", json.dumps(alarm))
        return
    headers = {"Content-Type": "application/json"}
    if connection.password:
        headers["Authorization"] = f"Bearer {connection.password}"
    try:
        with urlopen(Request(connection.host or "", json.dumps(alarm).encode(), headers), timeout=20):
            LOG.info("alarm %s was posted", name)
    except (
        OSError,
        HTTPException,
        ValueError,
    ) as error:  # whether it is heard must not decide whether the night goes on
        LOG.error("alarm %s could not be posted (%s)", json.dumps(alarm), type(error).__name__)
