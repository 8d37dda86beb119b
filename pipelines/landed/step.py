"""Land what lies in the inbox: a private copy under its digest, or a rejection that says why.

An inbox is written by others while we read it, so a file is opened once without following links, checked on the
open handle, and only the private copy is ever looked at again.
"""

import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa

from pipelines.landed.statements import (
    MANIFEST_SUFFIX,
    delivery_id,
    is_allowed_name,
    is_allowed_of_ours,
    kept_name,
    read_manifest,
    rejection_of,
    short_digest,
    stated_date,
)
from pipelines.step import INBOX, RAW, Context, Derived, Inputs, Step
from schemas.codes import Rejection, StepName
from schemas.returned import returned_forms
from schemas.tables import DELIVERY, RECEIVED

_BLOCK = 1 << 20
_MANIFEST_BYTES = 1 << 16
# what a contract tells people: no file is read otherwise when it changes
_NOT_READ_BY: Final[Any] = {"title": True, "columns": {"__all__": {"description"}}}
_KNOWN = ("delivery_id", "feed", "business_date", "digest", "rejection", "leaned_on")


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
    """RECEIVED: one row per new delivery stated for the night or before; a file waiting for its manifest has none."""
    inbox = tables.folder(INBOX)
    known = _Known(context, tables)
    rows: list[dict[str, Any]] = []
    awaited = 0
    for found in sorted(_inbox(inbox, context.as_of), key=lambda found: _turn(context, found)):
        if _is_awaited(context, found):
            awaited += 1
        elif row := _receive(context, found, known, tables.folder(RAW)):
            known.add(row)
            rows.append(row)
    rejected = sum(bool(row["rejection"]) for row in rows)
    counts = {"received": len(rows), "rejected": rejected, "awaited": awaited, "misplaced": _misplaced(inbox)}
    return Derived({RECEIVED: pa.Table.from_pylist(rows, schema=RECEIVED.arrow())}, counts)


def new_files(inbox: Path, deliveries: Iterable[Mapping[str, Any]], as_of: date) -> list[Path]:
    """Regular files of the inbox, stated for the night or before, that are no delivery yet: other bytes than any.

    `deliveries` are rows of DELIVERY. A file that was rejected unread is known by its name.
    """
    known, unread = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    for row in deliveries:
        place = (row["feed"], row["business_date"].isoformat())
        (known if row["digest"] else unread).add((*place, row["digest"] or row["file_name"]))
    found = []
    for entry in _inbox(inbox, as_of):
        handle = _open_regular(entry.path)
        if handle is not None:
            with os.fdopen(handle, "rb") as file:
                is_known = (entry.feed, entry.folder, _digest(file)) in known
            if not is_known and (entry.feed, entry.folder, entry.path.name) not in unread:
                found.append(entry.path)
    return found


class _Known:
    """Deliveries of earlier runs and of this one: which files are settled."""

    def __init__(self, context: Context, tables: Inputs) -> None:
        self._context = context
        self._ids: set[str] = set()
        self._settled: set[tuple[str, ...]] = set()
        self._declared: dict[str, str] = {}  # by feed: to make it for each file took most of the time of landing
        for row in context.engine.arrow(tables[DELIVERY].select(*_KNOWN)).to_pylist():
            self.add(row, is_rejected=bool(row["rejection"]))

    def add(self, row: Mapping[str, Any], *, is_rejected: bool = False) -> None:
        """A rejected delivery settles its file for as long as what it leaned on stays as it was."""
        self._ids.add(row["delivery_id"])
        file = (row["feed"], row["business_date"].isoformat(), row["digest"])
        self._settled.add((*file, row["leaned_on"]) if is_rejected else file)

    def __contains__(self, delivery: str) -> bool:
        return delivery in self._ids

    def id_if_open(self, found: Found, digest: str, leaned_on: str) -> str | None:
        """Number the file is to have, None when it is settled: used before, or rejected on the same ground."""
        first = delivery_id(found.feed, found.folder, digest)
        if first not in self._ids:
            return first
        file = (found.feed, found.folder, digest)
        is_settled = stated_date(found.folder) is None or bool({file, (*file, leaned_on)} & self._settled)
        again = delivery_id(*file, leaned_on)
        return None if is_settled or not is_allowed_name(found.feed) or again in self._ids else again

    def leaned_on(self, found: Found, manifest: bytes | None) -> str:
        """Digest of all that a rejection of the file may lean on beside its bytes."""
        if found.feed not in self._declared:
            self._declared[found.feed] = self._declared_for(found.feed)
        stated = None if manifest is None else sha256(manifest).hexdigest()
        own = json.dumps([os.fsdecode(found.path.name), stated])
        return short_digest(f"{own[:-1]}, {self._declared[found.feed][1:]}")

    def _declared_for(self, feed: str) -> str:
        """Contracts, code lists and policy that files of the feed are read by, as a JSON list."""
        context, contract = self._context, self._context.contracts.get(feed)
        read_by = (contract, *returned_forms(feed, context.contracts)) if contract else ()
        forms = [one.model_dump(mode="json", exclude=_NOT_READ_BY) for one in read_by]
        share = context.policy.run_health.max_quarantined_share
        return json.dumps([forms, context.code_tables.used_by(*read_by), share], sort_keys=True)


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


