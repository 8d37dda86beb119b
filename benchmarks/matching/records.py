"""The records of the study: drawn from the strata, each with its truth and with what was planted in it."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from benchmarks.matching.name_errors import NAME_ERRORS
from benchmarks.matching.number_errors import NUMBER_ERRORS
from benchmarks.matching.pools import pools
from benchmarks.matching.spoiling import spoil
from benchmarks.matching.strata import (
    BIRTH_ABSENT,
    BIRTH_COPIED,
    BIRTH_ERRORS,
    COUNTY_ABSENT,
    COUNTY_OTHER,
    FEEDS,
    MEMBERS,
    SEX_ABSENT,
    SEX_ERROR,
    STRATA,
    Stratum,
)
from benchmarks.matching.world import World, identity
from data_samples.province.draws import Ints, choose, dates, happens, texts
from data_samples.province.places import places

FULL: Final = sum(stratum.records for stratum in STRATA.values())
_PLACEHOLDER: Final = -25_567  # 1900-01-01


def draw_records(world: World, *, queries: int, seed: int, strata: Mapping[str, Stratum] = STRATA) -> pl.DataFrame:
    """About `queries` records, one row each, in the order of the strata; fewer where a stratum finds too few people.

    Written: id_number, name, birth_date (null = absent), sex (null = absent), county_code ("" = absent), feed.
    Truth: row, stratum, person (row of the people), person_no (null = not insured), number_error, name_error,
    birth_error, county_error ("" = none), sex_wrong, birth_is_right (given, and the person's own).
    """
    random = np.random.Generator(np.random.Philox(key=[seed, 2]))
    of_pool, scale = pools(world), queries / sum(stratum.records for stratum in strata.values())
    insured = world.people["person_no"].is_not_null().to_numpy()
    frames = []
    for name, stratum in strata.items():
        pool = of_pool[stratum.pool]
        chosen = _choose(random, pool, insured, round(stratum.records * scale))
        frames.append(_write(random, world, chosen, stratum).with_columns(stratum=pl.lit(name)))
    return pl.concat(frames).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))


def _choose(random: np.random.Generator, pool: Ints, insured: np.ndarray, size: int) -> Ints:
    """Members and strangers by their share, nobody twice."""
    groups = ((pool[insured[pool]], round(size * MEMBERS)), (pool[~insured[pool]], size - round(size * MEMBERS)))
    return np.concatenate([random.permutation(group)[:wanted] for group, wanted in groups])


def _write(random: np.random.Generator, world: World, chosen: Ints, stratum: Stratum) -> pl.DataFrame:
    persons = _with_others(random, world.people, chosen)
    number, number_error = spoil(random, persons, "number", stratum.number, NUMBER_ERRORS)
    name, name_error = spoil(random, persons, "name", stratum.name, NAME_ERRORS)
    copied = happens(random, BIRTH_COPIED, persons.height)
    stated = persons.select("person_no", person=pl.Series(chosen)).with_columns(
        id_number=name if stratum.is_swapped else number,
        name=number if stratum.is_swapped else name,
        number_error=number_error,
        name_error=name_error,
        **_births(random, persons, _told_by(number, copied)),
        **_sexes(random, persons, _told_by(number, copied)),
        **_counties(random, persons),
        feed=_feeds(random, persons["person_no"].is_not_null().to_numpy()),
    )
    stated = stated.with_columns(birth_is_right=(stated["birth_date"] == persons["birth_date"]).fill_null(False))
    return stated.filter(*(pl.col(error) != "" for error in _always(stratum)))


def _always(stratum: Stratum) -> list[str]:
    """Errors that make the stratum: who cannot suffer them is left out."""
    fields = (("number_error", stratum.number), ("name_error", stratum.name))
    return [error for error, rates in fields if sum(rates.values()) > 0.999]


def _with_others(random: np.random.Generator, people: pl.DataFrame, chosen: Ints) -> pl.DataFrame:
    """The chosen, and a number and a name of whoever else is met by chance."""
    other = identity(people, random.integers(0, people.height, len(chosen)))
    return identity(people, chosen).with_columns(other_number=other["number"], other_name=other["name"])


def _told_by(number: pl.Series, copied: np.ndarray) -> pl.DataFrame:
    """Birth and sex as the number written says, where the record's were copied from it; else null."""
    whole = number.str.contains(r"^[0-9]{17}[0-9X]$") & pl.Series(copied)
    frame = pl.DataFrame({"number": number, "whole": whole})
    return frame.select(
        birth=pl.when("whole").then(pl.col("number").str.slice(6, 8).str.to_date("%Y%m%d", strict=False)),
        sex=pl.when("whole").then(
            pl.when(pl.col("number").str.slice(16, 1).is_in(list("13579"))).then(pl.lit("1")).otherwise(pl.lit("2"))
        ),
    )


def _births(random: np.random.Generator, persons: pl.DataFrame, written_down: pl.DataFrame) -> dict[str, pl.Series]:
    size, birth = persons.height, persons["birth"].to_numpy().astype(np.int64)
    kinds = ["", *BIRTH_ERRORS]
    drawn = choose(random, [1 - sum(BIRTH_ERRORS.values()), *BIRTH_ERRORS.values()], size)
    moved = {"DAY": birth + random.integers(1, 28, size), "LUNAR": birth - random.integers(20, 51, size)}
    moved["PLACEHOLDER"] = np.full(size, _PLACEHOLDER)
    written = persons["birth_date"].clone()
    for kind, days in moved.items():
        written = dates(days).zip_with(pl.Series(drawn == kinds.index(kind)), written)
    born = pl.col("birth_date").dt
    month = pl.when(born.day() <= 12).then(born.day())  # a day after the twelfth is no month
    turned = persons.select(pl.date(born.year(), month, born.month()).fill_null(pl.col("birth_date"))).to_series()
    written = turned.zip_with(pl.Series(drawn == kinds.index("DAY_MONTH")), written)
    off = texts(("-10y", "-2y", "-1y", "1y", "2y", "10y"), random.integers(0, 6, size))
    other_year = persons.select(born.offset_by(off)).to_series()
    written = other_year.zip_with(pl.Series(drawn == kinds.index("YEAR")), written)
    errors = texts(kinds, drawn).zip_with(written != persons["birth_date"], texts([""], np.zeros(size, dtype=np.int64)))
    absent, copied = pl.Series(happens(random, BIRTH_ABSENT, size)), written_down["birth"].is_not_null()
    written = written_down["birth"].zip_with(copied, written).set(absent, None)
    return {"birth_date": written, "birth_error": errors.set(copied, "COPIED").set(absent, "ABSENT")}


def _sexes(random: np.random.Generator, persons: pl.DataFrame, written_down: pl.DataFrame) -> dict[str, pl.Series]:
    size = persons.height
    wrong = pl.Series(happens(random, SEX_ERROR, size))
    written = persons["sex"].replace_strict({"1": "2", "2": "1"}).zip_with(wrong, persons["sex"])
    written = written_down["sex"].zip_with(written_down["sex"].is_not_null(), written)
    absent = pl.Series(happens(random, SEX_ABSENT, size))
    return {"sex": written.set(absent, None), "sex_wrong": (written != persons["sex"]) & ~absent}


def _counties(random: np.random.Generator, persons: pl.DataFrame) -> dict[str, pl.Series]:
    size = persons.height
    kind = choose(random, (COUNTY_ABSENT, COUNTY_OTHER, 1 - COUNTY_ABSENT - COUNTY_OTHER), size)
    other = texts(places().codes, random.integers(0, len(places().codes), size))
    nowhere = texts([""], np.zeros(size, dtype=np.int64))
    written = nowhere.zip_with(pl.Series(kind == 0), other.zip_with(pl.Series(kind == 1), persons["county_code"]))
    return {"county_code": written, "county_error": texts(("ABSENT", "OTHER", ""), kind)}


def _feeds(random: np.random.Generator, insured: np.ndarray) -> pl.Series:
    member, stranger = (np.asarray([chances[of] for chances in FEEDS.values()]) for of in (0, 1))
    edges = np.where(insured[:, None], np.cumsum(member), np.cumsum(stranger))
    return texts(list(FEEDS), (random.random(len(insured))[:, None] >= edges).sum(axis=1).clip(0, 2))
