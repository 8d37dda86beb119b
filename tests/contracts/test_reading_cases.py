"""Files that were read wrongly once: every record of a container is counted, and nothing passes that an engine refuses.

Named after the case each of them is a member of.
"""

import io
import re
import zipfile
from datetime import datetime
from time import process_time

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.validated.delivery import validate
from pipelines.validated.job import Job
from schemas.contract import Column, Contract, Volume
from tests.derived import AS_OF

COLUMNS = (
    Column(name="record_id", header="流水号", required=True, key=True),
    Column(name="name", header="姓名", required=True, max_length=20, sensitivity="personal"),
    Column(name="event_date", header="发生日期", type="date", format="yyyy-MM-dd"),
)
HEADERS = [column.header for column in COLUMNS]


@pytest.fixture
def read(tmp_path):
    """`read(content, form)`: the outcome, the rows taken, and the reasons of the rows kept aside by record."""

    def reading(content: bytes, form: str, **changes):
        given = {
            "feed": "cases", "title": "cases", "role": "evidence", "agency": "health", "file_format": form,
            "encoding": "utf-8", "delivery": "append", "manifest": "none", "several_files": True, "fresh_days": 1,
            "columns": COLUMNS, "volume": Volume(minimum=0, maximum=100),
        }  # fmt: skip
        contract = Contract(**given | changes)
        source = tmp_path / "source"
        source.write_bytes(content)
        job = Job(
            source=source, file_name=f"a.{form}", delivery_id="d", business_date=AS_OF, known_from=1, claimed_rows=None,
            contract=contract, codes={}, max_quarantined_share=1, rows=tmp_path / "rows",
            quarantined=tmp_path / "aside", issues=tmp_path / "issues", scratch=tmp_path,
        )  # fmt: skip
        outcome = validate(job)
        if outcome.rejection:
            return outcome, [], {}
        aside = pl.read_parquet(job.quarantined)
        return outcome, pl.read_parquet(job.rows).to_dicts(), dict(aside.select("record_no", "reason").iter_rows())

    return reading


def _book(*sheets):
    book = openpyxl.Workbook()
    for place, rows in enumerate(sheets):
        sheet = book.worksheets[0] if place == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _edited(book: bytes, change):
    """The workbook with the XML of its first sheet changed."""
    edited = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(edited, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            is_first = name == "xl/worksheets/sheet1.xml"
            new.writestr(name, change(content.decode()).encode() if is_first else content)
    return edited.getvalue()


ROWS = [HEADERS, *([f"r{n}", "测例", "2024-03-01"] for n in range(1, 7))]


@pytest.mark.parametrize("stated", ["A1:C3", "A1", "A1:A99", ""])
def test_r1_a_sheet_is_read_whole_whatever_it_says_of_its_size(read, stated):
    dimension = f'<dimension ref="{stated}"/>' if stated else ""
    outcome, rows, _ = read(_edited(_book(ROWS), lambda xml: re.sub(r"<dimension[^>]*/>", dimension, xml)), "xlsx")
    assert [row["record_id"] for row in rows] == ["r1", "r2", "r3", "r4", "r5", "r6"]
    assert (outcome.physical, outcome.accepted) == (7, 6)


def test_r1_a_row_that_the_reader_passes_over_is_noticed(read):
    """Two rows that call themselves the third: a reader may take one for the other."""
    outcome, rows, _ = read(_edited(_book(ROWS), lambda xml: xml.replace('<row r="4"', '<row r="3"')), "xlsx")
    assert outcome.rejection == "BAD_FILE" or len(rows) == 6


@pytest.mark.parametrize("other", [ROWS[1:], [["只是一句说明"]]])
def test_r2_rows_on_a_second_sheet_are_not_passed_over(read, other):
    outcome, _, _ = read(_book(ROWS, other), "xlsx")
    assert (outcome.rejection, outcome.rejection_detail) == (
        "BAD_FILE", "rows on more than one sheet; put all of them on the first",
    )  # fmt: skip


def test_r2_an_empty_second_sheet_is_no_reason(read):
    assert len(read(_book(ROWS, []), "xlsx")[1]) == 6


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        ("2024-02-29T23:59:17", "2024-03-01"),
        ("2024-03-01T00:00:43", "2024-03-01"),
        ("2024-03-01T00:00:00", "2024-03-01"),
        ("2024-02-29T23:58:00", None),
        ("2024-03-01T08:30:00", None),
    ],
)
def test_r3_a_day_a_few_seconds_off_is_that_day_and_any_other_time_is_held(read, cell, taken):
    _, rows, aside = read(_book([HEADERS, ["r1", "测例", datetime.fromisoformat(cell)]]), "xlsx")
    assert [str(row["event_date"]) for row in rows] == ([taken] if taken else [])
    assert aside == ({} if taken else {1: "BAD_DATE"})


