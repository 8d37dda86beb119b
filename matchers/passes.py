"""The passes: a record is tied to one person, left to a human, or to nobody; it stops at the first that decides.

P1  valid number of exactly one person, name as that person is written
P2  the same after conversions that lose nothing, or by a former number or name on file
P3  number that fails its check: one correction gives the number of exactly one person, who bears the name
P4  valid number of one person whose name only sounds or looks alike, is cut or turned, and nobody else fits
P5  valid number of a person of another name: never a match, never passed on
P6  valid number that nobody holds: one error away from a person of the name, whose birth date is stated
P7  no usable number: name, birth date and county of exactly one person
P8  name and birth date; where the number is another person's (P5) and nothing else says a date, name and county
P9  a name that sounds or looks alike and birth date: like P8 whom to ask about, never a match

P1 and P2 are exact, P3 and P4 strong, P6 and P7 probable and weighed (`weights`). No tie is broken: whoever else fits
is a rival. A valid number that belongs to nobody speaks against every namesake.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.candidates import find_candidates, find_namesakes
from matchers.compare import compare_pairs
from matchers.dates import is_another
from matchers.exact import judge_holders
from matchers.likeness import ALIKE
from matchers.reasons import conversions, refusal
from matchers.registry import Registry, index_registry
from matchers.repair import is_dated_otherwise
from matchers.rivals import judge_pairs, pass_of
from matchers.weights import weigh
from schemas.codes import COMPARED, MatchState, MatchTier, NameLevel, NumberLevel

__all__ = ["Matches", "Registry", "index_registry", "match_records"]

# persons listed for one record at most; how many were looked at stands in `considered`
LISTED: Final = 20
_STATES: Final = {
    MatchTier.EXACT: MatchState.MATCHED,
    MatchTier.STRONG: MatchState.MATCHED,
    MatchTier.PROBABLE: MatchState.AMBIGUOUS,
    MatchTier.AMBIGUOUS: MatchState.AMBIGUOUS,
    MatchTier.NONE: MatchState.NONE,
}


@dataclass(frozen=True, slots=True)
class Matches:
    """`answers`: one row per record, in the order asked. `candidates`: one row per record × person in play, for every
    record that is not exact, best first.
    """

    answers: pl.DataFrame
    candidates: pl.DataFrame


def match_records(records: pl.DataFrame, registry: Registry, *, prior: float) -> Matches:
    """Match `records` (`read_records` with row, birth_date, sex, county_code; unique by row).

    Answers: row, person_no (null but for tiers exact, strong, probable), match_state, match_pass, match_tier,
    match_reason, by_former_number, by_former_name, considered (persons looked at), rivals (left beside the first).
    Candidates: row, person_no, match_pass, number_level, name_level, date_level, sex_level, county_level, weight
    (bits), posterior, place (1 = best), is_linked.

    `prior` is the share of the records whose person is insured, as far as known beforehand. A probable person is named
    but the state stays ambiguous: what may be done with it is not the matcher's to say.
    """
    beside = records.join(judge_holders(records, registry), on="row", how="left", maintain_order="left")
    is_exact = (pl.col("agrees") & ~pl.col("has_rival") & ~pl.col("is_against")).fill_null(False)
    asked = asked_records(beside.filter(~is_exact), registry)
    in_play, considered = _in_play(asked, registry)
    pairs = weigh(in_play, registry, prior=prior)
    judged = judge_pairs(pairs, asked.drop("number_date", "written", "called", "is_dated"))
    answers = pl.concat([_exact_answers(beside.filter(is_exact)), _open_answers(judged, considered)])
    ordered = records.select("row").join(answers, on="row", how="left", maintain_order="left")
    return Matches(ordered, _candidates(pairs, judged))


def _in_play(asked: pl.DataFrame, registry: Registry) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compared pairs with the pass that finds them; row and considered, persons looked at."""
    found = find_candidates(asked, registry)
    pairs = compare_pairs(found, asked, registry).with_columns(match_pass=pass_of()).filter(pl.col("match_pass") != "")
    namesakes = find_namesakes(_astray(asked, pairs), registry)
    looked_at = pl.concat([found, namesakes]).unique().group_by("row").agg(considered=pl.len().cast(pl.Int64))
    if namesakes.is_empty():  # as of most feeds on most nights
        return pairs, looked_at
    more = compare_pairs(namesakes, asked, registry).with_columns(match_pass=pl.lit("P8"))
    return pl.concat([pairs, more]), looked_at


