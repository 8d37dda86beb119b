"""Which records in doubt a human is asked about, and once for what is asserted twice."""

from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.signals.facts import stated
from pipelines.signals.reviews import reviews
from schemas.tables import CANDIDATE, LINK, REVIEW
from tests.derived import engine
from tests.unit.signals.test_facts import AS_OF, POLICY, RECORD

DEATH = RECORD | {
    "feed": "health", "event_code": "DEATH_CERTIFICATE", "person_no": None, "match_state": "AMBIGUOUS",
    "match_tier": "AMBIGUOUS", "match_pass": "", "link_use": "REVIEW", "review_id": "q1",
}  # fmt: skip
IN_PLAY = {
    "feed": "health", "delivery_id": "d1", "record_no": 1, "person_no": 1, "match_pass": "P8", "number_level": "ABSENT",
    "name_level": "EQUAL", "date_level": "EQUAL", "sex_level": "ABSENT", "county_level": "OTHER", "weight_millibits": 1,
    "posterior_ppm": 1, "place": 1, "answer": "", "is_linked": False, "is_open": True, "model": "m",
}  # fmt: skip
SECOND = {"person_no": 2, "place": 2}
AGAIN = {"delivery_id": "d2", "business_date": date(2024, 3, 2)}


def questions(records: list[dict[str, Any]], in_play: list[dict[str, Any]]) -> list[tuple[str, int, str]]:
    link = engine().table(pa.Table.from_pylist(records, LINK.arrow()))
    candidate = engine().table(pa.Table.from_pylist(in_play, CANDIDATE.arrow()))
    losses = engine().table(POLICY.loss_rows())
    found = reviews(stated(link).filter("is_current"), candidate, losses, as_of=AS_OF)
    assert found.columns == REVIEW.names
    return sorted((row["review_id"], row["person_no"], row["delivery_id"]) for row in found.to_pyarrow().to_pylist())


def test_everybody_in_play_is_asked_about() -> None:
    assert questions([DEATH], [IN_PLAY, IN_PLAY | SECOND]) == [("q1", 1, "d1"), ("q1", 2, "d1")]


def test_a_rejected_person_is_not() -> None:
    assert questions([DEATH], [IN_PLAY | {"is_open": False}, IN_PLAY | SECOND]) == [("q1", 2, "d1")]


def test_what_two_records_assert_alike_is_asked_once_of_the_first() -> None:
    other = DEATH | AGAIN | {"record_id": "r2"}
    assert questions([other, DEATH], [IN_PLAY, IN_PLAY | {"delivery_id": "d2"}]) == [("q1", 1, "d1")]


def test_a_withdrawn_record_asks_nothing() -> None:
    withdrawal = DEATH | AGAIN | {"is_revoked": True}
    assert questions([DEATH, withdrawal], [IN_PLAY, IN_PLAY | {"delivery_id": "d2"}]) == []


def test_what_the_policy_does_not_let_ask_is_kept_and_no_more() -> None:
    assert questions([DEATH | {"link_use": "KEEP"}], [IN_PLAY]) == []


def test_a_record_tied_to_somebody_asks_nothing() -> None:
    tied = {"match_state": "MATCHED", "person_no": 1, "link_use": "SUSPECT"}
    assert questions([DEATH | tied], [IN_PLAY | {"is_linked": True, "is_open": False}]) == []
