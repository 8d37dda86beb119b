"""Which extracts a night still waits for."""

from datetime import date, timedelta

from pipelines.run.arrivals import missing_feeds
from tests.conftest import NIGHTS, new_home

PROMISED = ["public_security", "registry", "self_certification", "transport"]


def test_nothing_is_missing_when_all_have_come(tmp_path):
    assert missing_feeds(new_home(tmp_path), NIGHTS[0]) == []


def test_only_feeds_that_promise_a_rhythm_and_still_live_are_awaited(tmp_path):
    assert missing_feeds(tmp_path, NIGHTS[0]) == PROMISED
    assert missing_feeds(tmp_path, date(2023, 1, 7)) == sorted([*PROMISED, "nucleic_acid"])


def test_a_feed_that_comes_every_third_day_is_awaited_when_the_third_is_there(tmp_path):
    home = new_home(tmp_path)
    assert "registry" not in missing_feeds(home, NIGHTS[-1] + timedelta(days=2))
    assert "registry" in missing_feeds(home, NIGHTS[-1] + timedelta(days=3))
    assert "transport" in missing_feeds(home, NIGHTS[-1] + timedelta(days=1))


def test_a_file_whose_manifest_is_asked_for_has_come_when_the_manifest_has(tmp_path):
    home = new_home(tmp_path)
    (manifest,) = (home / "inbox" / "registry" / str(NIGHTS[0])).glob("*.manifest.json")
    content = manifest.read_bytes()
    manifest.unlink()
    assert missing_feeds(home, NIGHTS[0]) == ["registry"]
    manifest.write_bytes(content)
    (file,) = (path for path in manifest.parent.iterdir() if path != manifest)
    file.unlink()
    assert missing_feeds(home, NIGHTS[0]) == ["registry"]


def test_r13_what_is_no_finished_file_of_the_contract_is_still_awaited(tmp_path):
    folder = tmp_path / "inbox" / "transport" / str(NIGHTS[0])
    (folder / "rest.zip").mkdir(parents=True)
    for name in (".DS_Store", "~$trips.xlsx", "trips.zip.filepart", "trips.xlsx", "trips.zip.tmp", "铁路.zip"):
        (folder / name).write_bytes(b"x")
        assert "transport" in missing_feeds(tmp_path, NIGHTS[0]), name
    (folder / "trips.zip").write_bytes(b"x")
    assert "transport" not in missing_feeds(tmp_path, NIGHTS[0])
