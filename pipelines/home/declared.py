"""What a home declares: contracts, codes, policy and wording; its own policy folder is laid over ours."""

from importlib.resources import files
from pathlib import Path

from pipelines.errors import SetupError
from schemas.code_tables import CodeTables, read_code_tables
from schemas.contract import Contract, read_contracts
from schemas.policy import Policy, read_policy
from schemas.wording import Wording, read_wording

SCHEMAS = Path(str(files("schemas")))


def contracts_of(home: Path) -> dict[str, Contract]:
    """Contracts by feed, or by outgoing file; the home's own replace ours by name."""
    return read_contracts([SCHEMAS / "contracts", home / "policy" / "contracts"])


def code_tables_of(home: Path) -> CodeTables:
    return read_code_tables([SCHEMAS / "code_lists", home / "policy" / "code_lists"])


def policy_of(home: Path) -> Policy:
    return read_policy([SCHEMAS / "policy", home / "policy"])


def wording_of(home: Path) -> Wording:
    return read_wording([SCHEMAS / "wording", home / "policy" / "wording"])


def secret_of(home: Path) -> bytes:
    """The key of this home's digests. Raises `SetupError` when there is none."""
    path = home / "policy" / "secret.key"
    if not path.is_file():
        raise SetupError(f"no key at {path.name} in the policy folder; make one with `silentcert keygen`")
    return bytes.fromhex(path.read_text().split()[-1])
