"""A file of ours that comes back from a spreadsheet: its answers, row by row, found by the numbers we gave the lines.

Only the number of a line and the answers are read, in whatever order, form or encoding an office's program saved them;
our own columns may have suffered. A row nobody has answered yet is counted and left. What cannot be understood for
certain keeps its row aside, and no row ever costs another.
"""

import csv
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, product
from typing import Any, BinaryIO, Final, NamedTuple

import polars as pl

from pipelines.validated.encoding import decodes
from pipelines.validated.records import LONGEST_RECORD, RecordTooLongError, read_records
from pipelines.validated.rows import PLACE, QUARANTINED_SCHEMA, RejectedError, Rows
from pipelines.validated.workbook_rows import MOST_ROWS, sheet_rows
from schemas.codes import QuarantineReason, Rejection
from schemas.contract import Column, Contract
from schemas.spreadsheet import AROUND_A_WORD, REMARK, day_text, unescape, visible, word

Codes = Mapping[str, Mapping[str, str]]
ENCODINGS: Final = ("utf-8", "gb18030")
DELIMITERS: Final = (",", "\t", ";")
_MOST_TITLES: Final = 5
_REMARK: Final = re.compile(REMARK)
_HEADER_BYTES: Final = 1 << 16
_LARGEST_EXACT: Final = 10**15
_MINUTE: Final = timedelta(minutes=1)
_WHOLE: Final = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")


def is_workbook(file: BinaryIO) -> bool:
    """Whether the bytes are those of a spreadsheet file, whatever its name says."""
    try:
        with zipfile.ZipFile(file) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    finally:
        file.seek(0)


class Written(NamedTuple):
    """Form of a text of ours that came back: the contract it is read by, its encoding, the sign between fields."""

    form: Contract
    encoding: str
    delimiter: str


def form_of_text(file: BinaryIO, own: Contract, forms: Sequence[Contract]) -> Written | None:
    """The form whose headers the text begins with; our Chinese headers tell one from another."""
    start = file.read(_HEADER_BYTES).removeprefix(b"\xef\xbb\xbf")
    file.seek(0)
    lines = [line for line in start.splitlines() if line.strip(b" \t,;\x1a")]
    for line, encoding, delimiter in product(lines[: _MOST_TITLES + 1], ENCODINGS, DELIMITERS):
        if decodes(line, encoding):
            form = form_of(_fields(line.decode(encoding), delimiter) or [], own, forms)
            if form:
                return Written(form, encoding, delimiter)
    return None


def form_of_book(file: BinaryIO, own: Contract, forms: Sequence[Contract]) -> Contract | None:
    """The form whose headers stand in one of the first rows with anything in it: a title may stand above."""
    try:
        filled = (cells for cells in sheet_rows(file) if any(_is_filled(cell) for cell in cells))
        for cells in islice(filled, _MOST_TITLES + 1):
            form = form_of([str(cell.value or "") for cell in cells], own, forms)
            if form:
                return form
    finally:
        file.seek(0)
    return None


def form_of(headers: Sequence[str], own: Contract, forms: Sequence[Contract]) -> Contract | None:
    """The form with the most headers of these: its number and an answer at least. Own layout goes before."""
    written = {_plain(header) for header in headers}
    found = [
        form
        for form in forms
        for numbers, answers in [_split(form)]
        if {_plain(c.header) for c in numbers} <= written and {_plain(c.header) for c in answers} & written
    ]
    if not found:
        return None
    best = max(found, key=lambda form: sum(_plain(c.header) in written for c in form.columns))
    own_number = {_plain(c.header) for c in own.columns if c.key}
    is_own = own_number <= written and own_number != {_plain(c.header) for c in _split(best)[0]}
    return None if is_own else best


