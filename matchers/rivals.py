"""Choice among the persons in play for a record: the one it is linked to, if any, and with which tier."""

from typing import Final

import polars as pl

from matchers.likeness import ALIKE_NAME, SAME_NAME
from schemas.codes import AgreementLevel, DateLevel, MatchPass, MatchTier, NameLevel, NumberLevel

# of a probable match: least posterior, and bits to the next person
POSTERIOR: Final = 0.99
MARGIN: Final = 10
SAME_NUMBER: Final = tuple(level.value for level in (NumberLevel.EQUAL, NumberLevel.CONVERTED, NumberLevel.FORMER))
_BY_EAR_OR_EYE: Final = (NameLevel.HOMOPHONE.value, NameLevel.GLYPH.value)


def pass_of() -> pl.Expr:
    """The first pass that finds the person of a compared pair, or empty for a coincidental pair."""
    number, name = pl.col("number_level"), pl.col("name_level")
    same, alike, registered = name.is_in(SAME_NAME), name.is_in(ALIKE_NAME), number.is_in(SAME_NUMBER)
    as_on_file = (number == NumberLevel.EQUAL.value) & (name == NameLevel.EQUAL.value)
    born_then = pl.col("date_level") == DateLevel.EQUAL.value
    lives_there = pl.col("county_level") == AgreementLevel.EQUAL.value
    rules = (
        (MatchPass.P1, as_on_file),
        (MatchPass.P2, registered & same),
        (MatchPass.P4, registered & alike),
        (MatchPass.P5, registered),
        (MatchPass.P3, (number == NumberLevel.REPAIRED.value) & (same | alike)),
        (MatchPass.P6, (number == NumberLevel.NEIGHBOUR.value) & (same | (alike & pl.col("is_next")))),
        (MatchPass.P7, same & born_then & lives_there),
        (MatchPass.P8, same & born_then),
        (MatchPass.P9, name.is_in(_BY_EAR_OR_EYE) & born_then & ~pl.col("is_valid")),
    )
    first = (pl.when(holds).then(pl.lit(found.value)) for found, holds in rules)
    return pl.coalesce(*first, pl.lit(MatchPass.NONE.value))


def judge_pairs(pairs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Returns `records` (those without an exact match, with the columns of `judge_by_number`) in the same order.

    Adds tier and chosen (person_no or null); of all pairs of the record in_play (how many), repairs (persons of the
    same name found by P3), first_pass, is_alike (found by P4), is_lost (a character of one of two alike names is
    unreadable) and is_contradicted; of the chosen person number_level, name_level, chosen_dots and chosen_pass.
    """
    same = pl.col("name_level").is_in(SAME_NAME)
    born_then = same & (pl.col("stated_level") == DateLevel.EQUAL.value)
    judged = (
        pairs.with_columns(others_born_then=born_then.any().over("row") & ~born_then)
        .with_columns(is_contradicted=_is_contradicted(), is_repair=_found_by(MatchPass.P3) & same)
        .with_columns(
            is_alone=pl.len().over("row") == 1,
            p3_pairs=_found_by(MatchPass.P3).sum().over("row"),
            p7_pairs=_found_by(MatchPass.P7).sum().over("row"),
        )
    )
    by_number = records.select("row", "registered_persons", "has_rival")
    tied = judged.join(by_number, on="row", how="left").with_columns(tier=_tier()).filter(pl.col("tier") != "")
    chosen = tied.select(
        "row", "tier", "number_level", "name_level",
        chosen="person_no", chosen_pass="match_pass", chosen_dots="same_dots",
    )  # fmt: skip
    by_likeness = _found_by(MatchPass.P4)
    summed = judged.group_by("row").agg(
        in_play=pl.len(),
        repairs=pl.col("is_repair").sum(),
        first_pass=pl.col("match_pass").min(),
        is_alike=by_likeness.any(),
        is_lost=(pl.col("is_lost") & by_likeness).any(),
        is_contradicted=(pl.col("is_contradicted") & (by_likeness | pl.col("is_repair"))).any(),
    )
    whole = records.join(summed, on="row", how="left", maintain_order="left").join(
        chosen, on="row", how="left", maintain_order="left"
    )
    refused = (
        pl.when(pl.col("in_play") > 0).then(pl.lit(MatchTier.AMBIGUOUS.value)).otherwise(pl.lit(MatchTier.NONE.value))
    )
    return whole.with_columns(
        pl.col("in_play", "repairs").fill_null(0),
        pl.col("is_alike", "is_lost", "is_contradicted").fill_null(False),
        pl.col("first_pass").fill_null(MatchPass.NONE.value),
        pl.coalesce("tier", refused),
    )


def _found_by(found: MatchPass) -> pl.Expr:
    return pl.col("match_pass") == found.value


def _is_contradicted() -> pl.Expr:
    """True for a pair that what the record states speaks against.

    That is: stated birth date and sex both differ; or the stated date is too different for a slip of the pen, or is
    that of another bearer of the name; or the damaged number passes its check with the stated date put in, but this
    person was born on another date.
    """
    stated = pl.col("stated_level")
    other_sex = pl.col("sex_level") == AgreementLevel.OTHER.value
    repaired_away = pl.col("fits_stated_date") & _found_by(MatchPass.P3) & (stated != DateLevel.EQUAL.value)
    others = pl.col("others_born_then") & (stated != DateLevel.EQUAL.value)
    return ((stated == DateLevel.OTHER.value) & other_sex) | pl.col("is_apart") | others | repaired_away


def _tier() -> pl.Expr:
    """Tier of a pair, or empty. At most one pair of a record gets a tier."""
    registered = pl.col("registered_persons").is_not_null()
    same_name = pl.col("name_level").is_in(SAME_NAME)
    only_person = ~pl.col("has_rival") & (pl.col("registered_persons") == 1) & pl.col("is_alone")
    # a name with a lost character leaves what twins share
    by_likeness = registered & only_person & _found_by(MatchPass.P4) & ~pl.col("is_lost")
    by_repair = ~registered & pl.col("is_repair") & (pl.col("p3_pairs") == 1)
    # P6: the stated birth date agrees; the sex would prove nothing, it is in the number that is doubted
    born_then = pl.col("stated_level") == DateLevel.EQUAL.value
    confirmed = _found_by(MatchPass.P6) & same_name & born_then
    # P7: no number speaks against it, neither a valid one nor one that no correction makes the person's
    no_number = ~pl.col("is_valid") & (pl.col("number_level") == NumberLevel.ABSENT.value)
    only_one = _found_by(MatchPass.P7) & (pl.col("p7_pairs") == 1) & no_number
    # without a next person there is no margin to keep
    clear = pl.col("margin").fill_null(MARGIN) >= MARGIN
    ahead = (pl.col("place") == 1) & (pl.col("posterior") >= POSTERIOR) & clear
    strong = by_likeness | by_repair
    probable = ~registered & (pl.col("p3_pairs") == 0) & (confirmed | only_one) & ahead
    return (
        pl.when(pl.col("is_contradicted")).then(pl.lit(""))
        .when(strong).then(pl.lit(MatchTier.STRONG.value))
        .when(probable).then(pl.lit(MatchTier.PROBABLE.value))
        .otherwise(pl.lit(""))
    )  # fmt: skip
