"""A tiny story lived day by day: nothing unlawful, unrepaired or asked twice; and it can be gone on with."""

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from benchmarks.story import Story, nights_of
from benchmarks.story_figures import MEASURES, figures
from benchmarks.story_files import read_story
from data_samples.province.office import STORY
from data_samples.province.parameters import Scale

START, DAYS, EVERY = date(2024, 3, 18), 16, 3
# offices answer and act at once, err every second time, and sources report the living dead
HASTE = {
    "parameters": {"errors": {"alive_reported_dead": 4, "homonym": 1, "declared_dead": 0.1}},
    "answers": {"lead_days": [1, 2], "lead_mistake": 0.5, "ticket_days": [1, 5]},
    "office": {"execute_days": [1, 2], "execute_wrong_person": 0.3, "object_days": [1, 3], "resume_days": [1, 2]},
}


def begun(home: Path, rates: Path) -> Story:
    """The story as another process finds it."""
    nights = nights_of(START, DAYS, every=EVERY, working_days=False)
    return Story(home, Scale(400, DAYS, START, 7), nights, rates)


def hasty_rates(path: Path) -> Path:
    stated = yaml.safe_load(STORY.read_text(encoding="utf-8"))
    for part, rows in HASTE.items():
        for name, value in rows.items():
            stated[part][name] = stated[part][name] | value if isinstance(value, dict) else value
    path.write_text(yaml.safe_dump(stated), encoding="utf-8")
    return path


@pytest.mark.slow
def test_nothing_is_wrong_in_a_tiny_story(tmp_path: Path) -> None:
    home, rates = tmp_path / "home", hasty_rates(tmp_path / "rates.yaml")
    first = begun(home, rates)
    first.begin()
    for day in itertools.islice(first.days(), 8):
        first.live(day)
    again = begun(home, rates)
    again.begin()
    assert next(again.days()) == START + timedelta(days=8)
    again.live(START + timedelta(days=7))  # killed before it was marked as done: done again, with the same files
    for day in again.days():
        again.live(day)
    found = figures(read_story(home))
    assert {measure.__name__: found[measure.__name__]["behind"] for measure in MEASURES} == {
        measure.__name__: [] for measure in MEASURES
    }
    for name in ("stopped_outside_lawful_road", "repeated_strikes", "overpayment_error_fen", "asked_twice"):
        assert found[name]["of"] > 0, f"nothing happened that {name} could have found wrong"


def test_nights_lie_on_working_days_or_every_so_many_days() -> None:
    assert sorted(nights_of(START, 7, every=3, working_days=False)) == [START + timedelta(days=k) for k in (0, 3, 6)]
    saturday = date(2024, 3, 23)
    assert sorted(nights_of(saturday, 4, every=1, working_days=True)) == [
        saturday, saturday + timedelta(days=2), saturday + timedelta(days=3),
    ]  # fmt: skip
