"""Land what lies in the inbox: a private copy under its digest, or a rejection that says why.

An inbox is written by others while we read it, so a file is opened once without following links, checked on the
open handle, and only the private copy is ever looked at again.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from pipelines.landed.statements import (
    MANIFEST_SUFFIX,
    delivery_id,
    is_allowed_name,
    is_allowed_of_ours,
    kept_name,
    read_manifest,
    rejection_of,
    stated_date,
)
from pipelines.step import INBOX, RAW, Context, Derived, Inputs, Step
from schemas.codes import Rejection, StepName
from schemas.tables import DELIVERY, RECEIVED

_BLOCK = 1 << 20
_MANIFEST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the inbox: `feed` and `folder` are names others chose, not yet trusted."""

    feed: str
    folder: str
    path: Path

    @property
    def manifest(self) -> Path:
        return self.path.with_name(self.path.name + MANIFEST_SUFFIX)


def derive(tables: Inputs, context: Context) -> Derived:
    """RECEIVED: one row per file not seen in an earlier run, stated for the night's date or before."""
    inbox = tables.folder(INBOX)
    deliveries = context.engine.arrow(tables[DELIVERY].select("delivery_id"))
    known = set(deliveries["delivery_id"].to_pylist())
    rows: list[dict[str, Any]] = []
    awaited = 0
    for found in _inbox(inbox, context.as_of):
        if _is_awaited(context, found):
            awaited += 1
        elif row := _receive(context, found, known, tables.folder(RAW)):
            known.add(row["delivery_id"])
            rows.append(row)
    rejected = sum(bool(row["rejection"]) for row in rows)
    counts = {"received": len(rows), "rejected": rejected, "awaited": awaited, "misplaced": _misplaced(inbox)}
    return Derived({RECEIVED: pa.Table.from_pylist(rows, schema=RECEIVED.arrow())}, counts)


LANDED = Step(StepName.LANDED, reads=(INBOX, DELIVERY), writes=(RECEIVED, RAW), derive=derive)


def _inbox(inbox: Path, as_of: date) -> Iterator[Found]:
    """Every entry at the depth of a file, in a fixed order; what is stated for a later date waits for its night."""
    for feed in _folders(inbox):
        for folder in _folders(feed):
            stated = stated_date(folder.name)
            if stated is None or stated <= as_of:
                for path in sorted(folder.iterdir()):
                    if not path.name.endswith(MANIFEST_SUFFIX):
                        yield Found(feed.name, folder.name, path)


def _folders(parent: Path) -> list[Path]:
    """Real folders only: a link to a folder leads out of the inbox."""
    return sorted(path for path in _entries(parent) if path.is_dir() and not path.is_symlink())


def _misplaced(inbox: Path) -> int:
    """Files and links that lie where only folders may: nobody will land them."""
    levels = (inbox, *_folders(inbox))
    return sum(len(_entries(level)) - len(_folders(level)) for level in levels)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _is_awaited(context: Context, found: Found) -> bool:
    """On its own night a delivery without the manifest its contract asks for may still be on its way."""
    return _lacks_manifest(context, found) and (stated_date(found.folder) or context.as_of) >= context.as_of


def _lacks_manifest(context: Context, found: Found) -> bool:
    contract = context.contracts.get(found.feed)
    return contract is not None and contract.manifest == "required" and not os.path.lexists(found.manifest)


def _receive(context: Context, found: Found, known: set[str], raw: Path) -> dict[str, Any] | None:
    """The row of RECEIVED, None for a delivery that is known: its bytes may have been erased and stay so."""
    if _lacks_manifest(context, found):
        # Its bytes are not read, so its number is not that of the delivery it becomes when the manifest comes.
        return _unread(
            context, found, known, Rejection.NO_MANIFEST, "no manifest came; it is taken once one lies beside it"
        )
    handle = _open_regular(found.path)
    if handle is None:
        return _unread(context, found, known, Rejection.NOT_A_FILE, "not a regular file with one name")
    with os.fdopen(handle, "rb") as file:
        digest = _digest(file)
        if delivery_id(found.feed, found.folder, digest) in known:
            return None
        rejection = _rejection_by_place(context, found)
        if not rejection[0]:
            file.seek(0)
            digest = _keep(raw, file)
        size = file.tell()
    return _claimed(context, found, rejection, digest) | {"size": size}


