"""Counts of one run for its page: small tables by group, never a person."""

from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from pipelines.outgoing.visits import OPEN
from schemas.codes import Comparison, LossState, Outcome

Rows = list[dict[str, Any]]
SMALLEST_SHOWN: Final = 10
COUNTY_COLUMNS: Final = {
    "certified": tuple(outcome.value for outcome in Outcome if outcome.value.startswith("CERTIFIED")),
    "waiting": (Outcome.FIRST_PERIOD.value, Outcome.DUE_SOON.value, Outcome.HELD_STALE.value),
    "to_visit": (Outcome.OVERDUE.value, Outcome.EVIDENCE_INSUFFICIENT.value),
    "to_verify": (Outcome.LEAD_OPEN.value, Outcome.EVIDENCE_CONFLICT.value, Outcome.NOTICE_GIVEN.value),
    "confirmed": (Outcome.LOSS_CONFIRMED.value,),
    "out_of_scope": (Outcome.OUT_OF_SCOPE.value,),
}


@dataclass(frozen=True, slots=True)
class Tallies:
    """What the page shows; every list is small, whatever the size of the province."""

    outcomes: Rows
    claims: Rows
    at_risk_fen: int
    comparison: Rows
    counties: Rows
    feeds: Rows
    deliveries: Rows
    held: Rows
    entries: Rows

    @property
    def entitlements(self) -> int:
        return sum(row["entitlements"] for row in self.outcomes)

    @property
    def open_leads(self) -> int:
        return sum(row["claims"] for row in self.claims if row["standing"] in OPEN)

    @property
    def confirmed(self) -> int:
        return sum(row["claims"] for row in self.claims if row["standing"] == LossState.CONFIRMED.value)

    @property
    def compared(self) -> int:
        """Insured records compared with the source that reached most of them."""
        done = (Comparison.NO_HIT.value, Comparison.HIT.value)
        return max((sum(row[result] for result in done) for row in self.comparison), default=0)


def outcomes(decision: ir.Table) -> ir.Table:
    """`outcome`, `entitlements`."""
    return decision.group_by("outcome").aggregate(entitlements=decision.count())


def claims(claim: ir.Table) -> ir.Table:
    """`standing`, `claims`."""
    return claim.group_by("standing").aggregate(claims=claim.count())


def at_risk(decision: ir.Table) -> ir.Table:
    """One row: `at_risk_fen`, nothing at risk being 0."""
    return decision.aggregate(at_risk_fen=decision.at_risk_fen.sum().fill_null(0).cast("int64"))


def comparison(compared: ir.Table) -> ir.Table:
    """Grain: negative source. One column per Comparison and `records`, their sum: the registry."""
    sums = {
        result.value: compared.records.sum(where=compared.result == result.value).fill_null(0).cast("int64")
        for result in Comparison
    }
    total = compared.records.sum().cast("int64")
    return _ordered(compared.group_by("source").aggregate(**sums, records=total), "source")


def counties(decision: ir.Table) -> ir.Table:
    """Grain: county that pays. One count per column of `COUNTY_COLUMNS`."""
    counts = {name: decision.count(where=decision.outcome.isin(grouped)) for name, grouped in COUNTY_COLUMNS.items()}
    return _ordered(decision.group_by("county_code").aggregate(**counts), "county_code")


def feeds(health: ir.Table) -> ir.Table:
    """Grain: feed. Newest date anywhere, and how many of its counties are fresh."""
    grouped = health.group_by("feed").aggregate(
        newest_date=health.newest_date.max(),
        is_live=health.is_live.any(),
        fresh=health.count(where=health.is_fresh),
        counties=health.count(),
    )
    return _ordered(grouped, "feed")


def deliveries(delivery: ir.Table, *, run_no: int) -> ir.Table:
    """Deliveries first seen by the run, with `unaccounted`: physical records that ended nowhere, to be 0."""
    came = delivery.filter(delivery.known_from == run_no)
    ended = reduce(lambda total, name: total + came[name], ("blank", "accepted", "held", "duplicates"), came.header)
    return _ordered(came.mutate(unaccounted=came.physical - ended), "feed", "business_date", "delivery_id")


def held(rows: ir.Table, delivery: ir.Table, *, run_no: int) -> ir.Table:
    """`feed`, `reason`, `rows` held of the deliveries first seen by the run."""
    came = delivery.filter(delivery.known_from == run_no).select("delivery_id")
    mine = rows.semi_join(came, "delivery_id")
    return _ordered(mine.group_by(["feed", "reason"]).aggregate(rows=mine.count()), "feed", "reason")


def entries(book: ir.Table, *, run_no: int) -> ir.Table:
    """`entry_kind`, `is_correction`, `entries` written by the run in one book."""
    mine, by = book.filter(book.run_no == run_no), ("entry_kind", "is_correction")
    return _ordered(mine.group_by(list(by)).aggregate(entries=mine.count()), *by)


def _ordered(rows: ir.Table, *names: str) -> ir.Table:
    return rows.order_by([ibis.asc(rows[name], nulls_first=False) for name in names])
