"""All faults of what a home declares, one file after another: a reader that fails hides nothing of the others."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import SetupError
from pipelines.home.declared import (
    check_key,
    code_tables_of,
    contracts_of,
    faults_of,
    officers_of,
    policy_of,
    rulebook_of,
    secret_of,
    unread_files,
    wording_of,
)
from pipelines.home.schedule import schedule_of
from pipelines.storage.receipts import read_receipts
from schemas.declaration import DeclarationError


def check_home_declarations(home: Path) -> list[str]:
    """Sentences, one per fault, each with its file, the key and what to write; empty when a night may begin."""
    return list(dict.fromkeys(_faults(home)))


def _faults(home: Path) -> Iterator[str]:
    readers: list[Callable[[Path], Any]] = [
        contracts_of,
        code_tables_of,
        policy_of,
        wording_of,
        officers_of,
        schedule_of,
        _check_own_key,
    ]
    unreadable = [fault for read in readers if (fault := _fault(read, home))]
    yield from unreadable
    try:
        yield from (f"policy/{fault}" for fault in faults_of(home, rulebook_of(home)))
    except DeclarationError:
        # told above; what does not fit the rest can be seen once the file can be read
        yield from (f"policy/{fault}" for fault in unread_files(home))


def _check_own_key(home: Path) -> None:
    check_key(secret_of(home), (receipt.key_fingerprint for receipt in read_receipts(home / "lake")))


def _fault(read: Callable[[Path], Any], home: Path) -> str:
    try:
        read(home)
    except (DeclarationError, SetupError) as error:
        return str(error)
    return ""
