"""Facts from links: which matched records are signs of life and which speak for loss.

A record may be sent again, or withdrawn: of each record key the newest version counts, by the date the sender
states, never by the order of arrival. Nothing dated after the night is a fact yet.
"""

from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from pipelines.latest import only_version, with_is_current
from schemas.codes import MatchState, Method, SignalClass, Verdict
from schemas.tables import LIFE_FACT, LIFE_STATE, LOSS_FACT, WITHDRAWN

# versions of one record that are tied to one person
_RECORD: Final = ("feed", "agency", "record_id", "record_series", "person_no")


def stated(link: ir.Table) -> ir.Table:
    """LINK of records that may be about somebody, every version. Adds `first_stated` (first business date on which the
    same content was sent) and what `with_is_current` adds.

    Of feeds that send snapshots LINK holds the newest only: see `since_first_snapshot`.
    """
    # most records come once: the windows over the others are a small part of the work
    key = ["feed", "agency", "record_id", "record_series"]
    counted = link.group_by(key).agg(versions=link.count())
    repeated = counted.filter(counted.versions > 1)
    single = only_version(link.anti_join(repeated, key)).mutate(first_stated=link.business_date)
    several = link.semi_join(repeated, key)
    several = several.mutate(day=_day_of_loss(several))
    first = several.business_date.first().over(
        group_by=[*key, "event_code", "qualifier_code", "person_no", "day"],
        order_by=several.business_date.asc(nulls_first=False),
    )
    versions = single.union(with_is_current(several.mutate(first_stated=first)).select(*single.columns))
    return versions.filter(versions.match_state != MatchState.NONE.value)


def matched(records: ir.Table) -> ir.Table:
    """Those of `stated` that are tied to a person."""
    return records.filter(records.match_state == MatchState.MATCHED.value)


def of_every_number(records: ir.Table, entitlement: ir.Table) -> ir.Table:
    """`matched` records, once for every person number of the human they are tied to (`human_no` of ENTITLEMENT)."""
    numbers = entitlement.filter(entitlement.human_no.notnull()).select("human_no", number="person_no").distinct()
    joined = records.left_join(numbers, records.person_no == numbers.human_no)
    return joined.mutate(person_no=ibis.coalesce(joined.number, joined.person_no)).select(*records.columns)


def since_first_snapshot(records: ir.Table, statements: ir.Table) -> ir.Table:
    """`stated` records, `first_stated` moved back to the first snapshot that content the same.

    Links hold the newest snapshot only; `statements` is (feed, record_id, event_code, event_date, business_date) of
    all of them.
    """
    content = ["feed", "record_id", "event_code", "event_date"]
    first = statements.group_by(content).agg(first_snapshot=statements.business_date.min())
    same = [records[name] == first[name] for name in content[:-1]]
    dated = records.left_join(first, [*same, records.event_date.identical_to(first.event_date)])
    dated = dated.mutate(first_stated=ibis.least(dated.first_stated, dated.first_snapshot))
    return dated.select(*records.columns)


def life_facts(records: ir.Table, signals: ir.Table, *, as_of: date) -> ir.Table:
    """LIFE_FACT. A stay counts on its last day; a signal outside its validity dates does not count.

    What a source only suspects certifies nobody, nor does a record of which another version of the day says otherwise
    (boarded and refunded). The business date is that of the first delivery of a record. Where one
    day's versions of a record differ, the person was alive on the earliest date, by the weakest class of sign.
    """
    stays = _with_catalogue(_of_one_word(records).filter(lambda rows: ~rows.is_suspected), signals)
    over = stays.end_date.between(stays.event_date, ibis.literal(as_of)).fill_null(False)
    known = stays.mutate(
        event_date=ibis.ifelse(over, stays.end_date, stays.event_date), business_date=stays.first_stated
    )
    versions = ibis.window(group_by=_RECORD)
    known = known.mutate(
        event_date=known.event_date.min().over(versions), weakest=known.signal_class.max().over(versions)
    )
    known = known.filter(known.signal_class == known.weakest)
    valid = known.event_date.between(known.valid_from, known.valid_to) & (known.event_date <= ibis.literal(as_of))
    return known.filter(valid).select(*LIFE_FACT.names)


