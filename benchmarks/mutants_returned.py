"""Returned lists, mutated: does each answer that is taken say what was written, and is every row accounted for?

    python -m benchmarks.mutants_returned --count 2000 --seed 7

Each mutant is a list of ours, answered, changed as offices and programs change lists, or as a broken disk does, and
read by the parsing code. An oracle that shares no code with it reads the same file: an answer counts as right when the
line it is taken from says so. A mutator that leaves the meaning alone must cost nothing. The result goes to
benchmarks/results/mutants_returned.json.
"""

import argparse
import csv
import io
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import polars as pl

from pipelines.home.declared import SCHEMAS
from pipelines.validated.delivery import validate
from pipelines.validated.job import Job
from schemas.code_tables import read_code_tables
from schemas.contract import read_contracts
from schemas.returned import returned_forms

RESULT = Path(__file__).parent / "results" / "mutants_returned.json"
CONTRACTS = read_contracts([SCHEMAS / "contracts"])
CODES = {table: read_code_tables().canonical(table) for table in read_code_tables().tables}
LINES = 6
# The oracle's own table: a word of each list, and what it means.
WORDS = {
    "worklist": {"属实": "TRUE_LOSS", "来源有误": "FALSE_SOURCE_ERROR", "核实中": "PENDING"},
    "match_review": {"是本人": "SAME_PERSON", "不是本人": "OTHER_PERSON"},
    "outreach": {"本人健在": "SEEN_ALIVE", "未见到": "NOT_FOUND"},
    "care_visits": {"本人健在": "SEEN_ALIVE", "未见到": "NOT_FOUND"},
    "requests": {"已办结": "DONE", "办理中": "PENDING"},
    "discrepancy": {"已更正": "CORRECTED", "核实无误": "CONFIRMED_RIGHT"},
}
OTHER_WORDS = {"上门": "VISIT"}
Row = list[str]
Rows = list[Row]
Mutator = Callable[[Rows, str, random.Random], Rows]


def a_list(name: str, chance: random.Random) -> Rows:
    """An answered list: our columns filled with anything, most of its lines answered."""
    contract = CONTRACTS[name]
    rows = [[column.header for column in contract.columns]]
    for line in range(LINES):
        is_answered, row = line % 3 != 2, []
        for column in contract.columns:
            if column.key:
                row.append(_number(column, chance))
            elif column.fills:
                row.append(_answer(name, column, chance) if is_answered else "")
            else:
                row.append(chance.choice(["", "王例", "2024-03-18", "435.00", "'=1+1", "属实"]))
        rows.append(row)
    return rows


def _number(column: Any, chance: random.Random) -> str:
    digits = "".join(chance.choice("0123456789abcdef") for _ in range(20))
    if column.type == "integer":
        return str(chance.randrange(1000, 10**9))
    if "}-[" in column.pattern:
        return f"{digits}-{chance.randrange(1000, 9999)}"
    return digits if column.pattern else f"SR{chance.randrange(10**6)}"


def _answer(name: str, column: Any, chance: random.Random) -> str:
    if column.type == "date":
        return str(date(2024, 1, 1) + timedelta(days=chance.randrange(80)))
    if column.name in ("result",):
        return chance.choice(list(WORDS[name]))
    if column.codes:
        return "上门"
    return chance.choice(["张例", "JB-0001", "经核对,有误", '说"对"', "FH"])


def _pick(rows: Rows, chance: random.Random) -> int:
    return chance.randrange(1, len(rows))


def _cell(change: Callable[[str, random.Random], str], wanted: Callable[[Any], bool]) -> Mutator:
    def mutate(rows: Rows, name: str, chance: random.Random) -> Rows:
        columns = [c.header for c in CONTRACTS[name].columns if wanted(c)]
        place, header = _pick(rows, chance), chance.choice(columns or [rows[0][0]])
        where = rows[0].index(header)
        return [
            [change(text, chance) if (n, m) == (place, where) else text for m, text in enumerate(row)]
            for n, row in enumerate(rows)
        ]

    return mutate


def _day(text: str, chance: random.Random) -> str:
    parts = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if not parts:
        return text
    year, month, day = map(int, parts.groups())
    serial = str((date(year, month, day) - date(1899, 12, 30)).days)
    return chance.choice(
        [f"{year}/{month}/{day}", f"{year}年{month}月{day}日", f"{year}.{month}.{day}", serial, f"{text} 00:00:00"]
    )


def _turned(rows: Rows, name: str, chance: random.Random) -> Rows:
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    return [[row[place] for place in order] for row in rows]


def _columns_more(rows: Rows, name: str, chance: random.Random) -> Rows:
    place = chance.randrange(len(rows[0]) + 1)
    return [[*row[:place], "备注" if not n else "已看", *row[place:]] for n, row in enumerate(rows)]


