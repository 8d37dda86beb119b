"""A list of ours as an office's program saves it: rows of texts to the bytes of a file, in each form we have met."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date

import openpyxl

Rows = Sequence[Sequence[str]]


def rows_of(data: bytes) -> list[list[str]]:
    """Rows of a CSV of ours."""
    text = data.decode("utf-8-sig") if data.startswith(b"\xef\xbb\xbf") else data.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


def as_csv(rows: Rows, encoding: str = "utf-8", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


def as_book(rows: Rows, cell: Callable[[str, str], object] = lambda header, text: text or None) -> bytes:
    """`cell(header, text)` is what the program made of a text when it opened the list."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(rows[0]))
    for row in rows[1:]:
        sheet.append([cell(header, text) for header, text in zip(rows[0], row, strict=False)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def guessed(header: str, text: str) -> object:
    """As a program takes a text it opens: digits are a number, a day is a date cell."""
    if text.isascii() and text.isdecimal() and len(text) < 12:
        return int(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text or None


SAVED: dict[str, Callable[[Rows], bytes]] = {
    "csv, utf-8": as_csv,
    "csv, utf-8 with its mark": lambda rows: as_csv(rows, "utf-8-sig"),
    "csv, gb18030": lambda rows: as_csv(rows, "gb18030"),
    "csv, every field quoted": lambda rows: as_csv(rows, "gb18030", csv.QUOTE_ALL),
    "csv, lines of Unix": lambda rows: as_csv(rows).replace(b"\r\n", b"\n"),
    "xlsx, texts": as_book,
    "xlsx, as guessed": lambda rows: as_book(rows, guessed),
}
