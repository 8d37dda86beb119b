"""Amounts paid: the payment feed summed per entitlement and month, in fen."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from pipelines.latest import ascending
from pipelines.resolved.versions import newest_versions
from schemas.tables import PAYMENT

_PAID = ("PAID", "BACK_PAID")
_RETURNED = ("RETURNED", "RECOVERED")


def newest_payments(rows: ir.Table, key: Sequence[str]) -> ir.Table:
    """Newest row per payment record; of several of one day the one by which least was paid.

    Nobody is asked to return more than every version of the record says was paid.
    """
    net = _of_kind(rows, _PAID) - _of_kind(rows, _RETURNED)
    return newest_versions(rows, key, [net.asc(nulls_first=False), *ascending(rows, [*PAYMENT.key, "payment_kind"])])


def sum_payments(rows: ir.Table) -> ir.Table:
    """PAYMENT, from one row per payment record. HELD money was not paid and counts nowhere.

    What was settled from the funeral grant did not come back as money: it is told apart, and lowers nothing here.
    """
    paid, returned = _of_kind(rows, _PAID), _of_kind(rows, _RETURNED)
    bounced, offset = _of_kind(rows, ("RETURNED",)), _of_kind(rows, ("OFFSET",))
    return (
        rows.mutate(paid=paid, returned=returned, bounced=bounced, offset=offset)
        .group_by(list(PAYMENT.key))
        .agg(
            paid_fen=lambda table: table.paid.sum() - table.returned.sum(),
            recovered_fen=lambda table: table.returned.sum(),
            returned_fen=lambda table: table.bounced.sum(),
            offset_fen=lambda table: table.offset.sum(),
        )
    )


def _of_kind(rows: ir.Table, kinds: Sequence[str]) -> ir.IntegerValue:
    return ibis.ifelse(rows.payment_kind.isin(kinds), rows.amount_fen, 0)
