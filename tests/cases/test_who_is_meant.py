"""Whose a record is, and who is asked about what is wrong in it: the cases I1 to I11."""

from datetime import date
from typing import Any

import pytest

from tests.cases.whose import judged, whole

CASE = "case".format  # no number or name in the name of a test
MOTHER = whole("62102219501212002")
DEATH: dict[str, Any] = {"event_code": "CREMATION"}
TRIP: dict[str, Any] = {"event_code": "TRIP_RAIL", "qualifier_code": "BOARDED"}
SHOT: dict[str, Any] = {"event_code": "VACCINATION"}


@pytest.mark.parametrize(
    "written",
    [
        "欧阳例芳之子", "欧阳例芳之女", "欧阳例芳之妻", "欧阳例芳之母", "欧阳例芳家属", "欧阳例芳的儿子",
        "欧阳例芳(之女)", "欧阳例芳（家属）", "欧阳例芳 之婴", "家属欧阳例芳", "欧阳例芳新生儿",
        "欧阳例芳之大双", "欧阳例芳代办人", "歐陽例芳之子", "配偶：欧阳例芳",
    ],
    ids=CASE,
)  # fmt: skip
def test_i1_a_relative_is_never_the_person_of_the_number(written: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": "欧阳例芳"}],
        civil_affairs=[DEATH | {"id_number": MOTHER, "name": written}],
        vaccination=[SHOT | {"id_number": MOTHER, "name": written}],
    )
    assert found.whose == [("AMBIGUOUS", None)] * 2
    assert (found.leads, found.seen_alive) == ([], [])
    asked = [row[1:] for row in found.asked]
    assert ("civil_affairs-1", "name", "NM09") in asked
    assert not [row for row in asked if row[2] == "ID06"]


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("欧阳例芳", "欧阳例芳丽"), ("阿卜杜热", "阿卜杜热西提"), ("买买提", "买买提·吐尔逊"), ("张例", "张例芳"),
        ("买买提·吐尔", "买买提·吐尔逊"), ("欧阳例芳", "欧阳例芳欧阳例芳"),
    ],
    ids=CASE,
)  # fmt: skip
def test_i1_a_longer_name_than_the_registered_one_is_another_name(registered: str, written: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": registered}],
        civil_affairs=[DEATH | {"id_number": MOTHER, "name": written}],
    )
    assert (found.whose, found.leads) == ([("AMBIGUOUS", None)], [])


@pytest.mark.parametrize("registered", ["欧阳例芳家属", "欧阳例芳之妻"], ids=CASE)
def test_i1_a_relative_in_the_registry_is_nobody_by_name_either(registered: str) -> None:
    for written in (registered, "欧阳例芳"):
        found = judged(
            [{"person_no": 1, "id_number": MOTHER, "name": registered}],
            civil_affairs=[DEATH | {"id_number": MOTHER, "name": written}],
        )
        assert (found.whose, found.leads) == ([("AMBIGUOUS", None)], [])
        assert ("social_insurance", "1-RESIDENT_PENSION-621022", "name", "NM09") in found.asked


@pytest.mark.parametrize("own", ["王之子", "李之女", "张子女", "欧阳爱", "王秀女", "陈长子"], ids=CASE)
def test_i1_a_persons_own_name_may_end_like_a_relation(own: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": own}], vaccination=[SHOT | {"id_number": MOTHER, "name": own}]
    )
    assert (found.whose, found.seen_alive, found.asked) == ([("MATCHED", 1)], [1], [])


@pytest.mark.parametrize("sign", [*"˙、●°'/·•‧・.。-　|_~，,：;´`’ㆍ丶○▪˚=+\u0307", "——", " / ", ""], ids=CASE)
def test_i6_any_sign_divides_the_parts_of_a_name(sign: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": "买买提·吐尔逊"}],
        transport=[TRIP | {"id_number": MOTHER, "name": f"买买提{sign}吐尔逊"}],
    )
    assert (found.whose, found.seen_alive) == ([("MATCHED", 1)], [1])
    assert {row[3] for row in found.asked} <= {"NM01"}


def test_i6_a_sign_is_no_name_at_all() -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": "买买提·吐尔逊"}],
        transport=[TRIP | {"id_number": MOTHER, "name": "、"}],
    )
    assert found.whose == [("AMBIGUOUS", None)]


@pytest.mark.parametrize("written", ["张例、", "'张例", "张例．", "·张例", "“张例”"], ids=CASE)
def test_i6_a_sign_before_or_behind_a_name_is_no_part_of_it(written: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": "张例"}],
        transport=[TRIP | {"id_number": MOTHER, "name": written}],
    )
    assert (found.whose, found.asked) == ([("MATCHED", 1)], [])


@pytest.mark.parametrize("sign", list("?□■*〓"), ids=CASE)
def test_i6_a_lost_character_is_no_sign_between_parts(sign: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": MOTHER, "name": "买买提·吐尔逊"}],
        transport=[TRIP | {"id_number": MOTHER, "name": f"买买{sign}吐尔逊"}],
    )
    assert found.whose == [("AMBIGUOUS", None)]


A, B = whole("62102219500101101"), whole("62102219530312103")
NAMESAKES = [{"person_no": 1, "id_number": A, "name": "王例芬"}, {"person_no": 2, "id_number": B, "name": "王例芬"}]
BORN_A, BORN_B = date(1950, 1, 1), date(1953, 3, 12)


@pytest.mark.parametrize(
    ("registry", "record"),
    [
        (NAMESAKES, {"id_number": A}),
        (NAMESAKES, {"id_number": A[:6] + A[8:17]}),
        (NAMESAKES, {"id_number": A[:16] + A[17] + A[16]}),
        ([NAMESAKES[0], NAMESAKES[1] | {"county_code": "620102"}], {"id_number": A}),
        ([NAMESAKES[0], NAMESAKES[1] | {"name": "王例芳", "former_name": "王例芬"}], {"id_number": A}),
        ([NAMESAKES[0], NAMESAKES[1] | {"id_number": "", "birth_date": BORN_B}], {"id_number": A}),
    ],
    ids=["as is", "15 digits", "two digits turned", "another county", "by a former name", "without a number"],
)
def test_i3_a_bearer_of_the_stated_birth_date_rivals_the_one_of_the_number(
    registry: list[dict[str, Any]], record: dict[str, Any]
) -> None:
    found = judged(
        registry, health=[record | {"event_code": "DEATH_CERTIFICATE", "name": "王例芬", "birth_date": BORN_B}]
    )
    assert (found.whose, found.leads) == ([("AMBIGUOUS", None)], [])
    assert {pair["person_no"] for pair in found.in_play if pair["is_open"]} == {1, 2}


@pytest.mark.parametrize("born", [None, BORN_A, date(1950, 1, 10), date(1900, 1, 1)], ids=CASE)
def test_i3_a_birth_date_of_no_other_bearer_leaves_the_number_its_person(born: date | None) -> None:
    found = judged(
        NAMESAKES,
        health=[{"event_code": "DEATH_CERTIFICATE", "id_number": A, "name": "王例芬", "birth_date": born}],
    )
    assert (found.whose, found.leads) == ([("MATCHED", 1)], [(1, "LS01")])
