"""Whose a record is, and who is asked about what is wrong in it: the cases I1 to I11."""

from collections.abc import Callable
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
    questions = [row[1:] for row in found.asked]
    assert ("civil_affairs-1", "name", "NM09") in questions
    assert not [row for row in questions if row[2] == "ID06"]


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


@pytest.mark.parametrize(
    "sign", [*"˙、●°'/·•‧・.。-　|_~，,：;´`’ㆍ丶○▪˚=+\u0307", "ʹ", "ˈ", "——", " / ", ""], ids=CASE
)
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


@pytest.mark.parametrize("born", [date(1973, 1, 1), date(1932, 1, 1), date(1928, 1, 1)], ids=CASE)
def test_i3_day_and_month_alone_do_not_bear_out_a_birth_date_of_another_generation(born: date) -> None:
    certificate = {"event_code": "DEATH_CERTIFICATE", "id_number": A, "name": "王例芬", "birth_date": born}
    found = judged(NAMESAKES[:1], health=[certificate])
    assert (found.whose, found.leads) == ([("AMBIGUOUS", None)], [])


@pytest.mark.parametrize(
    "born", [None, BORN_A, date(1950, 1, 10), date(1900, 1, 1), date(1960, 1, 1), date(1953, 1, 1)], ids=CASE
)
def test_i3_a_birth_date_of_no_other_bearer_leaves_the_number_its_person(born: date | None) -> None:
    found = judged(
        NAMESAKES,
        health=[{"event_code": "DEATH_CERTIFICATE", "id_number": A, "name": "王例芬", "birth_date": born}],
    )
    assert (found.whose, found.leads) == ([("MATCHED", 1)], [(1, "LS01")])


REGISTRY_ROW = "1-RESIDENT_PENSION-621022"
PASSED: dict[str, Any] = {"qualifier_code": "PASSED", "person_no": 1}
ONE_OFF = A[:13] + "2" + A[14:]


@pytest.mark.parametrize(
    ("registered", "record", "asked"),
    [
        ({"id_number": ONE_OFF}, {}, "ID02"),
        ({"id_number": whole(ONE_OFF[:17])}, {}, "ID07"),
        ({"id_number": ""}, {}, ""),
        ({"id_number": A[:14]}, {}, "ID01"),
        ({"id_number": whole(A[:6] + "19550505101")}, {"id_number": ""}, ""),
        ({"name": "王例"}, {"name": "王例芬"}, "NM05"),
        ({"name": "阿卜杜热"}, {"name": "阿卜杜热西提"}, "NM05"),
        ({"name": "买买提"}, {"name": "买买提·吐尔逊"}, "NM05"),
        ({"name": "例芬"}, {}, "NM05"),
        ({"name": "吐尔逊"}, {"name": "买买提·吐尔逊"}, "NM05"),
        ({"name": "王?芬"}, {}, "NM02"),
        ({"name": "王例□"}, {}, "NM02"),
        ({}, {"name": "王*芬"}, ""),
        ({}, {"name": "*例芬"}, ""),
        ({"name": "王例份"}, {}, "NM04"),
        ({"name": "王芬例"}, {}, "NM07"),
        ({"id_number": whole("62102219530312103"), "birth_date": BORN_A}, {}, "DM01,ID07"),
        ({"id_number": "E12345678", "id_type": "03"}, {}, ""),
        ({"id_number": "E12345678", "id_type": "03", "name": "John Smith"}, {"name": "SMITH/JOHN MR"}, ""),
    ],
    ids=CASE,
)
def test_i9_our_own_channel_identifies_by_person_number(
    registered: dict[str, Any], record: dict[str, Any], asked: str
) -> None:
    """A face pass of a living person whose registry row is damaged; the defect is the registry's, and asked once."""
    usual = {"person_no": 1, "id_number": A, "name": "王例芬"}
    found = judged(
        [usual | registered],
        self_certification=[PASSED | {"id_number": A, "name": "王例芬"} | record] * 2,
    )
    assert (found.whose, found.seen_alive) == ([("MATCHED", 1)] * 2, [1, 1])
    assert {record_id for _, record_id, _, _ in found.asked} <= {REGISTRY_ROW}
    assert ",".join(issue for _, _, _, issue in found.asked) == asked


