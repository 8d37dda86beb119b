"""Files leave once, by a person, as they were committed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import TamperError, UsageError
from pipelines.read.verify import verify_lake
from pipelines.run.release import Actor, outgoing_files, release
from tests.conftest import NIGHTS

AT = datetime(2024, 3, 19, 8, 30, tzinfo=UTC)
ACTOR = Actor("account-7", "release officer", AT)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_would_leave_is_what_the_manifest_counts(home):
    manifest = json.loads((home / "outbox" / str(NIGHTS[0]) / "manifest.json").read_bytes())
    told = outgoing_files(home, NIGHTS[0])
    assert told == [{"file": one["file"], "rows": one["rows"]} for one in manifest["files"]]
    assert told


def test_released_is_the_outbox_without_the_manifest_over_all(home):
    release(home, NIGHTS[0], actor=ACTOR)
    outbox = _files(home / "outbox" / str(NIGHTS[0]))
    outbox.pop("manifest.json")
    assert _files(home / "released" / str(NIGHTS[0])) == outbox
    assert outgoing_files(home, NIGHTS[0]) == []
    assert verify_lake(home) == []


def test_who_let_it_leave_is_kept_and_a_second_release_changes_nothing(home):
    release(home, NIGHTS[0], actor=ACTOR)
    before = _files(home)
    assert release(home, NIGHTS[0], actor=Actor("account-8", "other", AT)) > 0
    assert _files(home) == before
    record = json.loads((home / "lake" / "releases" / "000001.json").read_bytes())
    assert (record["by"], record["role"], record["at"]) == ("account-7", "release officer", "2024-03-19T08:30:00+00:00")


def test_a_release_that_died_half_way_is_finished(home):
    release(home, NIGHTS[0], actor=ACTOR)
    whole = _files(home / "released")
    next((home / "released").rglob("*.csv")).unlink()
    release(home, NIGHTS[0], actor=ACTOR)
    assert _files(home / "released") == whole


def test_what_was_changed_after_the_commit_does_not_leave(home):
    changed = next((home / "lake" / "outgoing" / "run=000001" / "outbox").rglob("*.csv"))
    changed.write_bytes(changed.read_bytes() + b"x")
    with pytest.raises(TamperError, match="nothing was released"):
        release(home, NIGHTS[0], actor=ACTOR)
    assert not (home / "released").exists()
    assert not (home / "lake" / "releases").exists()


def test_a_night_without_a_receipt_has_nothing_to_release(home):
    with pytest.raises(UsageError, match="no receipt"):
        release(home, NIGHTS[0].replace(day=1), actor=ACTOR)


@pytest.mark.parametrize("nobody", [Actor("", "officer", AT), Actor("account-7", " ", AT)])
def test_h12_nothing_leaves_without_an_account_and_a_role(home, nobody):
    with pytest.raises(UsageError, match="give --by and --role; nothing was released"):
        release(home, NIGHTS[0], actor=nobody)
    assert not (home / "released").exists()
    assert not (home / "lake" / "releases").exists()
