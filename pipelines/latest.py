"""One row of several per key: written once, used by every step that keeps the first, the newest or the current one."""

import operator
from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Final

import ibis
import ibis.expr.types as ir

# what a version of a record says; the code comes first, for it is never empty and the row before the first has none
_STATED: Final = (
    "event_code", "qualifier_code", "event_date", "end_date", "is_suspected", "person_no", "match_state", "review_id",
)  # fmt: skip


def first_per_key(rows: ir.Table, key: Sequence[str], order: Sequence[ir.Value]) -> ir.Table:
    """One row per key: the first in `order`, newest or earliest as it says; it must leave no two rows equal."""
    place = ibis.row_number().over(group_by=list(key), order_by=list(order))
    return rows.mutate(place_in_key=place).filter(lambda t: t.place_in_key == 0).drop("place_in_key")


def ascending(rows: ir.Table, columns: Sequence[str]) -> list[ir.Value]:
    """Sort keys, nulls last."""
    return [rows[name].asc(nulls_first=False) for name in columns]


def descending(rows: ir.Table, columns: Sequence[str]) -> list[ir.Value]:
    """Sort keys, nulls last."""
    return [rows[name].desc(nulls_first=False) for name in columns]


def newest_entries(entries: ir.Table, key: Sequence[str], *, as_of: date) -> ir.Table:
    """Newest ledger entry per key, closed ones too. Grain: the key; columns: those of the ledger table.

    Sorted by `as_of`, then by `run_no`: a backfill writes about a past day later on, so the newest run wins within a
    day, and the newest day over all.
    """
    known = entries.filter(entries.as_of <= ibis.literal(as_of))
    order = [*descending(known, ("as_of", "run_no")), known.entry_id.asc(nulls_first=False)]
    return first_per_key(known, key, order)


RECORD: Final = ("feed", "agency", "record_id")


def with_is_current(link: ir.Table) -> ir.Table:
    """Every version of the records of LINK. Adds `is_current` (newest of its record, and not withdrawn), and of a
    record that is withdrawn `withdrawn_date`, the day its withdrawal states, and `withdrawal_known_from`.

    A record is a sender's key, as long as it is about one person (`record_series`): nobody withdraws another's.
    Of the versions of one day a withdrawal is the newest: it cannot come before what it withdraws. Versions of one day
    that say different things are all current, one row each: nothing but their order of arrival tells which is meant.
    """
    newest_first = descending(link, ("business_date", "is_revoked"))
    order = [*newest_first, *ascending(link, _STATED), *descending(link, ("delivery_id", "record_no"))]
    in_order = ibis.window(group_by=[*RECORD, "record_series"], order_by=order)
    repeats = [link[name].identical_to(link[name].lag().over(in_order)) for name in _STATED]
    versions = link.mutate(
        newest_day=link.business_date.first().over(in_order),
        newest_known_from=link.known_from.first().over(in_order),
        is_withdrawn=link.is_revoked.first().over(in_order),
        is_repeat=reduce(operator.and_, repeats),
    )
    is_newest = (versions.business_date == versions.newest_day) & ~versions.is_withdrawn
    return versions.mutate(
        is_current=is_newest & ~versions.is_repeat,
        withdrawn_date=versions.is_withdrawn.ifelse(versions.newest_day, ibis.null("date")),
        withdrawal_known_from=versions.is_withdrawn.ifelse(versions.newest_known_from, ibis.null("int64")),
    ).drop("newest_day", "newest_known_from", "is_withdrawn", "is_repeat")


def only_version(link: ir.Table) -> ir.Table:
    """LINK of records that came once, with the columns that `with_is_current` adds."""
    return link.mutate(
        is_current=~link.is_revoked,
        withdrawn_date=link.is_revoked.ifelse(link.business_date, ibis.null("date")),
        withdrawal_known_from=link.is_revoked.ifelse(link.known_from, ibis.null("int64")),
    )


def record_id(rows: ir.Table, key: Sequence[str]) -> ir.StringValue:
    """The source's own key as one text; several columns are joined with a hyphen."""
    first, *others = [rows[name].cast("string") for name in key]
    for other in others:
        first = first + "-" + other
    return first
