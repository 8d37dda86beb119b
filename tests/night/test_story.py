"""A tiny story lived day by day: nothing unlawful, unrepaired or asked twice; and it can be gone on with."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.story import Story, nights_of
from benchmarks.story_figures import MEASURES, figures
from benchmarks.story_files import read_story
from data_samples.province.parameters import Scale

START, DAYS = date(2024, 3, 18), 25

pytestmark = pytest.mark.slow


def begun(home: Path) -> Story:
    """The story as another process finds it."""
    return Story(home, Scale(600, DAYS, START, 7), nights_of(START, DAYS, every=4, working_days=False))


def test_nothing_is_wrong_in_a_tiny_story(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = begun(home)
    first.begin()
    for day in first.days():
        first.live(day)
        if day == START + timedelta(days=8):
            break
    again = begun(home)
    again.begin()
    assert next(again.days()) == START + timedelta(days=9)
    again.live(START + timedelta(days=8))  # killed before it was marked as done: done again, with the same files
    for day in again.days():
        again.live(day)
    found = figures(read_story(home))
    assert {name.__name__: found[name.__name__]["behind"] for name in MEASURES} == {
        name.__name__: [] for name in MEASURES
    }
    assert found["stopped_outside_lawful_road"]["of"] > 0  # the office had something to execute
    assert found["headline"]["truth"]["verified"] > 0


def test_nights_lie_on_working_days_or_every_so_many_days() -> None:
    assert sorted(nights_of(START, 7, every=3, working_days=False)) == [START + timedelta(days=k) for k in (0, 3, 6)]
    saturday = date(2024, 3, 23)
    assert sorted(nights_of(saturday, 4, every=1, working_days=True)) == [
        saturday, saturday + timedelta(days=2), saturday + timedelta(days=3),
    ]  # fmt: skip
