"""What every DAG of ours keeps to, whoever writes the next one."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dags.conftest import DAGS

ENGINES = {"polars", "duckdb", "ibis", "great_expectations", "pandas"}
FILES = sorted(DAGS.glob("*.py"))
MAY_IMPORT = {"airflow", "collections", "dags", "datetime", "pathlib", "pendulum", "pipelines", "typing", "zoneinfo"}


def test_every_file_gives_one_dag_of_its_name_and_no_error(bag):
    assert bag.import_errors == {}
    assert sorted(bag.dags) == [path.stem for path in FILES]


@pytest.mark.parametrize("dag_id", [path.stem for path in FILES])
def test_a_dag_keeps_the_policy(bag, dag_id):
    dag = bag.dags[dag_id]
    assert dag.tags
    assert dag.doc_md.startswith("# ")
    assert dag.catchup is False
    assert dag.dagrun_timeout
    if dag_id != "release_outgoing":  # there a person's answer has its own limit
        assert [alert.callback.path for alert in dag.deadline] == ["dags.wiring.alarms.deadline_missed"]
        assert [type(alert.reference).__name__ for alert in dag.deadline] == ["DagRunLogicalDateDeadline"]
    assert dag.timezone.name == "Asia/Shanghai"


@pytest.mark.parametrize("dag_id", [path.stem for path in FILES])
def test_a_task_keeps_the_policy(bag, dag_id):
    for task in bag.dags[dag_id].tasks:
        assert task.owner == "social-insurance-centre"
        assert [type(one).__name__ for one in task.on_failure_callback] == ["Alarm"]
        if task.task_type == "ApprovalOperator":
            assert task.response_timeout  # a person is waited for, not tried again
            continue
        assert task.retries == 3
        assert task.retry_exponential_backoff
        assert task.retry_policy
        assert task.execution_timeout


def test_nights_run_one_at_a_time(bag):
    assert bag.dags["nightly_certification"].max_active_runs == 1


def test_a_schedule_names_its_timetable(bag):
    """A plain cron text is another timetable, whose interval has no length."""
    kinds = {dag_id: type(dag.timetable).__name__ for dag_id, dag in bag.dags.items()}
    assert kinds == {
        "audit_ledger": "CronDataIntervalTimetable",
        "nightly_certification": "CronDataIntervalTimetable",
        "prepayment_cutoff": "CronDataIntervalTimetable",
        "release_outgoing": "AssetTriggeredTimetable",
    }


def test_only_the_night_may_be_backfilled(bag):
    allowed = {dag_id: {kind.value for kind in dag.allowed_run_types or ()} for dag_id, dag in bag.dags.items()}
    assert allowed == {
        "audit_ledger": {"scheduled", "manual"},
        "nightly_certification": set(),
        "prepayment_cutoff": {"scheduled", "manual"},
        "release_outgoing": {"asset_triggered", "manual"},
    }


def test_a_dag_file_wires_and_nothing_else():
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}
        named |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        assert named <= MAY_IMPORT, path
        of_ours = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)} - {"pipelines.errors"}
        assert not {module for module in of_ours if module.startswith("pipelines")}, "heavy modules inside tasks only"
        assert not {f"dags.{other.stem}" for other in FILES} & of_ours, "a DAG file never imports another"


def test_reading_the_dags_loads_no_engine():
    """What makes reading dear is what they import; the engines are imported inside the tasks."""
    read = f"import runpy, airflow.sdk\nfor path in {[str(path) for path in FILES]!r}: runpy.run_path(path)"
    assert _loaded_by(read) & {*ENGINES, "pyarrow"} == set()


def test_asking_twice_a_minute_for_feeds_loads_no_engine():
    assert _loaded_by("import pipelines.run.arrivals") & ENGINES == set()


def _loaded_by(program: str) -> set[str]:
    command = [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=DAGS.parent)
    return set(done.stdout.splitlines()[-1].split())


def test_only_dag_files_and_what_they_share_know_airflow():
    knowing = {
        path.relative_to(DAGS).parts[0]
        for path in DAGS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "airflow"
    }
    assert knowing == {"wiring", "plugins", *(path.name for path in FILES)}


def test_airflow_is_told_which_folders_hold_no_dag():
    folders = {path.name for path in DAGS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(Path(DAGS / ".airflowignore").read_text().split()) == {f"{name}/" for name in folders}


@pytest.mark.parametrize("homes", ["", "/srv/homes"])
def test_a_run_chooses_no_home_but_among_those_the_deployment_names(homes):
    program = (
        "import runpy\n"
        f"for path in {[str(path) for path in FILES]!r}:\n"
        "    runpy.run_path(path)\n"
        "from dags.wiring.defaults import OF_HOME\n"
        "from dags.wiring.this_run import home_of\n"
        "from pipelines.errors import UsageError\n"
        "answers = [' '.join(OF_HOME)]\n"
        "for home in ('', '/srv/homes/a', '/srv/homes/../b', '/tmp'):\n"
        "    try: answers.append(str(home_of({'home': home})))\n"
        "    except UsageError: answers.append('refused')\n"
        "print('|'.join(answers))"
    )
    environment = os.environ | {
        "SILENTCERT_HOMES": homes,
        "SILENTCERT_HOME": "/srv/own",
        "PYTHONPATH": str(DAGS.parent),
    }
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=DAGS.parent, env=environment)
    chosen = "home|/srv/own|/srv/homes/a" if homes else "|/srv/own|refused"
    assert done.stdout.splitlines()[-1] == f"{chosen}|refused|refused"
