"""How records in payment stand certified: each counted once, by county, age and type of names, small counts hidden."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.outgoing.shares import DIMENSIONS, by_dimension, standing_shares
from pipelines.outgoing.suppression import hidden_cells
from schemas import tables as t
from tests.derived import AS_OF, engine, shipped_policy, stored
from tests.examples import costly
from tests.unit.conftest import decided, person

IN_TIME = {"certification_state": "CERTIFIED", "method": "SILENT"}


def counted(decisions, persons, as_of=AS_OF):
    cube = standing_shares(
        stored(t.DECISION, *decisions), stored(t.PERSON, *persons), as_of=as_of, policy=shipped_policy()
    )
    return engine().arrow(cube).to_pylist()


def _band(born: date | None, as_of: date) -> str:
    if born is None:
        return ""
    age = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
    if age < 60:
        return "<60"
    return "90+" if age >= 90 else f"{age // 10 * 10}-{age // 10 * 10 + 9}"


def _type(name: str) -> str:
    if "·" in name or len(name) >= 5:
        return "LONG"
    return "LONG" if len(name) == 4 and name[:2] not in shipped_policy().compound_surnames else "SHORT"


def _share(row) -> str:
    if row["certification_state"] not in ("CERTIFIED", "DUE_SOON"):
        return "NONE"
    return "FIRST_PERIOD" if row["method"] == "NONE" else row["method"]


@pytest.mark.parametrize(
    ("name", "is_long"),
    [
        ("张例", False), ("欧阳例芳", False), ("扎西卓玛", True), ("阿依·古丽", True), ("买买提江", True),
        ("东方例", False),
        ("马·例", True), ("欧阳例芳芳", True), ("", False),
    ],
)  # fmt: skip
def test_a_long_name_has_a_dot_or_more_characters_than_its_surname_explains(name, is_long):
    (row,) = counted([decided(1, "CERTIFIED_SILENT", **IN_TIME)], [person(1, name=name)])
    assert row["name_type"] == ("LONG" if is_long else "SHORT")


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(1964, 3, 18), "60-69"), (date(1964, 3, 19), "<60"), (date(1954, 3, 18), "70-79"),
        (date(1934, 3, 18), "90+"), (date(1934, 3, 19), "80-89"), (None, ""),
    ],
)  # fmt: skip
def test_an_age_band_begins_on_the_birthday(born, band):
    (row,) = counted([decided(1, "CERTIFIED_SILENT", **IN_TIME)], [person(1, birth_date=born)])
    assert row["age_band"] == band


def test_what_is_not_in_payment_is_no_share_and_a_benefit_whose_person_is_unknown_is_counted():
    decisions = [decided(1, "OUT_OF_SCOPE", payment_state="TERMINATED"), decided(2, "CERTIFIED_SILENT", **IN_TIME)]
    (row,) = counted(decisions, [person(1)])
    assert (row["share"], row["age_band"], row["name_type"], row["records"]) == ("SILENT", "", "", 1)


RECORDS = st.fixed_dictionaries(
    {
        "county_code": st.sampled_from(["621022", "620102", ""]),
        "certification_state": st.sampled_from(["CERTIFIED", "DUE_SOON", "OVERDUE", "CONFLICT", "HELD_STALE"]),
        "method": st.sampled_from(["SILENT", "SELF", "ASSISTED", "FIELD", "ABROAD", "NONE"]),
        "payment_state": st.sampled_from(["DRAWING", "DRAWING", "SUSPENDED", "TERMINATED"]),
    }
)
BORN = st.none() | st.dates(date(1920, 1, 1), date(2000, 1, 1)).filter(lambda day: (day.month, day.day) != (2, 29))
NAMES = st.text("张例欧阳芳·扎西卓玛", max_size=6)


@costly
@given(st.lists(st.tuples(RECORDS, BORN, NAMES), max_size=60), st.sampled_from([AS_OF, date(2024, 2, 28)]))
def test_the_shares_are_those_of_a_count_one_by_one(many, as_of):
    decisions = [decided(n, "OVERDUE", **values) for n, (values, _, _) in enumerate(many)]
    persons = [person(n, birth_date=born, name=name) for n, (_, born, name) in enumerate(many)]
    expected = Counter(
        (row["county_code"], _band(born, as_of), _type(name), _share(row))
        for row, (_, born, name) in zip(decisions, many, strict=True)
        if row["payment_state"] in ("DRAWING", "SUSPENDED")
    )
    rows = counted(decisions, persons, as_of)
    assert {(*(row[name] for name in DIMENSIONS), row["share"]): row["records"] for row in rows} == expected
    for dimension in DIMENSIONS:
        names, table = by_dimension(rows, dimension)
        assert len(names) + 1 == len(table)
        assert table[-1][-1] == sum(expected.values()) == sum(line[-1] for line in table[:-1])
        hidden = hidden_cells(table, fewest=5)
        assert {(r, c) for r, line in enumerate(table) for c, n in enumerate(line) if 0 < n < 5} <= hidden