def read_text(file: BinaryIO, written: Written, codes: Codes) -> Rows:
    """The rows of a text; records are counted in its bytes, before they are parsed."""
    form, encoding, delimiter = written
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    reader = _Reader(form, codes)
    try:
        for records in read_records(file, delimiter=delimiter.encode()):
            for index in range(len(records)):
                record = records.record(index)
                if records.is_blank[index]:
                    reader.blank_row()
                elif records.has_nul[index]:
                    reader.unreadable(QuarantineReason.NUL_BYTE)
                elif not decodes(record, encoding):
                    reader.unreadable(QuarantineReason.UNDECODABLE)
                else:
                    fields = None if records.is_stray[index] else _fields(record.decode(encoding), delimiter)
                    reader.text_row(fields)
    except RecordTooLongError as error:
        raise RejectedError(Rejection.BAD_FILE, f"a line is longer than {LONGEST_RECORD} bytes") from error
    return reader.rows()


def read_book(file: BinaryIO, form: Contract, codes: Codes) -> Rows:
    """The rows of the first sheet."""
    reader = _Reader(form, codes)
    for cells in sheet_rows(file):
        reader.cell_row(cells)
    return reader.rows()


class _CellError(Exception):
    def __init__(self, reason: QuarantineReason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Reader:
    """Gathers the rows of one file."""

    def __init__(self, form: Contract, codes: Codes) -> None:
        self._form, self._codes = form, codes
        self._columns = {column.name: column for column in form.columns}
        self._numbers, self._answers = ({c.name for c in part} for part in _split(form))
        self._words = {c.codes: {word(code): code for code in codes[c.codes]} for c in form.columns if c.codes}
        self._names: list[str | None] | None = None
        self._texts: list[dict[str, Any]] = []
        self._faults: list[dict[str, Any]] = []
        self._position = self._physical = self._header = self._blank = self._unanswered = 0

    def blank_row(self) -> None:
        self._count()
        self._blank += 1

    def unreadable(self, reason: QuarantineReason) -> None:
        self._count()
        self._fault(reason)

    def text_row(self, fields: list[str] | None) -> None:
        if fields is None:
            self.unreadable(QuarantineReason.STRAY_QUOTE)
        elif not any(map(visible, fields)):
            self.blank_row()
        elif self._names is None:
            self._head(fields)
        else:
            self._count()
            values = dict(zip(self._names, fields, strict=False))
            is_short = len(fields) < len(self._names) and any(visible(values.get(n, "")) for n in self._answers)
            if is_short or any(map(visible, fields[len(self._names) :])):
                self._fault(QuarantineReason.RAGGED)  # a separator too many or too few: which cell is which?
            else:
                self._add({name: values.get(name, "") for name in self._columns})

    def cell_row(self, cells: Sequence[Any]) -> None:
        if not any(_is_filled(cell) for cell in cells):
            self.blank_row()
        elif self._names is None:
            self._head([str(cell.value or "") for cell in cells])
        else:
            self._count()
            found = {name: cells[place] for place, name in enumerate(self._names) if name and place < len(cells)}
            values = dict.fromkeys(self._columns, "")
            faults = []
            for name, cell in found.items():
                try:
                    values[name] = _cell_text(cell, self._columns[name])
                except _CellError as error:
                    faults.append((error.reason, name))
            for reason, name in faults:
                self._fault(reason, name)
            if not faults:
                self._add(values)

    def rows(self) -> Rows:
        """Everything gathered; two different answers to one line keep both of its rows aside."""
        if self._names is None:
            raise RejectedError(Rejection.BAD_HEADER, "the file has no header line")
        text = pl.DataFrame(self._texts, schema=PLACE | dict.fromkeys(self._columns, pl.String))
        line = list(self._form.numbered_by or self._numbers)
        several = text.select(*self._columns).unique().group_by(line).len().filter(pl.col("len") > 1)
        twice = text.join(several, on=line, how="semi", maintain_order="left")
        for number in twice["record_no"].to_list():
            self._faults.append(_fault(number, QuarantineReason.TWO_ANSWERS))
        return Rows(
            text.join(several, on=line, how="anti", maintain_order="left"),
            pl.DataFrame(self._faults, schema=QUARANTINED_SCHEMA),
            self._physical,
            self._header,
            self._blank,
            self._unanswered,
        )

    def _count(self) -> None:
        self._physical += 1
        if self._physical > MOST_ROWS:
            raise RejectedError(Rejection.TOO_LARGE, f"more than {MOST_ROWS} rows in a file of ours")
        self._position += self._names is not None

    def _head(self, headers: Sequence[str]) -> None:
        """Which column stands where: only those that are read, each once. A row above that has none is a title."""
        self._count()
        self._header += 1
        by_header = {_plain(column.header): column.name for column in self._form.columns}
        if not form_of(headers, self._form, [self._form]):
            return
        self._names = [by_header.get(_plain(header)) for header in headers]
        named = [name for name in self._names if name]
        twice = sorted(self._columns[name].header for name in set(named) if named.count(name) > 1)
        if twice:
            raise RejectedError(Rejection.BAD_HEADER, f"written twice: {', '.join(twice)}")

    def _add(self, values: Mapping[str, str]) -> None:
        if not any(visible(values[name]) for name in self._answers):
            self._unanswered += 1
        elif damaged := [name for name in self._numbers if _has_control(values[name])]:
            self._fault(QuarantineReason.DAMAGED_NUMBER, damaged[0])
        else:
            row = {name: self._text(value, self._columns[name]) for name, value in values.items()}
            self._texts.append({**dict.fromkeys(PLACE, 0), "record_no": self._position, **row})

    def _text(self, value: str, column: Column) -> str:
        """As the contract declares it, where it is clear; otherwise as it stands, for the row to be kept aside."""
        if _has_control(value):
            return value
        plain = visible(unescape(value.strip()))
        if column.codes:
            return self._words[column.codes].get(word(plain), plain)
        if column.type == "date":
            return day_text(plain)
        if column.type == "integer":
            whole = _WHOLE.fullmatch(plain)
            return whole[1].replace(",", "") if whole else plain
        return plain.replace(" ", "").lower() if column.key and column.pattern else value

    def _fault(self, reason: QuarantineReason, column: str = "") -> None:
        self._faults.append(_fault(self._position, reason, column))


def _cell_text(cell: Any, column: Column) -> str:
    value = cell.value
    if not _is_filled(cell):
        return ""
    if cell.data_type in ("f", "e"):
        raise _CellError(QuarantineReason.FORMULA)
    if isinstance(value, datetime):
        return f"{_nearest_midnight(value):%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        raise _CellError(QuarantineReason.BAD_DATE)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if not abs(value) < _LARGEST_EXACT:
        raise _CellError(QuarantineReason.NUMERIC_ID)
    return str(int(value)) if value == int(value) else repr(value)


def _nearest_midnight(moment: datetime) -> datetime:
    """The day, or the next one in its last minute: exports of a browser are off by the seconds of an old time zone."""
    return moment + _MINUTE


def _split(form: Contract) -> tuple[list[Column], list[Column]]:
    """The numbers of a line, and its answers."""
    return [c for c in form.columns if c.key], [c for c in form.columns if not c.key]


def _fields(record: str, delimiter: str) -> list[str] | None:
    csv.field_size_limit(2 * LONGEST_RECORD)
    try:
        return next(csv.reader([record], strict=True, delimiter=delimiter), [])
    except csv.Error:
        return None


def _fault(number: int, reason: QuarantineReason, column: str = "") -> dict[str, Any]:
    return {"record_no": number, "byte_start": 0, "byte_end": 0, "reason": str(reason), "column": column}


def _is_filled(cell: Any) -> bool:
    return cell.value is not None and visible(str(cell.value)) != ""


def _has_control(text: str) -> bool:
    """Whether a byte may have been lost inside: a digit that became a control character makes another number of it."""
    return any(unicodedata.category(sign) == "Cc" for sign in text.strip())


def _plain(header: str) -> str:
    """A header without blanks and signs around, and without what an office adds in brackets (to be filled in)."""
    return _REMARK.sub("", "".join(visible(header).split())).strip(AROUND_A_WORD + "*")


def one_block(rows: Rows) -> Iterator[Rows]:
    yield rows
