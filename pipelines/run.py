"""One run: everything a stage may know, as data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.storage.lake import Lake
from pipelines.storage.receipts import RunKind
from schemas.code_tables import CodeTables
from schemas.contract import Contract
from schemas.policy import Policy
from schemas.wording import Wording


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a stage did, in counts only: it goes to the log, the receipt and the screen."""

    stage: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Run:
    """`number` is the receipt this run will get, and `known_from` of whatever it lands."""

    number: int
    kind: RunKind
    as_of: date
    home: Path
    contracts: dict[str, Contract]
    code_tables: CodeTables
    policy: Policy
    wording: Wording
    secret: bytes
    lake: Lake
    progress: Callable[[str], None] = field(default=lambda message: None)

    @property
    def feeds(self) -> tuple[Contract, ...]:
        """Contracts of what comes in, in the order of their names."""
        return tuple(c for _, c in sorted(self.contracts.items()) if c.role != "outgoing")
