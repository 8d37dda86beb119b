"""Human answers over the matcher's: a confirmed record is that person's, a rejected person never returns for it.

A review is what is asserted of whom: feed, event and its day, and the person as written. A record sent again, or under
another key, is the same question; corrected by its holder, it is another one.
"""

from collections.abc import Callable
from typing import Final

import polars as pl

from matchers.passes import Matches
from schemas.codes import COMPARED, Consequence, MatchAnswer, MatchState, MatchTier

HUMAN: Final = "HUMAN"
_ASSERTED: Final = ("feed", "event_code", "qualifier_code", "event_date", "number", "name", "birth_date", "sex")
_PAIR: Final = ["row", "person_no"]
_TIED: Final = (MatchTier.EXACT.value, MatchTier.STRONG.value)


def review_ids(records: pl.DataFrame, consequence: pl.Series, *, digest: Callable[..., str]) -> pl.Series:
    """Keyed digest of what each record asserts that speaks for loss; empty for the others."""
    speaks = consequence == Consequence.LOSS.value
    asserted = records.filter(speaks).select(*_ASSERTED)
    ids = [digest("review", *("" if part is None else part for part in row)) for row in asserted.iter_rows()]
    places = speaks.arg_true()
    return pl.Series("review_id", [""], dtype=pl.String).new_from_index(0, records.height).scatter(places, ids)


def settle(matches: Matches, review_id: pl.Series, said: pl.DataFrame) -> Matches:
    """`matches` with column `answer` on its candidates, and every answer in `said` obeyed.

    `said` is that of `standing_answers`. Two persons confirmed for one record are a contradiction: ambiguous.
    """
    asked = matches.answers.select("row").with_columns(review_id=review_id)
    told = asked.join(said, on="review_id").select(*_PAIR, "answer")
    candidates = _with_answers(matches.candidates, told)
    if told.is_empty():
        return Matches(matches.answers, candidates)
    answers = _obeyed(matches.answers, candidates, told)
    linked = answers.select("row", linked_no="person_no")
    marked = candidates.join(linked, on="row", how="left", maintain_order="left").with_columns(
        is_linked=(pl.col("person_no") == pl.col("linked_no")).fill_null(False)
    )
    return Matches(answers, marked.drop("linked_no"))


def _with_answers(candidates: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """A confirmed person whom the matcher does not find is in play all the same."""
    known = candidates.join(told, on=_PAIR, how="left", maintain_order="left").with_columns(
        answer=pl.col("answer").fill_null("")
    )
    more = told.filter(pl.col("answer") == MatchAnswer.SAME_PERSON.value).join(candidates, on=_PAIR, how="anti")
    if more.is_empty():
        return known
    last = known.group_by("row").agg(last=pl.max("place"))
    found = more.sort(*_PAIR).join(last, on="row", how="left", maintain_order="left")
    place = pl.col("last").fill_null(0) + pl.int_range(pl.len()).over("row") + 1
    rows = found.with_columns(
        *(pl.lit(levels("ABSENT").value).alias(column) for column, levels in COMPARED.items()),
        match_pass=pl.lit(HUMAN),
        place=place.cast(candidates.schema["place"]),
        weight=pl.lit(0.0),
        posterior=pl.lit(0.0),
        is_linked=pl.lit(False),
    )
    return pl.concat([known, rows.select(known.columns)]).sort("row", "place")


def _obeyed(answers: pl.DataFrame, candidates: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    same = told.filter(pl.col("answer") == MatchAnswer.SAME_PERSON.value)
    other = told.filter(pl.col("answer") == MatchAnswer.OTHER_PERSON.value)
    confirmed = same.group_by("row").agg(confirmed_no=pl.first("person_no"), confirmed=pl.len())
    left = candidates.filter(pl.col("answer") != MatchAnswer.OTHER_PERSON.value).group_by("row").agg(left=pl.len())
    refused = other.select(*_PAIR, is_refused=pl.lit(True))
    joined = (
        answers.join(confirmed, on="row", how="left", maintain_order="left")
        .join(left, on="row", how="left", maintain_order="left")
        .join(refused, on=_PAIR, how="left", maintain_order="left")
        .join(other.select("row", is_told=pl.lit(True)).unique(), on="row", how="left", maintain_order="left")
    )
    return joined.with_columns(**_told_columns()).select(answers.columns)


def _told_columns() -> dict[str, pl.Expr]:
    """Tier, state, pass, reason and person where a human has spoken; elsewhere as the matcher says."""
    one, several = (pl.col("confirmed") == 1).fill_null(False), (pl.col("confirmed") > 1).fill_null(False)
    remains = pl.col("left").fill_null(0) > 0
    refused = pl.col("is_refused").fill_null(False)
    empty = pl.col("is_told").fill_null(False) & ~remains & ~pl.col("match_tier").is_in(_TIED)
    gone = refused | empty
    ambiguous = several | (gone & remains)

    def told(when_one: str, when_ambiguous: str, when_gone: str, column: str) -> pl.Expr:
        return (
            pl.when(one).then(pl.lit(when_one))
            .when(ambiguous).then(pl.lit(when_ambiguous))
            .when(gone).then(pl.lit(when_gone))
            .otherwise(pl.col(column))
        )  # fmt: skip

    tier, state = MatchTier, MatchState
    reason = pl.when(several).then(pl.lit("ANSWERS_DIFFER")).otherwise(told("", "REJECTED", "REJECTED", "match_reason"))
    return {
        "match_tier": told(tier.CONFIRMED.value, tier.AMBIGUOUS.value, tier.NONE.value, "match_tier"),
        "match_state": told(state.MATCHED.value, state.AMBIGUOUS.value, state.NONE.value, "match_state"),
        "match_pass": told(HUMAN, "", "", "match_pass"),
        "match_reason": reason,
        "person_no": pl.when(one).then("confirmed_no").when(~several & ~gone).then("person_no"),
    }