@pytest.mark.parametrize(
    "record",
    [
        {"id_number": B, "name": "李例花"},
        {"id_number": B, "name": "王例芬"},
        {"id_number": "", "name": "李例花"},
        {"id_number": A, "name": "李例花"},
        {"id_number": A, "name": "王例芬之子"},
        {"id_number": whole(A[:16] + "3"), "name": "王力芬"},
        {"id_number": B, "name": ""},
        {"id_number": A, "name": "***"},
        {"id_number": A, "name": "李*芬"},
        {"id_number": B, "name": "王*芬"},
    ],
    ids=CASE,
)
def test_i9_a_person_number_alone_certifies_no_stranger(record: dict[str, Any]) -> None:
    found = judged([{"person_no": 1, "id_number": A, "name": "王例芬"}], self_certification=[PASSED | record])
    assert (found.seen_alive, [person for _, person in found.whose]) == ([], [None])


def test_i9_a_person_number_against_number_and_name_is_a_humans() -> None:
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例芬"}, {"person_no": 2, "id_number": B, "name": "李例花"}],
        self_certification=[PASSED | {"id_number": B, "name": "李例花"}],
    )
    assert (found.whose, found.seen_alive) == ([("AMBIGUOUS", None)], [])
    assert [pair["person_no"] for pair in found.in_play if pair["is_open"]] == [1, 2]


def test_i9_a_number_that_is_anothers_is_not_borne_out_by_the_name() -> None:
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例芬"}, {"person_no": 2, "id_number": B, "name": "李例花"}],
        self_certification=[PASSED | {"id_number": B, "name": "王例芬"}],
    )
    assert (found.whose, found.seen_alive) == ([("AMBIGUOUS", None)], [])


@pytest.mark.parametrize("visit", ["VISIT", "ASSISTED", "CONSULAR_FORM"])
def test_i9_a_visit_identifies_by_person_number_too(visit: str) -> None:
    seen = {"event_code": visit, "qualifier_code": "SEEN_ALIVE", "person_no": 1, "id_number": A, "name": "王例芬"}
    found = judged([{"person_no": 1, "id_number": ONE_OFF, "name": "王例芬"}], field_visit=[seen])
    assert (found.whose, found.seen_alive) == ([("MATCHED", 1)], [1])


RENAMED = whole("62102219500101128")
ACTIVE: dict[str, Any] = {"event_code": "ACTIVE", "event_date": None}


@pytest.mark.parametrize(
    ("registered", "base", "record", "asked"),
    [
        # the registry has the former number, the agencies the one in force
        ({}, {"id_number": RENAMED, "former_id_number": A}, {"id_number": RENAMED}, [(REGISTRY_ROW, "ID08")]),
        ({}, {"name": "王丽芬", "former_name": "王例芬"}, {"name": "王丽芬"}, [(REGISTRY_ROW, "NM06")]),
        # the registry's value is damaged, the base and the agencies agree
        ({"name": "王例份"}, {}, {}, [(REGISTRY_ROW, "NM04")]),
        ({"name": "王芬例"}, {}, {}, [(REGISTRY_ROW, "NM07")]),
        ({"name": "李某某"}, {}, {}, [(REGISTRY_ROW, "ID06")]),
        # an agency's value is stale or damaged: the holder is asked, once
        ({"id_number": RENAMED}, {"id_number": RENAMED, "former_id_number": A}, {}, [("health-1", "ID08")]),
        ({}, {}, {"name": "王例份"}, [("health-1", "NM04")]),
        # name and number are new, the registry has neither: of two agencies each is asked for its own stale value alone
        (
            {},
            {"id_number": RENAMED, "former_id_number": A, "name": "王丽芬", "former_name": "王例芬"},
            {"id_number": RENAMED},
            [("health-1", "NM06"), (REGISTRY_ROW, "ID08"), (REGISTRY_ROW, "NM06")],
        ),
        (
            {},
            {"id_number": RENAMED, "former_id_number": A, "name": "王丽芬", "former_name": "王例芬"},
            {"name": "王丽芬"},
            [("health-1", "ID08"), (REGISTRY_ROW, "ID08"), (REGISTRY_ROW, "NM06")],
        ),
        # both are stale: each holder once, our own registry with them
        ({}, {"id_number": RENAMED, "former_id_number": A}, {}, [("health-1", "ID08"), (REGISTRY_ROW, "ID08")]),
        # nothing is wrong
        ({}, {}, {}, []),
    ],
    ids=CASE,
)
def test_i7_who_holds_the_stale_or_damaged_value_is_asked_once(
    registered: dict[str, Any], base: dict[str, Any], record: dict[str, Any], asked: list[tuple[str, str]]
) -> None:
    usual = {"id_number": A, "name": "王例芬"}
    certificate = usual | {"event_code": "DEATH_CERTIFICATE"} | record
    found = judged(
        [usual | {"person_no": 1} | registered],
        population_register=[ACTIVE | usual | {"birth_date": BORN_A, "county_code": "621022"} | base],
        health=[certificate, certificate],
    )
    assert [(record_id, issue) for _, record_id, _, issue in found.asked] == asked


