"""Encoding, archives, the tally of a delivery, and a child that dies."""

import errno
import gzip
import io
import os
import resource
import signal
import zipfile
from datetime import date
from pathlib import Path
from threading import Thread
from time import process_time, sleep

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import MachineError, as_told, machine_trouble
from pipelines.validated import csv_rows, delivery, parquet_rows, records, unpack
from pipelines.validated.csv_rows import read_csv
from pipelines.validated.encoding import find_encoding
from pipelines.validated.job import Job
from pipelines.validated.parser import Parser
from pipelines.validated.rows import RejectedError, layout
from schemas.contract import Column, Contract, Volume

CONTRACT = Contract(
    feed="health", title="health", role="evidence", agency="health", file_format="csv", encoding="utf-8",
    delivery="append", manifest="none", several_files=True, fresh_days=1, volume=Volume(minimum=0, maximum=9),
    columns=(
        Column(name="record_id", header="编号", required=True, key=True),
        Column(name="amount_fen", header="金额", type="fen"),
    ),
    ignored_headers=("备注",),
)  # fmt: skip
NAMES = "编号,姓名\n1,张三\n2,李四\n3,王五\n"


@pytest.mark.parametrize(
    ("content", "declared", "found"),
    [
        (NAMES.encode(), "utf-8", "utf-8"),
        (NAMES.encode(), "gb18030", "utf-8"),
        (NAMES.encode("utf-8-sig"), "gb18030", "utf-8"),
        (NAMES.encode("gb18030"), "gb18030", "gb18030"),
        (NAMES.encode("gb18030"), "utf-8", "utf-8"),
        (NAMES.encode()[:-2] + b"\n", "gb18030", "utf-8"),
        (b"", "gb18030", "utf-8"),
    ],
)
def test_the_encoding_is_that_of_the_whole_file(content, declared, found):
    file = io.BytesIO(content)
    assert find_encoding(file, declared) == found
    assert file.tell() == (3 if content.startswith(b"\xef\xbb\xbf") else 0)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_rejected(encoding):
    with pytest.raises(RejectedError, match="UTF-16"):
        find_encoding(io.BytesIO("id,name\n".encode(encoding)), "gb18030")


def test_headers_in_any_order_and_named_ignored():
    assert layout(["\ufeff金额 ", "备注", "编号"], CONTRACT) == ["amount_fen", None, "record_id"]


def test_a_rejected_header_names_ours_and_never_theirs():
    with pytest.raises(RejectedError, match="BAD_HEADER") as rejected:
        layout(["编号", "62102219300101777X", "编号"], CONTRACT)
    assert "missing: 金额" in rejected.value.detail
    assert "twice: 编号" in rejected.value.detail
    assert "positions: 2" in rejected.value.detail
    assert "6210" not in rejected.value.detail


def test_members_of_a_gz_are_read_in_full():
    packed = gzip.compress(b"a\n") + gzip.compress(b"b\n")
    target = io.BytesIO()
    unpack.unpack_gzip(io.BytesIO(packed), len(packed), target)
    assert target.getvalue() == b"a\nb\n"


def test_a_bomb_stops_after_the_free_bytes(monkeypatch):
    monkeypatch.setattr(unpack, "_FREE_BYTES", 1 << 10)
    packed, target = gzip.compress(b"0" * (8 << 20)), io.BytesIO()
    with pytest.raises(RejectedError, match="TOO_LARGE"):
        unpack.unpack_gzip(io.BytesIO(packed), len(packed), target)
    assert len(target.getvalue()) < 4 << 20


def test_every_cut_of_a_gz_is_seen():
    packed = gzip.compress(NAMES.encode(), mtime=0)
    for length in range(1, len(packed)):
        with pytest.raises(RejectedError, match="BAD_ARCHIVE"):
            unpack.unpack_gzip(io.BytesIO(packed[:length]), length, io.BytesIO())


def test_a_link_in_a_zip_is_rejected():
    file, member = io.BytesIO(), zipfile.ZipInfo("a.csv")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "/etc/hostname")
    with pytest.raises(RejectedError, match="BAD_ARCHIVE"):
        unpack.unpack_zip(file, 200, io.BytesIO())


def test_a_line_without_end_is_rejected(monkeypatch):
    monkeypatch.setattr(records, "LONGEST_RECORD", 64)
    content = "编号,金额\n1,".encode() + b"9" * 1000
    with pytest.raises(RejectedError, match="BAD_FILE") as rejected:
        list(read_csv(io.BytesIO(content), CONTRACT, "utf-8"))
    assert rejected.value.detail == f"a line is longer than {csv_rows.LONGEST_RECORD} bytes"