def _of_one_word(records: ir.Table) -> ir.Table:
    """Current records whose versions of the day have one qualifier."""
    words = records.mutate(
        least=records.qualifier_code.min().over(group_by=_RECORD),
        greatest=records.qualifier_code.max().over(group_by=_RECORD),
    )
    return words.filter(words.least == words.greatest).drop("least", "greatest")


def withdrawn(records: ir.Table) -> ir.Table:
    """WITHDRAWN: of `matched` records those that their sender has withdrawn."""
    gone = records.filter(records.withdrawn_date.notnull(), ~records.is_revoked)
    return gone.group_by(list(WITHDRAWN.key)).agg(
        withdrawn_date=gone.withdrawn_date.max(), known_from=gone.withdrawal_known_from.max()
    )


def seen_alive(verdict: ir.Table) -> ir.Table:
    """LIFE_FACT: an officer who verified a line met the person that day."""
    met = verdict.filter(verdict.verdict == Verdict.SEEN_ALIVE.value, verdict.person_no.notnull())
    return met.mutate(
        county_code=ibis.literal(""),
        signal_code=ibis.literal(Verdict.SEEN_ALIVE.value),
        signal_class=ibis.literal(SignalClass.A.value),
        method=ibis.literal(Method.FIELD.value),
        is_outside=ibis.literal(True),
        event_date=met.verified_date,
    ).select(*LIFE_FACT.names)


def loss_facts(records: ir.Table, losses: ir.Table, *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`, delivered when it was first stated; an undated loss happened by then, and an end
    before the beginning is none.

    A state that must have lasted (`wait_days`) speaks for loss only when it has.
    """
    known = _with_catalogue(records, losses)
    dated = known.mutate(
        event_date=_day_of_loss(known).coalesce(known.first_stated),
        end_date=ibis.ifelse(_is_stay(known), ibis.null("date"), known.end_date),
        business_date=known.first_stated,
    )
    has_end = dated.end_date >= dated.event_date
    dated = dated.mutate(end_date=ibis.ifelse(has_end, dated.end_date, ibis.null("date")))
    names = [name for name in LOSS_FACT.names if name != "claim_id"]
    has_lasted = ibis.literal(as_of).delta(dated.event_date, unit="day") >= dated.wait_days
    return dated.filter(has_lasted).select(*names)


def _is_stay(records: ir.Table) -> ir.BooleanValue:
    return (records.feed == "medical") & records.end_date.notnull()


def _day_of_loss(records: ir.Table) -> ir.DateValue:
    """A death in hospital happens on the last day of the stay."""
    return ibis.ifelse(_is_stay(records), records.end_date, records.event_date)


def _with_catalogue(records: ir.Table, patterns: ir.Table) -> ir.Table:
    """Records with what the catalogue says of their feed, event (`*` = any but those it leaves out) and qualifier."""
    named = patterns.rename(pattern_feed="feed", pattern_event="event_code", pattern_qualifier="qualifier_code")
    joined = records.inner_join(
        named,
        [
            records.feed == named.pattern_feed,
            records.qualifier_code == named.pattern_qualifier,
            (named.pattern_event == "*") | (named.pattern_event == records.event_code),
        ],
    )
    bar = ibis.literal("|")
    left_out = (joined.pattern_event == "*") & joined.but_not.contains(bar + joined.event_code + bar)
    return joined.filter(~left_out).drop("pattern_feed", "pattern_event", "pattern_qualifier", "but_not")


def life_state(facts: ir.Table) -> ir.Table:
    """LIFE_STATE: person × signal, newest date."""
    return facts.group_by(list(LIFE_STATE.key)).agg(event_date=facts.event_date.max())


def merge(left: ir.Table, right: ir.Table) -> ir.Table:
    """Union of two life states: the newest date per person and signal. Associative, commutative, idempotent."""
    return life_state(left.union(right))
