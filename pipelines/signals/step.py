"""Derive facts, life state, feed health and the reverse comparison.

Cost at 33 million persons: one pass over the links of tonight; loss facts are few, so their claim ids are made
row by row.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pipelines.coverage import known_deliveries
from pipelines.latest import record_id
from pipelines.signals.compare import compare
from pipelines.signals.derived import grown_up, overlapping
from pipelines.signals.facts import (
    life_facts,
    life_state,
    loss_facts,
    matched,
    of_every_number,
    seen_alive,
    since_first_snapshot,
    stated,
    withdrawn,
)
from pipelines.signals.health import feed_health, with_other_names
from pipelines.signals.releases import ended_by_own_record, releases, replaced_terms, shortened
from pipelines.signals.reviews import reviews
from pipelines.signals.stopped import ended_without_death, seen_after_end
from pipelines.step import VALIDATED, Context, Derived, Inputs, Step
from pipelines.verdicts import verdicts_in_force
from schemas.codes import StepName
from schemas.tables import (
    CANDIDATE,
    COMPARISON,
    DELIVERY,
    DELIVERY_COUNTY,
    ENTITLEMENT,
    FEED_HEALTH,
    LIFE_FACT,
    LIFE_STATE,
    LINK,
    LOSS_FACT,
    PAYMENT,
    REVIEW,
    VERDICT,
    WITHDRAWN,
)

NEGATIVE_FEEDS = frozenset({"civil_affairs", "health", "public_security", "justice", "population_register"})
WATCHED_ROLES = ("registry", "payments", "population", "evidence")


def derive(tables: Inputs, context: Context) -> Derived:
    """Signs of life and losses per person, freshness per feed and county, and the reverse comparison."""
    engine, policy, as_of = context.engine, context.policy, context.as_of
    entitlement, link, candidate = tables[ENTITLEMENT], tables[LINK], tables[CANDIDATE]
    records = stated(link)
    for statements in _snapshots(tables, context):
        records = since_first_snapshot(records, statements)
    records = engine.cache(records)
    of_persons = of_every_number(matched(records), entitlement)
    in_force = engine.cache(of_persons.filter("is_current"))
    of_records = life_facts(in_force, engine.table(policy.signal_rows()), as_of=as_of)
    by_officers = seen_alive(verdicts_in_force(tables[VERDICT], ibis.literal(as_of)))
    life_fact = engine.cache(of_records.union(by_officers))

    catalogue = engine.table(policy.loss_rows())
    own = overlapping(entitlement, policy.excluding_programmes, as_of=as_of).union(grown_up(entitlement, as_of=as_of))
    released = releases(in_force, engine.table(policy.release_rows()))
    before = loss_facts(replaced_terms(of_persons, released), catalogue, as_of=as_of)
    stated_losses = loss_facts(in_force, catalogue, as_of=as_of).union(ended_by_own_record(before, released))
    stands = engine.cache(shortened(stated_losses, released))
    derived = own.union(_seen_after_end(tables, context, stands, life_fact))
    loss_fact = engine.table(_with_claims(context, stands.union(derived)))

    counties = entitlement.select("county_code").distinct()
    astray = engine.arrow(with_other_names(link, policy.run_health.max_other_name_share))["delivery_id"].to_pylist()
    health = engine.table(
        _health(tables, context, engine.arrow(counties)["county_code"].to_pylist(), astray=frozenset(astray))
    )
    compared = compare(
        entitlement,
        records,
        candidate=candidate,
        loss_fact=loss_fact,
        feed_health=health,
        negative_feeds=sorted({row["feed"] for row in policy.loss_rows().to_pylist()} & NEGATIVE_FEEDS),
    )
    return Derived(
        {
            LIFE_FACT: life_fact,
            LIFE_STATE: life_state(life_fact),
            LOSS_FACT: loss_fact,
            WITHDRAWN: withdrawn(of_persons),
            REVIEW: reviews(records.filter("is_current"), candidate, catalogue, as_of=as_of),
            FEED_HEALTH: health,
            COMPARISON: compared,
        }
    )


SIGNALS = Step(
    StepName.SIGNALS,
    reads=(VALIDATED, DELIVERY, DELIVERY_COUNTY, ENTITLEMENT, PAYMENT, LINK, CANDIDATE, VERDICT),
    writes=(LIFE_FACT, LIFE_STATE, LOSS_FACT, WITHDRAWN, REVIEW, FEED_HEALTH, COMPARISON),
    derive=derive,
)


def _seen_after_end(tables: Inputs, context: Context, losses: ir.Table, life_fact: ir.Table) -> ir.Table:
    """LS20 facts. The registry's days are read for the few persons with a sign of life only."""
    engine, entitlement = context.engine, tables[ENTITLEMENT]
    ended = ended_without_death(entitlement, losses, context.policy.lifelong_programmes, as_of=context.as_of)
    snapshots = tables.feed(context.contracts["registry"])
    shown = entitlement.mutate(business_date=ibis.literal(context.as_of)) if snapshots is None else snapshots
    found = seen_after_end(engine.cache(ended), shown, tables[PAYMENT], life_fact, as_of=context.as_of)
    return engine.cache(found)


def _snapshots(tables: Inputs, context: Context) -> list[ir.Table]:
    """(feed, record_id, event_code, event_date, business_date) of every snapshot of each feed that sends some."""
    declared = [c for c in context.incoming if c.delivery == "snapshot" and c.role in ("population", "evidence")]
    found = [(c, tables.feed(c)) for c in declared]
    return [
        rows.select(
            "event_code",
            "event_date",
            "business_date",
            record_id=record_id(rows, c.record_key),
            feed=ibis.literal(c.feed),
        )
        for c, rows in found
        if rows is not None
    ]


def _health(tables: Inputs, context: Context, counties: list[str], *, astray: frozenset[str]) -> pa.Table:
    """FEED_HEALTH of every watched feed. Deliveries `astray`, their names beside other numbers, tell nothing."""
    known = known_deliveries(tables, context).without(astray)
    watched = [contract for contract in context.incoming if contract.role in WATCHED_ROLES]
    rows = [
        row
        for contract in watched
        for row in feed_health(
            contract, known.days(contract, counties=counties), counties, as_of=context.as_of, limits=known.limits
        )
    ]
    return pa.Table.from_pylist(rows, FEED_HEALTH.arrow())


def _with_claims(context: Context, facts: ir.Table) -> pa.Table:
    """LOSS_FACT. A claim is what is asserted, by whom, about whom: the same one delivered again is the same claim."""
    losses = context.engine.arrow(facts)
    asserted = zip(
        *(losses[name].to_pylist() for name in ("agency", "person_no", "loss_kind", "event_date")), strict=True
    )
    ids = [context.digest(*parts) for parts in asserted]
    return losses.append_column("claim_id", pa.array(ids, pa.string()))
