"""V13: an answer counts for a ticket that we sent to whoever answers; any other is told to its sender."""

from datetime import date

import polars as pl
import pytest

from pipelines.resolved.replies import find_replies
from tests.derived import shipped_contracts

SENT = {"a" * 20: "health", "b" * 20: "justice"}
OURS = shipped_contracts()["replies"]
HEALTHS = OURS.model_copy(update={"agency": "health"})
DAY = date(2024, 3, 19)


def _reply(ticket_id, result="CORRECTED", handled=None):
    rows = {"delivery_id": "d", "record_no": 1, "business_date": DAY, "ticket_id": ticket_id, "result": result}
    return pl.DataFrame([rows | {"handled_date": handled}], schema_overrides={"handled_date": pl.Date})


@pytest.mark.parametrize(
    ("contract", "ticket_id", "result", "reason"),
    [
        (OURS, "a" * 20, "CORRECTED", None),
        (OURS, " " + "a" * 20 + " ", "NOT_OURS", None),
        (OURS, "b" * 20, "CONFIRMED_RIGHT", None),
        (OURS, "c" * 20, "CORRECTED", "UNKNOWN_LINE"),
        (OURS, "20240318000000000000", "CONFIRMED_RIGHT", "UNKNOWN_LINE"),
        (OURS, "", "NOT_OURS", "UNKNOWN_LINE"),
        (HEALTHS, "a" * 20, "CORRECTED", None),
        (HEALTHS, "b" * 20, "CORRECTED", "OTHER_AGENCY"),
        (HEALTHS, "c" * 20, "CORRECTED", "UNKNOWN_LINE"),
    ],
)
def test_v13_an_answer_that_cannot_count_is_told(contract, ticket_id, result, reason):
    replies, unused = find_replies(_reply(ticket_id, result), contract, SENT)
    assert unused["reason"].to_list() == ([reason] if reason else [])
    assert unused["record_id"].to_list() == ([ticket_id] if reason else [])
    assert replies.height == (0 if reason else 1)


@pytest.mark.parametrize("result", ["", None])
def test_v13_a_line_without_an_answer_is_neither(result):
    replies, unused = find_replies(_reply("c" * 20, result), OURS, SENT)
    assert (replies.height, unused.height) == (0, 0)


@pytest.mark.parametrize(
    ("handled", "day"),
    [(None, DAY), (date(2024, 3, 18), date(2024, 3, 18)), (date(2034, 3, 18), DAY)],
)
def test_v14_an_answer_is_of_its_day_but_never_of_a_day_after_its_file(handled, day):
    replies, _ = find_replies(_reply("a" * 20, handled=handled), OURS, SENT)
    assert replies["answered_on"].to_list() == [day]
