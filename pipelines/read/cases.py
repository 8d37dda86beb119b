"""Cases of a home: the list, and the story of one of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.errors import UsageError
from pipelines.home.declared import check_home, code_tables_of, officers_of
from pipelines.read.access import check_purpose, note_access
from pipelines.read.status import lake_at, until_newest
from pipelines.read.story import signer_of
from pipelines.read.story_lines import where_to_object
from pipelines.run.driver import access_for
from pipelines.run.run import Run, open_run
from pipelines.steps import CASES_READER
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import (
    CaseEvent,
    CaseKind,
    CaseState,
    Code,
    LossKind,
    MatchAnswer,
    Obstacle,
    OfficerRole,
    Owed,
    PaymentState,
    TicketEvent,
    TicketState,
    Verdict,
)
from schemas.tables import CASE, CASE_EVENT, LISTED, TICKET_ENTRY

Row = dict[str, Any]
NIGHT: Final = "NIGHT"
_CAUSES: Final[Mapping[CaseKind, tuple[type[Code], ...]]] = {
    CaseKind.LEAD: (LossKind, Verdict),
    CaseKind.MATCH_REVIEW: (MatchAnswer,),
    CaseKind.PROPOSAL: (PaymentState,),
    CaseKind.REMINDER: (Obstacle,),
}
_CAUSE_LISTS: Final = ("request_kind", "request_result")
_FILES: Final = {CaseKind.MATCH_REVIEW: "match_review", CaseKind.REQUEST: "request"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Cases to list; what is empty or None leaves none out. Codes are as the user wrote them."""

    kind: str = ""
    state: str = ""
    county: str = ""
    person_no: int | None = None
    is_overdue: bool = False


def list_cases(home: Path, wanted: Wanted, *, as_of: date | None, access: tuple[datetime, str] | None) -> list[Row]:
    """Rows of CASE with their labels and `is_overdue`, what is due first at the top.

    `as_of`: as the last night of that day or before left them. Without `access`, when and why somebody looks, no row
    says whom it is about. Raises `UsageError` for a code that nobody knows, and for a person without a purpose.
    """
    check_home(home)
    kind, state = _code(wanted.kind, CaseKind, "--kind"), _code(wanted.state, (CaseState, TicketState), "--state")
    if wanted.county and wanted.county not in code_tables_of(home).names("county"):
        raise UsageError("--county: no list knows this county; write a code of code_lists/county.yaml")
    if access or wanted.person_no is not None:
        check_purpose(access[1] if access else "")
    receipts = _receipts(home, as_of)
    lake = lake_at(home, receipts)
    cases = access_for(lake, CASES_READER)[CASE]
    if kind:
        cases = cases.filter(cases.case_kind == kind)
    if state:
        cases = cases.filter(cases.state == state)
    if wanted.person_no is not None:
        cases = cases.filter(cases.person_no == wanted.person_no)
    day = as_of or receipts[-1].as_of
    rows = [_labelled(row, day) for row in lake.engine.arrow(cases).to_pylist()]
    rows = [row for row in rows if not wanted.county or wanted.county in row["office"].split(",")]
    rows = [row for row in rows if row["is_overdue"] or not wanted.is_overdue]
    rows.sort(key=lambda row: (row["until"] or date.max, row["since"], row["case_id"]))
    if access is None:
        return [{name: value for name, value in row.items() if name != "person_no"} for row in rows]
    person = "" if wanted.person_no is None else _run_of(home, receipts[-1]).context.digest(wanted.person_no)
    note_access(lake.root, *access, person=person, cases=len(rows))
    return rows


def case_of(home: Path, number: str, *, as_of: date | None, access: tuple[datetime, str]) -> Row:
    """The case of this number, or of the line of this number in a file that we sent: its row of CASE with labels, and
    under `happened` its events, under `listed` what its line listed, under `to_object` where the person may object.

    Raises `UsageError` without a purpose and for a number of nothing.
    """
    check_home(home)
    check_purpose(access[1])
    receipts = _receipts(home, as_of)
    run = _run_of(home, receipts[-1])
    lake = lake_at(home, receipts)
    tables = access_for(lake, CASES_READER)

    def rows(expression: ir.Table, *order: str) -> list[Row]:
        return list(lake.engine.arrow(expression.order_by(list(order))).to_pylist())

    numbers = [number, *(run.context.digest(what, number) for what in _FILES.values())]
    found = rows(tables[CASE].filter(lambda table: table.case_id.isin(numbers)), "case_id")
    if not found:
        raise UsageError(f"no case has this number as of {receipts[-1].as_of}; `silentcert cases` lists them")
    case = _labelled(found[0], as_of or receipts[-1].as_of)
    case_id = case["case_id"]
    if case["case_kind"] == CaseKind.TICKET:
        entries = rows(tables[TICKET_ENTRY].filter(lambda table: table.ticket_id == case_id), "run_no")
        happened = [_of_entry(entry) for entry in entries if entry["as_of"] <= receipts[-1].as_of]
    else:
        events = rows(tables[CASE_EVENT].filter(lambda table: table.case_id == case_id), "event_id")
        happened = _told(events, run, home)
    listed = rows(tables[LISTED].filter(lambda table: table.line_id == case_id), "event_date", "claim_id")
    offices = [code for code in case["office"].split(",") if code] if case["case_kind"] != CaseKind.TICKET else []
    counties = run.context.code_tables.labels("county")
    case |= {
        "happened": happened,
        "listed": [_of_line(row) for row in listed],
        "to_object": where_to_object(
            offices, run.context.policy, run.context.wording, county=lambda code: counties.get(code, code)
        ),
        "receipt": receipts[-1].number,
        "as_of": receipts[-1].as_of,
    }
    person = run.context.digest(case["person_no"]) if case["person_no"] is not None else ""
    note_access(lake.root, *access, person=person, case=case_id)
    return case


