"""End to end on the sample province: three nights, rerun, late feed and backfill, tampering, replay."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import BusyError, TamperError, UsageError
from pipelines.read.cases import Wanted, list_cases
from pipelines.read.explain import explain_person
from pipelines.read.status import lake_at, status_of
from pipelines.read.verify import replay_run, verify, verify_lake
from pipelines.run.arrivals import newest_stated
from pipelines.run.commit import writer_lock
from pipelines.run.night import backfill, night
from pipelines.storage.receipts import read_receipts, receipt_path
from schemas.codes import CaseKind
from schemas.tables import CERTIFICATION_ENTRY, DECISION, DELIVERY, TICKET_ENTRY
from tests.conftest import NIGHTS, new_home, silent
from tests.night.tree import digests

EXPECTED = yaml.safe_load((Path(__file__).parent / "cast_expectations.yaml").read_text(encoding="utf-8"))


def _decided(home: Path, as_of: date) -> dict[tuple[int, str], dict]:
    receipts = read_receipts(home / "lake")
    number = max(receipt.number for receipt in receipts if receipt.as_of == as_of)
    lake = lake_at(home, receipts[:number])
    return {
        (row["person_no"], row["programme_code"]): row for row in lake.engine.arrow(lake.read(DECISION)).to_pylist()
    }


def test_every_feed_has_its_rows_as_parquet_and_their_number_is_what_was_accepted(province):
    lake = lake_at(province, read_receipts(province / "lake"))
    for delivery in lake.engine.arrow(lake.read(DELIVERY)).to_pylist():
        folder = province / f"lake/validated/feed={delivery['feed']}/business_date={delivery['business_date']}"
        file = folder / f"{delivery['delivery_id']}.parquet"
        if delivery["rejection"]:
            assert not file.exists()
        else:
            assert duckdb.sql(f"SELECT count(*) FROM read_parquet('{file}')").fetchall() == [(delivery["accepted"],)]


def test_rerun_changes_no_byte(province):
    before = digests(province)
    for as_of in NIGHTS:
        assert night(province, as_of, progress=silent) is None
    assert digests(province) == before


@pytest.mark.slow
def test_another_folder_gives_the_same_bytes(province, tmp_path):
    home = new_home(tmp_path)
    for as_of in NIGHTS:
        night(home, as_of, progress=silent)
    assert digests(home) == digests(province)


@pytest.mark.slow
def test_a_home_named_from_where_one_stands_gives_the_same_bytes(province, tmp_path, monkeypatch):
    home = new_home(tmp_path)
    monkeypatch.chdir(tmp_path)
    night(home.relative_to(tmp_path), NIGHTS[0], progress=silent)
    assert digests(home).items() <= digests(province).items()


def test_verify_holds_and_the_nights_can_be_derived_again(province):
    assert verify_lake(province) == []
    for number in range(1, len(NIGHTS) + 1):
        assert replay_run(province, number) == []


@pytest.mark.parametrize("what", ["certification_entry", "receipts", "validated", "link", "outgoing"])
def test_one_changed_byte_is_named_and_located(home, what):
    victim = next(path for path in sorted((home / "lake" / what).rglob("*")) if path.is_file() and path.stat().st_size)
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content))
    assert any(victim.name in fault for fault in verify_lake(home))


def test_a_removed_receipt_and_a_planted_file_are_named(home):
    (home / "lake" / "decision" / "run=000009.parquet").write_bytes(b"planted")
    assert any("run=000009" in fault for fault in verify_lake(home))
    (home / "lake" / "receipts" / "000001.json").unlink()
    assert any("receipt 1 is missing" in fault for fault in verify_lake(home))


@pytest.mark.parametrize("left", [2, 0])
def test_where_receipts_are_missing_at_the_end_nothing_is_removed(home, left):
    for number in range(left + 1, len(NIGHTS) + 1):
        receipt_path(home / "lake", number).unlink()
    before = digests(home)
    with pytest.raises(TamperError, match=f"ends at {left}, but there are files of .*{NIGHTS[-1]}"):
        night(home, NIGHTS[-1] + timedelta(days=1), progress=silent)
    assert digests(home) == before


def test_while_somebody_writes_nothing_is_verified(province):
    with writer_lock(province / "lake"), pytest.raises(BusyError, match="another run is writing"):
        verify(province)


def test_what_is_only_read_is_not_written_to(tmp_path):
    with pytest.raises(UsageError, match="no night has run in"):
        verify(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_night_to_come_is_rejected(tmp_path):
    result = CliRunner().invoke(app, ["night", "2999-01-01", "--home", str(tmp_path)])
    assert isinstance(result.exception, UsageError)
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize("as_of", ["2024-03-28", "2025-03-18"])
def test_s10_a_first_night_far_after_all_that_was_sent_is_asked_about(tmp_path, as_of):
    home = new_home(tmp_path)
    result = CliRunner().invoke(app, ["night", as_of, "--home", str(home)])
    assert isinstance(result.exception, UsageError)
    assert "the newest files of the inbox are of 2024-03-20" in str(result.exception)
    assert not list((home / "lake").glob("receipts/*.json"))


@pytest.mark.parametrize(("as_of", "newest"), [(27, 20), (19, 19)])
def test_s10_only_days_that_the_night_takes_are_counted(tmp_path, as_of, newest):
    home = new_home(tmp_path)
    for folder in ("2042-03-18", "2024-03-25", "2024-03-99", "copy"):
        (home / "inbox" / "transport" / folder).mkdir()
    found = newest_stated(home, date(2024, 3, as_of))
    assert found == date(2024, 3, newest)  # an empty folder is nothing that was sent


def test_s10_files_of_a_mistyped_day_to_come_are_named(home):
    transport = home / "inbox" / "transport"
    for folder in ("2042-03-20", "2024-03-25"):
        shutil.copytree(transport / "2024-03-20", transport / folder)
    shown = CliRunner().invoke(app, ["night", "2024-03-20", "--home", str(home)])
    written = " ".join(shown.stderr.split())
    assert shown.exit_code == 0
    assert "is the day mistyped? transport/2042-03-20:" in written
    assert "2024-03-25" not in written


@pytest.mark.parametrize(
    ("feed", "folder", "name", "is_new"),
    [
        ("transport", "2024-03-19", "late.csv", True),
        ("transport", "2024-03-18", "transport_20240318.csv", True),  # other bytes under a name that was read
        ("no_such_feed", "2024-03-20", "x.csv", True),
        ("transport", "2024-03-21", "late.csv", False),
        ("transport", "2024-03-19", "again", False),
    ],
    ids=["late", "another version", "unknown feed", "of a later night", "the same bytes again"],
)
def test_s10_a_night_with_new_files_since_says_so(home, feed, folder, name, is_new):
    place = home / "inbox" / feed / folder
    place.mkdir(parents=True, exist_ok=True)
    content = next(place.iterdir()).read_bytes() if name == "again" else b"\xef\xbb\xbfa,b\n"
    (place / name).write_bytes(content)
    shown = CliRunner().invoke(app, ["night", "2024-03-20", "--home", str(home)])
    written = " ".join(shown.stderr.split())
    assert shown.exit_code == 0
    assert "2024-03-20: has its receipt already; nothing changed" in written
    assert ("1 file for this night or before came since" in written) is is_new
    assert ("silentcert backfill 2024-03-20 2024-03-20" in written) is is_new


def test_h9_each_refused_file_is_a_line_with_its_reason_and_what_to_do(home):
    refused = {"health": "无关列\n1\n", "transport": "", "no_such_feed": "a\n1\n"}
    for feed, content in refused.items():
        place = home / "inbox" / feed / "2024-03-21"
        place.mkdir(parents=True)
        (place / "file.csv").write_text(content, encoding="utf-8")
    shown = CliRunner().invoke(app, ["night", "2024-03-21", "--home", str(home)])
    assert shown.exit_code == 0
    report = (home / "reports" / "2024-03-21" / "index.html").read_text(encoding="utf-8")
    in_status = {row["feed"]: row["label"] for row in status_of(home)["rejected files"]}
    assert set(in_status) == set(refused)
    for feed, label in in_status.items():
        (line,) = [line for line in shown.stderr.splitlines() if line.startswith(f"rejected: {feed} of 2024-03-21")]
        assert label in line
        assert line.endswith("ask its sender for it again")
        assert feed in report


@pytest.mark.slow
def test_a_feed_that_comes_late_is_corrected_by_a_backfill_and_the_past_stays(tmp_path):
    home = new_home(tmp_path)
    late = home / "inbox" / "health" / NIGHTS[0].isoformat()
    shutil.move(late, tmp_path / "late")
    night(home, NIGHTS[0], progress=silent)
    before = digests(home)
    shutil.move(tmp_path / "late", late)
    receipts = backfill(home, NIGHTS[0], NIGHTS[0], progress=silent)
    assert [receipt.kind for receipt in receipts] == ["backfill"]
    after = digests(home)
    assert {path: after[path] for path in before} == before
    assert (home / "reports" / NIGHTS[0].isoformat() / "backfill-000002" / "index.html").exists()
    lake = lake_at(home, read_receipts(home / "lake"))
    written = lake.read(CERTIFICATION_ENTRY)
    entries = lake.engine.arrow(written.filter(written.run_no == 2)).to_pylist()
    assert entries
    assert all(entry["is_correction"] for entry in entries)
    assert backfill(home, NIGHTS[0], NIGHTS[0], progress=silent) == []
    assert digests(home) == after
    _what_the_late_feed_asks_leaves_with_the_next_night(home)


def _what_the_late_feed_asks_leaves_with_the_next_night(home: Path) -> None:
    """A backfill opens no ticket: nobody was asked on a day gone by."""
    night(home, NIGHTS[1], progress=silent)
    lake = lake_at(home, read_receipts(home / "lake"))
    tickets = lake.read(TICKET_ENTRY)
    assert lake.engine.arrow(tickets.filter(tickets.run_no == 2)).num_rows == 0
    of_late = tickets.filter(tickets.run_no == 3, tickets.feed == "health", tickets.business_date == NIGHTS[0])
    found = {row["ticket_id"] for row in lake.engine.arrow(of_late).to_pylist()}
    sent = b"".join(path.read_bytes() for path in (home / "outbox").rglob("discrepancy.csv"))
    assert found
    assert {ticket for ticket in found if ticket.encode() not in sent} == set()


def _cast() -> list[tuple[int, str, date, dict]]:
    return [
        (int(person_no), programme, date.fromisoformat(str(day)), expected)
        for person_no, programmes in EXPECTED.items()
        for programme, days in programmes.items()
        for day, expected in days.items()
    ]


def test_the_cast_is_decided_as_their_story_demands(province):
    decided = {as_of: _decided(province, as_of) for as_of in NIGHTS}
    wrong = []
    for person_no, programme, day, expected in _cast():
        row = decided[day].get((person_no, programme), {})
        seen = {name: row.get(name) for name in expected}
        if seen != expected:
            wrong.append((person_no, programme, str(day), expected, seen))
    assert wrong == []


def test_status_and_explanations(province):
    status = status_of(province)
    assert [run["kind"] for run in status["runs"]] == ["night"] * 3
    result = {(row["feed"], row["reason"], row["column"], row["label"]) for row in status["quarantined"]}
    assert ("vaccination", "BAD_DATE", "event_date", "日期无法识别") in result
    assert status["rejected files"] == []
    (unused,) = status["answers that do not count"]
    assert (unused["feed"], unused["reason"], unused["column"]) == ("replies", "UNKNOWN_LINE", "ticket_id")
    cases = list_cases(province, Wanted(), as_of=None, access=None)
    counted = {(row["case_kind"], row["state"]): (row["count"], row["overdue"]) for row in status["cases"]}
    assert {kind for kind, _ in counted} == set(CaseKind)
    assert counted == {
        (kind, state): (len(of_state), sum(case["is_overdue"] for case in of_state))
        for kind, state in counted
        if (of_state := [case for case in cases if (case["case_kind"], case["state"]) == (kind, state)])
    }
    assert len(cases) == sum(row["count"] for row in status["cases"])
    assert status["working days"] == [{"known until": "2026-12-31"}]
    access = (datetime(2024, 3, 21, 9, tzinfo=UTC), "test")
    for person_no in sorted(int(number) for number in EXPECTED)[:5]:
        clerk = explain_person(province, person_no, as_of=None, for_person=False, access=access)
        letter = explain_person(province, person_no, as_of=None, for_person=True, access=access)
        assert str(person_no) in clerk
        assert "异议" in letter
        assert "621022" not in letter


VERDICT = "verdict 属实 / TRUE_LOSS, record VE"
SIGNED = "（经办、复核、审核）核实"


@pytest.mark.parametrize(
    ("person_no", "clerk_reads", "person_reads"),
    [
        (
            1028,
            [
                "on the county's worklist in line",
                VERDICT,
                "CONFIRMED since run 3",
                "proposed: 终止待遇",
                "No written notice",
            ],
            [
                f"2024年3月19日，省级社会保险经办机构{SIGNED}生存状况类登记，结果：登记与核实的情况一致",
                "提出“终止待遇”的建议",
            ],
        ),
        (
            1040,
            [VERDICT, "CONFIRMED since run 2", "proposed: 终止待遇", "CONFLICT since run 3", "proposed: 撤回此前建议"],
            ["撤回了此前就城乡居民基本养老保险提出的建议", "下一步：工作人员与您或者家人核实"],
        ),
        (
            1041,
            [VERDICT, "written notice given, reply window until 2024-04-10", "NOTICE_GIVEN since run 3"],
            ["回复期限到2024年4月10日", "下一步：等待您的回复"],
        ),
        (
            1010,
            ["objection received", "verdict 来源有误 / FALSE_SOURCE_ERROR", "REFUTED since run 3"],
            ["2024年3月18日，收到您或者家人提出的异议", "结果：登记有误，予以排除", "给您带来不便，深表歉意"],
        ),
    ],
    ids=["confirmed", "confirmed and seen alive", "under notice", "objected and refuted"],
)
def test_v19_the_whole_story_of_a_loss_is_explained(province, person_no, clerk_reads, person_reads):
    access = (datetime(2024, 3, 21, 9, tzinfo=UTC), "test")
    clerk = explain_person(province, person_no, as_of=None, for_person=False, access=access)
    letter = explain_person(province, person_no, as_of=None, for_person=True, access=access)
    assert [text for text in clerk_reads if text not in clerk] == []
    assert [text for text in person_reads if text not in letter] == []
    assert not [word for word in ("health", "卫生健康", "公安", "民政", "VE10", "死亡", "621022") if word in letter]
    before = explain_person(province, person_no, as_of=NIGHTS[0], for_person=False, access=access)
    assert [text for text in (": verdict ", "proposed:", "written notice given") if text in before] == []


def test_no_person_in_a_receipt_or_a_file_name(province):
    """Numbers of the sample's registry, as its own file has them, stand in no receipt and in no file name."""
    person = duckdb.sql(
        f"SELECT id_number, name FROM read_parquet('{province}/lake/person/run=000003.parquet')"
    ).fetchall()
    receipts = "".join(path.read_text() for path in (province / "lake" / "receipts").glob("*.json"))
    names = "\n".join(digests(province))
    assert not [1 for id_number, name in person if id_number in receipts + names or name in receipts + names]
