"""Fold of events over declared moves: the one rule by which tickets and cases have their state."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol, TypeVar

from schemas.codes import Code

State = TypeVar("State", bound=Code)
Event = TypeVar("Event", bound=Code)
EventOf = TypeVar("EventOf", bound=Code, covariant=True)


class Dated(Protocol[EventOf]):
    """An event of a day."""

    @property
    def day(self) -> date: ...

    @property
    def event(self) -> EventOf: ...


def in_order(events: Collection[Dated[Event]], order: type[Event]) -> list[Event]:
    """The events by day, those of one day in the order in which `order` declares them."""
    places = {event: place for place, event in enumerate(order)}
    return [one.event for one in sorted(events, key=lambda one: (one.day, places[one.event]))]


def fold(events: Iterable[Event], moves: Mapping[tuple[State, Event], State], start: State) -> tuple[State, int]:
    """State after the events in their order, and the place of the last event that led to another state; -1: none did.

    An event that no move names leads nowhere, so no state is reached that is not declared.
    """
    state, place = start, -1
    for number, event in enumerate(events):
        following = moves.get((state, event), state)
        if following is not state:
            state, place = following, number
    return state, place
