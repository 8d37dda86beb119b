"""A whole Airflow on PostgreSQL, brought up once for these tests; they run only when asked for by their folder."""

import json
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from dags.deployment.local import processes
from dags.deployment.local.__main__ import up
from dags.deployment.local.database import CannotRunError, check_can_run
from dags.deployment.local.place import Place
from tests.airflow.provinces import Province, by_command_line, copied, sample_province
from tests.airflow.rest import Rest
from tests.listener import Listener


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """They take minutes and the machine to themselves: `make test-airflow`."""
    return None if any("tests/airflow" in str(word) for word in config.invocation_params.args) else True


def pytest_sessionstart(session: pytest.Session) -> None:
    if any("tests/airflow" in str(word) for word in session.config.invocation_params.args):
        try:
            check_can_run()
        except CannotRunError as error:
            pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
def yesterday() -> date:
    """The local day a schedule that is switched on now runs first."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)


@pytest.fixture(scope="session")
def province(tmp_path_factory, yesterday) -> Province:
    return sample_province(tmp_path_factory.mktemp("province"), int(os.environ.get("NIGHTS", "3")), yesterday)


@pytest.fixture(scope="session")
def commanding(province, tmp_path_factory):
    """The same nights by the command line in another home, while Airflow is brought up and awaits its feeds."""
    home = copied(province, tmp_path_factory.mktemp("commanded"))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool.submit(by_command_line, home, [*province.past, province.scheduled])


@pytest.fixture(scope="session")
def commanded(commanding) -> Path:
    """The home in which the command line ran the same nights."""
    return commanding.result()


@pytest.fixture(scope="session")
def listener():
    with Listener() as listening:
        yield listening


@pytest.fixture(scope="session")
def place(request, tmp_path_factory, province, commanding, listener):
    """Late feeds are awaited all day, so that the tests and not the hour of the day say when a night goes on."""
    alarms = {"conn_type": "http", "host": listener.address}
    os.environ |= {
        "SILENTCERT_NIGHT_OPENS_AT": "00:00",
        "SILENTCERT_FEEDS_AWAITED_UNTIL": "23:59",
        "SILENTCERT_HOMES": str(tmp_path_factory.getbasetemp()),
        "AIRFLOW_CONN_SILENTCERT_ALARMS": json.dumps(alarms),
    }
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever breaks the tests off leaves no process either
    place = Place(tmp_path_factory.mktemp("airflow") / "state", province.home)
    try:
        yield place
    finally:
        processes.stop(place)
        if request.session.testsfailed:  # what Airflow answers with 500 stands here and nowhere else
            sys.stdout.write((place.state / "logs" / "api-server.log").read_text(errors="replace")[-20_000:])
    assert _at_work_in(place.state) == []


@pytest.fixture(scope="session")
def made(place) -> dict:
    return up(place)


@pytest.fixture(scope="session")
def operator(made) -> Rest:
    return Rest(made["api_port"], "operator", made["passwords"]["operator"])


@pytest.fixture(scope="session")
def auditor(made) -> Rest:
    return Rest(made["api_port"], "auditor", made["passwords"]["auditor"])


@pytest.fixture(scope="session")
def logs(place) -> Path:
    return place.state / "logs"


def _at_work_in(state: Path) -> list[int]:
    """Asked of the system and not of the supervisor: who has a file of the place open, or was started with its name."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            names = [*process.cmdline(), *(file.path for file in process.open_files())]
            if any(str(state) in name for name in names):
                found.append(process.pid)
    return found
