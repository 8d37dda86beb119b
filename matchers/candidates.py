"""Who might be meant: every block is an exact look-up, so no block can hide a person from another.

By number: holders, repairs of a damaged number, its neighbours in sequence. By name and birth date. By name and what
one error leaves of a number. By a name that sounds or looks alike and birth date, only where no number leads anywhere.
By name and county, only where the number is another person's and the record says nothing more.
"""

from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from matchers.likeness import look_alikes
from matchers.registry import Registry, find_faces
from matchers.repair import guided_repairs, next_in_sequence
from matchers.sounds import sound_keys

_PAIR: Final = ["row", "holder"]
# bearers of a name in a county: the more are asked about, the more of them in vain
FEW: Final = 5
# names per scan: a common name sounds like thousands
_NAMES: Final = 10_000
_HALF, _SEQUENCES, _COUNTY = 100_000_000, 1000, 100_000_000_000
_PARTS: Final[tuple[Callable[[pl.Expr], pl.Expr], ...]] = (
    lambda body: body // _HALF,
    lambda body: body % _HALF,
    lambda body: body // _COUNTY * _SEQUENCES + body % _SEQUENCES,
)


def find_candidates(asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """row × holder, unique: everybody a block finds for `asked` (see `passes`), not yet compared."""
    by_number = _by_number(asked, registry)
    open_ = asked.filter(pl.col("body").is_null()).join(_repaired(by_number, asked), on="row", how="anti")
    found = [
        by_number.select(_PAIR),
        _by_name_and_date(asked, registry),
        _by_name_and_part(asked, registry),
        *_by_likeness(open_, registry),
    ]
    return pl.concat(found).unique().sort(_PAIR)


def find_namesakes(asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """row × holder, unique: whoever bears the name, now or once, and lives in the county; nobody where there are more
    than a few, of whom none is likelier than another.
    """
    county = pl.col("county_code").cast(pl.Int32, strict=False)
    wanted = asked.select("row", "called", county=county).drop_nulls()
    bearers = find_faces(registry, {"called": pl.col("called")}, wanted.select("called").unique())
    lived = registry.residences.join(bearers.select("holder").unique(), on="holder", how="semi")
    there = bearers.select("holder", "called").unique().join(lived, on="holder")
    pairs = wanted.join(there, on=["called", "county"]).select(_PAIR)
    return pairs.filter(pl.len().over("row") <= FEW).sort(_PAIR)


def _repaired(by_number: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Rows whose damaged number leads to a person of the name: no other name has to be thought of."""
    damaged = asked.filter(~pl.col("has_check") & pl.col("called").is_not_null())
    return by_number.join(damaged.select("row", "called"), on=["row", "called"], how="semi").select("row")


def _by_number(asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    valid = asked.filter(pl.col("body").is_not_null()).select("row", "body")
    damaged = asked.filter(pl.col("has_shape") & ~pl.col("has_check"))
    crossed = asked.filter(pl.col("has_shape") & pl.col("has_check")).select("row", body=_crossed(pl.col("written")))
    meant = pl.concat([valid, guided_repairs(damaged), next_in_sequence(valid), crossed]).unique()
    return find_faces(registry, {"body": pl.col("body")}, meant).select(*_PAIR, "called")


def _crossed(body: pl.Expr) -> pl.Expr:
    """The ninth and tenth digit changed over: the one transposition that leaves no half of the number whole."""
    ninth, tenth = body // _HALF % 10, body // (_HALF // 10) % 10
    return body + (tenth - ninth) * (_HALF - _HALF // 10)


def _by_name_and_date(asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    named = asked.filter(pl.col("called").is_not_null()).select("row", "called", *_DATES)
    return find_faces(registry, _NAME_AND_DATE, _dated(named)).select(_PAIR)


def _by_name_and_part(asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Of a number with a right check character but perhaps one wrong digit: either half, or all but the birth date."""
    whole = asked.filter(pl.col("has_shape") & pl.col("has_check") & pl.col("called").is_not_null())
    found = []
    for part in _PARTS:
        wanted = whole.select("row", "called", part=part(pl.col("written")))
        faces = find_faces(registry, {"called": pl.col("called"), "part": part(pl.col("body"))}, wanted)
        found.append(faces.select(_PAIR))
    return pl.concat(found)


def _by_likeness(asked: pl.DataFrame, registry: Registry) -> Iterator[pl.DataFrame]:
    named = asked.filter(pl.any_horizontal(pl.col(date).is_not_null() for date in _DATES))
    keys = named.select("name_key").unique().filter(pl.col("name_key") != "").sort("name_key")
    for some in keys.iter_slices(_NAMES):
        wanted = named.select("row", "name_key", *_DATES).join(_alike(some, registry), on="name_key")
        yield find_faces(registry, _NAME_AND_DATE, _dated(wanted)).select(_PAIR)


def _alike(names: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """name_key × called: names in the registry that share a sound key or look alike."""
    heard = sound_keys(names, "name_key")
    sounding = registry.sounds.join(heard, on="sound", how="semi").join(heard, on="sound").select("name_key", "called")
    seen = look_alikes(names)
    looking = registry.names.join(seen.select(name_key="alike").unique(), on="name_key", how="semi")
    looked = seen.join(looking, left_on="alike", right_on="name_key").select("name_key", "called")
    return pl.concat([sounding, looked]).unique()


_DATES: Final = ("birth_date", "number_date")
_NAME_AND_DATE: Final = {"called": pl.col("called"), "born": pl.col("born")}


def _dated(named: pl.DataFrame) -> pl.DataFrame:
    """row, called, born: each birth date the record gives, stated or in its number."""
    dates = [named.select("row", "called", born=date) for date in _DATES]
    return pl.concat(dates).drop_nulls().unique()
