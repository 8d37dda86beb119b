"""Decide: claims with their status, one decision per entitlement, and the records to ask their holders about.

Cost at 33 million persons: two joins over all entitlements; claims are few.
"""

from collections.abc import Sequence
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pipelines.age_bands import born_by
from pipelines.decisions.claims import (
    asked_lines,
    contrary_signs,
    disagreeing,
    judgements,
    loss_claims,
    still_in_question,
    weak_signs,
    while_it_stands,
    with_contradictions,
    with_fact,
    with_is_over,
    with_listed_end,
    with_objection,
    with_possible,
    with_status,
    with_verdict,
    with_withdrawal,
)
from pipelines.decisions.decide import Evidence, decide, told_terms
from pipelines.decisions.executions import Decided, executions, newly_proposed, restorations
from pipelines.decisions.overlaps import ending_of_overlap
from pipelines.decisions.passes import Cycles, pass_in_force, passes
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
from pipelines.verdicts import CONFIRMING, REFUTING, verdicts_in_force
from schemas.codes import IN_PAYMENT, OPEN_LOSS, LossGroup, LossState, PaymentState, Reason, StepName
from schemas.tables import (
    CANDIDATE,
    CLAIM,
    DECISION,
    ENTITLEMENT,
    EXECUTION_ALARM,
    FEED_HEALTH,
    ISSUE,
    LEAD_ENTRY,
    LIFE_FACT,
    LIFE_STATE,
    LISTED,
    LOSS_FACT,
    OBJECTION,
    PAYMENT,
    PROPOSED_RESUMPTION,
    RESTORATION,
    RESUMPTION,
    TICKET_WANTED,
    VERDICT,
    WITHDRAWN,
)


def derive(tables: Inputs, context: Context) -> Derived:
    """Claims with their status, the state of every entitlement, what is not carried out, and the records to ask their
    holders about.
    """
    engine, policy, as_of = context.engine, context.policy, ibis.literal(context.as_of)
    entitlement, life_fact, loss_fact, verdict = (tables[t] for t in (ENTITLEMENT, LIFE_FACT, LOSS_FACT, VERDICT))
    effects = engine.table(policy.effect_rows(context.code_tables.names("programme")))

    given = engine.cache(verdicts_in_force(verdict, as_of))
    lines = engine.cache(asked_lines(tables[LISTED], tables[LEAD_ENTRY], policy.facts))
    judging = _Judging(tables, context, given, lines)
    stated = judging.stated(_affecting(entitlement, effects))
    live = engine.cache(still_in_question(stated, tables[PAYMENT], _ending(effects), as_of))
    drawn = judging.judged(live)
    of_stopped = _of_stopped(tables, context, judging, live=live, stated=stated)
    # most nights there are none, and judging costs as much for none as for many
    stopped = judging.judged(of_stopped) if engine.arrow(of_stopped.limit(1)).num_rows else drawn.without_rows()
    known = engine.cache(drawn.claim.union(stopped.claim))
    resumption = engine.cache(
        resumptions(entitlement, known, effects, tables[PAYMENT], as_of=context.as_of, policy=policy)
    )
    alarms = _alarms(stopped.claim, resumption)
    claim = engine.table(_with_lines(context, engine.arrow(drawn.claim.union(alarms))))
    contrary = drawn.contrary.union(stopped.contrary.semi_join(alarms, "claim_id"))

    cycles = Cycles(policy.cycles, policy.personal_cycles)
    found = passes(life_fact, cycles, pair_days=policy.pair_days)
    aged_by = born_by(context.as_of, policy.aged)
    evidence = Evidence(
        passed=engine.cache(pass_in_force(entitlement, found, cycles, aged_by=aged_by)),
        life_state=tables[LIFE_STATE],
        claim=drawn.claim,  # an alarm is about a benefit that is stopped, and touches no other of the person
        ending=engine.cache(ending_of_overlap(entitlement, policy.excluding_programmes)),
        effects=effects,
        feed_health=tables[FEED_HEALTH],
        payment=tables[PAYMENT],
        resumption=resumption,
        candidate=tables[CANDIDATE].filter(lambda table: table.is_open),
        told_term=engine.cache(told_terms(loss_fact, lines, tables[FEED_HEALTH])),
        leaned_on=(*policy.positive_feeds, *(c.feed for c in context.incoming if c.role == "registry")),
    )
    differ = disagreeing(claim, policy.death_dates.loss_kinds, tolerance_days=policy.death_dates.tolerance_days)
    questions = (
        contradicted_records(claim, loss_fact),
        contradicting_records(claim, contrary),
        weak_records(claim, drawn.weak),
        disagreeing_records(differ, loss_fact),
        records_found_wrong(given, lines, loss_fact),
    )
    decision = engine.cache(decide(evidence, context.as_of, policy))
    book = tables[PROPOSED_RESUMPTION]
    sent = resumption if context.kind != "backfill" else resumption.filter(ibis.literal(False))
    proposed = engine.cache(newly_proposed(sent, book, run_no=context.run_no, as_of=context.as_of))
    decided = Decided(
        decision=decision,
        entitlement=entitlement,
        claim=known,
        effects=effects,
        payment=tables[PAYMENT],
        resumption=resumption,
        proposed=book.filter(book.as_of <= as_of).union(proposed),
        grounds=engine.table(policy.ground_rows()),
    )
    return Derived(
        {
            CLAIM: claim.select(*CLAIM.names),
            DECISION: decision,
            RESUMPTION: resumption,
            PROPOSED_RESUMPTION: proposed,
            EXECUTION_ALARM: executions(decided, as_of=context.as_of, policy=policy),
            RESTORATION: _restorations(decided, tables, context),
            TICKET_WANTED: tickets(tables[ISSUE], questions),
        }
    )


