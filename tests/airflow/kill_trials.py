"""Kill −9 a task, the scheduler or PostgreSQL at a random moment of a night; it must end in the same ledger, by itself.

    python -m tests.airflow.kill_trials --trials 10 --state FOLDER

Trials that are done stand in FOLDER/trials.jsonl and are not done again, so a run that was broken off goes on.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from dags.deployment.local import processes
from dags.deployment.local.place import Place
from pipelines.read.verify import verify_lake
from pipelines.run.night import night
from tests.airflow.rest import AT_ONCE, ENDED, Rest, end_of, ready, run_path
from tests.conftest import NIGHTS, new_home
from tests.night.tree import digests

# A night of six feeds: it is the night that is killed, and fewer files to parse make room for more trials.
FEEDS = {"registry", "population_register", "payments", "transport", "health", "public_security"}
KINDS = ("task", "scheduler", "postgresql")
# A lost process is noticed sooner than in production, so that a trial takes minutes.
SOONER = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "20",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="kill_trials")
    parser.add_argument("--trials", type=int, default=10, help="of each kind")
    parser.add_argument("--state", type=Path, default=Path(".airflow-kill"))
    given = parser.parse_args()
    state = given.state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    os.environ |= SOONER | AT_ONCE | {"SILENTCERT_HOMES": str(state)}
    signal.signal(signal.SIGTERM, lambda *told: sys.exit("told to end; what is done is kept"))
    place = Place(state / "airflow", state / "home")
    try:
        done = run(place, state / "trials.jsonl", given.trials)
    finally:
        processes.stop(place)
    faults = [trial for trial in done if not trial["same"]]
    by_kind = {kind: sum(trial["kind"] == kind for trial in done) for kind in KINDS}
    sys.stdout.write(f"{len(done)} trials {by_kind}, {len(faults)} with another ledger\n")
    sys.exit(bool(faults))


def run(place: Place, record: Path, trials: int) -> list[dict[str, Any]]:
    done = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    expected = commanded(place.home.parent / "commanded")
    operator = ready(place)
    lasts = undisturbed(place, operator, expected)
    for number in range(trials):
        for kind in KINDS:
            if any((one["kind"], one["number"]) == (kind, number) for one in done):
                continue
            moments = random.Random(f"{kind}{number}")
            while not (trial := one_trial(place, operator, kind, moments.uniform(2, lasts)))["killed"]:
                pass  # the night was over before it could be killed: that shows nothing
            trial |= {"kind": kind, "number": number, "same": trial.pop("tree") == expected}
            done.append(trial)
            with record.open("a") as file:
                file.write(json.dumps(trial) + "\n")
            sys.stdout.write(json.dumps(trial) + "\n")
            sys.stdout.flush()
    return done


def commanded(folder: Path) -> dict[str, str]:
    """The ledger of the command line, made once."""
    home = folder / "home"
    if not home.exists():
        small_home(folder)
    night(home, NIGHTS[0], progress=lambda stage: None)
    return digests(home)


def undisturbed(place: Place, operator: Rest, expected: dict[str, str]) -> float:
    """How long a night lasts from its trigger to its end."""
    begun = time.monotonic()
    home = fresh_home(place)
    end_of(operator, triggered(operator, home))
    if digests(home) != expected:
        raise AssertionError("even an undisturbed night ends in another ledger")
    return time.monotonic() - begun


def one_trial(place: Place, operator: Rest, kind: str, after: float) -> dict[str, Any]:
    home = fresh_home(place)
    begun = time.monotonic()
    triggered_run = triggered(operator, home)
    time.sleep(after)
    is_over = operator.api("GET", run_path(triggered_run))["state"] in ENDED
    killed = "" if is_over else kill(place, kind)
    ended = end_of(operator, triggered_run)
    return {
        "after_s": round(after, 1),
        "killed": killed,
        "state": ended["state"],
        "took_s": round(time.monotonic() - begun, 1),
        "faults": len(verify_lake(home)),
        "tree": digests(home),
    }


def fresh_home(place: Place) -> Path:
    folder = place.home / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    return small_home(folder)


def small_home(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    home = new_home(folder)
    for inbox in (home / "inbox").iterdir():
        if inbox.name not in FEEDS:
            shutil.rmtree(inbox)
    return home


def triggered(operator: Rest, home: Path) -> dict:
    return operator.trigger({"home": str(home), "business_date": str(NIGHTS[0])})


def kill(place: Place, kind: str) -> str:
    """The first such process to be seen from now on; none when the night ends before one is."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for process in processes.living(place):
            title = " ".join(process.cmdline())
            if is_victim(kind, title):
                os.kill(process.pid, signal.SIGKILL)
                return title.split(" --")[0] if kind == "task" else kind
        time.sleep(0.05)
    return ""


def is_victim(kind: str, title: str) -> bool:
    if kind == "task":
        return title.startswith("airflow worker -- ") and "LocalExecutor" not in title
    if kind == "scheduler":
        return title.endswith("airflow scheduler")
    return "/bin/postgres -D" in title


if __name__ == "__main__":
    try:
        main()
    except psutil.NoSuchProcess as error:
        sys.exit(f"{error}: it went away while it was looked at; start again, what is done is kept")