def case_story(case: Row) -> str:
    """The case of `case_of` in plain sentences."""
    environment = Environment(
        loader=PackageLoader("pipelines.read"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False,
    )  # fmt: skip
    return environment.get_template("case.txt.j2").render(case).rstrip("\n")


def _receipts(home: Path, as_of: date | None) -> tuple[Receipt, ...]:
    """Up to the newest run about the last day on which a night ran, no later than that day."""
    receipts = read_receipts(home / "lake")
    days = [one.as_of for one in receipts if one.kind == "night" and (as_of is None or one.as_of <= as_of)]
    if not days:
        raise UsageError(f"no night up to {as_of} has a receipt" if as_of else "no night has run yet")
    return until_newest(receipts, max(days))


def _run_of(home: Path, receipt: Receipt) -> Run:
    return open_run(home, receipt.as_of, kind=receipt.kind, progress=lambda step: None, replayed=receipt.number)


def _code(written: str, codes: type[Code] | tuple[type[Code], ...], option: str) -> str:
    """The code, written in any case; empty for nothing."""
    known = [code.value for kind in (codes if isinstance(codes, tuple) else (codes,)) for code in kind]
    value = written.upper().replace("-", "_")
    if value and value not in known:
        raise UsageError(f"{option}: there is no such code; write one of {', '.join(dict.fromkeys(known))}")
    return value


def _state(kind: str, state: str) -> Code:
    return TicketState(state) if kind == CaseKind.TICKET else CaseState(state)


def _labelled(row: Row, as_of: date) -> Row:
    kind, state = CaseKind(row["case_kind"]), _state(row["case_kind"], row["state"])
    return row | {
        "kind_label": kind.label,
        "state_label": state.label,
        "state_sentence": state.sentence,
        "owed_by_label": Owed(row["owed_by"]).label if row["owed_by"] else "",
        "is_overdue": bool(row["owed_by"] and row["until"] and row["until"] < as_of),
    }


def _told(events: list[Row], run: Run, home: Path) -> list[Row]:
    """The events in their order, each with labels and with who signed."""
    signer, places = signer_of(officers_of(home), run.context.digest), list(CaseEvent)
    cause = partial(_cause, run)
    ordered = sorted(events, key=lambda row: (row["day"], places.index(CaseEvent(row["event"])), row["event_id"]))
    return [
        {
            "day": row["day"],
            "event": row["event"],
            "label": CaseEvent(row["event"]).label,
            "cause": row["cause"],
            "cause_label": cause(CaseKind(row["case_kind"]), row["cause"]),
            "about": row["about"],
            "office": row["office"],
            "until": row["until"],
            "signed": list(_signatures(row["actor"], signer)),
            "known_from": row["known_from"],
        }
        for row in ordered
    ]


def _cause(run: Run, kind: CaseKind, cause: str) -> str:
    for codes in _CAUSES.get(kind, ()):
        if cause in codes.__members__:
            return codes(cause).label
    if kind is CaseKind.PROPOSAL:
        return str(run.context.wording.proposals.actions.get(cause, cause))
    for name in _CAUSE_LISTS:
        if label := run.context.code_tables.labels(name).get(cause):
            return label
    return cause


def _signatures(actor: str, signer: Any) -> Iterator[str]:
    """Role, account or digest, and office of each who signed."""
    for signed in actor.split(",") if actor and actor != NIGHT else ():
        role, _, digest = signed.partition(":")
        account, office = signer(digest)
        yield f"{OfficerRole(role).label} {account}{f' of office {office}' if office else ''}"


def _of_entry(entry: Row) -> Row:
    """An entry of the ticket book as an event."""
    state = TicketState(entry["status"])
    answer = TicketEvent(entry["answer"]) if entry["answer"] else None
    return {
        "day": entry["as_of"],
        "event": state.value,
        "label": state.label,
        "cause": entry["answer"],
        "cause_label": f"{answer.label} {entry['answered_on']}" if answer else "",
        "about": f"{entry['feed']} {entry['record_id']} {entry['column']} {entry['issue']}, line {entry['line_no']}",
        "office": entry["agency"],
        "until": None,
        "signed": [],
        "known_from": entry["run_no"],
    }


def _of_line(row: Row) -> Row:
    names = ("claim_id", "loss_kind", "event_date", "agency", "business_date")
    return {name: row[name] for name in names} | {"loss_label": LossKind(row["loss_kind"]).label}