def _astray(asked: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Records that lead to nobody but the holder of another name, and state no birth date but the number's."""
    elsewhere = pairs.group_by("row").agg(pl.col("match_pass").eq("P5").all()).filter("match_pass")
    is_undated = ~is_another(pl.col("birth_date"), pl.col("number_date"))
    return asked.filter(is_undated).join(elsewhere, on="row", how="semi")


def asked_records(beside: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Open records, with called (place of the name in the registry), written (17 digits), number_date and is_dated."""
    wanted = registry.names.join(beside.select("name_key").unique(), on="name_key", how="semi")
    digits, shaped = pl.col("number").str.slice, pl.col("has_shape")
    dated = pl.when(pl.col("has_date"))
    return (
        beside.join(wanted.filter(pl.col("name_key") != ""), on="name_key", how="left", maintain_order="left")
        .with_columns(
            written=pl.when(shaped).then(digits(0, 17)).cast(pl.Int64, strict=False),
            number_date=dated.then(digits(6, 8)).str.to_date("%Y%m%d", strict=False),
            birth_date=pl.col("birth_date").cast(pl.Date),
            sex=pl.col("sex").cast(pl.String),
            county_code=pl.col("county_code").cast(pl.String).fill_null(""),
        )
        .with_columns(is_dated=is_dated_otherwise())
        .drop("is_against")
    )


def _exact_answers(exact: pl.DataFrame) -> pl.DataFrame:
    reason = exact.with_columns(is_repaired=pl.lit(False), alike_level=pl.lit("")).select(match_reason=conversions())
    found = pl.when(pl.col("match_reason") == "").then(pl.lit("P1")).otherwise(pl.lit("P2"))
    return _answers(
        exact.hstack(reason).with_columns(
            person_no="holder",
            match_tier=pl.lit(MatchTier.EXACT.value),
            match_pass=found,
            considered="holders",
            rivals=pl.lit(0, pl.Int64),
        )
    )


def _open_answers(judged: pl.DataFrame, considered: pl.DataFrame) -> pl.DataFrame:
    is_strong, name = pl.col("tier") == MatchTier.STRONG.value, pl.col("name_level")
    read = judged.with_columns(
        is_repaired=pl.col("chosen_pass") == "P3",
        alike_level=pl.when(name.is_in(ALIKE)).then(name).otherwise(pl.lit("")),
        same_spelling=name != NameLevel.VARIANT.value,
        same_dots=pl.col("chosen_dots"),
        by_former_number=is_strong & (pl.col("number_level") == NumberLevel.FORMER.value),
        by_former_name=is_strong & (name == NameLevel.FORMER.value),
    ).with_columns(match_reason=pl.when(is_strong).then(conversions()).otherwise(refusal()))
    counted = read.join(considered, on="row", how="left").with_columns(
        person_no="chosen",
        match_tier="tier",
        match_pass=pl.coalesce("chosen_pass", "first_pass"),
        considered=pl.col("considered").fill_null(0),
        rivals=pl.max_horizontal(pl.col("in_play").cast(pl.Int64) - 1, 0),
    )
    return _answers(counted)


def _answers(told: pl.DataFrame) -> pl.DataFrame:
    state = {tier.value: state.value for tier, state in _STATES.items()}
    return told.select(
        "row",
        "person_no",
        pl.col("match_tier").replace_strict(state, return_dtype=pl.String).alias("match_state"),
        "match_pass",
        "match_tier",
        "match_reason",
        "by_former_number",
        "by_former_name",
        "considered",
        "rivals",
    )


def _candidates(pairs: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """The person the record is tied to first, then by weight; of equal weight by number, which decides nothing."""
    chosen = judged.select("row", holder="chosen").drop_nulls().with_columns(is_linked=pl.lit(True))
    marked = pairs.join(chosen, on=["row", "holder"], how="left").with_columns(pl.col("is_linked").fill_null(False))
    ordered = marked.sort("row", pl.col("is_linked").not_(), "place")
    placed = ordered.with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row"))
    return placed.filter(pl.col("place") <= LISTED).select(
        "row", "match_pass", *COMPARED, "weight", "posterior", "place", "is_linked", person_no="holder"
    ).select("row", "person_no", "match_pass", *COMPARED, "weight", "posterior", "place", "is_linked")  # fmt: skip
