"""Our splitter against Python's csv module, and the conservation of records under damage."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from pipelines.validated.csv_rows import read_csv
from pipelines.validated.duplicates import Seen
from pipelines.validated.encoding import find_encoding
from pipelines.validated.records import read_records, split
from pipelines.validated.rows import RejectedError
from pipelines.validated.tally import Tally
from pipelines.validated.typed import to_typed
from schemas.contract import Column, Contract, Volume

FIELD = st.text(alphabet='ab,"\n\r 张', max_size=6)
TABLE = st.lists(st.lists(FIELD, min_size=2, max_size=3), min_size=1, max_size=8)
ENDING = st.sampled_from(["\n", "\r\n"])
CONTRACT = Contract(
    feed="health", title="health", role="evidence", agency="health", file_format="csv", encoding="utf-8",
    delivery="append", manifest="none", several_files=False, fresh_days=1, volume=Volume(minimum=0, maximum=9),
    columns=(
        Column(name="record_id", header="id", required=True, key=True, max_length=6),
        Column(name="name", header="name", max_length=9),
        Column(name="event_date", header="date", type="date", format="yyyyMMdd"),
    ),
    trailer="合计",
)  # fmt: skip
SOUND = 'id,name,date\n1,张三,20230101\n2,"李,\n四",\n3,王五,19000101\n\n1,张三,20230101\n合计,3\n'.encode()


def _written(rows, ending):
    """RFC 4180 to the letter; the csv module leaves a lone CR without quotes."""
    return "".join(",".join(map(_quoted, row)) + ending for row in rows).encode()


def _quoted(field):
    return '"' + field.replace('"', '""') + '"' if set(field) & set(',"\r\n') else field


@given(TABLE, ENDING)
def test_well_formed_records_are_those_of_the_csv_module(rows, ending):
    content = _written(rows, ending)
    records = split(content)
    kept = [i for i in range(len(records)) if not records.is_blank[i]]
    read = [next(csv.reader(io.StringIO(records.record(i).decode(), newline=""), strict=True)) for i in kept]
    expected = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert read == [row for row, i in zip(expected, range(len(records)), strict=True) if i in kept]
    assert [int(records.separators[i]) for i in kept] == [len(row) - 1 for row in read]
    assert not any(records.is_stray[i] for i in kept)


@given(st.binary(max_size=60) | st.text(alphabet='a,"\n\r', max_size=40).map(str.encode), st.integers(1, 9))
def test_the_ranges_tile_any_file_whatever_the_blocks(content, block_bytes):
    whole = split(content)
    expected = [whole.record(i) for i in range(len(whole))]
    blocks = list(read_records(io.BytesIO(content), block_bytes=block_bytes))
    assert [block.record(i) for block in blocks for i in range(len(block))] == expected
    assert b"".join(expected) == content
    edges = [block.offset + int(end) for block in blocks for end in block.ends]
    assert edges == [len(b"".join(expected[: i + 1])) for i in range(len(expected))]


@given(st.text(alphabet="ab,\n张", max_size=30), st.integers(0, 30))
def test_a_stray_quote_breaks_no_line_but_its_own(text, at):
    """Without another quote after it, one quote at any place spoils at most the line it stands in."""
    content = (text[:at] + '"' + text[at:]).encode()
    lines = content.splitlines(keepends=True)
    records = split(content)
    assert [records.record(i) for i in range(len(records))] == lines
    assert [bool(stray) for stray in records.is_stray] == [b'"' in line for line in lines]


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_anywhere_loses_no_record(damage):
    content = bytearray(SOUND)
    for at, byte in damage:
        content[at] = byte
    tally = Tally(CONTRACT)
    try:
        places = _account(bytes(content), tally)
    except RejectedError:
        return
    assert tally.physical == tally.header + tally.blank + tally.accepted + tally.quarantined + tally.duplicates
    assert len(places) == len(set(places)) == tally.accepted + tally.quarantined


def _account(content, tally):
    """Record numbers accepted or quarantined; the tally raises when a law does not hold."""
    file, seen, places = io.BytesIO(content), Seen(), []
    for rows in read_csv(file, CONTRACT, find_encoding(file, "utf-8")):
        fresh, _ = seen.split(rows.text)
        typed = to_typed(fresh, CONTRACT, {})
        tally.add(rows, fresh, typed)
        quarantined = set(rows.quarantined["record_no"]) | set(typed.quarantined["record_no"])
        places += [*typed.rows["record_no"].to_list(), *quarantined]
    return places


def test_the_sound_file_is_what_we_say_it_is():
    tally = Tally(CONTRACT)
    assert _account(SOUND, tally) == [1, 2, 3, 6]
    assert (tally.physical, tally.blank, tally.accepted, tally.quarantined, tally.duplicates) == (7, 1, 3, 1, 1)
    assert tally.data_rows == 4


@given(TABLE.map(lambda rows: [[*row, ""][:3] for row in rows]))
def test_repeats_are_found_across_blocks_as_within_one(rows):
    fields = [[str(i % 3), *row[:1], ""] for i, row in enumerate(rows * 2)]
    content = b"id,name,date\n" + _written([[cell.strip() for cell in row] for row in fields], "\n")
    whole, parts = _fresh(content, 1), _fresh(content, 2)
    assert whole == parts


def _fresh(content, pieces):
    file = io.BytesIO(content)
    seen, left = Seen(), []
    for rows in read_csv(file, CONTRACT, "utf-8"):
        size = max(1, rows.text.height // pieces)
        for start in range(0, rows.text.height, size):
            left += seen.split(rows.text.slice(start, size))[0]["record_no"].to_list()
    return left
