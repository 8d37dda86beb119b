"""Answers of county offices to the match review: whether a record is about the person in play.

Who answers on which day, and who errs, depends on the number of the question, the day and the seed alone.
"""

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.answers import AnswerRates, chances, signed
from schemas.codes import MatchAnswer

_FILE: Final = ["feed", "business_date", "file_name", "record_no"]
_WHOM: Final = {"review_id": pl.String, "true_no": pl.Int64}


def review_answers(
    listed: pl.DataFrame, whom: pl.DataFrame, rates: AnswerRates, *, day: date, seed: int
) -> pl.DataFrame:
    """Rows of the contract `verification`, logical columns.

    `listed`: the day's match reviews by the columns of their contract; `whom`: review_id, true_no, whose record it is.
    """
    today = listed["review_no"] + f"/{day}"
    drawn = chances(today, ("when",), seed=seed).hstack(
        chances(listed["review_no"], ("unable", "mistake", "office", "signers"), seed=seed)
    )
    due = listed.hstack(drawn).filter(pl.col("when") < rates.review_daily).unique("review_no")
    identified = due.with_columns(review_id=pl.col("review_no").str.split("-").list.first()).join(
        whom, on="review_id", how="left"
    )
    is_same = (pl.col("true_no") == pl.col("person_no").cast(pl.Int64)).fill_null(False)
    answer = (
        pl.when(pl.col("unable") < rates.review_unable).then(pl.lit(MatchAnswer.CANNOT_TELL.value))
        .when(is_same ^ (pl.col("mistake") < rates.review_mistake)).then(pl.lit(MatchAnswer.SAME_PERSON.value))
        .otherwise(pl.lit(MatchAnswer.OTHER_PERSON.value))
    )  # fmt: skip
    return identified.sort("review_no").select(
        record_id=pl.format("R{}-{}", pl.lit(f"{day:%Y%m%d}"), "review_no"),
        lead_id="review_no",
        verdict=answer,
        verified_date=pl.lit(day),
        method=pl.lit(""),
        notice_date=pl.lit(None, dtype=pl.Date),
        **signed(rates),
        is_revoked=pl.lit(False),
    )


def whose_records(home: Path) -> pl.DataFrame:
    """`review_id`, `true_no`: whom each record asked about is truly about, as an office finds out; null: a stranger."""
    written = sorted((home / "lake" / "review").glob("run=*.parquet"))[-1:]
    if not written:
        return pl.DataFrame(schema=_WHOM)
    sent = pl.concat([pl.read_parquet(path) for path in sorted((home / "lake" / "delivery").glob("run=*.parquet"))])
    records = pl.scan_parquet(home / "truth" / "record.parquet").select(*_FILE, true_no="person_no")
    review = pl.read_parquet(written[0]).unique("review_id")
    named = review.join(sent.select("delivery_id", "business_date", "file_name"), on="delivery_id")
    found = named.lazy().join(records, on=_FILE, how="inner").select(*_WHOM).collect()
    return found.unique("review_id").sort("review_id")
