"""Status of a home in counts, for a screen or a monitor."""

from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from pipelines.home.declared import check_home, policy_of
from pipelines.latest import newest_entries
from pipelines.ledger.difference import CERTIFICATION, LEAD, TICKET, Book
from pipelines.run.driver import access_for
from pipelines.steps import STATUS
from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import EntryKind, QuarantineReason, Rejection
from schemas.tables import CASE, DELIVERY, FEED_HEALTH, QUARANTINED, UNUSED_ANSWER

Rows = list[dict[str, Any]]


def lake_at(home: Path, receipts: tuple[Receipt, ...], *, as_of: date | None = None) -> Lake:
    """The lake as it stood at the last of these receipts, about that one's day or another."""
    engine = Engine(home / "lake" / "stage.scratch")
    day = as_of or (receipts[-1].as_of if receipts else date.min)
    return Lake(home / "lake", engine, receipts, number=len(receipts) + 1, as_of=day)


def until_newest(receipts: tuple[Receipt, ...], as_of: date | None = None) -> tuple[Receipt, ...]:
    """Up to the newest run about that day, or about the newest day; none when no run is."""
    day = as_of or max((receipt.as_of for receipt in receipts), default=None)
    return receipts[: max((receipt.number for receipt in receipts if receipt.as_of == day), default=0)]


def status_of(home: Path) -> dict[str, Rows]:
    """Runs; feeds with their freshness; files rejected or gated, rows quarantined, each with its reason; statuses; open
    leads and tickets; cases and how many of them are overdue; and until when working days are known: beyond it no term
    ends and nobody becomes overdue.
    """
    check_home(home)
    receipts = read_receipts(home / "lake")
    newest = lake_at(home, until_newest(receipts))  # a backfill's projections are about a day gone by
    lake = lake_at(home, receipts, as_of=newest.as_of)
    runs = [{"run": r.number, "kind": r.kind, "as_of": str(r.as_of), "deliveries": len(r.deliveries)} for r in receipts]
    deliveries = access_for(lake, STATUS)[DELIVERY]
    questionable = deliveries.filter((deliveries.rejection != "") | deliveries.is_gated)
    return {
        "runs": runs,
        "feeds": _rows(_counted(access_for(newest, STATUS)[FEED_HEALTH], "feed", "is_live", "is_fresh", "silence")),
        "rejected or gated": _rows(_counted(questionable, "feed", "business_date", "rejection")),
        "rejected files": _rejected(deliveries),
        "quarantined": _quarantined(access_for(lake, STATUS)[QUARANTINED], deliveries),
        "answers that do not count": _unused(access_for(newest, STATUS)[UNUSED_ANSWER]),
        "outcomes": _rows(_counted(_stands(lake, CERTIFICATION), "outcome")),
        "leads": _rows(_counted(_stands(lake, LEAD), "loss_group", "status")),
        "tickets": _rows(_counted(_stands(lake, TICKET), "agency", "kind", "status")),
        "cases": _cases(access_for(newest, STATUS)[CASE], newest.as_of),
        "working days": [{"known until": f"{max(policy_of(home).calendar)}-12-31"}],
    }


def night_summary(home: Path, number: int) -> Rows:
    """Entries a run wrote and what stands after it, for the table a command prints."""
    receipts = read_receipts(home / "lake")[:number]
    lake = lake_at(home, receipts)
    written = {
        book.table.name: _count(access_for(lake, STATUS)[book.table].filter(_of_run(number)))
        for book in (CERTIFICATION, LEAD, TICKET)
    }
    outcomes = {row["outcome"]: row["count"] for row in _rows(_counted(_stands(lake, CERTIFICATION), "outcome"))}
    figures = dict(receipts[-1].sums) | {f"entries: {name}": count for name, count in written.items()}
    return [{"figure": name, "count": count} for name, count in (figures | outcomes).items()]


def rejected_files(home: Path, number: int) -> list[str]:
    """A line for each file that a run rejected or gated: feed, date, what was found and what to do."""
    lake = lake_at(home, read_receipts(home / "lake")[:number])
    delivery = access_for(lake, STATUS)[DELIVERY]
    found = delivery.filter(delivery.known_from == number, (delivery.rejection != "") | delivery.is_gated)
    rows = found.order_by(["feed", "business_date", "delivery_id"]).to_pyarrow().to_pylist()
    return [_line(row) for row in rows]


def misplaced_files(home: Path) -> list[str]:
    """A line for each file of the inbox that lies where only folders may, so that no night will take it."""
    inbox = home / "inbox"
    levels = [inbox, *(path for path in inbox.iterdir() if path.is_dir())] if inbox.is_dir() else []
    loose = sorted(path for level in levels for path in level.iterdir() if not path.is_dir())
    return [
        f"{path.relative_to(home)}: not taken; lay it under inbox/FEED/YYYY-MM-DD/"
        for path in loose
        if not path.name.startswith((".", "~$"))
    ]


def _rejected(deliveries: ir.Table) -> Rows:
    """Rejected files of every run, with the reason in words and what was found."""
    found = deliveries.filter(deliveries.rejection != "")
    columns = ("feed", "business_date", "file_name", "known_from", "rejection", "rejection_detail")
    rows = _rows(found.order_by(["business_date", "feed", "delivery_id"]).select(*columns))
    return [row | {"label": Rejection(row["rejection"]).label} for row in rows]


def _cases(case: ir.Table, as_of: date) -> Rows:
    """Cases by kind and state; `overdue` are those whose next move is owed and whose last day is past."""
    is_overdue = ((case.owed_by != "") & (case.until < as_of)).fill_null(False)
    marked = case.mutate(is_overdue=is_overdue.cast("int64"))
    by = ["case_kind", "state"]
    return _rows(marked.group_by(by).agg(count=marked.count(), overdue=marked.is_overdue.sum()).order_by(by))


def _quarantined(quarantined: ir.Table, deliveries: ir.Table) -> Rows:
    """Rows quarantined in every run, counted by feed, date, reason and column; once for each fault of a row."""
    dated = quarantined.join(deliveries.select("delivery_id", "business_date"), "delivery_id")
    rows = _rows(_counted(dated, "feed", "business_date", "reason", "column"))
    return [row | {"label": QuarantineReason(row["reason"]).label} for row in rows]


def _unused(answers: ir.Table) -> Rows:
    """Rows of answers that do not count as they are, by reason and column, once for each fault of a row."""
    rows = _rows(_counted(answers, "feed", "reason", "column"))
    return [row | {"label": QuarantineReason(row["reason"]).label} for row in rows]


def _line(row: dict[str, Any]) -> str:
    about = f"{row['feed'] or 'unknown feed'} of {row['business_date']}"
    if not row["rejection"]:
        return f"gated: {about}: outside the agreed volume or profile; nothing adverse leans on it. See the gates page"
    label = f"{row['rejection']} {Rejection(row['rejection']).label}"
    return f"rejected: {about}: {label}: {row['rejection_detail']}. No row of it is used; ask its sender for it again"


def _of_run(number: int) -> Any:
    return lambda table: table.run_no == number


def _stands(lake: Lake, book: Book) -> ir.Table:
    stands = newest_entries(access_for(lake, STATUS)[book.table], book.key, as_of=lake.as_of)
    return stands.filter(stands.entry_kind != EntryKind.CLOSE.value)


def _counted(table: ir.Table, *by: str) -> ir.Table:
    return table.group_by(list(by)).agg(count=table.count()).order_by(list(by))


def _rows(table: ir.Table) -> Rows:
    return list(table.to_pyarrow().to_pylist())


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())
