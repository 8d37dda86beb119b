"""Persons of the reference as tables, decided by the expressions: what a test compares with the reference."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import ibis
import pyarrow as pa

from pipelines.decisions.claims import (
    claims,
    contradicted,
    contrary_signs,
    in_force_verdicts,
    judged,
    standings,
    unfinished,
    weak_signs,
)
from pipelines.decisions.decide import IN_SCOPE, Evidence, decide
from pipelines.decisions.passes import born_by, passes, standing_pass
from pipelines.decisions.windows import contradiction_rows, effect_rows, reply_deadlines
from schemas.policy import Policy, read_policy
from schemas.table import Table
from schemas.tables import CANDIDATE, CLAIMED, ENTITLEMENT, FEED_HEALTH, LIFE_FACT, LOSS_FACT, PAYMENT, VERDICT
from tests.reference.decide import Person

PROGRAMMES = ["EMPLOYEE_PENSION", "RESIDENT_PENSION", "WORK_INJURY", "DEPENDANT", "UNEMPLOYMENT"]
COUNTY = "621022"
_EMPTY = {pa.string(): "", pa.int64(): 0, pa.int32(): 0, pa.bool_(): False, pa.date32(): date(2000, 1, 1)}


@cache
def shipped() -> Policy:
    return read_policy([Path(__file__).parents[2] / "schemas" / "policy"])


@cache
def engine() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


def stored(rows: pa.Table):
    return engine().create_table(ibis.util.gen_name("t"), rows, temp=True)


def rows_of(table: Table, rows: Sequence[dict]) -> pa.Table:
    """Rows with the columns that matter to a test; every other column holds something empty."""
    filled = [
        {
            f.name: row.get(f.name, None if f.nullable else _EMPTY[table.arrow().field(f.name).type])
            for f in table.fields
        }
        for row in rows
    ]
    return pa.Table.from_pylist(filled, pa.schema([f.with_nullable(True) for f in table.arrow()]))


def decide_all(persons: Sequence[Person], policy: Policy, as_of: date, *, is_stale: bool = False) -> list[dict]:
    """DECISION of persons numbered from 0, as dictionaries in the order of persons and entitlements."""
    numbered = list(enumerate(persons))
    night = ibis.literal(as_of)
    entitlement = stored(rows_of(ENTITLEMENT, [
        {"person_no": n, **vars(e), "birth_date": p.birth_date}
        for n, p in numbered for e in p.entitlements]))  # fmt: skip
    life = stored(rows_of(LIFE_FACT, [
        {"person_no": n, "record_no": 100 * n + i, **vars(s), "business_date": s.told or s.event_date}
        for n, p in numbered for i, s in enumerate(p.signs)]))  # fmt: skip
    loss = stored(rows_of(LOSS_FACT, [
        {**vars(c), "person_no": n, "record_no": 100 * n + i, "business_date": c.first_stated,
         "claim_id": f"{n}-{c.claim_id}"}
        for n, p in numbered for i, c in enumerate(p.claims) if not c.is_withdrawn]))  # fmt: skip
    verdicts = rows_of(VERDICT, [
        {**vars(j), "record_no": 100 * n + j.record_no, "record_id": f"{n}-{j.record_no}",
         "lead_id": f"{n}-{j.lead_id}", **dict(zip(("handler", "reviewer", "approver"), j.officers, strict=True))}
        for n, p in numbered for j in p.judgements])  # fmt: skip
    paid = stored(rows_of(PAYMENT, [
        {"person_no": n, **vars(e), "pay_month": month, "paid_fen": fen}
        for n, p in numbered for e in p.entitlements for month, fen in e.paid.items()]))  # fmt: skip
    # a feed not taken up yet and one that shows no sign of life say nothing by their silence
    feeds = (("transport", True, not is_stale), ("vaccination", False, False), ("civil_affairs", True, False))
    health = stored(rows_of(FEED_HEALTH, [
        {"feed": feed, "county_code": COUNTY, "is_live": is_live, "is_fresh": is_fresh}
        for feed, is_live, is_fresh in feeds]))  # fmt: skip
    effects = stored(effect_rows(policy, PROGRAMMES))
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_SCOPE)).select("person_no", "programme_code")
    ending = effects.filter(effects.effect != "FREEZE")
    in_force = drawn.inner_join(ending, "programme_code").select("person_no", "loss_kind").distinct()
    live = unfinished(claims(loss, in_force), night)
    contrary = contrary_signs(live, life, stored(contradiction_rows(policy)), grace_days=policy.grace_days)
    found = contradicted(live, contrary, weak_signs(live, life))
    claimed = stored(rows_of(CLAIMED, [
        {"claim_id": f"{n}-{c.claim_id}", "person_no": n, "loss_group": c.loss_group}
        for n, p in numbered for c in p.claims]))  # fmt: skip
    deadlines = stored(reply_deadlines(verdicts, policy))
    in_force = in_force_verdicts(stored(verdicts), night)
    claim = standings(judged(found, in_force, claimed=claimed, deadlines=deadlines), night)
    evidence = Evidence(
        passed=standing_pass(entitlement, passes(life, policy.cycles, pair_days=policy.pair_days), policy.cycles,
                             aged_by=born_by(as_of, policy.aged)),
        life_fact=life, claim=engine().create_table(ibis.util.gen_name("c"), claim, temp=True),
        frozen=loss.filter(loss.loss_kind == "LS08"), effects=effects, feed_health=health, payment=paid,
        candidate=stored(rows_of(CANDIDATE, [{"person_no": n} for n, p in numbered if p.is_ambiguous])),
    )  # fmt: skip
    rows = decide(evidence, as_of, policy).to_pyarrow().to_pylist()
    order = {
        (n, e.programme_code, e.county_code): i
        for i, (n, e) in enumerate((n, e) for n, p in numbered for e in p.entitlements)
    }
    return sorted(rows, key=lambda row: order[row["person_no"], row["programme_code"], row["county_code"]])
