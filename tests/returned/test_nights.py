"""R12 end to end: lists of a night of the sample come back the next day and are taken, in each form alike."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines.read.status import status_of
from pipelines.read.verify import verify
from pipelines.run.night import night
from tests.conftest import copied, silent
from tests.returned.answered import DAY, answered, lay_down, lists_of
from tests.returned.saved import Rows, as_book, as_csv, guessed

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
UTF_8, GB18030 = "76", "85"  # as LibreOffice numbers encodings
# what each answer becomes, without the delivery it came by
TAKEN = {
    "verdict": "lead_id, verdict, verified_date, notice_date, handler, reviewer, approver",
    "match_answer": "review_id, person_no, answer, verified_date, handler",
    "link": "feed, person_no, record_id, event_code, qualifier_code, event_date, match_state",
}
REPLIED = "ticket_id, result, corrected_value, explanation, handled_by, handled_date"
DONE = "record_id, result, handler, handled_date"


def _taken(home: Path) -> dict[str, list[tuple]]:
    """What the night took, of whatever file."""
    taken = {}
    for table, columns in TAKEN.items():
        (newest,) = sorted((home / "lake" / table).glob("run=*.parquet"))[-1:]
        taken[table] = duckdb.sql(f"SELECT {columns} FROM read_parquet('{newest}') ORDER BY ALL").fetchall()
    for feed, columns in (("replies", REPLIED), ("request_results", DONE)):
        files = f"{home}/lake/validated/feed={feed}/business_date={DAY}/*.parquet"
        taken[feed] = duckdb.sql(f"SELECT {columns} FROM read_parquet('{files}') ORDER BY ALL").fetchall()
    return taken


def _night(before: Path, folder: Path, saved: Callable[[Path], tuple[bytes, str]]) -> dict[str, list[tuple]]:
    folder.mkdir()
    home = copied(before, folder)
    for path in lists_of(before / "outbox" / "2024-03-19"):
        content, ending = saved(path)
        lay_down(home, path, content, ending)
    night(home, DAY, progress=silent)
    assert verify(home) == []
    status = status_of(home)
    assert status["rejected files"] == []
    own = {"verification", "replies", "request_results", "field_visit"}
    assert [row for row in status["quarantined"] if row["feed"] in own] == []
    return _taken(home)


@pytest.fixture(scope="session")
def as_written(after_nights, tmp_path_factory):
    """What is taken from the lists as our own bytes, but for the answers."""
    return _night(
        after_nights[1], tmp_path_factory.mktemp("written") / "n", lambda path: (as_csv(answered(path)), ".csv")
    )


def test_r12_answers_written_into_our_lists_are_what_the_night_takes(as_written, after_nights):
    lists = lists_of(after_nights[1] / "outbox" / "2024-03-19")
    written = {name: [] for name in ("worklist", "match_review", "outreach", "requests", "discrepancy")}
    for path in lists:
        header, *rows = answered(path)
        written[path.stem] += [dict(zip(header, row, strict=True)) for row in rows]
    assert all(written.values())
    given = {row["线索号"]: row["核查结果"] for row in written["worklist"] if row["核查结果"]}
    meant = {"属实": "TRUE_LOSS", "情况属实": "TRUE_LOSS", "来源有误": "FALSE_SOURCE_ERROR",
             "不是本人": "FALSE_WRONG_PERSON", "联系不上": "UNREACHABLE"}  # fmt: skip
    taken = {lead: verdict for lead, verdict, day, *_ in as_written["verdict"] if str(day) == "2024-03-19"}
    assert {lead: taken[lead] for lead in given} == {lead: meant[word] for lead, word in given.items()}
    matched = {(f"{review}-{person}", answer) for review, person, answer, *_ in as_written["match_answer"]}
    meant = {"是本人": "SAME_PERSON", "否": "OTHER_PERSON", "无法判断": "CANNOT_TELL"}
    answers = {(row["核对号"], meant[row["核对结果"]]) for row in written["match_review"] if row["核对结果"]}
    assert answers <= matched
    replied = {ticket: result for ticket, result, *_ in as_written["replies"]}
    meant = {"已更正": "CORRECTED", "核实无误": "CONFIRMED_RIGHT", "非本单位": "NOT_OURS"}
    replies = {row["工单号"]: meant[row["处理结果"]] for row in written["discrepancy"] if row["处理结果"]}
    assert {ticket: replied[ticket] for ticket in replies} == replies
    visits = {int(row["个人编号"]): row["走访结果"] for row in written["outreach"] if row["走访结果"]}
    seen = {
        int(record.split("-")[0]): (person, result)
        for feed, person, record, _, result, *_ in as_written["link"]
        if feed == "field_visit" and record.endswith("-2024-03-19-VISIT")
    }
    meant = {"本人健在": "SEEN_ALIVE", "未见到": "NOT_FOUND"}
    assert {number: result for number, (_, result) in seen.items()} == {
        number: meant[word] for number, word in visits.items()
    }
    assert {number for number, (person, _) in seen.items() if person not in (number, None)} == set()
    assert [row[:2] for row in as_written["request_results"]] == sorted(
        (row["受理编号"], "DONE") for row in written["requests"] if row["办理结果"]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("save", "ending"),
    [
        (lambda rows: as_csv(rows, "gb18030"), ".csv"),
        (as_book, ".xlsx"),
        (lambda rows: as_book(rows, guessed), ".xlsx"),
    ],
    ids=["csv gb18030", "xlsx of texts", "xlsx as guessed"],
)
def test_r12_the_same_is_taken_from_other_forms(as_written, after_nights, tmp_path, save, ending):
    found = _night(after_nights[1], tmp_path / "n", lambda path: (save(answered(path)), ending))
    assert found == as_written


def _convert(paths: Sequence[Path], to: str, folder: Path, *, read_as: str = "") -> None:
    """Files of other names, into the folder, by one LibreOffice with a profile of its own."""
    if not paths:
        return
    command = [str(SOFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
    command += [f"--infilter={read_as}"] if read_as else []
    command += ["--convert-to", to, "--outdir", str(folder), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def _answered_by_hand(opened: Path, rows: Rows) -> None:
    """The answers typed into the cells of the workbook that LibreOffice made of our list, and nothing else touched."""
    book = openpyxl.load_workbook(opened)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == list(rows[0])
    for line, (was, now) in enumerate(zip(rows_of_book(opened), rows[1:], strict=True), 2):
        for column, text in enumerate(now):
            if text and not was[column]:
                sheet.cell(line, column + 1, guessed("", text))
    book.save(opened)


def rows_of_book(path: Path) -> list[list[object]]:
    sheet = openpyxl.load_workbook(path).active
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: what it makes of our lists was NOT tested")
@pytest.mark.parametrize(
    ("form", "ending"),
    [
        ("xlsx", ".xlsx"),
        (f"csv:Text - txt - csv (StarCalc):44,34,{UTF_8},1", ".csv"),
        (f"csv:Text - txt - csv (StarCalc):44,34,{GB18030},1", ".csv"),
    ],
    ids=["xlsx", "csv utf-8", "csv gb18030"],
)
def test_r12_lists_opened_answered_and_saved_by_libreoffice(as_written, after_nights, tmp_path, form, ending):
    """Each opened as a double click opens it: every column guessed, special numbers and days recognised."""
    lists = lists_of(after_nights[1] / "outbox" / "2024-03-19")
    sent, opened, saved = (tmp_path / name for name in ("sent", "opened", "saved"))
    for folder in (sent, opened, saved):
        folder.mkdir()
    by_charset: dict[str, list[Path]] = {UTF_8: [], GB18030: []}
    for path in lists:
        content = path.read_bytes()
        own = sent / f"{_name(path)}.csv"
        own.write_bytes(content)
        by_charset[UTF_8 if content.startswith(b"\xef\xbb\xbf") else GB18030].append(own)
    assert all(by_charset.values())
    for charset, own_files in by_charset.items():
        _convert(own_files, "xlsx", opened, read_as=f"CSV:44,34,{charset},1,,2052,false,true")
    for path in lists:
        _answered_by_hand(opened / f"{_name(path)}.xlsx", answered(path))
    _convert(sorted(opened.glob("*.xlsx")), form, saved)
    found = _night(
        after_nights[1], tmp_path / "n", lambda path: ((saved / f"{_name(path)}{ending}").read_bytes(), ending)
    )
    assert found == as_written
