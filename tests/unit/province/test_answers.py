"""Offices answer by the truth and their own mistakes; agencies correct what is wrong in their records."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_samples.province import answers as module
from data_samples.province.answers import Answers, answer, deliver_answers, read_answer_rates
from schemas.codes import LossKind, Verdict
from tests.unit.province.emissions import CODES, CONTRACTS

DAY = date(2024, 4, 10)
STATES = pl.DataFrame(
    {"person_no": [1, 2, 3], "state": ["DEAD", "ALIVE", "IN_PRISON"], "from_date": [date(2024, 3, 1)] * 3,
     "to_date": [None, None, date(2024, 4, 1)]},
    schema={"person_no": pl.Int64, "state": pl.String, "from_date": pl.Date, "to_date": pl.Date},
)  # fmt: skip


def leads(count: int, *, person_no: int, kind: LossKind = LossKind.LS01, days_open: int = 10) -> pl.DataFrame:
    columns = {column.name: "" for column in CONTRACTS["worklist"].columns}
    rows = [
        columns | {"lead_id": f"lead{n}", "days_open": str(days_open), "loss_kind": kind.label} for n in range(count)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)).with_columns(
        person_no=pl.lit(person_no, dtype=pl.Int64)
    )


def tickets(count: int, *, record_id: str = "r1", batch: date = DAY) -> pl.DataFrame:
    columns = {column.name: "" for column in CONTRACTS["discrepancy"].columns}
    rows = [columns | {"ticket_id": f"t{n}", "record_id": record_id, "kind": "请更正"} for n in range(count)]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String)).with_columns(
        batch_date=pl.lit(batch, dtype=pl.Date)
    )


def planted(record_id: str = "r1") -> pl.DataFrame:
    return pl.DataFrame({"record_id": [record_id], "ticket": ["CORRECT"]})


def over_days(worklist: pl.DataFrame, *, days: int = 60) -> pl.DataFrame:
    """Every verdict on a list that stays as it is, day after day."""
    given = [
        answer(
            worklist.with_columns(days_open=pl.lit(str(k))), tickets(0), {"person_state": STATES, "planted": planted()},
            day=DAY + timedelta(days=k), seed=5,
        ).verification
        for k in range(days)
    ]  # fmt: skip
    return pl.concat(given)


@pytest.mark.parametrize(
    ("person_no", "kind", "is_true"),
    [(1, LossKind.LS01, True), (2, LossKind.LS01, False), (3, LossKind.LS06, False), (1, LossKind.LS06, False)],
)
def test_verdicts_follow_the_truth(person_no: int, kind: LossKind, is_true: bool) -> None:
    given = over_days(leads(300, person_no=person_no, kind=kind), days=19).filter(
        pl.col("verdict") != Verdict.UNREACHABLE.value
    )
    true = (given["verdict"] == Verdict.TRUE_LOSS.value).sum() / given.height
    assert abs(true - is_true) < read_answer_rates().lead_mistake + 0.03
    assert given.filter(pl.col("verdict") == Verdict.TRUE_LOSS.value)["notice_date"].null_count() == 0


def test_leads_are_answered_within_the_days_stated_and_again_while_they_stay() -> None:
    rates = read_answer_rates()
    given = over_days(leads(100, person_no=2))
    first = given.group_by("lead_id").agg(pl.min("verified_date"), times=pl.len())
    waited = (first["verified_date"] - DAY).dt.total_days()
    assert (waited.min(), waited.max()) == rates.lead_days
    assert first["times"].min() > 1
    assert given["record_id"].is_unique().all()


def test_now_and_then_one_officer_signs_twice() -> None:
    given = over_days(leads(1000, person_no=2), days=19)
    twice = given.filter(pl.col("reviewer") == pl.col("approver")).height / given.height
    assert 0 < twice < read_answer_rates().lead_two_signers + 0.03
    assert given.filter(pl.col("handler") == pl.col("reviewer")).is_empty()


def replies_of(asked: pl.DataFrame) -> pl.DataFrame:
    truth = {"person_state": STATES, "planted": planted()}
    given = [
        answer(leads(0, person_no=1), asked, truth, day=DAY + timedelta(days=k), seed=5).replies for k in range(40)
    ]
    return pl.concat(given)


def test_agencies_correct_what_is_wrong_and_confirm_what_is_right() -> None:
    rates = read_answer_rates()
    for record_id, result in (("r1", "CORRECTED"), ("another", "CONFIRMED_RIGHT")):
        given = replies_of(tickets(500, record_id=record_id))
        assert given["ticket_id"].is_unique().all()
        assert abs(given.height / 500 - (1 - rates.ticket_never)) < 0.06
        assert (given["result"] == result).mean() > 0.9


def test_answers_are_files_of_their_contracts(tmp_path: Path) -> None:
    given = Answers(over_days(leads(5, person_no=1)), replies_of(tickets(20)))
    deliver_answers(tmp_path, given, CONTRACTS, CODES, day=DAY)
    place = tmp_path / "arrivals" / f"{DAY + timedelta(days=1)}"
    found = {path.relative_to(place).parts[0]: pl.read_csv(path, infer_schema=False) for path in place.rglob("*.csv")}
    assert found["verification"].height == given.verification.height
    assert set(found["replies"]["处理结果"]) <= {"已更正", "核实无误", "非本单位"}


def test_a_day_without_answers_sends_no_file(tmp_path: Path) -> None:
    nothing = Answers(over_days(leads(0, person_no=1), days=1), replies_of(tickets(0)))
    deliver_answers(tmp_path, nothing, CONTRACTS, CODES, day=DAY)
    assert not (tmp_path / "arrivals").exists()


def test_states_that_are_meant_exist() -> None:
    kinds = {kind for named in module._STATES.values() for kind in named}
    assert kinds == {kind.value for kind in LossKind} - {LossKind.LS08.value, LossKind.LS20.value}
