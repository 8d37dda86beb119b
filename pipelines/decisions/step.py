"""Decide: claims with their standing, one decision per entitlement, and the records to ask their holders about.

Sketch at 33 million persons: two joins over all entitlements; claims are few.
"""

import ibis
import ibis.expr.types as ir

from pipelines.decisions.claims import claims, contradicted, in_force_verdicts, judged, standings, unfinished
from pipelines.decisions.decide import IN_SCOPE, Evidence, decide
from pipelines.decisions.passes import born_by, passes, standing_pass
from pipelines.decisions.tickets import tickets
from pipelines.decisions.windows import contradiction_rows, effect_rows, reply_deadlines
from pipelines.run import Run, StepReport
from schemas.codes import LossKind
from schemas.tables import (
    CANDIDATE,
    CLAIM,
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
    standing = lake.cache(_standings(run, as_of, effects))
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
        candidate=lake.read(CANDIDATE),
    )
    decisions = decide(evidence, run.as_of, policy)
    counts = {
        "claim": lake.write(CLAIM, standing.select(*CLAIM.names)),
        "decision": lake.write(DECISION, decisions),
    }
    wanted = tickets(lake.read(ISSUE), lake.read(CLAIM), loss_fact, life_fact, verdict=lake.read(VERDICT))
    counts["ticket_wanted"] = lake.write(TICKET_WANTED, wanted)
    return StepReport("decisions", counts)


def _standings(run: Run, as_of: ir.DateValue, effects: ir.Table) -> ir.Table:
    lake, policy = run.lake, run.policy
    entitlement, verdict = lake.read(ENTITLEMENT), in_force_verdicts(lake.read(VERDICT), as_of)
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_SCOPE)).select("person_no", "programme_code")
    ending = effects.filter(effects.effect != "FREEZE")
    in_force = drawn.inner_join(ending, "programme_code").select("person_no", "loss_kind").distinct()
    claim = unfinished(claims(lake.read(LOSS_FACT), in_force), as_of)
    rules = lake.table(contradiction_rows(policy))
    claim = contradicted(claim, lake.read(LIFE_FACT), rules, grace_days=policy.grace_days)
    deadlines = lake.table(reply_deadlines(lake.arrow(verdict), policy))
    return standings(judged(claim, verdict, deadlines), as_of)
