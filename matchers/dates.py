"""Birth dates side by side."""

import datetime
from typing import Final

import polars as pl

from schemas.codes import DateLevel

# written where no date is known
_PLACEHOLDERS: Final = (datetime.date(1900, 1, 1), datetime.date(1970, 1, 1), datetime.date(9999, 12, 31))
# parent and child of one name are further apart
_GENERATION: Final = 10
# a lunar day taken for a solar one
_LUNAR_DAYS: Final = 60
_PLACES: Final = 8


def date_level(date: pl.Expr, born: pl.Expr) -> pl.Expr:
    """DateLevel of two dates, as text."""
    parts = [date.dt.year() == born.dt.year(), date.dt.month() == born.dt.month(), date.dt.day() == born.dt.day()]
    is_turned = parts[0] & (date.dt.month() == born.dt.day()) & (date.dt.day() == born.dt.month())
    is_near = parts[1] & parts[2] & ((date.dt.year() - born.dt.year()).abs() == 1)
    return (
        pl.when(date.is_null() | born.is_null()).then(pl.lit(DateLevel.ABSENT.value))
        .when(date == born).then(pl.lit(DateLevel.EQUAL.value))
        .when(is_turned).then(pl.lit(DateLevel.DAY_MONTH_SWAPPED.value))
        .when(is_near).then(pl.lit(DateLevel.NEAR_YEAR.value))
        .when(pl.sum_horizontal(parts) == 2).then(pl.lit(DateLevel.ONE_PART.value))
        .otherwise(pl.lit(DateLevel.OTHER.value))
    )  # fmt: skip


def is_generation_apart(date: pl.Expr, born: pl.Expr) -> pl.Expr:
    """Whether two dates are ten years or more apart, by more than a slip in the year: perhaps of parent and child."""
    year, born_in = date.dt.year(), born.dt.year()
    years = (year - born_in).abs() >= _GENERATION
    other_day = (date.dt.month() != born.dt.month()) | (date.dt.day() != born.dt.day())
    is_slip = ~other_day & is_mistyped(year, born_in, places=4)
    return (years & ~is_slip & ~date.is_in(_PLACEHOLDERS) & ~born.is_in(_PLACEHOLDERS)).fill_null(False)


def is_another(date: pl.Expr, born: pl.Expr) -> pl.Expr:
    """Whether both dates are known and differ."""
    return ((date != born) & ~date.is_in(_PLACEHOLDERS)).fill_null(False)


def is_no_slip(date: pl.Expr, born: pl.Expr) -> pl.Expr:
    """Whether two dates are too different for a slip of the pen: perhaps they are of two persons.

    A slip is one digit, two neighbouring digits or day and month turned, a year more or less, a lunar date, no date.
    """
    level = date_level(date, born)
    slips = level.is_in([DateLevel.ABSENT.value, DateLevel.DAY_MONTH_SWAPPED.value, DateLevel.NEAR_YEAR.value])
    is_lunar = (date - born).dt.total_days().abs() <= _LUNAR_DAYS
    slips = slips | is_lunar | date.is_in(_PLACEHOLDERS) | is_mistyped(digits_of(date), digits_of(born))
    return (~slips).fill_null(False)


def digits_of(date: pl.Expr) -> pl.Expr:
    """YYYYMMDD as a number."""
    year, month, day = (part.cast(pl.Int32) for part in (date.dt.year(), date.dt.month(), date.dt.day()))
    return year * 10_000 + month * 100 + day


def is_mistyped(one: pl.Expr, other: pl.Expr, *, places: int = _PLACES) -> pl.Expr:
    """Whether of two dates or years as digits at most one digit differs, or two neighbouring ones are turned."""
    single = [_agree_beside(one, other, place, width=1) for place in range(places)]
    turned = [
        _agree_beside(one, other, place, width=2) & (_turned(one // 10**place % 100) == other // 10**place % 100)
        for place in range(places - 1)
    ]
    return pl.any_horizontal(*single, *turned)


def _agree_beside(one: pl.Expr, other: pl.Expr, place: int, *, width: int) -> pl.Expr:
    above, below = 10 ** (place + width), 10**place
    return (one // above == other // above) & (one % below == other % below)


def _turned(two: pl.Expr) -> pl.Expr:
    return two % 10 * 10 + two // 10
