"""A home says from which day on it is scheduled, and a night far after the last one is asked about."""

import os
import subprocess
import sys
from datetime import date

import pytest

from pipelines.errors import UsageError
from pipelines.home.schedule import Schedule, schedule_of
from pipelines.run.arrivals import is_scheduled
from schemas.declaration import DeclarationError
from tests.conftest import NIGHTS, SAMPLE

LAST = NIGHTS[-1]


def _says(home, text):
    (home / "policy" / "schedule.yaml").write_text(text, encoding="utf-8")


def test_h14_the_sample_is_never_run_by_a_schedule():
    assert not any(is_scheduled(SAMPLE, day) for day in (*NIGHTS, date(2026, 11, 29), date(9999, 12, 30)))


@pytest.mark.parametrize(
    ("says", "day", "runs"),
    [
        ("scheduled_from: 2024-03-22", date(2024, 3, 21), False),
        ("scheduled_from: 2024-03-22", date(2024, 3, 22), True),
        ("scheduled_from: 2026-11-29", date(2026, 11, 29), True),  # long after the nights that were run by hand
        ("scheduled_from: 2024-03-01", date(2024, 3, 27), True),
        ("", date(2024, 3, 21), True),
    ],
)
def test_h14_the_schedule_begins_on_the_day_the_home_names(home, says, day, runs):
    _says(home, says)
    assert is_scheduled(home, day) is runs


@pytest.mark.parametrize(
    ("says", "day"),
    [
        ("", date(2024, 3, 28)),
        ("scheduled_from: 2024-03-01", date(2026, 11, 29)),
        ("scheduled_from: 2026-11-01", date(2026, 11, 29)),
        ("days_apart: 1", date(2024, 3, 22)),
    ],
)
def test_h14_the_schedule_refuses_a_night_far_after_the_last_one(home, says, day):
    _says(home, says)
    with pytest.raises(UsageError, match=r"would close every night in between; run it by hand"):
        is_scheduled(home, day)


@pytest.mark.parametrize("says", ["scheduled: 2024-03-22", "scheduled_from: soon", "days_apart: 0", "- a",
    "scheduled_from: 0", "scheduled_from: 1710720000", "days_apart: true"])  # fmt: skip
def test_h14_a_schedule_that_says_nothing_is_refused_by_file_and_key(tmp_path, says):
    (tmp_path / "policy").mkdir()
    _says(tmp_path, says)
    with pytest.raises(DeclarationError, match=r"policy schedule\.yaml: "):
        schedule_of(tmp_path)


def test_h14_far_is_counted_from_the_last_night():
    assert not Schedule().is_far(date(2024, 3, 27), LAST)
    assert Schedule().is_far(date(2024, 3, 28), LAST)
    assert not Schedule().is_far(date(2024, 3, 28), None)


@pytest.mark.slow
def test_h14_the_command_asks_about_a_night_far_after_the_last_one(home):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from pipelines.cli import main; main()", "night", "2024-05-20", *words]
        environment = os.environ | {"COLUMNS": "400", "SILENTCERT_HOME": str(home)}
        return subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment, check=False
        )

    refused = run()
    assert (refused.returncode, "give --yes if it is meant" in refused.stderr) == (2, True)
    assert len(list((home / "lake" / "receipts").glob("*.json"))) == 3
    assert run("--yes").returncode == 0
