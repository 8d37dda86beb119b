"""Whom a record may be about: the match review of each county, of persons whose benefit the record would touch.

The office is told what agrees and what differs, never what the record says: it may be about a stranger. The list is
made anew every night; who is answered for, or can by no means be told, stands on it no more.
"""

from typing import Final

import ibis.expr.types as ir
import polars as pl

from schemas.codes import COMPARED, Code, LossGroup, MatchAnswer, PaymentState

BETWEEN: Final = "；"
HOW_TO_CHECK: Final = (
    "以问候的口吻向本人、家属或村（社区）了解，判断记录所指是否为此人；不直接询问是否去世，不透露事项内容。"
    "填写“是本人”“不是本人”或“无法判断”；不得仅凭本清单停发"
)
_PAID: Final = (PaymentState.DRAWING.value, PaymentState.SUSPENDED.value)
_WORDS: Final = {
    "number_level": "证件号码",
    "name_level": "姓名",
    "date_level": "出生日期",
    "sex_level": "性别",
    "county_level": "区县",
}


def open_reviews(review: ir.Table, decision: ir.Table, effects: ir.Table, person: ir.Table) -> ir.Table:
    """Grain: question × county that pays a benefit it would end or suspend; columns of REVIEW and the person's own.

    `effects` is (programme_code, loss_kind).
    """
    paid = decision.filter(decision.payment_state.isin(_PAID)).select("person_no", "programme_code", "county_code")
    touched = paid.inner_join(effects, "programme_code").select("person_no", "county_code", "loss_kind").distinct()
    unanswered = review.filter(review.answer != MatchAnswer.CANNOT_TELL.value)
    named = person.select("person_no", "id_number", "phone", name=person.raw_name)
    return unanswered.inner_join(touched, ["person_no", "loss_kind"]).inner_join(named, "person_no")


def review_list(asked: pl.DataFrame) -> pl.DataFrame:
    """The columns of the match review and `county_code`; persons of one record stand together, the likeliest first."""
    groups = {group.value: group.label for group in LossGroup}
    return asked.sort("county_code", "event_date", "review_id", "place", "person_no").with_columns(
        review_no=pl.format("{}-{}", "review_id", "person_no"),
        kind=pl.col("loss_group").replace_strict(groups, return_dtype=pl.String),
        difference=_difference(),
        how_to_check=pl.lit(HOW_TO_CHECK),
    )


def _difference() -> pl.Expr:
    """What is compared; what a side does not state is not spoken of."""
    parts = [_said(column, _WORDS[column], levels) for column, levels in COMPARED.items()]
    return pl.concat_str(parts, separator=BETWEEN, ignore_nulls=True)


def _said(column: str, word: str, levels: type[Code]) -> pl.Expr:
    """The word with the level's label, which may begin with the word itself."""
    words = {level.value: f"{word}：{level.label.removeprefix(word).removeprefix(word[-2:])}" for level in levels}
    words.pop("ABSENT")
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)
