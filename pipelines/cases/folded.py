"""CASE: the fold of CASE_EVENT over the moves that `policy/cases.yaml` declares.

Cost: a sort of all events. Cases with the same sequence of events have the same state, so each sequence is folded once.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from pipelines.folding import fold
from schemas.codes import CaseEvent, CaseKind, CaseState
from schemas.emit.to_polars import table_schema
from schemas.policy import CaseMoves, Policy
from schemas.tables import CASE
from schemas.working_days import last_day_of_term

_PLACES: Final = {event.value: place for place, event in enumerate(CaseEvent)}
# these name the county that deals with the case; an answer names the office of who signed
_TO_OFFICE: Final = (CaseEvent.OPENED, CaseEvent.LISTED, CaseEvent.SENT, CaseEvent.NOT_SENT, CaseEvent.PROPOSED)
_BETWEEN: Final = ","


def folded(events: pl.DataFrame, policy: Policy, as_of: date) -> pl.DataFrame:
    """CASE of all cases but tickets, as of the day, from CASE_EVENT in any order and however often."""
    known = events.filter(pl.col("day") <= as_of).unique("event_id")
    place = pl.col("event").replace_strict(_PLACES, return_dtype=pl.Int64)
    order = ["case_id", "day", place, "event_id"]
    ordered = known.sort(order)
    of_case = ordered.group_by("case_id", maintain_order=True).agg(
        pl.first("case_kind"),
        pl.col("person_no").drop_nulls().first(),
        sequence=pl.col("event").str.join(_BETWEEN),
        days="day",
        untils="until",
    )
    to_office = ordered.filter(pl.col("event").is_in([event.value for event in _TO_OFFICE]), pl.col("office") != "")
    offices = to_office.group_by("case_id").agg(pl.last("office"))
    states = _states(of_case.select("case_kind", "sequence").unique(), policy.cases)
    cases = of_case.join(states, on=["case_kind", "sequence"]).join(offices, on="case_id", how="left")
    cases = cases.with_columns(
        pl.col("office").fill_null(""),
        since=pl.col("days").list.get(pl.col("place")),
        until=pl.when(pl.col("owed_by") != "").then(pl.col("untils").list.get(pl.col("place"))),
    )
    ends = _ends(cases.filter(pl.col("until").is_null(), pl.col("term") != "").select("term", "since").unique(), policy)
    cases = cases.join(ends, on=["term", "since"], how="left").with_columns(until=pl.coalesce("until", "ends"))
    return cases.select(CASE.names).cast(dict(table_schema(CASE))).sort("case_id")  # type: ignore[arg-type]


def _states(sequences: pl.DataFrame, machines: Mapping[CaseKind, CaseMoves]) -> pl.DataFrame:
    """Grain: kind × sequence that moves a case. `state`, `place` of the event that led there, `owed_by`, `term`."""
    rows = []
    moves = {kind: machine.moves for kind, machine in machines.items()}
    for name, sequence in sequences.iter_rows():
        kind = CaseKind(name)
        if kind not in machines:
            continue
        machine, happened = machines[kind], [CaseEvent(event) for event in sequence.split(_BETWEEN)]
        state, place = fold(happened, moves[kind], CaseState.NEW)
        if place < 0:
            continue
        owed = machine.owed_by.get(state)
        term = machine.terms.get(happened[place], "") if owed else ""
        rows.append((name, sequence, state.value, place, owed.value if owed else "", term))
    names = {"case_kind": pl.String, "sequence": pl.String, "state": pl.String, "place": pl.Int64}
    return pl.DataFrame(rows, schema=names | {"owed_by": pl.String, "term": pl.String}, orient="row")


def _ends(terms: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`ends`: last day of each term from each day on; none in a year without a calendar."""
    ends = [last_day_of_term(since, getattr(policy, term), policy.calendar) for term, since in terms.iter_rows()]
    return terms.with_columns(ends=pl.Series(ends, dtype=pl.Date))
