"""Late, repeated and shuffled deliveries end in the same state: life evidence is a join-semilattice."""

from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.signals.facts import life_facts, life_state, loss_facts, merge, stated
from schemas.tables import LIFE_FACT, LIFE_STATE, LINK
from tests.derived import engine, row, shipped_policy
from tests.derived import stored as stored_rows
from tests.examples import costly

AS_OF = date(2024, 3, 20)
EVENTS = [
    ("vaccination", "VACCINATION", ""),
    ("transport", "TRIP_RAIL", "BOARDED"),
    ("transport", "TRIP_RAIL", "REFUNDED"),
    ("medical", "INPATIENT", "ALIVE"),
    ("medical", "INPATIENT", "DEAD"),
    ("population_register", "CANCELLED_DEATH", ""),
]
# what a decision reads of a fact: neither the delivery it came in nor its place there
LIFE_SAYS = (
    "person_no",
    "signal_code",
    "signal_class",
    "method",
    "agency",
    "is_outside",
    "event_date",
    "business_date",
)
LOSS_SAYS = (
    "person_no",
    "loss_kind",
    "loss_group",
    "agency",
    "event_date",
    "end_date",
    "is_suspected",
    "business_date",
)
DAYS = st.integers(0, 40).map(lambda days: AS_OF - timedelta(days=days))
STATES = st.dictionaries(st.tuples(st.integers(1, 3), st.sampled_from("xyz")), DAYS, max_size=6)


def said(rows: ir.Table, columns: tuple[str, ...]) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in rows.select(*columns).to_pyarrow().to_pylist()}


def state_of(entries: dict[tuple[int, str], date]) -> ir.Table:
    rows = [{"person_no": n, "signal_code": code, "event_date": day} for (n, code), day in entries.items()]
    return engine().table(pa.Table.from_pylist(rows, LIFE_STATE.arrow()))


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to five records of three persons, each in up to three versions of different days, some withdrawn."""
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 5))):
        feed, event, qualifier = draw(st.sampled_from(EVENTS))
        for sent in draw(st.lists(DAYS, min_size=1, max_size=3, unique=True)):
            seen = draw(DAYS)
            end = draw(st.none() | st.just(seen + timedelta(days=3))) if feed == "medical" else None
            row = {"feed": feed, "event_code": event, "qualifier_code": qualifier, "event_date": seen, "end_date": end}
            row |= {"record_id": f"r{number}", "business_date": sent, "delivery_id": f"d{sent}", "record_no": number}
            row |= {"person_no": number % 3, "is_revoked": draw(st.integers(0, 3)) == 0, "match_state": "MATCHED"}
            rows.append(row | {"agency": feed, "is_suspected": False})
    return rows


def linked(rows: list[dict[str, Any]]) -> ir.Table:
    return stored_rows(LINK, *(row(LINK, known_from=1, **one) for one in rows))


def facts(rows: list[dict[str, Any]]) -> tuple[set[tuple[Any, ...]], ...]:
    """(life facts, loss facts, life state) as what they say."""
    newest = stated(linked(rows)).filter("is_current")
    life = life_facts(newest, engine().table(shipped_policy().signal_rows()), as_of=AS_OF)
    loss = loss_facts(newest, engine().table(shipped_policy().loss_rows()), as_of=AS_OF)
    return said(life, LIFE_SAYS), said(loss, LOSS_SAYS), said(life_state(life), LIFE_STATE.names)


@costly
@given(STATES, STATES, STATES)
def test_merge_is_idempotent_commutative_and_associative(
    one: dict[tuple[int, str], date], two: dict[tuple[int, str], date], three: dict[tuple[int, str], date]
) -> None:
    a, b, c = state_of(one), state_of(two), state_of(three)
    columns = LIFE_STATE.names
    assert said(merge(a, a), columns) == said(a, columns)
    assert said(merge(a, b), columns) == said(merge(b, a), columns)
    assert said(merge(merge(a, b), c), columns) == said(merge(a, merge(b, c)), columns)


@costly
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from("xyz"), DAYS), max_size=10), st.integers(0, 10))
def test_merging_what_was_known_with_what_is_new_is_knowing_both(seen: list[tuple[int, str, date]], cut: int) -> None:
    def known(part: list[tuple[int, str, date]]) -> ir.Table:
        rows = [{"person_no": n, "signal_code": code, "event_date": day} for n, code, day in part]
        return engine().table(pa.Table.from_pylist(rows, LIFE_STATE.arrow()))

    assert set(LIFE_STATE.names) <= set(LIFE_FACT.names)
    merged = merge(life_state(known(seen[:cut])), life_state(known(seen[cut:])))
    assert said(merged, LIFE_STATE.names) == said(life_state(known(seen)), LIFE_STATE.names)


@costly
@given(records(), st.randoms(use_true_random=False))
def test_shuffled_and_repeated_records_say_the_same(rows: list[dict[str, Any]], order: Any) -> None:
    """Every delivery comes twice under another id; the newest version of each record comes again on a later day."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for one in sorted(rows, key=lambda one: one["business_date"]):
        newest[one["feed"], one["record_id"]] = one
    again = [one | {"delivery_id": f"again-{one['delivery_id']}"} for one in rows]
    later = [one | {"delivery_id": "later", "business_date": AS_OF + timedelta(days=1)} for one in newest.values()]
    shuffled = [*rows, *again, *later]
    order.shuffle(shuffled)
    assert facts(shuffled) == facts(rows)
