"""V14: a ticket's state is the same in whatever order, how often and in which nights its events became known."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.ledger.tickets import Answer, Event, Known, Wanted, fold, settle
from schemas.codes import IssueKind, TicketEvent, TicketState
from tests.derived import shipped_policy
from tests.reference.tickets import state_of

MOVES = shipped_policy().tickets.moves
FIRST = date(2024, 3, 1)
DAYS = st.integers(0, 9).map(lambda days: FIRST + timedelta(days=days))
EVENTS = st.lists(st.builds(Event, DAYS, st.sampled_from(list(TicketEvent))), max_size=9)
GIVEN = st.sampled_from([TicketEvent.ANSWERED_CORRECTED, TicketEvent.ANSWERED_RIGHT, TicketEvent.ANSWERED_NOT_OURS])
ANSWERS = st.lists(st.builds(lambda day, event: Answer(day, event, day), DAYS, GIVEN), max_size=4)
UNKNOWN = Known((), (), None, None, None, frozenset())


@given(EVENTS, st.randoms(use_true_random=False))
def test_v14_order_and_repetition_of_events_change_nothing(events, random):
    shuffled = [*events, *random.choices(events, k=3)] if events else []
    random.shuffle(shuffled)
    assert fold(shuffled, MOVES) == fold(events, MOVES) == state_of(events)


@given(EVENTS)
def test_v14_no_undeclared_state_is_reached(events):
    declared = {TicketState.NEW, *(move.to for move in shipped_policy().tickets.transitions)}
    assert fold(events, MOVES) in declared


@given(ANSWERS, st.lists(st.integers(0, 20), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_v14_answers_that_come_in_any_nights_end_alike(answers, delays, random):
    """The fault is last stated before any answer, so that nothing is sent again in between."""
    wanted = Wanted(IssueKind.CHECK, FIRST - timedelta(days=1))
    arrival = {one: one.day + timedelta(days=delay) for one, delay in zip(answers, delays, strict=False)}

    def stands(known_from):
        lines = []
        for night in range(40):
            as_of = FIRST + timedelta(days=night)
            known = [one for one in answers if known_from(one) <= as_of for _ in range(random.randint(1, 3))]
            random.shuffle(known)
            after = settle(replace(UNKNOWN, lines=lines, answers=known, wanted=wanted), as_of, MOVES)
            lines = [*lines, after.line] if after.line not in lines else lines
        assert len(lines) == 1
        return after

    assert stands(lambda one: one.day) == stands(arrival.__getitem__)


NIGHTS = st.lists(
    st.tuples(
        st.sampled_from(["gone", "check", "correct"]),
        st.booleans(),  # stated again tonight
        st.one_of(st.none(), GIVEN),
        st.booleans(),  # the verdict stands
    ),
    max_size=25,
)


@given(NIGHTS)
def test_v14_every_night_ends_in_a_state_that_waits_for_nothing_of_ours_and_no_line_is_sent_twice(nights):
    lines, answers, stated = [], [], FIRST
    for place, (fault, is_stated, answer, stands) in enumerate(nights):
        as_of = FIRST + timedelta(days=place)
        stated = as_of if is_stated else stated
        answers = [*answers, Answer(as_of, answer, as_of)] if answer else answers
        demand = {"demanded_by": "line", "demanded_on": FIRST} if fault == "correct" and stands else {}
        wanted = None if fault == "gone" else Wanted(IssueKind(fault.upper()), stated, **demand)
        last_day = lines[-1].day + timedelta(days=5) if lines else None
        known = Known(lines, answers, wanted, as_of, last_day, {"line"} if stands else frozenset())
        after = settle(known, as_of, MOVES)
        if after is None:
            assert not lines
            continue
        assert after.state not in (TicketState.NEW, TicketState.TO_ASK, TicketState.TO_WITHDRAW)
        assert settle(known, as_of, MOVES) == after
        if after.line not in lines:
            assert after.line.number == len(lines) + 1
            lines = [*lines, after.line]
            again = settle(replace(known, lines=lines), as_of, MOVES)
            assert again.line == after.line  # the night after the line, without news, sends nothing
