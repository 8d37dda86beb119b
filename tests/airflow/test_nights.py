"""Nights on a real Airflow, in the order they happen: a schedule, a backfill with a late feed, a release.

Each test goes on where the one before it ended; `NIGHTS=10` takes ten nights of a simulated province.
"""

import json
import time
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from pipelines.read.verify import verify_lake
from pipelines.storage.receipts import read_receipts
from tests.airflow.ledgers import canonical, identifying_values
from tests.airflow.provinces import LATE
from tests.airflow.rest import ENDED, NIGHT, RefusedError, end_of, run_path, wait_until
from tests.night.tree import digests

FAR = "2100-01-01T00:00:00+08:00"
TASKS = {
    "await_feeds",
    "land",
    "validated",
    "resolved",
    "signals",
    "decisions",
    "ledger",
    "outgoing",
    "cases",
    "commit",
}


def test_all_components_are_well_and_the_dags_are_read(operator):
    health = operator.api("GET", "/monitor/health")
    assert {name: said["status"] for name, said in health.items()} == dict.fromkeys(
        ["metadatabase", "scheduler", "triggerer", "dag_processor"], "healthy"
    )
    every = {NIGHT, "release_outgoing", "prepayment_cutoff", "audit_ledger"}
    wait_until("all DAGs", lambda: {dag["dag_id"] for dag in operator.api("GET", "/dags")["dags"]} == every)
    assert operator.api("GET", "/importErrors")["import_errors"] == []


def test_a_backfill_of_n_dates_is_n_runs(operator, province):
    shown = operator.backfill(str(province.past[0]), str(province.past[-1]), {}, dry=True)
    assert shown["total_entries"] == len(province.past)


def test_the_schedule_starts_one_run_for_yesterday_and_it_awaits_its_feeds(operator, province):
    """Switched on with the past left out, Airflow runs the latest interval at once: that is one night, and no other."""
    province.hold_back(LATE, province.scheduled)
    operator.unpause("release_outgoing", NIGHT)
    (run,) = wait_until("the scheduled run", lambda: operator.runs(NIGHT, "scheduled"))
    wait_until("its sensor", lambda: operator.states(run)["await_feeds"] == "up_for_reschedule")
    assert _day(run) == province.scheduled


def test_a_run_that_is_not_over_in_time_is_an_alarm(operator, made, listener):
    """Before eight in the morning its time is made to be over; later in the day it was when the run began."""
    (run,) = operator.runs(NIGHT, "scheduled")
    with _database(made) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE deadline SET deadline_time = now() WHERE NOT missed")
        cursor.execute("SELECT count(*) FROM deadline")
        assert cursor.fetchone()[0] >= 1
    wait_until("the alarm", lambda: listener.heard)
    (_, _, alarm) = listener.heard[0]
    assert alarm == {"alarm": "deadline_missed", "dag": NIGHT, "run": run["dag_run_id"]}


def test_past_nights_are_backfilled_and_a_late_feed_is_awaited(operator, province):
    """The scheduled night could go on as soon as the backfill has begun; it lets the nights before it go first."""
    province.hold_back(LATE, province.late_night)
    conf = {"feeds_awaited_until": FAR}
    operator.backfill(str(province.past[0]), str(province.past[-1]), conf)
    with pytest.raises(RefusedError, match=r"^409: "):
        operator.backfill(str(province.past[0]), str(province.past[0]), conf)
    province.deliver(LATE, province.scheduled)
    late = next(run for run in operator.runs(NIGHT, "backfill") if _day(run) == province.late_night)
    wait_until("the late night", lambda: operator.states(late)["await_feeds"] == "up_for_reschedule")
    assert [receipt.as_of for receipt in read_receipts(province.home / "lake")] == [province.past[0]]
    province.deliver(LATE, province.late_night)
    runs = wait_until(
        "the backfill", lambda: _ended(operator.runs(NIGHT, "backfill")), seconds=600 * len(province.past)
    )
    assert [(_day(run), run["state"]) for run in runs] == [(day, "success") for day in province.past]


def test_the_scheduled_night_goes_on_when_its_feed_has_come_and_the_past_stands(operator, province):
    (run,) = wait_until("the scheduled night", lambda: _ended(operator.runs(NIGHT, "scheduled")))
    assert run["state"] == "success"
    states = operator.states(run)
    assert {name for name in states if not name.startswith("parse[")} == TASKS
    assert set(states.values()) == {"success"}
    assert [receipt.as_of for receipt in read_receipts(province.home / "lake")] == [*province.past, province.scheduled]


def test_the_ledger_is_the_one_of_the_command_line(province, commanded):
    assert canonical(province.home) == canonical(commanded)
    assert digests(province.home) == digests(commanded)
    assert verify_lake(province.home) == []


def test_only_the_scheduled_night_asks_to_be_released(operator, province):
    runs = wait_until("the releases", lambda: _all_but_waiting_ended(operator))
    gathered = [operator.states(run)["gather"] for run in runs]
    assert gathered.count("success") == 1
    assert set(gathered) == {"success", "skipped"}
    assert not (province.home / "released").exists()


def test_an_auditor_may_look_and_not_approve(operator, auditor):
    waiting = _waiting(operator)
    assert auditor.api("GET", _answer_path(waiting))["subject"].startswith("放行")
    with pytest.raises(RefusedError, match=r"^403: "):
        auditor.api("PATCH", _answer_path(waiting), {"chosen_options": ["Approve"], "params_input": {}})


