"""An office says of a person in play what the truth says, now and then wrongly, and on some day."""

from datetime import date, timedelta

import polars as pl

from data_samples.province.answers import read_answer_rates
from data_samples.province.review_answers import review_answers
from tests.unit.province.emissions import CONTRACTS

DAY = date(2024, 4, 10)
RATES = read_answer_rates()


def listed(count: int, person_no: int) -> pl.DataFrame:
    columns = {column.name: "" for column in CONTRACTS["match_review"].columns}
    rows = [columns | {"review_no": f"q{n}-{person_no}", "person_no": str(person_no)} for n in range(count)]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))


def answered(count: int, *, person_no: int, true_no: int | None, days: int = 1) -> pl.DataFrame:
    ids = [f"q{n}" for n in range(count)]
    whom = pl.DataFrame({"review_id": ids, "true_no": [true_no] * count}, {"review_id": pl.String, "true_no": pl.Int64})
    return pl.concat(
        review_answers(listed(count, person_no), whom, RATES, day=DAY + timedelta(days=k), seed=5) for k in range(days)
    )


def test_answers_follow_the_truth() -> None:
    for true_no, wanted in ((1, "SAME_PERSON"), (2, "OTHER_PERSON"), (None, "OTHER_PERSON")):
        given = answered(2000, person_no=1, true_no=true_no)
        sure = given.filter(pl.col("verdict") != "CANNOT_TELL")
        assert (sure["verdict"] == wanted).mean() > 0.97
        assert 0.02 < 1 - sure.height / given.height < 0.1


def test_a_share_of_the_questions_is_answered_on_each_day() -> None:
    given = answered(1000, person_no=1, true_no=1, days=3)
    assert abs(given.height / 3000 - RATES.review_daily) < 0.05
    assert given["record_id"].is_unique().all()
    assert given["lead_id"].str.ends_with("-1").all()


def test_nothing_asked_is_nothing_answered() -> None:
    assert answered(0, person_no=1, true_no=1).is_empty()
