"""The reverse comparison: every insured record against every negative source, and where each one ended."""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from schemas.codes import Comparison, MatchState


def compare(
    entitlement: ir.Table,
    records: ir.Table,
    *,
    candidate: ir.Table,
    loss_fact: ir.Table,
    feed_health: ir.Table,
    negative_feeds: Sequence[str],
) -> ir.Table:
    """COMPARISON; `records` are those of `stated`.

    What was found counts even if the source is stale; only then does it matter why nothing was found.
    """
    doubtful = _doubtful(records, candidate)
    ended = [_ended(entitlement, feed, loss_fact, doubtful, feed_health) for feed in negative_feeds]
    each = reduce(lambda one, other: one.union(other), ended)
    return each.group_by(["source", "result"]).agg(records=each.count())


def _doubtful(records: ir.Table, candidate: ir.Table) -> ir.Table:
    """(feed, person_no) of the persons still in play for a record whose newest version is ambiguous."""
    open_ones = records.filter(records.is_current, records.match_state == MatchState.AMBIGUOUS.value)
    in_play = candidate.filter(candidate.is_open)
    return in_play.semi_join(open_ones, ["delivery_id", "record_no"]).select("feed", "person_no").distinct()


def _ended(
    entitlement: ir.Table, feed: str, loss_fact: ir.Table, doubtful: ir.Table, feed_health: ir.Table
) -> ir.Table:
    """(source, result): one row per entitlement."""
    hit = loss_fact.filter(loss_fact.feed == feed).select(hit_no="person_no").distinct()
    doubt = doubtful.filter(doubtful.feed == feed).select(doubt_no="person_no")
    health = feed_health.filter((feed_health.feed == feed) & feed_health.is_fresh)
    fresh = health.select(fresh_county="county_code").distinct()
    insured = entitlement.select("person_no", "county_code", "id_valid")
    joined = insured.left_join(hit, insured.person_no == hit.hit_no)
    joined = joined.left_join(doubt, joined.person_no == doubt.doubt_no)
    joined = joined.left_join(fresh, joined.county_code == fresh.fresh_county)
    result = ibis.cases(
        (joined.hit_no.notnull(), Comparison.HIT.value),
        (joined.doubt_no.notnull(), Comparison.AMBIGUOUS.value),
        (~joined.id_valid, Comparison.NOT_COMPARABLE.value),
        (joined.fresh_county.isnull(), Comparison.SOURCE_STALE.value),
        else_=Comparison.NO_HIT.value,
    )
    return joined.select(source=ibis.literal(feed), result=result)
