"""Hostile and broken files: each is rejected or quarantined by its own name, and the night goes on.

One night over one inbox; every test looks at what it left. Persons are synthetic.
"""

import gzip
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import SimpleNamespace

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipelines.home.declarations import Declarations
from pipelines.landed.step import LANDED
from pipelines.run.commit import commit
from pipelines.run.driver import run_step, with_staged
from pipelines.run.run import Run
from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import read_receipts
from pipelines.validated.step import PARSING, VALIDATING
from schemas.code_tables import CodeRow, CodeTables
from schemas.contract import Column, Contract, Volume
from schemas.tables import DELIVERY, FORMAT_ISSUE, QUARANTINED, RECEIVED
from tests.derived import context, shipped_policy, shipped_wording
from tests.reference.matching import check_character

NIGHT = date(2023, 1, 6)
CANARY = "62102219300101777X"
HEADER = "流水号,公民身份号码,姓名,类型,发生日期,备注"
COLUMNS = (
    Column(name="record_id", header="流水号", required=True, key=True),
    Column(name="id_number", header="公民身份号码", check="id_number", max_length=40, sensitivity="personal"),
    Column(name="name", header="姓名", required=True, max_length=20, sensitivity="personal"),
    Column(name="event_code", header="类型", required=True, codes="event"),
    Column(name="event_date", header="发生日期", type="date", format="yyyy-MM-dd"),
)
CODES = CodeTables({"event": (CodeRow(code="1", name="CREMATION", label="火化"),)})


def _contract(feed, **changes):
    given = {
        "feed": feed, "title": feed, "role": "evidence", "agency": "civil_affairs", "file_format": "csv",
        "encoding": "utf-8", "delivery": "append", "manifest": "none", "several_files": True, "fresh_days": 3,
        "volume": Volume(minimum=1, maximum=100), "columns": COLUMNS, "ignored_headers": ("备注",), "trailer": "合计",
    }  # fmt: skip
    return Contract(**{**given, **changes})


CONTRACTS = {
    contract.feed: contract
    for contract in (
        _contract("plain"),
        _contract("national", encoding="gb18030"),
        _contract("packed", file_format="csv.gz"),
        _contract("zipped", file_format="zip"),
        _contract("book", file_format="xlsx"),
        _contract("columnar", file_format="parquet"),
        _contract("claimed", manifest="required"),
        _contract("few", volume=Volume(minimum=50, maximum=100)),
    )
}


def _line(number, *, id_number="", name="张三", code="1", day="2023-01-05"):
    return f"{number},{id_number or _whole(number)},{name},{code},{day},"


def _whole(number):
    body = f"62102219300101{number:03d}"
    return body + check_character(body)


def _lines(*extra, count=8):
    return "\n".join([HEADER, *(_line(number) for number in range(1, count + 1)), *extra]) + "\n"


def _book(rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def _book_rows():
    sound = [[str(n), _whole(n), "张三", "1", date(2023, 1, 5), None] for n in range(1, 9)]
    numeric = [["9", 621022193001010009, "张三", "1", "2023-01-05", None]]
    formula = [["10", '=CONCATENATE("6","2")', "张三", "1", "2023-01-05", None]]
    return [HEADER.split(","), *sound, *numeric, *formula, ["合计", 10, None, None, None, None]]


def _zip(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "../").replace("_csv", ".csv"), content)
    return file.getvalue()


def _parquet(frame):
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _columnar(**changes):
    columns = {header: ["x"] * 3 for header in HEADER.split(",")}
    columns |= {"流水号": ["1", "2", "3"], "类型": ["1"] * 3, "发生日期": ["2023-01-05", "", None]}
    return pl.DataFrame(columns | changes)


