"""Reminder stages that a night reaches: a message goes out, or why none can; an event that only grows.

What was really done is entered the night it is done, since nobody can tell later which number was on file.
"""

from collections.abc import Callable
from datetime import date

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.latest import ascending, first_per_key
from pipelines.reachable import grieved, silent_phones
from schemas.codes import LossState, Obstacle
from schemas.emit.to_polars import table_schema
from schemas.tables import REMINDER

QUIET = (LossState.NONE.value, LossState.REFUTED.value)


def reminders_due(
    decision: ir.Table, entries: ir.Table, reminder: ir.Table, *, since: int, due_soon_days: int
) -> ir.Table:
    """`person_no`, `stage`, `due_date`: of each person the benefit due first, when its stage is newly reached.

    The book says what was reached up to `since`, the night that sent last; `reminder` what was done about it. The same
    stage of the same person is the same event while the due dates lie less than the reminder period apart. What a
    backfill has entered after that night was not sent yet.
    """
    due = decision.filter(decision.notice_stage != "", decision.due_date.notnull(), decision.loss_state.isin(QUIET))
    due = due.select("person_no", "due_date", stage=due.notice_stage)
    due = first_per_key(due, ["person_no"], ascending(due, ("due_date", "stage")))
    reached = entries.filter(entries.run_no <= since, entries.loss_state.isin(QUIET))
    done = reminder.select("person_no", "stage", done_due="due_date")
    done = done.union(reached.select("person_no", stage="notice_stage", done_due="due_date"))
    done = done.filter(done.done_due.notnull())
    period = ibis.interval(days=due_soon_days)
    same = due.join(done, ["person_no", "stage"]).filter(
        lambda t: (t.done_due + period > t.due_date) & (t.due_date + period > t.done_due)
    )
    return due.anti_join(same.select("person_no").distinct(), "person_no")


def with_obstacles(due: ir.Table, person: ir.Table, claim: ir.Table) -> ir.Table:
    """`due` of persons who may be written to. Adds `obstacle`: why no message goes out, or empty."""
    silent = silent_phones(person, claim).mutate(is_silent=True)
    known = person.select("person_no", "phone")
    rows = due.anti_join(grieved(claim), "person_no").join(known, "person_no")
    rows = rows.left_join(silent, "phone").drop("phone_right")
    obstacle = ibis.cases(
        (rows.phone == "", Obstacle.NO_PHONE.value),
        (rows.is_silent.fill_null(False), Obstacle.SILENT_PHONE.value),
        else_="",
    )
    return rows.mutate(obstacle=obstacle).select(*due.columns, "obstacle")


def entered(
    due: pl.DataFrame, *, run_no: int, as_of: date, notice_id: Callable[[str, int, str, date], str]
) -> pl.DataFrame:
    """REMINDER, from rows `with_obstacles`. `notice_id(event, person_no, stage, due_date)` is its number."""
    ids = [notice_id("REMINDER", *row) for row in due.select("person_no", "stage", "due_date").iter_rows()]
    rows = due.with_columns(
        notice_id=pl.Series(ids, dtype=pl.String),
        run_no=pl.lit(run_no, dtype=pl.Int64),
        as_of=pl.lit(as_of, dtype=pl.Date),
    )
    return rows.select(REMINDER.names).cast(table_schema(REMINDER))
