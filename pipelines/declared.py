"""What a home declares: our contracts and policy, and what its own policy folder puts in their place by name."""

from importlib.resources import files
from pathlib import Path

from schemas.contract import Contract, read_contracts
from schemas.policy import Policy, read_policy

SCHEMAS = Path(str(files("schemas")))


def contracts_of(home: Path) -> dict[str, Contract]:
    return read_contracts([SCHEMAS / "contracts", home / "policy" / "contracts"])


def policy_of(home: Path) -> Policy:
    return read_policy([SCHEMAS / "policy", home / "policy"])
