"""Any partition of the records, also an empty one, gives the same answers in the same columns."""

from datetime import date

import polars as pl

from matchers.passes import Registry, index_registry, match_records
from matchers.records import read_records

FIRST = "11010519491231002X"
RECORDS = pl.DataFrame(
    {
        "row": [7, 3, 5],
        "id_number": [FIRST, FIRST, None],
        "name": ["张例", "李例", "赵例"],
        "birth_date": [None, None, date(1949, 12, 31)],
        "sex": ["2", "", None],
        "county_code": ["", "110105", ""],
    }
)


def registry() -> Registry:
    persons = {"person_no": [1], "id_number": [FIRST], "name": ["张例"], "raw_name": ["张例"], "sex": ["2"]}
    return index_registry(
        pl.DataFrame(persons | {"birth_date": [date(1949, 12, 31)]}),
        pl.DataFrame(schema={"person_no": pl.Int64, "kind": pl.String, "value": pl.String}),
        pl.DataFrame({"person_no": [1], "county_code": ["110105"]}),
    )


def read(records: pl.DataFrame) -> pl.DataFrame:
    return records.drop("id_number", "name").hstack(read_records(records.select("id_number", "name")))


def test_records_are_answered_as_their_parts() -> None:
    whole = match_records(read(RECORDS), registry(), prior=0.5)
    parts = [match_records(read(RECORDS.slice(place, 1)), registry(), prior=0.5) for place in range(3)]
    assert whole.results.select("row", "match_pass").rows() == [(7, "P1"), (3, "P5"), (5, "")]
    assert whole.candidates.select("row", "person_no").rows() == [(3, 1)]
    assert pl.concat([part.results for part in parts]).equals(whole.results)
    assert pl.concat([part.candidates for part in parts]).equals(whole.candidates)


def test_no_records_have_answers_of_the_same_columns() -> None:
    some, none = (match_records(read(records), registry(), prior=0.5) for records in (RECORDS, RECORDS.clear()))
    assert none.results.is_empty()
    assert none.candidates.is_empty()
    assert (none.results.schema, none.candidates.schema) == (some.results.schema, some.candidates.schema)
