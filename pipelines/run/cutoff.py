"""The list before payment: what the newest night proposes about the instalments of a month, county by county.

lake/cutoffs/<month>/<receipt>.json names the night and every file by its digest: it is the commit, and is written once.
The files wait under outbox/cutoff-<month>/<date of the night>/<recipient>/, as those of a night do.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import polars as pl

from pipelines.errors import UsageError
from pipelines.home.declared import check_home, policy_of
from pipelines.outgoing.manifests import OutgoingFile, recipient_manifests
from pipelines.outgoing.prepayment import awards_after_death, holds, instalments, list_days, to_pay
from pipelines.outgoing.render import render
from pipelines.run.commit import writer_lock
from pipelines.run.driver import access_for
from pipelines.run.run import Run, open_run
from pipelines.step import Inputs
from pipelines.steps import CUTOFF
from pipelines.storage.engine import Engine
from pipelines.storage.files import digest_file, put_if_absent, write_durable
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import LossState, Outcome, PaymentState
from schemas.tables import CLAIM, DECISION, ENTITLEMENT, EXECUTION_ALARM, PERSON

_CUTOFF = "cutoff-"


def write_cutoff(home: Path, month: date) -> dict[str, int]:
    """Rows by file, as path in the outbox. Written again from the same night, no byte changes.

    Raises `UsageError` without a committed night, or for a month before its own.
    """
    check_home(home)
    month = month.replace(day=1)
    with writer_lock(home / "lake"):
        nights = [receipt for receipt in read_receipts(home / "lake") if receipt.kind == "night"]
        if not nights:
            raise UsageError("no night has run yet; run one, and the list is made from it")
        night = nights[-1]
        if month < night.as_of.replace(day=1):
            raise UsageError(f"the instalment of {month:%Y-%m} lies before the newest night, {night.as_of}")
        files = list(_files(home, night, month))
        content = {file.path: file.data for file in files} | {
            f"{recipient}/manifest.json": manifest for recipient, manifest in recipient_manifests(files).items()
        }
        if content:
            _enter(home, night, month, content)
        for name, data in content.items():
            target = _folder(home, night, month) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_durable(target, data)
    return {str((_folder(home, night, month) / file.path).relative_to(home)): file.rows for file in files}


def held_by_silence(home: Path) -> int:
    """Benefits still drawn though officers found a loss true, and not listed: the newest night lacks data."""
    night = [receipt for receipt in read_receipts(home / "lake") if receipt.kind == "night"][-1]
    tables, engine = _tables_of(home, night)
    held = tables[DECISION].filter(
        lambda rows: rows.outcome == Outcome.HELD_STALE.value,
        lambda rows: rows.loss_state == LossState.CONFIRMED.value,
        lambda rows: rows.payment_state == PaymentState.DRAWING.value,
    )
    return engine.arrow(held.select("person_no")).num_rows


def months_due(home: Path, day: date) -> list[date]:
    """First days of the months whose list must be with a county on this day."""
    policy = policy_of(home)
    months = [date(day.year, day.month, 1), date(day.year + day.month // 12, day.month % 12 + 1, 1)]
    return [month for month in months if day in list_days(policy, month)]


def cutoff_faults(home: Path, receipts: Sequence[Receipt]) -> list[str]:
    """Sentences, one per fault: a record that names no receipt, a file that is not what was committed or that nobody
    committed. A file may be moved away once it was sent.
    """
    known = {receipt.number: receipt for receipt in receipts}
    expected: dict[Path, str] = {}
    faults = []
    for path in sorted((home / "lake" / "cutoffs").glob("*/*.json")):
        name = path.relative_to(home)
        try:
            record = json.loads(path.read_bytes())
            receipt, files = known[record["receipt"]], dict(record["files"])
            month = date.fromisoformat(record["month"])
        except (ValueError, KeyError, TypeError, AttributeError):
            faults.append(f"{name} cannot be read, or names no receipt: it is not what was entered")
            continue
        if record["receipt_digest"] != receipt.digest or path != _record(home, receipt, month):
            faults.append(f"{name} names another receipt, or another month, than it was entered for")
            continue
        expected |= {_folder(home, receipt, month) / file: digest for file, digest in files.items()}
    for path in sorted((home / "outbox").glob(f"{_CUTOFF}*/**/*")):
        if path.is_dir() and not path.is_symlink():
            continue
        if path not in expected:
            faults.append(f"{path.relative_to(home)} was never committed; somebody put it there")
        elif path.is_symlink() or digest_file(path) != expected[path]:
            faults.append(f"{path.relative_to(home)} is not what was committed")
    return faults


def _files(home: Path, night: Receipt, month: date) -> Iterator[OutgoingFile]:
    run = open_run(home, night.as_of, kind=night.kind, progress=lambda step: None, replayed=night.number)
    rows = _instalments(run, home, night, month)
    contract = run.context.contracts.get("prepayment")
    if contract is None:
        raise UsageError("the newest night was run by a version that knew no such list; run another night first")
    for (county,), own in rows.group_by("county_code", maintain_order=True):
        yield OutgoingFile(f"county-{county or 'unknown'}", "prepayment.csv", own.height, render(own, contract))


def _instalments(run: Run, home: Path, night: Receipt, month: date) -> pl.DataFrame:
    tables, engine = _tables_of(home, night)

    def frame(expression: ir.Table) -> pl.DataFrame:
        return pl.DataFrame(engine.arrow(expression))

    found = {
        "HOLD": holds(tables[DECISION], tables[CLAIM], month=month),
        "PAY": to_pay(tables[EXECUTION_ALARM]),
        "CHECK_AWARD": awards_after_death(tables[ENTITLEMENT], tables[CLAIM]),
    }
    entitlement, person = tables[ENTITLEMENT], tables[PERSON]
    concerned = found["HOLD"].select(*DECISION.key)
    for name in ("PAY", "CHECK_AWARD"):
        concerned = concerned.union(found[name].select(*DECISION.key))
    benefits = entitlement.select(*DECISION.key, "monthly_fen", "first_payment_date")
    benefits = benefits.semi_join(concerned, list(DECISION.key))
    named = benefits.join(person.select("person_no", name=person.raw_name), "person_no")
    context = run.context
    return instalments(
        {name: frame(rows) for name, rows in found.items()},
        frame(named),
        context.policy,
        context.code_tables,
        context.wording,
        month=month,
        item_id=lambda *parts: context.digest("prepayment", *parts),
    )


def _tables_of(home: Path, night: Receipt) -> tuple[Inputs, Engine]:
    """Tables that the list is made from, as the night left them, and their engine."""
    receipts = read_receipts(home / "lake")[: night.number]
    engine = Engine(home / "lake" / "stage.scratch")
    lake = Lake(home / "lake", engine, receipts, number=night.number + 1, as_of=night.as_of)
    return access_for(lake, CUTOFF), engine


def _enter(home: Path, night: Receipt, month: date, content: dict[str, bytes]) -> None:
    record: dict[str, Any] = {
        "month": month.isoformat(),
        "as_of": night.as_of.isoformat(),
        "receipt": night.number,
        "receipt_digest": night.digest,
        "files": {name: sha256(data).hexdigest() for name, data in content.items()},
    }
    path = _record(home, night, month)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    try:
        put_if_absent(path, text)
    except FileExistsError:
        if path.read_bytes() != text:
            raise UsageError(
                f"{path.relative_to(home)} was entered by another version of this program, with other files; "
                "run another night, and the list is made from it"
            ) from None


def _record(home: Path, night: Receipt, month: date) -> Path:
    return home / "lake" / "cutoffs" / f"{month:%Y-%m}" / f"{night.number:06d}.json"


def _folder(home: Path, night: Receipt, month: date) -> Path:
    return home / "outbox" / f"{_CUTOFF}{month:%Y-%m}" / night.as_of.isoformat()
