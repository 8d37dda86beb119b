"""Lists of senders' codes: what ships, and what a province adds."""

from pathlib import Path

import pytest

from schemas.code_tables import SHIPPED, CodeTables, read_code_tables


@pytest.fixture(scope="module")
def shipped() -> CodeTables:
    return read_code_tables()


def test_every_code_has_a_label(shipped: CodeTables) -> None:
    assert all(row.label and row.code for rows in shipped.rows.values() for row in rows)


def test_one_name_has_one_label(shipped: CodeTables) -> None:
    for table, rows in shipped.rows.items():
        labels = shipped.labels(table)
        assert all(row.label == labels[row.name] for row in rows), table


def test_counties_are_todays_and_the_retired_ones(shipped: CodeTables) -> None:
    counties, retired = set(shipped.names("county")), shipped.retired("county")
    assert {"621022", "620102", "622926", "620524", "622921"} <= counties - retired
    assert {"622822", "622101", "620112"} <= retired
    assert (len(counties - retired), len(retired)) == (87, 71)
    assert shipped.label("county", "621022") == shipped.label("county", "622822") == "环县"


def test_every_county_is_six_digits_of_the_province(shipped: CodeTables) -> None:
    assert all(code.isdigit() and len(code) == 6 and code.startswith("62") for code in shipped.names("county"))


@pytest.mark.parametrize(("raw", "canonical"), [("1", "true"), ("是", "true"), ("否", "false"), ("疑似", "true")])
def test_flags_read_yes_and_no(shipped: CodeTables, raw: str, canonical: str) -> None:
    assert shipped.canonical("flag")[raw] == canonical


def test_an_unfilled_optional_column_has_no_label(shipped: CodeTables) -> None:
    assert shipped.label("discharge", "") == ""


def test_a_local_list_adds_and_replaces_rows(tmp_path: Path) -> None:
    local = '- {code: "990103", name: CHECK_UP, label: 健康体检}\n- {code: "25", name: OUTPATIENT, label: 普通门诊}\n'
    (tmp_path / "med_type.yaml").write_text(local, encoding="utf-8")
    merged = read_code_tables([SHIPPED, tmp_path]).canonical("med_type")
    assert (merged["990103"], merged["25"], merged["41"]) == ("CHECK_UP", "OUTPATIENT", "PHARMACY")


def test_a_code_declared_twice_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "sex.yaml").write_text('- {code: "1", label: 男性}\n- {code: "1", label: 女性}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="declared twice"):
        read_code_tables([tmp_path])


def test_a_missing_list_says_what_to_add(shipped: CodeTables) -> None:
    with pytest.raises(KeyError, match=r"add weather\.yaml"):
        shipped.canonical("weather")
