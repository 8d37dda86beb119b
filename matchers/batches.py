"""The matcher for any engine that hands over Arrow: one batch of records in, their answers out, no state in between."""

import polars as pl
import pyarrow as pa

from matchers.passes import Registry, match_records
from matchers.records import read_records

_FIELDS = {
    "row": pl.Int64,
    "id_number": pl.String,
    "name": pl.String,
    "birth_date": pl.Date,
    "sex": pl.String,
    "county_code": pl.String,
}


def match_batch(batch: pa.RecordBatch, registry: Registry, *, prior: float) -> pa.RecordBatch:
    """`batch`: row, id_number, name (as sent), birth_date, sex, county_code. The answers of `match_records`, row for
    row, with a list column `candidates` of what it lists for the record.

    A record is judged by itself, so any partition of the records gives the same answers.
    """
    written = pl.DataFrame(pl.from_arrow(batch)).select(pl.col(name).cast(kind) for name, kind in _FIELDS.items())
    told = written.drop("id_number", "name").hstack(read_records(written.select("id_number", "name")))
    matches = match_records(told, registry, prior=prior)
    listed = matches.candidates.group_by("row", maintain_order=True).agg(candidates=pl.struct(pl.exclude("row")))
    whole = matches.answers.join(listed, on="row", how="left", maintain_order="left")
    empty = pl.lit([], dtype=listed.schema["candidates"])
    answered = whole.with_columns(pl.col("candidates").fill_null(empty)).to_arrow().combine_chunks()
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in answered.columns], schema=answered.schema)
