"""Whatever the umask, only the owner can read what we write; and a home that was open is closed."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest

from tests.conftest import NIGHTS, new_home

WRITTEN = ("lake", "outbox", "reports", "released")


def _silentcert(home: Path, *words: str, umask: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", *words, "--home", str(home)]
    environment = os.environ | {"COLUMNS": "400"}
    return subprocess.run(command, umask=umask, capture_output=True, text=True, env=environment, check=False)


def _open_to_others(*folders: Path) -> list[str]:
    paths = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    return [f"{path} {path.stat().st_mode & 0o777:o}" for path in paths if path.stat().st_mode & 0o077]


@pytest.mark.slow
@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_h7_a_night_a_backfill_and_a_release_are_the_owners_alone(tmp_path, umask):
    home = new_home(tmp_path)
    day = str(NIGHTS[0])
    (home / "lake").mkdir(mode=0o755)
    for words in (
        ("night", day),
        ("backfill", day, day),
        ("release", day, "--by", "operator"),
        ("explain", "1001", "--purpose", "test"),
        ("status",),
        ("verify",),
    ):
        done = _silentcert(home, *words, umask=umask)
        assert done.returncode == 0, done.stderr
    assert _open_to_others(*(home / name for name in WRITTEN)) == []
    assert _open_to_others(home / "policy" / "secret.key") == []


@pytest.mark.slow
def test_h7_a_home_that_was_open_is_closed_by_the_next_run(home):
    for name in ("lake", "outbox", "reports"):
        (home / name).chmod(0o755)
    rmtree(home / "inbox" / "replies")
    assert _silentcert(home, "night", "2024-03-21", umask=0o022).returncode == 0
    assert _open_to_others(*(home / name for name in ("lake", "outbox", "reports"))) == []


@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_h7_a_new_home_and_a_key_are_the_owners_alone(tmp_path, umask):
    home = tmp_path / "new"
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "init", str(home)]
    assert subprocess.run(command, umask=umask, capture_output=True, check=False).returncode == 0
    (home / "policy" / "secret.key").unlink()
    assert _silentcert(home, "keygen", umask=umask).returncode == 0
    assert _open_to_others(home) == []
