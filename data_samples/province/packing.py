"""Spooled rows to the bytes of a file: csv, csv.gz, zip, xlsx or parquet, in the encoding that is asked for.

The same rows give the same bytes however they were cut into blocks: no clock, no name of a temporary file and no
block boundary gets into an archive.
"""

import codecs
import gzip
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from data_samples.province.damage import cut, damaged_lines
from data_samples.province.dirt_rates import Mishap
from data_samples.province.sheet import END, PARTS, SHEET_NAME, START, sheet_rows
from data_samples.province.spool import BROKEN, UNDECODABLE, Spool
from schemas.contract import Contract

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_LEVEL: Final = 6
_GROUP_ROWS: Final = 122_880
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written: headers, encoding, line ends, how much of the rows; and what befell it."""

    headers: tuple[str, ...]
    encoding: str
    newline: str = "\r\n"
    share: float = 1.0
    damage: Mishap = "NONE"


def declared_form(contract: Contract) -> Form:
    return Form((*(column.header for column in contract.columns), *contract.ignored_headers), contract.encoding)


def pack(spool: Spool, target: Path, form: Form) -> str:
    """Write the file and answer its sha256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        if form.damage == "EMPTY":
            pass
        elif spool.is_book:
            _archive(out, PARTS | {SHEET_NAME: ""}, _sheet(spool, form))
        elif spool.contract.file_format == "parquet":
            _columns(out, spool, form)
        elif spool.contract.file_format == "csv.gz":
            with gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as packed:
                packed.writelines(_lines(spool, form))
        elif spool.contract.file_format == "zip":
            _archive(out, {f"{spool.contract.feed}.csv": ""}, _lines(spool, form))
        else:
            out.writelines(_lines(spool, form))
    if form.damage == "CUT":
        cut(target)
    return digest_of(target)


def write_book(rows: pl.DataFrame, target: Path) -> None:
    """A workbook of texts, one row for each of `rows`."""
    with target.open("wb") as out:
        _archive(out, PARTS | {SHEET_NAME: ""}, [START.encode(), sheet_rows(rows).encode(), END.encode()])


def digest_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _lines(spool: Spool, form: Form) -> Iterator[bytes]:
    """Header, rows, and the total row where the contract declares one."""
    yield codecs.BOM_UTF8 if form.encoding == "utf-8-sig" else b""
    yield _encoded(",".join(form.headers) + "\r\n", form)
    for text in damaged_lines(spool.text(form.share), spool.contract, form.damage):
        yield _encoded(text, form)
    if spool.contract.trailer:
        yield _encoded(spool.contract.trailer + "," * (len(form.headers) - 1) + "\r\n", form)


def _encoded(text: str, form: Form) -> bytes:
    for sign, written in BROKEN.items():
        text = text.replace(sign, written)
    if form.newline != "\r\n":
        text = text.replace("\r\n", form.newline)
    encoding = "utf-8" if form.encoding == "utf-8-sig" else form.encoding
    return b"\xff".join(part.encode(encoding) for part in text.split(UNDECODABLE))


def _sheet(spool: Spool, form: Form) -> Iterator[bytes]:
    yield START.encode()
    yield sheet_rows(pl.DataFrame([form.headers], orient="row")).encode()
    for text in spool.text(form.share):
        yield text.encode()
    if spool.contract.trailer:
        yield sheet_rows(pl.DataFrame({"first": [spool.contract.trailer]})).encode()
    yield END.encode()


def _archive(out: IO[bytes], members: dict[str, str], content: Iterable[bytes]) -> None:
    """The last member is streamed, the others are written as they stand."""
    *first, last = members
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in first:
            archive.writestr(_member(name), members[name], zipfile.ZIP_DEFLATED, _LEVEL)
        with archive.open(_member(last), "w", force_zip64=True) as member:
            for block in content:
                member.write(block)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _columns(out: IO[bytes], spool: Spool, form: Form) -> None:
    """Plain text columns in row groups of one size."""
    schema = pa.schema([pa.field(header, pa.string()) for header in form.headers])
    rest = ""
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for text in spool.text(form.share):
            rest += text
            rest = _write_groups(writer, rest, schema, is_last=False)
        _write_groups(writer, rest, schema, is_last=True)


def _write_groups(writer: pq.ParquetWriter, text: str, schema: pa.Schema, *, is_last: bool) -> str:
    """Write the full groups of these lines, at the end also the rest; answers what is left."""
    if not text or (not is_last and text.count("\n") < _GROUP_ROWS):
        return text
    columns = dict.fromkeys(schema.names, pl.String)
    rows = pl.read_csv(text.encode(), has_header=False, schema=columns)
    whole = rows.height if is_last else rows.height // _GROUP_ROWS * _GROUP_ROWS
    group = rows.head(whole).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
    writer.write_table(group.combine_chunks(), row_group_size=_GROUP_ROWS)
    return rows.slice(whole).write_csv(include_header=False, line_terminator="\r\n") if whole < rows.height else ""
