"""The passes: a record is tied to one person, left to a human, or to nobody.

`MatchPass` says what each pass asks for. A pair of record and person belongs to the first pass that holds of it. P1 and
P2 are exact, P3 and P4 strong, P6 and P7 probable and weighed (`weights`); P5, P8 and P9 never match and only say whom
to ask about. No tie is broken: whoever else fits is a rival. A valid number that belongs to nobody speaks against every
namesake.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.candidates import find_candidates, find_namesakes
from matchers.compare import compare_pairs
from matchers.dates import is_another
from matchers.exact import judge_by_number
from matchers.likeness import ALIKE_NAME
from matchers.reasons import conversions, refusal
from matchers.registry import Registry, index_registry
from matchers.repair import fits_stated_date
from matchers.rivals import judge_pairs, pass_of
from matchers.weights import weigh
from schemas.codes import COMPARED, MatchPass, MatchState, MatchTier, NameLevel, NumberLevel

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
    """Result of the matcher.

    `results`: one row per record, in the order of the records. `candidates`: one row per record × person in play, best
    first and twenty at most, for every record that is not exact.
    """

    results: pl.DataFrame
    candidates: pl.DataFrame


def match_records(records: pl.DataFrame, registry: Registry, *, prior: float | pl.Expr) -> Matches:
    """Results and candidates for `records` (`read_records` with row, birth_date, sex, county_code; unique by row).

    Results: row, person_no (null but for tiers exact, strong, probable), match_state, match_pass, match_tier,
    match_reason, by_former_number, by_former_name, considered (persons looked at), rivals (others in play beside the
    first, whatever speaks against them), is_settled (see `find_concerned`).
    Candidates: row, person_no, match_pass, number_level, name_level, date_level, sex_level, county_level, weight
    (bits), posterior, place (1 = best), is_linked.

    `prior` is the share of such records whose person is insured, as far as known beforehand: one number, or an
    expression over `records`. A probable person is named but the state stays ambiguous: what may be done with it is
    not the matcher's to say. Each record is judged by itself, so any partition of the records gives the same results.
    """
    by_number = judge_by_number(records, registry)
    beside = records.join(by_number, on="row", how="left", maintain_order="left")
    is_exact = (pl.col("agrees") & ~pl.col("has_rival") & ~pl.col("is_contradicted")).fill_null(False)
    open_ones = ready_to_compare(beside.filter(~is_exact), registry)
    in_play, considered = _in_play(open_ones, registry)
    priors = open_ones.select("row", prior=pl.lit(prior) if isinstance(prior, float) else prior)
    pairs = weigh(in_play.join(priors, on="row", how="left", maintain_order="left"), registry)
    judged = judge_pairs(pairs, open_ones)
    answers = pl.concat([_exact_answers(beside.filter(is_exact)), _open_answers(judged, considered)])
    ordered = records.select("row").join(answers, on="row", how="left", maintain_order="left")
    return Matches(ordered, _candidates(pairs, judged))


def find_concerned(records: pl.DataFrame, registry: Registry) -> pl.Series:
    """Rows of `records` (as of `match_records`) that may be about somebody in `registry`, which may hold a few persons.

    A settled result can only change when such a person does. It names nobody, or the one person whose current number
    and name the record states, without another birth date, which could be a namesake's.
    """
    by_number = judge_by_number(records, registry)
    beside = records.join(by_number, on="row", how="left", maintain_order="left")
    found = find_candidates(ready_to_compare(beside, registry), registry)
    return pl.concat([by_number["row"], found["row"]]).unique()


def ready_to_compare(records: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """`records` (with `judge_by_number`) ready to be compared.

    Adds name_id (place of the name in the registry, or null), written (17 digits, valid or not), number_date (birth
    date inside the number) and fits_stated_date.
    """
    known = registry.names.join(records.select("name_key").unique(), on="name_key", how="semi")
    digits, shaped = pl.col("number").str.slice, pl.col("has_shape")
    dated = pl.when(pl.col("has_date"))
    return (
        # here it is about the person of the number; `judge_pairs` finds it anew for every pair
        records.drop("is_contradicted")
        .join(known.filter(pl.col("name_key") != ""), on="name_key", how="left", maintain_order="left")
        .with_columns(
            written=pl.when(shaped).then(digits(0, 17)).cast(pl.Int64, strict=False),
            number_date=dated.then(digits(6, 8)).str.to_date("%Y%m%d", strict=False),
            birth_date=pl.col("birth_date").cast(pl.Date),
            sex=pl.col("sex").cast(pl.String),
            county_code=pl.col("county_code").cast(pl.String).fill_null(""),
        )
        .with_columns(fits_stated_date=fits_stated_date())
    )


def _in_play(records: pl.DataFrame, registry: Registry) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compared pairs with the pass that finds them; row and considered, persons looked at."""
    found = find_candidates(records, registry)
    is_found = pl.col("match_pass") != MatchPass.NONE.value
    pairs = compare_pairs(found, records, registry).with_columns(match_pass=pass_of()).filter(is_found)
    # records that lead to nobody but a person of another name, and state no birth date but the number's
    is_other_name = (pl.col("match_pass") == MatchPass.P5.value).all()
    astray = pairs.group_by("row").agg(is_other_name=is_other_name).filter("is_other_name")
    is_undated = ~is_another(pl.col("birth_date"), pl.col("number_date"))
    namesakes = find_namesakes(records.filter(is_undated).join(astray, on="row", how="semi"), registry)
    looked_at = pl.concat([found, namesakes]).unique().group_by("row").agg(considered=pl.len().cast(pl.Int64))
    if namesakes.is_empty():  # as of most feeds on most nights
        return pairs, looked_at
    more = compare_pairs(namesakes, records, registry).with_columns(match_pass=pl.lit(MatchPass.P8.value))
    return pl.concat([pairs, more]), looked_at


