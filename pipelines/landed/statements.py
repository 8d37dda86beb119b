"""A sender's statements about a file: feed and date by its folder, rows and digest by its manifest."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from schemas.codes import Rejection
from schemas.spreadsheet import OFFICE_MARKS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_LONGEST = 120
_LONG_NUMBER = re.compile(r"[0-9]{11,}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
MANIFEST_SUFFIX = ".manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    rows: int
    sha256: str


def is_allowed_name(name: str) -> bool:
    """No glob, no quote, no space, no leading dot: nothing a reader could take for more than one file."""
    return _NAME.fullmatch(name) is not None


def is_allowed_of_ours(name: str) -> bool:
    """A name that a file of ours may come back under: an office's own, in any script.

    No name ever reaches an engine or a shell: a file is opened by the handle it was found by, and what is parsed is the
    private copy under its digest. So letters of any script, blanks and brackets do no harm; what hides, breaks a line
    or marks a half-written file is kept out.
    """
    is_plain = all(unicodedata.category(sign)[0] in "LNM" or sign in OFFICE_MARKS for sign in name)
    return is_plain and 0 < len(name) <= _LONGEST and name[0] not in "._-~ "


def kept_name(name: str) -> str:
    """The name without what may be a person's number: it is stored for good."""
    return _LONG_NUMBER.sub("…", name)


def stated_date(folder: str) -> date | None:
    """The date a folder `YYYY-MM-DD` states, None when there is no such day."""
    try:
        return date.fromisoformat(folder) if _DATE.fullmatch(folder) else None
    except ValueError:
        return None


def delivery_id(*parts: str) -> str:
    """Number of a delivery by its feed, folder and digest, and by what it leans on when it was rejected before."""
    return short_digest("|".join(parts))


def short_digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def read_manifest(content: bytes) -> Manifest | None:
    """None when it is not `{rows, sha256}`: whole rows and 64 hex digits."""
    try:
        stated = json.loads(content)
        rows, digest = stated["rows"], stated["sha256"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    is_count = isinstance(rows, int) and not isinstance(rows, bool) and 0 <= rows < 2**62
    return Manifest(rows, digest.lower()) if is_count and _is_digest(digest) else None


def _is_digest(digest: object) -> bool:
    return isinstance(digest, str) and _DIGEST.fullmatch(digest.lower()) is not None


def rejection_of(manifest: Manifest | None, digest: str, *, is_required: bool) -> tuple[str, str]:
    """Rejection code and detail for what a manifest says against the digest of the bytes that came."""
    if manifest is None:
        return (Rejection.BAD_MANIFEST, "the manifest is not {rows, sha256}") if is_required else ("", "")
    if manifest.sha256 != digest:
        return Rejection.BAD_MANIFEST, "the manifest states another sha256 than the bytes have"
    return "", ""
