"""Chance that depends on nothing but what it is for: seed, block of persons, night and purpose.

A block drawn alone equals the same block drawn among others, and a night asked for alone equals the same night in a
row of nights, since no draw moves the generator of another purpose.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NEVER: Final = 2_000_000  # a day number that no simulated night reaches
_EPOCH: Final = date(1970, 1, 1)


class Purpose(IntEnum):
    """What a draw is for. A new purpose is added at the end, so that the others' draws stay as they are."""

    POPULATION = 1
    NAMES = 2
    ENTITLEMENTS = 3
    IDENTITY = 4
    BEHAVIOUR = 5
    DEATH = 6
    DEATH_REPORTS = 7
    ERRORS = 8
    CUSTODY = 9
    LIFE = 10
    CHANNELS = 11
    REFUNDS = 12
    SIGNALS = 13
    STRANGERS = 14
    MONEY = 15
    CUSTODY_REPORTS = 16
    LIFE_REPORTS = 17
    OLD_IDENTITY = 18
    REGISTRY_ERRORS = 19
    NAMESAKES = 20
    RELATIVES = 21
    RESTARTED_KEYS = 22
    DECLARED_DEAD = 23


def generator(seed: int, *, block: int, night: int, purpose: Purpose) -> np.random.Generator:
    """`night` is the number of the night from 0; 0 as well for what is drawn once for the whole life of a person."""
    return np.random.Generator(np.random.Philox(key=[seed, (block << 32) | (night << 8) | int(purpose)]))


def happens(random: np.random.Generator, share: float | Floats, size: int) -> Flags:
    return random.random(size) < share


def choose(random: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """Positions in `weights`, drawn by them."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges, random.random(size) * edges[-1], side="right").astype(np.int64)


def delay(random: np.random.Generator, median: float, spread: float, *, size: int) -> Ints:
    """Whole days, log-normal."""
    return np.rint(median * np.exp(spread * random.standard_normal(size))).astype(np.int64)


def by_age(steps: Mapping[int, float], ages: Ints) -> Floats:
    """Of each age the value stated from that age on; below the first step, the first value."""
    starts = sorted(steps)
    values = np.asarray([steps[start] for start in starts])
    return np.asarray(values[np.maximum(np.searchsorted(starts, ages, side="right") - 1, 0)])


def day_number(day: date) -> int:
    return (day - _EPOCH).days


def as_date(number: int) -> date:
    return date.fromordinal(number + _EPOCH.toordinal())


def dates(numbers: npt.NDArray[Any], *, name: str = "") -> pl.Series:
    """Day numbers as dates; NEVER is null."""
    series = pl.Series(name, numbers.astype(np.int32)).cast(pl.Date)
    return series.set(pl.Series(numbers >= NEVER), None) if bool((numbers >= NEVER).any()) else series


def texts(values: Sequence[str], positions: Ints) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(positions)
