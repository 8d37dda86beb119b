"""A spreadsheet as rows of text. A number is never trusted to be an identity number: its last digits are gone."""

import math
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree

import openpyxl
import polars as pl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.utils.datetime import from_excel

from pipelines.validated.rows import PLACE, QUARANTINED_SCHEMA, RejectedError, Rows, layout
from schemas.codes import QuarantineReason, Rejection
from schemas.contract import Column, Contract

MOST_ROWS = 200_000
_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
_LARGEST_EXACT = 10**15
_FIRST_YEAR, _LAST_SERIAL = 1900, 401_769  # that of 2999-12-31; a spreadsheet counts days from 1900 on
_MINUTE = timedelta(minutes=1)
_DATES: Final = {
    "": "%Y%m%d",
    "yyyyMMdd": "%Y%m%d",
    "yyyy/M/d": "%Y/%m/%d",
    "yyyy/MM/dd": "%Y/%m/%d",
    "yyyy-MM-dd": "%Y-%m-%d",
    "yyyy.M.d": "%Y.%m.%d",
    "yyyy年M月d日": "%Y年%m月%d日",
    "yyyyMM": "%Y%m",
    "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
    "yyyy/M/d H:mm": "%Y/%m/%d %H:%M:%S",
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
}
_WITH_TIME: Final = ("yyyy-MM-dd HH:mm:ss", "yyyy/M/d H:mm", "yyyyMMddHHmmss")
# built-in number formats of Chinese spreadsheets that show a date or a time; the reader knows the western ones only
_CHINESE_DATES: Final = frozenset((*range(27, 37), *range(50, 59)))
# a day typed as text: the year first, so that no other day can be meant; a time of day may follow
_TYPED_DAY: Final = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
    r"(?:[ T]?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?"
)


class _QuarantinedCellError(Exception):
    def __init__(self, reason: QuarantineReason) -> None:
        super().__init__(reason)
        self.reason = reason


def read_book(file: BinaryIO, contract: Contract) -> Iterator[Rows]:
    """The first sheet as one block; byte positions are 0, since its rows have none."""
    columns = {column.name: column for column in contract.columns}
    names: list[str | None] | None = None
    texts: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    position = physical = blank = 0
    for cells in _cells(file):
        physical += 1
        if all(_is_empty(cell) for cell in cells):
            blank += 1
        elif names is None:
            names, position = layout([str(cell.value) for cell in _without_tail(cells)], contract), -1
        else:
            number = position + 1
            if contract.trailer and str(cells[0].value).strip() == contract.trailer:
                found.append(_fault(number, QuarantineReason.TRAILER))
            else:
                _add_row(cells, names, columns, number, (texts, found))
        position += names is not None
    if names is None:
        raise RejectedError(Rejection.BAD_HEADER, "the sheet has no header line")
    text = pl.DataFrame(texts, schema={**PLACE, **{name: pl.String for name in names if name}})
    yield Rows(text, pl.DataFrame(found, schema=QUARANTINED_SCHEMA), physical, 1, blank)


def _cells(file: BinaryIO) -> Iterator[tuple[Any, ...]]:
    """Rows of cells that still say whether they hold a formula. Damage of any kind is the file's, not ours."""
    try:
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheets: list[Any] = list(workbook.worksheets)
        sheet = sheets[0]
        (written, widest), *others = (extent(file, one._worksheet_path) for one in sheets)
        if any(rows for rows, _ in others):
            raise RejectedError(Rejection.BAD_FILE, "rows on more than one sheet; put all of them on the first")
        if written > MOST_ROWS:
            raise RejectedError(Rejection.TOO_LARGE, f"more than {MOST_ROWS} rows in a spreadsheet; send CSV")
        sheet.reset_dimensions()  # what a sheet says of its own size is not always true
        found = 0
        for row in sheet.iter_rows():
            cells = row[:widest]  # a row may be formatted to the last column there is
            found += any(cell.value is not None for cell in cells)
            yield cells
        if found < written:
            raise RejectedError(Rejection.BAD_FILE, f"the sheet holds {written} rows and {found} could be read")
    except RejectedError:
        raise
    except Exception as error:
        raise RejectedError(Rejection.BAD_FILE, "the spreadsheet cannot be read") from error


def sheet_rows(file: BinaryIO) -> Iterator[tuple[Any, ...]]:
    """Cells of each row of the only sheet with rows, for a reader with other rules than ours for deliveries."""
    return _cells(file)


def extent(file: BinaryIO, sheet: str) -> tuple[int, int]:
    """Rows of a sheet with a value in them, and its last column with one, counted in its XML: not by the reader that
    is to be checked, which fills up every gap and every row to its last cell.
    """
    rows = widest = 0
    with zipfile.ZipFile(file) as workbook, workbook.open(sheet.removeprefix("/")) as xml:
        for _, element in ElementTree.iterparse(xml):
            if element.tag.endswith("}row"):
                columns = [column for column, cell in _placed(element) if _has_value(cell)]
                widest = max(widest, *columns, 0)
                rows += bool(columns)
                if int(element.get("r", 0)) > _LAST_ROW or widest > _LAST_COLUMN:
                    raise RejectedError(Rejection.BAD_FILE, "a cell lies beyond the last row or column of a sheet")
                element.clear()
    return rows, widest


