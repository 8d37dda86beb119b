"""A county's list of what was decided and is not carried out, and of what earlier lists told wrongly."""

from collections.abc import Callable
from datetime import date
from typing import Final

import ibis.expr.types as ir
import polars as pl

from pipelines.latest import descending, first_per_key
from pipelines.outgoing.render import filled, yuan
from schemas.code_tables import CodeTables
from schemas.codes import Alarm, LossKind, LossState
from schemas.tables import DECISION
from schemas.wording import Wording

_CORRECTION: Final = "CORRECTION"


def executions_named(execution: ir.Table, person: ir.Table) -> ir.Table:
    """EXECUTION_ALARM with the person's `name` and `birth_date`."""
    return execution.join(person.select("person_no", "birth_date", name=person.raw_name), "person_no")


def corrections(
    book: ir.Table, listed: ir.Table, entitlement: ir.Table, effects: ir.Table, person: ir.Table, *, since: int
) -> ir.Table:
    """Grain: claim of an earlier list that was found wrong after the run `since` × entitlement it was listed about.

    Columns: those of the entitlement's key, claim_id, loss_kind, event_date, name, birth_date. Each leaves once, with
    the first night after the book said so.
    """
    order = [*descending(book, ("as_of", "run_no")), book.entry_id.asc()]
    newest = first_per_key(book, ["lead_id"], order)
    wrong = newest.filter(newest.status == LossState.REFUTED.value, newest.run_no > since)
    before = book.filter(book.run_no <= since, book.status == LossState.REFUTED.value)
    wrongly_listed = wrong.anti_join(before, "lead_id").semi_join(listed.filter(listed.run_no <= since), "claim_id")
    wrongly_listed = wrongly_listed.select("claim_id", "person_no", "loss_kind", "event_date")
    met = wrongly_listed.join(entitlement.select(*DECISION.key), "person_no")
    met = met.semi_join(effects, ["programme_code", "loss_kind"])
    return met.join(person.select("person_no", "birth_date", name=person.raw_name), "person_no")


def execution_list(
    alarms: pl.DataFrame,
    corrected: pl.DataFrame,
    codes: CodeTables,
    wording: Wording,
    *,
    as_of: date,
    item_id: Callable[..., str],
) -> pl.DataFrame:
    """The columns of the county's list and `county_code`.

    Order: whoever was seen alive after a stop; then the living, the oldest first; then losses that are still paid; then
    corrections.
    """
    words = {alarm.value: alarm.label for alarm in Alarm} | {_CORRECTION: wording.execution.correction}
    kind = pl.col("loss_kind").replace_strict({one.value: one.label for one in LossKind}, return_dtype=pl.String)
    sentence = filled(wording.execution.correct_listed, kind=kind, day=pl.col("event_date").dt.strftime("%Y-%m-%d"))
    worded = alarms.with_columns(
        what_to_do=pl.col("alarm").replace_strict(wording.execution.to_do, return_dtype=pl.String),
        about=pl.lit(""),
    )
    wrong = corrected.with_columns(
        alarm=pl.lit(_CORRECTION),
        since=pl.lit(as_of),
        days_open=pl.lit(0, dtype=pl.Int32),
        what_to_do=sentence,
        about=pl.col("claim_id"),
    ).drop("claim_id", "loss_kind", "event_date")
    rows = pl.concat([worded, wrong], how="diagonal")
    is_alive = pl.col("seen_date").is_not_null()
    group = (
        pl.when(is_alive).then(0).when(pl.col("alarm") == Alarm.APPROVED_PAID.value).then(2)
        .when(pl.col("alarm") == _CORRECTION).then(3).otherwise(1)
    )  # fmt: skip
    keys = rows.select("alarm", *DECISION.key, "about").iter_rows()
    return rows.with_columns(
        item_id=pl.Series([item_id(*key) for key in keys], dtype=pl.String),
        what=pl.col("alarm").replace_strict(words, return_dtype=pl.String),
        amount_yuan=yuan(pl.col("fen")),
        programme=_label(codes, "programme", "programme_code"),
        county=_label(codes, "county", "county_code"),
        place=group,
    ).sort(
        "county_code", "place", "birth_date", "person_no", "programme_code", "alarm", "about", nulls_last=True
    )  # fmt: skip


def _label(codes: CodeTables, table: str, column: str) -> pl.Expr:
    return pl.col(column).replace_strict(codes.labels(table), default=pl.col(column), return_dtype=pl.String)
