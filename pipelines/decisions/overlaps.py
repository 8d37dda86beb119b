"""Which of several benefits of one human that exclude each other ends (LS11), and which is kept."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from schemas.codes import PaymentState
from schemas.tables import DECISION


def ending_of_overlap(entitlement: ir.Table, excluding: Sequence[tuple[str, str]]) -> ir.Table:
    """Key of each entitlement in payment that ends because its human draws another one.

    Of a pair of programmes the second ends. Of one programme drawn twice the earliest is kept: by first payment (an
    unknown day comes first), of one day by person number, of one number by county code.
    """
    drawn = entitlement.filter(entitlement.payment_state == PaymentState.DRAWING.value)
    drawn = drawn.mutate(
        human_no=drawn.human_no.coalesce(drawn.person_no),
        begun=drawn.first_payment_date.coalesce(ibis.literal(date.min)),
    )
    kept = drawn.view()
    by_programme = [
        (kept.programme_code == keeps) & (drawn.programme_code == ends) for keeps, ends in sorted(excluding)
    ]
    twice = (kept.programme_code == drawn.programme_code) & _is_earlier(kept, drawn)
    both = drawn.inner_join(kept, [drawn.human_no == kept.human_no, ibis.or_(twice, *by_programme)])
    return both.select(*DECISION.key).distinct()


def _is_earlier(one: ir.Table, other: ir.Table) -> ir.BooleanValue:
    same_day, same_number = one.begun == other.begun, one.person_no == other.person_no
    return (
        (one.begun < other.begun)
        | (same_day & (one.person_no < other.person_no))
        | (same_day & same_number & (one.county_code < other.county_code))
    )