@pytest.mark.parametrize(
    ("first", "second", "issue"),
    [
        ({"id_number": A}, {"id_number": RENAMED}, "ID08"),
        ({"id_number": RENAMED}, {"id_number": A}, "ID08"),
        ({"id_number": RENAMED, "name": "王例芬"}, {"id_number": RENAMED, "name": "王丽芬"}, "NM06"),
        ({"id_number": RENAMED}, {"id_number": B}, "ID07"),
        ({"id_number": B}, {"id_number": RENAMED}, "ID07"),
    ],
    ids=CASE,
)
def test_i7_of_two_rows_of_one_person_the_stale_or_wrong_one_is_asked(
    first: dict[str, Any], second: dict[str, Any], issue: str
) -> None:
    rows = [
        {"person_no": 1, "name": "王丽芬"} | first,
        {"person_no": 1, "name": "王丽芬", "county_code": "620102"} | second,
    ]
    base = {"id_number": RENAMED, "former_id_number": A, "name": "王丽芬", "former_name": "王例芬"}
    found = judged(rows, population_register=[ACTIVE | base | {"birth_date": BORN_A, "county_code": "621022"}])
    stale = rows[0] if rows[1]["id_number"] == RENAMED and rows[1]["name"] == "王丽芬" else rows[1]
    row_of = {"621022": REGISTRY_ROW, "620102": "1-RESIDENT_PENSION-620102"}
    assert [(record_id, found_issue) for _, record_id, _, found_issue in found.asked] == [
        (row_of[stale.get("county_code", "621022")], issue)
    ]


def test_i7_an_unreadable_name_of_the_registry_is_no_fault_of_an_agency() -> None:
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "???"}],
        health=[{"event_code": "DEATH_CERTIFICATE", "id_number": A, "name": "王例芬"}],
        self_certification=[PASSED | {"id_number": A, "name": "王例芬"}],
    )
    assert [person_no for _, person_no in found.whose] == [None, None]
    assert [(record_id, issue) for _, record_id, _, issue in found.asked] == [(REGISTRY_ROW, "NM02")]


@pytest.mark.parametrize("in_base", [True, False], ids=["base and registry know", "registry alone knows"])
@pytest.mark.parametrize("written", [A, f" {A}", f"{A}\u3000"], ids=CASE)
def test_i7_a_number_written_as_current_and_former_is_no_witness(written: str, in_base: bool) -> None:
    """The police wrote the former number into both columns of a change: the two who hold it are asked, nobody else."""
    now = {"id_number": RENAMED, "former_id_number": A, "name": "王例芬"}
    base = [ACTIVE | now | {"birth_date": BORN_A, "county_code": "621022"}] if in_base else []
    stale = {"id_number": A, "name": "王例芬"}
    found = judged(
        [now | {"person_no": 1}],
        population_register=base,
        health=[stale | {"event_code": "DEATH_CERTIFICATE"}],
        public_security=[stale | {"event_code": "ID_CHANGED", "id_number": written, "former_id_number": A}],
    )
    of_identity = {(record_id, issue) for _, record_id, _, issue in found.asked if issue == "ID08"}
    assert of_identity == {("health-1", "ID08"), ("public_security-1", "ID08")}


@pytest.mark.parametrize(
    ("base", "health", "police", "asked"),
    [
        # the base's own row is the damaged one: another agency says what the registry says
        ({"name": "王例份"}, [{}], [], [("population_register-1", "NM04")]),
        ({"name": "王例"}, [{}], [], [("population_register-1", "ID06")]),
        ({"name": "王例份"}, [{}], [{"name": "王例份"}], [("population_register-1", "NM04")]),
        # somebody else agrees with the base: our own registry, and no other
        ({"name": "王例份"}, [{"name": "王例份"}], [], [(REGISTRY_ROW, "NM04")]),
        ({"name": "王例份"}, [{}, {"name": "王例份"}], [], [(REGISTRY_ROW, "NM04")]),
        # nobody else knows the person: our own registry first
        ({"name": "王例份"}, [], [], [(REGISTRY_ROW, "NM04")]),
        ({"name": "王例份"}, [], [{"name": "王例份"}], [(REGISTRY_ROW, "NM04")]),
    ],
    ids=CASE,
)
def test_i7_the_base_is_no_witness_for_itself(
    base: dict[str, Any], health: list[dict[str, Any]], police: list[dict[str, Any]], asked: list[tuple[str, str]]
) -> None:
    usual = {"id_number": A, "name": "王例芬"}
    certificate = usual | {"event_code": "DEATH_CERTIFICATE"}
    found = judged(
        [usual | {"person_no": 1}],
        population_register=[ACTIVE | usual | {"birth_date": BORN_A, "county_code": "621022"} | base],
        health=[certificate | one for one in health],
        public_security=[usual | {"event_code": "ID_CARD_ISSUED"} | one for one in police],
    )
    of_identity = [(record_id, issue) for _, record_id, column, issue in found.asked if column != "event_date"]
    assert [one for one in of_identity if one[0].split("-")[0] != "public_security"] == asked


