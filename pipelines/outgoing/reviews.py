"""Match review of each county: records that may be about a person whose benefit they would touch.

The office is told what agrees and what differs, never what the record says: it may be about a stranger. The list is
made anew every night; who is answered for, or can by no means be told, stands on it no more.
"""

import ibis.expr.types as ir
import polars as pl

from schemas.codes import COMPARED, IN_PAYMENT, Code, LossGroup, MatchAnswer
from schemas.wording import Wording


def open_reviews(review: ir.Table, decision: ir.Table, effects: ir.Table, person: ir.Table) -> ir.Table:
    """Grain: question × county that pays a benefit it would end or suspend; columns of REVIEW and the person's own.

    `effects` is (programme_code, loss_kind).
    """
    paid = decision.filter(decision.payment_state.isin(IN_PAYMENT)).select("person_no", "programme_code", "county_code")
    touched = paid.inner_join(effects, "programme_code").select("person_no", "county_code", "loss_kind").distinct()
    unanswered = review.filter(review.answer != MatchAnswer.CANNOT_TELL.value)
    named = person.select("person_no", "id_number", "phone", name=person.raw_name)
    return unanswered.inner_join(touched, ["person_no", "loss_kind"]).inner_join(named, "person_no")


def review_list(questions: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """The columns of the match review and `county_code`; persons of one record stand together, the likeliest first."""
    groups = {group.value: group.label for group in LossGroup}
    return questions.sort("county_code", "event_date", "review_id", "place", "person_no").with_columns(
        review_no=pl.format("{}-{}", "review_id", "person_no"),
        kind=pl.col("loss_group").replace_strict(groups, return_dtype=pl.String),
        difference=_difference(wording),
        how_to_check=pl.lit(wording.match_review.how_to_check),
    )


def _difference(wording: Wording) -> pl.Expr:
    """Sentence on what agrees and what differs; a value that one side does not state is left out."""
    parts = [_compared(column, levels, wording) for column, levels in COMPARED.items()]
    return pl.concat_str(parts, separator=wording.general.between, ignore_nulls=True)


def _compared(column: str, levels: type[Code], wording: Wording) -> pl.Expr:
    """The word with the level's label, which may begin with the word itself."""
    word, sentence = wording.match_review.compared[column], wording.match_review.difference
    labels = {level.value: level.label.removeprefix(word).removeprefix(word[-2:]) for level in levels}
    words = {level: sentence.format(compared=word, level=label) for level, label in labels.items() if level != "ABSENT"}
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)
