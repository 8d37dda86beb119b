"""A home that older code has left is opened, verified and continued: every older format is read."""

import csv
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.read.explain import explain_person
from pipelines.read.status import status_of
from pipelines.read.verify import verify
from pipelines.run.night import night
from pipelines.storage.receipts import FORMAT_VERSION, read_receipts
from tests.night.tree import digests

OLD_HOMES = sorted((Path(__file__).parents[1] / "old_homes").glob("format-*.tar.gz"))
EXPECTED = Path(__file__).parents[2] / "data_samples" / "expected" / "outbox"


def test_every_older_format_has_a_home():
    assert [path.name for path in OLD_HOMES] == [f"format-{version}.tar.gz" for version in range(1, FORMAT_VERSION)]


def _timeless(path):
    """The file, of a worklist without how long a line has been open: older code listed no sentences served outside.

    Of the list of what is not carried out without corrections: older code kept no lines that could be corrected.
    """
    if path.name not in ("worklist.csv", "execution.csv"):
        return path.read_bytes()
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())) if path.exists() else []
    if path.name == "execution.csv":
        return [row for row in rows if row["事项"] != "更正"]
    kept = [{name: value for name, value in row.items() if name not in ("挂起天数", "核查期限")} for row in rows]
    return sorted(kept, key=lambda row: row["线索号"])


@pytest.mark.slow
@pytest.mark.parametrize("packed", OLD_HOMES, ids=lambda path: path.name.removesuffix(".tar.gz"))
def test_a_home_of_an_older_format_is_opened_verified_and_continued(packed, tmp_path):
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, filter="data")
    home = tmp_path / "home"
    before = digests(home)
    assert verify(home) == []
    assert [row["count"] for row in status_of(home)["feeds"]] == [5] * 13

    receipt = night(home, date(2024, 3, 20), progress=lambda step: None)

    receipts = read_receipts(home / "lake")
    assert [one.format_version for one in receipts][-1] == FORMAT_VERSION
    assert receipt == receipts[-1]
    assert receipt.previous == receipts[-2].digest
    assert before.items() <= digests(home).items()
    assert verify(home) == []
    sent = {path.relative_to(EXPECTED): path.read_bytes() for path in (EXPECTED / "2024-03-20").rglob("*.csv")}
    if packed.name < "format-3":
        # they certified oneself for twelve months, the sample does for 180 days since: it has a reminder more
        reminders = Path("2024-03-20/notices/reminders.csv")
        own = (home / "outbox" / reminders).read_bytes().splitlines()
        assert set(own) < set(sent.pop(reminders).splitlines())
    assert {name: _timeless(home / "outbox" / name) for name in sent} == {
        name: _timeless(EXPECTED / name) for name in sent
    }
    first_night = explain_person(
        home,
        1001,
        as_of=date(2024, 3, 18),
        for_person=False,
        access=(datetime(2024, 3, 21, tzinfo=UTC), "a question about the past"),
    )
    assert "as of 2024-03-18 (receipt 1" in first_night