def test_i7_a_cut_name_of_the_registry_is_one_question() -> None:
    whole_name = {"id_number": A, "name": "王例芬"}
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例"}],
        population_register=[ACTIVE | whole_name | {"birth_date": BORN_A, "county_code": "621022"}],
        health=[{"event_code": "DEATH_CERTIFICATE"} | whole_name],
        self_certification=[PASSED | whole_name],
    )
    of_registry = [(record_id, issue) for _, record_id, _, issue in found.asked if record_id == REGISTRY_ROW]
    assert of_registry == [(REGISTRY_ROW, "NM05")]


def test_i7_an_agency_is_asked_once_for_each_wrong_fact_and_every_agency() -> None:
    wrong = {"id_number": A, "name": "王例份"}
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例芬"}],
        health=[{"event_code": "DEATH_CERTIFICATE"} | wrong] * 3,
        transport=[TRIP | wrong, TRIP | {"id_number": A, "name": "王力芬"}, TRIP | wrong],
    )
    assert [(agency, record_id) for agency, record_id, _, _ in found.asked] == [
        ("health", "health-1"), ("transport", "transport-1"), ("transport", "transport-2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("born", "sex", "asked"),
    [
        (date(1953, 3, 12), "2", ["ID08"]),
        (date(1953, 3, 12), None, ["ID08"]),
        (None, "1", ["ID08"]),
        (date(1953, 3, 13), None, ["DM01", "ID08"]),
        (date(1953, 3, 12), "1", ["ID08"]),
        (BORN_A, None, ["DM01", "ID08"]),
    ],
    ids=CASE,
)
def test_i8_a_former_number_says_nothing_of_the_birth_date(
    born: date | None, sex: str | None, asked: list[str]
) -> None:
    """The number was changed because birth date or sex in it was wrong."""
    in_force = whole("62102219530312104" if sex == "2" else "62102219530312103")
    found = judged(
        [{"person_no": 1, "id_number": in_force, "name": "王例芬", "former_id_number": A}],
        health=[{"event_code": "DEATH_CERTIFICATE", "id_number": A, "name": "王例芬", "birth_date": born, "sex": sex}],
    )
    assert found.leads == [(1, "LS01")]
    assert sorted(issue for _, _, _, issue in found.asked) == asked


def test_i8_the_registrys_own_former_number_says_nothing_of_the_birth_date_either() -> None:
    in_force = whole("62102219530312104")
    base = {"id_number": in_force, "former_id_number": A, "name": "王例芬", "birth_date": date(1953, 3, 12)}
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例芬", "birth_date": date(1953, 3, 12), "sex": "2"}],
        population_register=[ACTIVE | base | {"county_code": "621022"}],
    )
    assert [(record_id, issue) for _, record_id, _, issue in found.asked] == [(REGISTRY_ROW, "ID08")]


BOTH = [{"person_no": 1, "id_number": A, "name": "王例芬"}, {"person_no": 2, "id_number": B, "name": "李例花"}]
OF_ONE: dict[str, Any] = {"id_number": A, "name": "王例芬", "record_id": "1", "county_code": "621022"}
OF_OTHER: dict[str, Any] = {"id_number": B, "name": "李例花", "record_id": "1", "county_code": "621022"}
EARLIER = {"delivery_id": "civil_affairs0", "business_date": date(2024, 3, 12)}


