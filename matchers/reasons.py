"""Why an answer is what it is, as codes: what was undone or looked up for a match, or what a match failed on."""

import polars as pl

from matchers.likeness import ALIKE_NAME
from schemas.codes import MatchConversion, MatchRefusal


def conversions() -> pl.Expr:
    """MatchConversion codes of a match, comma separated in their order; empty = as on file.

    Needs the columns of `read_records` and same_spelling, same_dots, is_repaired, alike_level (empty where the name is
    the same), by_former_number, by_former_name.
    """
    respelled = ~pl.col("same_spelling") & (pl.col("alike_level") == "")
    dotted = respelled & (pl.col("has_odd_dot") | ~pl.col("same_dots"))
    varied = respelled & pl.col("has_variant")
    used = {
        MatchConversion.SWAPPED: pl.col("is_swapped"),
        MatchConversion.ID_15: pl.col("is_old"),
        MatchConversion.ID_WRITING: pl.col("is_rewritten"),
        MatchConversion.ID_REPAIRED: pl.col("is_repaired"),
        MatchConversion.NAME_DOT: dotted,
        MatchConversion.NAME_VARIANT: varied,
        MatchConversion.NAME_WRITING: respelled & ~dotted & ~varied,
        **{MatchConversion(f"NAME_{level}"): pl.col("alike_level") == level for level in ALIKE_NAME},
        MatchConversion.FORMER_ID: pl.col("by_former_number"),
        MatchConversion.FORMER_NAME: pl.col("by_former_name"),
    }
    codes = [pl.when(holds).then(pl.lit(code.value)) for code, holds in used.items()]
    return pl.concat_str(codes, separator=",", ignore_nulls=True)


def refusal() -> pl.Expr:
    """The MatchRefusal of a record that is not exact: why it is tied to nobody, or no more than probably.

    Needs the columns of `judge_by_number` (null where the number is registered to nobody) and in_play, repairs,
    is_alike, is_lost, is_contradicted.
    """
    registered = pl.col("registered_persons").is_not_null()
    several = (pl.col("in_play") > 1) | (pl.col("registered_persons") > 1)
    rules = (
        (registered & pl.col("has_rival"), MatchRefusal.RIVALS),
        (registered & (pl.col("name_key") == ""), MatchRefusal.NO_NAME),
        (registered & pl.col("agrees"), MatchRefusal.CONTRADICTED),
        (registered & pl.col("is_alike") & several, MatchRefusal.RIVALS),
        (registered & pl.col("is_lost"), MatchRefusal.LOST_CHARACTER),
        (registered & pl.col("is_alike"), MatchRefusal.CONTRADICTED),
        (registered, MatchRefusal.OTHER_NAME),
        (pl.col("repairs") > 1, MatchRefusal.RIVALS),
        ((pl.col("repairs") == 1) & pl.col("is_contradicted"), MatchRefusal.CONTRADICTED),
        (pl.col("body").is_not_null(), MatchRefusal.UNKNOWN_ID),
        (pl.col("number") == "", MatchRefusal.NO_ID),
    )
    first = (pl.when(holds).then(pl.lit(code.value)) for holds, code in rules)
    return pl.coalesce(*first, pl.lit(MatchRefusal.BAD_ID.value))
