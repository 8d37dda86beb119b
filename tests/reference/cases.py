"""State of a case by going through its days one after another: slow, and without the table of moves."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from schemas.codes import CaseEvent

JUDGED = {
    "CONTRADICTED": "CONFLICT", "NOTICE_RUNNING": "NOTICE_GIVEN", "CONTINUED": "CONTINUED", "CONFIRMED": "CONFIRMED",
    "REFUTED": "REFUTED", "CLOSED": "CLOSED", "REOPENED": "OPEN", "UNDECIDED": "UNDECIDED",
}  # fmt: skip
RESULTS = {"NOT_OURS": "NOT_OURS", "UNREACHABLE": "UNREACHABLE", "PENDING": "IN_WORK", "DONE": "DONE"}


def state_of(kind: str, events: Sequence[tuple[date, str]]) -> str:
    days = [day for day, _ in events]
    state, day = "NEW", min(days, default=date.max)
    while days and day <= max(days):
        for event in CaseEvent:
            if (day, event.value) in events:
                state = after(kind, state, event.value)
        day += timedelta(days=1)
    return state


def after(kind: str, state: str, event: str) -> str:
    """What a person at the desk would say the case is now."""
    if kind == "LEAD":
        if event == "LISTED":
            return "OPEN" if state == "NEW" else state
        return JUDGED[event] if state != "NEW" and event in JUDGED and event != "UNDECIDED" else state
    if kind == "MATCH_REVIEW":
        if event == "LISTED":
            return "OPEN" if state == "NEW" else state
        if event == "CLOSED":
            return "CLOSED" if state == "OPEN" else state
        known = ("CONFIRMED", "REFUTED", "UNDECIDED", "REOPENED")
        return JUDGED[event] if state != "NEW" and event in known else state
    if kind == "PROPOSAL":
        if event == "PROPOSED":
            return "PROPOSED"
        return event if state == "PROPOSED" and event in ("EXECUTED", "WITHDRAWN", "CLOSED") else state
    if kind == "REMINDER":
        if state == "NEW":
            return {"SENT": "REMINDED", "NOT_SENT": "NOT_REACHED"}.get(event, state)
        if event == "EXPIRED":
            return "EXPIRED" if state in ("REMINDED", "NOT_REACHED") else state
        return "CLOSED" if event == "CLOSED" else state
    if kind in ("REQUEST", "OBJECTION"):
        if event == "OPENED":
            return "RECEIVED" if state == "NEW" else state
        if event == "LISTED":
            return "OPEN" if state in ("NEW", "RECEIVED") else state
        if kind == "OBJECTION" and event == "DECIDED":
            return "DECIDED" if state != "NEW" else state
        if kind == "OBJECTION" and event == "REOPENED":
            return "OPEN" if state in ("DONE", "NOT_OURS", "DECIDED") else state
        return RESULTS[event] if event in RESULTS and state not in ("NEW", "DECIDED") else state
    raise ValueError(kind)


def state_of_line(line_id: str, claims: Sequence[dict[str, Any]]) -> str:
    """How a line of a worklist stands, by the claims that it listed as `decisions` judges them tonight."""
    status = [claim["status"] for claim in claims]
    asked_here = [claim["status"] for claim in claims if claim["line_id"] == line_id]
    if not claims:
        return "CLOSED"
    if "CONFLICT" in asked_here:
        return "CONFLICT"
    if "LEAD_OPEN" in asked_here:
        return "OPEN"
    if "NOTICE_GIVEN" in asked_here:
        return "NOTICE_GIVEN"
    if any(claim["line_id"] for claim in claims):
        return "CONTINUED"
    return "CONFIRMED" if "CONFIRMED" in status else "REFUTED"