@pytest.mark.parametrize(
    ("second", "leads", "asked"),
    [
        # two county workbooks, both numbered from 1
        (OF_OTHER | {"county_code": "620102"}, [(1, "LS02"), (2, "LS02")], []),
        (OF_OTHER | {"county_code": "620102", "is_revoked": True}, [(1, "LS02")], []),
        (OF_ONE | {"county_code": "620102", "is_revoked": True}, [(1, "LS02")], []),
        # of a county workbook, withdrawn without naming the county, or the other way round
        (OF_ONE | {"county_code": None, "is_revoked": True}, [], []),
        (OF_OTHER | {"county_code": None, "is_revoked": True}, [(1, "LS02")], []),
        # one office begins its numbers anew
        (OF_OTHER, [(1, "LS02"), (2, "LS02")], ["SQ07"]),
        (OF_OTHER | {"event_code": "MARRIAGE"}, [(1, "LS02"), (2, "LS13")], ["SQ07"]),
        (OF_OTHER | {"is_revoked": True}, [(1, "LS02")], ["SQ07"]),
        # the same record once more
        (OF_ONE | {"is_revoked": True}, [], []),
        (OF_ONE | {"name": "王例份", "is_revoked": True}, [], ["NM04"]),
        (OF_ONE | {"id_number": "", "is_revoked": True}, [], []),
        (OF_ONE | {"event_code": "BURIAL"}, [(1, "LS02")], []),
    ],
    ids=CASE,
)
def test_i4_a_key_is_its_senders_and_stands_for_one_person(
    second: dict[str, Any], leads: list[tuple[int, str]], asked: list[str]
) -> None:
    found = judged(BOTH, civil_affairs=[DEATH | OF_ONE | EARLIER, DEATH | second])
    assert (found.leads, [issue for _, _, _, issue in found.asked]) == (leads, asked)


IN_TWO_COUNTIES = [DEATH | OF_ONE | EARLIER, DEATH | OF_OTHER | {"county_code": "620102"} | EARLIER]


@pytest.mark.parametrize(
    ("before", "withdrawal", "leads"),
    [
        (IN_TWO_COUNTIES, OF_ONE | {"county_code": None}, [2]),
        (IN_TWO_COUNTIES, OF_OTHER | {"county_code": None}, [1]),
        # it names nobody, and two are known: no choice among rivals
        (IN_TWO_COUNTIES, {"record_id": "1", "county_code": None}, [1, 2]),
        ([DEATH | OF_ONE | EARLIER, DEATH | OF_OTHER | EARLIER], {"record_id": "1", "county_code": "621022"}, [1, 2]),
        # one alone is known
        ([DEATH | OF_ONE | EARLIER], {"record_id": "1", "county_code": None}, []),
        ([DEATH | OF_ONE | EARLIER | {"county_code": None}], OF_ONE, []),
    ],
    ids=[
        "one",
        "other",
        "nobody of two counties",
        "nobody of one county",
        "nobody of one",
        "county in withdrawal alone",
    ],
)
def test_i4_a_withdrawal_without_a_county_is_of_the_record_it_fits(
    before: list[dict[str, Any]], withdrawal: dict[str, Any], leads: list[int]
) -> None:
    found = judged(BOTH, civil_affairs=[*before, DEATH | withdrawal | {"is_revoked": True}])
    assert found.leads == [(number, "LS02") for number in leads]


def test_i4_both_passengers_of_an_order_travelled_and_a_refund_is_of_one() -> None:
    before = {"delivery_id": "transport0", "business_date": date(2024, 3, 12)}
    trips = [TRIP | OF_ONE | before, TRIP | OF_OTHER | before]
    assert judged(BOTH, transport=trips).seen_alive == [1, 2]
    refunded = judged(BOTH, transport=[*trips, TRIP | OF_OTHER | {"qualifier_code": "REFUNDED", "county_code": None}])
    assert (refunded.seen_alive, refunded.asked) == ([1], [])


def test_i4_a_key_used_again_for_a_namesake_is_another_record() -> None:
    """Their numbers tell the two apart, though the name is one: a lead on one is not moved to the other in silence."""
    death = {"event_code": "CREMATION"} | OF_ONE
    found = judged(NAMESAKES, civil_affairs=[death | EARLIER, death | {"id_number": B}])
    assert sorted(loss["person_no"] for loss in found.losses) == [1, 2]
    assert "SQ07" in {issue["issue"] for issue in found.issues}


def test_i4_a_corrected_record_is_still_the_same() -> None:
    """First the number was wrong, then it is right: the name ties the versions."""
    wrong = DEATH | OF_ONE | EARLIER | {"id_number": whole(A[:16] + "9")}
    found = judged(BOTH, civil_affairs=[wrong, DEATH | OF_ONE, DEATH | OF_ONE | {"is_revoked": True}])
    assert found.leads == []


