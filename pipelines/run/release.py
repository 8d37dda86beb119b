"""Let a night's files leave the house, once, by a person.

outbox/<date>/ holds what a night would send; nobody fetches it there. What a person has released lies, byte for byte as
committed, under released/<date>/<recipient>/, from where it is sent. lake/releases/<receipt>.json says what it was, by
its digest, and who let it leave, for which office, in which role and when: the one record of a human act here that no
run writes, so it stands outside the chain.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from pipelines.errors import TamperError, UsageError, is_blank
from pipelines.home.declared import officers_of
from pipelines.run.commit import RELEASED
from pipelines.storage.files import copy_file_durable, digest_file, private_files, put_if_absent
from pipelines.storage.receipts import Receipt, StoredFile, read_receipts
from schemas.codes import OfficerRole
from schemas.officers import Register

_ZONE: Final = ZoneInfo("Asia/Shanghai")  # a day on duty is a day there


class Actor(NamedTuple):
    """`by` is the account of who decided, `at` the instant of the decision, with its zone.

    `role` is what the actor says; in a home with an officers' register the register says it, and `role` may be empty.
    """

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
    """Number of files that lie released. Of two who release a night the first is entered; the other changes nothing.

    Raises `UsageError` when nobody is named, the account may not release that day, or the date has no receipt;
    `TamperError` when a file is not what was committed, or another lies where the released ones go.
    """
    human = _authority(officers_of(home), actor)
    receipt = _receipt(home, as_of)
    files = _files(receipt)
    for file in files:
        if digest_file(home / "lake" / file.path) != file.bytes_sha256:
            raise TamperError(f"run {receipt.number}: {file.path} is not what was committed; nothing was released")
    others = [fault for fault in _others(home, receipt, files) if not fault.endswith(_UNFINISHED)]
    if others:
        raise TamperError(f"{'; '.join(others)}. Nothing was released; look at it and take it away")
    with private_files():
        if not _record(home, receipt).exists():
            _enter(home, receipt, human | {"at": actor.at.isoformat(timespec="seconds")}, files)
        for file in files:
            copy_file_durable(home / "lake" / file.path, _target(home, receipt, file))
    return len(files)


def release_faults(home: Path, receipts: Sequence[Receipt]) -> list[str]:
    """Sentences, one per fault: a released file that is missing, changed or was never committed; a record that does
    not name its receipt.
    """
    faults = []
    nights = [receipt for receipt in receipts if receipt.kind == "night"]
    for receipt in nights:
        files = _files(receipt)
        if _record(home, receipt).exists():
            faults += _record_faults(home, receipt, files)
            faults += [
                f"run {receipt.number}: {_name(home, receipt, file)} is missing; it was released"
                for file in files
                if not _target(home, receipt, file).exists()
            ]
            faults += _others(home, receipt, files)
        else:
            faults += _others(home, receipt, ())
    dates = {receipt.as_of.isoformat() for receipt in nights}
    numbers = {f"{receipt.number:06d}.json" for receipt in nights}
    faults += [
        f"{path.relative_to(home)}: nothing was released there"
        for path in _entries(home / RELEASED)
        if path.relative_to(home / RELEASED).parts[0] not in dates
    ]
    unfinished = {path: receipt for receipt in nights for path in _unfinished_records(home, receipt)}
    faults += [
        f"lake/releases/{path.name} {_UNFINISHED}"
        for path, receipt in unfinished.items()
        if not _record(home, receipt).exists()
    ]
    records = [path for path in sorted((home / "lake" / "releases").glob("*")) if path not in unfinished]
    return faults + [f"lake/releases/{path.name}: no night is its own" for path in records if path.name not in numbers]


def _unfinished_records(home: Path, receipt: Receipt) -> list[Path]:
    """Leftovers of a killed release beside the place of its record; once that stands, nothing needs it."""
    record = _record(home, receipt)
    return sorted(record.parent.glob(f"{record.name}.*.partial*"))


_UNFINISHED: Final = "was left by a release that did not end; release the night again"


def _others(home: Path, receipt: Receipt, files: Iterable[StoredFile]) -> list[str]:
    """A sentence for each entry of the night's released folder that is not, byte for byte, one of these files."""
    expected = {_target(home, receipt, file): file for file in files}
    faults = []
    folder = home / RELEASED / receipt.as_of.isoformat()
    if folder.is_symlink():
        return [f"run {receipt.number}: {folder.relative_to(home)} is a link to another place; somebody put it there"]
    for path in _entries(folder):
        file = expected.get(path)
        name = path.relative_to(home)
        if file is None and path.with_name(path.name.removesuffix(".partial")) in expected:
            faults.append(f"run {receipt.number}: {name} {_UNFINISHED}")
        elif file is None:
            faults.append(f"run {receipt.number}: {name} was never committed; somebody put it there")
        elif path.is_symlink() or not path.is_file() or digest_file(path) != file.bytes_sha256:
            faults.append(f"run {receipt.number}: {name} is not what was committed and released")
    return faults


