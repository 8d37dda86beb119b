"""Receipts: one JSON file per run, chained by hash. The receipt is the commit, for all tables of the run at once."""

import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.errors import SetupError, TamperError
from pipelines.storage.files import put_if_absent

# Of receipts and stored tables. Every older one is read: see `Table.former` and `Field.since`.
FORMAT_VERSION = 4
GENESIS = "0" * 64
RunKind = Literal["night", "backfill"]


class StoredFile(BaseModel):
    """A file of a run: `bytes_sha256` shows tampering, `rows_sha256` the same rows across library versions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    size: int
    bytes_sha256: str
    rows: int | None = None
    rows_sha256: str | None = None


class Receipt(BaseModel):
    """Everything a run wrote, and the receipt it was built on; `files` maps a table or folder to its files.

    `key_fingerprint` tells the home's key from any other and gives nothing of it away; empty before format 3.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT_VERSION
    number: int
    kind: RunKind
    as_of: date
    run_key: str
    previous: str
    logic_version: str
    lock_digest: str
    policy_digest: str
    key_fingerprint: str = ""
    deliveries: tuple[str, ...]
    sums: dict[str, int]
    files: dict[str, tuple[StoredFile, ...]]

    def content(self) -> bytes:
        document = self.model_dump(mode="json", exclude=set() if self.key_fingerprint else {"key_fingerprint"})
        return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()

    @property
    def digest(self) -> str:
        return sha256(self.content()).hexdigest()


def receipt_path(lake: Path, number: int) -> Path:
    return lake / "receipts" / f"{number:06d}.json"


def put_receipt(lake: Path, receipt: Receipt) -> None:
    put_if_absent(receipt_path(lake, receipt.number), receipt.content())


def read_receipts(lake: Path) -> tuple[Receipt, ...]:
    """All receipts in order; raises `TamperError` naming the first one that does not hold."""
    receipts: list[Receipt] = []
    before = b""
    for path in sorted((lake / "receipts").glob("[0-9]*.json")):
        content = path.read_bytes()
        try:
            receipt = Receipt.model_validate_json(content)
        except ValueError as error:
            raise TamperError(f"receipt {path.name} cannot be read: it is not what was committed") from error
        _check_link(path.name, receipt, receipts, before)
        if receipt.format_version > FORMAT_VERSION:
            raise SetupError(
                f"receipt {path.name} is of format {receipt.format_version}, and this version reads up to "
                f"{FORMAT_VERSION}; install the version that wrote it, or a later one"
            )
        receipts.append(receipt)
        before = content
    _check_bytes(receipts, before)
    return tuple(receipts)


def _check_link(name: str, receipt: Receipt, before: Sequence[Receipt], content_before: bytes) -> None:
    if receipt.number != len(before) + 1:
        raise TamperError(f"receipt {name}: receipt {len(before) + 1} is missing before it")
    if receipt.previous != (sha256(content_before).hexdigest() if before else GENESIS):
        _check_bytes(before, content_before)
        before_name = receipt_path(Path(), receipt.number - 1).name
        raise TamperError(f"receipt {name}: {before_name} before it is not the one it was built on")


def _check_bytes(receipts: Sequence[Receipt], content: bytes) -> None:
    """Raises `TamperError` when `content`, read as the newest of these receipts, is not what was committed.

    The bytes of any earlier one are proven by the digest that the next receipt was built on, which is cheaper.
    """
    if receipts and receipts[-1].content() != content:
        raise TamperError(f"receipt {receipt_path(Path(), len(receipts)).name}: its bytes were changed")
