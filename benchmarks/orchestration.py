"""Time and memory that Airflow adds to a night: the same night by the command line and on a real Airflow.

    python -m benchmarks.orchestration [PERSONS EVENTS]     # 1000000 500000; to benchmarks/results/orchestration.json

The first night of the sample province, and a night of a million persons. Of a run on Airflow `between_s` is the time in
which no task of it was at work: the scheduler's. `import_s` is what the file of each DAG takes beyond Airflow itself.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from dags.deployment.local import processes
from dags.deployment.local.place import Place, environment, make
from tests.airflow.rest import AT_ONCE, Rest, end_of, ready, run_path
from tests.conftest import new_home

HERE = Path(__file__).parent
DAY = "2024-03-18"
AIRFLOW_ALONE = (
    "import airflow.sdk, airflow.providers.standard.operators.hitl; from airflow.sdk import dag; "
    "dag(dag_id='empty')(lambda: None)()"
)


def main(persons: int, events: int) -> None:
    os.environ |= AT_ONCE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as somebody else
        os.environ["SILENTCERT_HOMES"] = name
        homes = {"sample": new_home(folder / "sample"), "large": folder / "large" / "home"}
        subprocess.run(
            [sys.executable, HERE / "province.py", homes["large"], str(persons), str(events)],
            cwd=HERE.parent,
            check=True,
        )
        place = Place(folder / "airflow", folder / "home")
        try:
            operator = ready(place)
            comparison = {which: compared(operator, home) for which, home in homes.items()}
        finally:
            processes.stop(place)
        comparison["import_s"] = import_costs(place)
    result = {"persons": persons, "events": events} | comparison
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "orchestration.json").write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.write(json.dumps(result, indent=2) + "\n")


def compared(operator: Rest, home: Path) -> dict[str, Any]:
    """Seconds of the night by both roads, what Airflow adds and its share of the whole."""
    other = Path(shutil.copytree(home, home.parent / "other"))
    command = commanded(other)
    whole, in_tasks = orchestrated(operator, home)
    return {
        "command_line_s": round(command, 1),
        "airflow_s": round(whole, 1),
        "between_s": round(whole - in_tasks, 1),
        "added_s": round(whole - command, 1),
        "added_share": round((whole - command) / whole, 2),
    }


def commanded(home: Path) -> float:
    begun = time.monotonic()
    silentcert = Path(sys.executable).parent / "silentcert"
    subprocess.run([silentcert, "night", DAY, "--home", home], check=True)
    return time.monotonic() - begun


def orchestrated(operator: Rest, home: Path) -> tuple[float, float]:
    """From the trigger to the end of the run, and of that the seconds with a task at work."""
    run = end_of(operator, operator.trigger({"home": str(home), "business_date": DAY}))
    if run["state"] != "success":
        raise SystemExit(f"{run['dag_run_id']}: {run['state']}")
    tasks = operator.api("GET", f"{run_path(run)}/taskInstances?limit=100")["task_instances"]
    spans = sorted((_instant(task["start_date"]), _instant(task["end_date"])) for task in tasks)
    at_work, until = 0.0, 0.0
    for begin, end in spans:
        at_work += max(0.0, end - max(begin, until))
        until = max(until, end)
    return _instant(run["end_date"]) - _instant(run["queued_at"]), at_work


def import_costs(place: Place) -> dict[str, float]:
    """Seconds beyond an import of Airflow's own names, medians of fresh processes that take turns."""
    settled = environment(place, make(place))
    files = sorted((HERE.parent / "dags").glob("*.py"))
    programs = {"airflow": AIRFLOW_ALONE} | {
        path.name: f"import runpy; runpy.run_path({str(path)!r})" for path in files
    }
    took: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(5):
        for name, program in programs.items():
            begun = time.monotonic()
            subprocess.run([sys.executable, "-c", program], check=True, env=settled, cwd=HERE.parent)
            took[name].append(time.monotonic() - begun)
    floor = median(took.pop("airflow"))
    return {"airflow": round(floor, 2)} | {name: round(median(times) - floor, 2) for name, times in took.items()}


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


if __name__ == "__main__":
    sizes = [int(number) for number in sys.argv[1:]]
    main(*(sizes or [1_000_000, 500_000]))
