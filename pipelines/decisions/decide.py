"""`decide(evidence known, as of a day, policy)`: one row per entitlement, and every reason that held.

A pure function. It sees no clock, no earlier night and no order of arrival.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add, or_

import ibis
import ibis.expr.types as ir

from schemas.codes import (
    AT_RISK_LOSS,
    IN_PAYMENT,
    OPEN_LOSS,
    CertificationState,
    LossGroup,
    LossKind,
    LossState,
    Method,
    Outcome,
    Reason,
)
from schemas.policy import Policy
from schemas.tables import DECISION
from schemas.working_days import previous_working_day

CERTIFIED_BY = {
    Method.SILENT: Outcome.CERTIFIED_SILENT,
    Method.SELF: Outcome.CERTIFIED_SELF,
    Method.FIELD: Outcome.CERTIFIED_FIELD,
    Method.ASSISTED: Outcome.CERTIFIED_ASSISTED,
    Method.ABROAD: Outcome.CERTIFIED_ABROAD,
    Method.NONE: Outcome.FIRST_PERIOD,
}
LOSS_ORDER = (LossState.CONFIRMED, LossState.CONFLICT, LossState.NOTICE_GIVEN, LossState.LEAD_OPEN, LossState.REFUTED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All evidence: `passed` from `pass_in_force`, `claim` from `with_status`, `ending` from `ending_of_overlap`,
    `resumption` RESUMPTION, `candidate` the persons in play for an ambiguous record.

    `effects` is (programme_code, loss_kind, effect); `told_term` is (claim_id, county_code) of terms and conditions
    whose source is fresh; `leaned_on` are the feeds that every adverse conclusion leans on.
    """

    passed: ir.Table
    life_state: ir.Table
    claim: ir.Table
    ending: ir.Table
    effects: ir.Table
    feed_health: ir.Table
    payment: ir.Table
    candidate: ir.Table
    resumption: ir.Table
    told_term: ir.Table
    leaned_on: tuple[str, ...]


def decide(evidence: Evidence, as_of: date, policy: Policy) -> ir.Table:
    """DECISION as of the night."""
    rows = _joined(evidence, as_of, policy)
    rows = rows.mutate(**_tests(rows, as_of, policy))
    rows = rows.mutate(loss_state=_loss_state(rows), certification_state=_certification_state(rows))
    rows = rows.mutate(outcome=_outcome(rows), reason_mask=_reason_mask(rows), notice_stage=_stage(rows, as_of, policy))
    return rows.mutate(adjustment_frozen=rows.is_frozen).select(*DECISION.names)


def _joined(evidence: Evidence, as_of: date, policy: Policy) -> ir.Table:
    """Entitlements with what is known of their losses, feeds and payments, each aggregated to one row before."""
    key = list(DECISION.key)
    rows = evidence.passed
    parts = (
        (_losses(evidence), key),
        (_adjustment(evidence), key),
        (_resumed(evidence.resumption), key),
        (_stale_counties(evidence.feed_health, evidence.leaned_on), ["county_code"]),
        (evidence.life_state.select("person_no").distinct().mutate(was_seen=True), ["person_no"]),
        (evidence.candidate.select("person_no").distinct().mutate(is_candidate=True), ["person_no"]),
    )
    for part, on in parts:
        rows = rows.left_join(part, on).drop(*(f"{name}_right" for name in on))
    return rows.mutate(
        **{name: rows[name].fill_null(False) for name in _FLAGS},
        loss_kinds=rows.loss_kinds.fill_null(""),
        lead_priority=rows.lead_priority.fill_null(0).cast("int32"),
        at_risk_fen=rows.at_risk_fen.fill_null(0),
    )


_FLAGS = (
    *(f"has_{state.value}" for state in LOSS_ORDER),
    "has_weak", "has_reopened", "has_confirmed_told", "is_frozen", "may_freeze", "is_alive", "is_served",
    "is_disproved", "is_stale", "was_seen", "is_candidate",
)  # fmt: skip