def _placed(row: Any) -> Iterator[tuple[int, Any]]:
    """Cells of a row with the numbers of their columns; one that does not say follows the one before."""
    column = 0
    for cell in row:
        place = coordinate_from_string(cell.get("r")) if cell.get("r") else None
        column = column_index_from_string(place[0]) if place else column + 1
        yield column, cell


def _has_value(cell: Any) -> bool:
    parts = {part.tag.rpartition("}")[2]: part for part in cell}
    inline = "".join(parts["is"].itertext()) if "is" in parts else ""
    return "f" in parts or bool(inline) or ("v" in parts and bool(parts["v"].text))


def _add_row(
    cells: tuple[Any, ...],
    names: list[str | None],
    columns: dict[str, Column],
    number: int,
    into: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    """Append to the texts, or, once for each cell that cannot be used, to the quarantined."""
    row: dict[str, Any] = {**dict.fromkeys(PLACE, 0), "record_no": number}
    faults: list[dict[str, Any]] = []
    if any(not _is_empty(cell) for cell in [cell for cell in cells[len(names) :] if cell is not EMPTY_CELL]):
        faults.append(_fault(number, QuarantineReason.RAGGED))
    for index, name in enumerate(names):
        if name is not None:
            try:
                row[name] = _text(cells[index], columns[name]) if index < len(cells) else ""
            except _QuarantinedCellError as error:
                faults.append(_fault(number, error.reason, name))
    into[bool(faults)].extend(faults or [row])


def _fault(number: int, reason: QuarantineReason, column: str = "") -> dict[str, Any]:
    return {"record_no": number, "byte_start": 0, "byte_end": 0, "reason": str(reason), "column": column}


def _text(cell: Any, column: Column) -> str:
    value = cell.value
    if _is_empty(cell):
        return ""
    if cell.data_type in ("f", "e"):
        raise _QuarantinedCellError(QuarantineReason.FORMULA)
    if isinstance(value, bool):
        return str(value)
    day = _moment(cell) if column.type == "date" and column.format != "epoch_ms" else value
    if isinstance(day, datetime | date):
        return _date_text(day, column)
    return _number_text(value, column) if isinstance(value, int | float) else str(value)


def _moment(cell: Any) -> Any:
    """The value of a cell in a column of dates: a moment where it shows one or spells one, else as it is."""
    value = cell.value
    if isinstance(value, int | float) and cell.style_array.numFmtId in _CHINESE_DATES:
        return from_excel(value, cell.parent.parent.epoch) if 1 <= value < _LAST_SERIAL else value
    typed = _TYPED_DAY.fullmatch(str(value).strip()) if isinstance(value, str | int) else None
    if typed is None:
        return value
    year, _, *numbers = typed.groups()
    month, day = [number for number in numbers[:6] if number]
    hour, minute, second = [int(number or 0) for number in numbers[6:]]
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001 - a day of the calendar
    except ValueError:
        return value  # there is no such day


def _date_text(value: datetime | date, column: Column) -> str:
    """A date cell, written as the contract declares dates; in another column it is no value of ours."""
    if column.type != "date" or column.format == "epoch_ms":
        raise _QuarantinedCellError(QuarantineReason.BAD_DATE)
    if isinstance(value, datetime) and column.format not in _WITH_TIME:
        value = _nearest_day(value)
    if value.year < _FIRST_YEAR:
        raise _QuarantinedCellError(QuarantineReason.BAD_DATE)
    if column.format == "yyyyMM" and value.day != 1:
        raise _QuarantinedCellError(QuarantineReason.BAD_DATE)
    return f"{value:{_DATES[column.format]}}"


def _nearest_day(moment: datetime) -> datetime:
    """Midnight within a minute: a browser's export of a day is off by the seconds of an old time zone."""
    day = (moment + _MINUTE).replace(hour=0, minute=0, second=0, microsecond=0)
    if abs(moment - day) > _MINUTE:
        raise _QuarantinedCellError(QuarantineReason.BAD_DATE)
    return day


def _number_text(value: int | float, column: Column) -> str:
    """A number cell as digits, where no digit can have been lost."""
    is_identity = column.type == "string" and (column.key or column.check or column.sensitivity != "internal")
    if is_identity and not column.codes:
        raise _QuarantinedCellError(QuarantineReason.NUMERIC_ID)
    if not math.isfinite(value) or abs(value) >= _LARGEST_EXACT:
        raise _QuarantinedCellError(QuarantineReason.BAD_NUMBER)
    if value == int(value):
        return str(int(value))
    return f"{value:.2f}" if math.isclose(value, round(value, 2), rel_tol=1e-15) else repr(value)


def _is_empty(cell: Any) -> bool:
    return cell.value is None or str(cell.value).strip() == ""


def _without_tail(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """The header without the empty cells a spreadsheet drags along on the right."""
    last = max(index for index, cell in enumerate(cells) if not _is_empty(cell))
    return cells[: last + 1]
