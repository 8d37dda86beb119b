"""V10: whatever a source says that ends a running term before its stated end, it is over from that day on."""

from datetime import date

import pytest

from tests.cases.whose import judged, whole

PERSON = {"person_no": 7, "name": "何例山", "id_number": whole("62282219560328901"), "birth_date": date(1956, 3, 28),
          "programme_code": "EMPLOYEE_PENSION"}  # fmt: skip
WHO = {"name": PERSON["name"], "id_number": PERSON["id_number"]}
ADMITTED, STATED, END = date(2023, 5, 5), date(2023, 5, 9), date(2030, 5, 4)
FREE = date(2024, 2, 20)
TERM = WHO | {"record_id": "J1", "event_code": "PRISON_TERM", "event_date": ADMITTED, "end_date": END,
              "business_date": STATED}  # fmt: skip
CUSTODY = TERM | {"record_id": "P1", "event_code": "CUSTODY", "end_date": None}
LATER = {"delivery_id": "later", "business_date": date(2024, 3, 1), "event_date": FREE}


def _terms(**feeds):
    """(kind, first day, last day) of what the records speak for."""
    losses = judged([PERSON], **feeds).losses
    return sorted((one["loss_kind"], one["event_date"], one["end_date"]) for one in losses)


LAST_DAY = date(2024, 2, 19)
SERVED = ("LS06", ADMITTED, LAST_DAY)


@pytest.mark.parametrize("record", ["J1", "J2"], ids=["in place of the term", "as a record of its own"])
@pytest.mark.parametrize(
    "event", ["PAROLED", "RELEASED", "ACQUITTED", "SERVING_OUTSIDE", "SUSPENDED_SENTENCE", "CONTROL"]
)
def test_v10_a_term_is_over_from_the_day_of_the_release(event: str, record: str) -> None:
    stated = TERM | LATER | {"event_code": event, "record_id": record}
    outside = [] if event in ("RELEASED", "ACQUITTED") else [("LS08", FREE, END)]
    assert _terms(justice=[TERM, stated]) == [SERVED, *outside]


@pytest.mark.parametrize(
    ("change", "last_day"),
    [
        ({"event_date": ADMITTED, "end_date": FREE}, LAST_DAY),
        ({"event_date": ADMITTED}, date(2024, 2, 29)),
        ({"event_date": date(2024, 4, 10)}, date(2024, 4, 9)),
    ],
    ids=["day of admission kept, end moved", "day of admission kept: by the day it was stated", "a day to come"],
)
def test_v10_a_prison_may_turn_its_record_into_the_release(change, last_day: date) -> None:
    stated = TERM | LATER | {"event_code": "RELEASED"} | change
    assert _terms(justice=[TERM, stated]) == [("LS06", ADMITTED, last_day)]


@pytest.mark.parametrize("event", ["PAROLED", "RELEASED", "ACQUITTED", "SUSPENDED_SENTENCE"])
@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2023, 5, 4), date(2030, 5, 5), date(2099, 1, 1), None])
def test_v10_a_release_in_place_of_the_term_with_a_day_that_cannot_be_was_by_the_day_it_was_stated(
    event: str, day: date | None
) -> None:
    assert _terms(justice=[TERM, TERM | LATER | {"event_code": event, "event_date": day}])[0] == (
        "LS06", ADMITTED, date(2024, 2, 29),
    )  # fmt: skip


@pytest.mark.parametrize("end", [date(2020, 1, 1), date(2023, 5, 4)])
def test_v10_an_end_before_the_admission_ends_no_term(end: date) -> None:
    restated = TERM | LATER | {"event_date": ADMITTED, "end_date": end}
    assert _terms(justice=[TERM, restated]) == [("LS06", ADMITTED, None)]