def _ours_lost(rows: Rows, name: str, chance: random.Random) -> Rows:
    """A column of ours deleted, another one damaged."""
    ours = [c.header for c in CONTRACTS[name].columns if not c.fills]
    gone, broken = (rows[0].index(header) for header in (chance.sample(ours, 2) if len(ours) > 1 else ours * 2))
    kept = [["1.23E+15" if m == broken and n else text for m, text in enumerate(row)] for n, row in enumerate(rows)]
    return [[text for m, text in enumerate(row) if m != gone] for row in kept]


def _row_again(rows: Rows, name: str, chance: random.Random) -> Rows:
    return [*rows, rows[_pick(rows, chance)]]


def _blank_rows(rows: Rows, name: str, chance: random.Random) -> Rows:
    return [*rows, [""] * len(rows[0]), [""] * len(rows[0])]


def _headers_spaced(rows: Rows, name: str, chance: random.Random) -> Rows:
    return [[f" {header}　" for header in rows[0]], *rows[1:]]


def _cell_more(rows: Rows, name: str, chance: random.Random) -> Rows:
    place, where = _pick(rows, chance), chance.randrange(len(rows[0]))
    return [[*row[:where], "多", *row[where:]] if n == place else row for n, row in enumerate(rows)]


def _cell_less(rows: Rows, name: str, chance: random.Random) -> Rows:
    place, where = _pick(rows, chance), chance.randrange(len(rows[0]))
    return [[*row[:where], *row[where + 1 :]] if n == place else row for n, row in enumerate(rows)]


def _column_gone(rows: Rows, name: str, chance: random.Random) -> Rows:
    where = chance.randrange(len(rows[0]))
    return [[*row[:where], *row[where + 1 :]] for row in rows]


def _other_answer(rows: Rows, name: str, chance: random.Random) -> Rows:
    where = rows[0].index(CONTRACTS[name].column("result").header)
    row = list(rows[_pick(rows, chance)])
    row[where] = chance.choice(list(WORDS[name]))
    return [*rows, row]


HARMLESS: dict[str, Mutator] = {
    "as it is": lambda rows, name, chance: rows,
    "day in another form": _cell(_day, lambda c: c.type == "date" and c.fills),
    "word with marks around": _cell(lambda text, c: f" {text}。" if text else text, lambda c: c.name == "result"),
    "columns turned": _turned,
    "a column more": _columns_more,
    "our columns lost or damaged": _ours_lost,
    "a row twice": _row_again,
    "blank rows": _blank_rows,
    "headers with blanks": _headers_spaced,
}
HARMFUL: dict[str, Mutator] = {
    "a word nobody knows": _cell(
        lambda text, c: c.choice(["是的吧", "已核实", "?", "属实?"]), lambda c: c.name == "result"
    ),
    "a day beyond doubt no more": _cell(
        lambda text, c: c.choice(["3月18日", "24/3/18", "2024-02-30", "昨天", "1900-01-01"]),
        lambda c: c.type == "date" and c.fills,
    ),
    "a number damaged": _cell(
        lambda text, c: c.choice(["1.23E+19", text[:-1], text + "0", "", "#REF!"]), lambda c: c.key
    ),
    "a number of another line": lambda rows, name, chance: [*rows[:1], [rows[2][0], *rows[1][1:]], *rows[2:]],
    "a cell more": _cell_more,
    "a cell less": _cell_less,
    "a column gone": _column_gone,
    "another answer to a line": _other_answer,
}


def as_text(rows: Rows, encoding: str, quoting: int) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=quoting, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode(encoding)


