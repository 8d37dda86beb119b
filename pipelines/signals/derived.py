"""Losses our own registry shows: two benefits that exclude each other (LS11), a child grown up (LS14)."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from schemas.codes import OWN_AGENCY, LossGroup, LossKind, PaymentState
from schemas.tables import LOSS_FACT

MAJORITY_YEARS = 18


def overlapping(entitlement: ir.Table, excluding: Sequence[tuple[str, str]], *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`: a human who draws the same programme twice, or two of an excluding pair.

    One fact a person number, dated at the later first payment: one lead with both counties. Of one programme drawn
    under two person numbers it stands at the one that began later; of an excluding pair at both.
    """
    drawing = entitlement.filter(entitlement.payment_state == PaymentState.DRAWING.value)
    drawing = drawing.mutate(human_no=drawing.human_no.coalesce(drawing.person_no))
    other = drawing.view()
    is_one_number = drawing.person_no == other.person_no
    is_first = ibis.ifelse(is_one_number, drawing.county_code < other.county_code, _begins_before(drawing, other))
    same = (drawing.programme_code == other.programme_code) & is_first
    pairs = [
        (drawing.programme_code == one) & (other.programme_code == two)
        for left, right in sorted(excluding)
        for one, two in ((left, right), (right, left))
    ]
    both = drawing.inner_join(other, [drawing.human_no == other.human_no, ibis.or_(same, *pairs)])
    later = ibis.greatest(both.first_payment_date, both.first_payment_date_right)
    found = both.mutate(event_date=later, person_no=both.person_no_right)
    grouped = found.group_by("person_no").agg(event_date=found.event_date.max())
    return registry_facts(grouped, LossKind.LS11, LossGroup.DUPLICATE, as_of=as_of)


def _begins_before(one: ir.Table, other: ir.Table) -> ir.BooleanValue:
    """Earlier first payment, of one day the lesser person number; an unknown day comes first."""
    unknown = ibis.literal(date.min)
    day, other_day = one.first_payment_date.coalesce(unknown), other.first_payment_date.coalesce(unknown)
    return (day < other_day) | ((day == other_day) & (one.person_no < other.person_no))


def grown_up(entitlement: ir.Table, *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`: dependants first paid as minors who have turned eighteen and can work."""
    minors = grown_up_dependants(entitlement.filter(entitlement.payment_state == PaymentState.DRAWING.value))
    found = minors.group_by("person_no").agg(event_date=minors.majority.min())
    return registry_facts(found, LossKind.LS14, LossGroup.CONDITION, as_of=as_of)


def grown_up_dependants(entitlement: ir.Table) -> ir.Table:
    """Those of the entitlements that are a minor's and end with `majority`, whenever that is."""
    dependants = entitlement.filter(entitlement.programme_code == "DEPENDANT").mutate(
        majority=lambda t: (t.birth_date + ibis.interval(years=MAJORITY_YEARS)).cast("date")
    )
    return dependants.filter((dependants.first_payment_date < dependants.majority) & (dependants.group != "DISABLED"))


def registry_facts(found: ir.Table, kind: LossKind, group: LossGroup, *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`. `found` is (person_no, event_date).

    The record is the registry's own, so its key is made of kind and person.
    """
    values = {
        "feed": "registry",
        "delivery_id": kind.value,
        "agency": OWN_AGENCY,
        "county_code": "",
        "loss_kind": kind.value,
        "loss_group": group.value,
    }
    dated = found.filter(found.event_date <= ibis.literal(as_of))
    return dated.mutate(
        **{name: ibis.literal(value) for name, value in values.items()},
        record_no=dated.person_no,
        record_id=ibis.literal(f"{kind.value}-") + dated.person_no.cast("string"),
        business_date=dated.event_date,
        known_from=ibis.literal(0, "int64"),
        end_date=ibis.null("date"),
        is_suspected=ibis.literal(False),
        is_revoked=ibis.literal(False),
    ).select(*(name for name in LOSS_FACT.names if name != "claim_id"))
