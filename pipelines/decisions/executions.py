"""Decisions that are not carried out: a loss that is still paid, money that is owed to the living and not paid.

Payments and the registry are the witnesses. Every row is an alarm to be looked into; nothing here pays or stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from pipelines.decisions.resumptions import drawn_elsewhere, refutations
from schemas.codes import Alarm, CertificationState, LossState, Outcome, PaymentState, Reason
from schemas.policy import Policy
from schemas.tables import DECISION, EXECUTION_ALARM, PROPOSED_RESUMPTION, RESTORATION

_KEY = list(DECISION.key)
_STOP = [*_KEY, "since"]
_CERTIFIED = (CertificationState.CERTIFIED.value, CertificationState.DUE_SOON.value)
_NO_LOSS = (LossState.NONE.value, LossState.REFUTED.value)


@dataclass(frozen=True, slots=True)
class Decided:
    """`claim` are all claims of benefits in payment or stopped, with `is_over`, `is_dated` and `settled_on`; `proposed`
    is PROPOSED_RESUMPTION up to and with the night; `grounds` is (alarm, legal_ground).
    """

    decision: ir.Table
    entitlement: ir.Table
    claim: ir.Table
    effects: ir.Table
    payment: ir.Table
    resumption: ir.Table
    proposed: ir.Table
    grounds: ir.Table


def newly_proposed(resumption: ir.Table, book: ir.Table, *, run_no: int, as_of: date) -> ir.Table:
    """PROPOSED_RESUMPTION rows of tonight: stops that no earlier night proposed to undo."""
    new = resumption.anti_join(book, list(PROPOSED_RESUMPTION.key))
    new = new.mutate(run_no=ibis.literal(run_no, "int64"), as_of=ibis.literal(as_of))
    return new.select(*PROPOSED_RESUMPTION.names)


def executions(decided: Decided, *, as_of: date, policy: Policy) -> ir.Table:
    """EXECUTION_ALARM. Of one benefit a single alarm says that money is owed, the first that holds."""
    stopped = _stopped(decided, as_of=as_of)
    drawn = _drawn_with_gaps(decided, as_of=as_of)
    certified = _certified_suspended(decided, as_of=as_of, policy=policy).anti_join(stopped, _KEY)
    owed = stopped.union(drawn).union(certified)
    owed = owed.left_join(decided.grounds, "alarm").drop("alarm_right")
    owed = owed.mutate(legal_ground=owed.legal_ground.fill_null(""))
    columns = [name for name in EXECUTION_ALARM.names if name != "days_open"]
    approved = _approved_and_paid(decided, as_of=as_of, lifelong=policy.lifelong_programmes)
    rows = owed.select(*columns).union(approved.select(*columns))
    days_open = ibis.literal(as_of).delta(rows.since, unit="day").cast("int32")
    return rows.mutate(days_open=ibis.greatest(days_open, 0)).select(*EXECUTION_ALARM.names)


def restorations(decided: Decided, objection: ir.Table, *, as_of: date) -> ir.Table:
    """RESTORATION. A term that is over was no mistake, and is not among them."""
    wrong = decided.proposed.filter(decided.proposed.reason != Reason.TERM_OVER.value)
    stops = wrong.group_by(_STOP).agg(proposed_on=wrong.as_of.min())
    known = objection.filter(objection.event_date <= ibis.literal(as_of))
    objected = stops.inner_join(known.select("person_no", "event_date"), "person_no")
    objected = objected.filter(objected.event_date >= objected.since)
    refuted = stops.inner_join(refutations(decided.claim, decided.effects), ["person_no", "programme_code"])
    refuted = refuted.filter(refuted.settled_on >= refuted.since)
    parts = (
        objected.group_by(_STOP).agg(objected_on=objected.event_date.min()),
        refuted.group_by(_STOP).agg(disproved_on=refuted.settled_on.min()),
    )
    rows = stops
    for part in parts:
        rows = rows.left_join(part, _STOP).drop(*(f"{name}_right" for name in _STOP))
    rows = rows.mutate(begun_on=ibis.least(rows.objected_on, rows.disproved_on, rows.proposed_on))
    paid = decided.payment.filter(decided.payment.paid_fen > 0, decided.payment.pay_month <= ibis.literal(as_of))
    after = rows.select(*_STOP, "begun_on").inner_join(paid, _KEY)
    after = after.filter(after.pay_month > after.begun_on)
    first = after.group_by(_STOP).agg(paid_on=after.pay_month.min())
    rows = rows.left_join(first, _STOP).drop(*(f"{name}_right" for name in _STOP))
    days = rows.paid_on.delta(rows.begun_on, unit="day").cast("int32")
    return rows.mutate(days=days).select(*RESTORATION.names)


def _approved_and_paid(decided: Decided, *, as_of: date, lifelong: Sequence[str]) -> ir.Table:
    """Benefits that a confirmed loss ends or suspends, from the first pay run after the confirmation on: still drawn by
    the registry, or stopped there and paid for this month all the same.
    """
    claim, decision = decided.claim, decided.decision
    confirmed = claim.filter(
        claim.status == LossState.CONFIRMED.value, claim.is_dated, ~claim.is_over, claim.settled_on.notnull()
    ).select("person_no", "loss_kind", "settled_on")
    stops = decided.effects.filter(decided.effects.effect.isin(("END", "SUSPEND")))
    ended = (decision.payment_state == PaymentState.TERMINATED.value) & decision.programme_code.isin(lifelong)
    concerned = decision.filter((decision.outcome == Outcome.LOSS_CONFIRMED.value) | ended)
    met = concerned.select(*_KEY, "payment_state", "loss_kinds").inner_join(
        confirmed.inner_join(stops.select("programme_code", "loss_kind", "legal_ground"), "loss_kind"),
        ["person_no", "programme_code"],
    )
    touches = met.loss_kinds.contains(met.loss_kind) | (met.payment_state == PaymentState.TERMINATED.value)
    met = met.filter(touches)
    rows = met.group_by([*_KEY, "payment_state"]).agg(
        approved_on=met.settled_on.min(), legal_ground=met.legal_ground.min()
    )
    rows = rows.mutate(since=(rows.approved_on.truncate("M") + ibis.interval(months=1)).cast("date"))
    rows = rows.filter(rows.since <= ibis.literal(as_of))
    this_month = ibis.literal(as_of.replace(day=1))
    paid = decided.payment.filter(decided.payment.paid_fen > 0, decided.payment.pay_month <= this_month)
    paid = paid.inner_join(rows.select(*_KEY, "since"), _KEY)
    paid = paid.filter(paid.pay_month >= paid.since)
    sums = paid.group_by(_KEY).agg(
        months=paid.pay_month.nunique().cast("int32"),
        fen=paid.paid_fen.sum().cast("int64"),
        last_paid=paid.pay_month.max(),
    )
    rows = rows.left_join(sums, _KEY).drop(*(f"{name}_right" for name in _KEY))
    still = (rows.payment_state == PaymentState.DRAWING.value) | (rows.last_paid == this_month).fill_null(False)
    rows = rows.filter(still)
    return rows.mutate(
        alarm=ibis.literal(Alarm.APPROVED_PAID.value),
        seen_date=ibis.null("date"),
        months=rows.months.fill_null(0).cast("int32"),
        fen=rows.fen.fill_null(0).cast("int64"),
    )


def _stopped(decided: Decided, *, as_of: date) -> ir.Table:
    """Each stopped benefit that should be paid again, with the day since which that is known."""
    refuted = refutations(decided.claim, decided.effects)
    refuted = refuted.group_by(["person_no", "programme_code"]).agg(refuted_on=refuted.settled_on.max())
    first = decided.proposed.group_by([*_KEY, "reason", "since"]).agg(proposed_on=decided.proposed.as_of.min())
    rows = decided.resumption
    for part, on in ((refuted, ["person_no", "programme_code"]), (first, [*_KEY, "reason", "since"])):
        rows = rows.left_join(part, on).drop(*(f"{name}_right" for name in on))
    served = rows.reason == Reason.TERM_OVER.value
    alarm = ibis.cases(
        (served, Alarm.TERM_OVER_UNPAID.value),
        (rows.refuted_on.notnull(), Alarm.REFUTED_UNPAID.value),
        else_=Alarm.ALIVE_STOPPED.value,
    )
    day_after = (rows.since + ibis.interval(days=1)).cast("date")
    since = ibis.cases((served, day_after), else_=ibis.coalesce(rows.refuted_on, rows.proposed_on, ibis.literal(as_of)))
    return rows.select(
        *_KEY, "seen_date", alarm=alarm, since=since, months=rows.unpaid_months, fen=rows.back_pay_fen
    )  # fmt: skip


def _drawn_with_gaps(decided: Decided, *, as_of: date) -> ir.Table:
    """Benefits drawn again of which months before this one are still unpaid: after a stop that was proposed to be
    undone, or after a loss that officers refuted.

    A month for which no payment of anybody is known counts for nobody, nor one before the first known of the benefit.
    """
    drawing = decided.decision.filter(
        decided.decision.payment_state == PaymentState.DRAWING.value,
        decided.decision.loss_state != LossState.CONFIRMED.value,
    ).select(*_KEY)
    book = decided.proposed.filter(decided.proposed.as_of < ibis.literal(as_of))
    resumed = book.group_by(_KEY).agg(owed_from=book.owed_from.min(), since=book.as_of.min())
    resumed = resumed.semi_join(drawing, _KEY).mutate(alarm=ibis.literal(Alarm.RESUMED_NOT_BACK_PAID.value))
    refuted = drawing.inner_join(refutations(decided.claim, decided.effects), ["person_no", "programme_code"])
    refuted = refuted.group_by(_KEY).agg(
        owed_from=refuted.event_date.min().truncate("M").cast("date"), since=refuted.settled_on.min()
    )
    refuted = refuted.anti_join(resumed, _KEY).mutate(alarm=ibis.literal(Alarm.REFUTED_UNPAID.value))
    rows = resumed.union(refuted)
    payment = decided.payment
    paid_months = payment.filter(payment.pay_month < ibis.literal(as_of.replace(day=1))).select("pay_month").distinct()
    own = payment.semi_join(rows, _KEY)
    known = own.group_by(_KEY).agg(first_month=own.pay_month.min())
    rows = rows.inner_join(known, _KEY)
    months = rows.inner_join(
        paid_months, [paid_months.pay_month >= rows.owed_from, paid_months.pay_month >= rows.first_month]
    )
    missing = months.anti_join(own.filter(own.paid_fen > 0), [*_KEY, "pay_month"])
    counted = missing.group_by([*_KEY, "alarm", "since"]).agg(months=missing.count().cast("int32"))
    priced = counted.inner_join(decided.entitlement.select(*_KEY, "monthly_fen"), _KEY)
    return priced.select(
        *_KEY, "alarm", "since", "months", seen_date=ibis.null("date"),
        fen=priced.months.cast("int64") * priced.monthly_fen,
    )  # fmt: skip


def _certified_suspended(decided: Decided, *, as_of: date, policy: Policy) -> ir.Table:
    """Benefits suspended while their person is certified, has no open or confirmed loss and draws it nowhere else."""
    decision, entitlement = decided.decision, decided.entitlement
    found = decision.filter(
        decision.payment_state == PaymentState.SUSPENDED.value,
        decision.certification_state.isin(_CERTIFIED),
        decision.pass_date.notnull(),
        decision.loss_state.isin(_NO_LOSS),
    ).select(*_KEY, "pass_date")
    rows = found.inner_join(entitlement.select(*_KEY, "monthly_fen", "human_no"), _KEY)
    rows = rows.anti_join(drawn_elsewhere(rows, entitlement, policy.excluding_programmes), _KEY)
    this_month = ibis.literal(as_of.replace(day=1))
    paid = decided.payment.filter(decided.payment.paid_fen > 0, decided.payment.pay_month <= this_month)
    paid = paid.semi_join(rows, _KEY)
    last = paid.group_by(_KEY).agg(last_month=paid.pay_month.max())
    rows = rows.left_join(last, _KEY).drop(*(f"{name}_right" for name in _KEY))
    stopped_from = (rows.last_month + ibis.interval(months=1)).cast("date")
    unpaid = (as_of.year * 12 + as_of.month) - (rows.last_month.year() * 12 + rows.last_month.month())
    return rows.select(
        *_KEY,
        alarm=ibis.literal(Alarm.CERTIFIED_SUSPENDED.value),
        since=ibis.least(ibis.greatest(rows.pass_date, stopped_from), ibis.literal(as_of)),
        seen_date=ibis.null("date"),
        months=unpaid.cast("int32"),
        fen=unpaid.cast("int64") * rows.monthly_fen,
    )
