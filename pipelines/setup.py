"""Open a run: read what this home declares (contracts, code lists, policy, key) and what stands in its lake."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

from pipelines.declared import SCHEMAS, contracts_of, policy_of, wording_of
from pipelines.errors import SetupError
from pipelines.run import Run
from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import RunKind, read_receipts
from schemas.code_tables import read_code_tables
from schemas.wording import Wording

PROJECT = SCHEMAS.parent
_DECIDES_ROWS = ("schemas", "matchers", "pipelines")


def open_run(
    home: Path, as_of: date, *, kind: RunKind, progress: Callable[[str], None], replayed: int | None = None
) -> Run:
    """A run built on the newest receipt, or, for a replay, on the one before it with that run's own deliveries.

    Local contracts, code lists and policy of the home replace ours by name.
    """
    home = home.resolve()  # the children that parse and judge stand in another folder
    local = home / "policy"
    receipts = read_receipts(home / "lake")
    number = replayed or len(receipts) + 1
    engine = Engine(home / "lake" / "stage.scratch")
    lake = Lake(home / "lake", engine, receipts[: number - 1], number=number, as_of=as_of)
    if replayed:
        lake.replay(receipts[number - 1])
    return Run(
        number=number,
        kind=kind,
        as_of=as_of,
        home=home,
        contracts=contracts_of(home),
        code_tables=read_code_tables([SCHEMAS / "code_lists", local / "code_lists"]),
        policy=policy_of(home),
        wording=wording_of(home),
        secret=_secret(local / "secret.key"),
        lake=lake,
        progress=progress,
    )


def versions(run: Run) -> dict[str, str]:
    """What else determines the rows, by digest of its content: never a git hash or a path."""
    lock = PROJECT / "uv.lock"
    return {
        "logic_version": logic_version(run.wording),
        "lock_digest": sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        "policy_digest": run.policy.digest,
    }


def logic_version(wording: Wording) -> str:
    """Digest of all code and declarations that decide what a run writes.

    Our sentences stand among our declarations, so those a home has put in their place count here too, and the policy's
    digest keeps saying under which rules a row was decided.
    """
    sources = sorted(path for folder in _DECIDES_ROWS for path in (PROJECT / folder).rglob("*") if _determines(path))
    logic = sha256()
    for path in sources:
        logic.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    logic.update(wording.digest.encode())
    return logic.hexdigest()


def _determines(path: Path) -> bool:
    return path.suffix in (".py", ".yaml", ".csv", ".j2") and "__pycache__" not in path.parts


def _secret(path: Path) -> bytes:
    if not path.is_file():
        raise SetupError(f"no key at {path.name} in the policy folder; make one with `silentcert keygen`")
    return bytes.fromhex(path.read_text().split()[-1])
