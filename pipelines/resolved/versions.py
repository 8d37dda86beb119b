"""Which rows of a feed stand: all of an appended one, each county's newest of a snapshot, the newest version of a key,
and of those that can be withdrawn what is not.

Newest is what the sender states; the order of arrival plays no part.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.coverage import Day
from pipelines.latest import ascending, descending, first_per_key


def newest_snapshot(days: Iterable[Day]) -> list[tuple[str, str]]:
    """Deliveries that stand for each county, as (delivery_id, county): all of the newest day that tells of it.

    A county of which the newest files tell nothing keeps its last rows: half a registry would lose everybody who is
    missing from it. Half is better than nothing where there never was a whole one.
    """
    newest: dict[str, Day] = {}
    for day in days:
        known = newest.get(day.county_code)
        rank = (not day.silence, day.business_date)
        is_nothing = day.silence and not day.deliveries
        if not is_nothing and (known is None or rank > (not known.silence, known.business_date)):
            newest[day.county_code] = day
    return [(delivery, county) for county, day in sorted(newest.items()) for delivery in day.deliveries]


def of_current_deliveries(rows: ir.Table, current: ir.Table) -> ir.Table:
    """Rows of the deliveries that stand for their county; `current` is (delivery_id, of_county)."""
    county = rows.county_code.fill_null("")
    return rows.semi_join(current, [rows.delivery_id == current.delivery_id, county == current.of_county])


def newest_versions(rows: ir.Table, key: Sequence[str], preferred: Sequence[ir.Value]) -> ir.Table:
    """Newest row per key by business date; of several of one day the first by what it says, in the order `preferred`.

    Delivery and place, which tell nothing of a record, part only rows that say the same.
    """
    newest, place = descending(rows, ["business_date"]), ascending(rows, ("delivery_id", "record_no"))
    return first_per_key(rows, key, [*newest, *preferred, *place])


def without_withdrawn(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Rows that are not withdrawn, without the withdrawals themselves.

    A row with `is_revoked` withdraws the rows of the same key whose business date is the same or earlier: one that is
    sent again on a later day stands.
    """
    withdrawn = rows.filter("is_revoked").group_by(key).agg(withdrawn_on=pl.max("business_date"))
    known = rows.filter(~pl.col("is_revoked")).join(withdrawn, on=key, how="left", maintain_order="left")
    is_later = (pl.col("business_date") > pl.col("withdrawn_on")).fill_null(True)
    return known.filter(is_later).drop("withdrawn_on")


def current_issues(
    issue: ir.Table, delivery: ir.Table, snapshot_feeds: Sequence[str], current: Sequence[str], *, as_of: date
) -> ir.Table:
    """Issues found on reading, without those of snapshot deliveries that stand for no county any more."""
    accepted = delivery.filter((delivery.rejection == "") & (delivery.business_date <= ibis.literal(as_of)))
    known = issue.semi_join(accepted, "delivery_id")
    return known.filter(~known.feed.isin(list(snapshot_feeds)) | known.delivery_id.isin(list(current)))
