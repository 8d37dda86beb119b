"""Loss claims and their status: open, contradicted, under notice, confirmed or refuted.

A claim is what one agency asserts of one person: kind and event date. A verdict binds the claims of the same person
and group that had been delivered by its day; contrary life evidence that happened or was first delivered after the
verdict reopens it.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from pipelines.latest import ascending, descending, first_per_key
from schemas.codes import OPEN_LOSS, LossGroup, LossState, SignalClass, Verdict
from schemas.tables import CLAIM, LIFE_FACT

CONFIRMING = (Verdict.TRUE_LOSS.value, Verdict.ALREADY_STOPPED.value)
REFUTING = (*(v.value for v in Verdict if v.value.startswith("FALSE_")), Verdict.NOT_DISQUALIFYING.value)
WEAK = (SignalClass.C.value, SignalClass.D.value)
_PERSON_GROUP = ("person_no", "loss_group")


def loss_claims(loss_fact: ir.Table, affecting: ir.Table) -> ir.Table:
    """Grain: claim. `affecting` is (person_no, loss_kind) of losses that would end or suspend
    a benefit in payment or suspended."""
    facts = loss_fact.semi_join(affecting, ["person_no", "loss_kind"])
    fixed = ["claim_id", "person_no", "loss_kind", "loss_group", "event_date", "agency"]
    return facts.group_by(fixed).agg(
        end_date=facts.end_date.max(),
        is_suspected=facts.is_suspected.all(),
        business_date=facts.business_date.min(),
    )


def still_in_question(claim: ir.Table, payment: ir.Table, ending: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Claims with `is_over`, without the terms that are over and cost nothing.

    A released prisoner is entitled again; what was paid for months of the term is still in question. A death has no
    end. `ending` is (programme_code, loss_kind) of what a loss ends or suspends.
    """
    known = with_is_over(claim, as_of)
    paid = known.filter(known.is_over).inner_join(payment.filter(payment.paid_fen > 0), "person_no")
    within = paid.filter((paid.pay_month > paid.event_date) & (paid.pay_month <= paid.end_date))
    costly = within.semi_join(ending, ["programme_code", "loss_kind"]).select("claim_id").distinct()
    return known.filter(~known.is_over).union(known.semi_join(costly, "claim_id").filter(lambda rows: rows.is_over))


