"""One example for every conversion, defect and rejection."""

from datetime import date

import polars as pl
import pytest

from matchers.candidates import FEW
from matchers.defects import find_defects
from matchers.exact import COMMON
from matchers.names import normalise_name
from matchers.numbers import normalise_number, read_numbers
from matchers.passes import Matches, index_registry, match_records
from matchers.records import read_records

# 11010519491231002X is the example printed in GB 11643
WHOLE = "11010519491231002X"
OTHER = "622822195003150015"
CASE = "case".format  # no number or name in the name of a test
COUNTIES = ("622822", "621022")


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        "110105491231002",
        "'11010519491231002X",
        "’11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X\u3000",
        "\ufeff11010519491231002X\u200b",
        '="11010519491231002X"',
        "110105491231002.0",
        "11010519491231002Х",  # Cyrillic
        "11010519491231002×",
    ],
    ids=CASE,
)
def test_every_way_of_writing_gives_one_number(written: str) -> None:
    assert normalise_number(pl.Series([written, None])).to_list() == [WHOLE, ""]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("张 伟", "张伟"),
        ("\u3000张伟\u200b", "张伟"),
        ("張偉", "张伟"),
        ("劉葉", "刘叶"),
        ("赵\ue863", "赵䶮"),
        ("王\U000e0100明", "王明"),
        ("买买提・吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提‧吐尔逊", "买买提·吐尔逊"),
        ("买买提．吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("买买提-吐尔逊", "买买提·吐尔逊"),
        ("Ａnna-Ｍaria", "ANNAMARIA"),
        ("maria, anna", "ANNAMARIA"),
        ("O’Neill", "ONEILL"),
        ("喆昇堃甯", "喆昇堃甯"),
    ],
    ids=CASE,
)
def test_every_way_of_writing_gives_one_name(written: str, name: str) -> None:
    assert normalise_name(pl.Series([written])).to_list() == [name]


def test_the_number_says_birth_date_and_sex() -> None:
    read = read_numbers(pl.Series([WHOLE, WHOLE[:-1] + "1", "110105194902290011", ""]))
    assert read["derived_birth_date"].to_list() == [date(1949, 12, 31), None, None, None]
    assert read["derived_sex"].to_list() == ["2", None, None, None]
    assert read["has_date"].to_list() == [True, True, False, False]


def defects(id_number: str, name: str = "张例", sex: str = "", birth_date: date | None = None) -> set[tuple[str, str]]:
    read = read_records(pl.DataFrame({"id_number": [id_number], "name": [name]})).with_row_index("row")
    stated = read.with_columns(sex=pl.lit(sex), birth_date=pl.lit(birth_date, dtype=pl.Date))
    return set(find_defects(stated, COUNTIES).select("column", "issue").iter_rows())


@pytest.mark.parametrize(
    ("id_number", "issues"),
    [
        (WHOLE, set()),
        ("1101051949", {"ID01"}),
        ("1101**********002X", {"ID01"}),
        (WHOLE[:-1] + "0", {"ID02"}),
        ("110105194902300014", {"ID02", "ID03"}),
        ("110105491231002", {"ID05"}),
        (WHOLE.lower(), {"ID09"}),
        ("6.22E+17", {"ID09"}),
        (WHOLE[:15] + "000", {"ID09"}),
        ("", set()),
    ],
    ids=CASE,
)
def test_defects_of_a_number(id_number: str, issues: set[str]) -> None:
    assert {issue for _, issue in defects(id_number)} == issues


def test_a_county_code_is_only_judged_in_a_province_the_list_speaks_of() -> None:
    unknown, elsewhere, nowhere = (
        code + body for code, body in (("622999", WHOLE[6:]), ("110105", WHOLE[6:]), ("990105", WHOLE[6:]))
    )
    assert ("id_number", "ID04") in defects(unknown)
    assert ("id_number", "ID04") not in defects(elsewhere)
    assert ("id_number", "ID04") in defects(nowhere)


@pytest.mark.parametrize(
    ("name", "issue"),
    [("买买提・吐", "NM01"), ("买买提.吐", "NM01"), ("赵?", "NM02"), ("赵\ue000", "NM02"), ("張例", "NM03")],
    ids=CASE,
)
def test_defects_of_a_name(name: str, issue: str) -> None:
    assert defects(WHOLE, name) == {("name", issue)}


def test_dates_and_sex_against_the_number() -> None:
    assert defects(WHOLE, sex="1", birth_date=date(1949, 12, 30)) == {("birth_date", "DM01"), ("sex", "DM02")}
    assert defects(WHOLE, sex="9") == set()


