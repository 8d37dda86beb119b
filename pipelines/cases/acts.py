"""Events of cases that persons, offices and our own files are behind: what came in and what went out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from pipelines.verdicts import SIGNERS
from schemas.codes import CaseEvent, CaseKind, LossGroup, OfficerRole
from schemas.policy import Policy
from schemas.working_days import last_day_of_term

Row = dict[str, Any]
NIGHT: Final = "NIGHT"
OBJECTION: Final = "OBJECTION"
_RESULTS: Final = {
    event.value: event for event in (CaseEvent.DONE, CaseEvent.PENDING, CaseEvent.UNREACHABLE, CaseEvent.NOT_OURS)
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A line as tonight's files have it, in all counties that it is sent to."""

    number: str
    office: str
    person_no: int | None
    programme_code: str
    effect: str
    until: date | None


class Lines(NamedTuple):
    """The claims that each line of a worklist listed, by its number, and the lines that listed each claim."""

    listed: Mapping[str, Sequence[Row]]
    of_claim: Mapping[str, Sequence[str]]

    def named_by(self, number: str) -> Sequence[str]:
        """Lines that a verdict on this number is about: the line itself, or those that listed the claim."""
        return [number] if number in self.listed else self.of_claim.get(number, ())


def lines_of(listed: Iterable[Row]) -> Lines:
    """Lines of LISTED rows."""
    by_line: dict[str, list[Row]] = {}
    of_claim: dict[str, list[str]] = {}
    for row in sorted(listed, key=lambda row: (row["line_id"], row["claim_id"])):
        by_line.setdefault(row["line_id"], []).append(row)
        of_claim.setdefault(row["claim_id"], []).append(row["line_id"])
    return Lines(by_line, of_claim)


def sent_of(rows: Iterable[Row]) -> dict[tuple[CaseKind, str], Sent]:
    """Lines of SENT rows by kind and number."""
    gathered: dict[tuple[CaseKind, str], list[Row]] = {}
    for row in rows:
        gathered.setdefault((CaseKind(row["case_kind"]), row["number"]), []).append(row)
    return {
        key: Sent(
            key[1],
            ",".join(sorted({row["county_code"] for row in own} - {""})),
            own[0]["person_no"],
            own[0]["programme_code"],
            own[0]["effect"],
            min((row["until"] for row in own if row["until"]), default=None),
        )
        for key, own in gathered.items()
    }


def event(
    kind: CaseKind,
    case_id: str,
    happened: CaseEvent,
    day: date,
    *,
    actor: str = "",
    office: str = "",
    cause: str = "",
    about: str = "",
    person_no: int | None = None,
    until: date | None = None,
) -> Row:
    """Row of CASE_EVENT but for its id and its run."""
    return {
        "case_id": case_id, "case_kind": kind.value, "event": happened.value, "day": day, "actor": actor,
        "office": office, "cause": cause, "about": about, "person_no": person_no, "until": until,
    }  # fmt: skip


def identity(row: Row) -> tuple[Any, ...]:
    """Key by which two rows are one event that became known twice.

    The office counts only of LISTED, where it says to whom; what is looked up beside an event (the office of who
    signed, a last day) may differ from night to night.
    """
    names = ("case_id", "event", "day", "actor", "cause", "about")
    return (*(row[name] for name in names), row["office"] if row["event"] == CaseEvent.LISTED else "")


def of_leads(
    lines: Lines,
    sent: Mapping[tuple[CaseKind, str], Sent],
    listed_to: Mapping[str, str],
    claims: Iterable[Row],
    verdicts: Iterable[Row],
    *,
    policy: Policy,
    office_of: Callable[[str, date], str],
    as_of: date,
) -> Iterator[Row]:
    """Events of leads: found, listed, answered, notice given, objected. `listed_to`: counties known from the books."""
    lead = CaseKind.LEAD
    for number, rows in lines.listed.items():
        line, first, person_no = sent.get((lead, number)), min(row["as_of"] for row in rows), rows[0]["person_no"]
        for row in rows:
            day = min(row["business_date"], first)
            yield event(
                lead, number, CaseEvent.OPENED, day, cause=row["loss_kind"], about=row["claim_id"], person_no=person_no
            )
        office = line.office if line else ""
        if number not in listed_to:
            until = line.until if line else None
            yield event(lead, number, CaseEvent.LISTED, first, office=office, person_no=person_no, until=until)
        elif office and office != listed_to[number]:
            yield event(lead, number, CaseEvent.LISTED, as_of, office=office, person_no=person_no)
    for claim in claims:
        for number in lines.of_claim.get(claim["claim_id"], ()):
            if claim["objected_date"]:
                yield event(
                    lead, number, CaseEvent.OBJECTED, claim["objected_date"], cause=OBJECTION,
                    person_no=claim["person_no"],
                )  # fmt: skip
    for verdict in verdicts:
        for number in lines.named_by(verdict["lead_id"]):
            yield from _of_verdict(verdict, number, lines.listed[number][0], policy, office_of, as_of)


