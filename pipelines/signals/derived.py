"""Losses our own registry shows: two benefits that exclude each other (LS11), a child grown up (LS14)."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from schemas.codes import OWN_AGENCY, LossGroup, LossKind, PaymentState
from schemas.tables import LOSS_FACT

MAJORITY_YEARS = 18


def overlapping(entitlement: ir.Table, excluding: Sequence[tuple[str, str]], *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`: a person who draws the same programme twice, or two of an excluding pair.

    One fact a person, dated at the later first payment: one lead with both counties.
    """
    drawing = entitlement.filter(entitlement.payment_state == PaymentState.DRAWING.value)
    other = drawing.view()
    same = (drawing.programme_code == other.programme_code) & (drawing.county_code < other.county_code)
    pairs = [(drawing.programme_code == left) & (other.programme_code == right) for left, right in sorted(excluding)]
    both = drawing.inner_join(other, [drawing.person_no == other.person_no, ibis.or_(same, *pairs)])
    later = ibis.greatest(both.first_payment_date, both.first_payment_date_right)
    found = both.mutate(event_date=later).group_by("person_no").agg(event_date=lambda t: t.event_date.max())
    return _facts(found, LossKind.LS11, LossGroup.DUPLICATE, as_of=as_of)


def grown_up(entitlement: ir.Table, *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`: dependants first paid as minors who have turned eighteen and can work."""
    dependants = entitlement.filter(
        (entitlement.programme_code == "DEPENDANT") & (entitlement.payment_state == PaymentState.DRAWING.value)
    ).mutate(majority=lambda t: (t.birth_date + ibis.interval(years=MAJORITY_YEARS)).cast("date"))
    minors = dependants.filter((dependants.first_payment_date < dependants.majority) & (dependants.group != "DISABLED"))
    found = minors.group_by("person_no").agg(event_date=minors.majority.min())
    return _facts(found, LossKind.LS14, LossGroup.CONDITION, as_of=as_of)


def _facts(found: ir.Table, kind: LossKind, group: LossGroup, *, as_of: date) -> ir.Table:
    """`found` is (person_no, event_date). The record is the registry's own, so its key is made of kind and person."""
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
