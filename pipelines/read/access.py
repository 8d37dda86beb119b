"""The log of looks at persons, `lake/access.log`: when, about whom as a digest, why."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import UsageError, is_blank
from pipelines.storage.files import fsync_path


def check_purpose(purpose: str) -> None:
    """Raises `UsageError` for an empty one."""
    if is_blank(purpose):
        raise UsageError("say why you look: --purpose is entered in the access log and cannot be empty")


def note_access(lake: Path, accessed_at: datetime, purpose: str, **seen: Any) -> None:
    """One line per look: when, what was seen as digests and counts that can be compared and not read, and why."""
    line = {"at": accessed_at.isoformat(), **seen, "purpose": purpose}
    path = lake / "access.log"
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
    path.chmod(0o600)
    fsync_path(path)
