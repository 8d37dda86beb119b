"""The list before payment through Airflow: the bytes of the command line, and what was written is shown."""

from datetime import date

from pipelines.run.cutoff import write_cutoff
from tests.conftest import copied
from tests.night.tree import digests


def test_the_dag_writes_what_the_command_line_writes_and_shows_it(bag, home, tmp_path):
    other = copied(home, tmp_path / "other")
    dag = bag.dags["prepayment_cutoff"]
    dag.deadline = None  # Airflow 3.3.2 cannot end a test run of a DAG that has one
    run = dag.test(run_conf={"home": str(home), "business_date": "2024-04-08"})
    assert run.state == "success"
    (task,) = run.get_task_instances()
    written = write_cutoff(other, date(2024, 4, 1))
    assert task.xcom_pull(task_ids=task.task_id) == {"2024-04": written}
    assert digests(home) == digests(other)
