"""Files leave once, by a person, as they were committed."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.errors import TamperError, UsageError
from pipelines.read.verify import verify_lake
from pipelines.run.release import Actor, outgoing_files, release
from pipelines.storage.receipts import read_receipts
from tests.conftest import NIGHTS

AT = datetime(2024, 3, 19, 8, 30, tzinfo=UTC)
ACTOR = Actor("operator", "", AT)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_would_leave_is_what_the_manifest_counts(home):
    manifest = json.loads((home / "outbox" / str(NIGHTS[0]) / "manifest.json").read_bytes())
    files = outgoing_files(home, NIGHTS[0])
    assert files == [{"file": one["file"], "rows": one["rows"]} for one in manifest["files"]]
    assert files


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
    assert release(home, NIGHTS[0], actor=Actor("admin", "", AT)) > 0
    assert _files(home) == before
    record = json.loads((home / "lake" / "releases" / "000001.json").read_bytes())
    assert (record["by"], record["role"], record["office"]) == ("operator", "RELEASER", "province")
    assert record["at"] == "2024-03-19T08:30:00+00:00"
    assert record["receipt_digest"] == read_receipts(home / "lake")[0].digest
    assert len(record["outgoing_digest"]) == 64


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


@pytest.mark.parametrize("nobody", [Actor("", "officer", AT), Actor("account-7", " ", AT),
    Actor("\u200b", "officer", AT), Actor("account-7", "\u2060\ufeff", AT)])  # fmt: skip
def test_h12_nothing_leaves_without_an_account_and_a_role(home, nobody):
    (home / "policy" / "officers.yaml").unlink()
    with pytest.raises(UsageError, match="give --by and --role; nothing was released"):
        release(home, NIGHTS[0], actor=nobody)
    assert not (home / "released").exists()
    assert not (home / "lake" / "releases").exists()


def test_without_a_register_whoever_is_named_may_release(home):
    (home / "policy" / "officers.yaml").unlink()
    assert release(home, NIGHTS[0], actor=Actor("account-7", "release officer", AT)) > 0
    assert verify_lake(home) == []


@pytest.mark.parametrize("by", ["", "nobody", "Operator", " operator", "handler", "auditor", "former", "张例放"])
def test_only_an_account_that_may_release_that_day_lets_files_leave(home, by):
    with pytest.raises(
        UsageError, match=r"no account that has the role RELEASER in policy/officers\.yaml on 2024-03-19"
    ):
        release(home, NIGHTS[0], actor=Actor(by, "RELEASER", AT))
    assert not (home / "released").exists()
    assert not (home / "lake" / "releases").exists()


def test_a_day_on_duty_is_a_day_in_china(home):
    last_evening = datetime(2023, 12, 31, 15, 59, tzinfo=UTC)
    with pytest.raises(UsageError):
        release(home, NIGHTS[0], actor=Actor("former", "", last_evening.replace(hour=16)))
    assert release(home, NIGHTS[0], actor=Actor("former", "", last_evening)) > 0


def _edited(folder: Path) -> str:
    path = next(folder.rglob("*.csv"))
    path.write_bytes(path.read_bytes().replace(b"2024", b"2023"))
    return path.name


def _planted(folder: Path) -> str:
    next(folder.rglob("*.csv")).with_name("extra.csv").write_bytes(b"x")
    return "extra.csv"


def _planted_recipient(folder: Path) -> str:
    (folder / "county-000000").mkdir()
    (folder / "county-000000" / ".hidden").write_bytes(b"x")
    return ".hidden"


def _linked(folder: Path) -> str:
    path = next(folder.rglob("*.csv"))
    path.rename(folder.parent / "kept")
    path.symlink_to(folder.parent / "kept")
    return path.name


def _linked_recipient(folder: Path) -> str:
    recipient = next(path for path in folder.iterdir() if path.is_dir())
    recipient.rename(folder.parent.parent / "elsewhere")
    recipient.symlink_to(folder.parent.parent / "elsewhere")
    return recipient.name


def _linked_night(folder: Path) -> str:
    folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(folder.parent.parent / "elsewhere")
    return folder.name


@pytest.mark.parametrize("harm", [_edited, _planted, _planted_recipient, _linked, _linked_recipient, _linked_night])
def test_h6_what_is_not_as_released_is_named_and_stops_a_release(home, harm):
    release(home, NIGHTS[0], actor=ACTOR)
    name = harm(home / "released" / str(NIGHTS[0]))
    before = _files(home)
    assert any(name in fault for fault in verify_lake(home))
    with pytest.raises(TamperError, match=rf"{re.escape(name)}.*Nothing was released"):
        release(home, NIGHTS[0], actor=ACTOR)
    assert _files(home) == before


def test_h10_what_a_release_left_that_was_killed_is_named_until_the_night_is_released(home):
    left = home / "lake" / "releases" / "000001.json.17.partial.partial"
    left.parent.mkdir()
    left.write_bytes(b"")
    assert verify_lake(home) == [
        "lake/releases/000001.json.17.partial.partial was left by a release that did not end; release the night again"
    ]
    release(home, NIGHTS[0], actor=ACTOR)
    assert verify_lake(home) == []


@pytest.mark.parametrize("target", ["/nosuch", "/etc"])
def test_h6_a_link_in_the_lake_is_named(home, target):
    (home / "lake" / "planted").symlink_to(target)
    assert verify_lake(home) == ["planted: no receipt names it"]


def test_h6_a_released_file_that_is_missing_is_named(home):
    release(home, NIGHTS[0], actor=ACTOR)
    gone = next((home / "released").rglob("*.csv"))
    gone.unlink()
    assert verify_lake(home) == [f"run 1: {gone.relative_to(home)} is missing; it was released"]


@pytest.mark.parametrize("place", ["2024-03-18/health/discrepancy.csv", "2023-01-01/x.csv", "x.csv"])
def test_h6_what_lies_there_of_a_night_nobody_released_is_named(home, place):
    planted = home / "released" / place
    planted.parent.mkdir(parents=True)
    planted.write_bytes(b"x")
    assert len(verify_lake(home)) == 1
    assert place in verify_lake(home)[0]


def test_h6_a_release_record_that_names_other_files_is_named(home):
    release(home, NIGHTS[0], actor=ACTOR)
    record = home / "lake" / "releases" / "000001.json"
    record.write_text(record.read_text().replace('"receipt": 1', '"receipt": 2'))
    assert verify_lake(home) == ["lake/releases/000001.json names another receipt, or other files, than the night has"]


def test_h6_a_copy_of_what_arrived_that_was_changed_is_named(home):
    copy = next((home / "lake" / "raw").iterdir())
    copy.write_bytes(copy.read_bytes() + b"x")
    assert verify_lake(home) == [f"raw/{copy.name} was changed, or put there"]
