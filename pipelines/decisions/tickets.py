"""Records we should ask their holders about: those with an issue, both sides of a conflict, and those found wrong."""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from pipelines.latest import ascending, first_per_key
from schemas.codes import AT_RISK_LOSS, OWN_AGENCY, Issue, IssueKind, LossGroup, LossKind, LossState, Verdict
from schemas.tables import TICKET_WANTED

_FIRST_STATED = ("business_date", "event_date", "delivery_id", "record_no")


def tickets(issue: ir.Table, questions: Sequence[ir.Table]) -> ir.Table:
    """TICKET_WANTED: one row per agency, feed, record, column and issue; of several deliveries, the earliest."""
    every = [issue.select(*TICKET_WANTED.names), *questions]
    return _earliest(reduce(lambda one, other: one.union(other), map(_with_nullable_columns, every)))


def contradicted_records(claim: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """The record that first stated each claim a sign of life contradicts."""
    conflicts = claim.filter(claim.status == LossState.CONFLICT.value)
    stated = _first_stated(_of_others(loss_fact).semi_join(conflicts, "claim_id"), ["claim_id"])
    return _asked(
        stated,
        ibis.cases(
            (stated.loss_group == LossGroup.DEATH.value, Issue.CF01.value),
            (stated.loss_group == LossGroup.CUSTODY.value, Issue.CF03.value),
            else_=Issue.CF04.value,
        ),
    )


def contradicting_records(claim: ir.Table, contrary: ir.Table) -> ir.Table:
    """First contradicting record per holder: a person who travels on is not asked about at every journey.

    None about a benefit that our own registry ended (LS20): no other source says otherwise, so we look first.
    """
    conflicts = claim.filter(claim.status == LossState.CONFLICT.value, claim.loss_kind != LossKind.LS20.value)
    against = _of_others(contrary).semi_join(conflicts, "claim_id")
    return _asked(_first_stated(against, ["person_no", "loss_group", "agency"]), ibis.literal(Issue.CF04.value))


def weak_records(claim: ir.Table, weak: ir.Table) -> ir.Table:
    """First record per holder after a death that another person may have caused: a card may be misused."""
    dead = claim.filter(claim.status.isin(AT_RISK_LOSS))
    used = _of_others(weak).semi_join(dead, "claim_id")
    return _asked(_first_stated(used, ["person_no", "agency"]), ibis.literal(Issue.CF05.value))


def disagreeing_records(disagreeing: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """The record that first stated each claim whose day another agency states otherwise."""
    stated = _of_others(loss_fact).semi_join(disagreeing, "claim_id")
    return _asked(_first_stated(stated, ["claim_id"]), ibis.literal(Issue.DT04.value))


def records_found_wrong(verdict: ir.Table, lines: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """Every record of a line that officers found to be the source's error: no question any more, a correction.

    `verdict` are those in force, `lines` the claims that each line listed (`asked_lines`).
    """
    wrong = verdict.filter(verdict.verdict == Verdict.FALSE_SOURCE_ERROR.value)
    judged = lines.semi_join(wrong, lines.line_id == wrong.lead_id)
    stated = _of_others(loss_fact).semi_join(judged, "claim_id")
    # Another code than the question's: the same record, column and code would be the ticket that stands already.
    return _asked(stated, ibis.literal(Issue.CF04.value), kind=IssueKind.CORRECT)


def _first_stated(records: ir.Table, each: Sequence[str]) -> ir.Table:
    """One record of each: a holder is asked once, and the same one whatever is told later."""
    return first_per_key(records, each, ascending(records, _FIRST_STATED))


def _of_others(facts: ir.Table) -> ir.Table:
    """Our own channels are settled by our own officers, not by a letter to ourselves."""
    return facts.filter(facts.agency != OWN_AGENCY, ~facts.is_revoked)


def _asked(records: ir.Table, issue: ir.StringValue, *, kind: IssueKind = IssueKind.CHECK) -> ir.Table:
    return records.mutate(kind=ibis.literal(kind.value), column=ibis.literal("event_date"), issue=issue).select(
        *TICKET_WANTED.names
    )


def _with_nullable_columns(rows: ir.Table) -> ir.Table:
    """Make columns nullable; a union needs equal schemas."""
    return rows.select(**{name: rows[name].cast(kind.copy(nullable=True)) for name, kind in rows.schema().items()})


def _earliest(questions: ir.Table) -> ir.Table:
    order = ascending(questions, ("business_date", "delivery_id", "record_no", "kind"))
    return first_per_key(questions, TICKET_WANTED.key, order).select(*TICKET_WANTED.names)
