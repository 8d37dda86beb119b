"""Manifest per recipient: name, rows and digest of each file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import polars as pl


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """`lines` are rows of SENT: those that wait for an office to answer them or act on them."""

    recipient: str
    name: str
    rows: int
    data: bytes
    lines: pl.DataFrame | None = None

    @property
    def path(self) -> str:
        return f"{self.recipient}/{self.name}"


def recipient_manifests(files: Iterable[OutgoingFile]) -> dict[str, bytes]:
    """Manifest per recipient, each naming only the recipient's own files."""
    by_recipient: dict[str, list[OutgoingFile]] = {}
    for file in files:
        by_recipient.setdefault(file.recipient, []).append(file)
    return {recipient: _bytes({"files": _entries(own, "name")}) for recipient, own in sorted(by_recipient.items())}


def top_manifest(files: Iterable[OutgoingFile], *, run_no: int, as_of: str) -> bytes:
    """Everything that waits for release; it stays in the house."""
    return _bytes({"run": run_no, "as_of": as_of, "files": _entries(files, "path")})


def _entries(files: Iterable[OutgoingFile], named: str) -> list[dict[str, object]]:
    rows = [
        {"file": str(getattr(file, named)), "rows": file.rows, "sha256": sha256(file.data).hexdigest()}
        for file in files
    ]
    return sorted(rows, key=lambda row: str(row["file"]))


def _bytes(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