SWAPPED = "\n".join([HEADER, *(_line(n, id_number="张三", name=_whole(n)) for n in range(1, 9))])
REFUSED = {
    "nobody/a.csv": (_lines(), "UNKNOWN_FEED"),
    "plain/[ab].csv": (_lines(), "BAD_NAME"),
    "plain/utf16.csv": (_lines().encode("utf-16"), "BAD_ENCODING"),
    "plain/national.csv": (_lines().encode("gb18030"), "BAD_ENCODING"),
    "packed/cut.csv.gz": (gzip.compress(_lines(count=90).encode())[:-9], "BAD_ARCHIVE"),
    "packed/trailing.csv.gz": (gzip.compress(_lines(count=9).encode()) + b"rubbish", "BAD_ARCHIVE"),
    "packed/bomb.csv.gz": (gzip.compress(b"0" * (80 << 20)), "TOO_LARGE"),
    "zipped/two.zip": (_zip(a_csv=_lines(), b_csv=_lines()), "BAD_ARCHIVE"),
    "zipped/parent.zip": (_zip(__a_csv=_lines()), "BAD_ARCHIVE"),
    "zipped/text.zip": (_lines(), "BAD_ARCHIVE"),
    "plain/twice.csv": (_lines().replace("备注", "姓名", 1), "BAD_HEADER"),
    "plain/missing.csv": (_lines().replace("姓名,", "", 1), "BAD_HEADER"),
    "plain/unknown.csv": (_lines().replace("备注", '"; drop table', 1), "BAD_HEADER"),
    "plain/sql.csv": (_lines().replace("备注", "x); drop table t; --", 1), "BAD_HEADER"),
    "plain/headless.csv": (_line(1, id_number=CANARY), "BAD_HEADER"),
    "plain/nothing.csv": (b"", "BAD_HEADER"),
    "plain/swapped.csv": (SWAPPED, "SWAPPED"),
    "plain/broken.csv": ("\n".join([HEADER, *(_line(n, day="5.1.2023") for n in range(9))]), "TOO_MANY_QUARANTINED"),
    "plain/sheet.xlsx": (_book(_book_rows()), "BAD_FILE"),
    "book/text.xlsx": (_lines(), "BAD_FILE"),
    "book/zip.xlsx": (_zip(a_csv=_lines()), "BAD_FILE"),
    "columnar/numbers.parquet": (_parquet(_columnar(姓名=[1, 2, 3])), "BAD_FILE"),
    "columnar/cut.parquet": (_parquet(_columnar())[:-40], "BAD_FILE"),
    "claimed/alone.csv": (_lines(count=4), "NO_MANIFEST"),
    "claimed/rows.csv": (_lines(), "BAD_MANIFEST"),
    "claimed/digest.csv": (_lines(count=7), "BAD_MANIFEST"),
    "claimed/nonsense.csv": (_lines(count=6), "BAD_MANIFEST"),
}
QUARANTINED_ROWS = {
    "plain/ragged.csv": (_lines("9,62102219300101000X"), "RAGGED", ""),
    "plain/longer.csv": (_lines(_line(9) + ",,,"), "RAGGED", ""),
    "plain/nul.csv": (_lines(_line(9, name="张\0三")), "NUL_BYTE", ""),
    "plain/quote.csv": (_lines('9,"62102219300101000X,张三,1,2023-01-05,'), "STRAY_QUOTE", ""),
    "plain/inner.csv": (_lines(_line(9, name='张"三')), "STRAY_QUOTE", ""),
    "plain/code.csv": (_lines(_line(9, code="7")), "UNKNOWN_CODE", "event_code"),
    "plain/day.csv": (_lines(_line(9, day="2023-02-30")), "BAD_DATE", "event_date"),
    "plain/form.csv": (_lines(_line(9, day="20230105")), "BAD_DATE", "event_date"),
    "plain/empty.csv": (_lines(_line(9, name="")), "MISSING", "name"),
    "plain/long.csv": (_lines(_line(9, name="长" * 21)), "TOO_LONG", "name"),
    "plain/total.csv": (_lines("合计,8"), "TRAILER", ""),
    "plain/byte.csv": (_lines(_line(9)).encode().replace("张三".encode(), b"\xff\xff", 1), "UNDECODABLE", ""),
    "national/byte.csv": (_lines(_line(9)).encode("gb18030").replace("张三".encode("gb18030"), b"\xff\xff", 1),
                          "UNDECODABLE", ""),
    "book/numeric.xlsx": (_book(_book_rows()), "NUMERIC_ID", "id_number"),
}  # fmt: skip
SOUND = {
    "national/utf8.csv": (_lines(count=9), 9),
    "national/native.csv": (_lines(count=9).encode("gb18030"), 9),
    "plain/mark.csv": (_lines(count=10).encode("utf-8-sig"), 10),
    "plain/returns.csv": (_lines(count=11).replace("\n", "\r\n"), 11),
    "plain/packed.csv.gz": (gzip.compress(_lines(count=12).encode(), mtime=0), 12),
    "zipped/one.zip": (_zip(a_csv=_lines(count=13)), 13),
    "columnar/good.parquet": (_parquet(_columnar()), 3),
    "claimed/good.csv": (_lines(count=5), 5),
    "few/small.csv": (_lines(count=14), 14),
    "plain/placeholder.csv": (_lines(_line(9, day="1900-01-01")), 9),
}


