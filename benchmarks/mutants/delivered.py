"""Mutators of delivered files: what each does to a cell, a row, a header or the bytes, and which reactions are right.

A mutator of cells says what becomes of the cell: `SAME` value as before, `HELD` row, `EMPTY` value (held where one is
required), or the text `AS_WRITTEN`. One of rows, headers or bytes says which reactions are right; whatever it did, what
is taken must be what the sender wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from benchmarks.mutants.files import FEEDS, Sheet, delivered, written
from schemas.contract import Column, Contract

SAME, HELD, EMPTY, AS_WRITTEN = "SAME", "HELD", "EMPTY", "AS_WRITTEN"
TAKEN, REFUSED = "TAKEN", "REFUSED"
TEXT: Final = ("CSV_UTF8", "CSV_GB18030")
EVERY: Final = tuple(FEEDS)
NO_BOOK: Final = (*TEXT, "PARQUET")
_NAMES: Final = ("章例", "欧阳例芳", "阿例·买例", "𬸚例", "O'Neil")
_WITHIN: Final = ("例,例", '例"例', "例\n例", "例|例;")
_UNSEEN: Final = "\ufeff\u200b\u200d\u2060\u00ad"


@dataclass(frozen=True, slots=True)
class CellMutator:
    """`kinds` of columns: key, name, date, code; `becomes` is what must come of the cell."""

    name: str
    kinds: tuple[str, ...]
    becomes: str
    change: Callable[[Random, str], str]
    containers: tuple[str, ...] = EVERY


@dataclass(frozen=True, slots=True)
class SheetMutator:
    """A mutator of rows or headers: every value that is taken must equal the value before."""

    name: str
    reactions: tuple[str, ...]
    change: Callable[[Random, Sheet], Sheet]
    containers: tuple[str, ...] = EVERY


@dataclass(frozen=True, slots=True)
class ByteMutator:
    """A mutator of bytes. `may_alter`: rows whose values may differ, since a changed byte of text is still a text."""

    name: str
    reactions: tuple[str, ...]
    change: Callable[[Random, bytes], bytes]
    containers: tuple[str, ...] = EVERY
    may_alter: int = 0


ANY_ROWS: Final = 1 << 30
CELLS: Final = (
    CellMutator("blanks after", ("key", "name", "code", "date"), SAME, lambda r, t: t + " " * r.randint(1, 3)),
    CellMutator("wide blank after", ("key", "name", "code", "date"), SAME, lambda r, t: t + "\u3000"),
    CellMutator("blanks before", ("key", "code", "date"), SAME, lambda r, t: "  " + t),
    CellMutator("mark nobody sees", ("key",), SAME, lambda r, t: _inserted(r, t, r.choice(_UNSEEN))),
    CellMutator("emptied", ("key", "name", "code", "date"), EMPTY, lambda r, t: ""),
    CellMutator("only blanks", ("key", "name", "code", "date"), EMPTY, lambda r, t: "  "),
    CellMutator("too long", ("key", "name"), HELD, lambda r, t: (t or "x") * 300),
    CellMutator("no code", ("code",), HELD, lambda r, t: r.choice(("ZZ", "?", "-1", "是的", "999999"))),
    CellMutator("no such day", ("date",), HELD, lambda r, t: _like(t, 2023, 2, 30)),
    CellMutator("no such month", ("date",), HELD, lambda r, t: _like(t, 2023, 13, 1)),
    CellMutator("no date", ("date",), HELD, lambda r, t: r.choice(("昨天", "5.3.2024", "45356", "2024", "NULL", "?"))),
    CellMutator("before our time", ("date",), HELD, lambda r, t: _like(t, 1023, 1, 1)),
    CellMutator("placeholder", ("date",), EMPTY, lambda r, t: _like(t, 1900, 1, 1)),
    CellMutator("day typed otherwise", ("date",), SAME, lambda r, t: _otherwise(r, t), ("XLSX",)),
    CellMutator("time of day", ("date",), HELD, lambda r, t: t + " 08:30", ("XLSX",)),
    CellMutator("other text", ("name",), AS_WRITTEN, lambda r, t: r.choice(_NAMES)),
    CellMutator("delimiters within", ("name",), AS_WRITTEN, lambda r, t: r.choice(_WITHIN)),
    CellMutator("formula", ("name",), HELD, lambda r, t: "=1+1", ("XLSX",)),
    CellMutator("zero byte", ("key", "name", "code", "date"), HELD, lambda r, t: _inserted(r, t, "\0"), NO_BOOK),
)  # fmt: skip
SHEETS: Final = (
    SheetMutator("untouched", (TAKEN,), lambda r, s: s),
    SheetMutator("rows shuffled", (TAKEN,), lambda r, s: replace(s, rows=tuple(r.sample(s.rows, len(s.rows))))),
    SheetMutator("columns shuffled", (TAKEN,), lambda r, s: _columns_shuffled(r, s)),
    SheetMutator("a row twice", (TAKEN,), lambda r, s: _rows_inserted(r, s, r.choice(s.rows), 1)),
    SheetMutator("a row a thousand times", (TAKEN,), lambda r, s: _rows_inserted(r, s, r.choice(s.rows), 1000)),
    SheetMutator("a row lost", (TAKEN,), lambda r, s: replace(s, rows=tuple(r.sample(s.rows, len(s.rows) - 1)))),
    SheetMutator("blank rows", (TAKEN,), lambda r, s: _rows_inserted(r, s, (), r.randint(1, 9)), ("XLSX", *TEXT)),
    SheetMutator("a row too short", (HELD,), lambda r, s: _ragged(r, s, -1), TEXT),
    SheetMutator("a row too long", (HELD,), lambda r, s: _ragged(r, s, 1), (*TEXT, "XLSX")),
    SheetMutator("only a header", (TAKEN,), lambda r, s: replace(s, rows=())),
    SheetMutator("no header", (REFUSED,), lambda r, s: replace(s, header=s.rows[0], rows=s.rows[1:]), ("XLSX", *TEXT)),
    SheetMutator("header twice", (REFUSED,), lambda r, s: _header(r, s, lambda h: s.header[0], first=1)),
    SheetMutator("header unknown", (REFUSED,), lambda r, s: _header(r, s, lambda h: h + "号")),
    SheetMutator("blanks around header", (TAKEN,), lambda r, s: _header(r, s, lambda h: f" {h} ")),
)
BYTES: Final = (
    ByteMutator("cut", (TAKEN, HELD, REFUSED), lambda r, b: b[: r.randrange(len(b))], TEXT, may_alter=1),
    ByteMutator("cut", (REFUSED,), lambda r, b: b[: r.randrange(len(b))], ("XLSX", "PARQUET")),
    ByteMutator("emptied", (REFUSED,), lambda r, b: b""),
    ByteMutator("a byte changed", (TAKEN, HELD, REFUSED), lambda r, b: _byte_changed(r, b), TEXT, may_alter=2),
    ByteMutator("a byte changed", (TAKEN, REFUSED), lambda r, b: _byte_changed(r, b), ("XLSX",)),
    # without checksums of its pages, which few writers make, a column file cannot be told to be damaged
    ByteMutator("a byte changed", (TAKEN, HELD, REFUSED), lambda r, b: _byte_changed(r, b), ("PARQUET",), ANY_ROWS),
    ByteMutator("bytes zeroed", (TAKEN, HELD, REFUSED), lambda r, b: _zeroed(r, b), TEXT, may_alter=0),
    ByteMutator("bytes zeroed", (TAKEN, REFUSED), lambda r, b: _zeroed(r, b), ("XLSX",)),
    ByteMutator("bytes zeroed", (TAKEN, HELD, REFUSED), lambda r, b: _zeroed(r, b), ("PARQUET",), ANY_ROWS),
    ByteMutator("rubbish within", (TAKEN, HELD, REFUSED), lambda r, b: _rubbish(r, b), TEXT, may_alter=9),
    ByteMutator("rubbish behind", (TAKEN, REFUSED), lambda r, b: b + r.randbytes(40), ("XLSX", "PARQUET")),
    ByteMutator("line ends of Windows", (TAKEN,), lambda r, b: b.replace(b"\n", b"\r\n"), TEXT),
    ByteMutator("line ends of old Macs", (REFUSED,), lambda r, b: b.replace(b"\n", b"\r"), TEXT),
    ByteMutator("byte order mark", (TAKEN,), lambda r, b: b"\xef\xbb\xbf" + b, ("CSV_UTF8",)),
    ByteMutator("Ctrl-Z at the end", (TAKEN,), lambda r, b: b + b"\x1a", TEXT),
    ByteMutator("UTF-16", (REFUSED,), lambda r, b: b.decode().encode("utf-16"), ("CSV_UTF8",)),
    ByteMutator("in GB18030", (REFUSED,), lambda r, b: b.decode().encode("gb18030"), ("CSV_UTF8",)),
    ByteMutator("in UTF-8", (TAKEN,), lambda r, b: b.decode("gb18030").encode(), ("CSV_GB18030",)),
    ByteMutator("a line in the other encoding", (HELD,), lambda r, b: _other_line(r, b), TEXT),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """`becomes` and `cell` (row, column) of a mutated cell; `sheet` is what was written, None for mutated bytes."""

    name: str
    container: str
    content: bytes
    reactions: tuple[str, ...]
    may_alter: int = 0
    becomes: str = ""
    cell: tuple[int, int] = (0, 0)
    sheet: Sheet | None = None


def mutant(random: Random, contracts: dict[str, Contract]) -> Mutant:
    """Mutant of a random container: two of four change a cell, one rows or headers, one bytes."""
    container = random.choice(EVERY)
    _, sheet = delivered(container)
    family = random.choice((CELLS, CELLS, SHEETS, BYTES))
    mutator = random.choice([one for one in family if container in one.containers])
    if isinstance(mutator, ByteMutator):
        content = mutator.change(random, written(sheet))
        return Mutant(f"{container} {mutator.name}", container, content, mutator.reactions, mutator.may_alter)
    if isinstance(mutator, SheetMutator):
        changed = mutator.change(random, sheet)
        return Mutant(f"{container} {mutator.name}", container, written(changed), mutator.reactions, sheet=changed)
    contract = contracts[FEEDS[container]]
    columns = [
        column for column in contract.columns if _kind(column) in mutator.kinds and column.header in sheet.header
    ]
    column = random.choice(columns)
    row, place = random.randrange(len(sheet.rows)), sheet.header.index(column.header)
    old = sheet.rows[row][place]
    changed = sheet.with_cell(row, place, mutator.change(random, old))
    becomes = mutator.becomes
    if not old.strip() and becomes == SAME:
        becomes = EMPTY
    if becomes == EMPTY:
        becomes = HELD if column.required else EMPTY
    right = (HELD,) if becomes == HELD else (TAKEN,)
    name = f"{container} {_kind(column)} {mutator.name}"
    return Mutant(name, container, written(changed), right, becomes=becomes, cell=(row, place), sheet=changed)


def _kind(column: Column) -> str:
    if column.key:
        return "key"
    if column.codes or column.type == "boolean":
        return "code"
    return "name" if column.type == "string" else column.type


def _inserted(random: Random, text: str, mark: str) -> str:
    place = random.randint(0, len(text))
    return text[:place] + mark + text[place:]


def _like(text: str, year: int, month: int, day: int) -> str:
    """The day in the form of another day's text."""
    if "/" in text:
        return f"{year}/{month}/{day}"
    return f"{year}-{month:02d}-{day:02d}" if "-" in text or not text else f"{year}{month:02d}{day:02d}"


