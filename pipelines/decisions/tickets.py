"""Records we should ask their holders about: those with an issue, both sides of a conflict, and those found wrong."""

from functools import reduce

import ibis
import ibis.expr.types as ir

from schemas.codes import Issue, IssueKind, LossGroup, LossState, SignalClass, Verdict
from schemas.tables import TICKET_WANTED

_OWN = "social_insurance"
_STRONG = [SignalClass.A.value, SignalClass.B.value]
_WEAK = [SignalClass.C.value, SignalClass.D.value]
_DEAD = [LossState.LEAD_OPEN.value, LossState.NOTICE_GIVEN.value, LossState.CONFIRMED.value]


def tickets(
    issue: ir.Table, claim: ir.Table, loss_fact: ir.Table, life_fact: ir.Table, *, verdict: ir.Table | None = None
) -> ir.Table:
    """TICKET_WANTED: one row per agency, feed, record, column and issue; of several deliveries, the earliest."""
    conflicts = claim.filter(claim.standing == LossState.CONFLICT.value)
    asked = [
        issue.select(*TICKET_WANTED.names),
        _losses(conflicts, loss_fact),
        _signs_of_life(conflicts, life_fact),
        _weak_signs(claim, life_fact),
    ]
    if verdict is not None:
        asked.append(_found_wrong(loss_fact, verdict))
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


def _weak_signs(claim: ir.Table, life_fact: ir.Table) -> ir.Table:
    """Every record that another may have caused, on the newest such day after a death: a card may be misused."""
    dead = claim.filter(claim.standing.isin(_DEAD), claim.weak_date.notnull())
    life = _of_others(life_fact)
    used = life.filter(life.signal_class.isin(_WEAK))
    after = used.semi_join(dead, [used.person_no == dead.person_no, used.event_date == dead.weak_date])
    return _asked(after, ibis.literal(Issue.CF05.value))


def _found_wrong(loss_fact: ir.Table, verdict: ir.Table) -> ir.Table:
    """Every record of a lead that officers found to be the source's error: no question any more, a correction."""
    wrong = verdict.filter(verdict.verdict == Verdict.FALSE_SOURCE_ERROR.value, ~verdict.is_revoked)
    stated = _of_others(loss_fact)
    stated = stated.semi_join(wrong, stated.claim_id == wrong.lead_id)
    # Another code than the question's: the same record, column and code would be the ticket that stands already.
    return _asked(stated, ibis.literal(Issue.CF04.value), kind=IssueKind.CORRECT)


def _of_others(facts: ir.Table) -> ir.Table:
    """Our own channels are settled by our own officers, not by a letter to ourselves."""
    return facts.filter(facts.agency != _OWN, ~facts.is_revoked)


def _asked(records: ir.Table, issue: ir.StringValue, *, kind: IssueKind = IssueKind.CHECK) -> ir.Table:
    return records.mutate(kind=ibis.literal(kind.value), column=ibis.literal("event_date"), issue=issue).select(
        *TICKET_WANTED.names
    )


def _shaped(rows: ir.Table) -> ir.Table:
    """One nullability on every side: a union takes no other."""
    return rows.select(**{name: rows[name].cast(kind.copy(nullable=True)) for name, kind in rows.schema().items()})


def _earliest(asked: ir.Table) -> ir.Table:
    order = [ibis.asc(asked[name], nulls_first=False) for name in ("business_date", "delivery_id", "record_no", "kind")]
    first = ibis.row_number().over(group_by=list(TICKET_WANTED.key), order_by=order)
    return asked.mutate(nth=first).filter(lambda table: table.nth == 0).select(*TICKET_WANTED.names)