def test_a_line_is_too_long_by_one_byte(monkeypatch):
    monkeypatch.setattr(records, "LONGEST_RECORD", 64)
    (longest,) = records.read_records(io.BytesIO(b"a" * 64 + b"\n"), block_bytes=64)
    assert longest.record(0) == b"a" * 64 + b"\n"
    with pytest.raises(records.RecordTooLongError):
        next(records.read_records(io.BytesIO(b"a" * 65 + b"\n"), block_bytes=65))


def _job(folder, content):
    source = folder / "source"
    source.write_bytes(content)
    return Job(
        source=source, file_name="a.csv", delivery_id="ab", business_date=date(2023, 1, 5), known_from=1,
        claimed_rows=None, contract=CONTRACT, codes={}, max_quarantined_share=0.5, rows=folder / "rows",
        quarantined=folder / "quarantined",
        issues=folder / "issues", scratch=folder,
    )  # fmt: skip


SOUND = "编号,金额,备注\n1,100,\n2,250,\n".encode()


def test_r11_a_child_that_something_ended_is_replaced_and_its_delivery_read(tmp_path):
    job = _job(tmp_path, SOUND)
    with Parser() as parser:
        before = parser.parse(job)
        os.kill(parser._child.pid, signal.SIGKILL)
        parser._child.wait()
        assert parser.parse(job) == parser.parse(job) == before


# not SIGHUP: where the tests run under nohup every child ignores it
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_r11_whoever_ends_the_reader_twice_is_not_the_sender(tmp_path, number):
    """Killed while it reads, as the system does when memory is short: a pipe keeps the reader waiting."""
    job = _job(tmp_path, SOUND)
    job.source.unlink()
    os.mkfifo(job.source)
    with Parser() as parser:
        Thread(target=_end_children, args=(parser, number), daemon=True).start()
        with pytest.raises(MachineError, match=f"feed health, delivery ab.*{number.name}"):
            parser.parse(job)


def _end_children(parser, number, *, times=2):
    """End one reader after the other, each when it has had time to open its file, however busy the machine is."""
    ended = []
    while len(ended) < times:
        sleep(3)
        child = parser._child
        if child and child.pid not in ended:
            ended.append(child.pid)
            os.kill(child.pid, number)


@pytest.mark.slow
def test_r11_a_reader_that_waits_for_ever_is_ended_and_nobody_is_refused(tmp_path):
    job = _job(tmp_path, SOUND).model_copy(update={"seconds": 1})
    job.source.unlink()
    os.mkfifo(job.source)
    with Parser() as parser, pytest.raises(MachineError, match="most likely memory or time"):
        parser.parse(job)


def test_r11_a_file_that_takes_more_processor_time_than_one_may_is_refused_with_that_reason(tmp_path):
    lines = "".join(f'{n},{n},"a""b"\n' for n in range(1_500_000))
    job = _job(tmp_path, ("编号,金额,备注\n" + lines).encode()).model_copy(update={"seconds": 1})
    with Parser() as parser:
        outcome = parser.parse(job)
    assert (outcome.rejection, outcome.rejection_detail[:50]) == (
        "TOO_LARGE", "reading it took more than 1 seconds of processor t",
    )  # fmt: skip


@pytest.mark.parametrize("written", ["rows", "quarantined", "issues"])
def test_r11_a_full_disk_is_said_to_be_full(tmp_path, written):
    """`/dev/full` takes nothing, as a full disk does."""
    job = _job(tmp_path, SOUND).model_copy(update={written: tmp_path / "full"})
    (tmp_path / "full").symlink_to("/dev/full")
    with Parser() as parser, pytest.raises(MachineError, match="no space is left on the disk"):
        parser.parse(job)


@pytest.mark.parametrize("form", ["csv.gz", "zip"])
def test_r11_no_room_to_unpack_is_no_damaged_archive(tmp_path, form):
    content = b"\n".join([SOUND[:-1], *(b"%d,%d," % (n, n) for n in range(3, 20_000)), b""])
    packed = io.BytesIO()
    if form == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.csv", content)
    job = _job(tmp_path, gzip.compress(content) if form == "csv.gz" else packed.getvalue())
    job = job.model_copy(update={"file_name": f"a.{form}"})
    with Parser() as parser:
        assert parser.parse(job).accepted == 19_999
        resource.prlimit(parser._child.pid, resource.RLIMIT_FSIZE, (1000, 1000))
        with pytest.raises(MachineError, match="a file grew beyond"):
            parser.parse(job)


@pytest.mark.parametrize(
    ("error", "lacked"),
    [
        (OSError(errno.ENOSPC, "x"), "no space is left on the disk"),
        (OSError(errno.EIO, "x"), "the disk cannot be read or written"),
        (MemoryError(), "memory is short"),
        (OSError("Couldn't deserialize thrift"), ""),
        (OSError(errno.EINVAL, "x"), ""),
        (ValueError("No space left on device"), ""),
    ],
)
def test_r11_what_the_machine_lacks_is_found_behind_any_error(error, lacked):
    behind = RejectedError("BAD_FILE", "damaged")
    behind.__cause__ = error
    assert machine_trouble(error) == machine_trouble(behind) == lacked
    assert isinstance(as_told(behind), MachineError) == bool(lacked)


