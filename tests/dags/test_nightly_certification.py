"""The DAG as Airflow sees it, and one night through it."""

import ast
from datetime import date
from pathlib import Path

import pytest

from pipelines.storage.receipts import read_receipts
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
        assert named <= {"airflow", "datetime", "pipelines"}, path


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


def test_a_night_through_the_dag_is_the_night_of_the_command_line(bag, tmp_path, province):
    home = new_home(tmp_path)
    conf = {"home": str(home), "business_date": NIGHTS[0].isoformat()}
    run = bag.dags["nightly_certification"].test(run_conf=conf)
    assert run.state == "success"
    (receipt,) = read_receipts(home / "lake")
    assert receipt.digest == read_receipts(province / "lake")[0].digest
    assert set(digests(home)) <= set(digests(province))
