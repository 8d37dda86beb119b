"""Append tonight's entries to the three books.

Sketch at 33 million persons: reads the standing book once, writes only what changed (tens of thousands of rows).
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from pipelines.ledger.difference import (
    CERTIFICATION,
    LEAD,
    TICKET,
    Book,
    Writing,
    difference,
    wanted_leads,
)
from pipelines.run import Run, StepReport
from pipelines.standing import standing
from schemas.identifiers import keyed_digest
from schemas.tables import CLAIM, DECISION, TICKET_WANTED


def run(run: Run) -> StepReport:
    policy, lake = run.policy, run.lake
    wanted = {
        CERTIFICATION: lake.read(DECISION).mutate(policy_digest=ibis.literal(policy.digest)),
        LEAD: wanted_leads(lake.read(CLAIM)),
        TICKET: lake.table(_with_ids(run, lake.arrow(lake.read(TICKET_WANTED)))),
    }
    counts = {book.table.name: _append(run, book, rows) for book, rows in wanted.items()}
    return StepReport("ledger", counts)


def _append(run: Run, book: Book, wanted: ir.Table) -> int:
    lake = run.lake
    stands = standing(lake.read(book.table), book.key, as_of=run.as_of)
    writing = Writing(
        run.number,
        run.as_of,
        is_correction=run.kind == "backfill",
        renewal_grain_days=run.policy.renewal_grain_days,
    )
    return lake.write(book.table, difference(book, stands, wanted, writing))


def _with_ids(run: Run, tickets: pa.Table) -> pa.Table:
    """The ids leave the building: keyed digests of what the record itself says, so that they survive a backfill."""
    parts = zip(
        *(tickets[name].to_pylist() for name in ("agency", "feed", "record_id", "column", "issue")), strict=True
    )
    ids = [keyed_digest(run.secret, *part) for part in parts]
    return tickets.add_column(0, pa.field("ticket_id", pa.string()), pa.array(ids, pa.string()))
