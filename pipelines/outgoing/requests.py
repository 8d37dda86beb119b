"""Requests by hotline, at a counter or in the village, with the current state of the person's benefits.

A request never certifies, and never counts against anybody: it is listed for the county that took it.
"""

from typing import Final

import ibis.expr.types as ir
import polars as pl

from schemas.code_tables import CodeTables
from schemas.codes import CertificationState, Outcome
from schemas.wording import Wording

_HELP: Final = ("GUIDANCE", "HOME_VISIT", "HELP_ELSEWHERE")


def new_requests(requests: ir.Table, delivery: ir.Table, decision: ir.Table, *, since: int) -> ir.Table:
    """Grain: request first seen after the run `since` × benefit of its person: `outcome`, `certification_state`,
    `due_date`.
    """
    new = requests.semi_join(delivery.filter(delivery.known_from > since), "delivery_id")
    new = new.select("record_id", "event_date", "request_kind", "person_no", "name", "county_code")
    drawn = decision.filter(decision.outcome != Outcome.OUT_OF_SCOPE.value)
    stands = drawn.select("person_no", "programme_code", "outcome", "certification_state", "due_date")
    return new.left_join(stands, "person_no").drop("person_no_right")


def request_list(requests: pl.DataFrame, codes: CodeTables, wording: Wording) -> pl.DataFrame:
    """Grain: request; the columns of the county's list and `county_code`, ordered by day and number."""
    outcomes = {outcome.value: outcome.label for outcome in Outcome}
    certified = (pl.col("certification_state") == CertificationState.CERTIFIED.value).fill_null(False)
    each = requests.sort("record_id", "due_date", "programme_code", nulls_last=True).group_by(
        "record_id", maintain_order=True
    )
    one = each.agg(
        pl.first("event_date", "request_kind", "person_no", "name", "due_date"),
        county_code=pl.first("county_code").fill_null(""),
        state=pl.col("outcome")
        .drop_nulls()
        .replace_strict(outcomes, return_dtype=pl.String)
        .unique()
        .sort()
        .str.join(wording.general.between),
        is_certified=certified.all(),
    )
    needless = pl.col("is_certified") & pl.col("request_kind").is_in(_HELP)
    return one.with_columns(
        kind=_label(codes, "request_kind", "request_kind"),
        county=_label(codes, "county", "county_code"),
        advice=pl.when(needless)
        .then(pl.lit(wording.requests.nothing_to_do))
        .otherwise(pl.col("request_kind").replace_strict(wording.requests.advice, default="", return_dtype=pl.String)),
    ).sort("county_code", "event_date", "record_id")


def _label(codes: CodeTables, table: str, column: str) -> pl.Expr:
    return pl.col(column).replace_strict(codes.labels(table), default=pl.col(column), return_dtype=pl.String)
