"""Let a night's files leave the house, once, by a person.

outbox/<date>/ holds what a night would send; nobody fetches it there. What a person has released lies, byte for byte as
committed, under released/<date>/<recipient>/, from where it is sent. lake/releases/<receipt>.json says who let it
leave, in which role and when: the one record of a human act here that no run writes, so it stands outside the chain.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.errors import TamperError, UsageError
from pipelines.storage.files import copy_file_durable, digest_file, put_if_absent
from pipelines.storage.receipts import Receipt, StoredFile, read_receipts


class Actor(NamedTuple):
    """`by` is the account of who decided, `at` the instant of the decision, with its zone."""

    by: str
    role: str
    at: datetime


def outgoing_files(home: Path, as_of: date) -> list[dict[str, Any]]:
    """`file` as recipient/name, `rows`: what the night would send. Empty once it was released.

    Raises `UsageError` when the date has no receipt.
    """
    receipt = _receipt(home, as_of)
    manifest = _committed(home, receipt) / "manifest.json"
    if _record(home, receipt).exists() or not manifest.exists():
        return []
    entries = json.loads(manifest.read_bytes())["files"]
    return [{"file": entry["file"], "rows": entry["rows"]} for entry in entries]


def release(home: Path, as_of: date, *, actor: Actor) -> int:
    """How many files lie released. Of two who release a night the first is entered; the other changes nothing.

    Raises `UsageError` when nobody is named or the date has no receipt, `TamperError` when a file is not what was
    committed.
    """
    if not actor.by.strip() or not actor.role.strip():
        raise UsageError("who lets files leave is named, with the role: give --by and --role; nothing was released")
    receipt = _receipt(home, as_of)
    files = [file for file in receipt.files.get("outgoing", ()) if _recipient(file)]
    for file in files:
        if digest_file(home / "lake" / file.path) != file.bytes_sha256:
            raise TamperError(f"run {receipt.number}: {file.path} is not what was committed; nothing was released")
    if not _record(home, receipt).exists():
        _enter(home, receipt, actor, len(files))
    for file in files:
        target = home / "released" / as_of.isoformat() / "/".join(Path(file.path).parts[3:])
        copy_file_durable(home / "lake" / file.path, target)
    return len(files)


def _enter(home: Path, receipt: Receipt, actor: Actor, files: int) -> None:
    fact = {"receipt": receipt.number, "receipt_digest": receipt.digest, "as_of": receipt.as_of.isoformat()}
    human = {"by": actor.by, "role": actor.role, "at": actor.at.isoformat(timespec="seconds")}
    content = json.dumps(fact | human | {"files": files}, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        put_if_absent(_record(home, receipt), f"{content}\n".encode())
    except FileExistsError:
        return  # somebody else did at the same moment; what they let leave is the same


def _receipt(home: Path, as_of: date) -> Receipt:
    nights = [r for r in read_receipts(home / "lake") if r.kind == "night" and r.as_of == as_of]
    if not nights:
        raise UsageError(f"the night of {as_of} has no receipt; there is nothing to release")
    return nights[0]


def _committed(home: Path, receipt: Receipt) -> Path:
    return home / "lake" / "outgoing" / f"run={receipt.number:06d}" / "outbox"


def _record(home: Path, receipt: Receipt) -> Path:
    return home / "lake" / "releases" / f"{receipt.number:06d}.json"


def _recipient(file: StoredFile) -> bool:
    """outgoing/run=000001/outbox/<recipient>/<name>; the manifest over everybody's files stays in the house."""
    parts = Path(file.path).parts
    return parts[2] == "outbox" and len(parts) > 4
