"""Kill −9 at every named step and every durable operation of a night, then rerun: the same bytes.

The points are counted by a run that survives; each is then killed in a process of its own. `SILENTCERT_KILL_EVERY`
thins them (1 = all). Killing takes long, so it is asked for by that variable and not part of `make test`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.read.verify import verify_lake
from pipelines.run.night import night
from tests.conftest import NIGHTS, new_home
from tests.night.tree import digests

KILLER = Path(__file__).with_name("kill_at.py")
EVERY = int(os.environ.get("SILENTCERT_KILL_EVERY", "0"))


def _killed(at: int, home: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, str(KILLER), str(at), str(home), NIGHTS[0].isoformat()]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[Path, int]:
    home = new_home(tmp_path_factory.mktemp("undisturbed"))
    done = _killed(0, home)
    assert done.returncode == 0, done.stderr[-2000:]
    return home, int(done.stdout.split()[1])


def test_there_are_at_least_forty_points(undisturbed):
    assert undisturbed[1] >= 40


@pytest.mark.skipif(not EVERY, reason="asked for by SILENTCERT_KILL_EVERY: it takes long")
def test_killed_anywhere_then_rerun_gives_the_same_bytes(undisturbed, tmp_path):
    finished, points = undisturbed
    expected = digests(finished)
    home = new_home(tmp_path)
    for at in range(1, points + 1, EVERY):
        for folder in ("lake", "outbox", "reports"):
            shutil.rmtree(home / folder, ignore_errors=True)
        assert _killed(at, home).returncode == -9
        night(home, NIGHTS[0], progress=lambda stage: None)
        assert digests(home) == expected, f"killed at operation {at}"
        assert verify_lake(home) == []
