"""Of all persons in play for a record: the one it is tied to, if one stands alone, and how firmly."""

from typing import Final

import polars as pl

from matchers.likeness import ALIKE, SAME
from schemas.codes import AgreementLevel, DateLevel, MatchTier, NameLevel, NumberLevel

# of a probable tie: what is left to doubt, and bits to the next
POSTERIOR: Final = 0.99
MARGIN: Final = 10
_HELD: Final = tuple(level.value for level in (NumberLevel.EQUAL, NumberLevel.CONVERTED, NumberLevel.FORMER))
_BY_EAR_OR_EYE: Final = (NameLevel.HOMOPHONE.value, NameLevel.GLYPH.value)


def pass_of() -> pl.Expr:
    """The first pass that finds the person of a pair (`compare_pairs`), or empty: a chance neighbour, not in play."""
    number, name = pl.col("number_level"), pl.col("name_level")
    same, alike, held = name.is_in(SAME), name.is_in(ALIKE), number.is_in(_HELD)
    as_on_file = (number == NumberLevel.EQUAL.value) & (name == NameLevel.EQUAL.value)
    born_then = pl.col("date_level") == DateLevel.EQUAL.value
    lives_there = pl.col("county_level") == AgreementLevel.EQUAL.value
    rules = (
        ("P1", as_on_file),
        ("P2", held & same),
        ("P4", held & alike),
        ("P5", held),
        ("P3", (number == NumberLevel.REPAIRED.value) & (same | alike)),
        ("P6", (number == NumberLevel.NEIGHBOUR.value) & (same | (alike & pl.col("is_next")))),
        ("P7", same & born_then & lives_there),
        ("P8", same & born_then),
        ("P9", name.is_in(_BY_EAR_OR_EYE) & born_then & ~pl.col("is_valid")),
    )
    return pl.coalesce(*(pl.when(holds).then(pl.lit(found)) for found, holds in rules), pl.lit(""))


def judge_pairs(pairs: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """`asked` (open records beside `judge_holders`) row for row, with tier and chosen (person or null).

    Of the pairs in play in_play (how many), repairs (persons of the name by repair), first_pass, is_alike (the holder's
    name), is_lost (a character of it or of the record's), is_against; of the chosen person number_level, name_level,
    chosen_dots and chosen_pass.
    """
    found = pl.col("match_pass")
    same = pl.col("name_level").is_in(SAME)
    judged = pairs.with_columns(is_against=_is_against(), is_repair=(found == "P3") & same).with_columns(
        is_alone=pl.len().over("row") == 1,
        repaired=(found == "P3").sum().over("row"),
        at_home=(found == "P7").sum().over("row"),
    )
    holders = asked.select("row", "holders", "has_rival")
    tied = judged.join(holders, on="row", how="left").with_columns(tier=_tier()).filter(pl.col("tier") != "")
    chosen = tied.select(
        "row", "tier", "number_level", "name_level", chosen="holder", chosen_pass="match_pass", chosen_dots="same_dots"
    )
    summed = judged.group_by("row").agg(
        in_play=pl.len(),
        repairs=pl.col("is_repair").sum(),
        first_pass=found.min(),
        is_alike=(found == "P4").any(),
        is_lost=(pl.col("is_lost") & (found == "P4")).any(),
        is_against=(pl.col("is_against") & ((found == "P4") | pl.col("is_repair"))).any(),
    )
    whole = asked.join(summed, on="row", how="left", maintain_order="left").join(
        chosen, on="row", how="left", maintain_order="left"
    )
    refused = (
        pl.when(pl.col("in_play") > 0).then(pl.lit(MatchTier.AMBIGUOUS.value)).otherwise(pl.lit(MatchTier.NONE.value))
    )
    return whole.with_columns(
        pl.col("in_play", "repairs").fill_null(0),
        pl.col("is_alike", "is_lost", "is_against").fill_null(False),
        pl.col("first_pass").fill_null(""),
        pl.coalesce("tier", refused),
    )


def _is_against() -> pl.Expr:
    """Birth date and sex are stated and both are another's, or the birth date is no slip of the person's; a damaged
    number that says the stated date does not mean whoever was born on another.
    """
    stated = pl.col("stated_level")
    other_sex = pl.col("sex_level") == AgreementLevel.OTHER.value
    repaired_away = pl.col("is_dated") & (pl.col("match_pass") == "P3") & (stated != DateLevel.EQUAL.value)
    return ((stated == DateLevel.OTHER.value) & other_sex) | pl.col("is_apart") | repaired_away


def _tier() -> pl.Expr:
    """Of a pair: how firmly the record is tied to this person; empty for all but one pair of a row."""
    found, held = pl.col("match_pass"), pl.col("holders").is_not_null()
    by_likeness = held & ~pl.col("has_rival") & (pl.col("holders") == 1) & pl.col("is_alone") & (found == "P4")
    by_likeness &= ~pl.col("is_lost")  # what twins share is left of their names
    by_repair = ~held & pl.col("is_repair") & (pl.col("repaired") == 1)
    strong = (by_likeness | by_repair) & ~pl.col("is_against")
    probable = ~held & (pl.col("repaired") == 0) & (_is_confirmed() | _is_only_one()) & _is_ahead()
    return (
        pl.when(strong).then(pl.lit(MatchTier.STRONG.value))
        .when(probable & ~pl.col("is_against")).then(pl.lit(MatchTier.PROBABLE.value))
        .otherwise(pl.lit(""))
    )  # fmt: skip


def _is_confirmed() -> pl.Expr:
    """P6: the stated birth date agrees; the sex is in the number that is doubted."""
    by_date = pl.col("stated_level") == DateLevel.EQUAL.value
    return (pl.col("match_pass") == "P6") & pl.col("name_level").is_in(SAME) & by_date


def _is_only_one() -> pl.Expr:
    """P7, where no number speaks against it: neither a valid one nor one that no correction makes the person's."""
    no_number = pl.col("number_level") == NumberLevel.ABSENT.value
    return (pl.col("match_pass") == "P7") & (pl.col("at_home") == 1) & ~pl.col("is_valid") & no_number


def _is_ahead() -> pl.Expr:
    clear = pl.col("margin").fill_null(MARGIN) >= MARGIN
    return (pl.col("place") == 1) & (pl.col("posterior") >= POSTERIOR) & clear