def _manifest(content, **changes):
    return json.dumps({"rows": content.count(b"\n") - 1, "sha256": sha256(content).hexdigest()} | changes)


def _fill(inbox):
    for place, (content, *_) in {**REFUSED, **QUARANTINED_ROWS, **SOUND}.items():
        feed, name = place.split("/")
        folder = inbox / feed / "2023-01-05"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    claimed = inbox / "claimed" / "2023-01-05"
    for name, changes in {"rows": {"rows": 9}, "digest": {"sha256": "0" * 64}, "good": {}}.items():
        (claimed / f"{name}.csv.manifest.json").write_text(_manifest((claimed / f"{name}.csv").read_bytes(), **changes))
    (claimed / "nonsense.csv.manifest.json").write_text("[")
    (claimed.with_name(NIGHT.isoformat())).mkdir()
    (claimed.with_name(NIGHT.isoformat()) / "awaited.csv").write_text(_lines(count=4))
    (inbox / "plain" / "2023-01-05" / "link.csv").symlink_to(claimed / "good.csv")
    (inbox / "plain" / "2023-01-05" / "hard.csv").write_text(_lines(count=3))
    os.link(inbox / "plain" / "2023-01-05" / "hard.csv", inbox / "second-name")
    os.mkfifo(inbox / "plain" / "2023-01-05" / "pipe.csv")
    (inbox / "plain" / "2023-13-05").mkdir()
    (inbox / "plain" / "2023-13-05" / "when.csv").write_text(_lines(count=2))
    (inbox / "plain" / "2023-01-07").mkdir()
    (inbox / "plain" / "2023-01-07" / "later.csv").write_text(_lines(count=2))


def _run(home, progress):
    lake = Lake(home / "lake", Engine(home / "scratch"), (), number=1, as_of=NIGHT)
    health = shipped_policy().run_health
    given = context(
        as_of=NIGHT, contracts=CONTRACTS, code_tables=CODES, policy=SimpleNamespace(run_health=health), secret=b"",
        engine=lake.engine, progress=progress.append,
    )  # fmt: skip
    declared = Declarations(CONTRACTS, CODES, shipped_policy(), shipped_wording())
    return Run(home, "night", lake, declared, given, given)


def _with(run, **changed):
    given = replace(run.context, **changed)
    return replace(run, context=given, reading=given)


def _stage(run):
    return run.lake.root / "stage" / str(run.lake.number)


