"""Ages on a day, and the age bands of figures and samples: their limits are policy."""

from calendar import isleap
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import ibis
import ibis.expr.types as ir

UNKNOWN = ""


def age_band(birth_date: ir.DateValue, as_of: date, limits: Sequence[int]) -> ir.StringValue:
    """`<60`, `60-69` … `90+` for the limits 60, 70 … 90; empty where no birth date is known."""
    ordered = sorted(limits)
    if not ordered:
        return ibis.ifelse(birth_date.isnull(), UNKNOWN, "0+")
    cases = [
        (birth_date <= ibis.literal(born_by(as_of, age)), name)
        for age, name in zip(ordered, band_names(limits)[1:], strict=True)
    ]
    return ibis.cases((birth_date.isnull(), UNKNOWN), *reversed(cases), else_=band_names(limits)[0])


def band_names(limits: Sequence[int]) -> list[str]:
    """Names of the bands, the youngest first."""
    ordered = sorted(limits)
    if not ordered:
        return ["0+"]
    between = [f"{low}-{high - 1}" for low, high in pairwise(ordered)]
    return [f"<{ordered[0]}", *between, f"{ordered[-1]}+"]


def born_by(as_of: date, years: int) -> date:
    """The latest birth date of who has completed `years`; born on 29 February, one completes them on the 28th."""
    next_day = as_of + timedelta(days=1)
    if (as_of.month, as_of.day, next_day.day) == (2, 28, 1) and isleap(as_of.year - years):
        return date(as_of.year - years, 2, 29)
    if (as_of.month, as_of.day) == (2, 29) and not isleap(as_of.year - years):
        return date(as_of.year - years, 2, 28)
    return as_of.replace(year=as_of.year - years)
