"""Decide: claims with their standing, one decision per entitlement, and the records to ask their holders about.

Sketch at 33 million persons: two joins over all entitlements; claims are few.
"""

import ibis
import ibis.expr.types as ir

from pipelines.decisions.claims import (
    claims,
    contradicted,
    contrary_signs,
    disagreeing,
    in_force_verdicts,
    judged,
    standings,
    unfinished,
    weak_signs,
)
from pipelines.decisions.decide import IN_SCOPE, Evidence, decide
from pipelines.decisions.passes import born_by, passes, standing_pass
from pipelines.decisions.tickets import (
    contradicted_records,
    contradicting_records,
    disagreeing_records,
    records_found_wrong,
    tickets,
    weak_records,
)
from pipelines.decisions.windows import contradiction_rows, effect_rows, reply_deadlines
from pipelines.run import Run, StepReport
from schemas.codes import LossKind
from schemas.tables import (
    CANDIDATE,
    CLAIM,
    CLAIMED,
    DECISION,
    ENTITLEMENT,
    FEED_HEALTH,
    ISSUE,
    LIFE_FACT,
    LOSS_FACT,
    PAYMENT,
    TICKET_WANTED,
    VERDICT,
)


def run(run: Run) -> StepReport:
    lake, policy = run.lake, run.policy
    as_of = ibis.literal(run.as_of)
    entitlement, life_fact = lake.read(ENTITLEMENT), lake.read(LIFE_FACT)
    effects = lake.table(effect_rows(policy, list(run.code_tables.names("programme"))))
    claim = _claims(run, as_of, effects)
    rules = lake.table(contradiction_rows(policy))
    contrary = lake.cache(contrary_signs(claim, life_fact, rules, grace_days=policy.grace_days))
    weak = lake.cache(weak_signs(claim, life_fact))
    standing = lake.cache(_standings(run, as_of, contradicted(claim, contrary, weak)))
    loss_fact = lake.read(LOSS_FACT)
    found = passes(life_fact, policy.cycles, pair_days=policy.pair_days)
    evidence = Evidence(
        passed=lake.cache(standing_pass(entitlement, found, policy.cycles, aged_by=born_by(run.as_of, policy.aged))),
        life_fact=life_fact,
        claim=standing,
        frozen=loss_fact.filter(loss_fact.loss_kind == LossKind.LS08.value),
        effects=effects,
        feed_health=lake.read(FEED_HEALTH),
        payment=lake.read(PAYMENT),
        candidate=lake.read(CANDIDATE).filter(lambda table: table.is_open),
    )
    decisions = decide(evidence, run.as_of, policy)
    counts = {
        "claim": lake.write(CLAIM, standing.select(*CLAIM.names)),
        "decision": lake.write(DECISION, decisions),
    }
    counts["ticket_wanted"] = lake.write(TICKET_WANTED, _wanted(run, contrary, weak))
    return StepReport("decisions", counts)


def _claims(run: Run, as_of: ir.DateValue, effects: ir.Table) -> ir.Table:
    """What speaks for the loss of a benefit that somebody draws, and is not over."""
    entitlement, loss_fact = run.lake.read(ENTITLEMENT), run.lake.read(LOSS_FACT)
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_SCOPE)).select("person_no", "programme_code")
    ending = effects.filter(effects.effect != "FREEZE")
    in_force = drawn.inner_join(ending, "programme_code").select("person_no", "loss_kind").distinct()
    return run.lake.cache(unfinished(claims(loss_fact, in_force), as_of))


def _standings(run: Run, as_of: ir.DateValue, claim: ir.Table) -> ir.Table:
    verdict = in_force_verdicts(run.lake.read(VERDICT), as_of)
    deadlines = run.lake.table(reply_deadlines(run.lake.arrow(verdict), run.policy))
    return standings(judged(claim, verdict, claimed=run.lake.read(CLAIMED), deadlines=deadlines), as_of)


def _wanted(run: Run, contrary: ir.Table, weak: ir.Table) -> ir.Table:
    claim, loss_fact = run.lake.read(CLAIM), run.lake.read(LOSS_FACT)
    dates = run.policy.death_dates
    differ = disagreeing(claim, dates.loss_kinds, tolerance_days=dates.tolerance_days)
    questions = (
        contradicted_records(claim, loss_fact),
        contradicting_records(claim, contrary),
        weak_records(claim, weak),
        disagreeing_records(differ, loss_fact),
        records_found_wrong(run.lake.read(VERDICT), loss_fact),
    )
    return tickets(run.lake.read(ISSUE), questions)
