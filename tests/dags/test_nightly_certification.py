"""The DAG as Airflow sees it, and one night through it."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines import handover
from pipelines.night import STAGES, night
from tests.conftest import NIGHTS, new_home
from tests.night.tree import digests

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="module")
def bag():
    from airflow.dag_processing.dagbag import DagBag
    from airflow.utils.db import initdb

    initdb()
    return DagBag(DAGS)


def test_every_dag_keeps_the_policy(bag):
    assert bag.import_errors == {}
    for dag in bag.dags.values():
        assert dag.tags
        assert dag.doc_md
        assert dag.catchup is False
        assert dag.max_active_runs == 1
        for task in dag.tasks:
            assert task.owner != "airflow"
            assert task.retries >= 1
            assert task.execution_timeout


def test_a_dag_file_wires_and_nothing_else():
    for path in DAGS.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {node.module.split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom) and node.module}
        assert named <= {"airflow", "datetime", "pathlib", "pipelines"}, path


@pytest.mark.parametrize("given", [None, "2024-03-18"])
def test_the_business_date_has_one_source(given):
    import importlib.util

    import pendulum

    spec = importlib.util.spec_from_file_location("nightly", DAGS / "nightly_certification.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    start = pendulum.datetime(2024, 3, 17, 17, tz="UTC")
    context = {"params": {"business_date": given}, "data_interval_start": start}
    assert module.business_date(context) == date(2024, 3, 18)


def test_the_stages_are_few_tasks_in_the_order_of_the_night(bag):
    dag = bag.dags["nightly_certification"]
    landed, *others = [name for name, _ in STAGES]
    assert landed == "landed"
    assert [task.task_id for task in dag.topological_sort()] == ["land", "parse", *others, "commit"]
    assert [task.task_id for task in dag.tasks if task.is_mapped] == ["parse"]


def _through_the_dag(bag, home, as_of):
    dag = bag.dags["nightly_certification"]
    for task in dag.tasks:
        (task.partial_kwargs if task.is_mapped else vars(task))["retry_delay"] = timedelta(0)
    return dag.test(run_conf={"home": str(home), "business_date": as_of.isoformat()})


def _states(run):
    return {instance.task_id: (instance.state, instance.try_number) for instance in run.get_task_instances()}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return new_home(tmp_path_factory.mktemp("through"))


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """What stands after each night of the command line."""
    home = new_home(tmp_path_factory.mktemp("commanded"))
    return [night(home, as_of, progress=lambda message: None) and digests(home) for as_of in NIGHTS]


def test_a_night_through_the_dag_is_the_night_of_the_command_line(bag, home, trees):
    run = _through_the_dag(bag, home, NIGHTS[0])
    assert run.state == "success"
    assert digests(home) == trees[0]


def test_what_tasks_tell_one_another_are_paths_and_counts(home):
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        told = [XComModel.deserialize_value(one) for one in session.query(XComModel).all()]
    feeds = {path.name for path in (home / "inbox").iterdir()}
    assert told
    assert {leaf for one in told for leaf in _leaves(one) if not isinstance(leaf, int)} - feeds == _stages(told)


def _stages(told):
    return {leaf for one in told for leaf in _leaves(one) if isinstance(leaf, str) and "/lake/stage/" in leaf}


def _leaves(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
    return [value] if inner is None else [leaf for one in inner for leaf in _leaves(one)]


def test_tasks_that_die_half_way_are_tried_again_and_the_bytes_are_the_same(bag, home, trees, monkeypatch):
    for name in ("resolved", "ledger"):
        monkeypatch.setitem(handover.STEPS, name, _dying_once(handover.STEPS[name]))
    run = _through_the_dag(bag, home, NIGHTS[1])
    assert run.state == "success"
    tried = {task: tries for task, (_, tries) in _states(run).items()}
    assert {task for task, tries in tried.items() if tries == 2} == {"resolved", "ledger"}
    assert digests(home) == trees[1]


def _dying_once(step):
    """Dies after it has written, the first time."""
    tries = []

    def dying(run):
        report = step(run)
        tries.append(run)
        if len(tries) == 1:
            raise OSError("the disk went away")
        return report

    return dying


def test_a_night_taken_over_by_the_command_line_is_fenced_and_not_tried_again(bag, home, trees, monkeypatch):
    signals = handover.STEPS["signals"]

    def overtaken(run):
        report = signals(run)
        monkeypatch.setattr(handover, "run_step", _after_the_command_line(home, handover.run_step))
        return report

    monkeypatch.setitem(handover.STEPS, "signals", overtaken)
    run = _through_the_dag(bag, home, NIGHTS[2])
    assert run.state == "failed"
    assert _states(run)["decisions"] == ("failed", 1)
    assert digests(home) == trees[2]
    assert _states(_through_the_dag(bag, home, NIGHTS[2]))["land"][0] == "skipped"


def _after_the_command_line(home, run_step):
    def late(stage, name):
        night(home, NIGHTS[2], progress=lambda message: None)
        return run_step(stage, name)

    return late
