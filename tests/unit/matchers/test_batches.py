"""Any engine's partition: Arrow in, Arrow out."""

from datetime import date

import polars as pl
import pyarrow as pa

from matchers.batches import match_batch
from matchers.passes import Registry, index_registry

FIRST = "11010519491231002X"


def registry() -> Registry:
    persons = {"person_no": [1], "id_number": [FIRST], "name": ["张例"], "raw_name": ["张例"], "sex": ["2"]}
    return index_registry(
        pl.DataFrame(persons | {"birth_date": [date(1949, 12, 31)]}),
        pl.DataFrame(schema={"person_no": pl.Int64, "kind": pl.String, "value": pl.String}),
        pl.DataFrame({"person_no": [1], "county_code": ["110105"]}),
    )


def test_a_batch_is_answered_as_its_parts() -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "row": [7, 3, 5],
            "id_number": [FIRST, FIRST, None],
            "name": ["张例", "李例", "赵例"],
            "birth_date": pa.array([None, None, date(1949, 12, 31)], pa.date32()),
            "sex": ["2", "", None],
            "county_code": ["", "110105", ""],
        }
    )
    whole = match_batch(batch, registry(), prior=0.5)
    parts = [match_batch(batch.slice(place, 1), registry(), prior=0.5) for place in range(3)]
    assert pa.Table.from_batches([whole]).equals(pa.Table.from_batches(parts))
    assert whole.column("row").to_pylist() == [7, 3, 5]
    assert whole.column("match_pass").to_pylist() == ["P1", "P5", ""]
    assert [[listed["person_no"] for listed in found] for found in whole.column("candidates").to_pylist()] == [
        [],
        [1],
        [],
    ]


def test_an_empty_batch_has_the_same_columns() -> None:
    shape = pa.schema([(name, pa.string()) for name in ("id_number", "name", "sex", "county_code")])
    shape = shape.append(pa.field("row", pa.int64())).append(pa.field("birth_date", pa.date32()))
    none = match_batch(pa.RecordBatch.from_pylist([], schema=shape), registry(), prior=0.5)
    assert none.num_rows == 0
    assert "match_tier" in none.schema.names
