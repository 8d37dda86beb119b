"""Declarations of a home: contracts, codes, policy and wording; its own policy folder is laid over ours."""

import re
from importlib.resources import files
from pathlib import Path

from pipelines.errors import SetupError, UsageError
from schemas.code_tables import CodeTables, read_code_tables
from schemas.contract import Contract, read_contracts
from schemas.policy import Policy, read_policy
from schemas.returned import check_returned
from schemas.wording import Wording, read_wording

_KEY = re.compile(r"[0-9a-f]{64}")
SCHEMAS = Path(str(files("schemas")))


def check_home(home: Path) -> None:
    """Raises `UsageError` when no lake of a home of ours is there: reading makes none."""
    if not (home / "lake" / "receipts").is_dir():
        raise UsageError(f"no night has run in {home}; check --home, or run `silentcert night` there first")


def contracts_of(home: Path) -> dict[str, Contract]:
    """Contracts by feed, or by outgoing file; the home's own replace ours by name."""
    contracts = read_contracts([SCHEMAS / "contracts", home / "policy" / "contracts"])
    check_returned(contracts)
    return contracts


def code_tables_of(home: Path) -> CodeTables:
    return read_code_tables([SCHEMAS / "code_lists", home / "policy" / "code_lists"])


def policy_of(home: Path) -> Policy:
    return read_policy([SCHEMAS / "policy", home / "policy"])


def wording_of(home: Path) -> Wording:
    return read_wording([SCHEMAS / "wording", home / "policy" / "wording"])


def secret_of(home: Path) -> bytes:
    """The key of this home's digests. Raises `SetupError` when there is none, or one that is not of our making."""
    path = home / "policy" / "secret.key"
    if not path.is_file():
        if (home / "lake" / "receipts").is_dir():
            raise SetupError(
                "policy/secret.key is missing, and ids of this home's leads and tickets depend on it; bring it back "
                "from the backup. With another key every answer would be forgotten"
            )
        raise SetupError(f"no key at {path.name} in the policy folder; make one with `silentcert keygen`")
    digits = path.read_text(encoding="utf-8", errors="replace").split()
    if not digits or not _KEY.fullmatch(digits[-1]):
        raise SetupError(f"policy/{path.name} does not end in a key of 64 hex digits; bring it back from the backup")
    return bytes.fromhex(digits[-1])
