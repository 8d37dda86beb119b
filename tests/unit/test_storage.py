"""Durable files, receipts and ordered writes, on a real disk and a real engine."""

import resource
import signal
from datetime import date
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import PipelineError, TamperError
from pipelines.read.status import until_newest
from pipelines.storage.canonical import digest_rows
from pipelines.storage.engine import Engine
from pipelines.storage.files import put_if_absent, write_durable
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import GENESIS, Receipt, RunKind, put_receipt, read_receipts, receipt_path
from schemas.tables import LIFE_STATE

ROWS = [
    {"person_no": n, "signal_code": code, "event_date": date(2024, 1, n)} for n in range(1, 20) for code in ("A", "B")
]


def _receipt(number: int, previous: str, *, kind: RunKind = "night", day: int = 0) -> Receipt:
    return Receipt(
        number=number, kind=kind, as_of=date(2024, 3, day or number), run_key="k", previous=previous,
        logic_version="l", lock_digest="d", policy_digest="p", deliveries=(), sums={}, files={},
    )  # fmt: skip


TWO_NIGHTS_AND_THEIR_BACKFILL = (
    _receipt(1, GENESIS),
    _receipt(2, "2"),
    _receipt(3, "3", kind="backfill", day=1),
    _receipt(4, "4", kind="backfill", day=2),
    _receipt(5, "5", kind="backfill", day=1),
)


@pytest.mark.parametrize(("number", "last_night"), [(1, None), (2, 1), (3, 2), (6, 2)])
def test_the_last_night_is_the_newest_before_a_run_whatever_was_backfilled_since(tmp_path, number, last_night):
    engine = Engine(tmp_path / "scratch")
    lake = Lake(tmp_path, engine, TWO_NIGHTS_AND_THEIR_BACKFILL, number=number, as_of=date(2024, 3, 9))
    assert (lake.last_night.number if lake.last_night else None) == last_night


@pytest.mark.parametrize(("day", "number"), [(None, 4), (1, 5), (2, 4), (3, 0)])
def test_what_is_told_of_a_day_is_what_its_newest_run_said(day, number):
    as_of = date(2024, 3, day) if day else None
    assert len(until_newest(TWO_NIGHTS_AND_THEIR_BACKFILL, as_of)) == number


def test_a_receipt_is_written_once(tmp_path):
    put_receipt(tmp_path, _receipt(1, GENESIS))
    with pytest.raises(FileExistsError, match=r"000001\.json"):
        put_receipt(tmp_path, _receipt(1, GENESIS))
    assert [receipt.number for receipt in read_receipts(tmp_path)] == [1]


def test_a_broken_chain_is_named(tmp_path):
    first = _receipt(1, GENESIS)
    put_receipt(tmp_path, first)
    put_receipt(tmp_path, _receipt(2, "0" * 64))
    with pytest.raises(TamperError, match=r"000002.*000001.*not the one it was built on"):
        read_receipts(tmp_path)
    receipt_path(tmp_path, 2).unlink()
    receipt_path(tmp_path, 1).write_bytes(first.content().replace(b'"k"', b'"j"  '))
    with pytest.raises(TamperError, match="000001"):
        read_receipts(tmp_path)


def test_put_if_absent_leaves_no_debris(tmp_path):
    put_if_absent(tmp_path / "a", b"1")
    with pytest.raises(FileExistsError, match=r"-> .*/a'"):
        put_if_absent(tmp_path / "a", b"2")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"1"


def test_rows_in_any_order_give_the_same_bytes_for_any_number_of_threads(tmp_path):
    table = pa.Table.from_pylist(ROWS, LIFE_STATE.arrow())
    contents = set()
    for threads, rows in ((1, table), (2, table.take(pa.array(list(reversed(range(len(ROWS))))))), (4, table)):
        engine = Engine(tmp_path / "scratch", threads=threads)
        path = tmp_path / f"{threads}.parquet"
        assert engine.write(LIFE_STATE, engine.table(rows), path) == len(ROWS)
        contents.add(path.read_bytes())
    assert len(contents) == 1


def test_the_canonical_digest_knows_rows_not_files(tmp_path):
    table = pa.Table.from_pylist(ROWS, LIFE_STATE.arrow())
    pq.write_table(table, tmp_path / "plain.parquet", compression="none")
    pq.write_table(table, tmp_path / "packed.parquet", compression="zstd", row_group_size=7)
    changed = table.set_column(2, "event_date", pa.array([date(2024, 2, 1)] * len(ROWS), pa.date32()))
    pq.write_table(changed, tmp_path / "changed.parquet")
    digests = [digest_rows(pq.ParquetFile(tmp_path / f"{name}.parquet")) for name in ("plain", "packed", "changed")]
    assert digests[0] == digests[1] != digests[2]


def test_the_canonical_digest_of_texts_is_the_one_that_is_written_down(tmp_path):
    texts = ["", "张例", None, "a", "买买提·吐尔逊", "", None]
    kept = pa.array(["dropped", *texts]).slice(1)
    pq.write_table(pa.table({"text": kept}), tmp_path / "texts.parquet", row_group_size=3)
    pq.write_table(pa.table({"text": kept.slice(0, 0)}), tmp_path / "none.parquet")
    encoded = [(text or "").encode() for text in texts]
    written = bytes(text is not None for text in texts)
    written += b"".join(len(one).to_bytes(8, "little") for one in encoded) + b"".join(encoded)
    assert digest_rows(pq.ParquetFile(tmp_path / "texts.parquet")) == sha256(written).hexdigest()
    assert digest_rows(pq.ParquetFile(tmp_path / "none.parquet")) == sha256().hexdigest()


def test_a_repeated_key_or_a_missing_value_stops_the_run(tmp_path):
    engine = Engine(tmp_path / "scratch")
    for rows in ([ROWS[0], ROWS[0]], [ROWS[0] | {"event_date": None}]):
        shape = pa.schema([field.with_nullable(True) for field in LIFE_STATE.arrow()])
        with pytest.raises(PipelineError, match="life_state"):
            engine.write(LIFE_STATE, engine.table(pa.Table.from_pylist(rows, shape)), tmp_path / "x.parquet")


def test_h11_no_progress_bar_of_the_engine_gets_into_a_log(tmp_path):
    engine = Engine(tmp_path / "scratch")
    assert engine._run("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


def test_h10_a_write_that_finds_no_room_leaves_nothing_beside(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        for write in (write_durable, put_if_absent):
            with pytest.raises(OSError, match="too large"):
                write(tmp_path / "record.json", b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert list(tmp_path.iterdir()) == []
