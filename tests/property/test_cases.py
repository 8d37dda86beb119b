"""A case's state is the same in whatever order, how often and over how many nights its events became known."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.cases.folded import folded
from pipelines.cases.step import CASES
from pipelines.decisions.step import DECISIONS
from schemas.codes import OPEN_LOSS, CaseEvent, CaseKind, LossState
from schemas.emit.to_polars import table_schema
from schemas.table import Table
from schemas.tables import CASE, CASE_EVENT, CLAIM, LISTED, OBJECTION, VERDICT
from tests.derived import derive, row, rows_of, shipped_policy
from tests.examples import costly
from tests.property.decided import tables_of
from tests.property.test_decide import AS_OF, persons
from tests.reference import cases as reference

FIRST = date(2024, 3, 1)
MACHINES = shipped_policy().cases
KINDS = st.sampled_from(sorted(MACHINES))
DAYS = st.integers(0, 9).map(lambda days: FIRST + timedelta(days=days))
EVENTS = st.lists(st.tuples(KINDS, DAYS, st.sampled_from(list(CaseEvent))), max_size=40)
LAST = FIRST + timedelta(days=30)


def test_every_kind_but_the_ticket_has_its_moves():
    assert set(MACHINES) == set(CaseKind) - {CaseKind.TICKET}


def _frame(events: Sequence[tuple[CaseKind, date, CaseEvent]]) -> pl.DataFrame:
    """CASE_EVENT rows, one case of each kind."""
    rows = [
        row(CASE_EVENT, event_id=f"{kind}{day}{event}", case_id=kind.value, case_kind=kind.value, event=event.value,
            day=day, person_no=7)
        for kind, day, event in events
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=table_schema(CASE_EVENT))


@given(EVENTS, st.randoms(use_true_random=False), st.integers(0, 40))
def test_order_repetition_and_splitting_of_events_change_nothing(events, random, cut):
    whole = folded(_frame(events), shipped_policy(), LAST)
    shuffled = [*events, *random.choices(events, k=3)] if events else []
    random.shuffle(shuffled)
    assert folded(_frame(shuffled), shipped_policy(), LAST).equals(whole)
    in_two = pl.concat([_frame(events[cut:]), _frame(events[:cut])])
    assert folded(in_two, shipped_policy(), LAST).equals(whole)


@given(EVENTS)
def test_the_fold_agrees_with_going_through_the_days(events):
    found = dict(folded(_frame(events), shipped_policy(), LAST).select("case_id", "state").iter_rows())
    for kind in MACHINES:
        own = [(day, event.value) for of_kind, day, event in events if of_kind is kind]
        assert found.get(kind.value, "NEW") == reference.state_of(kind.value, own), kind


@given(EVENTS)
def test_no_undeclared_state_is_reached_and_only_declared_ones_owe(events):
    for kind, state, owed_by in folded(_frame(events), shipped_policy(), LAST).select(
        "case_kind", "state", "owed_by"
    ).iter_rows():  # fmt: skip
        machine = MACHINES[CaseKind(kind)]
        assert state in {move.to for move in machine.transitions}
        assert owed_by == machine.owed_by.get(state, "")


@given(EVENTS, DAYS)
def test_as_of_a_day_nothing_later_is_known(events, day):
    earlier = [one for one in events if one[1] <= day]
    assert folded(_frame(events), shipped_policy(), day).equals(folded(_frame(earlier), shipped_policy(), day))


def _night(tables: Mapping[Table, Sequence[dict]], known: list[dict], **values: Any) -> tuple[list[dict], list[dict]]:
    """Every event after a night, and the cases; the fold of what is stored is what the night wrote."""
    derived = derive(CASES, {**tables, CASE_EVENT: known}, **values)
    after = [*known, *rows_of(derived, CASE_EVENT)]
    again = folded(pl.DataFrame(after, schema=table_schema(CASE_EVENT)), shipped_policy(), values["as_of"])
    assert again.to_dicts() == rows_of(derived, CASE)
    return after, again.to_dicts()


STATUS = st.none() | st.sampled_from([state.value for state in LossState if state is not LossState.NONE])
LINES = {"l1": ("c1",), "l2": ("c2",), "l12": ("c1", "c2"), "l3": ("c3",)}
LINE_LISTED = [
    row(LISTED, line_id=line, claim_id=claim, person_no=1, loss_kind="LS01", loss_group="DEATH", as_of=FIRST,
        business_date=FIRST, event_date=FIRST)
    for line, claims in LINES.items() for claim in claims
]  # fmt: skip


def _claims(statuses: Sequence[str | None], asked: Sequence[str]) -> list[dict]:
    return [
        row(CLAIM, claim_id=f"c{n}", person_no=1, status=status, line_id=line if status in OPEN_LOSS else "")
        for n, (status, line) in enumerate(zip(statuses, asked, strict=True), 1)
        if status
    ]


NIGHTS = st.lists(
    st.tuples(st.tuples(STATUS, STATUS, STATUS), st.sampled_from([("l1", "l2", "l3"), ("l12", "l12", "l3")])),
    min_size=1,
    max_size=3,
)


@costly
@given(NIGHTS, NIGHTS)
def test_whatever_nights_came_before_a_lead_stands_as_its_claims_are_judged(one, other):
    """Both ways end in the same last night."""
    stands = []
    for nights in (one, [*other, one[-1]]):
        known: list[dict] = []
        for place, (statuses, asked) in enumerate(nights):
            as_of = LAST - timedelta(days=len(nights) - 1 - place)
            tonight = {LISTED: LINE_LISTED, CLAIM: _claims(statuses, asked)}
            known, cases = _night(tonight, known, as_of=as_of, run_no=place + 1)
        stands.append({case["case_id"]: case["state"] for case in cases})
        claims = {claim["claim_id"]: claim for claim in tonight[CLAIM]}
        for line, listed in LINES.items():
            own = [claims[claim] for claim in listed if claim in claims]
            assert stands[-1][line] == reference.state_of_line(line, own)
    assert stands[0] == stands[1]


@settings(max_examples=4)
@given(st.lists(persons(), min_size=6, max_size=12), st.randoms(use_true_random=False))
def test_a_lead_agrees_with_its_claims_in_whatever_nights_the_answers_came(many, random):
    """Some verdicts and objections are known a night before, others only in the last; what is listed stays."""
    tables = tables_of(many)
    listed = [one | {"as_of": FIRST} for one in tables[LISTED]]
    halves = {
        table: [[one for one in tables[table] if random.random() < 0.5] for _ in range(2)]
        for table in (VERDICT, OBJECTION)
    }
    last = rows_of(derive(DECISIONS, tables, as_of=AS_OF, run_no=9), CLAIM)
    of_claim = {claim["claim_id"]: claim for claim in last}
    stands = []
    for way in (None, 0, 1):
        known: list[dict] = []
        if way is not None:
            before = tables | {table: own[way] for table, own in halves.items()}
            night = AS_OF - timedelta(days=1)
            claims = rows_of(derive(DECISIONS, before, as_of=night, run_no=8), CLAIM)
            seen = {table: before[table] for table in (VERDICT, OBJECTION)}
            known, _ = _night({**seen, LISTED: listed, CLAIM: claims}, known, as_of=night, run_no=8)
        seen = {table: tables[table] for table in (VERDICT, OBJECTION)}
        _, cases = _night({**seen, LISTED: listed, CLAIM: last}, known, as_of=AS_OF, run_no=9)
        stands.append({case["case_id"]: case["state"] for case in cases})
    for line in {one["line_id"] for one in listed}:
        own = [of_claim[one["claim_id"]] for one in listed if one["line_id"] == line and one["claim_id"] in of_claim]
        assert stands[0][line] == reference.state_of_line(line, own)
    assert stands[0] == stands[1] == stands[2]