def with_is_over(claim: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Adds `is_over`: a term that has ended; a death has no end."""
    ended = (claim.loss_group != LossGroup.DEATH.value) & (claim.end_date < as_of).fill_null(False)
    return claim.mutate(is_over=ended)


def contrary_signs(claim: ir.Table, life_fact: ir.Table, rules: ir.Table, *, grace_days: int) -> ir.Table:
    """Grain: claim × sign of life that contradicts it. LIFE_FACT with claim_id and loss_group.

    `rules` is (loss_kind, signal_class, rule): the contradiction table.
    """
    ruled = _met(claim, life_fact).inner_join(rules, ["loss_kind", "signal_class"])
    after = (ruled.rule == "AFTER") & (ruled.event_date > ruled.claim_date + ibis.interval(days=grace_days))
    since = (ruled.rule == "SINCE") & (ruled.event_date >= ruled.claim_date)
    outside = (ruled.rule == "OUTSIDE_WITHIN") & ruled.is_outside & (ruled.event_date >= ruled.claim_date)
    within = outside & (ruled.event_date <= ruled.claim_end).fill_null(True)
    return ruled.filter(after | since | within).select("claim_id", "loss_group", *LIFE_FACT.names)


def weak_signs(claim: ir.Table, life_fact: ir.Table) -> ir.Table:
    """Grain: death claim × C or D sign dated after it. LIFE_FACT with claim_id and loss_group."""
    met = _met(claim, life_fact)
    after = (met.loss_group == LossGroup.DEATH.value) & met.signal_class.isin(WEAK) & (met.event_date > met.claim_date)
    return met.filter(after).select("claim_id", "loss_group", *LIFE_FACT.names)


def _met(claim: ir.Table, life_fact: ir.Table) -> ir.Table:
    stated = claim.select(
        "claim_id", "person_no", "loss_kind", "loss_group", claim_date="event_date", claim_end="end_date"
    )
    return stated.inner_join(life_fact, "person_no")


def with_contradictions(claim: ir.Table, contrary: ir.Table, weak: ir.Table) -> ir.Table:
    """All claims. Adds contrary_date and contrary_class (the newest contradicting sign), contrary_first_stated (latest
    day on which one was first delivered) and weak_date (newest C/D after a death).
    """
    order = [*descending(contrary, ["event_date"]), *ascending(contrary, ["signal_class", "is_outside"])]
    last = first_per_key(contrary, ["claim_id"], order)
    signs = last.select("claim_id", contrary_date="event_date", contrary_class="signal_class")
    told = contrary.group_by("claim_id").agg(contrary_first_stated=contrary.business_date.max())
    newest_weak = weak.group_by("claim_id").agg(weak_date=weak.event_date.max())
    for part in (signs, told, newest_weak):
        claim = claim.left_join(part, "claim_id").drop("claim_id_right")
    return claim.mutate(contrary_class=claim.contrary_class.fill_null(""))


def disagreeing(claim: ir.Table, kinds: Sequence[str], *, tolerance_days: int) -> ir.Table:
    """`claim_id` of the claims of death that two agencies date more than `tolerance_days` apart.

    `kinds` are those whose record states the day of the death or of the funeral, not that of an office's act.
    """
    dated = claim.filter(claim.loss_kind.isin(list(kinds)), claim.status != LossState.REFUTED.value)
    other = dated.view()
    apart = ibis.interval(days=tolerance_days)
    both = dated.inner_join(other, [dated.person_no == other.person_no, dated.agency != other.agency])
    differ = (both.event_date > both.event_date_right + apart) | (both.event_date_right > both.event_date + apart)
    return both.filter(differ).select("claim_id").distinct()


def with_verdict(claim: ir.Table, verdict: ir.Table, *, claimed: ir.Table, deadlines: ir.Table) -> ir.Table:
    """Adds verdict, verified_date, notice_date, is_signed, deadline: the newest verdict that binds the claim, or nulls.

    One that settles nothing (nobody reached, a signature missing) does not displace one that did.

    A verdict binds the claim it names, and every other of the person and group delivered by its day, also when the
    record behind the lead is withdrawn later. `claimed` is CLAIMED; `deadlines` is (delivery_id, record_no,
    loss_group, deadline): the end of the reply window.
    """
    aimed = verdict.inner_join(claimed.select("person_no", "loss_group", lead_id="claim_id"), "lead_id")
    signed = _three_distinct(aimed)
    given = aimed.mutate(is_signed=signed).left_join(deadlines, ["delivery_id", "record_no", "loss_group"])
    given = given.select(
        "person_no", "loss_group", "lead_id", "verdict", "verified_date", "notice_date", "is_signed", "deadline",
        verdict_date="business_date", verdict_delivery="delivery_id", verdict_record="record_no",
    )  # fmt: skip
    bound = claim.select("claim_id", "business_date", *_PERSON_GROUP).inner_join(given, list(_PERSON_GROUP))
    bound = bound.filter((bound.claim_id == bound.lead_id) | (bound.business_date <= bound.verified_date))
    bound = bound.mutate(settles=bound.verdict.isin(REFUTING) | (bound.verdict.isin(CONFIRMING) & bound.is_signed))
    order = ("settles", "verified_date", "verdict_date", "verdict_delivery", "verdict_record")
    binding = first_per_key(bound, ["claim_id"], descending(bound, order))
    columns = ("claim_id", "verdict", "verified_date", "notice_date", "is_signed", "deadline")
    return claim.left_join(binding.select(*columns), "claim_id").drop("claim_id_right")


def in_force_verdicts(verdict: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Without verdicts dated after the night or withdrawn by a row with their key of the same or a later day."""
    withdrawn = verdict.filter(verdict.is_revoked).select("feed", "record_id", withdrawn_on="business_date")
    same = ["feed", "record_id", verdict.business_date <= withdrawn.withdrawn_on]
    return verdict.filter(verdict.verified_date <= as_of).anti_join(withdrawn, same)


def _three_distinct(rows: ir.Table) -> ir.BooleanValue:
    handler, reviewer, approver = rows.handler, rows.reviewer, rows.approver
    present = (handler != "") & (reviewer != "") & (approver != "")
    return present & (handler != reviewer) & (handler != approver) & (reviewer != approver)


def with_status(claim: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """CLAIM, from claims with their contradictions and verdicts; adds `is_reopened` for the decision."""
    is_true = claim.verdict.isin(CONFIRMING).fill_null(False) & claim.is_signed.fill_null(False)
    needs_no_window = claim.loss_group == LossGroup.DEATH.value
    reply_window_over = needs_no_window | (claim.deadline < as_of).fill_null(False)
    newest = ibis.greatest(claim.contrary_date, claim.contrary_first_stated)
    reopened = is_true & (newest > claim.verified_date).fill_null(False)
    status = ibis.cases(
        (reopened, LossState.CONFLICT.value),
        (is_true & reply_window_over, LossState.CONFIRMED.value),
        (is_true & claim.notice_date.notnull(), LossState.NOTICE_GIVEN.value),
        (claim.verdict.isin(REFUTING).fill_null(False), LossState.REFUTED.value),
        (claim.contrary_date.notnull() & ~is_true, LossState.CONFLICT.value),
        else_=LossState.LEAD_OPEN.value,
    )
    rows = claim.mutate(status=status, is_reopened=reopened)
    still_open = rows.filter(rows.status.isin(OPEN_LOSS) & ~rows.is_suspected)
    sources = still_open.group_by(list(_PERSON_GROUP)).agg(sources=still_open.agency.nunique().cast("int32"))
    counted = rows.left_join(sources, list(_PERSON_GROUP)).drop("person_no_right", "loss_group_right")
    counted = counted.mutate(
        sources=ibis.ifelse(counted.status.isin(OPEN_LOSS), counted.sources, ibis.null("int32")).fill_null(0)
    )
    return counted.select(*CLAIM.names, "is_over", "is_reopened")
