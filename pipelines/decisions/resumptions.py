"""Benefits that are stopped and, by what is known, should be paid again: seen alive since, the term is over, or
officers found the loss wrong.

Each is a proposal to be verified, like any other: nothing here pays anything.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from schemas.codes import LossGroup, LossState, PaymentState, Reason
from schemas.policy import Policy
from schemas.tables import DECISION, RESUMPTION

_KEY = list(DECISION.key)
_STANDS = (LossState.LEAD_OPEN.value, LossState.NOTICE_GIVEN.value, LossState.CONFIRMED.value)
_DOUBTED = (LossState.CONFLICT.value, LossState.REFUTED.value)


def claims_of_stopped(entitlement: ir.Table, losses: ir.Table, lifelong: Sequence[str]) -> ir.Table:
    """The (person_no, loss_kind) of `losses` that may have ended a benefit that is terminated and ends with life."""
    ended = entitlement.filter(
        entitlement.payment_state == PaymentState.TERMINATED.value, entitlement.programme_code.isin(list(lifelong))
    )
    return losses.semi_join(ended, "person_no").distinct()


def resumptions(
    entitlement: ir.Table, claim: ir.Table, effects: ir.Table, payment: ir.Table, *, as_of: date, policy: Policy
) -> ir.Table:
    """RESUMPTION. `claim` are all claims of stopped persons with their status, `is_over` and contradictions."""
    stopped = _stopped(entitlement, policy)
    stopped = stopped.anti_join(_lawfully_stopped(claim, effects), ["person_no", "programme_code"])
    stopped = stopped.anti_join(drawn_elsewhere(stopped, entitlement, policy.excluding_programmes), _KEY)
    death = claim.filter(claim.loss_group == LossGroup.DEATH.value)
    # a day that cannot be says of no sign of life that it came before the death
    stopped = stopped.anti_join(death.filter(death.status.isin(_STANDS), death.is_dated), "person_no")
    alive = _seen_alive(stopped, death)
    alive = alive.union(_found(stopped, claim, effects).anti_join(alive, _KEY))
    served = _term_over(stopped, claim, effects, payment).anti_join(alive, _KEY)
    disproved = _disproved(stopped, claim, effects, payment).anti_join(alive.union(served), _KEY)
    rows = alive.union(served).union(disproved)
    return _with_back_pay(rows, payment, as_of=as_of).select(*RESUMPTION.names)


def _stopped(entitlement: ir.Table, policy: Policy) -> ir.Table:
    is_ended = entitlement.payment_state == PaymentState.TERMINATED.value
    ends_with_life = entitlement.programme_code.isin(list(policy.lifelong_programmes))
    is_suspended = entitlement.payment_state == PaymentState.SUSPENDED.value
    return entitlement.filter(is_suspended | (is_ended & ends_with_life)).select(
        *_KEY, "payment_state", "monthly_fen", "human_no"
    )


def _lawfully_stopped(claim: ir.Table, effects: ir.Table) -> ir.Table:
    """(person_no, programme_code) that another loss than death, confirmed by persons, ends or suspends."""
    other = claim.filter(
        claim.loss_group != LossGroup.DEATH.value, claim.status == LossState.CONFIRMED.value, ~claim.is_over
    )
    stops = effects.filter(effects.effect.isin(("END", "SUSPEND")))
    return other.inner_join(stops, "loss_kind").select("person_no", "programme_code").distinct()


def drawn_elsewhere(stopped: ir.Table, entitlement: ir.Table, excluding: Sequence[tuple[str, str]]) -> ir.Table:
    """Keys of `stopped` whose human draws the same programme in another place, or one beside which it ends."""
    drawn = entitlement.filter(entitlement.payment_state == PaymentState.DRAWING.value)
    drawn = drawn.select(human=drawn.human_no.coalesce(drawn.person_no), drawn_code="programme_code")
    whose = stopped.mutate(human=stopped.human_no.coalesce(stopped.person_no))
    both = whose.inner_join(drawn, "human")
    excluded = [(both.drawn_code == kept) & (both.programme_code == ends) for kept, ends in sorted(excluding)]
    return both.filter(ibis.or_(both.drawn_code == both.programme_code, *excluded)).select(*_KEY).distinct()


def _seen_alive(stopped: ir.Table, death: ir.Table) -> ir.Table:
    """Stopped entitlements of persons all of whose claims of death signs of life contradict or persons refuted."""
    return _to_resume(stopped.inner_join(_seen(death), "person_no"))


def _found(stopped: ir.Table, claim: ir.Table, effects: ir.Table) -> ir.Table:
    """Suspended entitlements of missing persons, all of whose claims of it signs of life contradict or persons refuted.

    A missing person's benefit is suspended by some programmes only.
    """
    missing = claim.filter(claim.loss_group == LossGroup.MISSING.value)
    missing = missing.anti_join(missing.filter(missing.status.isin(_STANDS)), "person_no")
    stops = effects.filter(effects.effect.isin(("END", "SUSPEND"))).select("programme_code", "loss_kind")
    suspended = stopped.filter(stopped.payment_state == PaymentState.SUSPENDED.value)
    concerned = suspended.inner_join(stops, "programme_code").select(*_KEY, "loss_kind")
    whose = missing.semi_join(concerned, ["person_no", "loss_kind"])
    return _to_resume(suspended.semi_join(concerned, _KEY).inner_join(_seen(whose), "person_no"))


def _seen(claim: ir.Table) -> ir.Table:
    """Per person of claims that signs of life contradict: their newest and earliest day, and the newest sign."""
    doubted = claim.filter(claim.status.isin(_DOUBTED), claim.contrary_date.notnull())
    return doubted.group_by("person_no").agg(
        since=doubted.event_date.max(), first=doubted.event_date.min(), seen_date=doubted.contrary_date.max()
    )


def _to_resume(met: ir.Table) -> ir.Table:
    return met.select(
        *_KEY, "payment_state", "monthly_fen", "since", "seen_date",
        reason=ibis.literal(Reason.ALIVE_AFTER_STOP.value),
        owed_from=met["first"].truncate("M").cast("date"),
    )  # fmt: skip


def refutations(claim: ir.Table, effects: ir.Table) -> ir.Table:
    """Grain: refuted claim × programme it would have ended or suspended. Columns: person_no, programme_code, effect,
    event_date, settled_on. A day that cannot be is left out.
    """
    refuted = claim.filter(claim.status == LossState.REFUTED.value, claim.is_dated)
    stops = effects.filter(effects.effect.isin(("END", "SUSPEND"))).select("programme_code", "loss_kind", "effect")
    met = refuted.inner_join(stops, "loss_kind")
    return met.select("person_no", "programme_code", "effect", "event_date", "settled_on")


def _disproved(stopped: ir.Table, claim: ir.Table, effects: ir.Table, payment: ir.Table) -> ir.Table:
    """Stopped entitlements of which officers refuted a loss that may have stopped them, and that were not paid since:
    what was paid after that was stopped for something else.
    """
    met = stopped.inner_join(refutations(claim, effects), ["person_no", "programme_code"])
    may_have = (met.payment_state == PaymentState.SUSPENDED.value) | (met.effect == "END")
    met = met.filter(may_have)
    last = met.group_by([*_KEY, "payment_state", "monthly_fen"]).agg(
        since=met.event_date.max(), first=met.event_date.min(), disproved_on=met.settled_on.max()
    )
    paid = payment.filter(payment.paid_fen > 0).inner_join(last.select(*_KEY, "disproved_on"), _KEY)
    open_ones = last.anti_join(paid.filter(paid.pay_month > paid.disproved_on), _KEY)
    return open_ones.select(
        *_KEY, "payment_state", "monthly_fen", "since",
        seen_date=ibis.null("date"),
        reason=ibis.literal(Reason.DISPROVED.value),
        owed_from=open_ones["first"].truncate("M").cast("date"),
    )  # fmt: skip


def _term_over(stopped: ir.Table, claim: ir.Table, effects: ir.Table, payment: ir.Table) -> ir.Table:
    """Suspended entitlements that a confirmed term suspended and that were not paid since it ended.

    What a term took is not owed; who was missing and is found is owed all of it, as who is seen is.
    """
    over = claim.filter(claim.is_over, claim.status == LossState.CONFIRMED.value)
    suspends = effects.filter(effects.effect == "SUSPEND").select("programme_code", "loss_kind")
    suspended = stopped.filter(stopped.payment_state == PaymentState.SUSPENDED.value)
    met = suspended.inner_join(suspends, "programme_code").inner_join(over, ["person_no", "loss_kind"])
    after = met.end_date.truncate("M") + ibis.interval(months=1)
    is_missing = met.loss_group == LossGroup.MISSING.value
    met = met.mutate(owed=ibis.ifelse(is_missing, met.event_date.truncate("M").cast("date"), after.cast("date")))
    last = met.group_by([*_KEY, "payment_state", "monthly_fen"]).agg(since=met.end_date.max(), owed_from=met.owed.max())
    paid = payment.filter(payment.paid_fen > 0).inner_join(last.select(*_KEY, "since"), _KEY)
    open_ones = last.anti_join(paid.filter(paid.pay_month > paid.since), _KEY)
    return open_ones.select(
        *_KEY, "payment_state", "monthly_fen", "since",
        seen_date=ibis.null("date"),
        reason=ibis.literal(Reason.TERM_OVER.value),
        owed_from=open_ones.owed_from,
    )  # fmt: skip


def _with_back_pay(rows: ir.Table, payment: ir.Table, *, as_of: date) -> ir.Table:
    """Adds `unpaid_months` from `owed_from` to the month of the night, and `back_pay_fen`.

    Months before the first of which a payment is known are not counted: nobody can say what was paid for them. Where
    none is known at all both are null.
    """
    own = payment.semi_join(rows, _KEY)
    known = own.group_by(_KEY).agg(first_month=own.pay_month.min())
    rows = rows.left_join(known, _KEY).drop(*(f"{name}_right" for name in _KEY))
    rows = rows.mutate(owed_from=ibis.greatest(rows.owed_from, rows.first_month))
    months = own.filter(own.paid_fen > 0, own.pay_month <= ibis.literal(as_of))
    met = months.inner_join(rows.select(*_KEY, "owed_from"), _KEY)
    met = met.filter(met.pay_month >= met.owed_from)
    paid = met.group_by(_KEY).agg(paid_months=met.pay_month.nunique())
    rows = rows.left_join(paid, _KEY).drop(*(f"{name}_right" for name in _KEY))
    owed = (as_of.year * 12 + as_of.month) - (rows.owed_from.year() * 12 + rows.owed_from.month()) + 1
    unpaid = ibis.greatest(owed - rows.paid_months.fill_null(0), 0).cast("int32")
    rows = rows.mutate(unpaid_months=ibis.ifelse(rows.first_month.notnull(), unpaid, ibis.null("int32")))
    return rows.mutate(back_pay_fen=rows.unpaid_months.cast("int64") * rows.monthly_fen)
