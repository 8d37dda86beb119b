"""Records we should ask their holders about: those with an issue, both sides of a conflict, and those found wrong."""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from pipelines.latest import ascending, descending, first_per_key
from pipelines.verdicts import found_wrong
from schemas.codes import AT_RISK_LOSS, OWN_AGENCY, Issue, IssueKind, LossGroup, LossKind, LossState
from schemas.tables import TICKET_WANTED

_FIRST_STATED = ("business_date", "event_date", "delivery_id", "record_no")


def tickets(issue: ir.Table, questions: Sequence[ir.Table]) -> ir.Table:
    """TICKET_WANTED: one row per agency, feed, record, column and issue; of several deliveries, the earliest.

    Whoever is to correct a record is not asked to check it too.
    """
    every = [_undemanded(issue), *questions]
    return _together(reduce(lambda one, other: one.union(other), map(_with_nullable_columns, every)))


def contradicted_records(claim: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """The record that first stated each claim a sign of life contradicts."""
    conflicts = claim.filter(claim.status == LossState.CONFLICT.value)
    stated = _first_stated(_of_others(loss_fact).semi_join(conflicts, "claim_id"), ["claim_id"])
    return _questions_about(stated, _contradicted(stated))


def contradicting_records(claim: ir.Table, contrary: ir.Table) -> ir.Table:
    """First contradicting record per holder: a person who travels on is not asked about at every journey.

    None about a benefit that our own registry ended (LS20): no other source says otherwise, so we look first.
    """
    conflicts = claim.filter(claim.status == LossState.CONFLICT.value, claim.loss_kind != LossKind.LS20.value)
    against = _of_others(contrary).semi_join(conflicts, "claim_id")
    return _questions_about(
        _first_stated(against, ["person_no", "loss_group", "agency"]), ibis.literal(Issue.CF04.value)
    )


def weak_records(claim: ir.Table, weak: ir.Table) -> ir.Table:
    """First record per holder after a death that another person may have caused: a card may be misused."""
    dead = claim.filter(claim.status.isin(AT_RISK_LOSS))
    used = _of_others(weak).semi_join(dead, "claim_id")
    return _questions_about(_first_stated(used, ["person_no", "agency"]), ibis.literal(Issue.CF05.value))


def disagreeing_records(disagreeing: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """The record that first stated each claim whose day another agency states otherwise.

    The issue is that of a contradicted record: the holder reads the same question of both, and is asked it once.
    """
    stated = _first_stated(_of_others(loss_fact).semi_join(disagreeing, "claim_id"), ["claim_id"])
    return _questions_about(stated, _contradicted(stated))


def records_found_wrong(verdict: ir.Table, lines: ir.Table, loss_fact: ir.Table) -> ir.Table:
    """Every record of a line that officers found to be the source's error: no question any more, a correction.

    `verdict` are those in force, `lines` the claims that each line listed (`asked_lines`). The issue is the one by
    which a contradicted record is asked about: to check and to correct are two steps of one ticket.
    """
    wrong = found_wrong(verdict).select("lead_id", "verified_date")
    judged = lines.inner_join(wrong, lines.line_id == wrong.lead_id)
    newest = first_per_key(
        judged, ["claim_id"], [*descending(judged, ["verified_date"]), judged.lead_id.asc(nulls_first=False)]
    )
    demands = newest.select("claim_id", demanded_by="lead_id", demanded_on="verified_date")
    stated = _of_others(loss_fact).inner_join(demands, "claim_id")
    return _questions_about(stated, _contradicted(stated), kind=IssueKind.CORRECT)


def _contradicted(records: ir.Table) -> ir.StringValue:
    return ibis.cases(
        (records.loss_group == LossGroup.DEATH.value, Issue.CF01.value),
        (records.loss_group == LossGroup.CUSTODY.value, Issue.CF03.value),
        else_=Issue.CF04.value,
    )


def _first_stated(records: ir.Table, each: Sequence[str]) -> ir.Table:
    """One record of each: a holder is asked once, and the same one whatever is told later."""
    return first_per_key(records, each, ascending(records, _FIRST_STATED))


def _of_others(facts: ir.Table) -> ir.Table:
    """Our own channels are settled by our own officers, not by a letter to ourselves."""
    return facts.filter(facts.agency != OWN_AGENCY, ~facts.is_revoked)


def _questions_about(records: ir.Table, issue: ir.StringValue, *, kind: IssueKind = IssueKind.CHECK) -> ir.Table:
    questions = records.mutate(
        kind=ibis.literal(kind.value),
        column=ibis.literal("event_date"),
        issue=issue,
        last_stated=records.business_date,
    )
    return _undemanded(questions) if kind is IssueKind.CHECK else questions.select(*TICKET_WANTED.names)


def _undemanded(questions: ir.Table) -> ir.Table:
    """Questions that no verdict stands behind."""
    return questions.mutate(demanded_by=ibis.literal(""), demanded_on=ibis.null("date")).select(*TICKET_WANTED.names)


def _with_nullable_columns(rows: ir.Table) -> ir.Table:
    """Make columns nullable; a union needs equal schemas."""
    return rows.select(**{name: rows[name].cast(kind.copy(nullable=True)) for name, kind in rows.schema().items()})


def _together(questions: ir.Table) -> ir.Table:
    """One row per ticket: the earliest record, the newest day on which the same is stated, and the newest demand."""
    key = list(TICKET_WANTED.key)
    stated = questions.mutate(
        last_stated=ibis.coalesce(questions.last_stated, questions.business_date),
        is_demand=questions.kind == IssueKind.CORRECT.value,
    )
    newest = stated.group_by(key).agg(newest_stated=stated.last_stated.max())
    demand_first = [
        stated.is_demand.desc(),
        *descending(stated, ["demanded_on"]),
        *ascending(stated, ("demanded_by", "kind", "business_date", "delivery_id", "record_no")),
    ]
    demand = first_per_key(stated, key, demand_first).select(
        *key, new_kind="kind", new_demanded_by="demanded_by", new_demanded_on="demanded_on"
    )
    place = first_per_key(stated, key, ascending(stated, ("business_date", "delivery_id", "record_no", "kind")))
    place = place.drop("kind", "last_stated", "demanded_by", "demanded_on", "is_demand")
    return (
        place.inner_join(newest, key)
        .inner_join(demand, key)
        .rename(
            last_stated="newest_stated", kind="new_kind", demanded_by="new_demanded_by", demanded_on="new_demanded_on"
        )
        .select(*TICKET_WANTED.names)
    )
