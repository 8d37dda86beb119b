"""Nothing a night says names a person: output, log files and Data Docs, with every logger at its loudest.

The needles are every identity number, telephone number and name of the sample registry. Each night runs as a process
of its own, and so do its children; some of the nights fail.
"""

import csv
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NIGHTS, SAMPLE, new_home

LOUD = Path(__file__).with_name("loud")
CLI = ("-m", "pipelines.cli")
PERSONAL = ("AAC147", "BAC147", "AAC003", "BAC003", "AAC067")
SHORTEST_NAME = 3  # a name of two characters may stand in any word


def _needles() -> set[str]:
    values = set()
    for path in SAMPLE.glob("inbox/registry/*/*.csv"):
        for line in csv.DictReader(path.read_text(encoding="gb18030").splitlines()):
            values |= {line[column] for column in PERSONAL}
    return {value for value in values if len(value) >= SHORTEST_NAME}


NEEDLES = _needles()


def _watched(home: Path, logs: Path, day=NIGHTS[0], program=CLI) -> subprocess.CompletedProcess:
    logs.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": str(LOUD), "LOUD_LOGS": str(logs), "PYTHONWARNINGS": "always"}
    command = [sys.executable, *program, "night", day.isoformat(), "--home", str(home)]
    return subprocess.run(command, capture_output=True, env=environment, timeout=600, check=False)


def _named(*texts: bytes) -> set[str]:
    whole = b"\n".join(texts)
    spellings = {needle: {needle.encode(), needle.encode("gb18030"), repr(needle).encode()} for needle in NEEDLES}
    escaped = {needle: needle.encode("unicode_escape") for needle in NEEDLES}
    return {n for n in NEEDLES if escaped[n] in whole or any(spelling in whole for spelling in spellings[n])}


def _said(done: subprocess.CompletedProcess, logs: Path) -> tuple[bytes, ...]:
    return done.stdout, done.stderr, *(path.read_bytes() for path in sorted(logs.iterdir()))


def _files(folder: Path) -> list[bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]


def test_there_is_something_to_look_for():
    assert len(NEEDLES) > 900
    assert {"谢例远", "622822195603289010", "10000001001"} <= NEEDLES
    assert _named("……谢例远……".encode()) == {"谢例远"}
    assert _named(b"\\u8c22\\u4f8b\\u8fdc") == {"谢例远"}


def test_a_night_names_nobody_and_its_reports_name_nobody(tmp_path):
    home, logs = new_home(tmp_path), tmp_path / "logs"
    done = _watched(home, logs)
    assert done.returncode == 0, done.stderr[-2000:]
    assert any(path.stat().st_size for path in logs.iterdir())
    assert _named(*_said(done, logs)) == set()
    docs = _files(home / "reports")
    assert len(docs) > len(list((home / "inbox").iterdir()))
    assert _named(*docs) == set()
    assert not [path for path in tmp_path.rglob("*.log") if _named(path.read_bytes())]


def test_an_engine_that_fails_on_a_value_does_not_quote_it(tmp_path):
    home, logs = new_home(tmp_path), tmp_path / "logs"
    done = _watched(home, logs, program=(str(LOUD / "break_in.py"),))
    assert done.returncode != 0
    assert b"ConversionException" in done.stderr
    assert _named(*_said(done, logs)) == set()


HOSTILE = {
    "no header": b"CANARY\n" * 3,
    "a person as a header": b"CANARY,{header}\n1\n",
    "ragged": b"{header}\nCANARY\n",
    "an open quote": b'{header}\n"CANARY\n',
    "bytes of no encoding": b"{header}\nCANARY" + b"\xff\xfe\x81\n",
    "a nul": b"{header}\nCANARY\x00\n",
}


def _hostile(home: Path) -> None:
    """One line of the register with its person, in every shape of file that is rejected or held."""
    people = next(SAMPLE.glob("inbox/registry/2024-03-18/*.csv")).read_text(encoding="gb18030").splitlines()
    for place, feed in enumerate(("health", "vaccination", "public_security", "population_register", "replies")):
        path = next((home / "inbox" / feed / "2024-03-18").glob("*.csv"))
        header = path.read_bytes().splitlines()[0].removeprefix(b"\xef\xbb\xbf")
        shape = list(HOSTILE.values())[place]
        path.write_bytes(shape.replace(b"{header}", header).replace(b"CANARY", people[1 + place].encode()))


@pytest.mark.slow
def test_hostile_files_are_rejected_without_quoting_them(tmp_path):
    home, logs = new_home(tmp_path), tmp_path / "logs"
    _hostile(home)
    named = home / "inbox" / "health" / "2024-03-18" / f"{sorted(NEEDLES)[0]}.csv"
    named.write_bytes(next((home / "inbox/health/2024-03-18").glob("*.csv")).read_bytes())
    done = _watched(home, logs)
    assert done.returncode == 0, done.stderr[-2000:]
    assert _named(*_said(done, logs)) == set()
    assert _named(*_files(home / "reports")) == set()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("policy/rules.yaml", "contact: 谢例远\nunknown: 622822195603289010\n"),
        ("policy/rules.yaml", "pair_days: 谢例远622822195603289010\n"),
        ("policy/contracts/health.odcs.yaml", "name: health\nschema: [谢例远: 10000001001\n"),
        ("policy/code_lists/county.yaml", "- {code: 谢例远, name: [622822195603289010]}\n"),
        ("policy/secret.key", "622822195603289010谢例远\n"),
    ],
)
def test_a_poisoned_declaration_stops_the_night_without_quoting_it(tmp_path, path, text):
    home, logs = new_home(tmp_path), tmp_path / "logs"
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_text(text, encoding="utf-8")
    done = _watched(home, logs)
    assert done.returncode in (1, 3)
    assert b"Traceback" not in done.stderr
    assert _named(*_said(done, logs)) == set()


def test_a_wrong_policy_is_told_by_its_key(tmp_path):
    home = new_home(tmp_path)
    (home / "policy" / "rules.yaml").write_text("pair_days: 谢例远\n", encoding="utf-8")
    done = _watched(home, tmp_path / "logs")
    assert done.returncode == 3
    assert b"pair_days" in done.stderr
