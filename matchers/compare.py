"""A record beside a person: one level per field, the best over all identity variants of the person."""

from typing import Final

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from matchers.dates import date_level, is_no_slip
from matchers.likeness import name_levels
from matchers.names import has_lost_character
from matchers.numbers import COUNTY, SEQUENCES, check_character
from matchers.registry import Registry, find_variants, is_same_spelling, with_registered_names
from schemas.codes import AgreementLevel, Code, DateLevel, NameLevel, NumberLevel

_PAIR: Final = ["row", "person_no"]
_OF_RECORD: Final = (
    "row", "name", "raw_name", "name_key", "name_id", "number", "body", "document", "written", "has_shape", "has_check",
    "is_old", "is_rewritten", "is_swapped", "birth_date", "number_date", "fits_stated_date", "sex", "county_code",
)  # fmt: skip
# how far two sequence codes of one county and day may be apart to be neighbours, as of twins
_NEAR: Final = 2


def compare_pairs(pairs: pl.DataFrame, records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """`pairs` (row, person_no), ordered, with one level per field.

    number_level, name_level, date_level, stated_level (of the stated birth date alone), sex_level, county_level;
    is_next (in sequence), is_lost (a character of either name), is_apart (the stated birth date is no slip), same_dots;
    of the record name_id, name_key, county, sex, is_valid (number) and fits_stated_date (see there); births and
    surnames: how many persons share the person's birth date and surname, the more common one if there are several.
    """
    variants = _variants(pairs.select("person_no").unique(), registry)
    joined = pairs.join(records.select(_OF_RECORD), on="row").join(variants, on="person_no")
    born = pl.col("born")
    compared = _with_number_level(_with_name_level(joined)).with_columns(
        is_valid=pl.col("body").is_not_null(),
        same_dots=pl.col("name") == pl.col("registered_name"),
        stated_level=date_level(pl.col("birth_date"), born).cast(_ranked(DateLevel)),
        inside_level=date_level(pl.col("number_date"), born).cast(_ranked(DateLevel)),
        is_apart=is_no_slip(pl.col("birth_date"), born),
        is_lost=has_lost_character(pl.col("name")) | has_lost_character(pl.col("registered_name")),
        sex_level=_sex_level(),
    )
    best = compared.group_by(_PAIR).agg(
        *(pl.col(field).min() for field in ("number_level", "name_level", "stated_level", "inside_level", "sex_level")),
        *(pl.col(flag).any() for flag in ("is_next", "is_lost", "same_dots")),
        pl.col("is_apart").all(),
        *(
            pl.col(name).first()
            for name in ("name_id", "name_key", "county_code", "sex", "is_valid", "fits_stated_date")
        ),
        *(pl.col(count).max() for count in ("births", "surnames")),
    )
    whole = _with_county_level(best, registry).with_columns(
        date_level=pl.min_horizontal("stated_level", "inside_level")
    )
    levels = ("number", "name", "date", "stated", "sex", "county")
    return whole.with_columns(pl.col(f"{field}_level").cast(pl.String) for field in levels).sort(_PAIR)


def _ranked(code: type[Code]) -> pl.Enum:
    """Ordered best first, so min() is best."""
    return pl.Enum([level.value for level in code])


def _variants(persons: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Every identity variant of these persons, its name as on file, and how common its birth date and surname are."""
    found = find_variants(registry, {"person_no": pl.col("person_no")}, persons)
    counts = registry.frequencies
    return (
        with_registered_names(found, registry)
        .rename({"body": "registered_body", "name_id": "registered_name_id", "sex": "registered_sex"})
        .with_columns(surname=pl.col("registered_key").str.slice(0, 1))
        .join(counts.births.rename({"bearers": "births"}), on="born", how="left")
        .join(counts.surnames.rename({"bearers": "surnames"}), on="surname", how="left")
    )


def _with_name_level(joined: pl.DataFrame) -> pl.DataFrame:
    is_same = (pl.col("registered_name_id") == pl.col("name_id")).fill_null(False) & (pl.col("name_key") != "")
    names = ["name", "registered_name"]
    # `level`: only of names that are not the same
    compared = joined.join(name_levels(joined.filter(~is_same).select(names)), on=names, how="left")
    level = (
        pl.when(is_same & pl.col("is_former_name")).then(pl.lit(NameLevel.FORMER.value))
        .when(is_same & is_same_spelling()).then(pl.lit(NameLevel.EQUAL.value))
        .when(is_same).then(pl.lit(NameLevel.VARIANT.value))
        .otherwise("level")
    )  # fmt: skip
    return compared.with_columns(name_level=level.cast(_ranked(NameLevel)))


def _with_number_level(joined: pl.DataFrame) -> pl.DataFrame:
    """Adds number_level and is_next. The number of another document (negative) says nothing against one of a card."""
    body, registered, written = pl.col("body"), pl.col("registered_body"), pl.col("written")
    is_near = (registered // SEQUENCES == body // SEQUENCES) & (registered - body).is_between(-_NEAR, _NEAR)
    is_date_apart = (registered // COUNTY == written // COUNTY) & (registered % SEQUENCES == written % SEQUENCES)
    compared = _with_is_edit(joined).with_columns(is_next=(is_near & (registered != body)).fill_null(False))
    is_neighbour = pl.col("has_check") & (pl.col("is_edit") | pl.col("is_next") | is_date_apart)
    converted = pl.col("is_old") | pl.col("is_rewritten") | pl.col("is_swapped")
    level = (
        pl.when(registered == pl.col("document")).then(pl.lit(NumberLevel.EQUAL.value))
        .when(registered.is_null() | (registered < 0) | ~pl.col("has_shape")).then(pl.lit(NumberLevel.ABSENT.value))
        .when((registered == body) & pl.col("is_former_number")).then(pl.lit(NumberLevel.FORMER.value))
        .when((registered == body) & converted).then(pl.lit(NumberLevel.CONVERTED.value))
        .when(registered == body).then(pl.lit(NumberLevel.EQUAL.value))
        .when(~pl.col("has_check") & pl.col("is_edit")).then(pl.lit(NumberLevel.REPAIRED.value))
        .when(is_neighbour).then(pl.lit(NumberLevel.NEIGHBOUR.value))
        .otherwise(pl.lit(NumberLevel.OTHER.value))
    )  # fmt: skip
    return compared.with_columns(number_level=level.cast(_ranked(NumberLevel)))


def _with_is_edit(joined: pl.DataFrame) -> pl.DataFrame:
    """Adds is_edit: one substitution or transposition apart.

    A right check character is not compared: one wrong digit in the body changes it too and would count twice.
    """
    pair = ["number", "registered_body"]
    registered = pl.col("registered_body").cast(pl.String).str.zfill(17)
    sides = joined.lazy().filter(pl.col("has_shape") & pl.col("registered_body").is_not_null()).select(
        *pair, one="number", has_check="has_check", other=pl.concat_str(registered, check_character(registered))
    ).unique().sort(pair).collect()  # fmt: skip
    kept = pl.when("has_check").then(17).otherwise(18)
    one, other = (column.to_list() for column in sides.select(pl.col("one", "other").str.head(kept)))
    edits = cpdist(one, other, scorer=OSA.distance, workers=1).tolist() if one else []
    is_edit = sides.select(*pair, is_edit=pl.Series(edits, dtype=pl.Int64) == 1)
    return joined.join(is_edit, on=pair, how="left").with_columns(pl.col("is_edit").fill_null(False))


def _sex_level() -> pl.Expr:
    """0 and 9 mean that the sex is not known or not stated."""
    stated, registered = pl.col("sex").cast(pl.Int8, strict=False), pl.col("registered_sex")
    is_absent = ~stated.is_in([1, 2]).fill_null(False) | registered.is_null()
    level = (
        pl.when(is_absent).then(pl.lit(AgreementLevel.ABSENT.value))
        .when(stated == registered).then(pl.lit(AgreementLevel.EQUAL.value))
        .otherwise(pl.lit(AgreementLevel.OTHER.value))
    )  # fmt: skip
    return level.cast(_ranked(AgreementLevel))


def _with_county_level(best: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Adds county (the record's, as a number) and county_level; of several counties of a person one that agrees is
    enough.
    """
    lived = registry.residences.join(best.select("person_no").unique(), on="person_no", how="semi")
    here = lived.with_columns(is_here=pl.lit(True))
    known = lived.select("person_no", is_known=pl.lit(True)).unique()
    is_absent = pl.col("county").is_null() | pl.col("is_known").is_null()
    level = (
        pl.when(is_absent).then(pl.lit(AgreementLevel.ABSENT.value))
        .when(pl.col("is_here").is_not_null()).then(pl.lit(AgreementLevel.EQUAL.value))
        .otherwise(pl.lit(AgreementLevel.OTHER.value))
    )  # fmt: skip
    joined = (
        best.with_columns(county=pl.col("county_code").cast(pl.Int32, strict=False))
        .join(known, on="person_no", how="left")
        .join(here, on=["person_no", "county"], how="left")
    )
    return joined.with_columns(county_level=level.cast(_ranked(AgreementLevel))).drop("is_known", "is_here")