TWICE = [
    {"person_no": 1, "id_number": A, "name": "王例芬", "first_payment_date": date(2012, 1, 1)},
    {"person_no": 7, "id_number": A, "name": "王例芬", "county_code": "620102", "first_payment_date": date(2016, 1, 1)},
]


def test_i2_one_human_under_two_person_numbers_is_seen_under_both() -> None:
    found = judged(TWICE, vaccination=[SHOT | {"id_number": A, "name": "王例芬"}])
    assert (found.whose, found.seen_alive) == ([("MATCHED", 1)], [1, 7])
    assert found.leads == [(7, "LS11")]
    row, other = REGISTRY_ROW, "7-RESIDENT_PENSION-620102"
    assert [question[1:] for question in found.asked] == [(row, "person_no", "ID07"), (other, "person_no", "ID07")]


@pytest.mark.parametrize(
    "second",
    [
        {}, {"name": "王 例芬"}, {"name": "王例·芬"},
        {"id_number": A[:6] + A[8:17]}, {"county_code": "621022"}, {"birth_date": BORN_A},
        {"payment_state": "NOT_DRAWING"}, {"programme_code": "EMPLOYEE_PENSION"},
    ],
    ids=CASE,
)  # fmt: skip
def test_i2_a_death_of_one_human_is_a_lead_under_every_number(second: dict[str, Any]) -> None:
    found = judged(
        [TWICE[0], TWICE[1] | second],
        health=[{"event_code": "DEATH_CERTIFICATE", "id_number": A, "name": "王例芬", "birth_date": BORN_A}],
    )
    assert [lead for lead in found.leads if lead[1] == "LS01"] == [(1, "LS01"), (7, "LS01")]
    assert {record_id[0] for _, record_id, _, issue in found.asked if issue == "ID07"} == {"1", "7"}


@pytest.mark.parametrize(
    ("second", "leads"),
    [
        ({"programme_code": "EMPLOYEE_PENSION"}, [1, 7]),
        ({"payment_state": "NOT_DRAWING"}, []),
        ({"first_payment_date": date(2010, 1, 1)}, [1]),
        ({"first_payment_date": date(2012, 1, 1)}, [7]),
    ],
    ids=CASE,
)
def test_i2_a_double_benefit_stands_where_it_began_later(second: dict[str, Any], leads: list[int]) -> None:
    assert judged([TWICE[0], TWICE[1] | second]).leads == [(number, "LS11") for number in leads]


@pytest.mark.parametrize(
    "second", [{"name": "王例芳"}, {"birth_date": date(1950, 1, 2)}, {"id_number": A[:17] + "0"}], ids=CASE
)
def test_i2_another_name_number_or_birth_date_is_another_person(second: dict[str, Any]) -> None:
    found = judged([TWICE[0], TWICE[1] | second])
    assert (found.leads, [issue for _, _, column, issue in found.asked if column == "person_no"]) == ([], [])


def test_i2_our_own_channel_may_state_either_number() -> None:
    passes = [PASSED | {"person_no": number, "id_number": A, "name": "王例芬"} for number in (1, 7)]
    found = judged(TWICE, self_certification=passes)
    assert (found.whose, found.seen_alive) == ([("MATCHED", 1)] * 2, [1, 1, 7, 7])


def _person(number: int) -> dict[str, Any]:
    name = f"{'王李张刘陈'[number % 5]}例{chr(0x5000 + 7 * number)}"
    return {"person_no": number, "id_number": whole(f"6210221950{number % 12 + 1:02d}01{number:03d}"), "name": name}


PEOPLE = [_person(number) for number in range(1, 21)]


@pytest.mark.parametrize(
    ("names", "is_mixed_up"),
    [
        (sorted(str(one["name"]) for one in PEOPLE), True),
        (["???"] * 20, True),
        (["王??"] * 20, True),
        ([str(one["name"]) for one in [*PEOPLE[1:], PEOPLE[0]]], True),
        ([str(one["name"]) for one in PEOPLE], False),
        (["陌生人"] * 9 + [str(one["name"]) for one in PEOPLE[9:]], False),
    ],
    ids=["sorted by itself", "question marks", "surname and question marks", "shifted by a row", "right", "nine wrong"],
)
def test_i10_a_file_whose_names_do_not_go_with_its_numbers_is_not_fresh(names: list[str], is_mixed_up: bool) -> None:
    trips = [TRIP | {"id_number": one["id_number"], "name": name} for one, name in zip(PEOPLE, names, strict=True)]
    found = judged(PEOPLE, transport=trips)
    assert ("transport" in found.fresh) is not is_mixed_up
    assert not (is_mixed_up and found.asked)