@pytest.mark.parametrize("serial", [-5, -0.5, -40000])
def test_r3_a_day_before_the_first_that_a_spreadsheet_counts_is_none(read, serial):
    def written(xml: str) -> str:
        return re.sub(r'(<c r="C2"[^>]*><v>)[^<]*', rf"\g<1>{serial}", xml)

    book = _edited(_book([HEADERS, ["r1", "测例", datetime.fromisoformat("2024-02-29")]]), written)
    _, rows, aside = read(book, "xlsx")
    assert (rows, aside) == ([], {1: "BAD_DATE"})


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("姓名".encode("gbk"), "UNDECODABLE"),
        (b"\xff\xfe", "UNDECODABLE"),
        (b"\xed\xa0\x80", "UNDECODABLE"),
        (b"a\0b", "NUL_BYTE"),
    ],
)
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_r4_a_text_that_is_none_costs_its_row_and_not_the_night(read, value, reason, kind):
    binary = pa.large_binary() if kind == pa.large_string() else pa.binary()
    names = pa.array(["测例".encode(), value, None, "例测".encode()], binary).view(kind)
    others = [pa.array(["r1", "r2", "r3", "r4"], kind), pa.array(["2024-03-01"] * 4, kind)]
    file = io.BytesIO()
    pq.write_table(pa.table([others[0], names, others[1]], HEADERS), file)
    outcome, rows, aside = read(file.getvalue(), "parquet")
    assert [(row["record_id"], row["name"]) for row in rows] == [("r1", "测例"), ("r4", "例测")]
    assert aside == {2: reason, 3: "MISSING"}
    assert (outcome.physical, outcome.accepted, outcome.quarantined) == (4, 2, 2)


def test_r4_a_header_of_a_column_file_that_is_no_text_refuses_it(read):
    file = io.BytesIO()
    pq.write_table(pa.table([["r1"], ["测例"], ["2024-03-01"]], HEADERS), file)
    content = file.getvalue().replace("姓名".encode(), b"\xff\xfe\xff\xfe\xff\xfe")
    outcome, _, _ = read(content, "parquet")
    assert (outcome.rejection, outcome.rejection_detail) == ("BAD_FILE", "it is not a Parquet file, or a damaged one")


def test_r6_a_stray_cell_in_the_last_corner_is_one_bad_row(read):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.worksheets[0].append(row)
    book.worksheets[0]["XFD1048576"] = "x"
    content = io.BytesIO()
    book.save(content)
    outcome, rows, aside = read(content.getvalue(), "xlsx")
    assert len(rows) == 6
    assert set(aside.values()) == {"RAGGED"}
    assert outcome.physical == 1_048_576


@pytest.mark.parametrize(
    "mark",
    [
        *("\ufeff", "\u200b", "\u200d", "\u2060", "\x07", "\u00ad", "\u3164", "\ufe0f", "\u2028", "\u2800", "\u115f"),
        *("\u034f", "\u180b", "\u180f", "\u17b4", "\u2065", "\ufff0", "\U000e01f0", "\U000e0041", "\ufff9", "\u0600"),
    ],
)
def test_r8_a_mark_that_nobody_sees_makes_no_other_key(read, mark):
    lines = [",".join(HEADERS), f"{mark}r1,测例,2024-03-01", f"r{mark}2{mark},测例,2024-03-01"]
    _, rows, aside = read("\n".join(lines).encode(), "csv")
    assert [row["record_id"] for row in rows] == ["r1", "r2"]
    assert aside == {}


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u202f", "\u3000", "\t", "\u200b\u00a0\u200b"])
def test_r8_blanks_of_any_kind_around_a_key_make_no_other_key(read, blank):
    lines = [",".join(HEADERS), f"{blank}r1{blank},测例,2024-03-01", f"{blank},测例,2024-03-01"]
    _, rows, aside = read("\n".join(lines).encode(), "csv")
    assert [row["record_id"] for row in rows] == ["r1"]
    assert aside == {2: "MISSING"}


def _far_cells(book: bytes, far: str) -> bytes:
    """The workbook with one more cell behind each row."""
    numbers = iter(range(1, 1_000_000))
    return _edited(book, lambda xml: re.sub("</row>", lambda _: f"{far.format(next(numbers))}</row>", xml))


