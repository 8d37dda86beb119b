"""Records we should ask their holders about: those with an issue, and both sides of every conflict."""

from functools import reduce

import ibis
import ibis.expr.types as ir

from schemas.codes import Issue, IssueKind, LossGroup, LossState, SignalClass
from schemas.tables import TICKET_WANTED

_OWN = "social_insurance"
_STRONG = [SignalClass.A.value, SignalClass.B.value]


def tickets(issue: ir.Table, claim: ir.Table, loss_fact: ir.Table, life_fact: ir.Table) -> ir.Table:
    """TICKET_WANTED: one row per agency, feed, record, column and issue; of several deliveries, the earliest."""
    conflicts = claim.filter(claim.standing == LossState.CONFLICT.value)
    asked = (
        issue.select(*TICKET_WANTED.names),
        _losses(conflicts, loss_fact),
        _signs_of_life(conflicts, life_fact),
    )
    return _earliest(reduce(lambda one, other: one.union(other), map(_shaped, asked)))


def _losses(conflicts: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """Every record that states a claim a sign of life contradicts."""
    stated = _of_others(loss_fact).semi_join(conflicts, "claim_id")
    return _asked(
        stated,
        ibis.cases(
            (stated.loss_group == LossGroup.DEATH.value, Issue.CF01.value),
            (stated.loss_group == LossGroup.CUSTODY.value, Issue.CF03.value),
            else_=Issue.CF04.value,
        ),
    )


def _signs_of_life(conflicts: ir.Table, life_fact: ir.Table) -> ir.Table:
    """Every record that contradicts a claim, on the day of the newest contradiction."""
    life = _of_others(life_fact)
    contrary = conflicts.filter(conflicts.contrary_date.notnull())
    against = life.semi_join(
        contrary,
        [
            life.person_no == contrary.person_no,
            life.event_date == contrary.contrary_date,
            # Custody is contradicted by a class C record too, when it is the one the claim names.
            life.signal_class.isin(_STRONG) | (life.signal_class == contrary.contrary_class),
        ],
    )
    return _asked(against, ibis.literal(Issue.CF04.value))


def _of_others(facts: ir.Table) -> ir.Table:
    """Our own channels are settled by our own officers, not by a letter to ourselves."""
    return facts.filter(facts.agency != _OWN, ~facts.is_revoked)


def _asked(records: ir.Table, issue: ir.StringValue) -> ir.Table:
    return records.mutate(
        kind=ibis.literal(IssueKind.CHECK.value), column=ibis.literal("event_date"), issue=issue
    ).select(*TICKET_WANTED.names)


def _shaped(rows: ir.Table) -> ir.Table:
    """One nullability on every side: a union takes no other."""
    return rows.select(**{name: rows[name].cast(kind.copy(nullable=True)) for name, kind in rows.schema().items()})


def _earliest(asked: ir.Table) -> ir.Table:
    order = [ibis.asc(asked[name], nulls_first=False) for name in ("business_date", "delivery_id", "record_no", "kind")]
    first = ibis.row_number().over(group_by=list(TICKET_WANTED.key), order_by=order)
    return asked.mutate(nth=first).filter(lambda table: table.nth == 0).select(*TICKET_WANTED.names)