def _turn(context: Context, found: Found) -> tuple[str, str, bool, str]:
    """Files named as agreed come first in their folder: of equal bytes the first counts, not a copy beside it."""
    contract = context.contracts.get(found.feed)
    name = found.path.name
    is_agreed = contract is not None and name.endswith(contract.endings) and _is_allowed(context, found)
    return found.feed, found.folder, not is_agreed, name


def _is_awaited(context: Context, found: Found) -> bool:
    """On its own night a delivery without the manifest its contract asks for may still be on its way."""
    return _lacks_manifest(context, found) and (stated_date(found.folder) or context.as_of) >= context.as_of


def _lacks_manifest(context: Context, found: Found) -> bool:
    contract = context.contracts.get(found.feed)
    return contract is not None and contract.manifest == "required" and not os.path.lexists(found.manifest)


def _receive(context: Context, found: Found, known: _Known, raw: Path) -> dict[str, Any] | None:
    """The row of RECEIVED, None for a file that is settled: its bytes may have been erased and stay so."""
    if _lacks_manifest(context, found):
        # Its bytes are not read, so its number is not that of the delivery it becomes when the manifest comes.
        return _unread(
            context, found, known, Rejection.NO_MANIFEST, "no manifest came; it is taken once one lies beside it"
        )
    handle = _open_regular(found.path)
    if handle is None:
        return _unread(context, found, known, Rejection.NOT_A_FILE, "not a regular file with one name")
    manifest = _content(found.manifest)
    leaned_on = known.leaned_on(found, manifest)
    with os.fdopen(handle, "rb") as file:
        digest = _digest(file)
        number = known.id_if_open(found, digest, leaned_on)
        if number is None:
            return None
        rejection = _rejection_before_content(context, found)
        if not rejection[0]:
            file.seek(0)
            kept = _keep(raw, file)
            if kept != digest:
                # it was written to between the two readings: what counts is what was kept
                digest, number = kept, known.id_if_open(found, kept, leaned_on)
        size = file.tell()
    if number is None:
        return None
    row = _claimed(context, found, rejection, digest, manifest)
    return row | {"delivery_id": number, "size": size, "leaned_on": leaned_on}


def _unread(context: Context, found: Found, known: _Known, code: Rejection, detail: str) -> dict[str, Any] | None:
    row = _row(context, found, rejection=(code, detail))
    return None if row["delivery_id"] in known else row


def _claimed(
    context: Context, found: Found, rejection: tuple[str, str], digest: str, content: bytes | None
) -> dict[str, Any]:
    """The row of a file that was read, held against its manifest where one came."""
    manifest = read_manifest(content) if content is not None else None
    if not rejection[0]:
        rejection = rejection_of(manifest, digest, is_required=content is not None)
    row = _row(context, found, rejection=rejection, digest=digest)
    return row | {"claimed_rows": manifest.rows if manifest else None}


def _rejection_before_content(context: Context, found: Found) -> tuple[str, str]:
    contract = context.contracts.get(found.feed)
    if contract is None or contract.role == "outgoing":
        return (
            Rejection.UNKNOWN_FEED,
            "no contract of that name; declare one, or move the file to its feed",
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
        "leaned_on": "",
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