@pytest.mark.parametrize(
    ("written", "is_ruined"),
    [(lambda _: "6.21022E+17", True), (lambda number: number[:12], True), (lambda number: number[:17] + "?", True),
     (lambda number: whole("110101" + number[6:17]), False)],
    ids=["by a sheet", "cut", "without the last character", "of nobody insured"],
)  # fmt: skip
def test_i10_a_file_of_ruined_numbers_is_not_fresh(written: Callable[[str], str], is_ruined: bool) -> None:
    trips = [TRIP | {"id_number": written(one["id_number"]), "name": one["name"]} for one in PEOPLE]
    assert ("transport" in judged(PEOPLE, transport=trips).fresh) is not is_ruined


def test_i10_another_whole_file_of_the_day_keeps_the_feed_fresh() -> None:
    wrong = [TRIP | {"id_number": one["id_number"], "name": "???"} for one in PEOPLE]
    right = [TRIP | {"id_number": one["id_number"], "name": one["name"], "delivery_id": "t2"} for one in PEOPLE]
    found = judged(PEOPLE, transport=[*wrong, *right])
    assert ("transport" in found.fresh, len(found.seen_alive)) == (True, 20)


@pytest.mark.parametrize(
    ("event", "holder"),
    [("DECLARED_DEAD", "court"), ("EXECUTION", "court"), ("PRISON_TERM", "justice"), ("CONTROL", "justice")],
)
def test_i11_the_holder_of_a_record_is_asked_by_its_kind(event: str, holder: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例芬"}],
        justice=[{"event_code": event, "id_number": A, "name": "王例份"}],
    )
    assert [(agency, issue) for agency, _, _, issue in found.asked] == [(holder, "NM04")]
    assert {loss["agency"] for loss in found.losses} == {holder}


PASSPORT, PERMIT = "E12345678", "H1234567801"


@pytest.mark.parametrize(
    ("kind", "registered", "record"),
    [
        ("03", PASSPORT, {"id_number": PASSPORT}),
        ("03", "AB1234567", {"id_number": "ab1234567"}),
        ("", PASSPORT, {"id_number": PASSPORT}),
        ("08", "CHN123456789012", {"id_number": "chn123456789012"}),
        ("06", PERMIT, {"id_number": PERMIT}),
        ("06", PERMIT, {"id_number": "H12345678"}),
        ("06", PERMIT, {"id_number": "H12345678(02)"}),
        ("07", "01234567", {"id_number": "01234567"}),
        ("04", "军字第0012345号", {"id_number": "军字第0012345"}),
        ("03", "AB1234567", {"id_number": "AB-1234567"}),
        ("07", "01234567", {"id_number": "0123456702"}),
        ("07", "0123456701", {"id_number": "0123456702"}),
    ],
    ids=CASE,
)
def test_i5_another_document_is_compared_by_kind_number_and_name(
    kind: str, registered: str, record: dict[str, Any]
) -> None:
    found = judged(
        [{"person_no": 1, "id_number": registered, "id_type": kind, "name": "王例芬"}],
        vaccination=[SHOT | {"name": "王例芬"} | record],
    )
    assert found.whose == [("MATCHED", 1)]
    assert found.asked == []


@pytest.mark.parametrize(
    ("kind", "registered", "record"),
    [
        ("03", PASSPORT, {"id_number": PASSPORT, "name": "李例花"}),
        ("03", PASSPORT, {"id_number": "E12345679"}),
        ("01", "6210221950", {"id_number": "6210221950"}),
        ("03", "00000000", {"id_number": "00000000"}),
        ("08", "无", {"id_number": "无"}),
        ("03", PASSPORT, {"id_number": ""}),
    ],
    ids=CASE,
)
def test_i5_another_kind_number_or_name_or_no_number_is_no_match(
    kind: str, registered: str, record: dict[str, Any]
) -> None:
    found = judged(
        [{"person_no": 1, "id_number": registered, "id_type": kind, "name": "王例芬"}],
        vaccination=[SHOT | {"name": "王例芬"} | record],
    )
    assert [person_no for _, person_no in found.whose] == [None]


@pytest.mark.parametrize(
    "name",
    [
        "JOHN SMITH",
        "john smith",
        "SMITH JOHN",
        "Smith, John",
        "Ｊｏｈｎ　Ｓｍｉｔｈ",
        "John  Smith",
        "SMITH-JOHN",
        "John Smith.",
    ],
    ids=CASE,
)
def test_i5_a_name_in_latin_letters_is_one_name_in_any_order_and_case(name: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": PASSPORT, "id_type": "03", "name": "John Smith"}],
        vaccination=[SHOT | {"id_number": PASSPORT, "name": name}],
    )
    assert (found.whose, found.asked) == ([("MATCHED", 1)], [])