PERSONS = pl.DataFrame(
    {
        "person_no": [1, 2],
        "id_number": [WHOLE, OTHER],
        "name": ["张例", "买买提·吐"],
        "raw_name": ["张例", "买买提·吐"],
        "sex": ["2", "1"],
        "birth_date": [date(1949, 12, 31), date(1950, 3, 15)],
    }
)
ALIASES = pl.DataFrame(
    {"person_no": [1, 1], "kind": ["id_number", "name"], "value": ["622822195003150031", "张旧例"]},
)


RESIDENCES = pl.DataFrame({"person_no": [1, 2], "county_code": ["110105", "622822"]})
NOTHING = {"birth_date": pl.lit(None, pl.Date), "sex": pl.lit(None, pl.String), "county_code": pl.lit("")}


def answer_of(id_number: str, name: str, persons: pl.DataFrame) -> Matches:
    read = read_records(pl.DataFrame({"id_number": [id_number], "name": [name]})).with_row_index("row")
    return match_records(read.with_columns(**NOTHING), index_registry(persons, ALIASES, RESIDENCES), prior=0.5)


@pytest.mark.parametrize(
    ("id_number", "name", "answer"),
    [
        (WHOLE, "张例", (1, "MATCHED", "P1", "")),
        (WHOLE.lower(), "张例", (1, "MATCHED", "P2", "ID_WRITING")),
        ("110105491231002", "张例", (1, "MATCHED", "P2", "ID_15")),
        ("张例", WHOLE, (1, "MATCHED", "P2", "SWAPPED")),
        (WHOLE, "張例", (1, "MATCHED", "P2", "NAME_VARIANT")),
        (WHOLE, "张 例", (1, "MATCHED", "P2", "NAME_WRITING")),
        (OTHER, "买买提吐", (2, "MATCHED", "P2", "NAME_DOT")),
        (OTHER, "买买提.吐", (2, "MATCHED", "P2", "NAME_DOT")),
        ("622822195003150031", "张例", (1, "MATCHED", "P2", "FORMER_ID")),
        (WHOLE, "张旧例", (1, "MATCHED", "P2", "FORMER_NAME")),
        (WHOLE, "李例", (None, "AMBIGUOUS", "P5", "OTHER_NAME")),
        (WHOLE, "", (None, "AMBIGUOUS", "P5", "NO_NAME")),
        ("", "张例", (None, "NONE", "", "NO_ID")),
        (WHOLE[:-1] + "1", "张例", (1, "MATCHED", "P3", "ID_REPAIRED")),
        (WHOLE[:-1] + "1", "李例", (None, "NONE", "", "BAD_ID")),
        (WHOLE, "章例", (1, "MATCHED", "P4", "NAME_HOMOPHONE")),
        (WHOLE, "例张", (1, "MATCHED", "P4", "NAME_REORDERED")),
        (WHOLE, "张?", (None, "AMBIGUOUS", "P4", "LOST_CHARACTER")),
        (OTHER, "买买提", (2, "MATCHED", "P4", "NAME_TRUNCATED")),
        ("622822195003150058", "张例", (None, "AMBIGUOUS", "P6", "UNKNOWN_ID")),
        ("622801196003150026", "张例", (None, "NONE", "", "UNKNOWN_ID")),
    ],
    ids=CASE,
)
def test_each_pass(id_number: str, name: str, answer: tuple[int | None, str, str, str]) -> None:
    found = answer_of(id_number, name, PERSONS).results
    assert found.select("person_no", "match_state", "match_pass", "match_reason").row(0) == answer


@pytest.mark.parametrize(
    ("stated", "tier"),
    [
        (date(1949, 12, 31), "EXACT"),
        (date(1959, 12, 31), "EXACT"),  # one digit
        (date(1994, 12, 31), "EXACT"),  # two digits turned
        (date(1950, 2, 10), "EXACT"),  # within sixty days
        (date(1950, 12, 31), "EXACT"),  # a year more
        (date(1900, 1, 1), "EXACT"),  # no date
        (date(1979, 5, 2), "AMBIGUOUS"),  # a generation
        (date(1976, 12, 31), "AMBIGUOUS"),  # a generation, born on one day of the year
        (date(1957, 6, 3), "EXACT"),  # merely wrong: number and name outweigh it
    ],
)
def test_a_birth_date_of_another_generation_contradicts_the_number(stated: date, tier: str) -> None:
    read = read_records(pl.DataFrame({"id_number": [WHOLE], "name": ["张例"]})).with_row_index("row")
    record = read.with_columns(**NOTHING | {"birth_date": pl.lit(stated)})
    answer = match_records(record, index_registry(PERSONS, ALIASES, RESIDENCES), prior=0.5).results
    reason = "" if tier == "EXACT" else "CONTRADICTED"
    assert answer.select("match_tier", "match_reason").row(0) == (tier, reason)


