"""A person's story in lines: to an auditor numbers, accounts and runs; to the person days, offices and roles."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipelines.read.story import Event, EventKind
from schemas.codes import EntryKind, LossKind, LossState, Verdict
from schemas.officers import PROVINCE
from schemas.policy import Policy
from schemas.wording import Wording

Row = dict[str, Any]


def line_for_auditor(event: Event) -> str:
    """Sentence about the event, with every number by which it can be looked up."""
    facts, about = event.facts, _lead(event.lead) if event.lead else ""
    match event.kind:
        case EventKind.STATED:
            return (
                f"{about} from {event.lead['agency']}: first delivery that states it; entered by run {facts['run_no']}"
            )
        case EventKind.LISTED:
            return f"{about}: on the county's worklist in line {facts['line']}, run {facts['run_no']}"
        case EventKind.STATUS:
            if facts["entry_kind"] == EntryKind.CLOSE:
                why = "no record states it any more, or no benefit that is drawn hangs on it"
                return f"{about}: closed by run {facts['run_no']}, {why}"
            status = LossState(facts["status"])
            return f"{about}: {status.label} / {status} since run {facts['run_no']}"
        case EventKind.VERDICT:
            verdict = Verdict(facts["verdict"])
            return f"{about}: verdict {verdict.label} / {verdict}, {_record(facts)}{_signed(event)}"
        case EventKind.WITHDRAWN:
            return f"{about}: the verdict of {facts['verified_date']} was withdrawn, {_record(facts)}{_signed(event)}"
        case EventKind.NOTICE:
            until = f"reply window until {facts['until']}" if facts["until"] else "no reply window"
            return f"{about}: written notice given, {until}"
        case EventKind.WINDOW_ENDS:
            return f"{about}: the reply window is over, it ended on {facts['until']}"
        case EventKind.OBJECTION:
            return f"objection received, record {facts['record_id']}{_in_county(facts['county_code'])}"
        case EventKind.PROPOSED:
            again = f", last on {facts['last']}" if facts["last"] > facts["first"] else ""
            what = f"{facts['action']} {facts['programme']} ({facts['county']}) from {facts['effective_date']}"
            return f"proposed: {what}{again}; {facts['ground']}"


def lines_for_person(
    story: Iterable[Event], wording: Wording, *, county: Callable[[str], str], paid_by: Iterable[str]
) -> list[str]:
    """Sentences in order, each once: days, results, offices and roles; no agency, no account, no amount.

    `county` gives the label of a code, `paid_by` are the counties that pay the person.
    """
    where = wording.general.between_words.join(office_name(code, wording, county) for code in paid_by)
    lines = (_line(event, wording, county, where) for event in story)
    return list(dict.fromkeys(line for line in lines if line))


def where_to_object(
    paid_by: Iterable[str], policy: Policy, wording: Wording, *, county: Callable[[str], str]
) -> list[str]:
    """A line for each county that pays: its office with address and telephone, or how to learn them."""
    return list(_where(paid_by, policy, wording, county))


def office_name(code: str, wording: Wording, county: Callable[[str], str]) -> str:
    if code == PROVINCE:
        return wording.letter.provincial_office
    return wording.letter.office.format(county=county(code))


def kind_for_person(lead: Row, wording: Wording) -> str:
    """Word for the kind of loss that hurts nobody who reads it."""
    return wording.letter.kinds.get(lead["loss_group"]) or LossKind(lead["loss_kind"]).label


def _where(paid_by: Iterable[str], policy: Policy, wording: Wording, county: Callable[[str], str]) -> Iterator[str]:
    for code in paid_by:
        name, office = office_name(code, wording, county), policy.offices.get(code)
        if office:
            place = {"address": office.address, "telephone": office.telephone}
            yield wording.letter.office_at.format(office=name, **place)
        else:
            yield wording.letter.office_unknown.format(office=name)


def _line(event: Event, wording: Wording, county: Callable[[str], str], where: str) -> str:
    facts, day = event.facts, wording.date_text(event.day)
    kind = kind_for_person(event.lead, wording) if event.lead else ""
    offices = dict.fromkeys(office_name(one.office, wording, county) for one in event.signatures if one.office)
    office = wording.general.between_words.join(offices) or where
    match event.kind:
        case EventKind.STATED:
            return wording.letter.stated.format(day=day, kind=kind)
        case EventKind.LISTED:
            return wording.letter.listed.format(day=day, kind=kind, office=office)
        case EventKind.VERDICT:
            roles = wording.general.between_words.join(one.role.label for one in event.signatures)
            result = wording.letter.verdicts[facts["verdict"]]
            return wording.letter.verdict.format(day=day, kind=kind, office=office, roles=roles, result=result)
        case EventKind.WITHDRAWN:
            verified = wording.date_text(facts["verified_date"])
            return wording.letter.withdrawn.format(day=day, kind=kind, office=office, verified_day=verified)
        case EventKind.NOTICE if facts["until"]:
            return wording.letter.notice_until.format(day=day, kind=kind, until=wording.date_text(facts["until"]))
        case EventKind.NOTICE:
            return wording.letter.notice.format(day=day, kind=kind)
        case EventKind.WINDOW_ENDS:
            return wording.letter.window_over.format(kind=kind, until=wording.date_text(facts["until"]))
        case EventKind.OBJECTION:
            return wording.letter.objection_received.format(day=day)
        case EventKind.PROPOSED if facts["action"] == wording.proposals.actions["WITHDRAW"]:
            return wording.letter.proposal_withdrawn.format(day=day, programme=facts["programme"])
        case EventKind.PROPOSED:
            return wording.letter.proposed.format(day=day, programme=facts["programme"], action=facts["action"])
        case _:
            return ""  # how a status changed follows from what is told beside it


def _lead(lead: Row) -> str:
    return f"lead {lead['lead_id']} ({lead['loss_kind']} {LossKind(lead['loss_kind']).label} {lead['event_date']})"


def _record(facts: Row) -> str:
    return f"record {facts['record_id']}, first seen by run {facts['known_from']}"


def _signed(event: Event) -> str:
    signed = (f"{one.role.label} {one.shown}{_of_office(one.office)}" for one in event.signatures)
    return f"; {', '.join(signed)}" if event.signatures else "; nobody signed"


def _of_office(office: str) -> str:
    return f" of office {office}" if office else ""


def _in_county(code: str | None) -> str:
    return f", taken in county {code}" if code else ""
