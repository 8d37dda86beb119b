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


def as_csv(rows: Rows, encoding: str = "utf-8", quoting: int = csv.QUOTE_MINIMAL, delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=quoting, lineterminator="\r\n", delimiter=delimiter).writerows(rows)
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


def _under_titles(content: bytes) -> bytes:
    book, out = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    book.active.insert_rows(1, 3)
    book.active["A1"], book.active["B3"] = "样例县清单", "填报单位:样例"
    book.save(out)
    return out.getvalue()


SAVED: dict[str, Callable[[Rows], bytes]] = {
    "csv, utf-8": as_csv,
    "csv, utf-8 with its mark": lambda rows: as_csv(rows, "utf-8-sig"),
    "csv, gb18030": lambda rows: as_csv(rows, "gb18030"),
    "csv, every field quoted": lambda rows: as_csv(rows, "gb18030", csv.QUOTE_ALL),
    "csv, lines of Unix": lambda rows: as_csv(rows).replace(b"\r\n", b"\n"),
    "text, between tabs": lambda rows: as_csv(rows, "gb18030", delimiter="\t"),
    "csv, between semicolons": lambda rows: as_csv(rows, delimiter=";"),
    "csv, under a title": lambda rows: as_csv([["样例县清单", *[""] * (len(rows[0]) - 1)], *rows], "gb18030"),
    "xlsx, under titles and a blank row": lambda rows: _under_titles(as_book(rows)),
    "xlsx, texts": as_book,
    "xlsx, as guessed": lambda rows: as_book(rows, guessed),
}
