"""Which extracts a night still waits for."""

from datetime import date

from pipelines.arrivals import missing_feeds
from tests.conftest import NIGHTS, new_home

NIGHTLY = ["public_security", "registry", "self_certification", "transport"]


def test_nothing_is_missing_when_all_have_come(tmp_path):
    assert missing_feeds(new_home(tmp_path), NIGHTS[0]) == []


def test_only_feeds_sent_every_night_and_still_alive_are_waited_for(tmp_path):
    assert missing_feeds(tmp_path, NIGHTS[0]) == NIGHTLY
    assert missing_feeds(tmp_path, date(2023, 1, 7)) == sorted([*NIGHTLY, "nucleic_acid"])


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