def _exact_answers(exact: pl.DataFrame) -> pl.DataFrame:
    reason = exact.with_columns(is_repaired=pl.lit(False), alike_level=pl.lit("")).select(match_reason=conversions())
    as_on_file = pl.col("match_reason") == ""
    found = pl.when(as_on_file).then(pl.lit(MatchPass.P1.value)).otherwise(pl.lit(MatchPass.P2.value))
    return _answers(
        exact.hstack(reason).with_columns(
            person_no="registered_no",
            match_tier=pl.lit(MatchTier.EXACT.value),
            match_pass=found,
            considered="registered_persons",
            rivals=pl.lit(0, pl.Int64),
            is_settled=~pl.any_horizontal("is_other_birth", "by_former_number", "by_former_name"),
        )
    )


def _open_answers(judged: pl.DataFrame, considered: pl.DataFrame) -> pl.DataFrame:
    is_strong, name = pl.col("tier") == MatchTier.STRONG.value, pl.col("name_level")
    read = judged.with_columns(
        is_repaired=pl.col("chosen_pass") == MatchPass.P3.value,
        alike_level=pl.when(name.is_in(ALIKE_NAME)).then(name).otherwise(pl.lit("")),
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
        is_settled=pl.col("tier") == MatchTier.NONE.value,
    )
    return _answers(counted)


def _answers(judged: pl.DataFrame) -> pl.DataFrame:
    """Only the columns of answers, in their order, with the state that follows from the tier."""
    state = {tier.value: state.value for tier, state in _STATES.items()}
    return judged.select(
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
        "is_settled",
    )


def _candidates(pairs: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """The person the record is tied to first, then by weight; of equal weight by number, which decides nothing."""
    chosen = judged.select("row", person_no="chosen").drop_nulls().with_columns(is_linked=pl.lit(True))
    marked = pairs.join(chosen, on=["row", "person_no"], how="left").with_columns(pl.col("is_linked").fill_null(False))
    ordered = marked.sort("row", pl.col("is_linked").not_(), "place")
    placed = ordered.with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row"))
    return placed.filter(pl.col("place") <= LISTED).select(
        "row", "person_no", "match_pass", *COMPARED, "weight", "posterior", "place", "is_linked"
    )