def test_v10_a_record_corrected_to_another_sentence_from_the_outset_leaves_no_term() -> None:
    stated = TERM | LATER | {"event_code": "SUSPENDED_SENTENCE", "event_date": ADMITTED}
    assert _terms(justice=[TERM, stated]) == [("LS08", ADMITTED, END)]


@pytest.mark.parametrize(
    "stated",
    [
        {"event_code": "RELEASED", "record_id": "J2", "event_date": date(2023, 1, 5)},
        {"event_code": "RELEASED", "record_id": "J2", "name": "何例水"},
        {"event_code": "DECLARED_DEAD", "record_id": "J2"},
    ],
    ids=["of a term before", "somebody else", "no release"],
)
def test_v10_what_does_not_end_the_term_leaves_it(stated) -> None:
    assert ("LS06", ADMITTED, END) in _terms(justice=[TERM, TERM | LATER | stated])


def test_v10_a_release_that_is_withdrawn_ends_nothing() -> None:
    stated = TERM | LATER | {"event_code": "PAROLED", "record_id": "J2"}
    back = stated | {"delivery_id": "last", "business_date": date(2024, 3, 10), "is_revoked": True}
    assert _terms(justice=[TERM, stated, back]) == [("LS06", ADMITTED, END)]


def test_v10_who_is_admitted_again_serves_again() -> None:
    stated = TERM | LATER | {"event_code": "PAROLED", "record_id": "J2"}
    again = TERM | LATER | {"record_id": "J3", "event_date": date(2024, 3, 5)}
    assert ("LS06", date(2024, 3, 5), END) in _terms(justice=[TERM, stated, again])


@pytest.mark.parametrize(
    ("feed", "term", "event", "ends"),
    [
        ("public_security", "CUSTODY", "RELEASED", True),
        ("public_security", "WANTED", "WANTED_CANCELLED", True),
        ("public_security", "WANTED", "RELEASED", True),
        ("public_security", "CUSTODY", "WANTED_CANCELLED", False),  # who was caught is in custody
        ("public_security", "MISSING", "FOUND", True),
        ("justice", "SUSPENDED_SENTENCE", "CORRECTION_ENDED", True),
        ("justice", "SUSPENDED_SENTENCE", "ACQUITTED", True),
    ],
)
def test_v10_other_terms_end_early_too(feed: str, term: str, event: str, ends: bool) -> None:
    stands = CUSTODY | {"event_code": term}
    stated = CUSTODY | LATER | {"event_code": event, "record_id": "P2"}
    ((_, first, last),) = _terms(**{feed: [stands, stated]})
    assert (first, last) == (ADMITTED, LAST_DAY if ends else None)


def test_v10_who_leaves_the_police_for_prison_is_not_free() -> None:
    stated = CUSTODY | LATER | {"event_code": "RELEASED", "record_id": "P2"}
    assert _terms(justice=[TERM], public_security=[CUSTODY, stated]) == [
        ("LS06", ADMITTED, END), ("LS07", ADMITTED, LAST_DAY)]  # fmt: skip


def test_v10_parole_from_prison_ends_the_custody_before_it_too() -> None:
    stated = TERM | LATER | {"event_code": "PAROLED"}
    assert _terms(justice=[TERM, stated], public_security=[CUSTODY]) == [
        SERVED, ("LS07", ADMITTED, LAST_DAY), ("LS08", FREE, END)]  # fmt: skip


@pytest.mark.parametrize("then", ["RELEASED", "CORRECTION_ENDED"])
def test_v10_a_record_that_goes_from_prison_to_parole_to_release_keeps_what_was_served(then: str) -> None:
    ended = {"event_code": then, "event_date": date(2024, 3, 1), "business_date": date(2024, 3, 4), "delivery_id": "z"}
    found = _terms(justice=[TERM, TERM | LATER | {"event_code": "PAROLED"}, TERM | LATER | ended])
    assert [(kind, last) for kind, _, last in found] == [("LS06", date(2024, 2, 29)), ("LS08", date(2024, 2, 29))]
