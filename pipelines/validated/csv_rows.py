"""A CSV file as rows of text. Only records whose quotes and field count our own splitter has seen reach a parser."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
import polars as pl

from pipelines.validated.encoding import decodes, misread
from pipelines.validated.records import LONGEST_RECORD, Flags, Records, RecordTooLongError, read_records
from pipelines.validated.rows import QUARANTINED_SCHEMA, RejectedError, Rows, layout, quarantined
from schemas.codes import QuarantineReason, Rejection
from schemas.contract import Contract

Layout = list[str | None]


class Form(NamedTuple):
    """Form of the lines of a file: between fields, in the first field of a total row, in bytes."""

    delimiter: str
    trailer: str
    encoding: str


def read_csv(file: BinaryIO, contract: Contract, encoding: str) -> Iterator[Rows]:
    """Rows block by block from where the file stands; the first record that is not blank is the header."""
    names: Layout | None = None
    position = 0
    form = Form(contract.delimiter, contract.trailer, encoding)
    for records in _split(file, contract.delimiter):
        header = -1
        if names is None and not records.is_blank.all():
            header = int(np.argmin(records.is_blank))
            names = layout(_fields(records.record(header), form), contract)
            position = -header
        if names is None:
            yield Rows(pl.DataFrame(), QUARANTINED_SCHEMA.to_frame(), len(records), 0, len(records))
            continue
        yield _rows(records, header, position, names, form)
        position += len(records)
    if names is None:
        raise RejectedError(Rejection.BAD_HEADER, "the file has no header line")


def _split(file: BinaryIO, delimiter: str) -> Iterator[Records]:
    try:
        yield from read_records(file, delimiter=delimiter.encode())
    except RecordTooLongError as error:
        raise RejectedError(Rejection.BAD_FILE, f"a line is longer than {LONGEST_RECORD} bytes") from error


def _fields(record: bytes, form: Form) -> list[str]:
    if not decodes(record, form.encoding):
        raise RejectedError(Rejection.BAD_ENCODING, f"the header line is not {form.encoding}")
    try:
        return next(csv.reader([record.decode(form.encoding)], strict=True, delimiter=form.delimiter), [])
    except csv.Error as error:
        raise RejectedError(Rejection.BAD_HEADER, "the header line cannot be read: a quote is never closed") from error


def _rows(records: Records, header: int, position: int, names: Layout, form: Form) -> Rows:
    """`position` is the number of the first record: the header of a delivery has 0."""
    is_row = ~records.is_blank
    if header >= 0:
        is_row[header] = False
    reasons = {
        QuarantineReason.TRAILER: _is_trailer(records, form) & is_row,
        QuarantineReason.NUL_BYTE: records.has_nul,
        QuarantineReason.STRAY_QUOTE: records.is_stray,
        QuarantineReason.RAGGED: records.separators != len(names) - 1,
    }
    place = _place(records, position)
    text, found = _readable(records, place, is_row, reasons, (names, form))
    return Rows(text, found, len(records), int(header >= 0), int(records.is_blank.sum()))


def _readable(
    records: Records,
    place: pl.DataFrame,
    is_row: Flags,
    reasons: dict[QuarantineReason, Flags],
    declared: tuple[Layout, Form],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Text of the rows that can be read, and the others, each quarantined for its first reason."""
    names, form = declared
    left = is_row.copy()
    frames = [QUARANTINED_SCHEMA.to_frame()]
    for reason, applies in reasons.items():
        frames.append(quarantined(place.filter(pl.Series(left & applies)), reason))
        left &= ~applies
    undecodable = _undecodable(records, left, form.encoding)
    frames.append(quarantined(place.filter(pl.Series(undecodable)), QuarantineReason.UNDECODABLE))
    left &= ~undecodable
    fields = _parse(records.bytes_of(left), form, len(names), int(left.sum()))
    named = {f"column_{index}": name for index, name in enumerate(names) if name is not None}
    text = fields.select(pl.col(written).alias(name) for written, name in named.items())
    return pl.concat([place.filter(pl.Series(left)), text], how="horizontal"), pl.concat(frames)


def _place(records: Records, position: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_no": np.arange(position, position + len(records), dtype=np.int64),
            "byte_start": records.starts + records.offset,
            "byte_end": records.ends + records.offset,
        }
    )


def _is_trailer(records: Records, form: Form) -> Flags:
    """Records whose first field is the word the contract's total row begins with."""
    is_trailer = np.zeros(len(records), dtype=np.bool_)
    if form.trailer:
        word = form.trailer.encode(form.encoding)
        content = np.frombuffer(records.block, dtype=np.uint8)
        first = content[records.starts]
        for index in np.flatnonzero((first == word[0]) | (first == ord('"'))).tolist():
            is_trailer[index] = records.record(index).split(form.delimiter.encode(), 1)[0].strip(b'" \r\n') == word
    return is_trailer


def _undecodable(records: Records, rows: Flags, encoding: str) -> Flags:
    """Records that do not decode, and those that do by accident."""
    bad = misread(records, encoding) & rows
    if not decodes(records.bytes_of(rows), encoding):
        for index in np.flatnonzero(rows).tolist():
            bad[index] |= not decodes(records.record(index), encoding)
    return bad


def _parse(content: bytes, form: Form, width: int, count: int) -> pl.DataFrame:
    """Fields as text. The parser must see as many rows as we counted; another number is our error, not the sender's."""
    schema = {f"column_{index}": pl.String for index in range(width)}
    if not count:
        return pl.DataFrame(schema=schema)
    if b'"' in content:
        fields = _parse_quoted(content.decode(form.encoding), schema, form.delimiter)
    else:
        lines = content.decode(form.encoding).encode().replace(b"\r\n", b"\n")
        fields = pl.read_csv(
            lines,
            separator=form.delimiter,
            has_header=False,
            schema=schema,
            quote_char=None,
            empty_string_is_null=False,
            infer_schema=False,
        )
    if fields.height != count:
        raise AssertionError(f"{count} records were counted and {fields.height} parsed")
    return fields


def _parse_quoted(content: str, schema: dict[str, type[pl.String]], delimiter: str) -> pl.DataFrame:
    csv.field_size_limit(2 * LONGEST_RECORD)
    rows = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=delimiter)
    columns = zip(*rows, strict=True)
    return pl.DataFrame({name: list(values) for name, values in zip(schema, columns, strict=True)}, schema=schema)
