"""Persons a record may be about: every block is an exact look-up, so no block can hide a person from another.

By number: the registered persons, repairs of a damaged number, its neighbours in sequence. By name and birth date. By
name and what one error leaves of a number. By a name that sounds or looks alike and birth date, only where no number
leads anywhere. By name and county, only where the number is another person's and the record says nothing more.
"""

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from matchers.likeness import look_alikes
from matchers.numbers import COUNTY, SEQUENCES
from matchers.registry import Registry, find_variants
from matchers.repair import guided_repairs, next_in_sequence
from matchers.sounds import sound_keys

_PAIR: Final = ["row", "person_no"]
# bearers of a name in a county to list for a human: of more the human would look at most in vain
FEW: Final = 5
# names per scan: a common name sounds like thousands
_NAMES: Final = 10_000
_HALF: Final = 100_000_000
# what is left of a body of 17 digits when one error spoils the rest: first half, last half, all but the birth date
_PARTS: Final[tuple[Callable[[pl.Expr], pl.Expr], ...]] = (
    lambda body: body // _HALF,
    lambda body: body % _HALF,
    lambda body: body // COUNTY * SEQUENCES + body % SEQUENCES,
)
_DATES: Final = ("birth_date", "number_date")
_NAME_AND_DATE: Final = {"name_id": pl.col("name_id"), "born": pl.col("born")}


def find_candidates(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """row × person_no, unique: everybody a block finds for the open `records` (see `passes`), not yet compared."""
    by_number = _by_number(records, registry)
    damaged = records.filter(~pl.col("has_check") & pl.col("name_id").is_not_null()).select("row", "name_id")
    # a damaged number that leads to a person of the name: no other name has to be thought of
    repaired = by_number.join(damaged, on=["row", "name_id"], how="semi")
    astray = records.filter(pl.col("body").is_null()).join(repaired, on="row", how="anti")
    found = [
        by_number.select(_PAIR),
        _by_name_and_date(records, registry),
        _by_name_and_part(records, registry),
        *_by_likeness(astray, registry),
    ]
    return pl.concat(found).unique().sort(_PAIR)


def find_namesakes(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """row × person_no, unique: persons of the current or former name who live in the record's county.

    Nobody where there are more than a few: none of them is likelier than another.
    """
    county = pl.col("county_code").cast(pl.Int32, strict=False)
    wanted = records.select("row", "name_id", county=county).drop_nulls()
    bearers = find_variants(registry, {"name_id": pl.col("name_id")}, wanted.select("name_id").unique())
    lived = registry.residences.join(bearers.select("person_no").unique(), on="person_no", how="semi")
    there = bearers.select("person_no", "name_id").unique().join(lived, on="person_no")
    pairs = wanted.join(there, on=["name_id", "county"]).select(_PAIR)
    return pairs.filter(pl.len().over("row") <= FEW).sort(_PAIR)


def _by_number(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """row × person_no × name_id."""
    valid = records.filter(pl.col("body").is_not_null()).select("row", "body")
    documents = records.filter(pl.col("document").is_not_null()).select("row", body="document")
    damaged = records.filter(pl.col("has_shape") & ~pl.col("has_check"))
    # the ninth and tenth digit turned: the one transposition that leaves no half of the number whole
    written = pl.col("written")
    ninth, tenth = written // _HALF % 10, written // (_HALF // 10) % 10
    turned = records.filter(pl.col("has_shape") & pl.col("has_check")).select(
        "row", body=written + (tenth - ninth) * (_HALF - _HALF // 10)
    )
    meant = pl.concat([valid, documents, guided_repairs(damaged), next_in_sequence(valid), turned]).unique()
    return find_variants(registry, {"body": pl.col("body")}, meant).select(*_PAIR, "name_id")


def _by_name_and_date(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    named = records.filter(pl.col("name_id").is_not_null())
    return find_variants(registry, _NAME_AND_DATE, _dated(named)).select(_PAIR)


def _by_name_and_part(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Keys of a number with a right check character but perhaps one wrong digit: either half, or all but the date."""
    whole = records.filter(pl.col("has_shape") & pl.col("has_check") & pl.col("name_id").is_not_null())
    found = []
    for part in _PARTS:
        wanted = whole.select("row", "name_id", part=part(pl.col("written")))
        variants = find_variants(registry, {"name_id": pl.col("name_id"), "part": part(pl.col("body"))}, wanted)
        found.append(variants.select(_PAIR))
    return pl.concat(found)


def _by_likeness(records: pl.DataFrame, registry: Registry) -> Iterator[pl.DataFrame]:
    dated = records.filter(pl.any_horizontal(pl.col(date).is_not_null() for date in _DATES))
    keys = dated.select("name_key").unique().filter(pl.col("name_key") != "").sort("name_key")
    for some in keys.iter_slices(_NAMES):
        wanted = dated.select("row", "name_key", *_DATES).join(_alike(some, registry), on="name_key")
        yield find_variants(registry, _NAME_AND_DATE, _dated(wanted)).select(_PAIR)


def _alike(names: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """name_key × name_id: names in the registry that share a sound key or look alike."""
    sounds = sound_keys(names, "name_key")
    sounding = registry.sounds.join(sounds, on="sound", how="semi").join(sounds, on="sound")
    looks = look_alikes(names)
    in_registry = registry.names.join(looks.select(name_key="alike").unique(), on="name_key", how="semi")
    looking = looks.join(in_registry, left_on="alike", right_on="name_key")
    return pl.concat([part.select("name_key", "name_id") for part in (sounding, looking)]).unique()


def _dated(named: pl.DataFrame) -> pl.DataFrame:
    """row, name_id, born: each birth date the record gives, stated or in its number."""
    dates = [named.select("row", "name_id", born=date) for date in _DATES]
    return pl.concat(dates).drop_nulls().unique()
