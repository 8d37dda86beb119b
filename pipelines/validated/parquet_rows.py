"""A Parquet file as rows of text: flat text columns only, so that no value was typed by somebody else's library."""

from collections.abc import Iterator
from typing import BinaryIO, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.validated.rows import QUARANTINED_SCHEMA, RejectedError, Rows, layout
from schemas.codes import Rejection
from schemas.contract import Contract
from schemas.table import ROW_GROUP_ROWS


def read_parquet(file: BinaryIO, contract: Contract) -> Iterator[Rows]:
    """Rows batch by batch; byte positions are 0, since rows of a column file have none."""
    try:
        source = pq.ParquetFile(file, page_checksum_verification=True)
        schema = source.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise RejectedError(Rejection.BAD_FILE, "it is not a Parquet file") from error
    if any(not _is_text(field.type) for field in schema):
        raise RejectedError(Rejection.BAD_FILE, "a column is not plain text; write every column as string")
    names = layout(schema.names, contract)
    first = 1
    for batch in _batches(source):
        yield _rows(batch, names, first)
        first += batch.num_rows
    if first - 1 != source.metadata.num_rows:
        raise RejectedError(Rejection.BAD_FILE, "it holds another number of rows than its footer says")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _batches(source: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    try:
        yield from source.iter_batches(batch_size=ROW_GROUP_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise RejectedError(Rejection.BAD_FILE, "the Parquet file is damaged; ask for it again") from error


def _rows(batch: pa.RecordBatch, names: list[str | None], first: int) -> Rows:
    kept = [index for index, name in enumerate(names) if name is not None]
    fields = cast(pl.DataFrame, pl.from_arrow(pa.Table.from_batches([batch]).select(kept)))
    fields.columns = [str(names[index]) for index in kept]
    zeros = np.zeros(batch.num_rows, dtype=np.int64)
    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
    place = pl.DataFrame({"record_no": numbers, "byte_start": zeros, "byte_end": zeros})
    text = pl.concat([place, fields.select(pl.all().cast(pl.String).fill_null(""))], how="horizontal")
    return Rows(text, QUARANTINED_SCHEMA.to_frame(), batch.num_rows, 0, 0)
