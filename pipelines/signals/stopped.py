"""Persons seen alive after our own registry ended their benefit, though no record of their death is known (LS20)."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from pipelines.signals.derived import grown_up_dependants, registry_facts
from schemas.codes import IN_PAYMENT, LossGroup, LossKind, PaymentState, SignalClass
from schemas.tables import DECISION

_KEY = list(DECISION.key)
_STRONG = (SignalClass.A.value, SignalClass.B.value)


def ended_without_death(entitlement: ir.Table, losses: ir.Table, lifelong: Sequence[str], *, as_of: date) -> ir.Table:
    """Entitlements that end with life and are terminated, of persons who draw nothing and of whom no death is known.

    `losses` is LOSS_FACT but for `claim_id`. A dependant who has grown up is left out: that benefit ended lawfully. A
    death of a day that cannot be, before the birth or after the delivery, is none by which signs could be judged.
    """
    people = entitlement.mutate(human_no=entitlement.human_no.coalesce(entitlement.person_no))
    drawing = people.filter(people.payment_state.isin(IN_PAYMENT))
    ended = people.filter(
        people.payment_state == PaymentState.TERMINATED.value, people.programme_code.isin(list(lifelong))
    )
    dead = losses.filter(losses.loss_group == LossGroup.DEATH.value, losses.event_date <= losses.business_date)
    dead = dead.inner_join(ended.select("person_no", "birth_date").distinct(), "person_no")
    dead = dead.filter((dead.event_date >= dead.birth_date).fill_null(True)).select("person_no").distinct()
    grown = grown_up_dependants(people.filter(people.payment_state == PaymentState.TERMINATED.value))
    grown = grown.filter(grown.majority <= ibis.literal(as_of))
    return ended.anti_join(drawing, "human_no").anti_join(dead, "person_no").anti_join(grown, _KEY)


def seen_after_end(
    ended: ir.Table, snapshots: ir.Table, payment: ir.Table, life_fact: ir.Table, *, as_of: date
) -> ir.Table:
    """LOSS_FACT but for `claim_id`: LS20, dated when the benefit was seen ended, of persons with an A or B sign since.

    `snapshots` are the registry's rows of every day. The end is the first snapshot that shows it; where no snapshot
    shows the benefit before its end, it is that or the end of the first whole month without payment, if that was
    earlier.
    """
    strong = life_fact.filter(life_fact.signal_class.isin(_STRONG))
    newest = strong.semi_join(ended, "person_no").group_by("person_no").agg(seen=strong.event_date.max())
    ends = _ends(ended.semi_join(newest, "person_no"), snapshots, payment)
    latest = ends.group_by("person_no").agg(event_date=ends.ended_on.max())
    met = latest.inner_join(newest, "person_no")
    found = met.filter(met.seen >= met.event_date).select("person_no", "event_date")
    return registry_facts(found, LossKind.LS20, LossGroup.DEATH, as_of=as_of)


def _ends(ended: ir.Table, snapshots: ir.Table, payment: ir.Table) -> ir.Table:
    """Key of the entitlement, `ended_on`."""
    shown = snapshots.semi_join(ended, _KEY)
    is_end = shown.payment_state == PaymentState.TERMINATED.value
    shown = shown.mutate(drawn_last=shown.business_date.max(where=~is_end).over(group_by=_KEY))
    after = shown.filter(is_end, (shown.business_date > shown.drawn_last).fill_null(True))
    first = after.group_by([*_KEY, "drawn_last"]).agg(first_shown=after.business_date.min())
    paid = payment.filter(payment.paid_fen > 0).semi_join(ended, _KEY)
    last_paid = paid.group_by(_KEY).agg(last_month=paid.pay_month.max())
    both = first.left_join(last_paid, _KEY).drop(*(f"{name}_right" for name in _KEY))
    unpaid_since = (both.last_month + ibis.interval(months=2)).cast("date")
    by_payment = ibis.least(both.first_shown, unpaid_since)
    return both.select(*_KEY, ended_on=ibis.ifelse(both.drawn_last.isnull(), by_payment, both.first_shown))
