"""V14, V15: what each night makes of a ticket, and which lines its holder gets, as a list of nights."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from pipelines.ledger.tickets import ANSWERS, Answer, Event, Known, Wanted, fold, known_lines, settle
from schemas.codes import IssueKind, TicketEvent, TicketState
from schemas.policy import Tickets
from schemas.working_days import last_day_of_term
from tests.derived import shipped_policy

POLICY = shipped_policy()
MONDAY = date(2024, 3, 18)


def _day(number):
    return MONDAY + timedelta(days=number)


def _through(nights):
    """States and lines after each night. A night: its number, and of the ticket `fault` (None, CHECK, CORRECT), `seen`
    (number of the newest day that states it), `feed` (number of the newest delivery), `verdict` (its day, in force),
    `answers`: (result, day) known by then.
    """
    lines, states = [], []
    for number, night in nights:
        fault, verdict = night.get("fault"), night.get("verdict")
        demand = {"demanded_by": "L", "demanded_on": _day(verdict)} if verdict is not None else {}
        wanted = Wanted(IssueKind(fault), _day(night.get("seen", 0)), **demand) if fault else None
        known = Known(
            lines,
            [Answer(_day(day), ANSWERS[result], _day(day)) for result, day in night.get("answers", ())],
            wanted,
            _day(night["feed"]) if "feed" in night else None,
            last_day_of_term(lines[-1].day, POLICY.ticket_reply_working_days, POLICY.calendar) if lines else None,
            {"L"} if verdict is not None else set(),
        )
        after = settle(known, _day(number), POLICY.tickets.moves)
        if after is None:
            states.append("")
            continue
        states.append(after.state.value)
        lines = [*lines, after.line] if after.line not in lines else lines
    return states, [line.event.value for line in lines]


CHECK, CORRECT = {"fault": "CHECK"}, {"fault": "CORRECT"}
RIGHT, CORRECTED, NOT_OURS = (
    {"answers": [(result, 1)]} for result in ("CONFIRMED_RIGHT", "CORRECTED", "NOT_OURS")
)  # fmt: skip
WRONG, SAME_DAY, EARLY = CORRECT | {"verdict": 2}, CORRECT | {"verdict": 1} | RIGHT, CORRECT | {"verdict": 0}
AGAIN, LATE = {"seen": 99}, {"answers": [("CORRECTED", 23)]}
TWO_DAYS = {"answers": [("NOT_OURS", 1), ("CONFIRMED_RIGHT", 2)]}


@pytest.mark.parametrize(
    ("nights", "states", "lines"),
    [
        ([(0, CHECK), (1, CHECK)], ["ASKED", "ASKED"], ["CHECK"]),
        ([(0, {})], [""], []),
        ([(0, CHECK), (2, CHECK | CORRECTED)], ["ASKED", "CORRECTED"], ["CHECK"]),
        ([(0, CHECK), (2, CORRECTED | {"feed": 2})], ["ASKED", "RESOLVED"], ["CHECK"]),
        # an append-only feed: the old record stays, and none since states it
        ([(0, CHECK), (2, CHECK | CORRECTED | {"feed": 2})], ["ASKED", "RESOLVED"], ["CHECK"]),
        # an extract of the day of the answer may be older than it
        ([(0, CHECK), (1, CHECK | CORRECTED | {"seen": 1, "feed": 1})], ["ASKED", "CORRECTED"], ["CHECK"]),
        ([(0, CHECK), (2, CHECK | CORRECTED | {"seen": 2})], ["ASKED", "ASKED"], ["CHECK", "CHECK"]),
        ([(0, CORRECT), (2, CORRECT | CORRECTED | {"seen": 2})], ["ASKED", "ASKED"], ["CORRECT", "CORRECT"]),
        # closed, and months later stated again
        (
            [(0, CHECK), (2, CORRECTED | {"feed": 2}), (90, CHECK | CORRECTED | {"seen": 90})],
            ["ASKED", "RESOLVED", "ASKED"],
            ["CHECK", "CHECK"],
        ),
        ([(0, CHECK), (2, CHECK | RIGHT | {"seen": 2})], ["ASKED", "UPHELD"], ["CHECK"]),
        ([(0, CHECK), (2, CHECK | RIGHT), (99, CHECK | RIGHT | AGAIN)], ["ASKED", "UPHELD", "UPHELD"], ["CHECK"]),
        ([(0, CORRECT), (2, CORRECT | RIGHT), (9, CORRECT | RIGHT)], ["ASKED", "UPHELD", "UPHELD"], ["CORRECT"]),
        ([(0, CHECK), (99, CHECK | NOT_OURS | AGAIN)], ["ASKED", "NOT_OURS"], ["CHECK"]),
        # 15 working days from Monday 18 March, with Qingming: until 9 April
        ([(0, CHECK), (22, CHECK), (23, CHECK)], ["ASKED", "ASKED", "EXPIRED"], ["CHECK"]),
        ([(0, CHECK), (23, CHECK), (24, LATE)], ["ASKED", "EXPIRED", "CORRECTED"], ["CHECK"]),
        ([(0, CHECK), (2, {}), (3, CHECK), (30, {})], ["ASKED", "GONE", "ASKED", "GONE"], ["CHECK"]),
        # two different answers of one day are none; of several days the last
        ([(0, CHECK), (2, CHECK | {"answers": [("CORRECTED", 1), ("NOT_OURS", 1)]})], ["ASKED", "ASKED"], ["CHECK"]),
        ([(0, CHECK), (3, CHECK | TWO_DAYS)], ["ASKED", "UPHELD"], ["CHECK"]),
        # a file older than the ticket cannot answer it
        ([(0, CHECK), (1, CHECK | {"answers": [("CORRECTED", -3)]})], ["ASKED", "ASKED"], ["CHECK"]),
    ],
)  # fmt: skip
def test_v14_the_ticket_moves(nights, states, lines):
    assert _through(nights) == (states, lines)


@pytest.mark.parametrize(
    ("nights", "states", "lines"),
    [
        ([(0, CHECK), (2, WRONG), (3, WRONG)], ["ASKED"] * 3, ["CHECK", "CORRECT"]),
        ([(0, WRONG), (1, WRONG)], ["ASKED"] * 2, ["CORRECT"]),
        # withdrawn before they answered: told; the contradiction may stand or not
        ([(0, CHECK), (2, WRONG), (4, {})], ["ASKED", "ASKED", "WITHDRAWN"], ["CHECK", "CORRECT", "WITHDRAW"]),
        ([(0, CHECK), (2, WRONG), (4, CHECK), (5, CHECK)], ["ASKED"] * 4, ["CHECK", "CORRECT", "CHECK"]),
        ([(0, WRONG), (4, {}), (5, {}), (9, {})], ["ASKED", *["WITHDRAWN"] * 3], ["CORRECT", "WITHDRAW"]),
        # withdrawn, and later found wrong again; or in question again
        ([(2, WRONG), (4, {}), (6, WRONG)], ["ASKED", "WITHDRAWN", "ASKED"], ["CORRECT", "WITHDRAW", "CORRECT"]),
        ([(2, WRONG), (4, {}), (6, CHECK)], ["ASKED", "WITHDRAWN", "ASKED"], ["CORRECT", "WITHDRAW", "CHECK"]),
        # withdrawn after they corrected or refused: nothing is taken back
        ([(0, WRONG), (2, CORRECTED)], ["ASKED", "CORRECTED"], ["CORRECT"]),
        ([(0, WRONG), (2, RIGHT)], ["ASKED", "UPHELD"], ["CORRECT"]),
        # the holder said all is right, then officers found it wrong: asked to correct, even on the same day
        ([(0, CHECK), (2, WRONG | RIGHT)], ["ASKED", "ASKED"], ["CHECK", "CORRECT"]),
        ([(0, CHECK), (1, SAME_DAY), (2, SAME_DAY)], ["ASKED"] * 3, ["CHECK", "CORRECT"]),
        # it refused to correct, and a later verdict says the same again
        ([(0, EARLY), (2, EARLY | RIGHT), (4, WRONG | RIGHT)], ["ASKED", "UPHELD", "ASKED"], ["CORRECT", "CORRECT"]),
        # an earlier verdict that comes late
        ([(0, CHECK), (3, CHECK | RIGHT), (4, EARLY | RIGHT)], ["ASKED", "UPHELD", "ASKED"], ["CHECK", "CORRECT"]),
        ([(0, CHECK), (2, CHECK | NOT_OURS), (3, WRONG | NOT_OURS)], ["ASKED", "NOT_OURS", "NOT_OURS"], ["CHECK"]),
        ([(0, CHECK), (2, CHECK | CORRECTED), (3, WRONG | CORRECTED)], ["ASKED", "CORRECTED", "CORRECTED"], ["CHECK"]),
        ([(0, CHECK), (30, WRONG)], ["ASKED", "ASKED"], ["CHECK", "CORRECT"]),
        # the record is gone while the verdict stands: corrected without a word
        ([(0, WRONG), (4, {"verdict": 2})], ["ASKED", "GONE"], ["CORRECT"]),
    ],
)  # fmt: skip
def test_v15_check_and_correct_are_two_steps_of_one_ticket(nights, states, lines):
    assert _through(nights) == (states, lines)


def test_v14_lines_of_older_homes_are_read_as_they_were_sent():
    entry = {"ticket_id": "t", "line_no": 1, "line": "", "line_date": None, "demanded_by": "", "kind": "CORRECT"}
    (line,) = known_lines([entry | {"as_of": _day(3), "run_no": 4}, entry | {"as_of": _day(1), "run_no": 2}])["t"]
    assert (line.number, line.event, line.day) == (1, TicketEvent.CORRECT, _day(1))


def test_v14_events_of_one_day_are_taken_in_the_order_of_their_codes():
    asked, answered = Event(MONDAY, TicketEvent.CHECK), Event(MONDAY, TicketEvent.ANSWERED_RIGHT)
    assert fold([answered, asked], POLICY.tickets.moves) is TicketState.UPHELD


ROWS = [row.model_dump(mode="json") for row in POLICY.tickets.transitions]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([*ROWS, {"from": ["ASKED"], "event": "TERM_OVER", "to": "GONE"}], "two rows say .* ASKED TERM_OVER"),
        ([*ROWS, {"from": ["UPHELD"], "event": "IN_QUESTION", "to": "NEW"}], "to: NEW"),
        ([row for row in ROWS if row["to"] != "EXPIRED"], "no row leads to EXPIRED"),
        ([row for row in ROWS if row["event"] != "CORRECT"], "no row says where CORRECT leads"),
        ([row | {"term": None} for row in ROWS], "term: write it at CHECK, CORRECT"),
        ([*ROWS, {"from": ["LOST"], "event": "GONE", "to": "GONE"}], "from"),
    ],
)  # fmt: skip
def test_v14_moves_that_do_not_fit_are_refused(rows, fault):
    with pytest.raises(ValidationError, match=fault):
        Tickets.model_validate({"transitions": rows})