def _next_run(run):
    """The run after this one, which is committed."""
    versions = {"logic_version": "", "lock_digest": "", "policy_digest": ""}
    commit(with_staged(run, _stage(run)), sums={}, versions=versions, deliveries=())
    known = replace(run.lake, receipts=read_receipts(run.lake.root), number=run.lake.number + 1)
    return replace(_with(run, run_no=known.number), lake=known)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    _fill(home / "inbox")
    messages = []
    run = _run(home, messages)
    counts = [run_step(run, step, _stage(run)) for step in (LANDED, PARSING, VALIDATING)]
    lake = with_staged(run, _stage(run)).lake
    rows = {
        table.name: lake.engine.arrow(lake.read(table)).to_pylist()
        for table in (RECEIVED, DELIVERY, QUARANTINED, FORMAT_ISSUE)
    }
    by_place = {f"{row['feed']}/{row['file_name']}": row for row in rows["delivery"] if row["file_name"]}
    return SimpleNamespace(
        run=run, counts=counts, said=messages, by_place=by_place, staged=_stage(run) / "validated" / "validated", **rows
    )


def _delivery(night, place):
    if place in night.by_place:
        return night.by_place[place]
    nameless = [row for row in night.delivery if not row["file_name"]]
    assert len(nameless) == 1
    return nameless[0]


def _raw(night, digest):
    return night.run.lake.root / "raw" / digest


def _stored(night, row):
    return next(night.staged.rglob(f"{row['delivery_id']}.parquet"))


@pytest.mark.parametrize("place", sorted(REFUSED))
def test_a_file_that_cannot_be_used_is_rejected_by_name(night, place):
    row = _delivery(night, place)
    assert row["rejection"] == REFUSED[place][1]
    assert row["rejection_detail"]
    assert row["accepted"] == row["quarantined"] == row["physical"] == 0


@pytest.mark.parametrize("name", ["link.csv", "hard.csv", "pipe.csv"])
def test_what_is_no_plain_file_is_never_read(night, name):
    row = night.by_place[f"plain/{name}"]
    assert (row["rejection"], row["digest"], row["size"]) == ("NOT_A_FILE", "", 0)


@pytest.mark.parametrize("place", sorted(QUARANTINED_ROWS))
def test_a_row_that_cannot_be_used_is_held_with_its_place(night, place):
    _, reason, column = QUARANTINED_ROWS[place]
    row = night.by_place[place]
    quarantined = [one for one in night.quarantined if one["delivery_id"] == row["delivery_id"]]
    assert row["rejection"] == ""
    assert (reason, column) in {(one["reason"], one["column"]) for one in quarantined}
    if not place.endswith("xlsx"):
        raw = _raw(night, row["digest"]).read_bytes()
        assert len(quarantined) == row["quarantined"] == 1
        assert (
            raw[quarantined[0]["byte_start"] : quarantined[0]["byte_end"]].strip()
            == raw.splitlines()[quarantined[0]["record_no"]]
        )


def test_a_spreadsheet_is_held_cell_by_cell(night):
    row = night.by_place["book/numeric.xlsx"]
    quarantined = {
        one["record_no"]: one["reason"] for one in night.quarantined if one["delivery_id"] == row["delivery_id"]
    }
    assert quarantined == {9: "NUMERIC_ID", 10: "FORMULA", 11: "TRAILER"}
    assert row["accepted"] == 8


@pytest.mark.parametrize("place", sorted(SOUND))
def test_a_sound_file_is_used_whole(night, place):
    row = night.by_place[place]
    assert (row["rejection"], row["accepted"], row["quarantined"]) == ("", SOUND[place][1], 0)
    stored = night.staged / f"feed={row['feed']}/business_date=2023-01-05/{row['delivery_id']}.parquet"
    assert pq.read_metadata(stored).num_rows == row["accepted"]


def test_every_record_is_accounted_for(night):
    parts = ("header", "blank", "accepted", "quarantined", "duplicates")
    assert all(row["physical"] == sum(row[part] for part in parts) for row in night.delivery)


def test_the_same_rows_in_two_encodings_are_the_same_rows(night):
    read = [
        pq.read_table(next(night.staged.rglob(f"{night.by_place[place]['delivery_id']}.parquet")))
        for place in ("national/utf8.csv", "national/native.csv")
    ]
    assert read[0].drop(["delivery_id"]) == read[1].drop(["delivery_id"])


