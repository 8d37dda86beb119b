"""`docs/own-data.md` followed literally: its commands, in its order, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "own-data.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def follow(folder: Path, programs: Path) -> str:
    """What its commands say, all of its blocks in one shell as a reader has it."""
    script = "set -eu\n" + "\n".join(BLOCKS)
    environment = {name: value for name, value in os.environ.items() if name != "SILENTCERT_HOME"}
    environment |= {"PATH": f"{programs}:{environment['PATH']}", "COLUMNS": "200"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_page_for_own_files_holds_from_an_empty_folder_to_a_release(tmp_path):
    shown = follow(tmp_path, Path(sys.executable).parent)
    home = tmp_path / "office"
    for expected in (
        "agency: senior_university is in no list",
        "nothing says what class_attendance CLASS '' means",
        "priors: none for class_attendance",
        "2 accepted, 1 quarantined",
        "BAD_DATE 日期无法识别, column 签到日期 (event_date)",
        "3 accepted, 0 quarantined",
        "CLASS_ATTENDED",
        "verified: the chain and every file under it are as committed",
    ):
        assert expected in shown, expected
    assert "昨天" not in shown
    assert (home / "reports" / "2024-03-18" / "index.html").is_file()
    assert len(list((home / "lake" / "receipts").glob("*.json"))) == 1


@pytest.mark.slow
def test_the_page_holds_for_the_package_installed_by_pip_outside_the_checkout(tmp_path):
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "--out-dir", tmp_path, "."], cwd=PAGE.parents[1], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([tmp_path / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], check=True)
    (tmp_path / "empty").mkdir()
    shown = follow(tmp_path / "empty", tmp_path / "venv" / "bin")
    assert "verified: the chain and every file under it are as committed" in shown
