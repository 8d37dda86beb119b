"""Events about one person's losses, day by day: leads, verdicts, notices, objections, proposals."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pipelines.errors import TamperError
from pipelines.verdicts import CONFIRMING, SIGNERS
from schemas.codes import OPEN_LOSS, LossGroup, OfficerRole
from schemas.contract import Contract
from schemas.officers import Officer, Register
from schemas.policy import Policy
from schemas.spreadsheet import unescape
from schemas.working_days import last_day_of_term

Row = dict[str, Any]
_PROPOSALS: Final = "outbox/proposals/proposals.csv"
_DIGITS: Final = 12  # of a digest that is shown


class EventKind(StrEnum):
    """Kinds of events; those of one day are listed in this order."""

    STATED = "STATED"
    LISTED = "LISTED"
    STATUS = "STATUS"
    VERDICT = "VERDICT"
    WITHDRAWN = "WITHDRAWN"
    NOTICE = "NOTICE"
    WINDOW_ENDS = "WINDOW_ENDS"
    OBJECTION = "OBJECTION"
    PROPOSED = "PROPOSED"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature in one role: an account where the officers' register knows it, else the digest that is kept."""

    role: OfficerRole
    shown: str
    office: str


@dataclass(frozen=True, slots=True)
class Event:
    """`lead` is the newest entry of the lead it is about, or empty; `facts` depend on the kind."""

    day: date
    kind: EventKind
    lead: Row = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    facts: Row = field(default_factory=dict)


def story(
    leads: Sequence[Row],
    listed: Sequence[Row],
    verdicts: Sequence[Row],
    objections: Sequence[Row],
    proposals: Sequence[Row],
    *,
    policy: Policy,
    signer: Callable[[str], tuple[str, str]],
    as_of: date,
) -> list[Event]:
    """Every event up to the night in order of its day; a window that ends later is told with its notice.

    `leads` are LEAD_ENTRY rows of the person in the order they were written, `listed` LISTED rows of the person in the
    order of runs and days of the loss, `verdicts` VERDICT rows, withdrawals too,
    `objections` and `proposals` what `objections_of` and `proposals_of` find. `signer` gives (account or digest,
    office) of a signature.
    """
    newest = {entry["lead_id"]: entry for entry in leads}
    events = [
        *_of_leads(leads, newest, listed),
        *_of_verdicts(verdicts, _by_number(newest, listed), policy, signer),
        *(Event(row["event_date"], EventKind.OBJECTION, facts=row) for row in objections),
        *(Event(row["first"], EventKind.PROPOSED, facts=row) for row in proposals),
    ]
    order = list(EventKind)
    return sorted(
        (event for event in events if event.day <= as_of),
        key=lambda event: (event.day, order.index(event.kind), event.lead.get("lead_id", ""), str(event.facts)),
    )


def _by_number(leads: Mapping[str, Row], listed: Sequence[Row]) -> dict[str, Row]:
    """The lead that a verdict's number names: of a line the first claim that it listed, else the claim itself."""
    lines: dict[str, Row] = {}
    for row in listed:
        if row["claim_id"] in leads:
            lines.setdefault(row["line_id"], leads[row["claim_id"]])
    return {**leads, **lines}


def reply_until(notice: date | None, group: str, policy: Policy) -> date | None:
    """Last day of the reply window; none without a notice, without a window or in a year without a calendar."""
    days = policy.reply_windows.get(LossGroup(group), 0)
    return last_day_of_term(notice, days, policy.calendar) if notice and days else None


def objections_of(requests: Iterable[Row]) -> list[Row]:
    """`record_id`, `event_date`, `county_code` of the requests that object."""
    names = ("record_id", "event_date", "county_code")
    return [{name: row[name] for name in names} for row in requests if row["request_kind"] == "OBJECTION"]


