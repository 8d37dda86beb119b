"""Tickets as cases: their book holds their events and their state, here it is told in the columns of CASE."""

from datetime import date
from typing import Final

import polars as pl

from schemas.codes import CaseKind, Owed, TicketState
from schemas.emit.to_polars import table_schema
from schemas.policy import Policy
from schemas.tables import CASE
from schemas.working_days import last_day_of_term

_WAITING: Final = (TicketState.ASKED.value, TicketState.EXPIRED.value)


def ticket_cases(entries: pl.DataFrame, policy: Policy, as_of: date) -> pl.DataFrame:
    """CASE of every ticket, from its newest entry."""
    known = entries.filter(pl.col("as_of") <= as_of).sort(
        "as_of", "run_no", "entry_id", descending=[False, False, True]
    )
    newest = known.unique("ticket_id", keep="last")
    asked_on = pl.coalesce("line_date", "as_of")
    days = newest.select(asked_on).to_series().unique().to_list()
    ends = {day: last_day_of_term(day, policy.ticket_reply_working_days, policy.calendar) for day in days}
    waits = pl.col("status").is_in(_WAITING)
    since = (
        pl.when(pl.col("status") == TicketState.ASKED.value)
        .then(asked_on)
        .when(pl.col("status") == TicketState.EXPIRED.value)
        .then("as_of")
        .otherwise(pl.coalesce("answered_on", "as_of"))
    )
    return newest.select(
        case_id="ticket_id",
        case_kind=pl.lit(CaseKind.TICKET.value),
        state="status",
        since=since,
        owed_by=pl.when(waits).then(pl.lit(Owed.AGENCY.value)).otherwise(pl.lit("")),
        office="agency",
        until=pl.when(waits).then(asked_on.replace_strict(ends, return_dtype=pl.Date)),
        person_no=pl.lit(None, dtype=pl.Int64),
    ).cast(dict(table_schema(CASE)))  # type: ignore[arg-type]
