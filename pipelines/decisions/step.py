"""Decide: claims with their status, one decision per entitlement, and the records to ask their holders about.

Cost at 33 million persons: two joins over all entitlements; claims are few.
"""

from collections.abc import Callable
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from pipelines.decisions.claims import (
    contrary_signs,
    disagreeing,
    in_force_verdicts,
    loss_claims,
    still_in_question,
    weak_signs,
    with_contradictions,
    with_is_over,
    with_status,
    with_verdict,
)
from pipelines.decisions.decide import Evidence, decide, told_terms
from pipelines.decisions.overlaps import ending_of_overlap
from pipelines.decisions.passes import Cycles, born_by, pass_in_force, passes
from pipelines.decisions.resumptions import claims_of_stopped, resumptions
from pipelines.decisions.tickets import (
    contradicted_records,
    contradicting_records,
    disagreeing_records,
    records_found_wrong,
    tickets,
    weak_records,
)
from pipelines.decisions.windows import reply_deadlines
from pipelines.step import Context, Derived, Inputs, Step
from schemas.codes import IN_PAYMENT, LossGroup, PaymentState, Reason, StepName
from schemas.tables import (
    CANDIDATE,
    CLAIM,
    CLAIMED,
    DECISION,
    ENTITLEMENT,
    FEED_HEALTH,
    ISSUE,
    LIFE_FACT,
    LIFE_STATE,
    LOSS_FACT,
    PAYMENT,
    RESUMPTION,
    TICKET_WANTED,
    VERDICT,
)


def derive(tables: Inputs, context: Context) -> Derived:
    """Claims with their status, the state of every entitlement, and the records to ask their holders about."""
    engine, policy, as_of = context.engine, context.policy, ibis.literal(context.as_of)
    entitlement, life_fact, loss_fact, verdict = (tables[t] for t in (ENTITLEMENT, LIFE_FACT, LOSS_FACT, VERDICT))
    effects = engine.table(policy.effect_rows(context.code_tables.names("programme")))

    stated = loss_claims(loss_fact, _affecting(entitlement, effects))
    live = engine.cache(still_in_question(stated, tables[PAYMENT], _ending(effects), as_of))
    judging = _Judging(tables, context, in_force_verdicts(verdict, as_of))
    drawn = judging.judged(live)
    stopped = judging.judged(_of_stopped(tables, context, live=live, stated=stated, signs=judging.signs_against))
    known = drawn.claim.union(stopped.claim)
    resumption = engine.cache(
        resumptions(entitlement, known, effects, tables[PAYMENT], as_of=context.as_of, policy=policy)
    )
    alarms = _alarms(stopped.claim, resumption)
    claim = engine.cache(drawn.claim.union(alarms))
    contrary = drawn.contrary.union(stopped.contrary.semi_join(alarms, "claim_id"))

    cycles = Cycles(policy.cycles, policy.personal_cycles)
    found = passes(life_fact, cycles, pair_days=policy.pair_days)
    aged_by = born_by(context.as_of, policy.aged)
    evidence = Evidence(
        passed=engine.cache(pass_in_force(entitlement, found, cycles, aged_by=aged_by)),
        life_state=tables[LIFE_STATE],
        claim=claim,
        ending=ending_of_overlap(entitlement, policy.excluding_programmes),
        effects=effects,
        feed_health=tables[FEED_HEALTH],
        payment=tables[PAYMENT],
        resumption=resumption,
        candidate=tables[CANDIDATE].filter(lambda table: table.is_open),
        told_term=told_terms(loss_fact, tables[FEED_HEALTH]),
        leaned_on=(*policy.positive_feeds, *(c.feed for c in context.incoming if c.role == "registry")),
    )
    differ = disagreeing(claim, policy.death_dates.loss_kinds, tolerance_days=policy.death_dates.tolerance_days)
    questions = (
        contradicted_records(claim, loss_fact),
        contradicting_records(claim, contrary),
        weak_records(claim, drawn.weak),
        disagreeing_records(differ, loss_fact),
        records_found_wrong(verdict, loss_fact),
    )
    return Derived(
        {
            CLAIM: claim.select(*CLAIM.names),
            DECISION: decide(evidence, context.as_of, policy),
            RESUMPTION: resumption,
            TICKET_WANTED: tickets(tables[ISSUE], questions),
        }
    )


