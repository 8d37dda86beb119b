"""`difference(newest, wanted)`: the only place that sees what stands. Its rows are what a run appends.

A row is appended when a key is new, when one of the compared columns changed, or, where the book says so, when a
key that stands is wanted no more (`CLOSE`). A row about what already stands is no row.
"""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from schemas.codes import CertificationState, EntryKind, Method
from schemas.table import Table
from schemas.tables import CERTIFICATION_ENTRY, CLAIM, DECISION, LEAD_ENTRY, TICKET_ENTRY


@dataclass(frozen=True, slots=True)
class Book:
    """A change in one of `compared` writes an entry; so does a pass that moves, in a book with `pass_date`.

    `closes`: a key that is wanted no more gets an entry that closes it.
    """

    table: Table
    key: tuple[str, ...]
    compared: tuple[str, ...]
    closes: bool


CERTIFICATION = Book(
    CERTIFICATION_ENTRY,
    DECISION.key,
    (
        "certification_state", "loss_state", "payment_state", "adjustment_frozen", "outcome", "notice_stage",
        "loss_kinds", "loss_date", "lead_priority",
    ),
    closes=True,
)  # fmt: skip
LEAD = Book(LEAD_ENTRY, ("lead_id",), ("status", "end_date", "contrary_class", "sources"), closes=True)
TICKET = Book(TICKET_ENTRY, ("ticket_id",), ("status", "line_no", "answer", "answered_on"), closes=False)


@dataclass(frozen=True, slots=True)
class Writing:
    """The run that writes, the day it is about, whether it corrects the past, and how much newer a pass must be."""

    run_no: int
    as_of: date
    is_correction: bool
    renewal_grain_days: int


def difference(book: Book, newest: ir.Table, wanted: ir.Table, writing: Writing) -> ir.Table:
    """Rows to append, with the columns of the book.

    `newest` is the newest entry of each key, a closed one too; `wanted` has all columns of the book but those that
    every entry has, which are added here.
    """
    before = newest.rename({f"newest_{name}": name for name in newest.columns})
    keys = [wanted[name] == before[f"newest_{name}"] for name in book.key]
    joined = wanted.left_join(before, keys)
    is_new = joined.newest_entry_id.isnull()
    was_closed = joined.newest_entry_kind == EntryKind.CLOSE.value
    changed = joined.filter(is_new | was_closed.fill_null(False) | _changed(book, joined, writing))
    opened = changed.mutate(
        entry_kind=ibis.ifelse(changed.newest_entry_id.isnull(), EntryKind.OPEN.value, EntryKind.CHANGE.value),
        previous_entry_id=changed.newest_entry_id.fill_null(""),
    ).select("entry_kind", "previous_entry_id", *wanted.columns)
    rows = opened.union(_closed(book, before, wanted)) if book.closes else opened
    return _with_entry_columns(book, rows, writing)


def _changed(book: Book, joined: ir.Table, writing: Writing) -> ir.BooleanValue:
    tests = [~joined[name].identical_to(joined[f"newest_{name}"]) for name in book.compared]
    if "pass_date" in book.table.names:
        tests.append(_pass_moved(joined, writing))
    return reduce(or_, tests, ibis.literal(False))


def _pass_moved(joined: ir.Table, writing: Writing) -> ir.BooleanValue:
    """A silent pass is entered when it is `renewal_grain_days` newer or the due date is near; others always.

    A pass that moved back (a revoked record) is entered at once.
    """
    new, old = joined.pass_date, joined.newest_pass_date
    by_hand = joined.method != Method.SILENT.value
    was_near = joined.newest_certification_state == CertificationState.DUE_SOON.value
    forward = (new > old) & (by_hand | was_near | (new >= old + ibis.interval(days=writing.renewal_grain_days)))
    return (forward | (new < old)).fill_null(False) | (new.isnull() != old.isnull())


def _closed(book: Book, before: ir.Table, wanted: ir.Table) -> ir.Table:
    """Keys that stand open and are wanted no more, with what stood."""
    stands = before.filter(before.newest_entry_kind != EntryKind.CLOSE.value)
    gone = stands.anti_join(wanted, [stands[f"newest_{name}"] == wanted[name] for name in book.key])
    values = {
        name: gone[f"newest_{name}"] if f"newest_{name}" in gone.columns else ibis.null(wanted[name].type())
        for name in wanted.columns
    }
    return gone.select(entry_kind=ibis.literal(EntryKind.CLOSE.value), previous_entry_id=gone.newest_entry_id, **values)


def _with_entry_columns(book: Book, rows: ir.Table, writing: Writing) -> ir.Table:
    key = ibis.literal("|").join([rows[name].cast("string") for name in book.key])
    identity = ibis.literal(f"{book.table.name}|{writing.run_no}|") + key
    return rows.mutate(
        entry_id=identity.hexdigest("sha256"),
        run_no=ibis.literal(writing.run_no, "int64"),
        as_of=ibis.literal(writing.as_of),
        is_correction=ibis.literal(writing.is_correction),
    ).select(*book.table.names)


def wanted_leads(claims: ir.Table) -> ir.Table:
    """CLAIM with its id as the lead's."""
    return claims.mutate(lead_id=claims.claim_id).select("lead_id", *CLAIM.names)
