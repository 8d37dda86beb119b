"""Who is insured, from rows that repeat, contradict each other and come in any order."""

from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest

from matchers.passes import index_registry
from matchers.records import read_records
from pipelines.resolved.identity import find_entitlements, find_persons, learned_aliases, registry_aliases

FIRST, SECOND, THIRD = "11010519491231002X", "622822195003150015", "622822195003150031"
SCHEMA: dict[str, Any] = {
    "person_no": pl.Int64,
    "id_number": pl.String,
    "name": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "programme_code": pl.String,
    "county_code": pl.String,
    "payment_state": pl.String,
    "first_payment_date": pl.Date,
    "monthly_fen": pl.Int64,
    "phone": pl.String,
    "address": pl.String,
    "group": pl.String,
    "former_id_number": pl.String,
    "former_name": pl.String,
    "id_type": pl.String,
    "business_date": pl.Date,
}
USUAL = {
    "person_no": 1,
    "id_number": FIRST,
    "name": "张例",
    "programme_code": "RESIDENT_PENSION",
    "county_code": "621022",
    "payment_state": "DRAWING",
    "id_type": "01",
    "business_date": date(2024, 3, 18),
}


def rows(*changes: dict[str, object]) -> pl.DataFrame:
    written = pl.DataFrame([USUAL | change for change in changes], SCHEMA)
    return written.drop("id_number", "name").hstack(read_records(written))


def test_a_person_without_anything_else_is_read_from_the_number() -> None:
    person = find_persons(rows({"id_number": "110105491231002", "name": "張例"})).row(0, named=True)
    assert person == {
        "person_no": 1,
        "id_number": FIRST,
        "id_type": "01",
        "id_valid": True,
        "name": "张例",
        "raw_name": "張例",
        "sex": "0",
        "birth_date": date(1949, 12, 31),
        "phone": "",
        "address": "",
        "group": "GENERAL",
        "county_codes": "621022",
    }


def test_rows_of_one_person_are_settled_by_content_in_every_order() -> None:
    registry_rows = rows(
        {"id_number": "broken", "name": "阿例", "phone": "10000012345", "group": "DISABLED"},
        {"id_number": SECOND, "name": "王例", "programme_code": "WORK_INJURY", "group": "GENERAL"},
        {"id_number": FIRST, "name": "张例", "payment_state": "TERMINATED", "monthly_fen": 900},
        {"id_number": FIRST, "name": "张例", "payment_state": "DRAWING", "monthly_fen": 100},
    )
    persons = find_persons(registry_rows)
    entitlements = find_entitlements(registry_rows, persons)
    assert persons.select("id_number", "name", "phone", "group").rows() == [(FIRST, "张例", "10000012345", "DISABLED")]
    assert entitlements.select("programme_code", "payment_state", "monthly_fen", "has_phone").rows() == [
        ("RESIDENT_PENSION", "DRAWING", 100, True),
        ("WORK_INJURY", "DRAWING", 0, True),
    ]
    random = Random(7)
    for _ in range(5):
        moved = registry_rows[random.sample(range(registry_rows.height), registry_rows.height)]
        assert find_persons(moved).equals(persons)
        assert find_entitlements(moved, persons).equals(entitlements)


@pytest.mark.parametrize(
    ("on_file", "phone"),
    [
        ("10000012345", "10000012345"),
        (" 10000012345　", "10000012345"),
        ("0000-0000000", ""),  # a line at home takes no text message
        ("100000123456", ""),
        ("11111111111", ""),
        ("10000000000", ""),
        ("12345678901", ""),
    ],
)
def test_v18_only_a_mobile_number_of_somebodys_own_takes_a_message(on_file: str, phone: str) -> None:
    persons = find_persons(rows({"id_number": FIRST, "name": "张例", "phone": on_file}))
    assert persons["phone"].to_list() == [phone]


MOVED = {"county_code": "620102", "business_date": date(2024, 3, 20), "first_payment_date": date(2015, 1, 1)}


@pytest.mark.parametrize(
    ("second", "counties"),
    [
        ({}, ["620102"]),
        ({"business_date": date(2024, 3, 18)}, ["620102", "621022"]),
        ({"business_date": date(2024, 3, 10)}, ["621022"]),
        ({"first_payment_date": date(2018, 1, 1)}, ["620102", "621022"]),
        ({"programme_code": "EMPLOYEE_PENSION"}, ["620102", "621022"]),
        ({"person_no": 2}, ["620102", "621022"]),
        ({"payment_state": "SUSPENDED"}, ["620102"]),
        ({"payment_state": "TERMINATED"}, ["620102", "621022"]),
    ],
    ids=[
        "newer",
        "same day",
        "older",
        "begun on another day",
        "another programme",
        "another person",
        "suspended there",
        "ended there, so it goes on where it was",
    ],
)
def test_a_benefit_that_a_newer_snapshot_states_of_another_county_has_moved(second, counties) -> None:
    registry_rows = rows({"first_payment_date": date(2015, 1, 1)}, MOVED | second)
    found = find_entitlements(registry_rows, find_persons(registry_rows))
    assert sorted(found["county_code"]) == counties


def test_two_benefits_of_which_no_first_payment_is_known_may_be_two() -> None:
    registry_rows = rows({"first_payment_date": None}, MOVED | {"first_payment_date": None})
    found = find_entitlements(registry_rows, find_persons(registry_rows))
    assert sorted(found["county_code"]) == ["620102", "621022"]


def test_former_numbers_and_names_are_kept_where_they_differ() -> None:
    registry_rows = rows({"former_id_number": "622822500315001", "former_name": "張例"}, {"former_name": "张旧例"})
    assert registry_aliases(registry_rows, find_persons(registry_rows)).rows() == [
        (1, "id_number", SECOND),
        (1, "name", "张旧例"),
    ]


def learned(*records: tuple[str, str, str | None, str | None]) -> list[tuple[int, str, str]]:
    persons = find_persons(rows({}, {"person_no": 2, "id_number": SECOND, "name": "王例"}))
    aliases = pl.DataFrame(schema={"person_no": pl.Int64, "kind": pl.String, "value": pl.String})
    residences = pl.DataFrame(schema={"person_no": pl.Int64, "county_code": pl.String})
    stated = pl.DataFrame(
        records,
        {"id_number": pl.String, "name": pl.String, "former_id_number": pl.String, "former_name": pl.String},
        orient="row",
    )
    return learned_aliases(stated, index_registry(persons, aliases, residences), persons).rows()


def test_a_new_number_is_learned_from_the_old_one() -> None:
    assert learned((THIRD, "张例", FIRST, None)) == [(1, "id_number", THIRD)]


def test_an_old_name_is_learned_from_the_number() -> None:
    assert learned((FIRST, "张例", None, "张旧例")) == [(1, "name", "张旧例")]


def test_pairs_of_different_persons_teach_nothing() -> None:
    assert learned((FIRST, "张例", SECOND, "王例")) == []


def test_a_number_without_a_fitting_name_teaches_nothing() -> None:
    assert learned((FIRST, "李例", THIRD, "赵例"), (FIRST, "张例", None, None)) == []
