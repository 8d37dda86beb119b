"""Passes and due dates: what certifies a person, and until when for each entitlement."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import add, and_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from pipelines.latest import ascending, descending, first_per_key
from schemas.codes import Method, SignalClass
from schemas.policy import ANY, Cycle, PersonalCycle


class Cycles(NamedTuple):
    """The cycles of a policy: `general` narrowest first, `personal` of single persons."""

    general: Sequence[Cycle]
    personal: Sequence[PersonalCycle] = ()

    @property
    def first_days(self) -> list[date]:
        return sorted({c.from_date for c in self.general} | {c.from_date for c in self.personal})


STRONG = (SignalClass.A.value, SignalClass.B.value)
PAIR = "PAIR"
_ENTITLEMENT = ["person_no", "programme_code", "county_code"]


def passes(life_fact: ir.Table, cycles: Cycles, *, pair_days: int) -> ir.Table:
    """Grain: person × method × signal × period. Columns: person_no, method, signal_code, pass_date (the newest).

    A and B pass alone. Two C of different agencies within `pair_days` pass at the older of the two. D never does.
    A period ends where a cycle begins to apply: a pass of an earlier, longer cycle may outlast a later one.
    """
    strong = life_fact.filter(life_fact.signal_class.isin(STRONG)).select(
        "person_no", "method", "signal_code", pass_date="event_date"
    )
    found = strong.union(_pairs(life_fact, pair_days))
    begun = [(found.pass_date >= day).cast("int64") for day in cycles.first_days]
    found = found.mutate(period=reduce(add, begun, ibis.literal(0, "int64")))
    newest = found.group_by(["person_no", "method", "signal_code", "period"]).agg(pass_date=found.pass_date.max())
    return newest.drop("period")


def _pairs(life_fact: ir.Table, pair_days: int) -> ir.Table:
    likely = life_fact.filter(life_fact.signal_class == SignalClass.C.value).select("person_no", "agency", "event_date")
    older, newer = likely, likely.view()
    both = older.inner_join(
        newer,
        [
            older.person_no == newer.person_no,
            older.agency != newer.agency,
            older.event_date <= newer.event_date,
            newer.event_date <= older.event_date + ibis.interval(days=pair_days),
        ],
    )
    return both.select(
        "person_no", method=ibis.literal(Method.SILENT.value), signal_code=ibis.literal(PAIR), pass_date=both.event_date
    )


def pass_in_force(entitlement: ir.Table, found: ir.Table, cycles: Cycles, *, aged_by: date) -> ir.Table:
    """Grain: entitlement. Adds is_aged, pass_date, method, signal_code, due_date, has_passed to the entitlement.

    The due date is the latest over all passes; never passed, it is counted from the first payment. Who was born by
    `aged_by` passes by presence only, never by two likely signs.
    """
    people = entitlement.mutate(is_aged=(entitlement.birth_date <= aged_by).fill_null(False))
    counts = ~(people.is_aged & (found.signal_code == PAIR))
    joined = people.left_join(found, [people.person_no == found.person_no, counts]).drop("person_no_right")
    dated = joined.mutate(
        method=joined.method.fill_null(Method.NONE.value),
        anchor=joined.pass_date.coalesce(joined.first_payment_date),
        has_passed=joined.pass_date.notnull(),
        signal_code=joined.signal_code.fill_null(""),
    )
    dated = dated.mutate(due_date=_due_date(dated, cycles))
    order = [*descending(dated, ("due_date", "pass_date")), *ascending(dated, ("method", "signal_code"))]
    return first_per_key(dated, _ENTITLEMENT, order).drop("anchor")


def _due_date(rows: ir.Table, cycles: Cycles) -> ir.DateValue:
    """The person's own cycle, else the first that fits entitlement, method and day; where none fits, nothing is due."""
    own = sorted(cycles.personal, key=lambda cycle: (-cycle.from_date.toordinal(), cycle.method == ANY))
    dates = [
        *((_is_own(rows, cycle), due_after(rows.anchor, cycle)) for cycle in own),
        *((_fits(rows, cycle), due_after(rows.anchor, cycle)) for cycle in cycles.general),
    ]
    return reduce(lambda otherwise, case: ibis.ifelse(case[0], case[1], otherwise), reversed(dates), ibis.null("date"))


def _fits(rows: ir.Table, cycle: Cycle) -> ir.BooleanValue:
    wanted = {
        "programme_code": cycle.programme,
        "county_code": cycle.county,
        "method": cycle.method,
        "group": cycle.group,
    }
    tests = [rows[name] == value for name, value in wanted.items() if value != ANY]
    return reduce(and_, tests, rows.anchor >= cycle.from_date)


def _is_own(rows: ir.Table, cycle: PersonalCycle) -> ir.BooleanValue:
    is_theirs = (rows.person_no == cycle.person_no) & (rows.anchor >= cycle.from_date)
    return is_theirs if cycle.method == ANY else is_theirs & (rows.method == cycle.method)


def due_after(anchor: ir.DateValue, cycle: Cycle | PersonalCycle) -> ir.DateValue:
    """DAYS(n): the n-th day after. MONTHS(n): the last day of the n-th month after the month of the pass."""
    if cycle.unit == "DAYS":
        return (anchor + ibis.interval(days=cycle.length)).cast("date")
    month_after = (anchor.truncate("M") + ibis.interval(months=cycle.length + 1)).cast("date")
    return (month_after - ibis.interval(days=1)).cast("date")