def _restorations(decided: Decided, tables: Inputs, context: Context) -> ir.Table | pa.Table:
    """RESTORATION; a home that never proposed to pay anything again is spared the expression."""
    if not context.engine.arrow(decided.proposed.limit(1)).num_rows:
        return RESTORATION.arrow().empty_table()
    return restorations(decided, tables[OBJECTION], as_of=context.as_of)


DECISIONS = Step(
    StepName.DECISIONS,
    reads=(
        ENTITLEMENT, LIFE_FACT, LIFE_STATE, LOSS_FACT, WITHDRAWN, LISTED, LEAD_ENTRY, VERDICT, OBJECTION, FEED_HEALTH,
        PAYMENT, CANDIDATE, ISSUE, PROPOSED_RESUMPTION,
    ),
    writes=(CLAIM, DECISION, RESUMPTION, PROPOSED_RESUMPTION, EXECUTION_ALARM, RESTORATION, TICKET_WANTED),
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


class _Judged(NamedTuple):
    """Claims with their status and `is_over`, and the signs of life that speak against them."""

    claim: ir.Table
    contrary: ir.Table
    weak: ir.Table

    def without_rows(self) -> "_Judged":
        none = ibis.literal(False)
        return _Judged(self.claim.filter(none), self.contrary.filter(none), self.weak.filter(none))


class _Judging:
    """Inputs that claims are judged by: signs of life, the contradiction table, verdicts in force and their lines."""

    def __init__(self, tables: Inputs, context: Context, given: ir.Table, lines: ir.Table) -> None:
        policy, engine = context.policy, context.engine
        self._tables, self._context, self._given, self._lines = tables, context, given, lines
        self._rules = engine.table(policy.contradiction_rows())
        self._deadlines = engine.table(reply_deadlines(engine.arrow(given), policy))
        settled = given.filter(given.verdict.isin((*CONFIRMING, *REFUTING)))
        self._settled_lines = lines.semi_join(settled, lines.line_id == settled.lead_id)
        asked_about = lines.select("person_no").union(tables[LOSS_FACT].select("person_no"))
        registered = tables[ENTITLEMENT].semi_join(asked_about, "person_no")
        registered = registered.mutate(human_no=registered.human_no.coalesce(registered.person_no))
        self._humans = engine.cache(registered.select("person_no", "human_no").distinct())

    def stated(self, kinds: ir.Table) -> ir.Table:
        """Claims of these (person_no, loss_kind), with `fact` and `is_possible`."""
        claims = loss_claims(self._tables[LOSS_FACT], kinds, self._settled_lines)
        return with_fact(with_possible(claims, self._tables[ENTITLEMENT]), self._context.policy.facts)

    def kinds(self) -> ir.Table:
        """(person_no, loss_kind) of what a record states or officers have judged."""
        stated, settled = self._tables[LOSS_FACT], self._settled_lines
        return stated.select("person_no", "loss_kind").union(settled.select("person_no", "loss_kind"))

    def signs_against(self, claim: ir.Table) -> ir.Table:
        grace_days = self._context.policy.grace_days
        return contrary_signs(claim, self._tables[LIFE_FACT], self._rules, grace_days=grace_days)

    def found_wrong(self) -> ir.Table:
        """`person_no` of persons of whom officers refuted something."""
        return self._judged_by(REFUTING).select("person_no")

    def paid_since(self, payment: ir.Table) -> ir.Table:
        """`person_no` of persons of whom officers found a loss true, and who were paid since."""
        true = self._judged_by(CONFIRMING)
        paid = payment.filter(payment.paid_fen > 0).select("person_no", "pay_month").inner_join(true, "person_no")
        return paid.filter(paid.pay_month > paid.verified_date).select("person_no")

    def _judged_by(self, verdicts: Sequence[str]) -> ir.Table:
        """(person_no, verified_date) of the lines with such a verdict."""
        given = self._given.filter(self._given.verdict.isin(list(verdicts))).select("lead_id", "verified_date")
        lines = self._lines.select("line_id", "person_no").distinct()
        return lines.join(given, [("line_id", "lead_id")]).select("person_no", "verified_date")

    def judged(self, claim: ir.Table) -> _Judged:
        cache, as_of = self._context.engine.cache, ibis.literal(self._context.as_of)
        contrary, weak = cache(self.signs_against(claim)), cache(weak_signs(claim, self._tables[LIFE_FACT]))
        contradicted = cache(with_contradictions(claim, contrary, weak))
        found = cache(
            judgements(claim, self._given, lines=self._lines, loss_fact=self._tables[LOSS_FACT], humans=self._humans)
        )
        binding = cache(while_it_stands(found))
        with_verdicts = with_verdict(contradicted, binding, deadlines=self._deadlines)
        objected = cache(with_objection(with_verdicts, self._tables[OBJECTION], as_of))
        stated = with_fact(self._tables[LOSS_FACT], self._context.policy.facts)
        known = with_withdrawal(objected, self._tables[WITHDRAWN], lines=self._lines, stated=stated, judged=binding)
        known = with_listed_end(known, self._tables[LISTED])
        return _Judged(cache(with_status(known, as_of)), contrary, weak)


def _of_stopped(tables: Inputs, context: Context, judging: _Judging, *, live: ir.Table, stated: ir.Table) -> ir.Table:
    """Claims that are not `live`: terms that are over, of persons suspended or of whom officers refuted something; of
    benefits for life that ended all claims of persons seen alive since, of whom officers refuted something or a sender
    withdrew a record, who objected, or who were paid after a loss was confirmed.
    """
    engine, entitlement = context.engine, tables[ENTITLEMENT]
    suspended = entitlement.filter(entitlement.payment_state == PaymentState.SUSPENDED.value).select("person_no")
    over = stated.semi_join(suspended.union(judging.found_wrong()), "person_no").anti_join(live, "claim_id")
    kinds = engine.cache(claims_of_stopped(entitlement, judging.kinds(), context.policy.lifelong_programmes))
    ended = engine.cache(judging.stated(kinds).anti_join(live, "claim_id").anti_join(over, "claim_id"))
    objected = tables[OBJECTION].filter(lambda table: table.event_date <= ibis.literal(context.as_of))
    parts = (
        judging.signs_against(ended), judging.found_wrong(), tables[WITHDRAWN], judging.paid_since(tables[PAYMENT]),
        objected,
    )  # fmt: skip
    concerned = ibis.union(*(part.select("person_no") for part in parts))
    return engine.cache(with_is_over(over.union(ended.semi_join(concerned, "person_no")), ibis.literal(context.as_of)))


def _alarms(stopped: ir.Table, resumption: ir.Table) -> ir.Table:
    """Claims of death that signs of life contradict, of persons whose benefit was stopped upon them; claims of death
    against which they objected since or whose record was withdrawn; refuted claims of persons whose benefit is still
    stopped.
    """
    alive = resumption.filter(resumption.reason == Reason.ALIVE_AFTER_STOP.value)
    death = stopped.filter(stopped.loss_group == LossGroup.DEATH.value)
    doubted = death.filter(death.contrary_date.notnull()).semi_join(alive, "person_no")
    is_objected = (death.status == LossState.NOTICE_GIVEN.value) & death.objected_date.notnull()
    asked_again = death.filter(is_objected | death.withdrawn_date.notnull())
    doubted = doubted.union(asked_again.anti_join(doubted, "claim_id"))
    disproved = resumption.filter(resumption.reason == Reason.DISPROVED.value)
    refuted = stopped.filter(stopped.status == LossState.REFUTED.value).semi_join(disproved, "person_no")
    return doubted.union(refuted.anti_join(doubted, "claim_id"))


def _affecting(entitlement: ir.Table, effects: ir.Table) -> ir.Table:
    """(person_no, loss_kind) of every loss that would end, suspend or freeze a benefit the person draws."""
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_PAYMENT)).select("person_no", "programme_code")
    return drawn.inner_join(effects, "programme_code").select("person_no", "loss_kind").distinct()


def _ending(effects: ir.Table) -> ir.Table:
    return effects.filter(effects.effect != "FREEZE").select("programme_code", "loss_kind")
