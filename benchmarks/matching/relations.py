"""Persons added to a population because they are easily taken for another: each beside the one they resemble.

They are far more frequent than in life and are reported alone; nobody else's figures hold them.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

from benchmarks.matching.characters import homophones, province_names
from benchmarks.matching.people import BASE_SCHEMA, STATIONS, draw_people, siblings
from data_samples.province.draws import Ints, texts
from data_samples.province.places import draw_number_code

FIRST_SEAT: Final = 996  # sequences 996 to 999 were kept for people of a hundred years
Maker = Callable[[np.random.Generator, pl.DataFrame], pl.DataFrame]


def _twin(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    return siblings(random, of)


def _same_sounding_twin(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    """The last character another of the same syllable; where none is common, the twin is left out."""
    last = of["name"].str.slice(-1)
    mates = homophones()
    sounded = [_pick(mates.get(one, ""), draw) for one, draw in zip(last, random.random(of.height), strict=True)]
    name = of["name"].str.slice(0, of["name"].str.len_chars() - 1) + pl.Series(sounded, dtype=pl.String)
    return of.with_columns(name=name)


def _same_named_twin(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    return of


def _namesake(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    """Same name, sex, birth date and county, a number from anywhere in it."""
    code = draw_number_code(random, of["county"].to_numpy(), of["birth"].to_numpy())
    station = (of["station"].to_numpy() + random.integers(1, STATIONS, of.height)) % STATIONS
    return of.with_columns(code=pl.Series(code), station=pl.Series(station), household=pl.lit(-1, dtype=pl.Int64))


def _son(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    """The father's name, a generation later, in the same house."""
    later = random.integers(7_300, 12_000, of.height)
    return of.with_columns(birth=pl.Series(np.minimum(of["birth"].to_numpy() + later, 13_000)))


def _centenarian(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    """Born 1885 to 1899, with the sequences then kept for people of a hundred years."""
    birth = random.integers(-31_045, -25_567, of.height)
    return of.with_columns(birth=pl.Series(birth), code=pl.Series(_old_codes(random, of)))


def _long_named(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    """Two or three parts with dots between, of three to five characters each."""
    long = [
        *province_names()["long_given"]["1"],
        *province_names()["long_given"]["2"],
        *province_names()["dotted_given"],
    ]
    parts = [texts(long, random.integers(0, len(long), of.height)) for _ in range(4)]
    three = pl.Series(random.random(of.height) < 0.3)
    name = parts[0] + parts[3].str.slice(0, 2) + "·" + parts[1]
    return of.with_columns(name=(name + "·" + parts[2]).zip_with(three, name))


def _rare_named(random: np.random.Generator, of: pl.DataFrame) -> pl.DataFrame:
    rare = list(province_names()["rare_characters"])
    kept = of["name"].str.slice(0, of["name"].str.len_chars() - 1)
    return of.with_columns(name=kept + texts(rare, random.integers(0, len(rare), of.height)))


def _old_codes(random: np.random.Generator, of: pl.DataFrame) -> Ints:
    return draw_number_code(random, of["county"].to_numpy(), np.full(of.height, -20_000))


def _pick(mates: str, draw: float) -> str | None:
    return mates[int(draw * len(mates))] if mates else None


# relation → who is added beside an anchor; the last three are persons of their own, beside nobody
RELATIONS: Final[Mapping[str, Maker]] = {
    "TWIN": _twin,
    "SAME_SOUNDING_TWIN": _same_sounding_twin,
    "SAME_NAMED_TWIN": _same_named_twin,
    "NAMESAKE": _namesake,
    "RECYCLED": _son,
    "CENTENARIAN": _centenarian,
    "LONG_NAME": _long_named,
    "RARE_NAME": _rare_named,
}
ALONE: Final = ("CENTENARIAN", "LONG_NAME", "RARE_NAME")


def add_relations(random: np.random.Generator, people: pl.DataFrame, each: int) -> pl.DataFrame:
    """Persons with `relation` ("" = none) and `partner` (row, -1 = none).

    Every relation gets `each` anchors drawn from the people, with a person added beside each; no anchor has two.
    """
    order = random.permutation(people.height)
    frames, at = [people.with_columns(relation=pl.lit(""), partner=pl.lit(-1, dtype=pl.Int64))], people.height
    anchored = []
    for place, name in enumerate(relation for relation in RELATIONS if relation not in ALONE):
        anchors = np.sort(order[place * each : (place + 1) * each])
        beside = RELATIONS[name](random, people.gather(anchors)).with_columns(partner=pl.Series(anchors))
        beside = beside.filter(pl.col("name").is_not_null())
        anchored.append(
            pl.DataFrame({"at": beside["partner"], "partner": at + np.arange(beside.height)}).with_columns(
                relation=pl.lit(name)
            )
        )
        frames.append(beside.with_columns(relation=pl.lit(name)))
        at += beside.height
    for name in ALONE:
        fresh = RELATIONS[name](random, draw_people(random, each))
        frames.append(
            fresh.with_columns(
                household=pl.lit(-1, dtype=pl.Int64), relation=pl.lit(name), partner=pl.lit(-1, dtype=pl.Int64)
            )
        )
    columns = [*BASE_SCHEMA, "relation", "partner"]
    everybody = pl.concat([frame.select(columns) for frame in frames]).with_row_index("at")
    placed = pl.concat(anchored).with_columns(pl.col("at").cast(pl.UInt32))
    return everybody.update(placed, on="at").drop("at")


def seats(random: np.random.Generator, people: pl.DataFrame) -> Ints:
    """The sequences that are fixed, else -1."""
    old = (people["relation"] == "CENTENARIAN").to_numpy()
    drawn = FIRST_SEAT + 2 * random.integers(0, 2, len(old)) + people["male"].to_numpy()
    return np.where(old, drawn, -1)


def registration_order(people: pl.DataFrame) -> Ints:
    """Neighbours one after the other, and whoever was added right behind the one they resemble."""
    rows, partner = np.arange(people.height), people["partner"].to_numpy()
    return np.where((partner >= 0) & (partner < rows), 2 * partner + 1, 2 * rows)
