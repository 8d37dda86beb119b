"""Real nights: what an agency answered and what we sent is remembered (V13, V14, V15, V20)."""

import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.read.status import status_of
from pipelines.read.verify import replay_run, verify
from pipelines.run.night import backfill, night
from pipelines.storage.receipts import read_receipts
from tests.conftest import NIGHTS, copied, new_home, silent
from tests.returned.saved import as_csv, rows_of

NOBODYS = "f" * 20
NEXT = NIGHTS[-1] + timedelta(days=1)


def _book(home: Path) -> dict[str, dict]:
    """Newest entry of each ticket."""
    files = f"{home}/lake/ticket_entry/*.parquet"
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{files}') ORDER BY run_no").fetchall()
    names = duckdb.sql(f"SELECT * FROM read_parquet('{files}') LIMIT 0").columns
    return {row[names.index("ticket_id")]: dict(zip(names, row, strict=True)) for row in rows}


def _list(home: Path, day: date, recipient: str, name: str = "discrepancy") -> list[dict[str, str]]:
    path = home / "outbox" / str(day) / recipient / f"{name}.csv"
    if not path.exists():
        return []
    header, *rows = rows_of(path.read_bytes())
    return [dict(zip(header, row, strict=True)) for row in rows]


def _answer(home: Path, day: date, sent: date, agency: str, answers: list[str], *more: str) -> list[str]:
    """The agency's list of that night comes back, its lines answered in order, with a line for each further number."""
    header, *rows = rows_of((home / "outbox" / str(sent) / agency / "discrepancy.csv").read_bytes())
    place = header.index("处理结果")
    filled = [[*row[:place], answer, *row[place + 1 :]] for row, answer in zip(rows, answers, strict=False)]
    filled += [[number, *[""] * (place - 1), "已更正", *[""] * (len(header) - place - 1)] for number in more]
    folder = home / "inbox" / "replies" / str(day)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{agency}.csv").write_bytes(as_csv([header, *filled]))
    return [row[0] for row in filled]


@pytest.fixture(scope="module")
def answered(after_nights, tmp_path_factory):
    """A home after two nights; health has answered the list of the first in time for the second."""
    home = copied(after_nights[0], tmp_path_factory.mktemp("answered"))
    numbers = _answer(home, NIGHTS[1], NIGHTS[0], "health", ["核实无误", "非本单位", "已更正"], NOBODYS)
    night(home, NIGHTS[1], progress=silent)
    return home, numbers


def test_v14_an_answer_moves_its_ticket(answered):
    home, numbers = answered
    book = _book(home)
    assert [book[number]["status"] for number in numbers[:3]] == ["UPHELD", "NOT_OURS", "CORRECTED"]
    assert [book[number]["line_no"] for number in numbers[:3]] == [1, 1, 1]
    counted = {(row["agency"], row["status"]): row["count"] for row in status_of(home)["tickets"]}
    assert (counted["health", "UPHELD"], counted["health", "NOT_OURS"]) == (1, 1)
    assert verify(home) == []
    assert replay_run(home, 2) == []


def test_v14_who_has_to_find_another_holder_is_our_own_desk(answered):
    home, numbers = answered
    listed = _list(home, NIGHTS[1], "social_insurance", "ticket_follow_up")
    assert [(row["工单号"], row["情形"]) for row in listed] == [(numbers[1], "非本单位")]


def test_v13_an_answer_to_a_ticket_that_we_never_sent_is_told_to_who_answered(answered):
    home, _ = answered
    (fault,) = [row for row in _list(home, NIGHTS[1], "health", "not_taken") if row["原因代码"] == "UNKNOWN_LINE"]
    assert fault["记录号"].lstrip("'") == NOBODYS
    assert NOBODYS not in _book(home)