def _unread(context: Context, found: Found, known: set[str], code: Rejection, detail: str) -> dict[str, Any] | None:
    row = _row(context, found, rejection=(code, detail))
    return None if row["delivery_id"] in known else row


def _claimed(context: Context, found: Found, rejection: tuple[str, str], digest: str) -> dict[str, Any]:
    """The row of a file that was read, held against its manifest where one came."""
    content = _content(found.manifest)
    manifest = read_manifest(content) if content is not None else None
    if not rejection[0]:
        rejection = rejection_of(manifest, digest, is_required=content is not None)
    row = _row(context, found, rejection=rejection, digest=digest)
    return row | {"claimed_rows": manifest.rows if manifest else None}


def _rejection_by_place(context: Context, found: Found) -> tuple[str, str]:
    contract = context.contracts.get(found.feed)
    if contract is None or contract.role == "outgoing":
        return (
            Rejection.UNKNOWN_FEED,
            "no contract of that name; declare one and put the file under a later date, or move it to its feed",
        )
    if stated_date(found.folder) is None:
        return Rejection.BAD_DATE, "the folder is not a day YYYY-MM-DD"
    if not _is_allowed(context, found):
        return Rejection.BAD_NAME, "the name has other characters than A-Z a-z 0-9 . _ - or more than 120"
    return "", ""


def _is_allowed(context: Context, found: Found) -> bool:
    """An office names a list of ours as it likes when it sends it back; a delivery is named as agreed."""
    name = found.path.name
    comes_back = any(contract.answered_by == found.feed for contract in context.contracts.values())
    return is_allowed_name(name) or (comes_back and is_allowed_of_ours(name))


def _row(context: Context, found: Found, *, rejection: tuple[str, str], digest: str = "") -> dict[str, Any]:
    """A file whose bytes were not read is told apart by the digest of its name."""
    name = found.path.name
    told_by = digest or sha256(os.fsencode(name)).hexdigest()
    return {
        "delivery_id": delivery_id(found.feed, found.folder, told_by),
        "feed": found.feed if is_allowed_name(found.feed) else "",
        "business_date": stated_date(found.folder) or context.as_of,
        "file_name": kept_name(name) if _is_allowed(context, found) else "",
        "digest": digest,
        "size": 0,
        "claimed_rows": None,
        "rejection": str(rejection[0]),
        "rejection_detail": rejection[1],
    }


def _open_regular(path: Path) -> int | None:
    """A handle on a regular file with one name; None for a link, a pipe, a folder or a second name of other data."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(handle)
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
        return handle
    os.close(handle)
    return None


def _content(path: Path) -> bytes | None:
    """A manifest's bytes; empty, and so not a manifest, when it is too long or no regular file; None without one."""
    if not os.path.lexists(path):
        return None
    handle = _open_regular(path)
    if handle is None:
        return b""
    with os.fdopen(handle, "rb") as file:
        content = file.read(_MANIFEST_BYTES + 1)
    return content if len(content) <= _MANIFEST_BYTES else b""


def _digest(file: BinaryIO) -> str:
    digest = sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _keep(raw: Path, file: BinaryIO) -> str:
    """Copy to the restricted area under the digest of the very bytes copied; readable by us alone."""
    raw.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = raw / f"incoming.{os.getpid()}.partial"
    partial.unlink(missing_ok=True)
    digest = sha256()
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as copy:
        while block := file.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    partial.replace(raw / digest.hexdigest())
    _fsync_folder(raw)
    return digest.hexdigest()


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
