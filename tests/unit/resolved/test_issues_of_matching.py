"""What a sender is asked because of whom the record was compared with: each once, nobody presumed wrong."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from matchers.passes import Matches
from pipelines.resolved.issues import find_issues, find_registry_issues
from pipelines.resolved.links import shape_records
from tests.unit.resolved.test_links import COUNTIES, FIRST, KNOWN, NO_BASE, PERSONS, SECOND, received

NO_COMPARISON = {"date_level": "ABSENT", "sex_level": "ABSENT", "county_level": "ABSENT"}
UNKNOWN = "622822195003150031"


def issues_of(
    record: dict[str, object], *in_play: tuple[str, str], tier: str = "AMBIGUOUS", person_no: int | None = None
) -> list[tuple[str, str, str]]:
    """Issues of one record with persons in play of these (number level, name level)."""
    usual: dict[str, object] = {"id_number": FIRST, "name": "章例", "event_code": "DEATH_CERTIFICATE"}
    records = shape_records(*received("health", usual | record))
    answer = {
        "row": 0, "person_no": person_no, "match_state": "AMBIGUOUS", "match_pass": "P4", "match_tier": tier,
        "match_reason": "", "by_former_number": False, "by_former_name": False, "considered": 1, "rivals": 0,
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        NO_COMPARISON
        | {"row": 0, "is_linked": False, "person_no": place, "number_level": number, "name_level": name, "place": place}
        for place, (number, name) in enumerate(in_play, 1)
    ]
    levels = dict.fromkeys(("number_level", "name_level"), pl.String)
    shape = {"row": pl.UInt32, "person_no": pl.Int64, **levels, "is_linked": pl.Boolean}
    found = Matches(
        pl.DataFrame([answer], schema_overrides={"row": pl.UInt32, "person_no": pl.Int64}),
        pl.DataFrame(rows, schema_overrides={"row": pl.UInt32}) if rows else pl.DataFrame(schema=shape),
    )
    return sorted(find_issues(records, found, KNOWN).of_holders.select("column", "issue", "kind").rows())


@pytest.mark.parametrize(
    ("level", "column", "issue"),
    [
        ("HOMOPHONE", "name", "NM04"),
        ("GLYPH", "name", "NM04"),
        ("TRUNCATED", "name", "NM05"),
        ("REORDERED", "name", "NM07"),
        ("ONE_CHARACTER", "id_number", "ID06"),
        ("OTHER", "id_number", "ID06"),
    ],
)
def test_how_the_name_differs_from_that_of_the_number_is_checked(level: str, column: str, issue: str) -> None:
    assert issues_of({}, ("EQUAL", level)) == [(column, issue, "CHECK")]
    assert issues_of({}, ("EQUAL", level), ("OTHER", "EQUAL")) == [(column, issue, "CHECK")]


@pytest.mark.parametrize("level", ["EQUAL", "VARIANT", "FORMER"])
def test_one_of_two_persons_of_the_number_by_that_name_is_enough(level: str) -> None:
    assert issues_of({}, ("EQUAL", "OTHER"), ("FORMER", level)) == []


def test_of_two_persons_of_the_number_the_closer_one_is_asked_about() -> None:
    assert issues_of({}, ("FORMER", "OTHER"), ("EQUAL", "HOMOPHONE")) == [("name", "NM04", "CHECK")]


def test_a_lost_character_is_one_question() -> None:
    assert issues_of({"name": "张?"}, ("EQUAL", "GLYPH")) == [("name", "NM02", "CORRECT")]


def test_a_spelling_is_a_persons_own_only_where_the_record_is_tied_to_the_person() -> None:
    """Found by 20,000 simulated persons: a probable person's own way of writing is not known from the record."""
    probable = issues_of({"id_number": None, "name": "張例"}, ("ABSENT", "EQUAL"), tier="PROBABLE", person_no=1)
    assert probable == [("name", "NM03", "CORRECT")]


def test_who_is_found_without_the_number_says_nothing_of_the_name() -> None:
    assert issues_of({"id_number": None}, ("ABSENT", "HOMOPHONE")) == []