def as_book(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append([_guessed(text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _guessed(text: str) -> object:
    if re.fullmatch(r"[1-9]\d{0,10}", text):
        return int(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return None if not text else ("'" + text if text.startswith("=") else text)


def broken(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed as a disk or a transfer changes them."""
    place = chance.randrange(len(content))
    how = chance.randrange(4)
    if how == 0:
        return content[:place]
    if how == 1:
        return content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
    if how == 2:
        return content[:place] + content[place + 1 :]
    return content[:place] + bytes([chance.choice(b'",\r\n\0')]) + content[place:]


def says(name: str, column: Any, cell: str, value: Any) -> bool:
    """Whether the cell, as the oracle reads it, says the value that was taken."""
    plain = cell.strip(" 　。，,\"'\r\n")
    if value is None or value == "":
        return plain == "" or plain == "1900-01-01"
    if column.name == "result":
        return WORDS[name].get(plain) == value
    if column.codes:
        return OTHER_WORDS.get(plain) == value
    if column.type == "date":
        return plain in _forms_of(value) or plain.startswith(tuple(f"{form} " for form in _forms_of(value)))
    if column.key or column.type == "integer":
        return plain.replace(" ", "").lower() == str(value).lower()
    return cell.strip().lstrip("'") == str(value).strip().lstrip("'")


def _forms_of(day: date) -> set[str]:
    serial = str((day - date(1899, 12, 30)).days)
    return {
        f"{day.year}{a}{m}{b}{d}{end}"
        for a, b, end in (("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日"), ("", "", ""))
        for m in {f"{day.month}", f"{day.month:02d}"}
        for d in {f"{day.day}", f"{day.day:02d}"}
    } | {serial}


def reread(content: bytes, rows: Rows | None) -> Rows:
    """The file as the oracle reads it; a workbook as it was written."""
    if rows is not None:
        return rows
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "号" in text.split("\n", 1)[0]:
            return list(csv.reader(io.StringIO(text.replace("\0", ""), newline="")))
    return list(csv.reader(io.StringIO(content.decode("gb18030", errors="replace").replace("\0", ""), newline="")))


def _line_by_line(content: bytes) -> Rows:
    """Each line read for itself, in either encoding."""
    text = [content.decode(encoding, errors="replace") for encoding in ("utf-8", "gb18030")]
    return [next(csv.reader([line]), []) for one in text for line in one.replace("\0", "").splitlines()]


def is_said(name: str, row: dict[str, Any], lines: Rows) -> bool:
    """Whether a line of the file says what was taken."""
    contract = CONTRACTS[name]
    header = [text.strip(" 　\ufeff") for text in lines[0]]
    read = [(header.index(c.header), c) for c in contract.columns if c.fills and c.header in header]
    return any(
        all(says(name, c, line[place] if place < len(line) else "", row[c.fills]) for place, c in read)
        for line in lines[1:]
    )


def read_one(name: str, content: bytes, folder: Path) -> tuple[Any, list[dict[str, Any]]]:
    contract = CONTRACTS[CONTRACTS[name].answered_by]
    job = Job(
        source=folder / "source", file_name="清单.csv", delivery_id="d", business_date=date(2024, 3, 20), known_from=1,
        claimed_rows=None, contract=contract, forms=returned_forms(contract.feed, CONTRACTS), codes=CODES,
        max_quarantined_share=0.01, rows=folder / "rows", quarantined=folder / "aside", issues=folder / "issues",
        scratch=folder,
    )  # fmt: skip
    job.source.write_bytes(content)
    outcome = validate(job)
    return outcome, [] if outcome.rejection else pl.read_parquet(job.rows).to_dicts()


def mutant(number: int, seed: int, folder: Path) -> tuple[str, str]:
    """(mutator, what came out) of one mutant; what came out begins with WRONG where a law is broken."""
    chance = random.Random(f"{seed}/{number}")
    name = chance.choice(sorted(WORDS))
    rows = a_list(name, chance)
    kind = chance.choice(["harmless", "harmful", "bytes"])
    mutators = HARMFUL if kind == "harmful" else HARMLESS
    what = chance.choice(sorted(mutators))
    changed = mutators[what](rows, name, chance)
    form = chance.choice(["utf-8", "utf-8-sig", "gb18030", "xlsx"])
    quoting = chance.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
    content = as_book(changed) if form == "xlsx" else as_text(changed, form, quoting)
    lines: Rows | None = changed if form == "xlsx" else None
    if kind == "bytes":
        content, what = broken(content, chance), "bytes broken"
        if form == "xlsx":
            lines = changed
    label = f"{what}, {form}"
    try:
        outcome, taken = read_one(name, content, folder)
    except Exception as error:
        return label, f"WRONG: crash {type(error).__name__}"
    if outcome.broken:
        return label, f"WRONG: {outcome.broken}"
    if outcome.rejection:
        return label, "WRONG: refused" if kind == "harmless" else f"refused {outcome.rejection}"
    read = reread(content, lines)
    # a lost quote swallows the lines after it for one reader and breaks its own line alone for another
    by_line = _line_by_line(content) if lines is None else []
    if not all(is_said(name, row, read) or is_said(name, row, [read[0], *by_line]) for row in taken):
        return label, "WRONG: taken otherwise than written"
    if kind == "harmless" and outcome.quarantined:
        return label, "WRONG: a row kept aside for nothing"
    if kind == "harmless" and outcome.accepted + outcome.duplicates + outcome.unanswered != len(changed) - 1 - (
        outcome.blank
    ):
        return label, "WRONG: rows lost"
    return label, "kept aside" if outcome.quarantined else "taken"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    found: Counter[str] = Counter()
    wrong: list[dict[str, object]] = []
    with TemporaryDirectory() as folder:
        for number in range(options.count):
            label, result = mutant(number, options.seed, Path(folder))
            found[result] += 1
            if result.startswith("WRONG"):
                wrong.append({"number": number, "mutator": label, "result": result})
    RESULT.parent.mkdir(exist_ok=True)
    summary = {"count": options.count, "seed": options.seed, "results": dict(sorted(found.items())), "wrong": wrong}
    RESULT.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