def test_r6_rows_formatted_to_the_last_column_are_read_in_moments(read):
    book = _book([HEADERS, *([f"r{n}", "测例", "2024-03-01"] for n in range(3_000))])
    began = process_time()
    outcome, _, aside = read(_far_cells(book, '<c r="XFD{}" s="0"/>'), "xlsx")
    assert (outcome.accepted, aside) == (3_000, {})
    assert process_time() - began < 4


def test_r6_a_stray_value_in_the_last_column_of_many_rows_costs_moments(read):
    book = _book([HEADERS, *([f"r{n}", "测例", "2024-03-01"] for n in range(3_000))])
    began = process_time()
    far = _edited(
        _far_cells(book, '<c r="XFD{}"><v>1</v></c>'), lambda xml: xml.replace('<c r="XFD1"><v>1</v></c>', "")
    )
    _, rows, aside = read(far, "xlsx")
    assert (rows, set(aside.values()), len(aside)) == ([], {"RAGGED"}, 3_000)
    assert process_time() - began < 5


@pytest.mark.parametrize(
    ("cell", "other"),
    [('<row r="4"', '<row r="2000000000"'), ('r="A4"', 'r="ZZZ4"'), ('r="A4"', 'r="XFE4"')],
)
def test_r6_a_place_that_no_sheet_has_refuses_the_file_at_once(read, cell, other):
    began = process_time()
    outcome, _, _ = read(_edited(_book(ROWS), lambda xml: xml.replace(cell, other)), "xlsx")
    assert (outcome.rejection, outcome.rejection_detail) == (
        "BAD_FILE", "a cell lies beyond the last row or column of a sheet",
    )  # fmt: skip
    assert process_time() - began < 2


PLAIN = tuple(
    column.model_copy(update={"header": header}) for column, header in zip(COLUMNS, ("LSH", "XM", "FSRQ"), strict=True)
)
SHORT_NAMES = [
    "陆一",
    "郑伟",
    "路一",
    "郗一",
    "卢芸",
    "陆路",
    "梁燕",
    "欧阳娜",
    "买买提",
    "王芳",
    "张伟",
    "李娜",
    "龑龑",
]


def _of_names(*names, encodings=("utf-8",)):
    lines = [f"r{n},{name},2024-03-01".encode(encodings[n % len(encodings)]) for n, name in enumerate(names)]
    return b"\n".join([b"LSH,XM,FSRQ", *lines, b""])


@pytest.mark.parametrize("name", SHORT_NAMES)
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_r7_a_file_of_one_short_name_is_read_as_its_contract_allows(read, name, encoding):
    content = _of_names(name).decode().encode(encoding)
    outcome, rows, _ = read(content, "csv", encoding="gb18030", columns=PLAIN)
    assert [row["name"] for row in rows] == [name]
    assert outcome.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("name", SHORT_NAMES)
def test_r7_bytes_of_gb18030_under_a_contract_of_utf8_are_never_read_as_another_name(read, name):
    outcome, rows, _ = read(_of_names(name, encodings=["gb18030"]), "csv", columns=PLAIN)
    assert (outcome.rejection or "", rows) == ("", []) or outcome.rejection == "BAD_ENCODING"


