"""How a task waits and fails, and what an alarm tells."""

import json
import logging
import traceback
from datetime import datetime
from types import SimpleNamespace

import pytest

from tests.listener import Listener

CANARY = "110101199003071234"


def test_a_busy_lake_is_waited_for_without_spending_a_try():
    from airflow.sdk.exceptions import AirflowRescheduleException

    from dags.wiring.careful import careful
    from pipelines.errors import BusyError

    with pytest.raises(AirflowRescheduleException) as waits:
        careful(_raising(BusyError("another run")))()
    assert waits.value.reschedule_date > datetime.now(waits.value.reschedule_date.tzinfo)


def test_who_was_fenced_fails_and_does_not_wait():
    from dags.wiring.careful import careful
    from pipelines.errors import FencedError

    with pytest.raises(FencedError, match="another run was opened since"):
        careful(_raising(FencedError("another run was opened since")))()


def test_a_wrong_declaration_names_its_file_and_is_not_tried_again():
    from dags.wiring.careful import careful
    from dags.wiring.defaults import HOPELESS
    from pipelines.errors import SetupError
    from schemas.declaration import DeclarationError

    with pytest.raises(SetupError, match=r"transport\.yaml"):
        careful(_raising(DeclarationError("transport.yaml: no schema with properties")))()
    assert SetupError in HOPELESS


def test_an_error_nobody_foresaw_is_told_without_its_message_or_what_led_to_it():
    from dags.wiring.careful import careful
    from pipelines.errors import UnforeseenError

    with pytest.raises(UnforeseenError, match=r"builtins\.ValueError") as raised:
        careful(_raising(ValueError(f"Conversion Error: {CANARY}")))()
    assert CANARY not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__context__ is None


def test_an_alarm_without_an_address_stands_in_the_log(bag, caplog, monkeypatch):
    from dags.wiring.alarms import Alarm

    monkeypatch.delenv("AIRFLOW_CONN_SILENTCERT_ALARMS", raising=False)
    ti = SimpleNamespace(dag_id="nightly_certification", run_id="r1", task_id="land", try_number=4)
    with caplog.at_level(logging.WARNING):
        Alarm("task_failed").notify({"ti": ti, "exception": ValueError(CANARY)})
    (line,) = [record.getMessage() for record in caplog.records if "task_failed" in record.getMessage()]
    assert json.loads(line.removeprefix("alarm ")) == {
        "alarm": "task_failed", "dag": "nightly_certification", "run": "r1", "task": "land", "try": 4,
    }  # fmt: skip


def test_an_alarm_is_posted_to_the_address_of_the_connection(bag, monkeypatch):
    from dags.wiring.alarms import deadline_missed

    with Listener() as listener:
        connection = {"conn_type": "http", "host": listener.address, "password": "token"}
        monkeypatch.setenv("AIRFLOW_CONN_SILENTCERT_ALARMS", json.dumps(connection))
        late = {"dag_id": "nightly_certification", "dag_run_id": "r1", "run_type": "scheduled"}
        deadline_missed(context={"dag_run": late})
        deadline_missed(context={"dag_run": late | {"run_type": "backfill"}})
    assert listener.heard == [
        ("/alarms", "Bearer token", {"alarm": "deadline_missed", "dag": "nightly_certification", "run": "r1"})
    ]


@pytest.mark.parametrize("host", ["http://127.0.0.1:9/closed", "no address", ""])
def test_an_alarm_that_nobody_takes_stands_in_the_log_and_the_task_goes_on(bag, caplog, monkeypatch, host):
    from dags.wiring.alarms import raise_alarm

    monkeypatch.setenv("AIRFLOW_CONN_SILENTCERT_ALARMS", json.dumps({"conn_type": "http", "host": host}))
    raise_alarm("feeds_missing", {"business_date": "2024-03-18", "feeds": ["health"]})
    (line,) = [record.getMessage() for record in caplog.records if "could not be posted" in record.getMessage()]
    assert '"feeds": ["health"]' in line


def _raising(error):
    def function():
        raise error

    return function
