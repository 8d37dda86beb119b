"""Kill −9 in mid-night, each time in a process of its own, then rerun: the same bytes.

`make test` kills once, when every file is in place and the receipt is not. `make test-all` kills at every sixtieth of
the durable operations and named steps of a night; `SILENTCERT_KILL_EVERY=1` at each of them, which takes hours.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.read.verify import verify_lake
from pipelines.run.night import night
from tests.conftest import NIGHTS, new_home, silent
from tests.night.tree import digests

KILLER = Path(__file__).with_name("kill_at.py")
EVERY = int(os.environ.get("SILENTCERT_KILL_EVERY", "60"))


def _killed(at: int | str, home: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(KILLER), str(at), str(home), NIGHTS[0].isoformat()]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def _check_a_killed_night_is_done_again(at: int | str, home: Path, expected: dict[str, str]) -> None:
    assert _killed(at, home).returncode == -9
    night(home, NIGHTS[0], progress=silent)
    assert digests(home) == expected, f"killed at operation {at}"
    assert verify_lake(home) == []


@pytest.mark.slow
def test_killed_before_the_receipt_then_rerun_gives_the_same_bytes(after_nights, tmp_path):
    _check_a_killed_night_is_done_again("put_receipt", new_home(tmp_path), digests(after_nights[0]))


@pytest.mark.slow
def test_killed_anywhere_then_rerun_gives_the_same_bytes(after_nights, tmp_path):
    home, expected = new_home(tmp_path), digests(after_nights[0])
    undisturbed = _killed(0, home)
    assert undisturbed.returncode == 0, undisturbed.stderr[-2000:]
    assert digests(home) == expected
    points = int(undisturbed.stdout.split()[1])
    assert points >= 40
    for at in range(1, points + 1, EVERY):
        for folder in ("lake", "outbox", "reports"):
            shutil.rmtree(home / folder, ignore_errors=True)
        _check_a_killed_night_is_done_again(at, home, expected)
