"""What a home declares: our contracts, policy and wording, and what its own policy folder puts in their place."""

from importlib.resources import files
from pathlib import Path

from schemas.contract import Contract, read_contracts
from schemas.policy import Policy, read_policy
from schemas.wording import Wording, read_wording

SCHEMAS = Path(str(files("schemas")))


def contracts_of(home: Path) -> dict[str, Contract]:
    return read_contracts([SCHEMAS / "contracts", home / "policy" / "contracts"])


def policy_of(home: Path) -> Policy:
    return read_policy([SCHEMAS / "policy", home / "policy"])


def wording_of(home: Path) -> Wording:
    return read_wording([SCHEMAS / "wording", home / "policy" / "wording"])
