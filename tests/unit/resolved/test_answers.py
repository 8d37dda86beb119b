"""What a county office answers about a record and a person: read from its feed, newest first, and obeyed."""

from datetime import date

import polars as pl
import pytest

from matchers.passes import index_registry
from pipelines.resolved.answers import answers_in_force, find_answers
from pipelines.resolved.links import Basis, Tied, shape_records, tie_records
from pipelines.resolved.verdicts import Lines, find_verdicts
from schemas.identifiers import keyed_digest
from schemas.tables import MATCH_ANSWER
from tests.unit.resolved.test_links import (
    ALIASES,
    FIRST,
    NO_ANSWERS,
    NOBODY_TWICE,
    PERSONS,
    POLICY,
    RESIDENCES,
    received,
)

AS_OF = date(2024, 3, 20)
DEATH = {"event_code": "DEATH_CERTIFICATE", "id_number": FIRST, "name": "李例"}


def given(*answers: dict[str, object]) -> pl.DataFrame:
    usual = {"lead_id": "", "verdict": "SAME_PERSON", "verified_date": date(2024, 3, 19), "handler": "经办甲"}
    rows, contract = received("verification", *(usual | answer for answer in answers))
    found = find_answers(rows, contract, digest=lambda name: keyed_digest(b"key", name))
    assert found.columns == list(MATCH_ANSWER.names)
    return found


def tied(record: dict[str, object], answers: pl.DataFrame = NO_ANSWERS) -> Tied:
    records = shape_records(*received("health", DEATH | record))
    registry = index_registry(PERSONS, ALIASES, RESIDENCES)
    return tie_records(
        records, Basis(registry, POLICY, answers, lambda *p: keyed_digest(b"key", *p), "model", NOBODY_TWICE), prior=0.5
    )


def answered(record: dict[str, object], person_no: int, verdict: str) -> pl.DataFrame:
    number = f"{tied(record).link['review_id'][0]}-{person_no}"
    return answers_in_force([given({"lead_id": number, "verdict": verdict})], NOBODY_TWICE, AS_OF)


def test_an_answer_names_its_question_by_the_number_of_the_list() -> None:
    found = given({"lead_id": f" {'a1' * 10}-1009"}, {"lead_id": "a1" * 10}, {"lead_id": "x-1"})
    assert found.select("review_id", "person_no").rows() == [("a1" * 10, 1009), ("", None), ("", None)]
    assert "经办甲" not in found["handler"].to_list()


def test_answers_and_verdicts_are_told_apart() -> None:
    rows, contract = received(
        "verification",
        {"lead_id": "l1", "verdict": "NOT_DISQUALIFYING", "verified_date": date(2024, 3, 11), "handler": "a"},
        {"lead_id": "l2", "verdict": "CANNOT_TELL", "verified_date": AS_OF, "handler": "a"},
    )
    verdicts, _ = find_verdicts(
        rows, contract, lines=Lines({"l1": 1}, {}), register=None, meetings=frozenset(), digest=str
    )
    assert verdicts["verdict"].to_list() == ["NOT_DISQUALIFYING"]
    assert find_answers(rows, contract, digest=str)["answer"].to_list() == ["CANNOT_TELL"]


QUESTION = {"lead_id": f"{'a1' * 10}-1", "record_id": "v1"}
LATER = {"business_date": date(2024, 3, 19), "delivery_id": "d2"}


@pytest.mark.parametrize(
    ("answers", "stands"),
    [
        ([QUESTION], ["SAME_PERSON"]),
        ([QUESTION | {"verified_date": date(2024, 3, 21)}], []),
        ([QUESTION, QUESTION | LATER | {"is_revoked": True}], []),
        ([QUESTION, QUESTION | {"is_revoked": True}], []),
        ([QUESTION | LATER, QUESTION | {"is_revoked": True}], ["SAME_PERSON"]),
        ([QUESTION, QUESTION | LATER | {"record_id": "v2", "verdict": "OTHER_PERSON"}], ["OTHER_PERSON"]),
        ([QUESTION, QUESTION | {"record_id": "v2", "verdict": "OTHER_PERSON"}], []),
        ([QUESTION, QUESTION | {"record_id": "v2"}], ["SAME_PERSON"]),
    ],
    ids=[
        "given",
        "not yet given",
        "withdrawn",
        "withdrawn the same day",
        "given again",
        "corrected",
        "r9 two answers of a day",
        "r9 the same twice",
    ],
)
def test_the_newest_answer_that_is_not_withdrawn_stands(answers: list[dict[str, object]], stands: list[str]) -> None:
    found = given(*answers)
    assert answers_in_force([found], NOBODY_TWICE, AS_OF)["answer"].to_list() == stands
    assert answers_in_force([found.reverse()], NOBODY_TWICE, AS_OF)["answer"].to_list() == stands


def test_a_confirmed_record_is_that_persons_and_acts() -> None:
    (link,) = tied({}, answered({}, 2, "SAME_PERSON")).link.to_dicts()
    wanted = {"person_no": 2, "match_state": "MATCHED", "match_tier": "CONFIRMED", "match_pass": "HUMAN"}
    assert {name: link[name] for name in wanted} == wanted
    assert (link["link_use"], link["is_suspected"]) == ("ACT", False)


def test_a_rejected_person_never_returns_for_what_is_asserted_again() -> None:
    rejected = answered({}, 1, "OTHER_PERSON")
    for record in ({}, {"record_id": "another", "record_no": 7, "delivery_id": "d9"}):
        found = tied(record, rejected)
        assert found.link.select("match_state", "match_tier", "match_reason").row(0) == ("NONE", "NONE", "REJECTED")
        assert not found.candidates["is_open"].any()


def test_a_record_of_another_day_is_another_question() -> None:
    found = tied({"event_date": date(2024, 3, 1)}, answered({}, 1, "OTHER_PERSON"))
    assert found.link["match_state"].to_list() == ["AMBIGUOUS"]


def test_who_cannot_tell_leaves_the_record_in_doubt() -> None:
    found = tied({}, answered({}, 1, "CANNOT_TELL"))
    assert found.link["link_use"].to_list() == ["REVIEW"]
    assert found.candidates.select("person_no", "answer", "is_open").rows() == [(1, "CANNOT_TELL", True)]


def test_what_speaks_for_life_is_no_question() -> None:
    trip = {"id_number": FIRST, "name": "李例", "event_code": "TRIP_RAIL", "qualifier_code": "BOARDED"}
    records = shape_records(*received("transport", trip))
    registry = index_registry(PERSONS, ALIASES, RESIDENCES)
    found = tie_records(
        records, Basis(registry, POLICY, NO_ANSWERS, lambda *p: keyed_digest(b"key", *p), "m", NOBODY_TWICE), prior=0.5
    )
    assert found.link.select("review_id", "link_use").rows() == [("", "KEEP")]


def test_i2_answers_of_two_counties_about_two_numbers_of_one_human_do_not_differ() -> None:
    humans = pl.DataFrame({"person_no": [1, 7], "human_no": [1, 1]})
    review = tied(DEATH).link["review_id"][0]
    answers = [given({"lead_id": f"{review}-{number}", "verdict": "SAME_PERSON"}) for number in (1, 7)]
    assert answers_in_force(answers, humans, AS_OF).rows() == [(review, 1, "SAME_PERSON")]
