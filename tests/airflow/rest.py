"""Airflow's REST API as one of its users, with the words the tests need."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from dags.deployment.local.__main__ import up
from dags.deployment.local.place import Place

NIGHT = "nightly_certification"
# The night that a schedule begins with when it is switched on goes on without its feeds, whatever the hour.
AT_ONCE = {"SILENTCERT_NIGHT_OPENS_AT": "00:00", "SILENTCERT_FEEDS_AWAITED_UNTIL": "00:00"}
ENDED = ("success", "failed")


class RefusedError(Exception):
    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:500]}")


class Rest:
    def __init__(self, port: int, user: str, password: str) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self._token = ""
        self._token = self.call("POST", "/auth/token", {"username": user, "password": password})["access_token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.base + path, data, headers, method=method), timeout=300) as answer:
                content = answer.read()
        except HTTPError as error:
            raise RefusedError(error.code, error.read().decode()) from None
        return json.loads(content) if content[:1] in (b"{", b"[") else content

    def api(self, method: str, path: str, body: Any = None) -> Any:
        return self.call(method, f"/api/v2{path}", body)

    def unpause(self, *dag_ids: str) -> None:
        for dag_id in dag_ids:
            self.api("PATCH", f"/dags/{dag_id}", {"is_paused": False})

    def runs(self, dag_id: str, kind: str = "") -> list[dict]:
        found = self.api("GET", f"/dags/{dag_id}/dagRuns?limit=100&order_by=id")["dag_runs"]
        return [run for run in found if not kind or run["run_type"] == kind]

    def states(self, run: dict) -> dict[str, str]:
        """State by task; of the instances of a mapped task, under its name and number."""
        found = self.api("GET", f"{run_path(run)}/taskInstances?limit=100")["task_instances"]
        return {_told(one): one["state"] for one in found}

    def clear(self, run: dict) -> None:
        """Again when it is answered with an error, as the runbook says: Airflow once was at odds with its scheduler."""
        body = {"dry_run": False}
        wait_until("the clear", lambda: self.api("POST", f"{run_path(run)}/clear", body), seconds=30)

    def trigger(self, conf: dict, dag_id: str = NIGHT) -> dict:
        return self.api("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})

    def backfill(self, first: str, last: str, conf: dict, *, at_once: int = 1, dry: bool = False) -> dict:
        body = {
            "dag_id": NIGHT, "from_date": f"{first}T00:00:00+08:00", "to_date": f"{last}T00:00:00+08:00",
            "dag_run_conf": conf, "reprocess_behavior": "completed", "max_active_runs": at_once,
            "run_backwards": False,
        }  # fmt: skip
        return self.api("POST", "/backfills/dry_run" if dry else "/backfills", body)


def ready(place: Place) -> Rest:
    """The operator of an Airflow that is up, its nights switched on and none of them under way."""
    made = up(place)
    operator = Rest(made["api_port"], "operator", made["passwords"]["operator"])
    wait_until("the DAGs", lambda: operator.api("GET", "/dags")["dags"])
    operator.unpause(NIGHT)
    wait_until("yesterday's run", lambda: (runs := operator.runs(NIGHT)) and all(r["state"] in ENDED for r in runs))
    return operator


def end_of(operator: Rest, run: dict) -> dict:
    return wait_until("the end", lambda: (now := operator.api("GET", run_path(run)))["state"] in ENDED and now)


def run_path(run: dict) -> str:
    return f"/dags/{run['dag_id']}/dagRuns/{quote(run['dag_run_id'])}"


def _told(instance: dict) -> str:
    return instance["task_id"] + (f"[{instance['map_index']}]" if instance["map_index"] >= 0 else "")


def wait_until(
    what: str, is_so: Callable[[], Any], *, seconds: float = 900, ill: type[Exception] = RefusedError
) -> Any:
    """The first true answer. An API that is down for a while, as after a kill, is asked again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if answer := is_so():
                return answer
        except (ill, OSError):
            pass
        time.sleep(1)
    raise AssertionError(f"waited {seconds} s for: {what}")
