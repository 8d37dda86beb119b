"""Passes and due dates: what certifies a person, and until when for each entitlement."""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from schemas.codes import Method, SignalClass
from schemas.policy import ANY, Cycle

STRONG = (SignalClass.A.value, SignalClass.B.value)
PAIR = "PAIR"
_ENTITLEMENT = ["person_no", "programme_code", "county_code"]


def passes(life_fact: ir.Table, *, pair_days: int) -> ir.Table:
    """Grain: person × method × signal. Columns: person_no, method, signal_code, pass_date (the newest).

    A and B pass alone. Two C of different agencies within `pair_days` pass at the older of the two. D never does.
    """
    strong = life_fact.filter(life_fact.signal_class.isin(STRONG)).select(
        "person_no", "method", "signal_code", pass_date="event_date"
    )
    found = strong.union(_pairs(life_fact, pair_days))
    return found.group_by(["person_no", "method", "signal_code"]).agg(pass_date=found.pass_date.max())


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


def standing_pass(entitlement: ir.Table, found: ir.Table, cycles: Sequence[Cycle]) -> ir.Table:
    """Grain: entitlement. Adds pass_date, method, signal_code, due_date, has_passed to the entitlement.

    The due date is the latest over all passes; never passed, it is counted from the first payment.
    """
    joined = entitlement.left_join(found, "person_no").drop("person_no_right")
    dated = joined.mutate(
        method=joined.method.fill_null(Method.NONE.value),
        anchor=joined.pass_date.coalesce(joined.first_payment_date),
        has_passed=joined.pass_date.notnull(),
        signal_code=joined.signal_code.fill_null(""),
    )
    dated = dated.mutate(due_date=_due_date(dated, cycles))
    newest_first = [dated[name].desc(nulls_first=False) for name in ("due_date", "pass_date")]
    by_name = [dated[name].asc(nulls_first=False) for name in ("method", "signal_code")]
    rank = ibis.row_number().over(group_by=_ENTITLEMENT, order_by=[*newest_first, *by_name])
    return dated.mutate(place=rank).filter(lambda t: t.place == 0).drop("place", "anchor")


def _due_date(rows: ir.Table, cycles: Sequence[Cycle]) -> ir.DateValue:
    """The first cycle that fits holds; a pass no cycle fits has no due date."""
    dates = [(_fits(rows, cycle), due_after(rows.anchor, cycle)) for cycle in cycles]
    return reduce(lambda otherwise, case: ibis.ifelse(case[0], case[1], otherwise), reversed(dates), ibis.null("date"))


def _fits(rows: ir.Table, cycle: Cycle) -> ir.BooleanValue:
    wanted = {
        "programme_code": cycle.programme,
        "county_code": cycle.county,
        "method": cycle.method,
        "group": cycle.group,
    }
    tests = [rows[name] == value for name, value in wanted.items() if value != ANY]
    return reduce(lambda left, right: left & right, tests, ibis.literal(True))


def due_after(anchor: ir.DateValue, cycle: Cycle) -> ir.DateValue:
    """DAYS(n): the n-th day after. MONTHS(n): the last day of the n-th month after the month of the pass."""
    if cycle.unit == "DAYS":
        return (anchor + ibis.interval(days=cycle.length)).cast("date")
    month_after = (anchor.truncate("M") + ibis.interval(months=cycle.length + 1)).cast("date")
    return (month_after - ibis.interval(days=1)).cast("date")
