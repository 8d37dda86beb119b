"""Human answers over the matcher's: a confirmed record is that person's, a rejected person never returns for it.

A review is what is asserted of whom: feed, event and its day, and the person as written. A record sent again, or under
another key, is the same question; corrected by its sender, it is another one.
"""

from collections.abc import Callable
from typing import Final

import polars as pl

from matchers.passes import Matches
from schemas.codes import COMPARED, Consequence, MatchAnswer, MatchPass, MatchRefusal, MatchState, MatchTier

_ASSERTED: Final = ("feed", "event_code", "qualifier_code", "event_date", "number", "name", "birth_date", "sex")
_PAIR: Final = ["row", "person_no"]
_TIED: Final = (MatchTier.EXACT.value, MatchTier.STRONG.value)


def review_ids(records: pl.DataFrame, consequence: pl.Series, *, digest: Callable[..., str]) -> pl.Series:
    """Keyed digest of what each record that speaks for loss asserts; empty for the other records."""
    speaks = consequence == Consequence.LOSS.value
    asserted = records.filter(speaks).select(*_ASSERTED)
    ids = [digest("review", *("" if part is None else part for part in row)) for row in asserted.iter_rows()]
    places = speaks.arg_true()
    return pl.Series("review_id", [""], dtype=pl.String).new_from_index(0, records.height).scatter(places, ids)


def settle(matches: Matches, review_id: pl.Series, answers: pl.DataFrame) -> Matches:
    """`matches` with every human answer obeyed, and column `answer` on its candidates.

    `review_id` is of the records, row for row; `answers` is the result of `answers_in_force`. Two persons confirmed
    for one record are a contradiction: ambiguous.
    """
    questions = matches.results.select("row").with_columns(review_id=review_id)
    answered = questions.join(answers, on="review_id").select(*_PAIR, "answer")
    candidates = _with_answers(matches.candidates, answered)
    if answered.is_empty():
        return Matches(matches.results, candidates)
    obeyed = _obeyed(matches.results, candidates, answered)
    linked = obeyed.select("row", linked_no="person_no")
    marked = candidates.join(linked, on="row", how="left", maintain_order="left").with_columns(
        is_linked=(pl.col("person_no") == pl.col("linked_no")).fill_null(False)
    )
    return Matches(obeyed, marked.drop("linked_no"))


def _with_answers(candidates: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """Candidates with their answers, and last those whom the matcher does not find and an office confirmed."""
    known = candidates.join(answered, on=_PAIR, how="left", maintain_order="left").with_columns(
        answer=pl.col("answer").fill_null("")
    )
    more = answered.filter(pl.col("answer") == MatchAnswer.SAME_PERSON.value).join(candidates, on=_PAIR, how="anti")
    if more.is_empty():
        return known
    last = known.group_by("row").agg(last=pl.max("place"))
    found = more.sort(*_PAIR).join(last, on="row", how="left", maintain_order="left")
    place = pl.col("last").fill_null(0) + pl.int_range(pl.len()).over("row") + 1
    rows = found.with_columns(
        *(pl.lit(levels("ABSENT").value).alias(column) for column, levels in COMPARED.items()),
        match_pass=pl.lit(MatchPass.HUMAN.value),
        place=place.cast(candidates.schema["place"]),
        weight=pl.lit(0.0),
        posterior=pl.lit(0.0),
        is_linked=pl.lit(False),
    )
    return pl.concat([known, rows.select(known.columns)]).sort("row", "place")


def _obeyed(answers: pl.DataFrame, candidates: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """`answers` with tier, state, pass, reason and person replaced where a human has answered."""
    is_same = pl.col("answer") == MatchAnswer.SAME_PERSON.value
    is_other = pl.col("answer") == MatchAnswer.OTHER_PERSON.value
    confirmed = answered.filter(is_same).group_by("row").agg(confirmed_no=pl.first("person_no"), confirmed=pl.len())
    left = candidates.filter(~is_other).group_by("row").agg(left=pl.len())
    rejected = answered.filter(is_other).select(*_PAIR, is_rejected=pl.lit(True))
    any_rejected = rejected.select("row", any_rejected="is_rejected").unique()
    joined = (
        answers.join(confirmed, on="row", how="left", maintain_order="left")
        .join(left, on="row", how="left", maintain_order="left")
        .join(rejected, on=_PAIR, how="left", maintain_order="left")
        .join(any_rejected, on="row", how="left", maintain_order="left")
    )
    return joined.with_columns(**_decided()).select(answers.columns)


def _decided() -> dict[str, pl.Expr]:
    """The columns a human answer decides; where there is none, they stay as the matcher has them."""
    is_one, are_several = (pl.col("confirmed") == 1).fill_null(False), (pl.col("confirmed") > 1).fill_null(False)
    are_left = pl.col("left").fill_null(0) > 0
    # the person the record was tied to is rejected, or it was tied to nobody and everybody in play is rejected
    tied_rejected = pl.col("is_rejected").fill_null(False)
    all_rejected = pl.col("any_rejected").fill_null(False) & ~are_left & ~pl.col("match_tier").is_in(_TIED)
    is_rejected = tied_rejected | all_rejected
    is_ambiguous = are_several | (is_rejected & are_left)

    def either(column: str, *, confirmed: str, ambiguous: str, rejected: str) -> pl.Expr:
        return (
            pl.when(is_one).then(pl.lit(confirmed))
            .when(is_ambiguous).then(pl.lit(ambiguous))
            .when(is_rejected).then(pl.lit(rejected))
            .otherwise(pl.col(column))
        )  # fmt: skip

    tier, state, passed, refusal = MatchTier, MatchState, MatchPass, MatchRefusal
    reason = either("match_reason", confirmed="", ambiguous=refusal.REJECTED.value, rejected=refusal.REJECTED.value)
    return {
        "match_tier": either(
            "match_tier", confirmed=tier.CONFIRMED.value, ambiguous=tier.AMBIGUOUS.value, rejected=tier.NONE.value
        ),
        "match_state": either(
            "match_state", confirmed=state.MATCHED.value, ambiguous=state.AMBIGUOUS.value, rejected=state.NONE.value
        ),
        "match_pass": either(
            "match_pass", confirmed=passed.HUMAN.value, ambiguous=passed.NONE.value, rejected=passed.NONE.value
        ),
        "match_reason": pl.when(are_several).then(pl.lit(refusal.ANSWERS_DIFFER.value)).otherwise(reason),
        "person_no": pl.when(is_one).then("confirmed_no").when(~are_several & ~is_rejected).then("person_no"),
    }
