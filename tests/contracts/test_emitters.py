"""What is made from a declaration agrees with it."""

import re
from itertools import pairwise

import pytest

from schemas.contract import Contract
from schemas.emit import to_expectations, to_markdown, to_polars
from schemas.tables import TABLES

_POLARS = {"int64": "Int64", "int32": "Int32", "string": "String", "date": "Date", "bool": "Boolean"}
CHINESE = re.compile("[\u4e00-\u9fff]")
_LIMITS = {"max_quarantined_share": 0.05, "max_invalid_share": 0.1}


@pytest.mark.parametrize("name", TABLES)
def test_polars_keeps_the_columns_of_a_table(name: str) -> None:
    schema = to_polars.table_schema(TABLES[name])
    assert tuple(schema) == TABLES[name].names
    assert [str(kind) for kind in schema.values()] == [_POLARS[field.kind] for field in TABLES[name].fields]


def test_expectations_name_only_what_a_profile_has(contract: Contract) -> None:
    for expected in to_expectations.expectations(contract, **_LIMITS):
        assert expected["kwargs"]["column"] in to_expectations.PROFILE
        assert expected["meta"]["feed"] == contract.feed


def test_every_required_column_is_expected_to_be_full(contract: Contract) -> None:
    expected = to_expectations.expectations(contract, **_LIMITS)
    judged = [item["meta"]["column"] for item in expected if item["meta"]["about"] == "nulls"]
    assert judged == [column.name for column in contract.columns if column.required]


def test_the_dictionary_shows_every_column(contract: Contract) -> None:
    page = to_markdown.DICTIONARY.read_text(encoding="utf-8")
    section = page.split(f"### `{contract.feed}` ")[1].split("\n### ")[0]
    assert contract.purpose in section
    for column in contract.columns:
        row = next(line for line in section.splitlines() if line.startswith(f"| `{column.name}` | `{column.header}` |"))
        assert row.endswith(f" | {column.description} |")


def test_i15_every_heading_of_the_dictionary_has_chinese() -> None:
    lines = to_markdown.DICTIONARY.read_text(encoding="utf-8").splitlines()
    headings = [line for line in lines if line.startswith(("# ", "## "))]
    titles = [line for line, rule in pairwise(lines) if rule.startswith("| --- ")]
    tables = [line for line in lines if any(line.startswith(f"### `{name}`") for name in TABLES)]
    assert len(tables) == len(TABLES)
    assert [line for line in (*headings, *titles, *tables) if not CHINESE.search(line)] == []


def test_the_dictionary_is_fresh() -> None:
    assert to_markdown.main(["--check"]) is None
