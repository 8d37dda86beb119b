"""Terms in working days (工作日), by the calendar as announced: holidays do not count, make-up days do."""

from datetime import date, timedelta

import pytest

from schemas.working_days import NoCalendarError, add_working_days, previous_working_day
from tests.derived import shipped_policy

TERMS = [
    # notice given  days  last day      why
    ("2024-03-18", 0, "2024-03-18"),  # no term at all
    ("2024-03-18", 1, "2024-03-19"),  # the day itself does not count
    ("2024-03-15", 1, "2024-03-18"),  # Friday, then a weekend
    ("2024-03-18", 10, "2024-04-01"),  # two ordinary weeks
    ("2024-03-18", 15, "2024-04-09"),  # 清明: 4 and 5 April off, Sunday 7 April worked
    ("2024-02-02", 1, "2024-02-04"),  # Sunday 4 February is worked before the Spring Festival
    ("2024-02-09", 1, "2024-02-18"),  # eight days off, then Sunday 18 February is worked
    ("2024-09-27", 5, "2024-10-10"),  # 29 (a Sunday worked) and 30 September, then 8, 9, 10 October
    ("2024-03-18", 20, "2024-04-16"),
]
REST_DAYS = [
    ("2024-03-20", "2024-03-20"),  # a Wednesday stays
    ("2024-03-23", "2024-03-25"),  # Saturday moves to Monday
    ("2024-04-04", "2024-04-07"),  # 清明 moves to the Sunday that is worked
    ("2024-04-07", "2024-04-07"),  # a Sunday that is worked stays
    ("2024-10-01", "2024-10-08"),
]


@pytest.mark.parametrize(("notice", "days", "last"), TERMS)
def test_a_term_counts_working_days_only(notice: str, days: int, last: str) -> None:
    """Fifteen working days from a notice of 18 March 2024 end on 9 April: 清明 is off, 7 April is worked."""
    assert add_working_days(date.fromisoformat(notice), days, shipped_policy().calendar) == date.fromisoformat(last)


@pytest.mark.parametrize(("deadline", "moved"), REST_DAYS)
def test_a_deadline_on_a_day_of_rest_moves_to_the_next_working_day(deadline: str, moved: str) -> None:
    """Nobody has to come to an office that is closed: until `moved` no working day has gone by since the deadline."""
    calendar, last = shipped_policy().calendar, date.fromisoformat(moved)
    day_before = previous_working_day(last, calendar)
    day_after = previous_working_day(last + timedelta(days=1), calendar)
    assert day_before is not None
    assert day_after is not None
    assert day_before < date.fromisoformat(deadline) <= day_after


@pytest.mark.parametrize("notice", ["2021-06-01", "2026-12-20", "2027-01-06"])
def test_a_term_into_a_year_without_calendar_has_no_end(notice: str) -> None:
    """The holidays of 2027 are not declared: a term that reaches into it cannot end, so nothing adverse follows."""
    with pytest.raises(NoCalendarError, match=r"declare it in policy/calendar\.yaml"):
        add_working_days(date.fromisoformat(notice), 15, shipped_policy().calendar)
