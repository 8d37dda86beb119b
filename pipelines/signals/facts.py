"""Facts from links: which matched records are signs of life and which speak for loss.

A record may be sent again, or withdrawn: of each record key the newest version counts, by the date the sender
states, never by the order of arrival. Nothing dated after the night is a fact yet.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from schemas.codes import MatchState
from schemas.tables import LIFE_FACT, LIFE_STATE, LOSS_FACT

NEWEST_FIRST = ("business_date", "delivery_id", "record_no")


def current(link: ir.Table) -> ir.Table:
    """LINK with the newest version of each record that is matched and not withdrawn."""
    newest = ibis.row_number().over(
        group_by=["feed", "record_id"], order_by=[link[name].desc(nulls_first=False) for name in NEWEST_FIRST]
    )
    versions = link.mutate(version=newest)
    stands = versions.filter(
        (versions.version == 0) & ~versions.is_revoked & (versions.match_state == MatchState.MATCHED.value)
    )
    return stands.drop("version")


def life_facts(records: ir.Table, signals: ir.Table, *, as_of: date) -> ir.Table:
    """LIFE_FACT. A stay counts on its last day; a signal outside its validity dates does not count."""
    known = _named(records, signals).mutate(event_date=lambda t: t.end_date.coalesce(t.event_date))
    valid = known.event_date.between(known.valid_from, known.valid_to) & (known.event_date <= ibis.literal(as_of))
    return known.filter(valid).select(*LIFE_FACT.names)


def loss_facts(records: ir.Table, losses: ir.Table, *, as_of: date) -> ir.Table:
    """LOSS_FACT but for `claim_id`. A death in hospital happens on the last day of the stay."""
    known = _named(records, losses)
    stay_ends = (known.feed == "medical") & known.end_date.notnull()
    dated = known.mutate(
        event_date=ibis.ifelse(stay_ends, known.end_date, known.event_date),
        end_date=ibis.ifelse(stay_ends, ibis.null("date"), known.end_date),
    )
    names = [name for name in LOSS_FACT.names if name != "claim_id"]
    return dated.filter(dated.event_date <= ibis.literal(as_of)).select(*names)


def _named(records: ir.Table, patterns: ir.Table) -> ir.Table:
    """Records with what the catalogue says of their feed, event (`*` = any) and qualifier."""
    named = patterns.rename(pattern_feed="feed", pattern_event="event_code", pattern_qualifier="qualifier_code")
    return records.inner_join(
        named,
        [
            records.feed == named.pattern_feed,
            records.qualifier_code == named.pattern_qualifier,
            (named.pattern_event == "*") | (named.pattern_event == records.event_code),
        ],
    ).drop("pattern_feed", "pattern_event", "pattern_qualifier")


def life_state(facts: ir.Table) -> ir.Table:
    """LIFE_STATE: person × signal, newest date."""
    return facts.group_by(list(LIFE_STATE.key)).agg(event_date=facts.event_date.max())


def merge(left: ir.Table, right: ir.Table) -> ir.Table:
    """The join of two life states: per person and signal the later date. Associative, commutative, idempotent."""
    return life_state(left.union(right))
