"""What the simulated office makes of proposals: when it stops and resumes, whom, and which arrears it pays."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from data_samples.province.draws import NEVER, day_number
from data_samples.province.money import payments
from data_samples.province.office import (
    EXECUTED,
    PROPOSED,
    OfficeRates,
    arrears,
    as_executed,
    executions,
    read_story_rates,
)
from data_samples.province.parameters import Scale
from data_samples.province.world import World

DAY = date(2024, 4, 1)
KEY = {"programme_code": "RESIDENT_PENSION", "county_code": "c"}
SURE: dict[str, Any] = {
    "execute_days": (2, 2), "execute_late": 0, "late_days": (9, 9), "execute_never": 0, "execute_wrong_person": 0,
    "resume_days": (1, 1),
}  # fmt: skip


def rates(**changed: Any) -> OfficeRates:
    return read_story_rates().office.model_copy(update=SURE | changed)


def proposed(*rows: tuple[int, str, int]) -> pl.DataFrame:
    """Person, action and day after DAY of each proposal."""
    made = [
        KEY | {"person_no": number, "action": action, "day": DAY + timedelta(days=on)} for number, action, on in rows
    ]
    return pl.DataFrame(made, schema=PROPOSED)


def drawing(*numbers: int) -> pl.DataFrame:
    return pl.DataFrame([KEY | {"person_no": number} for number in numbers])


def lived(
    proposals: pl.DataFrame, office: OfficeRates, *, days: int = 15, who: tuple[int, ...] = (1, 2, 3)
) -> list[Any]:
    """(person, action, day after DAY) of what is executed day after day."""
    done = pl.DataFrame(schema=EXECUTED)
    for place in range(days):
        day = DAY + timedelta(days=place)
        known = proposals.filter(pl.col("day") <= day)
        done = pl.concat([done, executions(known, done, drawing(*who), office, day=day, seed=1)])
    return [(row["person_no"], row["action"], (row["day"] - DAY).days) for row in done.iter_rows(named=True)]


def test_a_proposal_is_executed_once_however_often_it_is_made() -> None:
    assert lived(proposed((1, "END", 0), (1, "END", 1), (1, "END", 2)), rates()) == [(1, "END", 2)]


def test_what_was_withdrawn_in_time_is_not_executed_but_by_who_is_late() -> None:
    rows = proposed((1, "END", 0), (1, "WITHDRAW", 1))
    assert lived(rows, rates()) == []
    assert lived(rows, rates(execute_late=1)) == [(1, "END", 9)]


def test_some_proposals_are_never_executed() -> None:
    assert lived(proposed((1, "END", 0)), rates(execute_never=1)) == []


def test_the_wrong_person_is_the_next_who_draws_the_same() -> None:
    wrong = rates(execute_wrong_person=1)
    assert lived(proposed((1, "END", 0)), wrong) == [(2, "END", 2)]
    assert lived(proposed((3, "END", 0)), wrong) == [(3, "END", 2)]


def test_a_resumption_follows_a_stop_and_may_be_followed_by_another() -> None:
    rows = proposed((1, "END", 0), (1, "RESUME", 4), (1, "END", 7))
    assert lived(rows, rates()) == [(1, "END", 2), (1, "RESUME", 5), (1, "END", 9)]


def executed(*rows: tuple[str, date]) -> pl.DataFrame:
    made = [
        KEY | {"person_no": 1, "action": action, "day": day, "proposed_on": day, "cause": "PROPOSED"}
        for action, day in rows
    ]
    return pl.DataFrame(made, schema=EXECUTED)


BENEFIT = pl.DataFrame(
    [KEY | {"person_no": 1, "monthly_fen": 100, "stop": day_number(DAY) + 9, "held_from": NEVER, "held_to": NEVER}]
)


def stop_on(day: date, *acts: tuple[str, date], **changed: Any) -> int:
    rows = as_executed(BENEFIT, executed(*acts), rates(**changed), start=DAY, day=day, seed=1)
    return int(rows["stop"][0])


def test_the_registry_stops_upon_what_is_executed_and_seldom_by_itself() -> None:
    later = DAY + timedelta(days=20)
    assert stop_on(later, own_stops=0) == NEVER
    assert stop_on(later, own_stops=1) == day_number(DAY) + 9
    assert stop_on(later, ("END", DAY), own_stops=0) == day_number(DAY)
    assert stop_on(later, ("END", DAY), ("RESUME", later), own_stops=1) == NEVER


def test_arrears_are_the_months_of_the_stop_that_were_not_paid() -> None:
    paid = pl.DataFrame([KEY | {"person_no": 1, "pay_month": date(2024, 2, 1), "paid_fen": 100}])
    done = executed(("END", date(2024, 2, 20)), ("RESUME", date(2024, 5, 3)))
    owed = arrears(BENEFIT, done, paid, paid_on=date(2024, 5, 8))
    assert owed.select("pay_month", "amount_fen").rows() == [(date(2024, 3, 1), 100), (date(2024, 4, 1), 100)]
    assert arrears(BENEFIT, done.head(1), paid, paid_on=date(2024, 5, 8)).is_empty()


def test_nothing_is_recovered_from_the_living_whose_benefit_was_stopped() -> None:
    start = date(2024, 3, 18)
    lives = World(read_story_rates(counties=1).parameters, Scale(300, 60, start, 7)).lives(0)
    alive = pl.Series(lives.fates.death == NEVER).gather(lives.entitlements["who"])
    stopped = lives.entitlements.with_columns(stop=day_number(date(2024, 4, 1))).filter(alive)
    parameters = read_story_rates().parameters
    scale = Scale(300, 60, start, 7)
    paid = payments(parameters, scale, lives.block, lives.fates, stopped, paid_on=date(2024, 4, 8))
    assert paid.is_empty()
