"""Derive facts, life state, feed health and the reverse comparison.

Sketch at 33 million persons: one pass over the links of tonight; loss facts are few, so their claim ids are made
row by row.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pipelines.run import Run, StepReport
from pipelines.signals.compare import compare
from pipelines.signals.derived import grown_up, overlapping
from pipelines.signals.facts import life_facts, life_state, loss_facts, matched, since_first_snapshot, stated
from pipelines.signals.health import feed_health
from pipelines.signals.reviews import reviews
from schemas.identifiers import keyed_digest
from schemas.tables import (
    CANDIDATE,
    CLAIMED,
    COMPARISON,
    DELIVERY,
    ENTITLEMENT,
    FEED_HEALTH,
    LIFE_FACT,
    LIFE_STATE,
    LINK,
    LOSS_FACT,
    REVIEW,
)

NEGATIVE_FEEDS = frozenset({"civil_affairs", "health", "public_security", "justice", "population_register"})
WATCHED_ROLES = ("registry", "payments", "population", "evidence")


def run(run: Run) -> StepReport:
    lake, policy, as_of = run.lake, run.policy, run.as_of
    entitlement, link = lake.read(ENTITLEMENT), lake.read(LINK)
    told = stated(link)
    for statements in _snapshots(run):
        told = since_first_snapshot(told, statements)
    records = matched(told)
    standing = records.filter("stands")
    counts = {
        "life_fact": lake.write(LIFE_FACT, life_facts(standing, lake.table(policy.signal_rows()), as_of=as_of)),
    }
    catalogue = lake.table(policy.loss_rows())
    own = overlapping(entitlement, policy.excluding_programmes, as_of=as_of).union(grown_up(entitlement, as_of=as_of))
    losses = _with_claims(run, loss_facts(standing, catalogue, as_of=as_of).union(own))
    counts["loss_fact"] = lake.write(LOSS_FACT, losses)
    withdrawn = _with_claims(run, loss_facts(records.filter(~records.stands), catalogue, as_of=as_of))
    counts["claimed"] = lake.write(
        CLAIMED, lake.table(pa.concat_tables([losses, withdrawn])).select(*CLAIMED.names).distinct()
    )
    asked = reviews(told.filter("stands"), lake.read(CANDIDATE), catalogue, as_of=as_of)
    counts["review"] = lake.write(REVIEW, asked)
    counts["life_state"] = lake.write(LIFE_STATE, life_state(lake.read(LIFE_FACT)))
    counties = entitlement.select("county_code").distinct()
    health = feed_health(lake.table(_feeds(run)), lake.read(DELIVERY), counties, as_of=as_of)
    counts["feed_health"] = lake.write(FEED_HEALTH, health)
    negative = sorted({row["feed"] for row in policy.loss_rows().to_pylist()} & NEGATIVE_FEEDS)
    compared = compare(
        entitlement,
        link,
        candidate=lake.read(CANDIDATE),
        loss_fact=lake.read(LOSS_FACT),
        feed_health=lake.read(FEED_HEALTH),
        negative_feeds=negative,
    )
    counts["comparison"] = lake.write(COMPARISON, compared)
    return StepReport("signals", counts)


def _snapshots(run: Run) -> list[ir.Table]:
    """Of each feed that sends snapshots of events, what every one of them states."""
    declared = [c for c in run.feeds if c.delivery == "snapshot" and c.role in ("population", "evidence")]
    found = [(c, run.lake.validated(c.feed, c)) for c in declared]
    return [
        rows.select("event_code", "event_date", "business_date", record_id=c.record_key[0], feed=ibis.literal(c.feed))
        for c, rows in found
        if rows is not None
    ]


def _feeds(run: Run) -> pa.Table:
    """(feed, fresh_days, is_live, several_files): a retired feed is not live, and so never stale."""
    watched = [contract for contract in run.feeds if contract.role in WATCHED_ROLES]
    day = run.as_of.isoformat()
    return pa.table(
        {
            "feed": [c.feed for c in watched],
            "fresh_days": [c.fresh_days for c in watched],
            "is_live": [not c.retired_on or c.retired_on > day for c in watched],
            "several_files": [c.several_files for c in watched],
        }
    )


def _with_claims(run: Run, facts: ir.Table) -> pa.Table:
    """A claim is what is asserted, by whom, about whom: the same one delivered again is the same claim."""
    losses = run.lake.arrow(facts)
    claimed = zip(
        *(losses[name].to_pylist() for name in ("agency", "person_no", "loss_kind", "event_date")), strict=True
    )
    ids = [keyed_digest(run.secret, *parts) for parts in claimed]
    return losses.append_column("claim_id", pa.array(ids, pa.string()))
