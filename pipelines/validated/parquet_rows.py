"""A Parquet file as rows of text: flat text columns only, so that no value was typed by somebody else's library."""

import os
from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.validated.rows import QUARANTINED_SCHEMA, RejectedError, Rows, layout, quarantined
from schemas.codes import QuarantineReason, Rejection
from schemas.contract import Contract
from schemas.table import ROW_GROUP_ROWS

# equal rows take no room in a column file: what it states is bounded as what an archive unpacks to
_FREE_ROWS: Final = 5_000_000
_MOST_ROWS_A_BYTE: Final = 1


def read_parquet(file: BinaryIO, contract: Contract) -> Iterator[Rows]:
    """Rows batch by batch; byte positions are 0, since rows of a column file have none."""
    try:
        source = pq.ParquetFile(file, page_checksum_verification=True)
        schema = source.schema_arrow
        headers = list(schema.names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise RejectedError(Rejection.BAD_FILE, "it is not a Parquet file, or a damaged one") from error
    if any(not _is_text(field.type) for field in schema):
        raise RejectedError(Rejection.BAD_FILE, "a column is not plain text; write every column as string")
    names = layout(headers, contract)
    if source.metadata.num_rows > max(_FREE_ROWS, _MOST_ROWS_A_BYTE * os.fstat(file.fileno()).st_size):
        raise RejectedError(Rejection.TOO_LARGE, f"it states {source.metadata.num_rows} rows, too many for its size")
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
    faults = {str(names[index]): _unusable(batch.column(index)) for index in kept}
    columns = [_readable(batch.column(index), faults[str(names[index])]) for index in kept]
    fields = pl.DataFrame(
        {str(names[index]): pl.from_arrow(column) for index, column in zip(kept, columns, strict=True)}
    )
    zeros = np.zeros(batch.num_rows, dtype=np.int64)
    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
    place = pl.DataFrame({"record_no": numbers, "byte_start": zeros, "byte_end": zeros})
    text = pl.concat([place, fields.select(pl.all().cast(pl.String).fill_null(""))], how="horizontal")
    aside = [quarantined(place[list(rows)], reason, name) for name, by in faults.items() for reason, rows in by.items()]
    broken = {row for by in faults.values() for rows in by.values() for row in rows}
    whole = text.filter(~pl.Series([row in broken for row in range(batch.num_rows)])) if broken else text
    return Rows(whole, pl.concat([QUARANTINED_SCHEMA.to_frame(), *aside]), batch.num_rows, 0, 0)


def _unusable(column: pa.Array) -> dict[QuarantineReason, list[int]]:
    """Rows whose value no later engine would take: bytes that are not UTF-8, or a NUL among them.

    A column file says that its texts are UTF-8 and nobody checks it while writing.
    """
    try:
        column.validate(full=True)
        is_suspect = pc.any(pc.match_substring(column, "\0")).as_py()
    except pa.ArrowInvalid:
        is_suspect = True
    found: dict[QuarantineReason, list[int]] = {}
    if is_suspect:
        for row, value in enumerate(_bytes_of(column)):
            if value is not None and (reason := _reason(value)):
                found.setdefault(reason, []).append(row)
    return found


def _reason(value: bytes) -> QuarantineReason | None:
    if b"\0" in value:
        return QuarantineReason.NUL_BYTE
    try:
        value.decode()
    except UnicodeDecodeError:
        return QuarantineReason.UNDECODABLE
    return None


def _bytes_of(column: pa.Array) -> list[bytes | None]:
    kind = pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary()
    values: list[bytes | None] = column.view(kind).to_pylist()
    return values


def _readable(column: pa.Array, faults: dict[QuarantineReason, list[int]]) -> pa.Array:
    """The column with nothing in the place of what cannot be used."""
    if not faults:
        return column
    broken = {row for rows in faults.values() for row in rows}
    values = [None if row in broken else value for row, value in enumerate(_bytes_of(column))]
    return pa.array([None if value is None else value.decode() for value in values], pa.large_string())