def test_a_person_reads_what_leaves_and_lets_it_leave(operator, province):
    run = _waiting(operator)
    open_runs = operator.api("GET", _answer_path(run))
    sent = {str(path.relative_to(_outbox(province))): path.read_bytes() for path in _outbox(province).rglob("*.csv")}
    assert sent
    lines = {" | ".join(["", *name.split("/"), ""]).strip() for name in sent}
    assert {line for line in lines if line not in open_runs["body"]} == set(), open_runs["body"]
    _answer(operator, run, "Approve")
    wait_until("the release", lambda: operator.states(run)["release"] == "success")
    released = province.home / "released" / str(province.scheduled)
    assert {str(path.relative_to(released)): path.read_bytes() for path in released.rglob("*.csv")} == sent
    assert sorted(path.name for path in released.iterdir()) == sorted({name.split("/")[0] for name in sent})
    (record,) = (json.loads(path.read_bytes()) for path in (province.home / "lake" / "releases").iterdir())
    assert (record["as_of"], record["by"]) == (str(province.scheduled), "operator")


def test_a_backfilled_night_is_asked_for_by_hand_and_stays_when_it_is_refused(operator, province):
    night = str(province.past[0])
    run = operator.trigger({"business_date": night}, "release_outgoing")
    wait_until("the question", lambda: operator.states(run).get("approve_release") == "awaiting_input")
    assert night in operator.api("GET", _answer_path(run))["subject"]
    _answer(operator, run, "Reject")
    assert end_of(operator, run)["state"] == "success"
    assert operator.states(run)["release"] == "skipped"
    assert sorted(path.name for path in (province.home / "released").iterdir()) == [str(province.scheduled)]


def test_the_report_and_the_gates_are_reached_from_the_run(operator, province):
    (run,) = operator.runs(NIGHT, "scheduled")
    shown = operator.call("GET", f"/silentcert/report/{NIGHT}/{run['dag_run_id']}".replace("+", "%2B"))
    assert shown == (province.home / "reports" / str(province.scheduled) / "index.html").read_bytes()
    gates = operator.call("GET", f"/silentcert/gates/{NIGHT}/{run['dag_run_id']}".replace("+", "%2B"))
    assert "数据质量闸门" in gates.decode()
    assert "transport" in gates.decode()


def test_nobody_is_shown_a_report_without_having_logged_in(operator):
    (run,) = operator.runs(NIGHT, "scheduled")
    operator._token, token = "", operator._token
    with pytest.raises(RefusedError, match=r"^401: "):
        operator.call("GET", f"/silentcert/report/{NIGHT}/{run['dag_run_id']}".replace("+", "%2B"))
    operator._token = token


def test_no_person_stands_in_a_log_or_the_metadata_database(province, logs, made):
    values = identifying_values(province.home)
    text = _text(logs)
    assert {value for value in values if value in text} == set()
    with _database(made) as connection, connection.cursor() as cursor:
        shown = ""
        for table in ("xcom", "hitl_detail", "asset_event", "rendered_task_instance_fields", "log", "dag_run"):
            cursor.execute(f"SELECT * FROM {table}")
            shown += repr(cursor.fetchall())
    assert "lake/stage" in shown
    assert {value for value in values if value in shown} == set()


def test_logs_are_not_flooded_by_a_library_that_joins_airflows_logging(logs):
    """Great Expectations, imported under Airflow, tells hundreds of things about itself: it has a child of its own."""
    assert "Skipping registering function" not in _text(logs)


def _text(logs: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in logs.rglob("*") if path.is_file())


def _database(made):
    at = {"host": "127.0.0.1", "port": made["database_port"], "user": "airflow", "dbname": "postgres"}
    return psycopg2.connect(password=made["database_password"], **at)


def _day(run: dict) -> date:
    return date.fromisoformat((run["conf"] or {}).get("business_date") or _local(run["data_interval_start"]))


def _local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


def _ended(runs: list[dict]) -> list[dict]:
    return runs if runs and all(run["state"] in ENDED for run in runs) else []


def _all_but_waiting_ended(operator) -> list[dict]:
    runs = operator.runs("release_outgoing")
    is_done = bool(runs) and all(operator.states(run)["gather"] in ("success", "skipped") for run in runs)
    open_runs = [run for run in runs if operator.states(run)["approve_release"] == "awaiting_input"]
    return runs if is_done and open_runs else []


def _waiting(operator) -> dict:
    runs = operator.runs("release_outgoing")
    return next(run for run in runs if operator.states(run)["approve_release"] == "awaiting_input")


def _answer_path(run: dict) -> str:
    return f"{run_path(run)}/taskInstances/approve_release/-1/hitlDetails"


def _answer(operator, run: dict, option: str) -> None:
    """A person reads first. Before the scheduler has noted that the task pauses, which takes seconds on a busy machine,
    Airflow 3.3.2 takes the answered task for a lost one.
    """
    time.sleep(20)
    operator.api("PATCH", _answer_path(run), {"chosen_options": [option], "params_input": {}})


def _outbox(province) -> Path:
    return province.home / "outbox" / str(province.scheduled)
