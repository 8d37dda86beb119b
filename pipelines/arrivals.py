"""Which extracts are still on their way: what an orchestrator waits for before it opens a night."""

from datetime import date
from pathlib import Path

from pipelines.landed.claims import MANIFEST_SUFFIX
from pipelines.setup import contracts_of
from schemas.contract import Contract

# A feed that may be no older than this is sent every night; the others come when they come.
NIGHTLY_DAYS = 3


def missing_feeds(home: Path, as_of: date) -> list[str]:
    """The feeds sent every night of which the inbox holds no complete file stated for this one, in order of names.

    Complete is what its contract says: a file, and its manifest where one is required.
    """
    nightly = [contract for contract in contracts_of(home).values() if _is_nightly(contract, as_of)]
    return sorted(contract.feed for contract in nightly if not _has_come(home, as_of, contract))


def _is_nightly(contract: Contract, as_of: date) -> bool:
    is_live = not contract.retired_on or as_of.isoformat() < contract.retired_on
    return contract.role != "outgoing" and is_live and contract.fresh_days <= NIGHTLY_DAYS


def _has_come(home: Path, as_of: date, contract: Contract) -> bool:
    folder = home / "inbox" / contract.feed / as_of.isoformat()
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    files = {name for name in names if not name.endswith(MANIFEST_SUFFIX)}
    if contract.manifest == "required":
        files = {name for name in files if name + MANIFEST_SUFFIX in names}
    return bool(files)