def test_another_number_of_a_person_found_by_name_is_checked() -> None:
    assert issues_of({"id_number": UNKNOWN}, ("NEIGHBOUR", "EQUAL"), tier="PROBABLE") == [
        ("id_number", "ID07", "CHECK")
    ]
    assert issues_of({"id_number": UNKNOWN}, ("NEIGHBOUR", "EQUAL"), ("NEIGHBOUR", "EQUAL")) == []
    assert issues_of({"id_number": UNKNOWN}, ("OTHER", "EQUAL"), tier="PROBABLE") == []


def registry_asked(*rows: dict[str, object]) -> list[tuple[str, str, str]]:
    usual = {"programme_code": "RESIDENT_PENSION", "county_code": "621022", "name": "张例", "id_number": FIRST}
    records = shape_records(*received("registry", *(usual | row for row in rows)))
    return sorted(find_registry_issues(records, PERSONS, COUNTIES, NO_BASE).select("record_id", "issue", "kind").rows())


def test_one_number_under_two_names_in_the_registry_is_checked_on_both_sides() -> None:
    found = registry_asked({"person_no": 1}, {"person_no": 2, "name": "叶例", "id_number": FIRST})
    both = [("1-RESIDENT_PENSION-621022", "ID06", "CHECK"), ("2-RESIDENT_PENSION-621022", "ID06", "CHECK")]
    assert [row for row in found if row[1] == "ID06"] == both


def test_two_numbers_of_one_person_in_the_registry_are_checked() -> None:
    assert registry_asked({"person_no": 1}, {"person_no": 1, "county_code": "620102", "id_number": SECOND}) == [
        ("1-RESIDENT_PENSION-620102", "ID07", "CHECK")
    ]


def test_a_broken_number_in_the_registry_is_corrected_and_no_second_number() -> None:
    assert registry_asked({"person_no": 1, "id_number": FIRST[:-1] + "1"}) == [
        ("1-RESIDENT_PENSION-621022", "ID02", "CORRECT")
    ]


def test_two_names_of_one_person_in_the_registry_are_checked() -> None:
    assert registry_asked({"person_no": 1}, {"person_no": 1, "county_code": "620102", "name": "叶例"}) == [
        ("1-RESIDENT_PENSION-620102", "NM08", "CHECK")
    ]


def test_another_persons_number_is_one_question_with_its_birth_date_any_other_is_two() -> None:
    born: dict[str, object] = {"birth_date": date(1971, 7, 7)}
    birth_date_issue = ("birth_date", "DM01", "CORRECT")
    assert birth_date_issue not in issues_of(born, ("EQUAL", "OTHER"))
    assert birth_date_issue in issues_of(born, ("EQUAL", "HOMOPHONE"))


@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"event_date": date(2024, 3, 16)}, ["event_date"]),
        ({"event_date": None}, ["event_date"]),
        ({"name": "章例芳"}, []),
        ({"event_date": date(2024, 3, 16), "business_date": date(2024, 3, 19)}, []),
        ({"event_date": date(2024, 3, 16), "is_revoked": True}, []),
    ],
)
def test_r9_the_sender_is_asked_which_of_two_versions_of_one_day_is_meant(names, change, asked) -> None:
    usual = {"record_id": "r", "id_number": FIRST, "name": "章例", "event_code": "DEATH_CERTIFICATE"}
    rows = received("health", usual | {"delivery_id": names[0]}, usual | change | {"delivery_id": names[1]})
    records = shape_records(*rows)
    answers = {
        "row": [0, 1], "person_no": [1, 1], "match_state": "MATCHED", "match_pass": "P1", "match_tier": "EXACT",
        "match_reason": "", "by_former_number": False, "by_former_name": False, "considered": 1, "rivals": 0,
    }  # fmt: skip
    levels = dict.fromkeys(("number_level", "name_level"), pl.String)
    nobody = pl.DataFrame(schema={"row": pl.UInt32, "person_no": pl.Int64, **levels, "is_linked": pl.Boolean})
    answered = pl.DataFrame(answers).cast({"row": pl.UInt32, "person_no": pl.Int64})
    found = find_issues(records, Matches(answered, nobody), KNOWN).of_holders
    asked_of = found.filter(pl.col("issue") == "SQ06").select("column", "kind", "record_no").rows()
    assert asked_of == [(column, "CORRECT", record) for column in asked for record in (1, 2)]
