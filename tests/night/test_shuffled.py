"""A week of deliveries in another order of arrival ends in the same life state and the same decisions.

But for who was judged before a line had asked: such a verdict does not count, and its sender is told.
"""

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.read.status import lake_at
from pipelines.run.night import night
from pipelines.storage.receipts import read_receipts
from schemas.codes import QuarantineReason
from schemas.tables import CLAIM, DECISION, LIFE_STATE, UNUSED_ANSWER
from tests.conftest import NIGHTS, new_home, silent

LAST = NIGHTS[-1] + timedelta(days=4)


def _rows(home: Path, table) -> list[dict]:
    lake = lake_at(home, read_receipts(home / "lake"))
    rows = lake.engine.arrow(lake.read(table)).to_pylist()
    return sorted(rows, key=lambda row: [str(row[name]) for name in table.key])


@pytest.fixture
def in_order(home) -> Path:
    night(home, LAST, progress=silent)
    return home


@pytest.mark.slow
def test_another_order_of_arrival_ends_in_the_same_decisions(in_order, tmp_path):
    """Each folder of a feed and day arrives on any night from its own on; the first registry must be there."""
    home = new_home(tmp_path / "shuffled")
    inbox, waiting = home / "inbox", tmp_path / "waiting"
    nights: list[date] = [*NIGHTS, NIGHTS[-1] + timedelta(days=2), LAST]
    drawn = random.Random(1)
    arrivals: dict[Path, date] = {}
    for folder in sorted(inbox.glob("*/*")):
        place = folder.relative_to(inbox)
        first = max(date.fromisoformat(folder.name), nights[0])
        if place.parts != ("registry", nights[0].isoformat()):
            arrivals[place] = drawn.choice([day for day in nights if day >= first])
            shutil.move(folder, waiting / place)
    for day in nights:
        for place in [place for place, arrives in arrivals.items() if arrives == day]:
            shutil.move(waiting / place, inbox / place)
        night(home, day, progress=silent)
    too_early = {
        row["record_id"] for row in _rows(home, UNUSED_ANSWER) if row["reason"] == QuarantineReason.OTHER_DAY.value
    }
    judged = {row["claim_id"]: row["person_no"] for row in _rows(in_order, CLAIM)}
    left_out = {judged[line] for line in too_early}
    assert left_out == {1028, 1040}
    for table in (LIFE_STATE, CLAIM, DECISION):
        found, expected = (
            [row for row in _rows(one, table) if row["person_no"] not in left_out] for one in (home, in_order)
        )
        assert found == expected