def _of_verdict(
    verdict: Row, number: str, listed: Row, policy: Policy, office_of: Callable[[str, date], str], as_of: date
) -> Iterator[Row]:
    signed = _signed(verdict)
    known = {
        "actor": signed, "office": office_of(verdict["handler"], verdict["verified_date"]), "cause": verdict["verdict"],
        "about": verdict["record_id"], "person_no": listed["person_no"],
    }  # fmt: skip
    if verdict["is_revoked"]:
        if verdict["business_date"] <= as_of:
            yield event(CaseKind.LEAD, number, CaseEvent.TAKEN_BACK, verdict["business_date"], **known)
        return
    if verdict["verified_date"] <= as_of:
        yield event(CaseKind.LEAD, number, CaseEvent.ANSWERED, verdict["verified_date"], **known)
    if verdict["notice_date"] and verdict["notice_date"] <= as_of:
        until = reply_until(verdict["notice_date"], listed["loss_group"], policy)
        yield event(CaseKind.LEAD, number, CaseEvent.NOTICED, verdict["notice_date"], **known, until=until)


def reply_until(notice: date, group: str, policy: Policy) -> date | None:
    """Last day of the reply window; none without a window or in a year without a calendar."""
    days = policy.reply_windows.get(LossGroup(group), 0)
    return last_day_of_term(notice, days, policy.calendar) if days else None


def of_reviews(
    sent: Mapping[str, Sent],
    listed_to: Mapping[str, str],
    answers: Iterable[Row],
    *,
    case_id: Callable[[str], str],
    office_of: Callable[[str, date], str],
    as_of: date,
) -> Iterator[Row]:
    """Events of match reviews: questions to counties about a record and a person, and their answers."""
    review = CaseKind.MATCH_REVIEW
    for number, line in sent.items():
        case = case_id(number)
        if listed_to.get(case) != line.office:
            yield event(review, case, CaseEvent.LISTED, as_of, office=line.office, person_no=line.person_no)
    known = {case_id(number) for number in sent} | set(listed_to)
    for answer in answers:
        case = case_id(review_number(answer))
        day = answer["business_date"] if answer["is_revoked"] else answer["verified_date"]
        if case in known and day <= as_of:
            happened = CaseEvent.TAKEN_BACK if answer["is_revoked"] else CaseEvent.ANSWERED
            yield event(
                review, case, happened, day, actor=_signed(answer),
                office=office_of(answer["handler"], answer["verified_date"]),
                cause=answer["answer"], about=answer["record_id"], person_no=answer["person_no"],
            )  # fmt: skip


def review_number(answer: Row) -> str:
    return f"{answer['review_id']}-{answer['person_no']}"


def of_requests(
    requests: Iterable[Row],
    objecting: Mapping[str, int],
    sent: Mapping[str, Sent],
    listed: Iterable[str],
    results: Iterable[Row],
    *,
    case_id: Callable[[str], str],
    digest: Callable[[str], str],
    as_of: date,
) -> Iterator[Row]:
    """Requests and objections as taken, listed and dealt with. `objecting`: whom an objection is of, by its record."""
    opened: dict[str, tuple[CaseKind, date]] = {}
    before = set(listed)
    for row in sorted(requests, key=lambda row: (row["record_id"], row["business_date"], row["delivery_id"])):
        record, day = row["record_id"], min(row["event_date"], row["business_date"])
        kind = CaseKind.OBJECTION if row["request_kind"] == OBJECTION else CaseKind.REQUEST
        if record in opened:
            continue
        opened[record] = (kind, day)
        person_no = row["person_no"] if row["person_no"] is not None else objecting.get(record)
        yield event(
            kind, case_id(record), CaseEvent.OPENED, day, office=row["county_code"] or "", cause=row["request_kind"],
            person_no=person_no,
        )  # fmt: skip
        if record in sent and case_id(record) not in before:
            yield event(kind, case_id(record), CaseEvent.LISTED, as_of, office=sent[record].office, person_no=person_no)
    for row in results:
        if row["record_id"] not in opened:
            continue
        kind, first = opened[row["record_id"]]
        # never of a day after the file that states it, nor before the request
        day = max(min(row["handled_date"] or row["business_date"], row["business_date"]), first)
        actor = f"{OfficerRole.HANDLER.value}:{digest(row['handler'].strip())}" if row["handler"] else ""
        happened = _RESULTS.get(row["result"], CaseEvent.ANSWERED)
        yield event(kind, case_id(row["record_id"]), happened, day, actor=actor, cause=row["result"])


def of_reminders(reminders: Iterable[Row], decided: Mapping[int, Sequence[Row]]) -> Iterator[Row]:
    """Reminders as a night reached them; `decided` are tonight's decisions by person, for the county that pays."""
    for row in reminders:
        happened = CaseEvent.NOT_SENT if row["obstacle"] else CaseEvent.SENT
        paying = {one["county_code"] for one in decided.get(row["person_no"], ()) if one["due_date"] == row["due_date"]}
        yield event(
            CaseKind.REMINDER, row["notice_id"], happened, row["as_of"], office=",".join(sorted(paying)),
            cause=row["obstacle"], about=row["stage"], person_no=row["person_no"], until=row["due_date"],
        )  # fmt: skip


def _signed(row: Row) -> str:
    """Signatures as `ROLE:digest of the account`, comma separated."""
    return ",".join(f"{role.value}:{row[name]}" for name, role in SIGNERS.items() if row.get(name))