def proposals_of(lake: Path, files: Iterable[tuple[date, str, str]], contract: Contract, person_no: int) -> list[Row]:
    """`action`, `programme`, `county`, `ground`, `effective_date`, `first` and `last`: the nights that proposed it.

    `files` are (night, path, digest) of committed files. Raises `TamperError` when one is not what was committed.
    """
    found: dict[tuple[str, str], Row] = {}
    for night, path, digest in files:
        if path.endswith(_PROPOSALS) and (lake / path).is_file():
            content = (lake / path).read_bytes()
            if sha256(content).hexdigest() != digest:
                raise TamperError(f"{path} is not what was committed; `silentcert verify` says more")
            for row in _rows(content, contract):
                if row["person_no"] == str(person_no):
                    key = (row["proposal_id"], row["action"])
                    found[key] = row | {"first": found[key]["first"] if key in found else night, "last": night}
    return list(found.values())


def signer_of(register: Register | None, digest: Callable[[str], str]) -> Callable[[str], tuple[str, str]]:
    """(account, office) of a kept digest where the register has who signed by account or name; else (digest, '')."""
    known: dict[str, Officer] = {}
    for officer in register.officers if register else ():
        known |= {digest(officer.account): officer, digest(officer.name): officer}

    def signer(kept: str) -> tuple[str, str]:
        officer = known.get(kept)
        return (officer.account, officer.office) if officer else (kept[:_DIGITS], "")

    return signer


def _of_leads(leads: Sequence[Row], newest: Mapping[str, Row], listed: Sequence[Row]) -> Iterator[Event]:
    open_before: set[str] = set()
    for lead in newest.values():
        yield Event(lead["business_date"], EventKind.STATED, lead, facts={"run_no": _first_run(leads, lead)})
    for entry in leads:
        lead = newest[entry["lead_id"]]
        facts = {"run_no": entry["run_no"], "status": entry["status"], "entry_kind": entry["entry_kind"]}
        if entry["status"] in OPEN_LOSS and lead["lead_id"] not in open_before:
            open_before.add(lead["lead_id"])
            line = _line_number(listed, entry)
            yield Event(entry["as_of"], EventKind.LISTED, lead, facts=facts | {"line": line})
        else:
            yield Event(entry["as_of"], EventKind.STATUS, lead, facts=facts)


def _first_run(leads: Sequence[Row], lead: Row) -> int:
    return min(int(entry["run_no"]) for entry in leads if entry["lead_id"] == lead["lead_id"])


def _line_number(listed: Sequence[Row], entry: Row) -> str:
    """The number of the first line that listed the claim; of homes of formats 1 to 3 that of the claim."""
    return next((str(row["line_id"]) for row in listed if row["claim_id"] == entry["lead_id"]), str(entry["lead_id"]))


def _of_verdicts(
    verdicts: Sequence[Row], leads: Mapping[str, Row], policy: Policy, signer: Callable[[str], tuple[str, str]]
) -> Iterator[Event]:
    withdrawn = {row["record_id"]: row["business_date"] for row in verdicts if row["is_revoked"]}
    for row in verdicts:
        lead = leads.get(row["lead_id"])
        if lead is None:
            continue
        signatures = tuple(Signature(role, *signer(row[name])) for name, role in SIGNERS.items() if row[name])
        facts = {name: row[name] for name in ("verdict", "verified_date", "record_id", "known_from")}
        if row["is_revoked"]:
            yield Event(row["business_date"], EventKind.WITHDRAWN, lead, signatures, facts)
            continue
        yield Event(row["verified_date"], EventKind.VERDICT, lead, signatures, facts)
        until = reply_until(row["notice_date"], lead["loss_group"], policy)
        if row["notice_date"]:
            yield Event(row["notice_date"], EventKind.NOTICE, lead, (), facts | {"until": until})
        is_signed = len({row[name] for name in SIGNERS} - {""}) == len(SIGNERS)
        confirms = is_signed and row["verdict"] in CONFIRMING
        if until and confirms and withdrawn.get(row["record_id"], date.max) > until:
            yield Event(until + timedelta(days=1), EventKind.WINDOW_ENDS, lead, (), facts | {"until": until})


def _rows(content: bytes, contract: Contract) -> Iterator[Row]:
    lines = csv.DictReader(content.decode("utf-8-sig").splitlines())
    for line in lines:
        yield {column.name: unescape(line.get(column.header) or "") for column in contract.columns}
