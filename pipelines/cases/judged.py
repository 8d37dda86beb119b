"""State in which a night sees each case: from the claims, the answers in force, the lists and the registry of tonight.

What judges stays where it is (`decisions`, `resolved`, `outgoing`); here its result is told of the case. Where that
differs from the state that the events so far lead to, an event is entered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from pipelines.cases.acts import NIGHT, Lines, Row, Sent, event, reply_until, review_number
from pipelines.verdicts import CONFIRMING
from schemas.codes import OPEN_LOSS, CaseEvent, CaseKind, CaseState, LossState, MatchAnswer, Outcome, PaymentState
from schemas.policy import CaseMoves, Policy

LEADS_TO: Final = {
    CaseState.OPEN: CaseEvent.REOPENED,
    CaseState.CONFLICT: CaseEvent.CONTRADICTED,
    CaseState.NOTICE_GIVEN: CaseEvent.NOTICE_RUNNING,
    CaseState.CONTINUED: CaseEvent.CONTINUED,
    CaseState.CONFIRMED: CaseEvent.CONFIRMED,
    CaseState.REFUTED: CaseEvent.REFUTED,
    CaseState.UNDECIDED: CaseEvent.UNDECIDED,
    CaseState.PROPOSED: CaseEvent.PROPOSED,
    CaseState.EXECUTED: CaseEvent.EXECUTED,
    CaseState.WITHDRAWN: CaseEvent.WITHDRAWN,
    CaseState.DECIDED: CaseEvent.DECIDED,
    CaseState.EXPIRED: CaseEvent.EXPIRED,
    CaseState.CLOSED: CaseEvent.CLOSED,
}
# of several claims on one line the first of these says how the line stands
_OF_CLAIMS: Final = {
    LossState.CONFLICT: CaseState.CONFLICT,
    LossState.LEAD_OPEN: CaseState.OPEN,
    LossState.NOTICE_GIVEN: CaseState.NOTICE_GIVEN,
    LossState.CONFIRMED: CaseState.CONFIRMED,
    LossState.REFUTED: CaseState.REFUTED,
}
_OF_ANSWERS: Final = {
    MatchAnswer.SAME_PERSON.value: CaseState.CONFIRMED,
    MatchAnswer.OTHER_PERSON.value: CaseState.REFUTED,
    MatchAnswer.CANNOT_TELL.value: CaseState.UNDECIDED,
}
# payment states of the registry that show a proposal of this effect carried out
_REACHED: Final = {
    "END": (PaymentState.TERMINATED,),
    "SUSPEND": (PaymentState.SUSPENDED, PaymentState.TERMINATED),
    "RESUME": (PaymentState.DRAWING,),
}
WITHDRAW: Final = "WITHDRAW"
Key = tuple[int, str, str]


class Judged(NamedTuple):
    """A case as tonight sees it, and what an event says that leads there."""

    kind: CaseKind
    case_id: str
    state: CaseState
    person_no: int | None = None
    office: str = ""
    cause: str = ""
    about: str = ""
    until: date | None = None


def events_of(
    judged: Iterable[Judged], standing: Mapping[str, str], machines: Mapping[CaseKind, CaseMoves], as_of: date
) -> Iterator[Row]:
    """An event for each case that stands otherwise, as far as a declared move leads there."""
    moves = {kind: machine.moves for kind, machine in machines.items()}
    for one in judged:
        state = CaseState(standing.get(one.case_id, CaseState.NEW.value))
        happened = LEADS_TO[one.state]
        if state is not one.state and moves.get(one.kind, {}).get((state, happened)) is one.state:
            yield event(
                one.kind, one.case_id, happened, as_of, actor=NIGHT, office=one.office, cause=one.cause,
                about=one.about, person_no=one.person_no, until=one.until,
            )  # fmt: skip


def leads(
    lines: Lines, claims: Mapping[str, Row], sent: Mapping[tuple[CaseKind, str], Sent], verdicts: Iterable[Row],
    policy: Policy,
) -> Iterator[Judged]:  # fmt: skip
    """Each line as its claims stand. Open claims that are asked about under another number continue there."""
    notices: dict[str, list[date]] = {}
    for verdict in verdicts:
        if verdict["notice_date"] and verdict["verdict"] in CONFIRMING and not verdict["is_revoked"]:
            for number in lines.named_by(verdict["lead_id"]):
                notices.setdefault(number, []).append(verdict["notice_date"])
    for number, listed in lines.listed.items():
        own = [claims[row["claim_id"]] for row in listed if row["claim_id"] in claims]
        state, cause = of_claims(number, own)
        until = None
        if state in (CaseState.OPEN, CaseState.CONFLICT):
            line = sent.get((CaseKind.LEAD, number))
            until = line.until if line else None
        elif state is CaseState.NOTICE_GIVEN and number in notices:
            until = reply_until(max(notices[number]), listed[0]["loss_group"], policy)
        yield Judged(CaseKind.LEAD, number, state, listed[0]["person_no"], cause=cause, until=until)


def of_claims(number: str, claims: Sequence[Row]) -> tuple[CaseState, str]:
    """State of a line whose claims of tonight these are, and the number under which they are asked about instead."""
    if not claims:
        return CaseState.CLOSED, ""
    still_open = [claim for claim in claims if claim["status"] in OPEN_LOSS]
    of_line = [claim for claim in still_open if claim["line_id"] == number]
    if still_open and not of_line:
        return CaseState.CONTINUED, min(claim["line_id"] for claim in still_open)
    found = {claim["status"] for claim in of_line or claims}
    return next(state for status, state in _OF_CLAIMS.items() if status.value in found), ""


def reviews(
    sent: Mapping[str, Sent],
    cases: Mapping[str, int | None],
    answers: Iterable[Row],
    case_ids: Mapping[str, str],
    as_of: date,
) -> Iterator[Judged]:
    """Each question: open while it is asked, else as the answer in force says. `cases` are those known, with their
    person; `case_ids` gives the case of a question's number.
    """
    in_force = _answers_in_force(answers, as_of)
    answered = {case_ids[number]: answer for number, answer in in_force.items() if number in case_ids}
    sent_cases = {case_ids[number] for number in sent}
    for case_id, person_no in cases.items():
        answer = answered.get(case_id, "")
        state = CaseState.OPEN if case_id in sent_cases else _OF_ANSWERS.get(answer, CaseState.CLOSED)
        yield Judged(CaseKind.MATCH_REVIEW, case_id, state, person_no, cause="" if case_id in sent_cases else answer)


def _answers_in_force(answers: Iterable[Row], as_of: date) -> dict[str, str]:
    """Newest answer to each question as of the day; two different ones of one day are none."""
    rows = list(answers)
    withdrawn: dict[tuple[str, str], date] = {}
    for row in rows:
        if row["is_revoked"]:
            key = (row["feed"], row["record_id"])
            withdrawn[key] = max(row["business_date"], withdrawn.get(key, row["business_date"]))
    newest: dict[str, tuple[tuple[date, date], set[str]]] = {}
    for row in rows:
        back = withdrawn.get((row["feed"], row["record_id"]))
        if row["is_revoked"] or row["verified_date"] > as_of or (back and row["business_date"] <= back):
            continue
        days, number = (row["verified_date"], row["business_date"]), review_number(row)
        known = newest.get(number)
        if known is None or days > known[0]:
            newest[number] = (days, {row["answer"]})
        elif days == known[0]:
            known[1].add(row["answer"])
    return {number: next(iter(found)) for number, (_, found) in newest.items() if len(found) == 1}


def proposals(sent: Iterable[Sent], proposed: Iterable[Row], payment_states: Mapping[Key, str]) -> Iterator[Judged]:
    """Each proposal: as long as it is made, then carried out, withdrawn or replaced. `proposed` are those that stand.

    One that is merely not repeated stands: while a feed is stale nothing is undone.
    """
    tonight = list(sent)
    made = {line.number: line for line in tonight if line.effect != WITHDRAW}
    withdrawn = {_entitlement(line) for line in tonight if line.effect == WITHDRAW}
    others = {_entitlement(line): line.effect for line in made.values()}
    for line in made.values():
        yield Judged(
            CaseKind.PROPOSAL, line.number, CaseState.PROPOSED, line.person_no, line.office, line.effect,
            line.programme_code,
        )  # fmt: skip
    for row in proposed:
        if row["case_id"] in made:
            continue
        key = (row["person_no"], row["about"], row["office"])
        payment_state = payment_states.get(key, "")
        state, cause = None, ""
        if payment_state in _REACHED.get(row["cause"], ()):
            state, cause = CaseState.EXECUTED, payment_state
        elif key in withdrawn:
            state = CaseState.WITHDRAWN
        elif key in others or row["cause"] == "RESUME" or not payment_state:
            state, cause = CaseState.CLOSED, others.get(key, "")
        if state:
            yield Judged(CaseKind.PROPOSAL, row["case_id"], state, row["person_no"], cause=cause)


def _entitlement(line: Sent) -> Key:
    return (line.person_no or 0, line.programme_code, line.office)


def reminders(waiting: Iterable[Row], decided: Mapping[int, Sequence[Row]], as_of: date) -> Iterator[Judged]:
    """Each reminder that waits: closed once every benefit of the person is due later, expired after its due date.

    `waiting` are REMINDER rows.
    """
    for row in waiting:
        drawn = [one for one in decided.get(row["person_no"], ()) if one["outcome"] != Outcome.OUT_OF_SCOPE]
        dues = [one["due_date"] for one in drawn if one["due_date"]]
        state = None
        if not drawn or (dues and min(dues) > row["due_date"]):
            state = CaseState.CLOSED
        elif row["due_date"] < as_of:
            state = CaseState.EXPIRED
        if state:
            yield Judged(CaseKind.REMINDER, row["notice_id"], state, row["person_no"])


def objections(taken: Iterable[Row], claims: Iterable[Row], verdicts: Iterable[Row], as_of: date) -> Iterator[Judged]:
    """Each objection of a known person: open while a claim awaits its answer, decided by a later verdict.

    `taken` are OPENED events.
    """
    awaiting: dict[int, date] = {}
    for row in claims:
        if row["objected_date"]:
            awaiting[row["person_no"]] = max(row["objected_date"], awaiting.get(row["person_no"], date.min))
    decided: dict[int, date] = {}
    for row in verdicts:
        if row["person_no"] is not None and not row["is_revoked"] and row["verified_date"] <= as_of:
            decided[row["person_no"]] = max(row["verified_date"], decided.get(row["person_no"], date.min))
    for row in taken:
        person_no = row["person_no"]
        newest, verdict = awaiting.get(person_no, date.min), decided.get(person_no, date.min)
        if row["day"] == newest or verdict <= row["day"] < newest:
            yield Judged(CaseKind.OBJECTION, row["case_id"], CaseState.OPEN, person_no)
        elif row["day"] < verdict:
            yield Judged(CaseKind.OBJECTION, row["case_id"], CaseState.DECIDED, person_no)
