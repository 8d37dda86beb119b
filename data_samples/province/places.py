"""Counties: where people live, and the codes their numbers were first assigned under."""

from datetime import date
from functools import cache
from typing import Final

import numpy as np
import yaml

from data_samples.province.draws import Floats, Ints, choose, day_number, happens
from data_samples.province.parameters import HERE, Stated

MINORITIES: Final = ("26", "04", "03")  # Dongxiang, Tibetan, Hui; anybody else is Han
_BORN_ELSEWHERE: Final = 0.06  # share of numbers assigned in another county of the province: assumption


class County(Stated):
    code: str
    population: float
    retired: tuple[str, ...]
    retired_share: float
    minorities: dict[str, float]


class Places(Stated):
    retired_until_birth: date
    counties: tuple[County, ...]

    @property
    def codes(self) -> list[str]:
        return [county.code for county in self.counties]

    @property
    def weights(self) -> list[float]:
        return [county.population for county in self.counties]


def where_people_live(counties: int) -> list[float]:
    """Weight of each county: its population, of the so many largest alone; 0: of all."""
    weights = places().weights
    least = sorted(weights, reverse=True)[counties - 1] if counties else 0.0
    return [weight if weight >= least else 0.0 for weight in weights]


@cache
def places() -> Places:
    return Places.model_validate(yaml.safe_load((HERE / "places.yaml").read_text(encoding="utf-8")))


def draw_ethnicity(random: np.random.Generator, county: Ints) -> Ints:
    """Positions in (*MINORITIES, Han) by the shares of the county."""
    shares = np.asarray([[one.minorities.get(code, 0.0) for code in MINORITIES] for one in places().counties])
    edges = np.cumsum(shares, axis=1)[county]
    return np.asarray((random.random(len(county))[:, None] >= edges).sum(axis=1), dtype=np.int64)


def draw_number_code(random: np.random.Generator, county: Ints, birth: Ints) -> Ints:
    """The six digits a number begins with: those of the county of birth under the list of its time, never re-issued."""
    size = len(county)
    born = np.where(happens(random, _BORN_ELSEWHERE, size), choose(random, places().weights, size), county)
    early = birth <= day_number(places().retired_until_birth)
    retired = happens(random, _retired_shares()[born], size) & early
    codes = _codes()[born, 1 + random.integers(0, 2, size)]
    return np.asarray(np.where(retired, codes, _codes()[born, 0]))


def muslim_majority() -> Floats:
    """1.0 for counties where most people bury without any record: few cremations are reported."""
    return np.asarray(
        [float(sum(c.minorities.get(code, 0.0) for code in ("03", "26")) > 0.5) for c in places().counties]
    )


@cache
def _codes() -> Ints:
    """Today's code and two retired ones (the same twice where there is one, today's where there is none)."""
    rows = []
    for county in places().counties:
        old = county.retired or (county.code,)
        rows.append([int(county.code), int(old[0]), int(old[-1])])
    return np.asarray(rows, dtype=np.int64)


@cache
def _retired_shares() -> Floats:
    return np.asarray([county.retired_share for county in places().counties])
