"""The night as one paragraph."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pipelines.audit import audit
from pipelines.commit import commit, publish, recover, writer_lock
from pipelines.decisions import step as decisions
from pipelines.errors import UsageError
from pipelines.landed import step as landed
from pipelines.ledger import step as ledger
from pipelines.outgoing import step as outgoing
from pipelines.resolved import step as resolved
from pipelines.run import Run, StepReport
from pipelines.setup import open_run, versions
from pipelines.signals import step as signals
from pipelines.storage.receipts import Receipt, RunKind, read_receipts
from pipelines.validated import step as validated
from schemas.tables import CERTIFICATION_ENTRY, DELIVERY, LEAD_ENTRY, TICKET_ENTRY

STAGES: tuple[tuple[str, Callable[[Run], StepReport]], ...] = (
    ("landed", landed.run),
    ("validated", validated.run),
    ("resolved", resolved.run),
    ("signals", signals.run),
    ("decisions", decisions.run),
    ("ledger", ledger.run),
    ("outgoing", outgoing.run),
)
BOOKS = (CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY)
Progress = Callable[[str], None]


def night(home: Path, as_of: date, *, progress: Progress) -> Receipt | None:
    """One night: None when the date already has its receipt.

    Raises `UsageError` when a later night stands: the past is changed by a backfill, which says so.
    """
    with writer_lock(home / "lake"):
        receipts = _recovered(home)
        nights = [receipt.as_of for receipt in receipts if receipt.kind == "night"]
        if as_of in nights:
            return None
        if nights and as_of < nights[-1]:
            raise UsageError(f"the night of {nights[-1]} stands already; for {as_of} use `silentcert backfill`")
        return _run(home, as_of, kind="night", progress=progress)


def backfill(home: Path, first: date, last: date, *, progress: Progress) -> list[Receipt]:
    """Decide past nights again with what is known now.

    Appends corrections only; a night that has none gets no receipt.
    """
    with writer_lock(home / "lake"):
        receipts = _recovered(home)
        nights = sorted({r.as_of for r in receipts if r.kind == "night" and first <= r.as_of <= last})
        if not nights:
            raise UsageError(f"no night between {first} and {last} has a receipt; there is nothing to decide again")
        done = [_run(home, as_of, kind="backfill", progress=progress) for as_of in nights]
        return [receipt for receipt in done if receipt]


def _recovered(home: Path) -> tuple[Receipt, ...]:
    receipts = read_receipts(home / "lake")
    recover(home, home / "lake", receipts)
    return receipts


def _run(home: Path, as_of: date, *, kind: RunKind, progress: Progress) -> Receipt | None:
    run = open_run(home, as_of, kind=kind, progress=progress)
    run.lake.clear_stage()
    for name, stage in STAGES:
        progress(name)
        stage(run)
    progress("commit")
    arrived = run.lake.arrow(run.lake.read(DELIVERY).filter(lambda table: table.known_from == run.number))
    if kind == "backfill" and arrived.num_rows == 0 and not _entries(run):
        return None
    ids = tuple(sorted(arrived["delivery_id"].to_pylist()))
    receipt = commit(run, sums=audit(run), versions=versions(run), deliveries=ids)
    publish(home, run.lake.root, receipt)
    return receipt


def _entries(run: Run) -> int:
    return sum(int(run.lake.read(book).filter(lambda t: t.run_no == run.number).count().execute()) for book in BOOKS)
