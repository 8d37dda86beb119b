"""What a recipient was sent: name, rows and digest of each file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    recipient: str
    name: str
    rows: int
    data: bytes

    @property
    def path(self) -> str:
        return f"{self.recipient}/{self.name}"


def recipient_manifests(files: Iterable[OutgoingFile]) -> dict[str, bytes]:
    """Manifest per recipient, each naming only the recipient's own files."""
    by_recipient: dict[str, list[OutgoingFile]] = {}
    for file in files:
        by_recipient.setdefault(file.recipient, []).append(file)
    return {recipient: _bytes({"files": _entries(own)}) for recipient, own in sorted(by_recipient.items())}


def _entries(files: Iterable[OutgoingFile]) -> list[dict[str, object]]:
    ordered = sorted(files, key=lambda file: file.name)
    return [{"file": f.name, "rows": f.rows, "sha256": sha256(f.data).hexdigest()} for f in ordered]


def _bytes(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