def _losses(evidence: Evidence) -> ir.Table:
    """Per entitlement: which statuses its claims have, their kinds, earliest date, priority, and money paid after."""
    ends = evidence.effects.filter(evidence.effects.effect.isin(("END", "SUSPEND")))
    in_scope = evidence.passed.filter(evidence.passed.payment_state.isin(IN_PAYMENT))
    affected = in_scope.select(*DECISION.key).inner_join(ends, "programme_code")
    met = affected.inner_join(evidence.claim, ["person_no", "loss_kind"])
    met = _without_kept(met, evidence.ending)
    with_source = evidence.told_term.mutate(is_told=True)
    met = met.left_join(with_source, ["claim_id", "county_code"]).drop("claim_id_right", "county_code_right")
    # a term that is over ends nothing more, once persons have confirmed it: only its money is in question
    acts = ~(met.is_over & (met.status == LossState.CONFIRMED.value))
    is_told = (met.loss_group == LossGroup.DEATH.value) | met.is_told.fill_null(False)
    counts = acts & met.status.isin([state.value for state in LOSS_ORDER if state is not LossState.REFUTED])
    found = met.group_by(list(DECISION.key)).agg(
        **{f"has_{state.value}": (acts & (met.status == state.value)).any() for state in LOSS_ORDER},
        has_weak=met.weak_date.notnull().any(),
        has_confirmed_told=((met.status == LossState.CONFIRMED.value) & is_told).any(),
        has_reopened=met.is_reopened.any(),
        loss_kinds=_kinds(met, counts),
        loss_date=ibis.coalesce(
            met.event_date.min(where=acts & (met.status == LossState.CONFIRMED.value) & met.is_dated),
            met.event_date.min(where=counts & met.is_dated),
        ),
        most_sources=met.sources.max(),
    )
    is_open = found.has_CONFLICT | found.has_NOTICE_GIVEN | found.has_LEAD_OPEN
    found = found.mutate(lead_priority=ibis.cases((~is_open, 0), (found.most_sources >= 2, 1), else_=2))
    at_risk = _paid_after(met.filter(met.status.isin(AT_RISK_LOSS), met.is_dated, ~met.is_kept), evidence.payment)
    return found.left_join(at_risk, list(DECISION.key)).drop(
        *(f"{name}_right" for name in DECISION.key), "most_sources"
    )


def _without_kept(met: ir.Table, ending: ir.Table) -> ir.Table:
    """`met` with `is_kept`: a doubled benefit that goes on. Its county is asked too, but once persons have judged the
    lead only the one that ends is touched.
    """
    key = list(DECISION.key)
    marked = met.left_join(ending.mutate(ends=True), key).drop(*(f"{name}_right" for name in key))
    marked = marked.mutate(is_kept=(marked.loss_kind == LossKind.LS11.value) & ~marked.ends.fill_null(False))
    is_judged = marked.status.isin((LossState.NOTICE_GIVEN.value, LossState.CONFIRMED.value))
    return marked.filter(~(marked.is_kept & is_judged)).drop("ends")


def _kinds(met: ir.Table, counts: ir.BooleanColumn) -> ir.StringValue:
    """The kinds that stand, sorted and comma separated: one flag per kind of the enum, so no order is collected."""
    marks = [ibis.ifelse((counts & (met.loss_kind == kind.value)).any(), f",{kind.value}", "") for kind in LossKind]
    return reduce(add, marks).substr(1)


def _paid_after(met: ir.Table, payment: ir.Table) -> ir.Table:
    """Fen paid for months after the month of a loss, up to its end where it is over, less returned and recovered.

    `met` is claim × entitlement. A month that several losses touch counts once; never below nothing.
    """
    losses = met.select(*DECISION.key, "event_date", over_on=ibis.ifelse(met.is_over, met.end_date, ibis.null("date")))
    paid = payment.inner_join(losses, list(DECISION.key))
    after = paid.filter((paid.pay_month > paid.event_date) & (paid.pay_month <= paid.over_on).fill_null(True))
    months = after.select(*DECISION.key, "pay_month", "paid_fen").distinct()
    return months.group_by(list(DECISION.key)).agg(at_risk_fen=ibis.greatest(months.paid_fen.sum().cast("int64"), 0))