def test_a_file_without_its_manifest_is_awaited_and_a_later_one_left(night):
    assert night.counts[0]["awaited"] == 1
    assert not {"claimed/awaited.csv", "plain/later.csv"} & set(night.by_place)


def test_a_folder_that_is_no_day_is_rejected(night):
    assert night.by_place["plain/when.csv"]["rejection"] == "BAD_DATE"


def test_too_few_rows_are_gated_and_used(night):
    assert night.by_place["few/small.csv"]["is_gated"]
    assert not night.by_place["plain/mark.csv"]["is_gated"]


def test_a_placeholder_and_an_unknown_code_are_told_to_their_holder(night):
    questions = {
        (row["issue"], row["column"], row["record_id"], row["agency"], row["kind"]) for row in night.format_issue
    }
    assert ("DT06", "event_date", "9", "civil_affairs", "CORRECT") in questions
    assert ("SQ05", "event_code", "9", "civil_affairs", "CORRECT") in questions


def test_only_we_can_read_what_was_received(night):
    kept = list((night.run.lake.root / "raw").iterdir())
    assert kept
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in kept)
    assert all(sha256(path.read_bytes()).hexdigest() == path.name for path in kept)


def test_no_person_is_named_where_all_may_look(night):
    shown = json.dumps([night.said, night.delivery, night.quarantined], ensure_ascii=False, default=str)
    assert CANARY not in shown
    assert "张三" not in shown
    assert "6210221930" not in shown


def test_the_data_docs_are_built_beside_the_reports(night):
    assert (night.run.home / "reports" / "data_docs" / "2023-01-06" / "index.html").exists()


def test_the_page_of_the_gates_says_of_every_delivery_how_it_was_judged_and_needs_no_network(night):
    page = (night.run.home / "reports" / "data_docs" / "2023-01-06" / "gates.html").read_text(encoding="utf-8")
    assert "http" not in page
    assert page.count("<code>") == len(night.delivery)
    assert page.count("拒收 ") == sum(bool(row["rejection"]) for row in night.delivery)
    assert page.count("未通过 ") == sum(row["is_gated"] for row in night.delivery)
    assert "行数超出约定范围 (volume)" in page
    assert "表头不符 (BAD_HEADER)" in page
    assert CANARY not in page


def test_nothing_is_left_of_what_was_unpacked(night):
    assert not list(night.run.lake.root.glob("parsing.*"))


def test_what_is_known_is_not_received_again(night):
    """Rejected or used: once. An erased private copy is not made anew."""
    erased = _raw(night, night.by_place["plain/mark.csv"]["digest"])
    content = erased.read_bytes()
    erased.unlink()
    counts = run_step(_next_run(night.run), LANDED, night.run.lake.root / "stage" / "2")
    assert counts == {"received": 0, "rejected": 0, "awaited": 1, "misplaced": 1}
    assert not erased.exists()
    erased.write_bytes(content)
    erased.chmod(0o600)


def test_a_file_rejected_for_want_of_a_manifest_is_taken_when_one_comes(tmp_path):
    file = tmp_path / "inbox" / "claimed" / "2023-01-05" / "alone.csv"
    file.parent.mkdir(parents=True)
    file.write_text(_lines(count=4))
    run = _run(tmp_path, [])

    def received():
        run_step(run, LANDED, _stage(run))
        lake = with_staged(run, _stage(run)).lake
        return [row["rejection"] for row in lake.engine.arrow(lake.read(RECEIVED)).to_pylist()]

    assert received() == ["NO_MANIFEST"]
    for step in (PARSING, VALIDATING):
        run_step(run, step, _stage(run))
    run = _next_run(run)
    assert received() == []
    file.with_name("alone.csv.manifest.json").write_text(_manifest(file.read_bytes()))
    assert received() == [""]