DECISIONS = Step(
    StepName.DECISIONS,
    reads=(
        ENTITLEMENT, LIFE_FACT, LIFE_STATE, LOSS_FACT, CLAIMED, VERDICT, FEED_HEALTH, PAYMENT, CANDIDATE, ISSUE,
    ),
    writes=(CLAIM, DECISION, RESUMPTION, TICKET_WANTED),
    derive=derive,
)  # fmt: skip


class _Judged(NamedTuple):
    """Claims with their status and `is_over`, and the signs of life that speak against them."""

    claim: ir.Table
    contrary: ir.Table
    weak: ir.Table


class _Judging:
    """What claims are judged by tonight: signs of life, the contradiction table, verdicts in force."""

    def __init__(self, tables: Inputs, context: Context, given: ir.Table) -> None:
        policy, engine = context.policy, context.engine
        self._tables, self._context, self._given = tables, context, given
        self._rules = engine.table(policy.contradiction_rows())
        self._deadlines = engine.table(reply_deadlines(engine.arrow(given), policy))

    def signs_against(self, claim: ir.Table) -> ir.Table:
        grace_days = self._context.policy.grace_days
        return contrary_signs(claim, self._tables[LIFE_FACT], self._rules, grace_days=grace_days)

    def judged(self, claim: ir.Table) -> _Judged:
        cache = self._context.engine.cache
        contrary, weak = cache(self.signs_against(claim)), cache(weak_signs(claim, self._tables[LIFE_FACT]))
        contradicted = with_contradictions(claim, contrary, weak)
        binding = with_verdict(contradicted, self._given, claimed=self._tables[CLAIMED], deadlines=self._deadlines)
        return _Judged(cache(with_status(binding, ibis.literal(self._context.as_of))), contrary, weak)


def _of_stopped(
    tables: Inputs, context: Context, *, live: ir.Table, stated: ir.Table, signs: Callable[[ir.Table], ir.Table]
) -> ir.Table:
    """Claims that are not `live`, of benefits that are stopped: terms that are over, and all claims of persons seen
    alive after what ended a benefit for life.
    """
    engine, entitlement, loss_fact = context.engine, tables[ENTITLEMENT], tables[LOSS_FACT]
    suspended = entitlement.filter(entitlement.payment_state == PaymentState.SUSPENDED.value)
    over = stated.semi_join(suspended, "person_no").anti_join(live, "claim_id")
    kinds = claims_of_stopped(entitlement, loss_fact, context.policy.lifelong_programmes)
    ended = engine.cache(loss_claims(loss_fact, kinds).anti_join(live, "claim_id").anti_join(over, "claim_id"))
    seen_again = ended.semi_join(signs(ended), "person_no")
    return engine.cache(with_is_over(over.union(seen_again), ibis.literal(context.as_of)))


def _alarms(stopped: ir.Table, resumption: ir.Table) -> ir.Table:
    """Claims of death that signs of life contradict, of persons whose benefit was stopped upon them."""
    alive = resumption.filter(resumption.reason == Reason.ALIVE_AFTER_STOP.value)
    doubted = stopped.filter(stopped.loss_group == LossGroup.DEATH.value, stopped.contrary_date.notnull())
    return doubted.semi_join(alive, "person_no")


def _affecting(entitlement: ir.Table, effects: ir.Table) -> ir.Table:
    """(person_no, loss_kind) of every loss that would end, suspend or freeze a benefit the person draws."""
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_PAYMENT)).select("person_no", "programme_code")
    return drawn.inner_join(effects, "programme_code").select("person_no", "loss_kind").distinct()


def _ending(effects: ir.Table) -> ir.Table:
    return effects.filter(effects.effect != "FREEZE").select("programme_code", "loss_kind")