HEADER = "编号,金额,备注\n".encode()


def _equal_rows(count):
    """A column file of equal rows: some hundred bytes a million."""
    one = pa.table({"编号": ["1"], "金额": ["100"], "备注": [""]})
    file = io.BytesIO()
    pq.write_table(one.take(pa.repeat(pa.scalar(0), count)), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "form", "counts"),
    [
        ("r14_blank", lambda: HEADER + b"\n" * (8 << 20), "csv", (0, 0, 0)),
        ("r14_spaces", lambda: HEADER + b" \r\n" * (3 << 20), "csv", (0, 0, 0)),
        ("r14_mostly_blank", lambda: HEADER + (b"\n" * 100_000 + b"1,100,\n") * 40, "csv", (1, 0, 39)),
        ("r5_empty_rows", lambda: HEADER + b",,\n" * (3 << 20), "csv", (0, 1, (3 << 20) - 1)),
        ("r5_equal_lines", lambda: HEADER + b"1,100,\n" * (1 << 20), "csv", (1, 0, (1 << 20) - 1)),
        ("r5_equal_rows", lambda: _equal_rows(1_000_000), "parquet", (1, 0, 999_999)),
        ("r5_broken_lines", lambda: HEADER + b"1\n" * (1 << 19), "csv", (0, 1 << 19, 0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_r5_r14_many_short_or_equal_records_cost_little_memory_and_are_all_counted(
    tmp_path, name, content, form, counts
):
    job = _job(tmp_path, content())
    contract = CONTRACT.model_copy(update={"file_format": form})
    job = job.model_copy(update={"file_name": f"a.{form}", "contract": contract, "max_quarantined_share": 1})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Parser() as parser:
        outcome = parser.parse(job)
        most = Path(f"/proc/{parser._child.pid}/status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0]
    assert (outcome.accepted, outcome.quarantined, outcome.duplicates) == counts
    assert int(most) < 450_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
    assert pq.read_metadata(job.issues).num_rows <= 1000


def test_r5_more_rows_than_anybody_could_look_at_are_not_held_one_by_one(tmp_path):
    job = _job(tmp_path, HEADER + b"1\n" * 1_000_001).model_copy(update={"max_quarantined_share": 1})
    assert delivery.validate(job).rejection == "TOO_MANY_QUARANTINED"


@pytest.mark.parametrize("count", [5_000_001, 2**40])
def test_r5_a_column_file_states_no_more_rows_than_its_size_can_hold(tmp_path, count, monkeypatch):
    monkeypatch.setattr(parquet_rows, "_FREE_ROWS", count // 1_000_000)
    job = _job(tmp_path, _equal_rows(100_000))
    contract = CONTRACT.model_copy(update={"file_format": "parquet"})
    outcome = delivery.validate(job.model_copy(update={"file_name": "a.parquet", "contract": contract}))
    assert outcome.rejection == ("TOO_LARGE" if count < 100_000 * 1_000_000 else "")


@pytest.mark.parametrize("header", ["编号," * 100_000, "编号,金额," + "x," * 100_000, "," * 400_000])
def test_r5_a_header_of_very_many_columns_is_refused_in_moments(header):
    start = process_time()
    with pytest.raises(RejectedError, match="BAD_HEADER"):
        layout(header.split(","), CONTRACT)
    assert process_time() - start < 5


def test_the_child_lives_within_its_memory(tmp_path):
    job = _job(tmp_path, "编号,金额,备注\n1,100,\n".encode())
    with Parser() as parser:
        parser.parse(job)
        limits = Path(f"/proc/{parser._child.pid}/limits").read_text(encoding="ascii")
    line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert line.split()[3] == str(4 << 30)


def test_amounts_in_two_units_are_rejected(tmp_path):
    job = _job(tmp_path, "编号,金额,备注\n1,100,\n2,2.50,\n".encode())
    with Parser() as parser:
        outcome = parser.parse(job)
    assert outcome.rejection == "BAD_FILE"
    assert "1 amounts in yuan and 1 in fen" in outcome.rejection_detail
    assert not (tmp_path / "rows").exists()


def test_the_blocks_a_file_is_read_in_do_not_show_in_its_bytes(tmp_path, monkeypatch):
    content = "编号,金额,备注\n" + "".join(f"{n},{n}," + '"a\nb"\n' for n in range(1, 2000))
    job = _job(tmp_path, content.encode())
    written = []
    for size in (97, 4096, 1 << 20):
        monkeypatch.setitem(records.read_records.__kwdefaults__, "block_bytes", size)
        monkeypatch.setattr(records, "LONGEST_RECORD", 64)
        assert delivery.validate(job).accepted == 1999
        written.append(job.rows.read_bytes())
    assert len(set(written)) == 1
