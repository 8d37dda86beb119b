"""A home with nights to run, some of its extracts held back to come late, and the same nights by the command line."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from data_samples.province.deliveries import arrive
from data_samples.province.parameters import Scale
from data_samples.province.simulate import simulate
from pipelines.run.arrivals import missing_feeds
from pipelines.run.night import night
from tests.conftest import NIGHTS, new_home

LATE = "transport"


class Province(NamedTuple):
    """`past` nights to backfill and the `scheduled` one; `aside` holds what has not come yet, laid out as an inbox."""

    home: Path
    past: list[date]
    scheduled: date
    aside: Path

    @property
    def late_night(self) -> date:
        return self.past[1]

    def hold_back(self, feed: str, as_of: date) -> None:
        (self.aside / feed).mkdir(parents=True, exist_ok=True)
        shutil.move(self.home / "inbox" / feed / str(as_of), self.aside / feed / str(as_of))

    def deliver(self, feed: str, as_of: date) -> None:
        shutil.move(self.aside / feed / str(as_of), self.home / "inbox" / feed / str(as_of))


def sample_province(folder: Path, nights: int, scheduled: date) -> Province:
    """The sample's own nights, or as many as asked of a simulated province; then a scheduled one."""
    home = new_home(folder)
    past = list(NIGHTS)
    if nights > len(NIGHTS):
        past = [NIGHTS[0] + timedelta(days=day) for day in range(nights)]
        shutil.rmtree(home / "inbox")
        simulate(home, Scale(2000, nights, past[0], 7))
        for day in range(90):
            arrive(home, past[0] + timedelta(days=day))
    (home / "policy" / "schedule.yaml").write_text(f"scheduled_from: {scheduled}\n", encoding="utf-8")
    for as_of in (*past, scheduled):
        _complete(home, as_of)
    return Province(home, past, scheduled, folder / "aside")


def _complete(home: Path, as_of: date) -> None:
    """Send what the night awaits and nobody sends: a simulated sender forgets a night, and the last one is made up."""
    for feed in missing_feeds(home, as_of):
        newest = max(folder for folder in (home / "inbox" / feed).iterdir() if folder.name < as_of.isoformat())
        shutil.copytree(newest, home / "inbox" / feed / as_of.isoformat())


def copied(province: Province, folder: Path) -> Path:
    """Another home of the same province, before anything of it is held back."""
    for name in ("inbox", "policy"):
        shutil.copytree(province.home / name, folder / "home" / name)
    return folder / "home"


def by_command_line(home: Path, nights: list[date]) -> Path:
    for as_of in nights:
        night(home, as_of, progress=lambda stage: None)
    return home
