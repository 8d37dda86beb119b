"""Why this person: the records used, the rule, the policy and the receipt, in plain sentences.

Two readers. A clerk sees every record by feed, file row and day. The person gets a letter in Chinese with
categories and dates only, what follows from them, and how to object.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.errors import UsageError
from pipelines.match_evidence import match_evidence
from pipelines.run import Run
from pipelines.setup import open_run
from pipelines.status import lake_at, until_newest
from pipelines.storage.files import fsync_path
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import LossKind, LossState, Method, Outcome, Reason, SignalClass
from schemas.identifiers import keyed_digest
from schemas.table import Table
from schemas.tables import CERTIFICATION_ENTRY, CLAIM, DECISION, LIFE_FACT, LOSS_FACT

Row = dict[str, Any]


def explain_person(
    home: Path, person_no: int, *, as_of: date | None, for_person: bool, access: tuple[datetime, str]
) -> str:
    """Text for one person. Raises `UsageError` when no night of that day stands or it knows no such person."""
    receipts = _receipts_until(home, as_of)
    found = _findings(lake_at(home, receipts), person_no)
    if not found["decisions"]:
        raise UsageError(f"the night of {receipts[-1].as_of} decided about no such person number")
    run = open_run(home, receipts[-1].as_of, kind=receipts[-1].kind, progress=lambda stage: None)
    _note_access(run, person_no, access)
    template = "letter.txt.j2" if for_person else "explanation.txt.j2"
    return _render(template, found | _context(run, receipts[-1]))


def _receipts_until(home: Path, as_of: date | None) -> tuple[Receipt, ...]:
    """Up to the newest run about that day; without a day, about the newest one."""
    receipts = until_newest(read_receipts(home / "lake"), as_of)
    if not receipts:
        raise UsageError(f"no night of {as_of} has a receipt" if as_of else "no night has run yet")
    return receipts


def _findings(lake: Lake, person_no: int) -> dict[str, Any]:
    def rows(table: Table) -> list[Row]:
        expression = lake.read(table)
        return list(
            lake.arrow(expression.filter(expression.person_no == person_no).order_by(list(table.key))).to_pylist()
        )

    return {
        "decisions": rows(DECISION),
        "life_facts": sorted(rows(LIFE_FACT), key=lambda row: (row["event_date"], row["delivery_id"]), reverse=True),
        "loss_facts": rows(LOSS_FACT),
        "claims": rows(CLAIM),
        "matches": match_evidence(lake, person_no),
        "entries": sorted(rows(CERTIFICATION_ENTRY), key=lambda row: (row["as_of"], row["run_no"])),
    }


def _context(run: Run, receipt: Receipt) -> dict[str, Any]:
    return {
        "receipt": receipt,
        "policy": run.policy,
        "wording": run.wording,
        "contracts": run.contracts,
        "label": run.code_tables.label,
        "outcome": Outcome,
        "method": Method,
        "loss_kind": LossKind,
        "loss_state": LossState,
        "signal_class": SignalClass,
        "reasons": lambda mask: [reason for reason in Reason if mask & reason.bit],
    }


def _render(name: str, values: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("pipelines"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(name).render(values).rstrip("\n")


def _note_access(run: Run, person_no: int, access: tuple[datetime, str]) -> None:
    """One line per look: when, why, and a digest that can be compared and not read."""
    accessed_at, purpose = access
    line = {"at": accessed_at.isoformat(), "person": keyed_digest(run.secret, person_no), "purpose": purpose}
    path = run.lake.root / "access.log"
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
    path.chmod(0o600)
    fsync_path(path)
