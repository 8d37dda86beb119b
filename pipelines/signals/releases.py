"""Records that end a term before its stated end: parole, release, acquittal, a sentence commuted to outside prison.

A release may come as a record of its own, or in place of the record that stated the term. Either way the term stands
until the day before, so that what was paid for its months stays in question.
"""

import ibis
import ibis.expr.types as ir

_RECORD = ("feed", "agency", "record_id", "record_series")
_FACT = ("delivery_id", "record_no", "person_no", "loss_kind")


def releases(records: ir.Table, catalogue: ir.Table) -> ir.Table:
    """Records that end terms, once per kind of loss they end. Columns of `stated`, loss_kind, from_outset.

    `catalogue` is that of `Policy.release_rows`.
    """
    return records.inner_join(catalogue, ["feed", "event_code"])


def replaced_terms(versions: ir.Table, released: ir.Table) -> ir.Table:
    """`stated` versions that a record made before it said that the term is over: of each of its events the newest day,
    since a term may have become another before it ended (prison, then parole, then release).

    One that says of the very day of the term that it was of another kind from the outset corrects it: no term is left.
    """
    record = [*_RECORD, "person_no"]
    now = released.select(
        *record, release_day="event_date", release_stated="business_date",
        release_event="event_code", release_from_outset="from_outset",
    ).distinct()  # fmt: skip
    both = versions.filter(~versions.is_current, ~versions.is_revoked).inner_join(now, record)
    earlier = both.filter(
        both.business_date <= both.release_stated,
        both.event_code != both.release_event,
        ~(both.release_from_outset & (both.event_date == both.release_day).fill_null(False)),
    )
    newest = earlier.mutate(newest_day=earlier.business_date.max().over(group_by=[*record, "event_code"]))
    return newest.filter(newest.business_date == newest.newest_day).select(*versions.columns).distinct()


def ended_by_own_record(facts: ir.Table, released: ir.Table) -> ir.Table:
    """Loss facts of `replaced_terms` that are terms of a kind that the record's release ends."""
    return facts.semi_join(released, ["feed", "agency", "record_id", "person_no", "loss_kind"])


def shortened(facts: ir.Table, released: ir.Table) -> ir.Table:
    """Loss facts whose term ends the day before the first release that follows it, where that is earlier."""
    stated = released.select(
        "person_no", "loss_kind", "from_outset",
        release_feed="feed", release_record="record_id", release_day="event_date", release_end="end_date",
        release_stated="first_stated",
    )  # fmt: skip
    both = facts.inner_join(stated, ["person_no", "loss_kind"])
    both = both.mutate(free_from=_free_from(both))
    following = both.filter(both.free_from >= both.event_date)
    first = following.group_by(list(_FACT)).agg(free_from=following.free_from.min())
    joined = facts.left_join(first, list(_FACT)).drop(*(f"{name}_right" for name in _FACT))
    last_day = (joined.free_from - ibis.interval(days=1)).cast("date")
    return joined.mutate(end_date=ibis.least(joined.end_date, last_day)).select(*facts.columns)


def _free_from(both: ir.Table) -> ir.DateValue:
    """First day out of custody: the day the release states, or by which it was stated where it gives none.

    A record of the term that was turned into one of the release may keep the day of admission: then its end is the
    release if that has come, else the release was by the day it was stated; so too where it states a day before the
    admission or after the end of the term, which cannot be.
    """
    is_same_day = (both.release_day == both.event_date) & ~both.from_outset
    has_come = is_same_day & (both.release_end > both.event_date) & (both.release_end <= both.release_stated)
    is_same_record = (both.release_feed == both.feed) & (both.release_record == both.record_id)
    cannot_be = (both.release_day < both.event_date) | (both.release_day > both.end_date).fill_null(False)
    return ibis.cases(
        (has_come.fill_null(False), both.release_end),
        ((is_same_record & (is_same_day | cannot_be)).fill_null(False), both.release_stated),
        else_=both.release_day.coalesce(both.release_stated),
    )
