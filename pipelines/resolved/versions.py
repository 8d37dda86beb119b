"""Which rows of a feed stand: all of an appended one, the newest date of a snapshot, the newest version of a key.

Newest is what the sender states; the order of arrival plays no part.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir


def newest_snapshot(rows: ir.Table) -> ir.Table:
    """The rows of the newest business date: several files of that date stand together."""
    return rows.filter(rows.business_date == rows.business_date.max().as_scalar())


def newest_versions(rows: ir.Table, key: Sequence[str]) -> ir.Table:
    """One row per key, by business date, then by delivery and place, so that every order of arrival picks the same."""
    order = [rows[name].desc(nulls_first=False) for name in ("business_date", "delivery_id", "record_no")]
    newest = rows.mutate(version=ibis.row_number().over(group_by=list(key), order_by=order))
    return newest.filter(newest.version == 0).drop("version")


def standing_issues(issue: ir.Table, delivery: ir.Table, snapshot_feeds: Sequence[str], *, as_of: date) -> ir.Table:
    """Issues found on reading, without those of snapshots that a newer one has replaced."""
    due = ibis.literal(as_of)
    accepted = delivery.filter((delivery.refusal == "") & (delivery.business_date <= due))
    newest = accepted.group_by("feed").agg(business_date=accepted.business_date.max())
    replaced = issue.feed.isin(list(snapshot_feeds))
    kept = issue.filter(replaced).semi_join(newest, ["feed", "business_date"])
    return issue.filter(~replaced & (issue.business_date <= due)).union(kept)