@pytest.mark.parametrize(("bearers", "tier"), [(COMMON - 1, "EXACT"), (COMMON, "AMBIGUOUS")])
def test_of_a_common_name_another_birth_date_is_enough(bearers: int, tier: str) -> None:
    others = pl.DataFrame({"person_no": range(10, 9 + bearers), "id_number": "", "name": "张例", "raw_name": "张例"})
    crowd = pl.concat([PERSONS, others], how="diagonal")
    assert _stated(date(1949, 12, 30), crowd) == tier
    assert {_stated(date(1949, 12, 31), crowd), _stated(None, crowd)} == {"EXACT"}


@pytest.mark.parametrize(
    ("on_file", "stated", "tier"),
    [
        (date(1923, 5, 1), None, "AMBIGUOUS"),
        (date(1923, 5, 1), date(1949, 12, 31), "AMBIGUOUS"),
        (date(1923, 5, 1), date(1923, 5, 1), "EXACT"),
        (date(1947, 5, 1), None, "EXACT"),  # the file of a pension and the number often differ by some years
        (date(1900, 1, 1), date(1949, 12, 31), "EXACT"),
    ],
)
def test_a_number_of_another_generation_than_the_file_is_not_the_persons(
    on_file: date, stated: date | None, tier: str
) -> None:
    """A parent entered with the child's number and bearing the child's name."""
    assert _stated(stated, PERSONS.with_columns(birth_date=pl.lit(on_file))) == tier


def _stated(birth_date: date | None, persons: pl.DataFrame) -> str:
    read = read_records(pl.DataFrame({"id_number": [WHOLE], "name": ["张例"]})).with_row_index("row")
    record = read.with_columns(**NOTHING | {"birth_date": pl.lit(birth_date, pl.Date)})
    return str(match_records(record, index_registry(persons, ALIASES, RESIDENCES), prior=0.5).results["match_tier"][0])


def test_one_number_of_two_persons_is_left_to_a_human() -> None:
    twice = pl.concat([PERSONS, PERSONS.with_columns(person_no=pl.col("person_no") + 10)])
    found = answer_of(WHOLE, "张例", twice)
    assert found.results["match_reason"].to_list() == ["RIVALS"]
    assert found.candidates["person_no"].to_list() == [1, 11]


@pytest.mark.parametrize(
    ("name", "stated", "county", "bearers", "listed"),
    [
        ("李例", None, "621022", 1, 1),
        ("李例", date(1949, 12, 31), "621022", 1, 1),  # copied from the number
        ("李例", date(1900, 1, 1), "621022", 1, 1),  # no date
        ("李例", None, "621022", FEW, FEW),
        ("李例", None, "621022", FEW + 1, 0),  # none likelier than another
        ("李例", date(1949, 12, 30), "621022", 1, 0),  # a date of its own
        ("李例", None, "622822", 1, 0),
        ("李例", None, "", 1, 0),
        ("王例", None, "621022", 1, 0),
        ("章例", None, "621022", 1, 0),  # the registered name, by ear
    ],
)
def test_of_another_persons_number_the_few_of_the_name_in_the_county_are_listed(
    name: str, stated: date | None, county: str, bearers: int, listed: int
) -> None:
    numbers = list(range(10, 10 + bearers))
    others = pl.DataFrame({"person_no": numbers, "id_number": "", "name": "李例", "raw_name": "李例"})
    lived = pl.concat([RESIDENCES, pl.DataFrame({"person_no": numbers, "county_code": "621022"})])
    read = read_records(pl.DataFrame({"id_number": [WHOLE], "name": [name]})).with_row_index("row")
    record = read.with_columns(**NOTHING | {"birth_date": pl.lit(stated, pl.Date), "county_code": pl.lit(county)})
    registry = index_registry(pl.concat([PERSONS, others], how="diagonal"), ALIASES, lived)
    candidates = match_records(record, registry, prior=0.5).candidates
    assert candidates.filter(pl.col("match_pass") == "P8")["person_no"].to_list() == numbers[:listed]
