"""The night as one paragraph."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.home.declarations import FOLDER
from pipelines.home.declared import check_is_home
from pipelines.home.versions import versions
from pipelines.landed.step import new_files
from pipelines.run.audit import audit
from pipelines.run.commit import commit, publish, recover, writer_lock
from pipelines.run.driver import Counts, access_for, run_step, with_staged
from pipelines.run.run import Run, open_run
from pipelines.steps import LATE_FILES, STEPS
from pipelines.storage.engine import Engine
from pipelines.storage.files import remove_folder
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import Receipt, RunKind, read_receipts
from pipelines.storage.stage import Stage, new_stage
from schemas.codes import StepName
from schemas.tables import CERTIFICATION_ENTRY, DELIVERY, ENTITLEMENT, LEAD_ENTRY, TICKET_ENTRY

BOOKS = (CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY)
Progress = Callable[[str], None]


def night(home: Path, as_of: date, *, progress: Progress, is_full: bool = False) -> Receipt | None:
    """One night: None when the date already has its receipt. One that `is_full` matches every record anew.

    Raises `UsageError` when a later night stands: the past is changed by a backfill, which says so.
    """
    check_is_home(home)
    with writer_lock(home / "lake"):
        due = is_due(recovered(home), as_of)
        return _run(home, as_of, kind="night", progress=progress, is_full=is_full) if due else None


def backfill(home: Path, first: date, last: date, *, progress: Progress) -> list[Receipt]:
    """Decide past nights again with what is known now.

    Appends corrections only; a night with no correction and no new delivery gets no receipt.
    """
    check_is_home(home)
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


def late_files(home: Path, as_of: date) -> list[Path]:
    """Files of the inbox, stated for the night or before, that came after its receipt and no run has received yet."""
    receipts = read_receipts(home / "lake")
    lake = Lake(home / "lake", Engine(home / "lake" / "stage.scratch"), receipts, number=len(receipts) + 1, as_of=as_of)
    known = lake.engine.arrow(access_for(lake, LATE_FILES)[DELIVERY]).to_pylist()
    return new_files(home / "inbox", known, as_of)


def recovered(home: Path) -> tuple[Receipt, ...]:
    receipts = read_receipts(home / "lake")
    recover(home, home / "lake", receipts)
    return receipts


def _run(home: Path, as_of: date, *, kind: RunKind, progress: Progress, is_full: bool = False) -> Receipt | None:
    run = open_run(home, as_of, kind=kind, progress=progress, is_full=is_full)
    stage = new_stage(run.lake.root, run.lake.number, kind, as_of)
    for step in STEPS:
        progress(step.name)
        counts = run_step(run, step, stage.folder)
        if step.name == StepName.LANDED:
            check_first_night(run, counts)
    return finish(run, stage)


def check_first_night(run: Run, landed: Counts) -> None:
    """Raises `UsageError` for a first night without a file: its receipt would close every date before it."""
    if run.lake.number == 1 and not landed["received"]:
        inbox = run.home / "inbox"
        waiting = ", ".join(f"{landed[what]} {what}" for what in ("awaited", "misplaced"))
        raise UsageError(
            f"no file of {inbox} could be received for {run.context.as_of} or before ({waiting}); nothing was entered"
        )


def finish(run: Run, stage: Stage) -> Receipt | None:
    """Audit, commit and publish; None for a backfill that found no new delivery and wrote no entry."""
    run.context.progress("commit")
    run = _with_declarations(with_staged(run, stage.folder), stage.folder / FOLDER)
    if run.lake.number == 1 and not run.lake.engine.arrow(run.lake.read(ENTITLEMENT).limit(1)).num_rows:
        raise UsageError(
            f"no row of the registry was accepted for {run.context.as_of} or before: a first night without anybody "
            "insured would close every date before it; nothing was entered"
        )
    known = run.lake.read(DELIVERY)
    arrived = run.lake.engine.arrow(known.filter(known.known_from == run.lake.number))
    if run.kind == "backfill" and arrived.num_rows == 0 and not _entries(run):
        return None
    ids = tuple(sorted(arrived["delivery_id"].to_pylist()))
    receipt = commit(run, sums=audit(run.lake), versions=versions(run.context.policy), deliveries=ids)
    close(run.home, stage, receipt)
    return receipt


def _with_declarations(run: Run, folder: Path) -> Run:
    """The run, with what it was declared by staged like the rows of a step."""
    run.lake.staged_in(folder).write_files(FOLDER, {run.declared.file_name: run.declared.content()})
    return replace(run, lake=run.lake.staged_in(*run.lake.folders, folder))


def close(home: Path, stage: Stage, receipt: Receipt) -> None:
    """Publish what was committed.

    The staging folder stays, with its notes and without the steps' files, until another run is opened.
    """
    publish(home, home / "lake", receipt)
    for folder in [path for path in stage.folder.iterdir() if path.is_dir()]:
        remove_folder(folder)


def _entries(run: Run) -> int:
    books = [run.lake.read(book) for book in BOOKS]
    return sum(int(book.filter(book.run_no == run.lake.number).count().execute()) for book in books)
