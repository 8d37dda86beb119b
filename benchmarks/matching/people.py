"""Persons of an open world: the insured and those who are not, with the structure that makes matching hard.

Names, counties, retired codes, ages and twins have the shares of the simulated province. Names get a tail beyond the
lists of that province: one given character in eight is any common character, as real names are more varied than lists.
"""

from typing import Final

import numpy as np
import polars as pl

from benchmarks.matching.characters import common_characters, sound_key
from data_samples.province.draws import Floats, Ints, choose, happens, texts
from data_samples.province.names import draw_names
from data_samples.province.parameters import read_parameters
from data_samples.province.places import draw_ethnicity, draw_number_code, places

BORN_UNTIL: Final = 19_800  # day number of the study, 2024-03-18
_YEAR: Final = 365.25
_BLOCK: Final = 2_000_000
_TAIL: Final = 0.125  # share of names whose last character is any common one: assumption
_DRAWING: Final = 0.70  # share old enough to draw a pension, as in the simulated province
STATIONS: Final = 20  # where numbers are given in a county, the first the busiest: assumption
_STRIDE: Final = 191  # each county begins elsewhere
_DAYS: Final = 80_000  # birth dates a place of registration is told apart by
STRETCH: Final = 24  # numbers of one station, county and day

BASE_SCHEMA: Final = {
    "code": pl.Int64, "birth": pl.Int64, "station": pl.Int64, "male": pl.Int64, "county": pl.Int64,
    "household": pl.Int64, "name": pl.String,
}  # fmt: skip


def draw_people(random: np.random.Generator, size: int) -> pl.DataFrame:
    """BASE_SCHEMA: who they are and where they live, neighbours in one household; twins side by side."""
    blocks = [_draw_block(random, min(_BLOCK, size - first), first) for first in range(0, size, _BLOCK)]
    return pl.concat(blocks)


def _draw_block(random: np.random.Generator, size: int, first: int) -> pl.DataFrame:
    rates = read_parameters().population
    sizes = np.asarray(list(rates.household_size), dtype=np.int64)
    household = np.repeat(np.arange(size), sizes[choose(random, list(rates.household_size.values()), size)])[:size]
    county = choose(random, places().weights, size)[household]
    birth = BORN_UNTIL - np.rint(_ages(random, rates.ages_60_up, size) * _YEAR).astype(np.int64)
    drawn = pl.DataFrame(
        {
            "code": draw_number_code(random, county, birth),
            "birth": birth,
            "station": choose(random, [1 / (rank + 4) for rank in range(STATIONS)], size),
            "male": happens(random, 0.49, size).astype(np.int64),
            "county": county,
            "household": household + first,
        }
    )
    drawn = drawn.with_columns(name=draw_some_names(random, drawn))
    second = np.flatnonzero(happens(random, rates.twin_share, size // 2)) * 2 + 1
    return drawn.with_row_index("at").update(_twins(random, drawn, second), on="at").drop("at")


def _twins(random: np.random.Generator, drawn: pl.DataFrame, second: Ints) -> pl.DataFrame:
    twins = siblings(random, drawn.gather(second - 1))
    return twins.with_columns(at=pl.Series(second, dtype=pl.UInt32))


def _ages(random: np.random.Generator, ages_60_up: tuple[float, ...], size: int) -> Floats:
    group = choose(random, ages_60_up, size)
    old = 60 + 5 * group + np.where(group == 8, random.exponential(1.5, size), 5 * random.random(size))
    return np.asarray(np.where(happens(random, _DRAWING, size), old, 18 + 42 * random.random(size)))


def draw_some_names(random: np.random.Generator, people: pl.DataFrame) -> pl.Series:
    """A name for each by county, sex and year of birth."""
    ethnicity = draw_ethnicity(random, people["county"].to_numpy())
    year = np.floor(1970 + people["birth"].to_numpy() / _YEAR).astype(np.int64)
    names = draw_names(random, ethnicity=ethnicity, male=people["male"].to_numpy(), birth_year=year)
    tail = names.str.slice(0, names.str.len_chars() - 1) + _any_character(random, len(names))
    short = names.str.len_chars().is_between(2, 3) & ~names.str.contains("·", literal=True)
    return tail.zip_with(short & pl.Series(happens(random, _TAIL, len(names))), names)


def _any_character(random: np.random.Generator, size: int) -> pl.Series:
    return texts(list(common_characters()), random.integers(0, len(common_characters()), size))


def siblings(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    """A twin of each: same birth, place and surname, never a name that is equal or sounds the same."""
    twin = of.with_columns(male=pl.Series(np.where(happens(random, 0.6, of.height), of["male"], 1 - of["male"])))
    twin = twin.with_columns(name=_sibling_names(random, of, twin))
    alike = sound_key(twin["name"]) == sound_key(of["name"])
    while alike.any():
        again = _sibling_names(random, of, twin)
        twin = twin.with_columns(name=again.zip_with(alike, twin["name"]))
        alike = sound_key(twin["name"]) == sound_key(of["name"])
    return twin


def _sibling_names(random: np.random.Generator, of: pl.DataFrame, twin: pl.DataFrame) -> pl.Series:
    """The surname and, in half of the families, the first given character in common."""
    drawn = draw_some_names(random, twin)
    shared = 1 + (happens(random, 0.5, of.height) & (of["name"].str.len_chars() == 3).to_numpy()).astype(np.int64)
    frame = pl.DataFrame({"of": of["name"], "drawn": drawn, "shared": shared})
    return frame.select(
        pl.col("of").str.slice(0, pl.col("shared")) + pl.col("drawn").str.slice(pl.col("shared").cast(pl.Int64))
    ).to_series().replace("", "某")  # fmt: skip


def give_sequences(people: pl.DataFrame, seat: Ints, order: Ints) -> pl.DataFrame:
    """With `sequence`: a station gives its numbers of a day one after the other, in the `order` given.

    Where a station has none left for a day, the surplus goes to the next one, from the last to the first of the next
    day. `seat` fixes some (-1 = none).
    """
    code, birth, male, station = (people[column].to_numpy() for column in ("code", "birth", "male", "station"))
    place = (code * _DAYS + birth + _DAYS // 2) * STATIONS + station
    rank = _rank_among_equals(place, order)
    busy = np.flatnonzero(np.isin(code, np.unique(code[rank >= STRETCH])))
    while (crowded := rank[busy] >= STRETCH).any():
        place[busy[crowded]] += 1
        rank[busy] = _rank_among_equals(place[busy], order[busy])
    birth, station = place // STATIONS % _DAYS - _DAYS // 2, place % STATIONS
    given = 2 * ((station * STRETCH + rank + code * _STRIDE) % (STATIONS * STRETCH)) + male
    return people.with_columns(birth=pl.Series(birth), sequence=pl.Series(np.where(seat >= 0, seat, given)))


def _rank_among_equals(keys: Ints, order: Ints) -> Ints:
    """Position of each among its equals, by `order`."""
    sorting = np.lexsort((order, keys))
    ordered = keys[sorting]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    rank = np.empty(len(keys), dtype=np.int64)
    rank[sorting] = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    return rank
