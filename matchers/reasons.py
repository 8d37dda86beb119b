"""Why an answer is what it is, as codes: what was undone or looked up for a match, or what a match failed on."""

from typing import Final

import polars as pl

from matchers.likeness import ALIKE


def conversions() -> pl.Expr:
    """What was undone or looked up for a match, comma separated in a fixed order; empty = as on file.

    Asks for what `read_records` says of the record and for same_spelling, same_dots, is_repaired, alike_level (empty
    where the name is the same), by_former_number, by_former_name.
    """
    respelled = ~pl.col("same_spelling") & (pl.col("alike_level") == "")
    dotted = respelled & (pl.col("has_odd_dot") | ~pl.col("same_dots"))
    varied = respelled & pl.col("has_variant")
    used = {
        "SWAPPED": pl.col("is_swapped"),
        "ID_15": pl.col("is_old"),
        "ID_WRITING": pl.col("is_rewritten"),
        "ID_REPAIRED": pl.col("is_repaired"),
        "NAME_DOT": dotted,
        "NAME_VARIANT": varied,
        "NAME_WRITING": respelled & ~dotted & ~varied,
        **{f"NAME_{level}": pl.col("alike_level") == level for level in ALIKE},
        "FORMER_ID": pl.col("by_former_number"),
        "FORMER_NAME": pl.col("by_former_name"),
    }
    return pl.concat_str(
        [pl.when(holds).then(pl.lit(code)) for code, holds in used.items()], separator=",", ignore_nulls=True
    )


def refusal() -> pl.Expr:
    """The one reason against a match, or against more than a probable one, of a record that is not exact.

    Asks for what `judge_holders` says (null where nobody holds the number) and for in_play, repairs, is_alike,
    is_lost, is_against.
    """
    held, several = pl.col("holders").is_not_null(), (pl.col("in_play") > 1) | (pl.col("holders") > 1)
    return (
        pl.when(held & pl.col("has_rival")).then(pl.lit("RIVALS"))
        .when(held & (pl.col("name_key") == "")).then(pl.lit("NO_NAME"))
        .when(held & pl.col("agrees")).then(pl.lit("CONTRADICTED"))
        .when(held & pl.col("is_alike") & several).then(pl.lit("RIVALS"))
        .when(held & pl.col("is_lost")).then(pl.lit("LOST_CHARACTER"))
        .when(held & pl.col("is_alike")).then(pl.lit("CONTRADICTED"))
        .when(held).then(pl.lit("OTHER_NAME"))
        .when(pl.col("repairs") > 1).then(pl.lit("RIVALS"))
        .when((pl.col("repairs") == 1) & pl.col("is_against")).then(pl.lit("CONTRADICTED"))
        .otherwise(unusable())
    )  # fmt: skip


def unusable() -> pl.Expr:
    """Why the number did not lead to anybody."""
    return (
        pl.when(pl.col("body").is_not_null()).then(pl.lit(_UNKNOWN))
        .when(pl.col("number") == "").then(pl.lit("NO_ID"))
        .otherwise(pl.lit("BAD_ID"))
    )  # fmt: skip


_UNKNOWN: Final = "UNKNOWN_ID"
