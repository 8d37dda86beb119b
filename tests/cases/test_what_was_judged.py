"""A verdict reaches what its line listed, outlives the records, and is undone by as many as gave it: V1 to V8."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cases.judged import NIGHT, ONE, THREE, judged, line, loss, sign, verdict, withdrawal

MARCH_1, MARCH_10, MARCH_15 = date(2024, 3, 1), date(2024, 3, 10), date(2024, 3, 15)


@pytest.mark.parametrize(
    ("programmes", "kinds"),
    [(("DEPENDANT", "RESIDENT_PENSION"), ("LS13", "LS10")), (("DEPENDANT",), ("LS13", "LS16"))],
)
def test_v1_two_facts_are_two_lines_and_a_verdict_binds_one(
    programmes: tuple[str, ...], kinds: tuple[str, str]
) -> None:
    married, other = loss("c1", kinds[0], MARCH_1), loss("c2", kinds[1], MARCH_1)
    assert judged([married, other], programmes=programmes).lines == [{"c1"}, {"c2"}]
    found = judged(
        [married, other],
        programmes=programmes,
        listed=line("c1", married),
        verdicts=[verdict("c1", "TRUE_LOSS", MARCH_10, notice_date=MARCH_10, **THREE)],
    )
    assert found.status == {"c1": "CONFIRMED", "c2": "LEAD_OPEN"}
    assert {name: claim["sources"] for name, claim in found.claims.items()} == {"c1": 0, "c2": 1}


def test_v1_two_terms_in_custody_are_two_lines_and_one_death_is_one() -> None:
    earlier = loss("c1", "LS07", date(2024, 1, 5), end_date=None)
    later = loss("c2", "LS07", MARCH_1)
    assert judged([earlier, later]).lines == [{"c1"}, {"c2"}]
    assert judged([loss("c1", "LS01", MARCH_1), loss("c2", "LS02", MARCH_10)]).lines == [{"c1", "c2"}]


@pytest.mark.parametrize("word", ["FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "FALSE_STALE_ID", "NOT_DISQUALIFYING"])
def test_v2_a_new_claim_is_listed_whatever_was_cleared_before(word: str) -> None:
    hukou, certificate = loss("c1", "LS03", date(2024, 1, 5)), loss("c2", "LS01", MARCH_1)
    found = judged(
        [hukou, certificate],
        listed=line("c1", hukou),
        verdicts=[verdict("c1", word, date(2024, 1, 20), **ONE)],
    )
    assert found.status == {"c1": "REFUTED", "c2": "LEAD_OPEN"}
    assert found.lines == [{"c2"}]


def test_v2_the_same_claim_delivered_again_stays_cleared() -> None:
    hukou = loss("c1", "LS03", date(2024, 1, 5))
    again = hukou | {"delivery_id": "later", "business_date": MARCH_1, "known_from": 8}
    found = judged(
        [again], listed=line("c1", hukou), verdicts=[verdict("c1", "FALSE_WRONG_PERSON", date(2024, 1, 20), **ONE)]
    )
    assert found.status == {"c1": "REFUTED"}


DIED = loss("c1", "LS01", date(2024, 2, 1))
CONFIRMED = verdict("c1", "TRUE_LOSS", MARCH_15, **THREE)


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        # stated before the verdict, arrived after it
        (sign(date(2024, 3, 9), business_date=MARCH_10, known_from=5), "CONFLICT"),
        (sign(date(2024, 2, 9), business_date=date(2024, 2, 9), known_from=3), "CONFLICT"),
        # arrived in the night that brought the verdict: on no list that the officers had
        (sign(date(2024, 3, 9), business_date=MARCH_10, known_from=2), "CONFLICT"),
        (sign(date(2024, 3, 20), known_from=5), "CONFLICT"),
        # they had it before them
        (sign(date(2024, 3, 9), business_date=MARCH_10, known_from=1), "CONFIRMED"),
        # before the loss, within the days of grace, or by a card that others can use
        (sign(date(2024, 1, 31), known_from=5), "CONFIRMED"),
        (sign(date(2024, 2, 4), known_from=5), "CONFIRMED"),
        (sign(date(2024, 3, 20), "D", known_from=5), "CONFIRMED"),
    ],
)
def test_v3_life_after_the_loss_reopens_it_whenever_it_becomes_known(seen: dict[str, Any], status: str) -> None:
    found = judged([DIED], listed=line("c1", DIED), verdicts=[CONFIRMED], signs=[seen])
    assert found.status == {"c1": status}
    assert found.lines == ([{"c1"}] if status == "CONFLICT" else [])


def test_v3_a_later_verdict_that_knew_the_sign_confirms_again() -> None:
    seen = sign(date(2024, 3, 9), business_date=MARCH_10, known_from=5)
    again = verdict("c1", "TRUE_LOSS", date(2024, 3, 25), known_from=7, **THREE)
    found = judged([DIED], listed=line("c1", DIED), verdicts=[CONFIRMED, again], signs=[seen])
    assert found.status == {"c1": "CONFIRMED"}


CREMATION = loss("c2", "LS02", date(2024, 2, 3))
BOTH = line("both", DIED, CREMATION)
TRUE = verdict("both", "TRUE_LOSS", MARCH_10, **THREE)


@pytest.mark.parametrize("word", ["FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "NOT_DISQUALIFYING", "SEEN_ALIVE"])
def test_v4_one_signature_does_not_undo_what_three_confirmed(word: str) -> None:
    later = verdict("c2", word, MARCH_15, known_from=4, **ONE)
    found = judged([DIED, CREMATION], listed=[*BOTH, *line("c2", CREMATION)], verdicts=[TRUE, later])
    assert found.status == {"c1": "CONFIRMED", "c2": "CONFIRMED"}


def test_v4_three_who_say_that_a_record_is_wrong_touch_that_record() -> None:
    later = verdict("c2", "FALSE_SOURCE_ERROR", MARCH_15, known_from=4, **THREE)
    found = judged([DIED, CREMATION], listed=[*BOTH, *line("c2", CREMATION)], verdicts=[TRUE, later])
    assert found.status == {"c1": "CONFIRMED", "c2": "REFUTED"}


def test_v4_seen_alive_reopens_by_its_day() -> None:
    seen = sign(MARCH_15, "A", known_from=4)
    later = verdict("both", "SEEN_ALIVE", MARCH_15, known_from=4, **ONE)
    found = judged([DIED, CREMATION], listed=BOTH, verdicts=[TRUE, later], signs=[seen])
    assert set(found.status.values()) == {"CONFLICT"}


LATE = {"known_from": 7, "business_date": date(2024, 3, 20)}


@pytest.mark.parametrize("word", ["FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "NOT_DISQUALIFYING"])
@pytest.mark.parametrize(
    ("of_refutation", "status"),
    [
        ({}, "REFUTED"),
        # it knew of the confirmation, whatever days both are dated
        ({"business_date": date(2024, 3, 25), "known_from": 8}, "CONFIRMED"),
    ],
    ids=["given before it came", "sent after it came"],
)
@pytest.mark.parametrize("confirmed_line", ["c1", "both"])
def test_v4_a_backdated_confirmation_does_not_undo_what_one_had_lawfully_refuted(
    word: str, of_refutation: dict[str, Any], status: str, confirmed_line: str
) -> None:
    refuted = verdict("c1", word, MARCH_10, **({"known_from": 3} | ONE | of_refutation))
    backdated = verdict(confirmed_line, "TRUE_LOSS", MARCH_1, **LATE, **THREE)
    found = judged([DIED, CREMATION], listed=[*line("c1", DIED), *BOTH], verdicts=[refuted, backdated])
    assert found.status["c1"] == status


def test_v4_a_withdrawal_of_what_three_signed_takes_three() -> None:
    back = TRUE | {"delivery_id": "back", "business_date": MARCH_15, "is_revoked": True}
    for signed, status in ((THREE, "LEAD_OPEN"), (ONE | {"reviewer": "", "approver": ""}, "CONFIRMED")):
        found = judged([DIED, CREMATION], listed=BOTH, verdicts=[TRUE, back | signed])
        assert set(found.status.values()) == {status}


def test_v5_what_was_judged_outlives_its_records() -> None:
    found = judged([], listed=BOTH, verdicts=[TRUE])
    assert found.status == {"c1": "CONFIRMED", "c2": "CONFIRMED"}
    assert {row["outcome"] for row in found.decisions} == {"HELD_STALE", "LOSS_CONFIRMED"} & {
        row["outcome"] for row in found.decisions
    }
    # what was asked and never settled goes with its record
    pending = verdict("both", "PENDING", MARCH_10, **ONE)
    assert judged([], listed=BOTH, verdicts=[pending]).status == {}


@pytest.mark.parametrize(
    ("standing", "gone", "status"),
    [
        # an agency's own word that its record was wrong asks again; a record that is only missing does not
        ([], [withdrawal(DIED, date(2024, 3, 20))], {"c1": "CONFLICT", "c2": "CONFLICT"}),
        ([], [withdrawal(DIED, MARCH_10)], {"c1": "CONFLICT", "c2": "CONFLICT"}),
        ([], [withdrawal(DIED, date(2024, 3, 20)), withdrawal(CREMATION, MARCH_1)],
         {"c1": "CONFLICT", "c2": "CONFLICT"}),
        # the officers knew it
        ([], [withdrawal(DIED, MARCH_1, known_from=1)], {"c1": "CONFIRMED", "c2": "CONFIRMED"}),
        # it came to us after their verdict, whatever day it states
        ([], [withdrawal(DIED, MARCH_1, known_from=2)], {"c1": "CONFLICT", "c2": "CONFLICT"}),
        # another record still states the death, of the line or not
        ([CREMATION], [withdrawal(DIED, date(2024, 3, 20))], {"c1": "CONFIRMED", "c2": "CONFIRMED"}),
        ([loss("c3", "LS03", MARCH_1)], [withdrawal(DIED, date(2024, 3, 20))],
         {"c1": "CONFIRMED", "c2": "CONFIRMED", "c3": "CONFIRMED"}),
        ([loss("c3", "LS07", MARCH_1)], [withdrawal(DIED, date(2024, 3, 20))],
         {"c1": "CONFLICT", "c2": "CONFLICT", "c3": "LEAD_OPEN"}),
        # another record of that person, or the same key of another sender
        ([], [withdrawal(loss("c9", "LS01", MARCH_1), date(2024, 3, 20))], {"c1": "CONFIRMED", "c2": "CONFIRMED"}),
        ([], [withdrawal(DIED | {"agency": "another"}, date(2024, 3, 20))], {"c1": "CONFIRMED", "c2": "CONFIRMED"}),
    ],
    ids=["withdrawn", "on the day of the verdict", "all of them", "known to the officers", "came late", "the other "
         "record stands", "a third record stands", "another fact stands", "another record",
         "the same number of another sender"],
)  # fmt: skip
def test_v5_a_sender_who_withdraws_the_record_of_a_confirmed_loss_asks_again(
    standing: list[dict[str, Any]], gone: list[dict[str, Any]], status: dict[str, str]
) -> None:
    assert judged(standing, listed=BOTH, verdicts=[TRUE], withdrawn=gone).status == status


def test_v5_a_withdrawn_record_that_three_find_true_again_stays_so() -> None:
    gone = [withdrawal(DIED, date(2024, 3, 20))]
    again = verdict("both", "TRUE_LOSS", date(2024, 3, 25), known_from=7, **THREE)
    assert set(judged([], listed=BOTH, verdicts=[TRUE, again], withdrawn=gone).status.values()) == {"CONFIRMED"}
    wrong = verdict("both", "FALSE_SOURCE_ERROR", date(2024, 3, 25), known_from=7, **THREE)
    assert set(judged([], listed=BOTH, verdicts=[TRUE, wrong], withdrawn=gone).status.values()) == {"REFUTED"}


@pytest.mark.parametrize(
    ("day", "more", "status"),
    [
        # the register puts the day of the disproved death right: the same record says the same again
        (date(2024, 1, 9), {}, "REFUTED"),
        # a day after the officers met the person is another death
        (date(2024, 3, 20), {"business_date": date(2024, 3, 21)}, "LEAD_OPEN"),
        # another record, another agency: new evidence
        (date(2024, 1, 9), {"record_id": "another"}, "LEAD_OPEN"),
        (date(2024, 1, 9), {"feed": "another"}, "LEAD_OPEN"),
    ],
)
def test_v5_a_disproved_record_with_another_day_does_not_strike_again(
    day: date, more: dict[str, Any], status: str
) -> None:
    hukou = loss("c1", "LS03", date(2024, 1, 5))
    moved = loss("c9", "LS03", day, **({"feed": hukou["feed"], "record_id": hukou["record_id"]} | more))
    found = judged([moved], listed=line("c1", hukou), verdicts=[verdict("c1", "FALSE_SOURCE_ERROR", MARCH_15, **ONE)])
    assert found.status["c9"] == status


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "REFUTED"),
        # another person's record of that number, another event, another day
        ({"record_id": "another"}, "LEAD_OPEN"),
        ({"loss_kind": "LS02"}, "LEAD_OPEN"),
        ({"event_date": date(2024, 1, 9)}, "LEAD_OPEN"),
    ],
    ids=["the same record", "another record", "another kind", "another day"],
)
def test_v5_a_disproved_record_does_not_strike_again_under_a_new_person_number(
    more: dict[str, Any], status: str
) -> None:
    hukou = loss("c1", "LS03", date(2024, 1, 5))
    before = line("c1", hukou | {"person_no": 77})
    refuted = verdict("c1", "FALSE_SOURCE_ERROR", MARCH_15, person_no=77, **ONE)
    found = judged([hukou | {"claim_id": "c9"} | more], listed=before, verdicts=[refuted])
    assert found.status == {"c9": status}


PAID = {date(2024, 1, 1): 14_500, date(2024, 2, 1): 14_500, date(2024, 3, 1): 14_500}
DECEMBER = loss("c1", "LS01", date(2023, 12, 20))


@pytest.mark.parametrize(
    ("impossible", "business_date"),
    [(date(1924, 3, 5), MARCH_10), (date(1950, 5, 4), MARCH_10), (date(2024, 6, 1), MARCH_10)],
    ids=["before the birth", "the day before the birth", "in the future"],
)
def test_v6_a_day_that_cannot_be_gives_no_date_and_no_money(impossible: date, business_date: date) -> None:
    later = loss("c2", "LS01", impossible, business_date=business_date)
    life = [sign(date(2023, 12, 1)), sign(date(2019, 1, 1))]
    found = judged(
        [DECEMBER, later],
        listed=line("c1", DECEMBER),
        verdicts=[verdict("c1", "TRUE_LOSS", MARCH_1, **THREE)],
        signs=life,
        paid=PAID,
    )
    assert set(found.status.values()) == {"CONFIRMED"}
    (row,) = found.decisions
    assert (row["outcome"], row["loss_date"], row["at_risk_fen"]) == ("LOSS_CONFIRMED", date(2023, 12, 20), 43_500)
    (alone,) = judged([later], paid=PAID, signs=life).decisions
    assert (alone["outcome"], alone["loss_date"], alone["at_risk_fen"]) == ("LEAD_OPEN", None, 0)


def test_v6_the_judged_claim_dates_the_loss_and_a_later_one_joins_it() -> None:
    earlier = loss("c2", "LS02", date(2023, 11, 2), business_date=MARCH_10, known_from=5)
    found = judged(
        [DECEMBER, earlier],
        listed=line("c1", DECEMBER),
        verdicts=[verdict("c1", "TRUE_LOSS", MARCH_1, **THREE)],
        paid=PAID,
    )
    assert found.status == {"c1": "CONFIRMED", "c2": "CONFIRMED"}
    assert found.decisions[0]["loss_date"] == date(2023, 12, 20)


TERM = loss("c1", "LS06", date(2024, 1, 5))
NOTIFIED = verdict("c1", "TRUE_LOSS", date(2024, 2, 1), notice_date=date(2024, 2, 1), **THREE)


@pytest.mark.parametrize(
    ("objections", "status"),
    [
        ((), "CONFIRMED"),
        ((date(2024, 2, 5),), "NOTICE_GIVEN"),
        ((date(2024, 2, 1),), "NOTICE_GIVEN"),
        ((date(2024, 3, 30),), "NOTICE_GIVEN"),
        # about something before, or not filed yet
        ((date(2024, 1, 20),), "CONFIRMED"),
        ((NIGHT + timedelta(days=1),), "CONFIRMED"),
    ],
)
def test_v8_nothing_is_confirmed_before_an_objection_is_answered(objections: tuple[date, ...], status: str) -> None:
    found = judged([TERM], listed=line("c1", TERM), verdicts=[NOTIFIED], objections=objections)
    assert found.status == {"c1": status}


def test_v8_a_verdict_after_the_objection_answers_it() -> None:
    answer = verdict("c1", "TRUE_LOSS", date(2024, 2, 20), notice_date=date(2024, 2, 20), known_from=4, **THREE)
    found = judged([TERM], listed=line("c1", TERM), verdicts=[NOTIFIED, answer], objections=(date(2024, 2, 5),))
    assert (found.status, found.claims["c1"]["objected_date"]) == ({"c1": "CONFIRMED"}, None)


def test_v8_the_family_of_a_dead_person_may_object_too() -> None:
    found = judged([DIED], listed=line("c1", DIED), verdicts=[CONFIRMED], objections=(date(2024, 3, 16),))
    assert found.status == {"c1": "NOTICE_GIVEN"}


def test_v1_a_confirmation_that_was_refuted_confirms_no_further_claim() -> None:
    later = loss("c3", "LS03", date(2024, 2, 20))
    officers = {"handler": "d", "reviewer": "e", "approver": "f"}
    refuted = verdict("c1", "FALSE_WRONG_PERSON", date(2024, 3, 20), known_from=3, **officers)
    found = judged([DIED, later], listed=line("c1", DIED), verdicts=[CONFIRMED, refuted])
    assert found.status == {"c1": "REFUTED", "c3": "LEAD_OPEN"}
    assert found.lines == [{"c3"}]


def test_v4_one_signature_does_not_withdraw_a_refutation_that_three_signed() -> None:
    officers = {"handler": "d", "reviewer": "e", "approver": "f"}
    refuted = verdict("c1", "FALSE_WRONG_PERSON", date(2024, 3, 20), known_from=3, **officers)
    back = refuted | {"is_revoked": True, "business_date": date(2024, 3, 25), "reviewer": "", "approver": ""}
    found = judged([DIED], listed=line("c1", DIED), verdicts=[CONFIRMED, refuted, back])
    assert found.status == {"c1": "REFUTED"}


def test_v6_a_confirmed_claim_dates_the_loss_and_a_contradicted_one_does_not() -> None:
    earlier, later = loss("c1", "LS01", date(2023, 12, 20)), loss("c2", "LS02", date(2024, 3, 12))
    found = judged(
        [earlier, later],
        listed=line("both", earlier, later),
        verdicts=[verdict("both", "TRUE_LOSS", MARCH_15, **THREE)],
        signs=[sign(date(2024, 2, 15), known_from=5, business_date=date(2024, 3, 20))],
    )
    assert found.status == {"c1": "CONFLICT", "c2": "CONFIRMED"}
    assert found.decisions[0]["loss_date"] == date(2024, 3, 12)


SHORT = loss("c1", "LS06", date(2023, 5, 5), end_date=date(2024, 2, 28), business_date=date(2023, 5, 9))
IN_ITS_TERM = verdict("c1", "TRUE_LOSS", date(2023, 6, 1), notice_date=date(2023, 6, 1), **THREE)
AFTER_IT = verdict("c1", "TRUE_LOSS", MARCH_1, notice_date=MARCH_1, known_from=8, **THREE)


@pytest.mark.parametrize(
    ("end", "verdicts", "as_of", "status"),
    [
        (date(2025, 2, 28), [IN_ITS_TERM], NIGHT, "LEAD_OPEN"),
        (None, [IN_ITS_TERM], NIGHT, "LEAD_OPEN"),
        (date(2025, 2, 28), [IN_ITS_TERM], date(2024, 2, 28), "CONFIRMED"),
        (date(2025, 2, 28), [IN_ITS_TERM], date(2024, 2, 29), "LEAD_OPEN"),
        (date(2025, 2, 28), [IN_ITS_TERM, AFTER_IT], NIGHT, "CONFIRMED"),
        (date(2024, 2, 28), [IN_ITS_TERM], NIGHT, None),
        (date(2024, 1, 31), [IN_ITS_TERM], NIGHT, None),
    ],
    ids=["made longer", "without an end", "still in the term as judged", "the day after", "the longer one judged",
         "as it was", "shorter"],
)  # fmt: skip
def test_a_term_that_is_made_longer_after_the_verdict_is_asked_about_once_it_is_over_as_it_was_judged(
    end: date | None, verdicts: list[dict[str, Any]], as_of: date, status: str | None
) -> None:
    found = judged(
        [SHORT | {"end_date": end, "known_from": 8}], listed=line("c1", SHORT), verdicts=verdicts, as_of=as_of
    )
    assert found.status.get("c1") == status
    assert found.lines == ([{"c1"}] if status == "LEAD_OPEN" else [])


def test_a_refuted_term_that_is_made_longer_stays_refuted() -> None:
    wrong = verdict("c1", "FALSE_WRONG_PERSON", date(2023, 6, 1), **ONE)
    longer = SHORT | {"end_date": date(2025, 2, 28), "known_from": 8}
    assert judged([longer], listed=line("c1", SHORT), verdicts=[wrong]).status == {"c1": "REFUTED"}


def test_v5_a_claim_that_two_settled_lines_listed_is_one_claim_when_its_record_is_gone() -> None:
    again = verdict("c1", "TRUE_LOSS", MARCH_15, known_from=4, **THREE)
    found = judged([], listed=[*line("c1", DIED), *BOTH], verdicts=[TRUE, again])
    assert (found.rows, found.status) == (2, {"c1": "CONFIRMED", "c2": "CONFIRMED"})