def _adjustment(evidence: Evidence) -> ir.Table:
    """Per entitlement: whether a confirmed claim freezes its yearly adjustment, and whether an open one may.

    A sentence served outside prison freezes it, where the programme says so, while it runs; payment goes on as it was.
    """
    freezing = evidence.effects.filter(evidence.effects.effect == "FREEZE")
    in_scope = evidence.passed.filter(evidence.passed.payment_state.isin(IN_PAYMENT)).select(*DECISION.key)
    running = evidence.claim.filter(~evidence.claim.is_over)
    met = in_scope.inner_join(freezing, "programme_code").inner_join(running, ["person_no", "loss_kind"])
    return met.group_by(list(DECISION.key)).agg(
        is_frozen=(met.status == LossState.CONFIRMED.value).any(), may_freeze=met.status.isin(OPEN_LOSS).any()
    )


def _resumed(resumption: ir.Table) -> ir.Table:
    """Per entitlement: why it should be paid again."""
    return resumption.select(
        *DECISION.key,
        is_alive=resumption.reason == Reason.ALIVE_AFTER_STOP.value,
        is_served=resumption.reason == Reason.TERM_OVER.value,
        is_disproved=resumption.reason == Reason.DISPROVED.value,
    )


def told_terms(loss_fact: ir.Table, lines: ir.Table, feed_health: ir.Table) -> ir.Table:
    """(claim_id, county_code): a feed that states the claim, or stated it when its line was listed (`asked_lines`), is
    fresh for the county; else it may have ended unheard.
    """
    fresh = feed_health.filter(feed_health.is_fresh).select("feed", "county_code")
    stated = loss_fact.select("claim_id", "feed").union(lines.select("claim_id", "feed"))
    return stated.distinct().inner_join(fresh, "feed").select("claim_id", "county_code").distinct()


def _stale_counties(feed_health: ir.Table, leaned_on: Sequence[str]) -> ir.Table:
    """Counties where a live feed is not fresh that could show a sign of life, or says who draws what."""
    stale = feed_health.filter(feed_health.is_live & ~feed_health.is_fresh & feed_health.feed.isin(list(leaned_on)))
    return stale.select("county_code").distinct().mutate(is_stale=True)


def _tests(rows: ir.Table, as_of: date, policy: Policy) -> dict[str, ir.Value]:
    """`in_time`: certified or in the first period, and not over yet.

    A due date on a day of rest is over after the next working day, that is once a working day has gone by.
    """
    last_working_day = previous_working_day(as_of, policy.calendar)
    running = rows.due_date >= as_of
    if last_working_day:
        running = running | (rows.due_date > last_working_day)
    in_time = (rows.has_passed | ~rows.is_aged) & running.fill_null(False)
    return {
        "in_scope": rows.payment_state.isin(IN_PAYMENT),
        "in_time": in_time,
        "near": in_time & (rows.due_date <= as_of + timedelta(days=policy.due_soon_days)),
        "no_calendar": ibis.literal(last_working_day is None),
    }


def _loss_state(rows: ir.Table) -> ir.StringValue:
    return ibis.cases(*((rows[f"has_{state.value}"], state.value) for state in LOSS_ORDER), else_=LossState.NONE.value)


