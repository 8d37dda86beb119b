"""Decide: claims with their status, one decision per entitlement, and the records to ask their holders about.

Cost at 33 million persons: two joins over all entitlements; claims are few.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pipelines.decisions.claims import (
    asked_lines,
    contrary_signs,
    disagreeing,
    judgements,
    loss_claims,
    still_in_question,
    weak_signs,
    with_contradictions,
    with_fact,
    with_objection,
    with_possible,
    with_status,
    with_verdict,
)
from pipelines.decisions.decide import Evidence, decide, told_terms
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
from pipelines.verdicts import CONFIRMING, REFUTING, verdicts_in_force
from schemas.codes import IN_PAYMENT, OPEN_LOSS, LossKind, StepName
from schemas.tables import (
    CANDIDATE,
    CLAIM,
    DECISION,
    ENTITLEMENT,
    FEED_HEALTH,
    ISSUE,
    LEAD_ENTRY,
    LIFE_FACT,
    LIFE_STATE,
    LISTED,
    LOSS_FACT,
    OBJECTION,
    PAYMENT,
    TICKET_WANTED,
    VERDICT,
)


def derive(tables: Inputs, context: Context) -> Derived:
    """Claims with their status, the state of every entitlement, and the records to ask their holders about."""
    engine, policy, as_of = context.engine, context.policy, ibis.literal(context.as_of)
    entitlement, life_fact, loss_fact, verdict = (tables[t] for t in (ENTITLEMENT, LIFE_FACT, LOSS_FACT, VERDICT))
    effects = engine.table(policy.effect_rows(context.code_tables.names("programme")))

    given = engine.cache(verdicts_in_force(verdict, as_of))
    lines = engine.cache(asked_lines(tables[LISTED], tables[LEAD_ENTRY], policy.facts))
    settled = given.filter(given.verdict.isin((*CONFIRMING, *REFUTING)))
    judged = lines.semi_join(settled, lines.line_id == settled.lead_id)
    stated = loss_claims(loss_fact, _affecting(entitlement, effects), judged)
    known = with_fact(with_possible(stated, entitlement), policy.facts)
    live = engine.cache(still_in_question(known, tables[PAYMENT], _ending(effects), as_of))
    rules = engine.table(policy.contradiction_rows())
    contrary = engine.cache(contrary_signs(live, life_fact, rules, grace_days=policy.grace_days))
    weak = engine.cache(weak_signs(live, life_fact))

    deadlines = engine.table(reply_deadlines(engine.arrow(given), policy))
    binding = judgements(live, given, lines=lines, loss_fact=loss_fact)
    signs = with_contradictions(live, contrary, weak)
    binding_claims = with_objection(with_verdict(signs, binding, deadlines=deadlines), tables[OBJECTION], as_of)
    claim = engine.table(_with_lines(context, engine.arrow(with_status(binding_claims, as_of))))

    cycles = Cycles(policy.cycles, policy.personal_cycles)
    found = passes(life_fact, cycles, pair_days=policy.pair_days)
    aged_by = born_by(context.as_of, policy.aged)
    evidence = Evidence(
        passed=engine.cache(pass_in_force(entitlement, found, cycles, aged_by=aged_by)),
        life_state=tables[LIFE_STATE],
        claim=claim,
        frozen=loss_fact.filter(loss_fact.loss_kind == LossKind.LS08.value),
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
        records_found_wrong(given, lines, loss_fact),
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
        ENTITLEMENT, LIFE_FACT, LIFE_STATE, LOSS_FACT, LISTED, LEAD_ENTRY, VERDICT, OBJECTION, FEED_HEALTH, PAYMENT,
        CANDIDATE, ISSUE,
    ),
    writes=(CLAIM, DECISION, TICKET_WANTED),
    derive=derive,
)  # fmt: skip


def _with_lines(context: Context, claims: pa.Table) -> pa.Table:
    """Claims with `line_id`: one line for the open claims of a person about one fact, empty for the others.

    A line of one claim has the number of the claim, of several a digest of theirs: the same question, the same number.
    """
    gathered: dict[tuple[int, str], list[str]] = {}
    rows = claims.select(["claim_id", "person_no", "fact", "status"]).to_pylist()
    for row in rows:
        if row["status"] in OPEN_LOSS:
            gathered.setdefault((row["person_no"], row["fact"]), []).append(row["claim_id"])
    numbers = {
        fact: ids[0] if len(ids) == 1 else context.digest("line", *sorted(ids)) for fact, ids in gathered.items()
    }
    of_rows = [numbers[row["person_no"], row["fact"]] if row["status"] in OPEN_LOSS else "" for row in rows]
    return claims.append_column("line_id", pa.array(of_rows, pa.string()))


def _affecting(entitlement: ir.Table, effects: ir.Table) -> ir.Table:
    """(person_no, loss_kind) of every loss that would end or suspend a benefit the person draws."""
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_PAYMENT)).select("person_no", "programme_code")
    return drawn.inner_join(_ending(effects), "programme_code").select("person_no", "loss_kind").distinct()


def _ending(effects: ir.Table) -> ir.Table:
    return effects.filter(effects.effect != "FREEZE").select("programme_code", "loss_kind")