@pytest.mark.slow
def test_v14_what_was_answered_is_not_asked_again_and_nobody_answering_is_told_once(answered, tmp_path):
    home, numbers = copied(answered[0], tmp_path), answered[1]
    days = [NIGHTS[2], date(2024, 4, 12), date(2024, 4, 13)]  # the term of the first night ends on 9 April
    for day in days:
        night(home, day, progress=silent)
    book = _book(home)
    assert [book[number]["status"] for number in numbers[:2]] == ["UPHELD", "NOT_OURS"]
    sent = Counter(row["工单号"] for day in days for row in _list(home, day, "health"))
    assert not set(numbers[:2]) & set(sent)
    late = [
        row["工单号"]
        for day in days
        for row in _list(home, day, "social_insurance", "ticket_follow_up")
        if row["情形"] == "逾期未答复"
    ]
    assert late
    assert Counter(late).most_common(1)[0][1] == 1
    assert {book[number]["status"] for number in late} == {"EXPIRED"}


@pytest.mark.slow
def test_v15_a_withdrawn_verdict_takes_its_demand_back_under_the_same_number(after_nights, tmp_path):
    home = copied(after_nights[2], tmp_path)
    demanded = {row["工单号"] for row in _list(home, NIGHTS[2], "public_security") if row["工单类型"] == "请更正"}
    first = {row["工单号"] for row in _list(home, NIGHTS[0], "public_security") if row["工单类型"] == "请核实"}
    assert len(demanded) == 2
    assert demanded & first  # what was to be checked is to be corrected, under one number
    folder = home / "inbox" / "verification" / str(NEXT)
    folder.mkdir(parents=True)
    source = home / "inbox" / "verification" / str(NIGHTS[2]) / f"verification_{NIGHTS[2]:%Y%m%d}.csv"
    header, *rows = rows_of(source.read_bytes())
    place = header.index("是否撤销")
    withdrawal = [[*row[:place], "是", *row[place + 1 :]] for row in rows if row[0] == "VE101001"]
    (folder / f"verification_{NEXT:%Y%m%d}.csv").write_bytes(as_csv([header, *withdrawal]))
    night(home, NEXT, progress=silent)
    by_ticket = {row["工单号"]: row for row in _list(home, NEXT, "public_security") if row["工单号"] in demanded}
    assert set(by_ticket) == demanded
    assert all("撤回" in row["工单类型"] + row["问题说明"] for row in by_ticket.values())
    assert not [row for row in by_ticket.values() if row["工单类型"] == "请更正"]
    night(home, NEXT + timedelta(days=1), progress=silent)
    assert not demanded & {row["工单号"] for row in _list(home, NEXT + timedelta(days=1), "public_security")}
    assert verify(home) == []


INTERLEAVINGS = {
    "late file, night, backfill, night": ["health", 1, (0, 0), 2],
    "late files, night, backfill of both, night": ["transport", "vaccination", 1, (0, 1), 2],
    "late file, backfill, night, backfill, night": ["health", (0, 0), 1, (0, 1), 2],
}


@pytest.mark.slow
@pytest.mark.parametrize("acts", INTERLEAVINGS.values(), ids=INTERLEAVINGS)
def test_v20_no_ticket_and_no_notice_leaves_twice(acts, tmp_path):
    home = new_home(tmp_path)
    late = [act for act in acts if isinstance(act, str)]
    for feed in late:
        shutil.move(home / "inbox" / feed / str(NIGHTS[0]), tmp_path / feed)
    night(home, NIGHTS[0], progress=silent)
    for act in acts:
        if isinstance(act, str):
            shutil.move(tmp_path / act, home / "inbox" / act / str(NIGHTS[0]))
        elif isinstance(act, int):
            night(home, NIGHTS[act], progress=silent)
        else:
            backfill(home, NIGHTS[act[0]], NIGHTS[act[1]], progress=silent)
    assert [receipt.kind for receipt in read_receipts(home / "lake")].count("backfill") >= 1
    lines, notices = Counter(), Counter()
    for path in (home / "outbox").rglob("*.csv"):
        header, *rows = rows_of(path.read_bytes())
        if path.stem == "discrepancy":
            lines.update((row[header.index("工单号")], row[header.index("工单类型")]) for row in rows)
        if path.parent.name == "notices":
            number, person = header.index("通知号"), header.index("个人编号") if "个人编号" in header else None
            notices.update(row[number] for row in rows)
            assert person is None or len({row[person] for row in rows}) == len(rows)
    assert lines
    assert notices
    assert [key for key, count in (lines + notices).items() if count > 1] == []
