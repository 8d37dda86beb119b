"""The bytes that must not change: everything under the lake, the outbox and the reports but scratch and Data Docs."""

from hashlib import sha256
from pathlib import Path

APART = {"stage", "stage.scratch", "stage.replay", "writer.lock", "access.log", "releases", "data_docs"}


def digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest()
        for folder in ("lake", "outbox", "reports")
        for path in sorted((home / folder).rglob("*"))
        if path.is_file() and not APART & set(path.relative_to(home).parts)
    }
