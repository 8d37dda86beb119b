"""Answers of county offices about records and persons in play; they come by the `verification` feed, beside verdicts.

An answer names its question by the number of the review list: the review and the person number, with a hyphen
between them. So it can be read without the list, and binds every record that asserts the same again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import polars as pl

from pipelines.resolved.identity import of_humans
from pipelines.resolved.links import record_key
from pipelines.resolved.versions import without_withdrawn
from schemas.codes import MatchAnswer
from schemas.contract import Contract
from schemas.emit.to_polars import table_schema
from schemas.tables import MATCH_ANSWER

_NUMBER: Final = r"^([0-9a-f]{20})-([0-9]{1,18})$"
_ANSWERS: Final = [answer.value for answer in MatchAnswer]
_QUESTION: Final = ["review_id", "person_no"]


def is_answer() -> pl.Expr:
    """Whether a row of `verification` answers a match review; any other row is a verdict on a lead."""
    return pl.col("verdict").is_in(_ANSWERS)


def find_answers(rows: pl.DataFrame, contract: Contract, *, digest: Callable[[str], str]) -> pl.DataFrame:
    """MATCH_ANSWER, from validated rows of `verification`; `digest` replaces the officer's name by a keyed digest."""
    answers = rows.filter(is_answer())
    number = pl.col("lead_id").str.strip_chars()
    officers = [digest(name) if name else "" for name in answers["handler"].fill_null("").str.strip_chars()]
    return answers.with_columns(
        record_key(contract),
        review_id=number.str.extract(_NUMBER, 1).fill_null(""),
        person_no=number.str.extract(_NUMBER, 2).cast(pl.Int64),
        answer="verdict",
        handler=pl.Series(officers, dtype=pl.String),
        feed=pl.lit(contract.feed),
        agency=pl.lit(contract.agency),
        is_revoked=pl.col("is_revoked").fill_null(False),
    ).select(MATCH_ANSWER.names)


def answers_in_force(answers: Sequence[pl.DataFrame], humans: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Newest answer per question as of the night: review_id, person_no, answer. `humans` is `find_humans`: what is
    said of one of a human's person numbers is said of the human.

    Two different answers of one day are none: the question stands. `answers` are MATCH_ANSWER by feed. Withdrawn ones
    do not count, nor those dated after the night, nor those whose question cannot be read.
    """
    every = pl.concat([pl.DataFrame(schema=table_schema(MATCH_ANSWER)), *answers])
    given = without_withdrawn(every, ["feed", "record_id"]).filter(
        (pl.col("verified_date") <= as_of) & (pl.col("review_id") != "")
    )
    given = of_humans(given, humans)
    for day in ("verified_date", "business_date"):
        given = given.filter(pl.col(day) == pl.col(day).max().over(_QUESTION))
    newest = given.select(*_QUESTION, "answer").unique()
    return newest.filter(pl.len().over(_QUESTION) == 1).sort(_QUESTION)
