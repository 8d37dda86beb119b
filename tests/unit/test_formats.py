"""Tables grow: what an older format wrote is read by the names and defaults of today."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import SetupError
from pipelines.storage.receipts import FORMAT_VERSION, GENESIS, Receipt, put_receipt, read_receipts
from schemas.table import Field, Former, Table
from schemas.tables import TABLES
from tests.derived import AS_OF, engine

TODAY = Table(
    "cup", "a cup", ("number",),
    (
        Field("number", "int64", "number"),
        Field("colour", "string", "called hue up to format 2"),
        Field("handles", "int32", "added in format 3", since=3, default=1),
        Field("bought_on", "date", "added in format 4", nullable=True, since=4),
    ),
    append_only=True,
    former=(Former(1, "mug", (("colour", "shade"),)), Former(2, "cup", (("colour", "hue"),))),
)  # fmt: skip


def _file(folder, version, **columns):
    path = folder / f"{version}.parquet"
    pq.write_table(pa.table(columns), path)
    return path, version


def test_rows_of_every_format_are_read_as_rows_of_today(tmp_path):
    files = [
        _file(tmp_path, 1, number=[1], shade=["red"]),
        _file(tmp_path, 2, number=[2], hue=["blue"]),
        _file(tmp_path, 3, number=[3], colour=["green"], handles=pa.array([2], pa.int32())),
        _file(tmp_path, 4, number=[4], colour=["white"], handles=pa.array([0], pa.int32()), bought_on=[AS_OF]),
    ]
    rows = engine().arrow(engine().read_table(TODAY, files).order_by("number")).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (1, "red", 1, None), (2, "blue", 1, None), (3, "green", 2, None), (4, "white", 0, AS_OF),
    ]  # fmt: skip


def test_its_name_of_then_is_known():
    assert [TODAY.stored_as(version)[0] for version in (1, 2, 3)] == ["mug", "cup", "cup"]


def test_a_column_added_later_says_what_older_rows_hold():
    with pytest.raises(ValueError, match=r"table cup: columns added later say what older rows hold: \['size'\]"):
        Table("cup", "a cup", ("number",), (TODAY.fields[0], Field("size", "int64", "size", since=2)))


@pytest.mark.parametrize("name", TABLES)
def test_no_table_of_ours_is_ahead_of_the_format_it_is_written_in(name):
    """A column of a format that receipts do not state yet would be written and read back as its default."""
    assert max(field.since for field in TABLES[name].fields) <= FORMAT_VERSION


def test_a_feed_whose_contract_gained_a_column_is_read(tmp_path):
    paths = [_file(tmp_path, 1, number=[1])[0], _file(tmp_path, 2, number=[2], colour=["blue"])[0]]
    schema = pa.schema([("number", pa.int64()), ("colour", pa.string()), ("bought_on", pa.date32())])
    rows = engine().arrow(engine().read_by_name(paths, schema).order_by("number")).to_pylist()
    assert [tuple(row.values()) for row in rows] == [(1, None, None), (2, "blue", None)]


def test_a_home_of_a_newer_version_is_not_opened(tmp_path):
    receipt = Receipt(
        format_version=99, number=1, kind="night", as_of=AS_OF, run_key="k", previous=GENESIS, logic_version="l",
        lock_digest="d", policy_digest="p", deliveries=(), sums={}, files={},
    )  # fmt: skip
    put_receipt(tmp_path, receipt)
    with pytest.raises(SetupError, match="is of format 99"):
        read_receipts(tmp_path)
