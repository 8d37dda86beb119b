"""A record beside a person: one level per field, the best of all the faces the person has."""

from typing import Final

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from matchers.dates import date_level, is_no_slip
from matchers.likeness import name_levels
from matchers.names import has_lost_character
from matchers.numbers import check_character
from matchers.registry import Registry, find_faces
from schemas.codes import AgreementLevel, Code, DateLevel, NameLevel, NumberLevel

_PAIR: Final = ["row", "holder"]
_ASKED: Final = (
    "row", "name", "raw_name", "name_key", "called", "number", "body", "written", "has_shape", "has_check", "is_old",
    "is_rewritten", "is_swapped", "birth_date", "number_date", "is_dated", "sex", "county_code",
)  # fmt: skip
_SEQUENCES, _COUNTY = 1000, 100_000_000_000


def compare_pairs(pairs: pl.DataFrame, asked: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """`pairs` (row, holder), ordered, with number_level, name_level, date_level, stated_level (of the stated birth date
    alone), sex_level, county_level; is_next (in sequence), is_lost (a character of either name), is_apart (the stated
    birth date is no slip), same_dots; called, name_key, county, sex, is_valid (number) and is_dated
    (`is_dated_otherwise`) of the record; births and surnames: how many persons share the person's birth date and
    surname, whichever is more common if there are several.
    """
    faces = _faces(pairs.select("holder").unique(), registry)
    joined = pairs.join(asked.select(_ASKED), on="row").join(faces, on="holder")
    born = pl.col("born")
    told = _numbers(_names(joined)).with_columns(
        is_valid=pl.col("body").is_not_null(),
        same_dots=pl.col("name") == pl.col("held"),
        stated_level=date_level(pl.col("birth_date"), born).cast(_ranked(DateLevel)),
        inside_level=date_level(pl.col("number_date"), born).cast(_ranked(DateLevel)),
        is_apart=is_no_slip(pl.col("birth_date"), born),
        is_lost=has_lost_character(pl.col("name")) | has_lost_character(pl.col("held")),
        sex_level=_sex_level(),
    )
    best = told.group_by(_PAIR).agg(
        *(pl.col(field).min() for field in ("number_level", "name_level", "stated_level", "inside_level", "sex_level")),
        *(pl.col(flag).any() for flag in ("is_next", "is_lost", "same_dots")),
        pl.col("is_apart").all(),
        *(pl.col(first).first() for first in ("called", "name_key", "county_code", "sex", "is_valid", "is_dated")),
        *(pl.col(common).max() for common in ("births", "surnames")),
    )
    whole = _counties(best, registry).with_columns(date_level=pl.min_horizontal("stated_level", "inside_level"))
    levels = ("number", "name", "date", "stated", "sex", "county")
    return whole.with_columns(pl.col(f"{field}_level").cast(pl.String) for field in levels).sort(_PAIR)


def _ranked(code: type[Code]) -> pl.Enum:
    """Better levels come first, so that the least is the best."""
    return pl.Enum([level.value for level in code])


def _faces(holders: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Every face of these persons, its name as written, and how common its birth date and surname are."""
    found = find_faces(registry, {"holder": pl.col("holder")}, holders).rename({"called": "face", "sex": "face_sex"})
    keys = registry.names["name_key"].gather(found["face"])
    written = registry.spellings.join(holders, on="holder", how="semi").rename(
        {"called": "face", "name": "held", "raw_name": "held_raw"}
    )
    counts = registry.frequencies
    return (
        found.rename({"body": "held_body"})
        .with_columns(held_key=keys, surname=keys.str.slice(0, 1))
        .join(written, on=["holder", "face"], how="left")
        .with_columns(pl.col("held", "held_raw").fill_null(pl.col("held_key")))
        .join(counts.births.rename({"bearers": "births"}), on="born", how="left")
        .join(counts.surnames.rename({"bearers": "surnames"}), on="surname", how="left")
    )


def _names(joined: pl.DataFrame) -> pl.DataFrame:
    is_same = (pl.col("face") == pl.col("called")).fill_null(False) & (pl.col("name_key") != "")
    other = joined.filter(~is_same).select(asked="name", held="held")
    compared = joined.join(name_levels(other), left_on=["name", "held"], right_on=["asked", "held"], how="left")
    as_held = (pl.col("raw_name") == pl.col("held_raw")) | (pl.col("raw_name") == pl.col("held"))
    level = (
        pl.when(is_same & pl.col("is_former_name")).then(pl.lit(NameLevel.FORMER.value))
        .when(is_same & as_held).then(pl.lit(NameLevel.EQUAL.value))
        .when(is_same).then(pl.lit(NameLevel.VARIANT.value))
        .otherwise("level")
    )  # fmt: skip
    return compared.with_columns(name_level=level.cast(_ranked(NameLevel)))


def _numbers(joined: pl.DataFrame) -> pl.DataFrame:
    body, held, written = pl.col("body"), pl.col("held_body"), pl.col("written")
    is_near = (held // _SEQUENCES == body // _SEQUENCES) & (held - body).is_between(-2, 2)
    is_date_apart = (held // _COUNTY == written // _COUNTY) & (held % _SEQUENCES == written % _SEQUENCES)
    compared = _edited(joined).with_columns(is_next=(is_near & (held != body)).fill_null(False))
    is_neighbour = pl.col("has_check") & (pl.col("is_edit") | pl.col("is_next") | is_date_apart)
    converted = pl.col("is_old") | pl.col("is_rewritten") | pl.col("is_swapped")
    level = (
        pl.when(held.is_null() | ~pl.col("has_shape")).then(pl.lit(NumberLevel.ABSENT.value))
        .when((held == body) & pl.col("is_former_number")).then(pl.lit(NumberLevel.FORMER.value))
        .when((held == body) & converted).then(pl.lit(NumberLevel.CONVERTED.value))
        .when(held == body).then(pl.lit(NumberLevel.EQUAL.value))
        .when(~pl.col("has_check") & pl.col("is_edit")).then(pl.lit(NumberLevel.REPAIRED.value))
        .when(is_neighbour).then(pl.lit(NumberLevel.NEIGHBOUR.value))
        .otherwise(pl.lit(NumberLevel.OTHER.value))
    )  # fmt: skip
    return compared.with_columns(number_level=level.cast(_ranked(NumberLevel)))


def _edited(joined: pl.DataFrame) -> pl.DataFrame:
    """is_edit: one substitution or transposition apart; without the check character where that one is right."""
    held = pl.col("held_body").cast(pl.String).str.zfill(17)
    sides = joined.lazy().filter(pl.col("has_shape") & pl.col("held_body").is_not_null()).select(
        "number", "held_body", one="number", has_check="has_check", other=pl.concat_str(held, check_character(held))
    ).unique().sort("number", "held_body").collect()  # fmt: skip
    kept = pl.when("has_check").then(17).otherwise(18)
    one, other = (column.to_list() for column in sides.select(pl.col("one", "other").str.head(kept)))
    edits = cpdist(one, other, scorer=OSA.distance, workers=1).tolist() if one else []
    told = sides.select("number", "held_body", is_edit=pl.Series(edits, dtype=pl.Int64) == 1)
    return joined.join(told, on=["number", "held_body"], how="left").with_columns(pl.col("is_edit").fill_null(False))


def _sex_level() -> pl.Expr:
    """0 and 9 mean that the sex is not known or not stated."""
    stated, held = pl.col("sex").cast(pl.Int8, strict=False), pl.col("face_sex")
    level = (
        pl.when(~stated.is_in([1, 2]).fill_null(False) | held.is_null()).then(pl.lit(AgreementLevel.ABSENT.value))
        .when(stated == held).then(pl.lit(AgreementLevel.EQUAL.value))
        .otherwise(pl.lit(AgreementLevel.OTHER.value))
    )  # fmt: skip
    return level.cast(_ranked(AgreementLevel))


def _counties(best: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """A person may live in several; one that agrees is enough. `county`: the record's, as a number."""
    lived = registry.residences.join(best.select("holder").unique(), on="holder", how="semi")
    told = best.with_columns(county=pl.col("county_code").cast(pl.Int32, strict=False))
    here = lived.with_columns(is_here=pl.lit(True))
    known = lived.select("holder", is_known=pl.lit(True)).unique()
    level = (
        pl.when(pl.col("county").is_null() | pl.col("is_known").is_null()).then(pl.lit(AgreementLevel.ABSENT.value))
        .when(pl.col("is_here").is_not_null()).then(pl.lit(AgreementLevel.EQUAL.value))
        .otherwise(pl.lit(AgreementLevel.OTHER.value))
    )  # fmt: skip
    joined = told.join(known, on="holder", how="left").join(here, on=["holder", "county"], how="left")
    return joined.with_columns(county_level=level.cast(_ranked(AgreementLevel))).drop("is_known", "is_here")
