"""A story: a province goes through its days while offices, agencies and citizens answer late, wrongly or not at all.

    python -m benchmarks.story [--persons 50000] [--days 400] [--home DIR] [--every 1 | --working-days]

Resumable: the same command goes on with the day after the last one that was finished. At the end, and with `--figures`
at any time, `benchmarks/results/story.json` is written: the figures of `story_figures`, seconds per night, the machine.
"""

import argparse
import json
import os
import platform
import re
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import polars as pl

import schemas
from benchmarks.story_figures import figures
from benchmarks.story_files import proposals_of, read_story
from benchmarks.truth import silentcert, write
from data_samples.province.answer_night import answer_night
from data_samples.province.citizens import all_given, all_objections, citizens_answer, lines_to_answer
from data_samples.province.deliveries import arrive
from data_samples.province.money import pay_days
from data_samples.province.office import PROPOSED, STORY, executions, read_story_rates
from data_samples.province.office_files import OFFICE_FEEDS, STATE, Office
from data_samples.province.parameters import Scale
from data_samples.province.simulate import simulate
from data_samples.province.world import World
from schemas.code_tables import read_code_tables

PROGRESS: Final = "story.json"
SMALL: Final = 20_000  # persons of a province in which most agencies have nothing to tell on most days
PERSONS_OF_A_COUNTY: Final = 500  # of a small one: else hardly a county would be told of
LIBRARIES: Final = ("polars", "duckdb", "ibis-framework", "pyarrow", "great-expectations")


