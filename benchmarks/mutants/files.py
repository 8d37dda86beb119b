"""Delivered files of the sample as tables of text, and tables of text as the bytes of a file.

Written and read with `csv`, `openpyxl` and `pyarrow` alone: nothing of the reader under test.
"""

import csv
import io
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

INBOX: Final = Path(__file__).parents[2] / "data_samples" / "home" / "inbox"
NIGHT: Final = "2024-03-18"
# one feed of the sample for each container
FEEDS: Final = {
    "CSV_UTF8": "health", "CSV_GB18030": "public_security", "XLSX": "civil_affairs", "PARQUET": "self_certification",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as text: `header`, then `rows`, each with a cell for each header unless it was mutated."""

    container: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def with_cell(self, row: int, column: int, text: str) -> "Sheet":
        cells = list(self.rows[row])
        cells[column] = text
        return self.with_row(row, tuple(cells))

    def with_row(self, row: int, cells: tuple[str, ...]) -> "Sheet":
        return replace(self, rows=(*self.rows[:row], cells, *self.rows[row + 1 :]))


def delivered(container: str) -> tuple[Path, Sheet]:
    """The file of the sample in this container, and what it holds."""
    path = next(path for path in (INBOX / FEEDS[container] / NIGHT).iterdir() if "manifest" not in path.name)
    header, *rows = _texts(path, container)
    return path, Sheet(container, header, tuple(rows))


def _texts(path: Path, container: str) -> list[tuple[str, ...]]:
    if container == "XLSX":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        return [tuple(_text(value) for value in row) for row in sheet.iter_rows(values_only=True)]
    if container == "PARQUET":
        table = pq.read_table(path)
        columns = [[value or "" for value in table[name].to_pylist()] for name in table.column_names]
        return [tuple(table.column_names), *zip(*columns, strict=True)]
    text = path.read_bytes().decode("gb18030" if container == "CSV_GB18030" else "utf-8-sig")
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline="")) if row]


def _text(value: object) -> str:
    """A day as offices type it."""
    return (
        f"{value.year}/{value.month}/{value.day}"
        if isinstance(value, datetime)
        else str("" if value is None else value)
    )


def written(sheet: Sheet) -> bytes:
    file = io.BytesIO()
    if sheet.container == "XLSX":
        book = openpyxl.Workbook()
        for row in (sheet.header, *sheet.rows):
            book.worksheets[0].append(row)
        book.save(file)
    elif sheet.container == "PARQUET":
        columns = list(zip(*sheet.rows, strict=True)) or [()] * len(sheet.header)
        pq.write_table(pa.table([pa.array(cells, pa.string()) for cells in columns], list(sheet.header)), file)
    else:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows((sheet.header, *sheet.rows))
        file.write(text.getvalue().encode("gb18030" if sheet.container == "CSV_GB18030" else "utf-8"))
    return file.getvalue()
