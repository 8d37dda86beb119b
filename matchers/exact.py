"""P1 and P2: the holder of a valid number who bears the record's name, now or once, and whether anybody rivals them."""

from typing import Final

import polars as pl

from matchers.dates import date_level, is_another, is_generation_apart
from matchers.registry import Registry, find_faces
from schemas.codes import DateLevel

_PAIR: Final = ["row", "holder"]
# bearers from whom on a name proves little: of numbers with a wrong digit or date some are another bearer's
COMMON: Final = 1000


def judge_holders(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """One row per record whose number somebody holds or held.

    row, holder (who holds it now, else who did), agrees (bears the name), by_former_number, by_former_name,
    same_spelling, same_dots, is_against (what is stated contradicts it), has_rival, holders (how many).
    Two who hold it now are rivals; so is every other holder who bears the name.
    """
    pairs = _pairs(records, registry)
    is_alone = pairs["row"].is_unique() if pairs.height else pl.Series([], dtype=pl.Boolean)
    alone = pairs.filter(is_alone).with_columns(has_rival=pl.lit(False), holders=pl.lit(1, pl.Int64))
    ranked = pairs.filter(~is_alone).sort("row", "by_former_number", "holder")
    first = pl.col("by_former_number") == pl.col("by_former_number").first()
    contested = ranked.group_by("row", maintain_order=True).agg(
        pl.exclude("row").first(),
        has_rival=(first.sum() > 1) | pl.col("agrees").slice(1).any(),
        holders=pl.len().cast(pl.Int64),
    )
    return pl.concat([alone, contested.select(alone.columns)])


def _pairs(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Each record with each holder of its number; of a holder's names the one that agrees, the present first."""
    asked = records.filter(pl.col("body").is_not_null()).select(
        "row", "body", "name_key", "raw_name", "name", "birth_date", "derived_birth_date",
        stated=pl.col("sex").cast(pl.Int8, strict=False),
    )  # fmt: skip
    found = find_faces(registry, {"body": pl.col("body")}, asked)
    keyed = found.with_columns(
        held_key=registry.names["name_key"].gather(found["called"]),
        is_common=registry.frequencies.called.gather(found["called"]) >= COMMON,
    )
    agrees = (pl.col("name_key") == pl.col("held_key")) & (pl.col("name_key") != "")
    faces = _spelled(keyed.with_columns(agrees=agrees), registry).select(
        *_PAIR,
        "agrees",
        by_former_number="is_former_number",
        by_former_name=pl.col("is_former_name") & pl.col("agrees"),
        same_spelling=_as_held(),
        same_dots=(pl.col("name") == pl.col("held")) & pl.col("agrees"),
        is_against=_is_against() | ~pl.col("agrees"),  # of several faces only those of the name speak for the person
    )
    return _one_face(faces)


def _as_held() -> pl.Expr:
    return ((pl.col("raw_name") == pl.col("held_raw")) | (pl.col("raw_name") == pl.col("held"))) & pl.col("agrees")


def _is_against() -> pl.Expr:
    """Birth date and sex are stated and both are another's, or the birth date, stated or the number's own, is another
    generation's.

    Number and name agree: a birth date that is merely wrong does not outweigh them, unless the name is common.
    """
    date, born, sex = pl.col("birth_date"), pl.col("born"), pl.col("stated")
    other_day = date_level(date, born) == DateLevel.OTHER.value
    other_sex = (sex.is_in([1, 2]) & (sex != pl.col("sex"))).fill_null(False)
    is_later = is_generation_apart(pl.coalesce(date, "derived_birth_date"), born)
    return (other_day & other_sex) | is_later | (pl.col("is_common") & is_another(date, born))


def _spelled(keyed: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """held, held_raw: how the holder's name stands on file."""
    holders = keyed.select("holder").unique()
    written = registry.spellings.join(holders, on="holder", how="semi")
    names = written.rename({"name": "held", "raw_name": "held_raw"})
    joined = keyed.join(names, on=["holder", "called"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("held", "held_raw").fill_null(pl.col("held_key")))


def _one_face(faces: pl.DataFrame) -> pl.DataFrame:
    """Most holders have one face; a birth date of any face that fits speaks for the person."""
    is_alone = (
        faces.select(pl.struct(_PAIR).is_unique()).to_series() if faces.height else pl.Series([], dtype=pl.Boolean)
    )
    several = faces.filter(~is_alone)
    order = [*_PAIR, pl.col("agrees").not_(), "by_former_number", "by_former_name"]
    chosen = several.sort(order).unique(_PAIR, keep="first").drop("is_against")
    against = several.group_by(_PAIR).agg(pl.col("is_against").all())
    return pl.concat([faces.filter(is_alone), chosen.join(against, on=_PAIR).select(faces.columns)])
