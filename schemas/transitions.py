"""Declared moves of tickets and cases: in a state, upon an event, to a state (`policy/tickets.yaml`, `cases.yaml`)."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import ConfigDict, Field, model_validator

from schemas.codes import CaseEvent, CaseState, TicketEvent, TicketState
from schemas.contract import Declared

State = TypeVar("State", TicketState, CaseState)
Event = TypeVar("Event", TicketEvent, CaseEvent)


class Transition(Declared, Generic[State, Event]):
    """In one of the states `from`, the event leads to `to`; `term` names the key of the term, in working days, of what
    has to be done then.
    """

    model_config = ConfigDict(populate_by_name=True)  # as it is kept with a run
    from_: Annotated[tuple[State, ...], Field(alias="from", min_length=1)]
    event: Event
    to: State
    term: Literal["ticket_reply_working_days", "verify_within_working_days"] | None = None


class Transitions(Declared, Generic[State, Event]):
    """The declared moves; the first state is NEW. An event that no row names moves nothing."""

    transitions: tuple[Transition[State, Event], ...]

    @model_validator(mode="after")
    def _moves_are_sound(self) -> "Transitions[State, Event]":
        """One move for a state and an event; every state can be reached from NEW, and none leads back to it."""
        pairs = [(state, move.event) for move in self.transitions for state in move.from_]
        if twice := sorted({f"{state} {event}" for state, event in pairs if pairs.count((state, event)) > 1}):
            raise ValueError(f"two rows say what happens in {', '.join(twice)}; keep one")
        reached = {"NEW"}
        while more := {str(m.to) for m in self.transitions if reached & set(m.from_)} - reached:
            reached |= more
        if strange := sorted({str(state) for state, _ in pairs} - reached):
            raise ValueError(f"no row leads to {', '.join(strange)}; write one, or take the state out")
        if any(move.to == "NEW" for move in self.transitions):
            raise ValueError("to: NEW: what was begun is never new again; write another state")
        return self

    @property
    def moves(self) -> dict[tuple[State, Event], State]:
        return {(state, move.event): move.to for move in self.transitions for state in move.from_}

    @property
    def terms(self) -> dict[Event, str]:
        """Key of the term that an event sets."""
        return {move.event: move.term for move in self.transitions if move.term}