@pytest.mark.parametrize(
    ("registered", "written"),
    [
        ("José García", "JOSE GARCIA"),
        ("Nguyễn Văn An", "NGUYEN VAN AN"),
        ("Łukasz Ørsted", "LUKASZ ORSTED"),
        ("Ali Işık", "ALI ISIK"),
        ("Hans Weiß", "Weiss, Hans"),
        ("John Smith", "SMITH<<JOHN"),
        ("John Smith", "SMITH/JOHN MR"),
        ("John Smith", "Mr. John Smith"),
        ("John X", "Mr John X"),
        ("John Smith", "John_Smith"),
        ("John Smith", "John·Smith"),
        ("John\u200b Smith", "Smith\u00a0\tJohn"),
        ("Mary O'Neill", "MARY O`NEILL"),
        ("Jean-Pierre Dupont", "Dupont Jean–Pierre"),
        ("Иван Петров", "ПЕТРОВ ИВАН"),
        ("Семён Чайкин", "СЕМЕН ЧАЙКИН"),
    ],
    ids=CASE,
)
def test_i5_accents_signs_and_titles_do_not_part_a_foreign_name(registered: str, written: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": PASSPORT, "id_type": "03", "name": registered}],
        vaccination=[SHOT | {"id_number": PASSPORT, "name": written}],
    )
    assert (found.whose, found.asked) == ([("MATCHED", 1)], [])


@pytest.mark.parametrize(
    "name",
    [
        "JOHN SMITHS", "JOAN SMITH", "SMITH", "MARY JOHN SMITH", "JOHN", "JOHN SMIT", "JOHN F SMITH", "J. SMITH",
        "John Smith Jr", "Mr Smith", "J?HN SMITH",
    ],
    ids=CASE,
)  # fmt: skip
def test_i5_another_name_in_latin_letters_is_another_name(name: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": PASSPORT, "id_type": "03", "name": "John Smith"}],
        vaccination=[SHOT | {"id_number": PASSPORT, "name": name}],
    )
    assert [person_no for _, person_no in found.whose] == [None]


def test_i5_two_who_share_a_document_are_rivals() -> None:
    found = judged(
        [
            {"person_no": 1, "id_number": PASSPORT, "id_type": "03", "name": "王例芬", "birth_date": date(1950, 1, 2)},
            {"person_no": 2, "id_number": PASSPORT, "id_type": "03", "name": "王例芬", "birth_date": date(1960, 1, 2)},
        ],
        vaccination=[SHOT | {"id_number": PASSPORT, "name": "王例芬"}],
    )
    assert found.whose == [("AMBIGUOUS", None)]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("03", "E12345678"), ("", "EA1234567"), ("", "G12345678"), ("06", "H1234567800"), ("", "M12345678"),
        ("", "CHN123456789012"), ("07", "01234567"), ("04", "军字第0012345号"), ("03", "123456789"),
    ],
    ids=CASE,
)  # fmt: skip
def test_i5_a_document_other_than_an_identity_card_is_no_wrong_number(kind: str, number: str) -> None:
    found = judged(
        [{"person_no": 1, "id_number": number, "id_type": kind, "name": "王例芬"}],
        transport=[TRIP | {"id_number": number, "name": "王例芬"}],
    )
    assert found.asked == []


def test_i5_an_identity_card_with_the_number_of_a_passport_is_asked_about() -> None:
    found = judged([{"person_no": 1, "id_number": PASSPORT, "id_type": "01", "name": "王例芬"}])
    assert [issue for _, _, _, issue in found.asked] == ["ID01"]


@pytest.mark.parametrize("first", ["BOARDED", "REFUNDED"])
def test_r9_versions_of_one_day_that_take_each_other_back_certify_nobody_and_ask(first: str) -> None:
    second = {"BOARDED": "REFUNDED", "REFUNDED": "BOARDED"}[first]
    trip = {"event_code": "TRIP_RAIL", "id_number": A, "name": "王例芬", "record_id": "T1"}
    found = judged(
        [{"person_no": 1, "id_number": A, "name": "王例芬"}],
        transport=[trip | {"qualifier_code": first}, trip | {"qualifier_code": second, "delivery_id": "transport2"}],
    )
    assert found.seen_alive == []
    assert {issue for _, _, _, issue in found.asked} == {"SQ06"}