def _certification_state(rows: ir.Table) -> ir.StringValue:
    """In the order of judgement; a person never seen or a hundred years old is visited, never overdue."""
    state = CertificationState
    return ibis.cases(
        (~rows.in_scope, state.OUT_OF_SCOPE.value),
        (rows.has_CONFLICT & ~rows.has_CONFIRMED, state.CONFLICT.value),
        (rows.near, state.DUE_SOON.value),
        (rows.in_time, state.CERTIFIED.value),
        (~rows.was_seen | rows.is_aged, state.EVIDENCE_INSUFFICIENT.value),
        (rows.is_stale | rows.no_calendar, state.HELD_STALE.value),
        else_=state.OVERDUE.value,
    )


def _outcome(rows: ir.Table) -> ir.StringValue:
    state = rows.certification_state
    certified = [
        ((state == CertificationState.CERTIFIED.value) & (rows.method == method.value), outcome.value)
        for method, outcome in CERTIFIED_BY.items()
    ]
    return ibis.cases(
        (rows.has_CONFIRMED & (rows.is_stale | ~rows.has_confirmed_told), Outcome.HELD_STALE.value),
        (rows.has_CONFIRMED, Outcome.LOSS_CONFIRMED.value),
        (rows.has_CONFLICT, Outcome.EVIDENCE_CONFLICT.value),
        (rows.has_NOTICE_GIVEN, Outcome.NOTICE_GIVEN.value),
        (rows.has_LEAD_OPEN, Outcome.LEAD_OPEN.value),
        *certified,
        else_=state,
    )


def _reason_mask(rows: ir.Table) -> ir.IntegerValue:
    """Every reason that held, not only the one that decided."""
    held = {
        Reason.OUT_OF_SCOPE: ~rows.in_scope,
        Reason.LOSS_CONFIRMED: rows.has_CONFIRMED,
        Reason.LOSS_REOPENED: rows.has_reopened,
        Reason.CONFLICT: rows.has_CONFLICT,
        Reason.NOTICE_RUNNING: rows.has_NOTICE_GIVEN,
        Reason.LOSS_EVIDENCE: rows.has_LEAD_OPEN,
        Reason.WEAK_AFTER_DEATH: rows.has_weak,
        Reason.ADJUSTMENT_FROZEN: rows.is_frozen,
        Reason.LEAD_REFUTED: rows.has_REFUTED,
        Reason.PASS_STRONG: rows.in_time & rows.has_passed & (rows.signal_code != "PAIR"),
        Reason.PASS_PAIR: rows.in_time & (rows.signal_code == "PAIR"),
        Reason.FIRST_PERIOD: rows.in_time & ~rows.has_passed,
        Reason.DUE_SOON: rows.near,
        Reason.FEED_STALE: rows.is_stale,
        Reason.OVERDUE: rows.in_scope & ~rows.in_time,
        Reason.NO_EVIDENCE: ~rows.was_seen,
        Reason.AGED_HUNDRED: rows.is_aged,
        Reason.AMBIGUOUS_MATCH: rows.is_candidate,
        Reason.NO_CALENDAR: rows.no_calendar,
        Reason.ADJUSTMENT_LEAD: rows.may_freeze,
        Reason.ALIVE_AFTER_STOP: rows.is_alive,
        Reason.TERM_OVER: rows.is_served,
        Reason.DISPROVED: rows.is_disproved,
    }
    bits = [ibis.ifelse(test, ibis.literal(reason.bit, "int64"), 0) for reason, test in held.items()]
    return reduce(add, bits).cast("int64")


def _stage(rows: ir.Table, as_of: date, policy: Policy) -> ir.StringValue:
    """The latest reminder stage reached, for those whom nothing but the due date concerns."""
    soon = rows.near & rows.in_scope & ~_any_loss(rows)
    stages = sorted(policy.notices, key=lambda notice: notice.days_before)
    cases = [(soon & (rows.due_date <= as_of + timedelta(days=n.days_before)), n.stage) for n in stages]
    return ibis.cases(*cases, else_="")


def _any_loss(rows: ir.Table) -> ir.BooleanValue:
    return reduce(or_, [rows[f"has_{state.value}"] for state in LOSS_ORDER if state is not LossState.REFUTED])
