"""State of a ticket: the fold of its events over the moves that `policy/tickets.yaml` declares.

Events are what we sent (from the book of tickets), what the holder answered, and what tonight shows. They are taken by
day, so the state is the same in whatever order, how often and in which nights they became known. Nothing is sent twice
by itself: a line goes out in the night in which a move asks for one, and from then on it is an event.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from pipelines import folding
from schemas.codes import IssueKind, TicketEvent, TicketState

Moves = Mapping[tuple[TicketState, TicketEvent], TicketState]
ANSWERS: Final = {
    "CORRECTED": TicketEvent.ANSWERED_CORRECTED,
    "CONFIRMED_RIGHT": TicketEvent.ANSWERED_RIGHT,
    "NOT_OURS": TicketEvent.ANSWERED_NOT_OURS,
}
# a ticket in one of these may move without a new answer and without being in question
UNSETTLED: Final = (TicketState.ASKED, TicketState.EXPIRED, TicketState.CORRECTED)
_DAY: Final = timedelta(days=1)


class Event(NamedTuple):
    """Something that happened to a ticket on a day."""

    day: date
    event: TicketEvent


def fold(events: Iterable[Event], moves: Moves) -> TicketState:
    """State after the events, taken by day and of one day in the order of `TicketEvent`."""
    return folding.fold(folding.in_order(set(events), TicketEvent), moves, TicketState.NEW)[0]


class Line(NamedTuple):
    """A line that was sent to the holder under the ticket's number."""

    number: int
    event: TicketEvent
    day: date
    demanded_by: str = ""


class Answer(NamedTuple):
    """An answer of the holder; `stated_on` is the date of the delivery that brought it."""

    day: date
    event: TicketEvent
    stated_on: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """That a ticket's fault is in question tonight, and what is asked of the holder about it."""

    kind: IssueKind
    last_stated: date
    demanded_by: str = ""
    demanded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a ticket as of a night.

    `feed_date`: newest delivery of its feed. `last_day`: of the term that its newest line set; None where none ends.
    `standing`: lines of worklists of which a verdict in force says that the record is wrong.
    """

    lines: Sequence[Line]
    answers: Sequence[Answer]
    wanted: Wanted | None
    feed_date: date | None
    last_day: date | None
    standing: Collection[str]


class Standing(NamedTuple):
    """State of a ticket after a night, its newest line, and the answer that counts."""

    state: TicketState
    line: Line
    kind: IssueKind
    answer: TicketEvent | None
    answered_on: date | None


def settle(known: Known, as_of: date, moves: Moves) -> Standing | None:
    """Standing of the ticket after the night, with a further line where a move asks for one; None if never sent."""
    events = ticket_events(known, as_of)
    state = fold(events, moves)
    answer = max(answers_that_count(known), key=lambda one: one.day, default=None)
    lines = sorted(known.lines)
    sends = _line_to_send(state, known.wanted)
    if sends:
        # what was answered on the same day answers the line before
        day = max(as_of, answer.day + _DAY) if answer else as_of
        number = lines[-1].number + 1 if lines else 1
        demanded_by = known.wanted.demanded_by if known.wanted and sends is TicketEvent.CORRECT else ""
        lines.append(Line(number, sends, day, demanded_by))
        state = moves.get((state, sends), state)
    if not lines:
        return None
    kinds = [line.event for line in lines if line.event is not TicketEvent.WITHDRAW]
    kind = IssueKind(kinds[-1].value)
    return Standing(state, lines[-1], kind, answer.event if answer else None, answer.day if answer else None)


def _line_to_send(state: TicketState, wanted: Wanted | None) -> TicketEvent | None:
    if state is TicketState.TO_WITHDRAW and not wanted:
        return TicketEvent.WITHDRAW
    if state in (TicketState.TO_ASK, TicketState.TO_WITHDRAW) and wanted:
        return TicketEvent(wanted.kind.value)
    return None


def ticket_events(known: Known, as_of: date) -> frozenset[Event]:
    """Lines sent, answers received, and the fault, term and verdict of the ticket as seen tonight."""
    answers, wanted = answers_that_count(known), known.wanted
    events = {Event(line.day, line.event) for line in known.lines}
    events |= {Event(answer.day, answer.event) for answer in answers}
    events.add(Event(as_of, TicketEvent.IN_QUESTION if wanted else TicketEvent.GONE))
    if wanted:
        events.add(Event(wanted.last_stated, TicketEvent.STATED))
    if known.feed_date and (not wanted or known.feed_date > wanted.last_stated):
        events.add(Event(known.feed_date, TicketEvent.NOT_STATED))
    if not known.lines:
        return frozenset(events)
    newest = max(known.lines)
    if known.last_day and known.last_day < as_of and newest.event is not TicketEvent.WITHDRAW:
        events.add(Event(known.last_day + _DAY, TicketEvent.TERM_OVER))
    if _is_found_wrong(wanted, newest, answers):
        events.add(Event(as_of, TicketEvent.FOUND_WRONG))
    if newest.demanded_by and newest.demanded_by not in known.standing and not _is_correction(wanted):
        events.add(Event(as_of, TicketEvent.VERDICT_WITHDRAWN))
    return frozenset(events)


def _is_found_wrong(wanted: Wanted | None, newest: Line, answers: Sequence[Answer]) -> bool:
    """A correction is wanted that was not asked for yet; or by a verdict later than the answer that all is right."""
    if wanted is None or not _is_correction(wanted):
        return False
    if newest.event is not TicketEvent.CORRECT:
        return True
    answer = max(answers, key=lambda one: one.day, default=None)
    is_rejected = answer is not None and answer.event is TicketEvent.ANSWERED_RIGHT
    return bool(answer and is_rejected and wanted.demanded_on and wanted.demanded_on > answer.day >= newest.day)


def _is_correction(wanted: Wanted | None) -> bool:
    return wanted is not None and wanted.kind is IssueKind.CORRECT


def answers_that_count(known: Known) -> list[Answer]:
    """One answer a day, in order. Of several of one day the one delivered last; of different ones of one delivery date
    none: the question stands. None is older than the first line, and no file of an earlier day can answer it.
    """
    if not known.lines:
        return []
    first = min(line.day for line in known.lines)
    by_day: dict[date, list[Answer]] = {}
    for one in known.answers:
        if one.stated_on >= first:
            by_day.setdefault(max(one.day, first), []).append(one)
    counted = []
    for day, given in sorted(by_day.items()):
        newest = max(one.stated_on for one in given)
        answered = {one.event for one in given if one.stated_on == newest}
        if len(answered) == 1:
            counted.append(Answer(day, answered.pop(), newest))
    return counted


def known_lines(entries: Iterable[Mapping[str, Any]]) -> dict[str, list[Line]]:
    """Lines sent under each ticket's number, of entries of the book in any order: each as its first entry has it."""
    found: dict[tuple[str, int], tuple[int, Line]] = {}
    for row in entries:
        line = Line(
            row["line_no"],
            TicketEvent(row["line"] or row["kind"]),
            row["line_date"] or row["as_of"],
            row["demanded_by"],
        )
        key = (row["ticket_id"], line.number)
        if key not in found or row["run_no"] < found[key][0]:
            found[key] = (row["run_no"], line)
    lines: dict[str, list[Line]] = {}
    for (ticket_id, _), (_, line) in sorted(found.items()):
        lines.setdefault(ticket_id, []).append(line)
    return lines
