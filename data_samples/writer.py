"""Write logical rows as an agency would send them: everything about the file comes from its contract.

The same rows give the same bytes: no clock gets into a gzip, zip, workbook or Parquet header.
"""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.code_tables import CodeTables
from schemas.contract import Column, Contract

_SHANGHAI = timezone(timedelta(hours=8))
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILLER = "略"
_DATE_FORMATS = {"": "%Y-%m-%d", "yyyyMMdd": "%Y%m%d", "yyyy-MM-dd": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row to write: canonical `values` by logical name; `raw` text by logical name wins over them.

    A ragged line gets a field too many; `times` > 1 repeats it byte for byte.
    """

    values: dict[str, Any]
    raw: dict[str, str] = field(default_factory=dict)
    is_ragged: bool = False
    times: int = 1


def file_name(contract: Contract, day: date) -> str:
    return f"{contract.feed}_{day:%Y%m%d}.{contract.file_format}"


def manifest(content: bytes, rows: int) -> bytes:
    return (json.dumps({"rows": rows, "sha256": sha256(content).hexdigest()}) + "\n").encode()


def file_bytes(contract: Contract, code_tables: CodeTables, lines: Iterable[Line]) -> bytes:
    """One file of the feed, header first, in the format and encoding the contract declares."""
    table = [[*(column.header for column in contract.columns), *contract.ignored_headers]]
    for line in lines:
        table += [_fields(contract, code_tables, line)] * line.times
    if contract.trailer:
        table.append([contract.trailer, *[""] * (len(table[0]) - 1)])
    return _FORMATS[contract.file_format](contract, table)


def _fields(contract: Contract, code_tables: CodeTables, line: Line) -> list[str]:
    declared = [
        line.raw[column.name] if column.name in line.raw else _text(column, line.values.get(column.name), code_tables)
        for column in contract.columns
    ]
    return [*declared, *[_FILLER for _ in contract.ignored_headers], *(["多余"] if line.is_ragged else [])]


def _text(column: Column, value: Any, code_tables: CodeTables) -> str:
    if value is None or value == "":
        return _raw_code(column, "", code_tables) if column.codes and value == "" else ""
    if isinstance(value, date):
        return _date_text(column, value)
    if column.codes:
        return _raw_code(column, value, code_tables)
    return str(int(value)) if isinstance(value, bool) else str(value)


def _date_text(column: Column, day: date) -> str:
    if column.format == "yyyy/M/d":
        return f"{day.year}/{day.month}/{day.day}"
    if column.format == "epoch_ms":
        return str(int(datetime.combine(day, time(9, 30), _SHANGHAI).timestamp()) * 1000)
    if column.format == "yyyy-MM-dd HH:mm:ss":
        return f"{day} 00:00:00" if column.name == "birth_date" else f"{day} 09:30:00"
    return day.strftime(_DATE_FORMATS[column.format])


def _raw_code(column: Column, value: Any, code_tables: CodeTables) -> str:
    """The inverse of what validation does; who writes Chinese headers also writes words where the list has them."""
    wanted = str(value).lower() if isinstance(value, bool) else value
    raws = [raw for raw, canonical in code_tables.canonical(column.codes).items() if canonical == wanted]
    if not raws and wanted != "":
        raise ValueError(f"code table {column.codes}: no raw code for {wanted!r}")
    words = [raw for raw in raws if not raw.isascii()]
    return (words if words and not column.header.isascii() else [*raws, ""])[0]


def _csv(contract: Contract, table: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(contract.encoding)


def _gzip(contract: Contract, table: list[list[str]]) -> bytes:
    return gzip.compress(_csv(contract, table), mtime=0)


def _zip(contract: Contract, table: list[list[str]]) -> bytes:
    return _archive({f"{contract.feed}.csv": _csv(contract, table)})


def _archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _xlsx(contract: Contract, table: list[list[str]]) -> bytes:
    """openpyxl stamps the hour of saving into the core properties; the stamp is replaced and the archive rewritten."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("数据")
    for row in table:
        sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in sorted(archive.namelist())}
    stamped = members["docProps/core.xml"]
    members["docProps/core.xml"] = re.sub(rb">\d{4}-\d\d-\d\dT[^<]*<", b">2024-01-01T00:00:00Z<", stamped)
    return _archive(members)


def _parquet(contract: Contract, table: list[list[str]]) -> bytes:
    header, *rows = table
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    arrays = {name: pa.array(list(values), pa.string()) for name, values in zip(header, columns, strict=True)}
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), out, compression="zstd")
    return bytes(out.getvalue())


_FORMATS = {"csv": _csv, "csv.gz": _gzip, "zip": _zip, "xlsx": _xlsx, "parquet": _parquet}