@pytest.mark.parametrize(
    "copy", ["(1) b.csv", "a.bak", "a.csv.part", "b.csv.bak", "b.csv.tmp", ".b.csv", "~b.csv", "B.CSV"]
)
def test_r10_r13_a_copy_under_another_name_keeps_no_file_of_the_contract_out(tmp_path, copy):
    """A copy that is refused for its name settled the bytes of the file beside it, which was left for a night."""
    for name in (copy, "b.csv"):
        file = tmp_path / "inbox" / "plain" / "2023-01-05" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_lines())
    run = _run(tmp_path, [])
    for step in (LANDED, PARSING, VALIDATING):
        run_step(run, step, _stage(run))
    lake = with_staged(run, _stage(run)).lake
    rows = lake.engine.arrow(lake.read(DELIVERY)).to_pylist()
    assert [(row["file_name"], row["rejection"], row["accepted"]) for row in rows] == [("b.csv", "", 8)]


def _mended_contract(run, home):
    contract = CONTRACTS["plain"].model_copy(update={"ignored_headers": ("备注", "其他")})
    return _with(run, contracts=CONTRACTS | {"plain": contract})


def _mended_codes(run, home):
    rows = (CodeRow(code="1", name="CREMATION", label="火化"), CodeRow(code="9", name="BURIAL", label="土葬"))
    return _with(run, code_tables=CodeTables({"event": rows}))


def _declared(run, home):
    contracts = CONTRACTS | {"nobody": _contract("nobody")}
    return _with(run, contracts=contracts)


def _mended_manifest(run, home):
    file = home / "inbox" / "plain" / "2023-01-05" / "a.csv"
    file.with_name("a.csv.manifest.json").write_text(_manifest(file.read_bytes()))
    return run


def _mended_name(run, home):
    file = home / "inbox" / "plain" / "2023-01-05" / "a b.csv"
    file.rename(file.with_name("a-b.csv"))
    return run


@pytest.mark.parametrize(
    ("place", "content", "manifest", "refused_for", "mend"),
    [
        ("plain/a.csv", _lines().replace("备注", "其他"), None, "BAD_HEADER", _mended_contract),
        ("plain/a.csv", _lines(), "{}", "BAD_MANIFEST", _mended_manifest),
        ("plain/a.csv", _lines(), '{"rows": 8, "sha256": "' + "7" * 64 + '"}', "BAD_MANIFEST", _mended_manifest),
        ("plain/a.csv", _lines(), "rows", "BAD_MANIFEST", _mended_manifest),
        ("plain/a.csv", _lines().replace(",1,2023", ",9,2023"), None, "TOO_MANY_QUARANTINED", _mended_codes),
        ("nobody/a.csv", _lines(), None, "UNKNOWN_FEED", _declared),
        ("plain/a b.csv", _lines(), None, "BAD_NAME", _mended_name),
    ],
)
def test_r10_a_refusal_ends_when_what_it_leaned_on_changes(tmp_path, place, content, manifest, refused_for, mend):
    """And not before: a file is not refused again every night, and what was entered about it stays as it is."""
    feed, name = place.split("/")
    file = tmp_path / "inbox" / feed / "2023-01-05" / name
    file.parent.mkdir(parents=True)
    file.write_text(content)
    if manifest:
        stated = _manifest(file.read_bytes(), rows=9) if manifest == "rows" else manifest
        file.with_name(name + ".manifest.json").write_text(stated)
    run = _run(tmp_path, [])

    def deliveries():
        for step in (LANDED, PARSING, VALIDATING):
            run_step(run, step, _stage(run))
        lake = with_staged(run, _stage(run)).lake
        return lake.engine.arrow(lake.read(DELIVERY)).to_pylist()

    (refused,) = deliveries()
    assert refused["rejection"] == refused_for
    run = _next_run(run)
    assert deliveries() == [refused]
    run = mend(_next_run(run), tmp_path)
    both = deliveries()
    assert [row["rejection"] for row in sorted(both, key=lambda row: row["known_from"])] == [refused_for, ""]
    assert refused in both
    run = _next_run(run)
    assert sorted(deliveries(), key=str) == sorted(both, key=str)
