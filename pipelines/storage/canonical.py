"""The canonical digest of a table's rows: the same rows give the same digest whatever library wrote the file.

Encoding, format version 1. Rows stand in the order of the table's key, in chunks of 65,536. Per chunk, per
column in declared order: one byte a row, 1 where a value stands and 0 where none does; then the values, a missing
one as zero: integers as 8 bytes little-endian, dates as 8 bytes little-endian days since 1970-01-01, booleans as
one byte, texts as their 8-byte little-endian UTF-8 lengths followed by the bytes of all of them. SHA-256 over all.
"""

from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CHUNK_ROWS = 65_536


def digest_rows(file: pq.ParquetFile) -> str:
    """SHA-256 of the rows of a Parquet file, streamed; the caller stored them in key order."""
    digest = sha256()
    for batch in file.iter_batches(batch_size=CHUNK_ROWS):
        for column in batch.columns:
            _update(digest, column)
    return digest.hexdigest()


def _update(digest: Any, column: pa.Array) -> None:
    digest.update(_bytes(pc.is_valid(column).cast(pa.uint8())))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = pc.fill_null(column, "")
        digest.update(_bytes(pc.binary_length(texts).cast(pa.int64())))
        digest.update(_joined(texts))
    elif pa.types.is_boolean(column.type):
        digest.update(_bytes(pc.fill_null(column, False).cast(pa.uint8())))
    elif pa.types.is_date32(column.type):
        digest.update(_bytes(pc.fill_null(column.cast(pa.int32()), 0).cast(pa.int64())))
    else:
        digest.update(_bytes(pc.fill_null(column, 0).cast(pa.int64())))


def _joined(texts: pa.Array) -> memoryview:
    """UTF-8 bytes of all texts, none missing: Arrow keeps them one behind the other."""
    _, places, content = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    if content is None or not len(texts):
        return memoryview(b"")
    first, last = np.frombuffer(places, width)[[texts.offset, texts.offset + len(texts)]]
    return memoryview(content)[first:last]


def _bytes(numbers: pa.Array) -> bytes:
    return bytes(numbers.to_numpy(zero_copy_only=False).tobytes())
