"""Every contract survives every emitter, and the engines agree on what it says."""

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from schemas.contract import Contract
from schemas.emit import to_arrow, to_duckdb, to_expectations, to_markdown, to_polars
from schemas.tables import TABLES

_LIMITS = {"max_quarantined_share": 0.05, "max_invalid_share": 0.1}
_ARROW = {
    "VARCHAR": pa.string(), "DATE": pa.date32(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(),
}  # fmt: skip


def _described(ddl: str, table: str) -> dict[str, tuple[pa.DataType, bool]]:
    connection = duckdb.connect()
    connection.execute(ddl)
    rows = connection.execute(f'DESCRIBE "{table}"').fetchall()
    return {name: (_ARROW[kind], null == "YES") for name, kind, null, *_ in rows}


def test_duckdb_and_arrow_agree_on_a_contract(contract: Contract) -> None:
    declared = to_arrow.contract_schema(contract)
    described = _described(to_duckdb.contract_ddl(contract), contract.feed)
    assert described == {field.name: (field.type, field.nullable) for field in declared}


@pytest.mark.parametrize("name", TABLES)
def test_duckdb_and_arrow_agree_on_a_table(name: str) -> None:
    declared = TABLES[name].arrow()
    described = _described(to_duckdb.table_ddl(TABLES[name]), name)
    assert described == {field.name: (field.type, field.nullable) for field in declared}


@pytest.mark.parametrize("name", TABLES)
def test_polars_keeps_the_columns_of_a_table(name: str) -> None:
    assert tuple(to_polars.table_schema(TABLES[name])) == TABLES[name].names


def test_polars_and_arrow_agree_on_a_contract(contract: Contract) -> None:
    frame = pl.DataFrame(schema=to_polars.contract_schema(contract))
    declared = to_arrow.contract_schema(contract)
    assert frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(declared).schema == declared


def test_expectations_name_only_what_a_profile_has(contract: Contract) -> None:
    for expected in to_expectations.expectations(contract, **_LIMITS):
        assert expected["kwargs"]["column"] in to_expectations.PROFILE
        assert expected["meta"]["feed"] == contract.feed


def test_every_required_column_is_expected_to_be_full(contract: Contract) -> None:
    expected = to_expectations.expectations(contract, **_LIMITS)
    judged = [item["meta"]["column"] for item in expected if item["meta"]["about"] == "nulls"]
    assert judged == [column.name for column in contract.columns if column.required]


def test_the_dictionary_tells_every_column(contract: Contract) -> None:
    told = to_markdown.DICTIONARY.read_text(encoding="utf-8").split(f"### `{contract.feed}` ")[1].split("\n### ")[0]
    for column in contract.columns:
        assert f"| `{column.name}` | `{column.header}` |" in told


def test_the_dictionary_is_fresh() -> None:
    assert to_markdown.main(["--check"]) is None