def _otherwise(random: Random, text: str) -> str:
    if text.count("/") != 2:
        return text
    year, month, day = map(int, text.split("/"))
    forms = (f"{year}年{month}月{day}日", f"{year}.{month}.{day}", f"{year}-{month:02d}-{day:02d}", f"{text} 00:00:00")
    return random.choice((*forms, f"{year}{month:02d}{day:02d}", f"{year}/{month:02d}/{day:02d}"))


def _rows_inserted(random: Random, sheet: Sheet, row: tuple[str, ...], times: int) -> Sheet:
    place = random.randint(0, len(sheet.rows))
    return replace(sheet, rows=(*sheet.rows[:place], *[row] * times, *sheet.rows[place:]))


def _columns_shuffled(random: Random, sheet: Sheet) -> Sheet:
    order = random.sample(range(len(sheet.header)), len(sheet.header))
    rows = tuple(tuple(row[place] for place in order) for row in sheet.rows)
    return replace(sheet, header=tuple(sheet.header[place] for place in order), rows=rows)


def _ragged(random: Random, sheet: Sheet, more: int) -> Sheet:
    row = random.randrange(len(sheet.rows))
    cells = sheet.rows[row]
    return sheet.with_row(row, (*cells, "x") if more > 0 else cells[:more])


def _header(random: Random, sheet: Sheet, change: Callable[[str], str], first: int = 0) -> Sheet:
    place = random.randrange(first, len(sheet.header))
    header = (*sheet.header[:place], change(sheet.header[place]), *sheet.header[place + 1 :])
    return replace(sheet, header=header)


def _byte_changed(random: Random, content: bytes) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + bytes([random.randrange(256)]) + content[place + 1 :]


def _zeroed(random: Random, content: bytes) -> bytes:
    place, length = random.randrange(len(content)), random.randint(1, 60)
    return content[:place] + bytes(len(content[place : place + length])) + content[place + length :]


def _rubbish(random: Random, content: bytes) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + random.randbytes(random.randint(1, 40)) + content[place:]


def _other_line(random: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    place = random.choice([n for n, line in enumerate(lines) if n and not line.isascii()])
    is_gb = not _decodes(content)
    line = lines[place].decode("gb18030" if is_gb else "utf-8").encode("utf-8" if is_gb else "gb18030")
    return b"\n".join([*lines[:place], line, *lines[place + 1 :]])


def _decodes(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
