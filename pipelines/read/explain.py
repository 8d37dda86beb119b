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
from pipelines.read.match_evidence import match_evidence
from pipelines.read.status import lake_at, until_newest
from pipelines.run.driver import access_for
from pipelines.run.run import Run, open_run
from pipelines.step import Engine, Inputs
from pipelines.steps import EXPLAIN
from pipelines.storage.files import fsync_path
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import LossKind, LossState, Method, Outcome, Reason, SignalClass
from schemas.table import Table
from schemas.tables import ALIAS, CERTIFICATION_ENTRY, CLAIM, DECISION, LIFE_FACT, LOSS_FACT, MATCH_ANSWER

Row = dict[str, Any]


def explain_person(
    home: Path, person_no: int, *, as_of: date | None, for_person: bool, access: tuple[datetime, str]
) -> str:
    """Text for one person.

    Raises `UsageError` without a purpose, without a night of that day, or for an unknown person.
    """
    if not access[1].strip():
        raise UsageError("say why you look: --purpose is entered in the access log and cannot be empty")
    receipts = _receipts_until(home, as_of)
    lake = lake_at(home, receipts)
    found = _findings(access_for(lake, EXPLAIN), lake.engine, person_no)
    if not found["decisions"]:
        raise UsageError(f"the night of {receipts[-1].as_of} decided about no such person number")
    newest = receipts[-1]
    run = open_run(home, newest.as_of, kind=newest.kind, progress=lambda step: None, replayed=newest.number)
    _note_access(run, person_no, access)
    template = "letter.txt.j2" if for_person else "explanation.txt.j2"
    return _render(template, found | _context(run, newest))


def _receipts_until(home: Path, as_of: date | None) -> tuple[Receipt, ...]:
    """Up to the newest run about that day; without a day, about the newest one."""
    receipts = until_newest(read_receipts(home / "lake"), as_of)
    if not receipts:
        raise UsageError(f"no night of {as_of} has a receipt" if as_of else "no night has run yet")
    return receipts


def _findings(tables: Inputs, engine: Engine, person_no: int) -> dict[str, Any]:
    def rows(table: Table) -> list[Row]:
        expression = tables[table]
        return list(
            engine.arrow(expression.filter(expression.person_no == person_no).order_by(list(table.key))).to_pylist()
        )

    return {
        "decisions": rows(DECISION),
        "life_facts": sorted(rows(LIFE_FACT), key=lambda row: (row["event_date"], row["delivery_id"]), reverse=True),
        "loss_facts": rows(LOSS_FACT),
        "claims": rows(CLAIM),
        "matches": match_evidence(tables, engine, person_no),
        "formerly": sorted(row["kind"] for row in rows(ALIAS)),
        "answers": rows(MATCH_ANSWER),
        "entries": sorted(rows(CERTIFICATION_ENTRY), key=lambda row: (row["as_of"], row["run_no"])),
    }


def _context(run: Run, receipt: Receipt) -> dict[str, Any]:
    return {
        "receipt": receipt,
        "policy": run.context.policy,
        "wording": run.context.wording,
        "contracts": run.context.contracts,
        "label": run.context.code_tables.label,
        "outcome": Outcome,
        "method": Method,
        "loss_kind": LossKind,
        "loss_state": LossState,
        "signal_class": SignalClass,
        "reasons": lambda mask: [reason for reason in Reason if mask & reason.bit],
    }


def _render(name: str, values: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("pipelines.read"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(name).render(values).rstrip("\n")


def _note_access(run: Run, person_no: int, access: tuple[datetime, str]) -> None:
    """One line per look: when, why, and a digest that can be compared and not read."""
    accessed_at, purpose = access
    line = {"at": accessed_at.isoformat(), "person": run.context.digest(person_no), "purpose": purpose}
    path = run.lake.root / "access.log"
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
    path.chmod(0o600)
    fsync_path(path)
