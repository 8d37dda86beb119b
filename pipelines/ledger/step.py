"""Append tonight's entries to the three books, and the reminder stages that the night reaches.

Cost at 33 million persons: reads the current entries once, writes only what changed (tens of thousands of rows).
"""

from typing import Any

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from pipelines.latest import ascending, first_per_key, newest_entries
from pipelines.ledger.difference import CERTIFICATION, LEAD, TICKET, Book, Writing, difference, wanted_leads
from pipelines.ledger.reminders import entered, reminders_due, with_obstacles
from pipelines.step import Context, DataSet, Derived, Inputs, Step
from schemas.codes import StepName
from schemas.emit.to_polars import table_schema
from schemas.tables import (
    CERTIFICATION_ENTRY,
    CLAIM,
    DECISION,
    LEAD_ENTRY,
    LISTED,
    LOSS_FACT,
    PERSON,
    REMINDER,
    TICKET_ENTRY,
    TICKET_WANTED,
)


def derive(tables: Inputs, context: Context) -> Derived:
    """The entries of each book: the difference between what it holds and what is wanted tonight; the reminders."""
    policy = context.policy
    wanted: dict[Book, ir.Table] = {
        CERTIFICATION: tables[DECISION].mutate(policy_digest=ibis.literal(policy.digest)),
        LEAD: wanted_leads(tables[CLAIM]),
        TICKET: context.engine.table(_with_ids(context, context.engine.arrow(tables[TICKET_WANTED]))),
    }
    writing = Writing(
        context.run_no,
        context.as_of,
        is_correction=context.kind == "backfill",
        renewal_grain_days=policy.renewal_grain_days,
    )
    entries: dict[DataSet, Any] = {
        book.table: difference(book, newest_entries(tables[book.table], book.key, as_of=context.as_of), rows, writing)
        for book, rows in wanted.items()
    }
    return Derived({**entries, LISTED: _listed(tables, context), REMINDER: _reminders(tables, context)})


BOOKS = (CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY)
LEDGER = Step(
    StepName.LEDGER,
    reads=(DECISION, CLAIM, PERSON, TICKET_WANTED, LOSS_FACT, LISTED, REMINDER, *BOOKS),
    writes=(*BOOKS, LISTED, REMINDER),
    derive=derive,
)


def _listed(tables: Inputs, context: Context) -> ir.Table:
    """LISTED: what the lines of tonight's worklists ask about, where no earlier list had the same line.

    A backfill sends no list.
    """
    claim, fact = tables[CLAIM], tables[LOSS_FACT]
    sent = claim.line_id != "" if context.kind != "backfill" else ibis.literal(False)
    order = ascending(fact, ("business_date", "feed", "record_id", "delivery_id", "record_no"))
    record = first_per_key(fact, ["claim_id"], order).select("claim_id", "feed", "record_id")
    asked = claim.filter(sent).left_join(record, "claim_id").drop("claim_id_right")
    asked = asked.mutate(
        feed=asked.feed.fill_null(""),
        record_id=asked.record_id.fill_null(""),
        run_no=ibis.literal(context.run_no, "int64"),
        as_of=ibis.literal(context.as_of),
    )
    return asked.anti_join(tables[LISTED], ["line_id", "claim_id"]).select(*LISTED.names)


def _reminders(tables: Inputs, context: Context) -> pa.Table:
    """REMINDER rows of tonight; none of a backfill, which sends nothing."""
    if context.kind == "backfill":
        return pl.DataFrame(schema=table_schema(REMINDER)).to_arrow()
    due = reminders_due(
        tables[DECISION],
        tables[CERTIFICATION_ENTRY],
        tables[REMINDER],
        since=context.last_night.number if context.last_night else 0,
        due_soon_days=context.policy.due_soon_days,
    )
    rows = pl.DataFrame(context.engine.arrow(with_obstacles(due, tables[PERSON], tables[CLAIM])))
    return entered(
        rows, run_no=context.run_no, as_of=context.as_of, notice_id=lambda *key: context.digest("notice", *key)
    ).to_arrow()


def _with_ids(context: Context, tickets: pa.Table) -> pa.Table:
    """The ids leave the building: keyed digests of what the record itself says, so that they survive a backfill."""
    parts = zip(
        *(tickets[name].to_pylist() for name in ("agency", "feed", "record_id", "column", "issue")), strict=True
    )
    ids = [context.digest(*part) for part in parts]
    return tickets.add_column(0, pa.field("ticket_id", pa.string()), pa.array(ids, pa.string()))
