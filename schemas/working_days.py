"""Terms in working days (工作日), by a calendar of holidays and make-up days; a year without one has no terms."""

from collections.abc import Mapping
from datetime import date, timedelta

from schemas.contract import Declared

_SATURDAY = 5
DAY = timedelta(days=1)


class Year(Declared):
    """Days off on a weekday, and Saturdays and Sundays worked instead."""

    holidays: tuple[date, ...]
    working: tuple[date, ...]


class NoCalendarError(LookupError):
    """The calendar of a year is not declared: no adverse step may be taken in it."""


def is_working(day: date, calendar: Mapping[int, Year]) -> bool:
    if day.year not in calendar:
        raise NoCalendarError(f"no working-day calendar for {day.year}: declare it in policy/calendar.yaml")
    year = calendar[day.year]
    return day in year.working or (day.weekday() < _SATURDAY and day not in year.holidays)


def add_working_days(start: date, count: int, calendar: Mapping[int, Year]) -> date:
    """The count-th working day after `start`; the day itself does not count. 0 gives the day itself."""
    day = start
    while count:
        day += DAY
        count -= is_working(day, calendar)
    return day


def working_days_between(start: date, end: date, calendar: Mapping[int, Year]) -> int:
    """Working days after `start` up to `end`; 0 when `end` is no later day."""
    days = (end - start).days
    return sum(is_working(start + DAY * number, calendar) for number in range(1, days + 1))


def last_day_of_term(start: date, count: int, calendar: Mapping[int, Year]) -> date | None:
    """The count-th working day after `start`; None when it lies in a year without a calendar: no term ends then."""
    try:
        return add_working_days(start, count, calendar)
    except NoCalendarError:
        return None


def working_days_before(day: date, count: int, calendar: Mapping[int, Year]) -> date | None:
    """The count-th working day before `day`, 0 the day itself; None when a year that it takes to know is missing."""
    found: date | None = day
    for _ in range(count):
        found = previous_working_day(found, calendar) if found else None
    return found


def previous_working_day(day: date, calendar: Mapping[int, Year]) -> date | None:
    """The last working day before `day`; None when a year that it takes to know is not declared."""
    if day.year not in calendar:
        return None
    before = day - DAY
    try:
        while not is_working(before, calendar):
            before -= DAY
    except NoCalendarError:
        return None
    return before
