"""P1 and P2: the person a valid number is registered to, if that person bears the record's name and nobody rivals."""

from typing import Final

import polars as pl

from matchers.dates import date_level, is_another, is_generation_apart
from matchers.registry import Registry, find_variants, is_same_spelling, with_registered_names
from schemas.codes import DateLevel

_PAIR: Final = ["row", "person_no"]
# bearers from whom on a name proves little: of numbers with a wrong digit or date some are another bearer's
COMMON: Final = 1000


def judge_by_number(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """One row per record whose number is, or formerly was, registered to somebody.

    row, registered_no (the person it is registered to now, else formerly), agrees (that person bears the name),
    by_former_number, by_former_name, same_spelling, same_dots, is_contradicted (what is stated is another person's),
    is_other_birth (another birth date than the person's is stated), has_rival, registered_persons (how many).
    Two persons with the same current number are rivals; so is any further person of the number who bears the name, and
    any other bearer of the name who was born on the stated day, where the person of the number was not.
    """
    pairs = _pairs(records, registry).rename({"person_no": "registered_no"})
    is_alone = pairs["row"].is_unique() if pairs.height else pl.Series([], dtype=pl.Boolean)
    alone = pairs.filter(is_alone).with_columns(has_rival=pl.lit(False), registered_persons=pl.lit(1, pl.Int64))
    ranked = pairs.filter(~is_alone).sort("row", "by_former_number", "registered_no")
    first = pl.col("by_former_number") == pl.col("by_former_number").first()
    contested = ranked.group_by("row", maintain_order=True).agg(
        pl.exclude("row").first(),
        has_rival=(first.sum() > 1) | pl.col("agrees").slice(1).any(),
        registered_persons=pl.len().cast(pl.Int64),
    )
    judged = pl.concat([alone, contested.select(alone.columns)])
    rivals = _born_on_stated_day(records, judged, registry)
    has_rival = pl.col("has_rival") | pl.col("row").is_in(rivals.implode())
    return judged.with_columns(has_rival=has_rival)


def _born_on_stated_day(records: pl.DataFrame, judged: pl.DataFrame, registry: Registry) -> pl.Series:
    """Rows whose number and name are one person's and whose stated birth date is that of another bearer of the name."""
    doubtful = judged.filter(pl.col("agrees") & pl.col("is_other_birth")).select("row", "registered_no")
    if doubtful.is_empty():
        return doubtful["row"]
    stated = records.select("row", "name_key", born="birth_date").join(doubtful, on="row")
    known = registry.names.join(stated.select("name_key").unique(), on="name_key", how="semi")
    named = stated.join(known, on="name_key").select("row", "registered_no", "name_id", "born")
    bearers = find_variants(registry, {"name_id": pl.col("name_id"), "born": pl.col("born")}, named)
    return bearers.filter(pl.col("person_no") != pl.col("registered_no"))["row"].unique()


def _pairs(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Each record with each person of its number; of a person's names the one that agrees, the current one first."""
    numbered = records.with_columns(pl.coalesce("body", "document").alias("body"))
    valid = numbered.filter(pl.col("body").is_not_null()).select(
        "row", "body", "name_key", "raw_name", "name", "birth_date", "derived_birth_date",
        stated_sex=pl.col("sex").cast(pl.Int8, strict=False),
    )  # fmt: skip
    found = with_registered_names(find_variants(registry, {"body": pl.col("body")}, valid), registry)
    is_common = registry.frequencies.names.gather(found["name_id"]) >= COMMON
    agrees = (pl.col("name_key") == pl.col("registered_key")) & (pl.col("name_key") != "")
    variants = found.with_columns(is_common=is_common, agrees=agrees).select(
        *_PAIR,
        "agrees",
        by_former_number="is_former_number",
        by_former_name=pl.col("is_former_name") & pl.col("agrees"),
        same_spelling=is_same_spelling() & pl.col("agrees"),
        same_dots=(pl.col("name") == pl.col("registered_name")) & pl.col("agrees"),
        # of several variants only those of the name speak for the person
        is_contradicted=_is_contradicted() | ~pl.col("agrees"),
        is_other_birth=is_another(pl.col("birth_date"), pl.col("born")) | ~pl.col("agrees"),
    )
    return _one_per_person(variants)


def _is_contradicted() -> pl.Expr:
    """Whether stated birth date and sex are both another's, or the birth date (else the number's) a generation away.

    Number and name agree: a birth date that is merely wrong does not outweigh them, unless the name is common.
    """
    date, born, sex = pl.col("birth_date"), pl.col("born"), pl.col("stated_sex")
    other_day = date_level(date, born) == DateLevel.OTHER.value
    other_sex = (sex.is_in([1, 2]) & (sex != pl.col("sex"))).fill_null(False)
    is_apart = is_generation_apart(pl.coalesce(date, "derived_birth_date"), born)
    return (other_day & other_sex) | is_apart | (pl.col("is_common") & is_another(date, born))


def _one_per_person(variants: pl.DataFrame) -> pl.DataFrame:
    """The best variant of each row and person; it is contradicted, or of another birth date, only if every variant is.

    Most persons have one variant: only the others are sorted.
    """
    is_alone = (
        variants.select(pl.struct(_PAIR).is_unique()).to_series()
        if variants.height
        else pl.Series([], dtype=pl.Boolean)
    )
    several = variants.filter(~is_alone)
    order = [*_PAIR, pl.col("agrees").not_(), "by_former_number", "by_former_name"]
    of_all = ["is_contradicted", "is_other_birth"]
    chosen = several.sort(order).unique(_PAIR, keep="first").drop(of_all)
    contradicted = several.group_by(_PAIR).agg(pl.col(of_all).all())
    return pl.concat([variants.filter(is_alone), chosen.join(contradicted, on=_PAIR).select(variants.columns)])