class Story:
    """One home's story. `days` are done one after the other; each may be done again without harm."""

    def __init__(self, home: Path, scale: Scale, nights: frozenset[date], rates: Path = STORY) -> None:
        self.home, self.scale, self.nights = home, scale, nights
        self.is_small = scale.persons < SMALL
        self.rates = read_story_rates(rates, counties=scale.persons // PERSONS_OF_A_COUNTY + 1 if self.is_small else 0)
        self.world = World(self.rates.parameters, scale)
        self.office = Office(home, self.world, self.rates.office)
        self.codes = read_code_tables()

    def begin(self) -> None:
        if not (self.home / PROGRESS).exists():
            if self.is_small:
                _declare_patient_feeds(self.home / "policy" / "contracts")
            simulate(
                self.home, self.scale, self.rates.parameters, later_by_hand=OFFICE_FEEDS, sends_empty=not self.is_small
            )
            self._write_progress({"last_day": None, "seconds": {}})

    def days(self) -> Iterator[date]:
        """The days that are left."""
        last = self.progress()["last_day"]
        number = (date.fromisoformat(last) - self.scale.start).days + 1 if last else 0
        for place in range(number, self.scale.nights):
            yield self.scale.start + timedelta(days=place)

    def live(self, day: date) -> None:
        """One day: files of the office, the night where there is one, answers, and what is executed."""
        progress = self.progress()
        if day.isoformat() not in progress["seconds"]:
            self._write_files(day)
            if day in self.nights:
                arrive(self.home, day)
                begun = time.monotonic()
                silentcert("night", day.isoformat(), "--yes", "--home", str(self.home))
                progress["seconds"][day.isoformat()] = round(time.monotonic() - begun, 1)
                self._write_progress(progress)
        night = max(date.fromisoformat(one) for one in progress["seconds"])
        self._answer(day, night)
        if day == night:
            self._keep("proposed", proposals_of(self.home, day, self.codes).select(*PROPOSED), day)
        self._execute(day, night)
        self._write_progress(progress | {"last_day": day.isoformat()})

    def _write_files(self, day: date) -> None:
        number = (day - self.scale.start).days
        paid_on = pay_days(self.rates.parameters, self.scale, night=number)
        self.office.write(day, is_night=day in self.nights, paid_on=paid_on)

    def _answer(self, day: date, night: date) -> None:
        given, objected = all_given(self.home), all_objections(self.home)
        given, objected = given.filter(pl.col("verified_date") < day), objected.filter(pl.col("event_date") < day)
        answer_night(
            self.home, day, seed=self.scale.seed, rates=self.rates.answers, listed_on=night,
            is_open=lambda leads: lines_to_answer(leads, given, objected),
        )  # fmt: skip
        citizens_answer(
            self.home, self.world.contracts, self.codes, self.rates.office, day=day, night=night, seed=self.scale.seed
        )

    def _execute(self, day: date, night: date) -> None:
        proposed = pl.concat([pl.read_parquet(one) for one in sorted((self.home / "truth/proposed").glob("*.parquet"))])
        states = pl.read_parquet(self.home / "truth" / "registry" / f"{night}.parquet", columns=list(STATE))
        drawing = states.filter(pl.col("payment_state") == "DRAWING")
        before = self.office.executed(before=day)
        done = executions(proposed, before, drawing, self.rates.office, day=day, seed=self.scale.seed)
        self._keep("executed", done, day)

    def _keep(self, name: str, rows: pl.DataFrame, day: date) -> None:
        folder = self.home / "truth" / name
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(folder / f"{day}.parquet")

    def progress(self) -> dict[str, Any]:
        return dict(json.loads((self.home / PROGRESS).read_text()))

    def _write_progress(self, progress: Mapping[str, Any]) -> None:
        part = self.home / f"{PROGRESS}.part"
        part.write_text(json.dumps(progress) + "\n")
        part.replace(self.home / PROGRESS)


def _declare_patient_feeds(folder: Path) -> None:
    """Contracts of the home by which an agency may be silent for two months: it has few persons to tell of."""
    folder.mkdir(parents=True)
    for path in sorted((Path(schemas.__file__).parent / "contracts").glob("*.odcs.yaml")):
        text = path.read_text(encoding="utf-8")
        if "role, value: evidence" in text and "retired_on" not in text:
            (folder / path.name).write_text(re.sub(r"fresh_days, value: \d+", "fresh_days, value: 60", text))


def nights_of(start: date, days: int, *, every: int, working_days: bool) -> frozenset[date]:
    """The days that have a night; the first one always."""
    chosen = [start + timedelta(days=place) for place in range(days) if place % every == 0]
    return frozenset({start, *(day for day in chosen if not working_days or day.weekday() < 5)})


def machine() -> dict[str, Any]:
    return {
        "system": platform.platform(), "cpus": os.cpu_count(), "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
    }  # fmt: skip


def main() -> None:
    options = _options()
    home: Path = options.home
    nights = nights_of(options.start, options.days, every=options.every, working_days=options.working_days)
    setting = {
        "persons": options.persons, "days": options.days, "start": options.start, "seed": options.seed,
        "nights": len(nights),
    }  # fmt: skip
    story = Story(home, Scale(options.persons, options.days, options.start, options.seed), nights, options.rates)
    if not options.figures:
        story.begin()
        for day in story.days():
            story.live(day)
            if day in nights:
                sys.stderr.write(f"{day}: {story.progress()['seconds'][day.isoformat()]} s\n")
    progress = story.progress()
    found = figures(read_story(home))
    done = {"setting": setting, "last_day": progress["last_day"], "machine": machine()}
    write("story.json", {**done, **found, "seconds": progress["seconds"]})
    shown = {name: figure["wrong"] if isinstance(figure, dict) and "wrong" in figure else figure
             for name, figure in found.items()}  # fmt: skip
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1, default=str) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--persons", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--start", type=date.fromisoformat, default=date(2024, 3, 18))
    parser.add_argument("--seed", type=int, default=20240318)
    parser.add_argument("--home", type=Path, required=True, help="kept; a story begun there is gone on with")
    parser.add_argument("--every", type=int, default=1, help="a night every so many days")
    parser.add_argument("--rates", type=Path, default=STORY, help="another file of the form of story.yaml")
    parser.add_argument("--working-days", action="store_true", help="nights from Monday to Friday only")
    parser.add_argument("--figures", action="store_true", help="no further day: figures of what is there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
