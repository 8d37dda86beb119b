"""The insured as the passes ask for them: small, exact, and only ever scanned.

A face is one way in which a person may stand in a record: a number, a name and a birth date of theirs, now or once.
At 33 million persons the present faces take 25 bytes each: a number is its 17 digits as an integer, a name its place in
a dictionary. A question is a small frame; the large side is cut down to it and never hashed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.dates import is_generation_apart
from matchers.frequencies import Frequencies, count_frequencies
from matchers.names import name_key
from matchers.numbers import read_numbers
from matchers.sounds import sound_keys

_SLICE: Final = 4_000_000
_FACE: Final = ["holder", "body", "called", "born", "sex"]
_NOW: Final = {"is_former_number": pl.lit(False), "is_former_name": pl.lit(False)}


@dataclass(frozen=True, slots=True)
class Registry:
    """Everybody insured, ready to be asked.

    `now`: holder (person number), body (17 digits, null unless valid), called (place in `names`), born, sex (1, 2 or
    null); one row per person. `once`: the same with is_former_number and is_former_name; every other face of a person.
    `names`: name_key, called; by called. `spellings`: holder, called, name, raw_name, where either is not the key.
    `sounds`: sound, called. `residences`: holder, county.
    """

    now: pl.DataFrame
    once: pl.DataFrame
    names: pl.DataFrame
    spellings: pl.DataFrame
    sounds: pl.DataFrame
    residences: pl.DataFrame
    frequencies: Frequencies


def index_registry(persons: pl.DataFrame, aliases: pl.DataFrame, residences: pl.DataFrame) -> Registry:
    """Persons (person_no, id_number, name, raw_name, sex, birth_date; unique by person_no), aliases (person_no, kind,
    value) and residences (person_no, county_code, several per person), ready to be matched.

    Of what a person holds both now and formerly, now counts. A number that is not valid is held by nobody. A birth date
    that differs from the one in the person's number is a face of its own, unless it is another generation's: then the
    number may be a parent's or a child's, and the date on file counts alone.
    """
    former = aliases.filter(pl.col("kind") == "name").select(holder="person_no", name="value", raw_name="value")
    present = persons.select(holder="person_no", name="name", raw_name=pl.col("raw_name").fill_null(pl.col("name")))
    names = _dictionary(present, former)
    told = _told(persons)
    now = _coded(told.hstack(present.select("name")), names).select(_FACE)
    numbers = _former_numbers(aliases, now)
    once = _once(now, numbers, _former_names(former, now, names), _other_births(told))
    lived = _lived(residences)
    return Registry(
        now=now,
        once=once,
        names=names,
        spellings=_spellings(present, former, now, names),
        sounds=sound_keys(names, "called"),
        residences=lived,
        frequencies=count_frequencies(now, names, lived),
    )


def find_faces(registry: Registry, key: Mapping[str, pl.Expr], asked: pl.DataFrame) -> pl.DataFrame:
    """`asked` joined with every face whose `key` (column of `asked` → expression over a face) it names."""
    wanted = asked.lazy().select(*key).unique()
    columns = dict.fromkeys((*key, *_FACE, *_NOW))
    found = [
        faces.lazy().with_columns(**key).join(wanted, on=list(key), how="semi").with_columns(**flags).select(*columns)
        for faces, flags in ((registry.now, _NOW), (registry.once, {}))
    ]
    faces = pl.concat(pl.collect_all(found, engine="streaming"))
    return asked.join(faces, on=list(key))


def _told(persons: pl.DataFrame) -> pl.DataFrame:
    """holder, body, derived (birth date in the number), born, sex; in slices, since reading numbers is wide."""
    slices = persons.iter_slices(_SLICE) if persons.height else [persons]
    return pl.concat([_told_slice(part) for part in slices])


def _told_slice(persons: pl.DataFrame) -> pl.DataFrame:
    read = persons.select("person_no", "sex", "birth_date").hstack(read_numbers(persons["id_number"]))
    sex = pl.when(pl.col("sex").is_in(["1", "2"])).then("sex").otherwise("derived_sex")
    return read.select(
        "body",
        holder=pl.col("person_no").cast(pl.Int64),
        derived=pl.col("derived_birth_date"),
        born=pl.coalesce("birth_date", "derived_birth_date"),
        sex=sex.cast(pl.Int8),
    )


def _dictionary(present: pl.DataFrame, former: pl.DataFrame) -> pl.DataFrame:
    """name_key, called: every name anybody bears or bore, in the order of its characters."""
    keys = [part.lazy().select(name_key(pl.col("name"))).unique() for part in (present, former)]
    together = pl.concat(pl.collect_all(keys, engine="streaming")).unique()
    return together.rename({"name": "name_key"}).sort("name_key").with_row_index("called").select("name_key", "called")


def _coded(named: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    keyed = named.lazy().with_columns(name_key=name_key(pl.col("name")))
    return keyed.join(names.lazy(), on="name_key").drop("name_key").collect(engine="streaming")


def _former_numbers(aliases: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    other = aliases.filter(pl.col("kind") == "id_number")
    held = pl.DataFrame({"holder": other["person_no"], "body": read_numbers(other["value"])["body"]})
    return _without(held.drop_nulls().unique(), now, "body")


def _former_names(former: pl.DataFrame, now: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    return _without(_coded(former, names).select("holder", "called").unique(), now, "called")


def _other_births(told: pl.DataFrame) -> pl.DataFrame:
    derived, born = pl.col("derived"), pl.col("born")
    return told.filter((derived != born) & ~is_generation_apart(derived, born)).select("holder", born="derived")


def _without(once: pl.DataFrame, now: pl.DataFrame, what: str) -> pl.DataFrame:
    """Those of persons in `now` that are not their present ones."""
    present = now.join(once, on="holder", how="semi").select("holder", what)
    return once.join(present, on="holder", how="semi").join(present, on=["holder", what], how="anti")


def _once(now: pl.DataFrame, numbers: pl.DataFrame, called: pl.DataFrame, births: pl.DataFrame) -> pl.DataFrame:
    """Every combination of a person's numbers, names and birth dates but the present one."""
    holders = pl.concat([numbers.select("holder"), called.select("holder"), births.select("holder")]).unique()
    faces = now.join(holders, on="holder", how="semi")
    for flag, what, others in (
        ("is_former_number", "body", numbers),
        ("is_former_name", "called", called),
        ("is_other_birth", "born", births),
    ):
        rest = faces.drop(what).join(others, on="holder").with_columns(pl.lit(True).alias(flag))
        faces = pl.concat([faces.with_columns(pl.lit(False).alias(flag)), rest], how="diagonal")
    other = pl.any_horizontal("is_former_number", "is_former_name", "is_other_birth")
    return faces.filter(other).select(*_FACE, *_NOW)


def _spellings(present: pl.DataFrame, former: pl.DataFrame, now: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The present spelling before a former one of the same key, then the first in the order of characters."""
    key = name_key(pl.col("name"))
    parts = [
        _coded(part.filter((key != pl.col("name")) | (key != pl.col("raw_name"))), names).with_columns(
            once=pl.lit(once)
        )
        for part, once in ((present, False), (former, True))
    ]
    own = now.join(parts[1], on="holder", how="semi").select("holder", "called")
    kept = pl.concat([parts[0], parts[1].join(own, on=["holder", "called"], how="anti")])
    ordered = kept.sort("holder", "called", "once", "name", "raw_name")
    return ordered.unique(["holder", "called"], keep="first").select("holder", "called", "name", "raw_name")


def _lived(residences: pl.DataFrame) -> pl.DataFrame:
    """A county code is a number; one that is none says nothing."""
    county = pl.col("county_code").cast(pl.Int32, strict=False)
    return residences.select(holder=pl.col("person_no").cast(pl.Int64), county=county).drop_nulls().unique()
