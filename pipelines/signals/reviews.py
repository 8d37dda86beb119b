"""Records that speak for loss and are tied to nobody, with the persons they may be about: what a human must look at."""

from datetime import date

import ibis.expr.types as ir

from pipelines.latest import ascending, first_per_key
from pipelines.signals.facts import loss_facts
from schemas.codes import LinkUse, MatchState
from schemas.tables import REVIEW

_FIRST_STATED = ("business_date", "delivery_id", "record_no", "loss_kind")


def reviews(stated: ir.Table, candidate: ir.Table, losses: ir.Table, *, as_of: date) -> ir.Table:
    """REVIEW. `stated` are the `stated` records that stand, `losses` the catalogue of `loss_facts`.

    What is asserted twice is asked once, of the record that said it first.
    """
    undecided = stated.filter(
        (stated.match_state == MatchState.AMBIGUOUS.value) & (stated.link_use == LinkUse.REVIEW.value)
    )
    record = ["delivery_id", "record_no"]
    facts = loss_facts(undecided, losses, as_of=as_of).drop("person_no", "feed")
    in_doubt = facts.inner_join(undecided.select(*record, "review_id"), record)
    open_ones = candidate.filter(candidate.is_open)
    both = in_doubt.drop("county_code").inner_join(open_ones, record)
    return first_per_key(both, REVIEW.key, ascending(both, _FIRST_STATED)).select(*REVIEW.names)
