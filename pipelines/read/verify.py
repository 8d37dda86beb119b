"""Compare stored files with receipts: every fault is named and placed, and nothing is repaired."""

import os
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from hashlib import sha256
from pathlib import Path

from pipelines.errors import TamperError, UsageError
from pipelines.home.declarations import FOLDER
from pipelines.home.declared import check_home, policy_of
from pipelines.home.versions import logic_version
from pipelines.run.commit import NOT_COMMITTED, PUBLISHED, stored_file, writer_lock
from pipelines.run.cutoff import cutoff_faults
from pipelines.run.driver import run_step
from pipelines.run.release import release_faults
from pipelines.run.run import open_run
from pipelines.steps import REPLAYED_STEPS
from pipelines.storage.files import digest_file, remove_folder
from pipelines.storage.receipts import Receipt, StoredFile, read_receipts
from schemas.tables import TABLES


def verify(home: Path, *, replay: int = 0) -> list[str]:
    """Faults of the lake and, when there are none and it is asked for, of a run derived again.

    Raises `BusyError` while somebody writes: what is being committed would look like what was planted. Into a copy
    that an auditor may only read nobody does, and it takes no lock.
    """
    check_home(home)
    lake = home / "lake"
    with writer_lock(lake, shared=True) if os.access(lake, os.W_OK) else nullcontext():
        return verify_lake(home) or (replay_run(home, replay) if replay else [])


def verify_lake(home: Path) -> list[str]:
    """Sentences, one per fault: the chain, each file under a receipt, files under none, published copies."""
    lake = home / "lake"
    try:
        receipts = read_receipts(lake)
    except TamperError as error:
        return [str(error)]
    faults = [fault for receipt in receipts for fault in _faults_of(lake, receipt)]
    named = {file.path for receipt in receipts for files in receipt.files.values() for file in files}
    faults += _unnamed(lake, named) + _changed_raw(lake)
    faults += [fault for receipt in receipts for fault in _changed_copies(home, receipt)]
    return faults + release_faults(home, receipts) + cutoff_faults(home, receipts)


def _changed_raw(lake: Path) -> list[str]:
    """Private copies of what arrived that are not what their name says: it is the digest of their bytes."""
    copies = sorted(path for path in (lake / "raw").glob("*") if not path.name.endswith(".partial"))
    return [f"raw/{path.name} was changed, or put there" for path in copies if digest_file(path) != path.name]


def _faults_of(lake: Path, receipt: Receipt) -> list[str]:
    found = [_fault(lake, receipt, table, file) for table, files in receipt.files.items() for file in files]
    return [fault for fault in found if fault]


def _fault(lake: Path, receipt: Receipt, table: str, file: StoredFile) -> str:
    """Empty when the file is as committed; identity may have been erased lawfully, which is said."""
    path = lake / file.path
    if not path.exists():
        declared = TABLES.get(table)
        erasable = declared is not None and declared.retention == "identity"
        return f"run {receipt.number}: {file.path} is missing" + (" (an erasable table)" if erasable else "")
    if path.stat().st_size == file.size and digest_file(path) == file.bytes_sha256:
        return ""
    return f"run {receipt.number}: {file.path} was changed: {_what_changed(path, file)}"


def _what_changed(path: Path, file: StoredFile) -> str:
    try:
        now = stored_file(path, file.path)
    except (OSError, ValueError):
        return "it cannot be read any more"
    same_rows = now.rows_sha256 == file.rows_sha256 and file.rows is not None
    return "its bytes, not its rows" if same_rows else f"it held {file.rows} rows and holds {now.rows}, or other ones"


def _unnamed(lake: Path, named: set[str]) -> list[str]:
    """Files in the place of committed ones that no receipt names: planted, or debris of a crash not yet recovered."""
    entries = (path for path in sorted(lake.rglob("*")) if path.is_symlink() or not path.is_dir())
    stored = (path.relative_to(lake) for path in entries)
    return [
        f"{path}: no receipt names it"
        for path in stored
        if path.parts[0] not in NOT_COMMITTED and str(path) not in named
    ]


def _changed_copies(home: Path, receipt: Receipt) -> list[str]:
    """Published copies that are there and differ from what was committed (they may be moved away after sending)."""
    faults = []
    for file in receipt.files.get("outgoing", ()):
        folder, *rest = Path(file.path).parts[2:]
        if folder not in PUBLISHED or receipt.kind == "backfill":
            continue
        copy = home.joinpath(folder, receipt.as_of.isoformat(), *rest)
        if copy.exists() and digest_file(copy) != file.bytes_sha256:
            faults.append(f"run {receipt.number}: {copy.relative_to(home)} differs from what was released")
    return faults


def replay_run(home: Path, number: int) -> list[str]:
    """Derive a past run again from its deliveries, in a stage of its own, and compare the canonical rows.

    Every record is matched anew, so that a link which stood wrongly is found.
    Raises `UsageError` when there is no such run.
    """
    receipts = read_receipts(home / "lake")
    if not 1 <= number <= len(receipts):
        raise UsageError(f"there is no run {number}; the newest is {len(receipts)}")
    receipt = receipts[number - 1]
    run = open_run(home, receipt.as_of, kind=receipt.kind, progress=lambda step: None, replayed=number, is_full=True)
    stage = run.lake.root / "stage.replay"
    remove_folder(stage)
    for step in REPLAYED_STEPS:
        run_step(run, step, stage)
    faults = [
        _difference(stage / step.name, receipt, table.name) for step in REPLAYED_STEPS for table in step.written_tables
    ]
    remove_folder(stage)
    return [fault for fault in faults if fault]


def audit_ledger(home: Path, *, drawn_by: date) -> dict[str, int]:
    """Verify everything and derive one run again, another one each time; counts for whoever watches.

    Which run is drawn follows from the day given and the runs that stand: of those made by the code of today, since by
    other code a run derived again differs lawfully; 0 when there is none. Raises `BusyError` while
    somebody writes, `TamperError` with the number of faults and the first of them.
    """
    with writer_lock(home / "lake", shared=True):
        faults = verify_lake(home)
        receipts = read_receipts(home / "lake") if not faults else ()
        drawn = drawn_run(receipts, (logic_version(), policy_of(home).digest), drawn_by)
        faults = faults or (replay_run(home, drawn) if drawn else [])
    if faults:
        raise TamperError(f"{len(faults)} faults, the first: {faults[0]}; `silentcert verify` names them all")
    return {"receipts": len(receipts), "derived_again": drawn}


def drawn_run(receipts: Sequence[Receipt], today: tuple[str, str], by: date) -> int:
    """The number of one of the runs made by the code of `today`, (logic version, policy digest); 0 when none was.

    A run of a format that kept no declarations must have been decided by the policy of today too.
    """
    logic, policy = today
    alike = [
        receipt.number
        for receipt in receipts
        if receipt.logic_version == logic and (FOLDER in receipt.files or receipt.policy_digest == policy)
    ]
    return alike[int(sha256(by.isoformat().encode()).hexdigest(), 16) % len(alike)] if alike else 0


def _difference(stage: Path, receipt: Receipt, table: str) -> str:
    (file,) = receipt.files[table]
    path = stage / file.path
    if not path.exists():
        return f"run {receipt.number}: {table} was not derived again"
    again = stored_file(path, file.path)
    if again.rows_sha256 == file.rows_sha256:
        return ""
    return (
        f"run {receipt.number}: derived again, {table} has {again.rows} rows that differ from the {file.rows} committed"
    )