def _entries(folder: Path) -> Iterator[Path]:
    """Everything under a folder that is no folder itself; a link is not followed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            yield from _entries(path)
        else:
            yield path


def _record_faults(home: Path, receipt: Receipt, files: Sequence[StoredFile]) -> list[str]:
    path = _record(home, receipt)
    try:
        record = json.loads(path.read_bytes())
        named = record["receipt"], record["receipt_digest"], record.get("outgoing_digest", _digest_of(files))
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"lake/releases/{path.name} cannot be read: it is not what was entered"]
    if named != (receipt.number, receipt.digest, _digest_of(files)):
        return [f"lake/releases/{path.name} names another receipt, or other files, than the night has"]
    return []


def _authority(register: Register | None, actor: Actor) -> dict[str, str]:
    """`by`, `role`, `office` as they are entered.

    Without a register whoever is named may release; with one, who has the role on the day of the decision.
    """
    if register is None:
        if is_blank(actor.by) or is_blank(actor.role):
            raise UsageError("who lets files leave is named, with the role: give --by and --role; nothing was released")
        return {"by": actor.by, "role": actor.role}
    day = actor.at.astimezone(_ZONE).date()
    officer = register.on_duty(actor.by, day)
    if officer is None or OfficerRole.RELEASER not in officer.roles:
        raise UsageError(
            f"--by is no account that has the role {OfficerRole.RELEASER} in policy/officers.yaml on {day}; "
            "nothing was released"
        )
    return {"by": officer.account, "role": OfficerRole.RELEASER.value, "office": officer.office}


def _enter(home: Path, receipt: Receipt, human: dict[str, str], files: Sequence[StoredFile]) -> None:
    fact = {"receipt": receipt.number, "receipt_digest": receipt.digest, "as_of": receipt.as_of.isoformat()}
    left = {"files": len(files), "outgoing_digest": _digest_of(files)}
    content = json.dumps(fact | human | left, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        put_if_absent(_record(home, receipt), f"{content}\n".encode())
    except FileExistsError:
        return  # somebody else did at the same moment; what they let leave is the same


def _digest_of(files: Iterable[StoredFile]) -> str:
    """Digest of names and bytes of what leaves, whatever the order."""
    lines = sorted(f"{file.path}|{file.bytes_sha256}" for file in files)
    return sha256("\n".join(lines).encode()).hexdigest()


def _files(receipt: Receipt) -> list[StoredFile]:
    return [file for file in receipt.files.get("outgoing", ()) if _recipient(file)]


def _target(home: Path, receipt: Receipt, file: StoredFile) -> Path:
    return home / RELEASED / receipt.as_of.isoformat() / Path(*Path(file.path).parts[3:])


def _name(home: Path, receipt: Receipt, file: StoredFile) -> Path:
    return _target(home, receipt, file).relative_to(home)


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
