"""A ticket's state by going through the days one after another: slow, and without the table of moves."""

from datetime import date, timedelta

from pipelines.ledger.tickets import Event

# as they are taken on one day
ORDER = ("STATED", "NOT_STATED", "CHECK", "CORRECT", "WITHDRAW", "ANSWERED_CORRECTED", "ANSWERED_RIGHT",
         "ANSWERED_NOT_OURS", "TERM_OVER", "FOUND_WRONG", "VERDICT_WITHDRAWN", "IN_QUESTION", "GONE")  # fmt: skip
ANSWERED = ("CORRECTED", "RESOLVED", "UPHELD", "NOT_OURS")
WAITING = ("ASKED", "EXPIRED")


def state_of(events: list[Event]) -> str:
    days = [event.day for event in events]
    state = "NEW"
    day = min(days, default=date.max)
    while days and day <= max(days):
        for name in ORDER:
            if any(event.day == day and event.event == name for event in events):
                state = after(state, name)
        day += timedelta(days=1)
    return state


def after(state: str, event: str) -> str:
    """What a person at the desk would say the ticket is now."""
    if event in ("CHECK", "CORRECT"):
        return "ASKED"
    if event == "WITHDRAW":
        return "WITHDRAWN" if state in (*WAITING, "TO_WITHDRAW") else state
    if event.startswith("ANSWERED_"):
        state_after = {"ANSWERED_CORRECTED": "CORRECTED", "ANSWERED_RIGHT": "UPHELD", "ANSWERED_NOT_OURS": "NOT_OURS"}
        return state_after[event] if state in (*WAITING, *ANSWERED, "GONE", "TO_ASK") else state
    if event == "TERM_OVER":
        return "EXPIRED" if state == "ASKED" else state
    if event == "STATED":
        return "TO_ASK" if state in ("CORRECTED", "RESOLVED") else state
    if event == "NOT_STATED":
        return "RESOLVED" if state == "CORRECTED" else state
    if event == "FOUND_WRONG":
        return "TO_ASK" if state in (*WAITING, "UPHELD", "WITHDRAWN") else state
    if event == "VERDICT_WITHDRAWN":
        return "TO_WITHDRAW" if state in WAITING else state
    if event == "IN_QUESTION":
        return "TO_ASK" if state in ("NEW", "WITHDRAWN") else state
    if event == "GONE":
        return "GONE" if state in WAITING else state
    raise ValueError(event)
