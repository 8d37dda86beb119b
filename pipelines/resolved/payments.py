"""Amounts paid: the payment feed summed per entitlement and month, in fen."""

import ibis
import ibis.expr.types as ir

from schemas.tables import PAYMENT

_PAID = ("PAID", "BACK_PAID")
_RETURNED = ("RETURNED", "RECOVERED")


def sum_payments(rows: ir.Table) -> ir.Table:
    """PAYMENT, from one row per payment record. HELD money was not paid and counts nowhere."""
    paid = ibis.ifelse(rows.payment_kind.isin(_PAID), rows.amount_fen, 0)
    returned = ibis.ifelse(rows.payment_kind.isin(_RETURNED), rows.amount_fen, 0)
    return (
        rows.mutate(paid=paid, returned=returned)
        .group_by(list(PAYMENT.key))
        .agg(
            paid_fen=lambda table: table.paid.sum() - table.returned.sum(),
            recovered_fen=lambda table: table.returned.sum(),
        )
    )
