"""Birth dates side by side."""

import datetime
from typing import Final

import polars as pl

from schemas.codes import DateLevel

# written where no date is known
_PLACEHOLDERS: Final = (datetime.date(1900, 1, 1), datetime.date(1970, 1, 1), datetime.date(9999, 12, 31))
# parent and child of one name are further apart; slips of a year keep the day
_GENERATION: Final = 10


def date_level(date: pl.Expr, born: pl.Expr) -> pl.Expr:
    """DateLevel of two dates as text."""
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
    """Ten years or more and another day of the year: no slip of the pen, perhaps a parent or child of the same name."""
    years = (date.dt.year() - born.dt.year()).abs() >= _GENERATION
    other_day = (date.dt.month() != born.dt.month()) | (date.dt.day() != born.dt.day())
    return (years & other_day & ~date.is_in(_PLACEHOLDERS)).fill_null(False)
