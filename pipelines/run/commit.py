"""The commit protocol: audit what was staged, put it into place, write the receipt; then publish.

The receipt is the commit. A file keeps its staged name until then, so that a commit that died is simply done again.
What no receipt names is debris, and only `recover` may remove it: an error handler never does, since the outcome of
a failed write is not known to it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.errors import BusyError, TamperError
from pipelines.home.declarations import FOLDER
from pipelines.home.declared import key_fingerprint
from pipelines.run.run import Run
from pipelines.storage.canonical import digest_rows
from pipelines.storage.files import (
    close_to_others,
    copy_folder_durable,
    digest_file,
    fsync_path,
    link_durable,
    private_files,
    remove_folder,
)
from pipelines.storage.receipts import GENESIS, Receipt, StoredFile, put_receipt

PUBLISHED = ("outbox", "reports")
RELEASED = "released"
_KEY = "policy/secret.key"
_STAGES = ("stage", "stage.scratch", "stage.replay")
_RUN = re.compile(r"run=(\d+)")
# What lies in the lake beside the files that receipts name.
NOT_COMMITTED = (
    "receipts", "raw", "stage", "stage.scratch", "stage.replay", "writer.lock", "access.log", "releases", "cutoffs",
)  # fmt: skip


@contextmanager
def writer_lock(lake: Path, *, shared: bool = False) -> Iterator[None]:
    """One writer: an operating-system lock, gone with the process that held it.

    `shared` is for those who stage files of their own beside one another and change nothing that anybody reads.
    What is written under the lock only its owner can read; what an older version or a copy left open is closed.
    """
    with private_files():
        lake.mkdir(parents=True, exist_ok=True)
        close_to_others(lake, *(lake.parent / name for name in (*PUBLISHED, RELEASED, _KEY)))
        with _locked(lake, shared=shared):
            yield


@contextmanager
def _locked(lake: Path, *, shared: bool) -> Iterator[None]:
    handle = os.open(lake / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        flock(handle, (LOCK_SH if shared else LOCK_EX) | LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise BusyError("another run is writing to this lake; wait for it to end and start again") from error
    try:
        yield
    finally:
        os.close(handle)


def commit(run: Run, *, sums: dict[str, int], versions: dict[str, str], deliveries: tuple[str, ...]) -> Receipt:
    """Put what was staged into place, then the receipt; after its return the run stands."""
    files = _inventory(run)
    before = run.lake.receipts[-1].digest if run.lake.receipts else GENESIS
    key = "|".join(
        [run.kind, run.context.as_of.isoformat(), str(run.lake.number - 1), before, *deliveries, *versions.values()]
    )
    receipt = Receipt(
        number=run.lake.number,
        kind=run.kind,
        as_of=run.context.as_of,
        run_key=sha256(key.encode()).hexdigest(),
        previous=before,
        deliveries=deliveries,
        sums=sums,
        files=files,
        logic_version=versions["logic_version"],
        lock_digest=versions["lock_digest"],
        policy_digest=versions["policy_digest"],
        key_fingerprint=key_fingerprint(run.context.secret),
    )
    for source, name in run.lake.staged():
        target = run.lake.root / _committed_name(run, name)
        if name.parts[0] == FOLDER and target.exists():
            continue  # named by its digest, and there since an earlier run
        fsync_path(source)
        link_durable(source, target)
    put_receipt(run.lake.root, receipt)
    return receipt


def publish(home: Path, lake: Path, receipt: Receipt) -> None:
    """Publish outbox and reports; idempotent.

    A backfill sends nothing, and its report stands beside the night's, which stays as it was.
    """
    source = lake / "outgoing" / f"run={receipt.number:06d}"
    for folder in PUBLISHED:
        target = home / folder / receipt.as_of.isoformat()
        if receipt.kind == "backfill":
            target = target / f"backfill-{receipt.number:06d}"
        if (source / folder).exists() and not target.exists():
            copy_folder_durable(source / folder, target)


def recover(home: Path, lake: Path, receipts: tuple[Receipt, ...]) -> None:
    """After a crash: remove what no receipt names, and publish what was committed and not yet published.

    Raises `TamperError`, and removes nothing, when what lies there shows that receipts are missing at the end.
    """
    named = {file.path for receipt in receipts for files in receipt.files.values() for file in files}
    debris = [Path(name) for name in sorted(_files(lake)) if name not in named and (lake / name).is_file()]
    _refuse_if_receipts_are_missing(home, debris, receipts)
    for receipt in receipts[-1:]:
        publish(home, lake, receipt)
    for folder in _STAGES:
        remove_folder(lake / folder)
    for path in debris:
        (lake / path).unlink()
    for partial in (lake / "receipts").glob("*.partial"):
        partial.unlink()


def _files(lake: Path) -> Iterator[str]:
    """Names of what runs commit, or left behind when they died; as text, since there are many."""
    for name in sorted({entry.name for entry in os.scandir(lake)} - {*NOT_COMMITTED}):
        if not (lake / name).is_dir():
            yield name
        for folder, _, names in os.walk(lake / name):
            yield from (f"{folder}/{one}"[len(str(lake)) + 1 :] for one in names)


def _refuse_if_receipts_are_missing(home: Path, debris: list[Path], receipts: tuple[Receipt, ...]) -> None:
    """A run that died before its receipt has the next number, has published nothing and was never released."""
    runs = {int(found[1]) for path in debris if (found := _RUN.search(str(path)))}
    runs |= {int(path.stem) for path in (home / "lake" / "releases").glob("[0-9]*.json")}
    nights = {receipt.as_of.isoformat() for receipt in receipts}
    dates = {path.name for folder in PUBLISHED for path in (home / folder).glob("[0-9]*-[0-9]*-[0-9][0-9]")}
    lost = [f"run {number}" for number in sorted(runs) if number > len(receipts) + 1] + sorted(dates - nights)
    if lost:
        raise TamperError(
            f"lake/receipts ends at {len(receipts)}, but there are files of {', '.join(lost)}: its newest receipts are "
            "missing, or somebody put them there. Nothing was removed; bring the receipts back from the backup"
        )


def _committed_name(run: Run, name: Path) -> str:
    published = name.parts[0] in PUBLISHED
    return str(Path("outgoing", f"run={run.lake.number:06d}", name) if published else name)


def _inventory(run: Run) -> dict[str, tuple[StoredFile, ...]]:
    """Staged files, re-read from the disk: digests of bytes, and of rows for our tables."""
    files: dict[str, list[StoredFile]] = {}
    for path, staged in sorted(run.lake.staged(), key=lambda pair: pair[1]):
        name = _committed_name(run, staged)
        files.setdefault(name.split("/")[0], []).append(stored_file(path, name))
    return {table: tuple(found) for table, found in sorted(files.items())}


def stored_file(path: Path, name: str) -> StoredFile:
    if path.suffix != ".parquet":
        return StoredFile(path=name, size=path.stat().st_size, bytes_sha256=digest_file(path))
    with pq.ParquetFile(path) as file:
        return StoredFile(
            path=name,
            size=path.stat().st_size,
            bytes_sha256=digest_file(path),
            rows=file.metadata.num_rows,
            rows_sha256=digest_rows(file),
        )
