"""Fellegi and Sunter: how many bits each field speaks for or against a person, and how probable that makes the person.

m, how often records of one person compare so, is estimated beforehand and frozen (tables/levels.csv). u, how often a
stranger compares so, is counted in the registry itself. What a number that agrees already says (birth date, sex,
county) counts once: there a field can only speak against.
"""

from typing import Final

import polars as pl

from matchers.likeness import SAME_NAME
from matchers.registry import Registry
from matchers.sounds import sound_keys
from matchers.tables import agreement
from schemas.codes import AgreementLevel, DateLevel, NameLevel, NumberLevel

FIELDS: Final = ("number", "name", "date", "sex", "county")
_OF_NUMBER: Final = ("date", "sex", "county")
_NEAR_NUMBERS: Final = tuple(
    level.value for level in NumberLevel if level not in (NumberLevel.OTHER, NumberLevel.ABSENT)
)
# counts a pair is given before it is weighed
_COUNTED: Final = ("alike", "bearers", "homophones", "surnames", "births", "sexes", "counties")
# dates that differ in one part alone: 30 days, 11 months, about a hundred years
_ONE_PART: Final = 140


def weigh(pairs: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """`pairs` (`compare_pairs`) by row and place, with weight (bits), posterior and margin (bits to the next one).

    Their column `prior` is the share of such records whose person is insured; it is not part of the result. The
    alternatives are the pairs of the row and nobody at all.
    """
    counts = registry.frequencies
    rated = _with_homophones(_with_counts(pairs, registry), registry).with_columns(**chances(counts.persons))
    bits = [_bits(field) for field in FIELDS]
    weighed = rated.with_columns(weight=pl.sum_horizontal(bits).round(3))
    ranked = weighed.sort("row", -pl.col("weight"), "person_no")
    prior = pl.col("prior")
    odds = prior / max(counts.persons, 1) * (pl.col("weight") * pl.lit(2.0).log()).exp()
    return ranked.with_columns(
        posterior=(odds / (1 - prior + odds.sum().over("row"))).round(6),
        margin=pl.col("weight") - pl.col("weight").shift(-1).over("row"),
        place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row"),
    ).select(pl.col(pairs.columns).exclude("prior"), "weight", "posterior", "margin", "place")


def chances(persons: int) -> dict[str, pl.Expr]:
    """u of each field as a share of strangers, never less than one person; 1 where a level says nothing special."""
    least = 1 / max(persons, 1)
    share = {name: pl.col(name).fill_null(1).cast(pl.Float64) * least for name in _COUNTED}
    name, date = pl.col("name_level"), pl.col("date_level")
    other = AgreementLevel.OTHER.value
    by_field = {
        "number": pl.when(pl.col("number_level").is_in(_NEAR_NUMBERS)).then(share["alike"]),
        "name": pl.when(name.is_in(SAME_NAME)).then(share["bearers"])
        .when(name == NameLevel.HOMOPHONE.value).then(share["homophones"])
        .when(~name.is_in([NameLevel.OTHER.value, NameLevel.ABSENT.value])).then(share["surnames"]),
        "date": pl.when(date.is_in([DateLevel.EQUAL.value, DateLevel.DAY_MONTH_SWAPPED.value])).then(share["births"])
        .when(date == DateLevel.NEAR_YEAR.value).then(2 * share["births"])
        .when(date == DateLevel.ONE_PART.value).then(_ONE_PART * share["births"]),
        "sex": pl.when(pl.col("sex_level") == other).then(1 - share["sexes"]).otherwise(share["sexes"]),
        "county": pl.when(pl.col("county_level") == other).then(1 - share["counties"]).otherwise(share["counties"]),
    }  # fmt: skip
    return {f"{field}_u": chance.fill_null(1.0).clip(least, 1.0) for field, chance in by_field.items()}


def _bits(field: str) -> pl.Expr:
    level = pl.col(f"{field}_level")
    m = {known: share for (of, known), share in agreement().items() if of == field}
    bits = (level.replace_strict(m, default=None, return_dtype=pl.Float64) / pl.col(f"{field}_u")).log(2).fill_null(0.0)
    if field not in _OF_NUMBER:
        return bits
    return pl.when(pl.col("number_level").is_in(_NEAR_NUMBERS)).then(pl.min_horizontal(bits, 0.0)).otherwise(bits)


def _with_counts(pairs: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Adds alike, pairs of the row at this level of the number; bearers, sexes, counties of the record's own values."""
    counts = registry.frequencies
    return (
        pairs.with_columns(
            bearers=counts.names.gather(pairs["name_id"]),
            alike=pl.len().over("row", "number_level"),
            stated=pl.col("sex").cast(pl.Int8, strict=False),
        )
        .join(counts.sexes.rename({"sex": "stated", "bearers": "sexes"}), on="stated", how="left")
        .join(counts.counties.rename({"bearers": "counties"}), on="county", how="left")
    )


def _with_homophones(pairs: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Adds homophones: persons whose name shares a sound key with the record's, counted once per key."""
    names = pairs.filter(pl.col("name_level") == NameLevel.HOMOPHONE.value).select("name_key").unique()
    keys = sound_keys(names, "name_key")
    sounding = registry.sounds.lazy().join(keys.lazy(), on="sound", how="semi").collect(engine="streaming")
    borne = sounding.select("sound", bearers=registry.frequencies.names.gather(sounding["name_id"]))
    bearers = borne.group_by("sound").agg(homophones=pl.col("bearers").sum())
    totals = keys.join(bearers, on="sound").group_by("name_key").agg(pl.col("homophones").sum())
    return pairs.join(totals, on="name_key", how="left")
