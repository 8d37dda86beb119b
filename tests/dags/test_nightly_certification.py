"""The night as Airflow sees it, and through it."""

from datetime import timedelta

import pytest

from pipelines.run import handover
from pipelines.run.night import night
from pipelines.steps import STEPS
from tests.conftest import NIGHTS, copied, new_home, silent
from tests.night.tree import digests


def test_the_stages_are_few_tasks_in_the_order_of_the_night(bag):
    dag = bag.dags["nightly_certification"]
    landed, _, *others = [step.name for step in STEPS]
    assert landed == "landed"
    assert [task.task_id for task in dag.topological_sort()] == [
        "await_feeds", "land", "parse", *others, "commit",
    ]  # fmt: skip
    assert [task.task_id for task in dag.tasks if task.is_mapped] == ["parse"]


def _through_the_dag(bag, home, as_of):
    dag = bag.dags["nightly_certification"]
    dag.deadline = None  # Airflow 3.3.2 cannot end a test run of a DAG that has one
    for task in dag.tasks:
        at_once = {"retry_delay": timedelta(0), "retry_exponential_backoff": False}
        (task.partial_kwargs if task.is_mapped else vars(task)).update(at_once)
    return dag.test(run_conf={"home": str(home), "business_date": as_of.isoformat()})


def _states(run):
    return {instance.task_id: (instance.state, instance.try_number) for instance in run.get_task_instances()}


@pytest.mark.slow
def test_a_night_through_the_dag_is_the_night_of_the_command_line(bag, after_nights, tmp_path):
    home = new_home(tmp_path)
    run = _through_the_dag(bag, home, NIGHTS[0])
    assert run.state == "success"
    assert digests(home) == digests(after_nights[0])
    _check_tasks_tell_one_another_paths_and_counts(home)


def _check_tasks_tell_one_another_paths_and_counts(home):
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        sent_on = [XComModel.deserialize_value(one) for one in session.query(XComModel).all()]
    feeds = {path.name for path in (home / "inbox").iterdir()}
    assert sent_on
    assert {leaf for one in sent_on for leaf in _leaves(one) if not isinstance(leaf, int)} - feeds == _stages(sent_on)


def _stages(sent_on):
    return {leaf for one in sent_on for leaf in _leaves(one) if isinstance(leaf, str) and "/lake/stage/" in leaf}


def _leaves(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
    return [value] if inner is None else [leaf for one in inner for leaf in _leaves(one)]


@pytest.mark.slow
def test_tasks_that_die_half_way_are_tried_again_and_the_bytes_are_the_same(bag, after_nights, tmp_path, monkeypatch):
    home = copied(after_nights[0], tmp_path)
    for name in ("resolved", "ledger"):
        monkeypatch.setattr(handover, "run_step", _dying_once(handover.run_step, name))
    run = _through_the_dag(bag, home, NIGHTS[1])
    assert run.state == "success"
    tried = {task: tries for task, (_, tries) in _states(run).items()}
    assert {task for task, tries in tried.items() if tries == 2} == {"resolved", "ledger"}
    assert digests(home) == digests(after_nights[1])


def _dying_once(run_step, name):
    """Dies after it has written, the first time."""
    tries = []

    def dying(run, step, stage, **values):
        counts = run_step(run, step, stage, **values)
        if step.name == name and not tries:
            tries.append(step)
            raise OSError("the disk went away")
        return counts

    return dying


@pytest.mark.slow
def test_a_night_taken_over_by_the_command_line_is_fenced_and_not_tried_again(bag, after_nights, tmp_path, monkeypatch):
    home = copied(after_nights[1], tmp_path)
    run_step = handover.run_step

    def overtaken(run, step, stage, **values):
        counts = run_step(run, step, stage, **values)
        if step.name == "signals":
            monkeypatch.setattr(handover, "do_step", _after_the_command_line(home, handover.do_step))
        return counts

    monkeypatch.setattr(handover, "run_step", overtaken)
    run = _through_the_dag(bag, home, NIGHTS[2])
    assert run.state == "failed"
    assert _states(run)["decisions"] == ("failed", 1)
    assert digests(home) == digests(after_nights[2])
    assert _states(_through_the_dag(bag, home, NIGHTS[2]))["land"][0] == "skipped"


def test_the_weekly_audit_verifies_them_and_derives_one_again(bag, home):
    run = _audited(bag, home)
    assert run.state == "success"
    (audit,) = run.get_task_instances()
    assert audit.xcom_pull(task_ids=audit.task_id)["receipts"] == len(NIGHTS)


def test_a_run_told_what_no_parameter_is_declared_for_commits_nothing(bag, home):
    before = digests(home)
    run = bag.dags["nightly_certification"].test(
        run_conf={"home": str(home), "business_date": NIGHTS[2].isoformat(), "dry_run": True}
    )
    assert run.state == "failed"
    assert _states(run)["await_feeds"] == ("failed", 1)
    assert digests(home) == before


def _audited(bag, home):
    dag = bag.dags["audit_ledger"]
    dag.deadline = None
    return dag.test(run_conf={"home": str(home), "business_date": NIGHTS[2].isoformat()})


def _after_the_command_line(home, do_step):
    def late(stage, name):
        night(home, NIGHTS[2], progress=silent)
        return do_step(stage, name)

    return late