@pytest.mark.parametrize("declared", ["utf-8", "gb18030"])
@pytest.mark.parametrize("written", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", SHORT_NAMES)
def test_r7_a_line_in_the_other_encoding_is_held_and_not_garbled(read, declared, written, name):
    if (declared, written) == ("utf-8", "gb18030"):
        pytest.skip("refused as a whole")
    other = {"utf-8": "gb18030", "gb18030": "utf-8"}[written]
    lines = _of_names("陆一", "王芳", "郑伟", encodings=[written])
    _, rows, aside = read(lines + f"r3,{name},2024-03-01\n".encode(other), "csv", encoding=declared, columns=PLAIN)
    assert [row["name"] for row in rows] == ["陆一", "王芳", "郑伟"]
    assert aside == {4: "UNDECODABLE"}


@pytest.mark.parametrize("name", ["José García", "阿依古丽·买买提", "Müller", "测·例"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_r7_names_of_other_letters_are_read_as_written(read, name, encoding):
    _, rows, _ = read(_of_names(name, encodings=[encoding]), "csv", encoding=encoding, columns=PLAIN)
    assert [row["name"] for row in rows] == [name]


def _with_format(book: bytes, number: int):
    """The workbook with a number format of its own replaced by one of the built-in ones, as Chinese Excel writes."""
    edited = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(edited, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/styles.xml":
                content = re.sub(rb"<numFmts.*?</numFmts>", b"", content)
                content = content.replace(b'numFmtId="164"', f'numFmtId="{number}"'.encode())
            new.writestr(name, content)
    return edited.getvalue()


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59)])
@pytest.mark.parametrize(("serial", "taken"), [(45351, "2024-02-29"), (45350.9999, "2024-02-29"), (45351.5, None)])
def test_r3_the_built_in_formats_of_chinese_spreadsheets_show_dates(read, number, serial, taken):
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADERS, ["r1", "测例", serial]]:
        book.worksheets[0].append(row)
    book.worksheets[0]["C2"].number_format = '0"天"'
    book.save(content)
    assert b'numFmtId="164"' in zipfile.ZipFile(content).read("xl/styles.xml")
    _, rows, aside = read(_with_format(content.getvalue(), number), "xlsx")
    assert ([str(row["event_date"]) for row in rows], aside) == (([taken], {}) if taken else ([], {1: "BAD_DATE"}))


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("2024年3月5日", "2024-03-05"),
        ("2024/03/05", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024-3-5", "2024-03-05"),
        ("2024-03-05 00:00:00", "2024-03-05"),
        ("2024-03-04T23:59:17", "2024-03-05"),
        ("20240305000000", None),
        ("2024-03-05 08:30", None),
        ("2024年2月30日", None),
        ("5.3.2024", None),
        ("45356", None),
        ("2024/3-5", None),
        (45356, None),
        (20240305, "2024-03-05"),
    ],
)
@pytest.mark.parametrize("declared", ["yyyy-MM-dd", "yyyyMMdd", "yyyy/M/d", "yyyy.M.d", "yyyy年M月d日", "yyyy/MM/dd"])
def test_r3_a_day_typed_into_a_spreadsheet_is_that_day_or_held(read, typed, taken, declared):
    columns = (*COLUMNS[:2], COLUMNS[2].model_copy(update={"format": declared}))
    _, rows, aside = read(_book([HEADERS, ["r1", "测例", typed]]), "xlsx", columns=columns)
    assert ([str(row["event_date"]) for row in rows], aside) == (([taken], {}) if taken else ([], {1: "BAD_DATE"}))


@pytest.mark.parametrize(
    ("declared", "written", "taken"),
    [
        ("yyyy年M月d日", "2024年3月5日", "2024-03-05"),
        ("yyyy年M月d日", "2024年13月5日", None),
        ("yyyy年M月d日", "1900年1月1日", "None"),
        ("yyyy.M.d", "2024.3.5", "2024-03-05"),
        ("yyyy.M.d", "1900.1.1", "None"),
        ("yyyy/MM/dd", "2024/03/05", "2024-03-05"),
        ("yyyy/MM/dd", "2024/3/5", None),
        ("yyyyMM", "202403", "2024-03-01"),
        ("yyyyMM", "202413", None),
        ("yyyyMM", "20240305", None),
        ("yyyyMM", "190001", "None"),
        ("yyyyMMddHHmmss", "20240305083000", "2024-03-05"),
        ("yyyyMMddHHmmss", "20240305253000", None),
        ("yyyyMMddHHmmss", "20240305", None),
        ("yyyy/M/d H:mm", "2024/3/5 8:30", "2024-03-05"),
        ("yyyy/M/d H:mm", "2024/3/5 23:59:59", "2024-03-05"),
        ("yyyy/M/d H:mm", "2024/3/5 24:30", None),
        ("yyyyMMdd", "2024年3月5日", None),
    ],
)
def test_r3_a_date_in_text_is_written_as_the_contract_says_or_held(read, declared, written, taken):
    columns = (*COLUMNS[:2], COLUMNS[2].model_copy(update={"format": declared}))
    lines = [",".join(HEADERS), f"r1,测例,{written}"]
    _, rows, aside = read("\n".join(lines).encode(), "csv", columns=columns)
    assert ([str(row["event_date"]) for row in rows], aside) == (([taken], {}) if taken else ([], {1: "BAD_DATE"}))


@pytest.mark.parametrize("delimiter", ["\t", "|", ";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_fields_stand_between_the_delimiter_of_the_contract(read, delimiter, encoding):
    if (delimiter, encoding) == ("|", "gb18030"):
        with pytest.raises(ValueError, match="half of a character"):
            read(b"", "csv", delimiter=delimiter, encoding=encoding)
        return
    others = "".join({"\t", "|", ";", ","} - {delimiter, "\t"})
    rows = [HEADERS, ["r1", f"测{others}例", "2024-03-01"], ["r2", f'"测{delimiter}例"', "2024-03-02"], ["r3", "短"]]
    content = "\n".join(delimiter.join(row) for row in rows).encode(encoding)
    _, taken, aside = read(content, "csv", delimiter=delimiter, encoding=encoding)
    assert [row["name"] for row in taken] == [f"测{others}例", f"测{delimiter}例"]
    assert aside == {3: "RAGGED"}
