"""Decide: claims with their status, one decision per entitlement, and the records to ask their holders about.

Cost at 33 million persons: two joins over all entitlements; claims are few.
"""

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
    with_status,
    with_verdict,
)
from pipelines.decisions.decide import Evidence, decide, told_terms
from pipelines.decisions.overlaps import ending_of_overlap
from pipelines.decisions.passes import Cycles, born_by, pass_in_force, passes
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
from schemas.codes import IN_PAYMENT, StepName
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
    rules = engine.table(policy.contradiction_rows())
    contrary = engine.cache(contrary_signs(live, life_fact, rules, grace_days=policy.grace_days))
    weak = engine.cache(weak_signs(live, life_fact))

    given = in_force_verdicts(verdict, as_of)
    deadlines = engine.table(reply_deadlines(engine.arrow(given), policy))
    binding = with_verdict(
        with_contradictions(live, contrary, weak), given, claimed=tables[CLAIMED], deadlines=deadlines
    )
    claim = engine.cache(with_status(binding, as_of))

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
        candidate=tables[CANDIDATE].filter(lambda table: table.is_open),
        told_term=told_terms(loss_fact, tables[FEED_HEALTH]),
        leaned_on=(*policy.positive_feeds, *(c.feed for c in context.incoming if c.role == "registry")),
    )
    differ = disagreeing(claim, policy.death_dates.loss_kinds, tolerance_days=policy.death_dates.tolerance_days)
    questions = (
        contradicted_records(claim, loss_fact),
        contradicting_records(claim, contrary),
        weak_records(claim, weak),
        disagreeing_records(differ, loss_fact),
        records_found_wrong(verdict, loss_fact),
    )
    return Derived(
        {
            CLAIM: claim.select(*CLAIM.names),
            DECISION: decide(evidence, context.as_of, policy),
            TICKET_WANTED: tickets(tables[ISSUE], questions),
        }
    )


DECISIONS = Step(
    StepName.DECISIONS,
    reads=(
        ENTITLEMENT, LIFE_FACT, LIFE_STATE, LOSS_FACT, CLAIMED, VERDICT, FEED_HEALTH, PAYMENT, CANDIDATE, ISSUE,
    ),
    writes=(CLAIM, DECISION, TICKET_WANTED),
    derive=derive,
)  # fmt: skip


def _affecting(entitlement: ir.Table, effects: ir.Table) -> ir.Table:
    """(person_no, loss_kind) of every loss that would end, suspend or freeze a benefit the person draws."""
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_PAYMENT)).select("person_no", "programme_code")
    return drawn.inner_join(effects, "programme_code").select("person_no", "loss_kind").distinct()


def _ending(effects: ir.Table) -> ir.Table:
    return effects.filter(effects.effect != "FREEZE").select("programme_code", "loss_kind")
