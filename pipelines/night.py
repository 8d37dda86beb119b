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
from pipelines.storage.files import remove_folder
from pipelines.storage.receipts import Receipt, RunKind, read_receipts
from pipelines.storage.stage import Stage, new_stage
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
        return _run(home, as_of, kind="night", progress=progress) if is_due(recovered(home), as_of) else None


def backfill(home: Path, first: date, last: date, *, progress: Progress) -> list[Receipt]:
    """Decide past nights again with what is known now.

    Appends corrections only; a night that has none gets no receipt.
    """
    with writer_lock(home / "lake"):
        receipts = recovered(home)
        nights = sorted({r.as_of for r in receipts if r.kind == "night" and first <= r.as_of <= last})
        if not nights:
            raise UsageError(f"no night between {first} and {last} has a receipt; there is nothing to decide again")
        done = [_run(home, as_of, kind="backfill", progress=progress) for as_of in nights]
        return [receipt for receipt in done if receipt]


def is_due(receipts: tuple[Receipt, ...], as_of: date) -> bool:
    """False when the night stands. Raises `UsageError` when a later one does."""
    nights = [receipt.as_of for receipt in receipts if receipt.kind == "night"]
    if nights and as_of < nights[-1] and as_of not in nights:
        raise UsageError(
            f"the night of {nights[-1]} stands already; {as_of} can no longer be entered, "
            "and what came for it counts in the next night"
        )
    return as_of not in nights


def recovered(home: Path) -> tuple[Receipt, ...]:
    receipts = read_receipts(home / "lake")
    recover(home, home / "lake", receipts)
    return receipts


def _run(home: Path, as_of: date, *, kind: RunKind, progress: Progress) -> Receipt | None:
    run = open_run(home, as_of, kind=kind, progress=progress)
    stage = new_stage(run.lake.root, run.number, kind, as_of)
    for name, step in STAGES:
        progress(name)
        enter(run, stage, name)
        step(run)
    return finish(run, stage)


def enter(run: Run, stage: Stage, name: str) -> None:
    """The step writes to a folder of its own and reads what the steps before it wrote."""
    names = [other for other, _ in STAGES]
    run.lake.stage_in(stage.folder / name, after=[stage.folder / earlier for earlier in names[: names.index(name)]])


def finish(run: Run, stage: Stage) -> Receipt | None:
    """Audit, commit and publish; None for a backfill that has nothing to correct."""
    run.progress("commit")
    arrived = run.lake.arrow(run.lake.read(DELIVERY).filter(lambda table: table.known_from == run.number))
    if run.kind == "backfill" and arrived.num_rows == 0 and not _entries(run):
        return None
    ids = tuple(sorted(arrived["delivery_id"].to_pylist()))
    receipt = commit(run, sums=audit(run), versions=versions(run), deliveries=ids)
    close(run.home, stage, receipt)
    return receipt


def close(home: Path, stage: Stage, receipt: Receipt) -> None:
    """Publish what was committed. The stage keeps its name, empty, until another run is opened."""
    publish(home, home / "lake", receipt)
    for folder in [path for path in stage.folder.iterdir() if path.is_dir()]:
        remove_folder(folder)


def _entries(run: Run) -> int:
    return sum(int(run.lake.read(book).filter(lambda t: t.run_no == run.number).count().execute()) for book in BOOKS)
