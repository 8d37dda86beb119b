"""R12: a list of ours that comes back is read by its numbers and answers alone, whatever a spreadsheet made of it."""

from datetime import date

import polars as pl
import pytest

from pipelines.home.declared import SCHEMAS
from pipelines.landed.statements import is_allowed_of_ours, kept_name
from pipelines.outgoing.render import render
from pipelines.validated.delivery import validate
from pipelines.validated.job import Job
from schemas.contract import Contract, read_contracts
from schemas.declaration import DeclarationError
from schemas.emit.to_arrow import validated_schema
from schemas.returned import check_returned, returned_forms
from schemas.spreadsheet import day_text
from tests.derived import AS_OF, shipped_codes, shipped_contracts
from tests.returned.saved import SAVED, as_book, as_csv, rows_of

CONTRACTS = shipped_contracts()
SENT = sorted(feed for feed, contract in CONTRACTS.items() if contract.answered_by)
NUMBERS = {
    "ticket_id": ["1e" + "0" * 17 + "7", "0" * 19 + "1"],  # what a spreadsheet takes for a number
    "lead_id": ["12345678901234567890", "0a" * 10],
    "review_no": ["1e" + "0" * 18 + "-12", "ab" * 10 + "-7"],
    "person_no": ["1001", "123456789012345"],
    "record_id": ["007", "2024-1"],
}
# header → (what the office writes, the value that is taken) for each list
ANSWERED = {
    "worklist": {
        "核查结果": ("属实", "TRUE_LOSS"), "核查方式": ("到家里看过", "到家里看过"),
        "核查日期": ("2024-03-18", date(2024, 3, 18)),
        "告知日期": ("2024-03-19", date(2024, 3, 19)), "经办": ("JB-1", "JB-1"), "复核": ("FH-2", "FH-2"),
        "审核": ("SP-3", "SP-3"),
    },
    "match_review": {
        "核对结果": ("不是本人", "OTHER_PERSON"), "核对人": ("JB-1", "JB-1"),
        "核对日期": ("2024-03-18", date(2024, 3, 18)),
    },
    "outreach": {
        "走访结果": ("本人健在", "SEEN_ALIVE"), "走访方式": ("上门", "VISIT"),
        "走访日期": ("2024-03-18", date(2024, 3, 18)),
    },
    "care_visits": {
        "回访结果": ("本人健在", "SEEN_ALIVE"), "回访方式": ("电话", "TELEPHONE"),
        "回访日期": ("2024-03-18", date(2024, 3, 18)),
    },
    "requests": {
        "办理结果": ("已办结", "DONE"), "经办": ("JB-1", "JB-1"), "办理日期": ("2024-03-18", date(2024, 3, 18)),
    },
    "discrepancy": {
        "处理结果": ("已更正", "CORRECTED"), "更正后值": ("1945-01-02", "1945-01-02"),
        "处理说明": ("经核对,有误", "经核对,有误"), "处理人": ("JB-1", "JB-1"),
        "处理日期": ("2024-03-18", date(2024, 3, 18)),
    },
}  # fmt: skip
ANSWERED["discrepancy_public_security"] = ANSWERED["discrepancy"]


def _sent(feed: str) -> list[list[str]]:
    """The list as we send it, two lines, every column of ours filled."""
    contract = CONTRACTS[feed]
    (key,) = contract.record_key
    columns = {}
    for column in contract.columns:
        if column.key:
            columns[column.name] = NUMBERS[column.name]
        elif not (column.fills or column.header == "经办"):
            columns[column.name] = [AS_OF, AS_OF] if column.type == "date" else ["1", "=1+1"]
    if CONTRACTS[feed].column(key).type == "integer":
        columns[key] = [int(number) for number in columns[key]]
    return rows_of(render(pl.DataFrame(columns), contract))


def _answered(feed: str, rows: list[list[str]], line: int = 1, **instead: str) -> list[list[str]]:
    answered = [list(row) for row in rows]
    for header, (text, _) in ANSWERED[feed].items():
        answered[line][rows[0].index(header)] = instead.get(header, text)
    return answered


@pytest.fixture
def read(tmp_path):
    """`read(feed, content)`: the outcome, the rows taken, and (record, column, reason) of what was kept aside."""

    def reading(feed: str, content: bytes, name: str = "线索 (1).xls"):
        contract = CONTRACTS[CONTRACTS[feed].answered_by]
        forms = returned_forms(contract.feed, CONTRACTS)
        job = Job(
            source=tmp_path / "source", file_name=name, delivery_id="d", business_date=AS_OF, known_from=1,
            claimed_rows=None, contract=contract, forms=forms,
            codes={table: shipped_codes().canonical(table) for table in shipped_codes().tables},
            max_quarantined_share=0.01, rows=tmp_path / "rows", quarantined=tmp_path / "aside",
            issues=tmp_path / "issues", scratch=tmp_path,
        )  # fmt: skip
        job.source.write_bytes(content)
        outcome = validate(job)
        assert not outcome.broken
        if outcome.rejection:
            return outcome, [], []
        assert outcome.physical == (
            outcome.header + outcome.blank + outcome.accepted + outcome.quarantined + outcome.duplicates
            + outcome.unanswered
        )  # fmt: skip
        rows = pl.read_parquet(job.rows)
        assert rows.columns == validated_schema(contract).names
        aside = pl.read_parquet(job.quarantined).select("record_no", "column", "reason").rows()
        return outcome, rows.to_dicts(), aside

    return reading


def _taken(feed: str, row: dict) -> dict:
    contract = CONTRACTS[feed]
    return {
        column.header: row[column.fills]
        for column in contract.columns
        if column.fills and column.header in ANSWERED[feed]
    }


def _right(feed: str) -> dict:
    return {header: value for header, (_, value) in ANSWERED[feed].items()}


@pytest.mark.parametrize("saved", SAVED)
@pytest.mark.parametrize("feed", SENT)
def test_r12_each_list_of_ours_is_taken_in_each_form_an_office_saves(read, feed, saved):
    outcome, rows, aside = read(feed, SAVED[saved](_answered(feed, _sent(feed))))
    assert feed.startswith(outcome.answers_to)  # the list of public security has the same lines in another encoding
    assert (outcome.unanswered, aside) == (1, [])
    assert [_taken(feed, row) for row in rows] == [_right(feed)]
    key = CONTRACTS[feed].column(CONTRACTS[feed].record_key[0])
    assert str(rows[0][key.fills]) == NUMBERS[key.name][0]


@pytest.mark.parametrize("saved", SAVED)
@pytest.mark.parametrize("feed", SENT)
def test_r12_columns_in_another_order_more_of_them_and_ours_damaged(read, feed, saved):
    rows = _answered(feed, _sent(feed))
    keep = {c.header for c in CONTRACTS[feed].columns if c.fills}
    damaged = [
        rows[0],
        *([v if h in keep else "1.00E+15" for h, v in zip(rows[0], row, strict=True)] for row in rows[1:]),
    ]
    turned = [["备注", *row[::-1], ""] if n == 0 else ["已看过", *row[::-1], ""] for n, row in enumerate(damaged)]
    turned[0] = [f" {header}　" for header in turned[0]]
    _, taken, aside = read(feed, SAVED[saved]([*turned, [""] * len(turned[0])]))
    assert ([_taken(feed, row) for row in taken], aside) == ([_right(feed)], [])


@pytest.mark.parametrize("feed", SENT)
def test_r12_one_bad_line_costs_no_other(read, feed, tmp_path):
    """Of two lines one has an answer in words nobody knows. The share of bad rows rejects no list of ours, and nobody
    is asked to correct a record because of it.
    """
    result = next(iter(ANSWERED[feed]))
    rows = _answered(feed, _answered(feed, _sent(feed)), line=2, **{result: "大概吧"})
    outcome, taken, aside = read(feed, as_csv(rows, "gb18030"))
    assert (outcome.accepted, outcome.quarantined) == (1, 1)
    assert [_taken(feed, row) for row in taken] == [_right(feed)]
    assert [(number, reason) for number, _, reason in aside] == [(2, "UNKNOWN_CODE")]
    assert pl.read_parquet(tmp_path / "issues").is_empty()


@pytest.mark.parametrize("remark", ["（必填）", "(必填)", "\n（由县局填写）", "【必填】", " [required] ", "*"])
@pytest.mark.parametrize("feed", SENT)
def test_r12_a_remark_beside_a_header_loses_no_answer(read, feed, remark):
    """Found by hand: an answer under 处理结果（必填） was passed over, and the rest of its line was taken."""
    rows = _answered(feed, _sent(feed))
    rows[0] = [header + remark for header in rows[0]]
    _, taken, aside = read(feed, as_book(rows))
    assert ([_taken(feed, row) for row in taken], aside) == ([_right(feed)], [])


def test_r12_a_list_without_an_answer_is_simply_not_answered_yet(read):
    outcome, rows, aside = read("worklist", as_csv(_sent("worklist"), "gb18030"))
    assert (outcome.rejection, outcome.unanswered, rows, aside) == ("", 2, [], [])


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024/3/18", "2024-03-18"), ("2024年3月18日", "2024-03-18"), ("2024.3.18", "2024-03-18"),
        ("20240318", "2024-03-18"), ("45369", "2024-03-18"), ("2024-03-18 00:00:00", "2024-03-18"),
        ("2024/3/18 14:05", "2024-03-18"), ("２０２４－０３－１８", "2024-03-18"), ("2024年 3月 18日", "2024-03-18"),
        # what leaves year, month or day open stays as it is, and its row is kept aside
        ("3月18日", "3月18日"), ("24/3/18", "24/3/18"), ("18-Mar-24", "18-Mar-24"), ("03/18/2024", "03/18/2024"),
        ("2024-02-30", "2024-02-30"), ("2024年3月", "2024年3月"), ("12345", "12345"), ("20241318", "20241318"),
        ("", ""),
    ],
)  # fmt: skip
def test_r12_days_in_the_forms_that_offices_use(read, written, day):
    plain = as_csv(_answered("worklist", _sent("worklist"), 核查日期=written))
    _, rows, aside = read("worklist", plain)
    if day == "2024-03-18":
        assert ([row["verified_date"] for row in rows], aside) == ([date(2024, 3, 18)], [])
    else:
        assert rows == []
        assert [(column, reason) for _, column, reason in aside] == [
            ("verified_date", "BAD_DATE" if written else "MISSING")
        ]


@pytest.mark.parametrize(
    ("feed", "header", "written", "taken"),
    [
        ("worklist", "核查结果", " 确认属实。", "TRUE_LOSS"),
        ("worklist", "核查结果", "情况属实", "TRUE_LOSS"),
        ("worklist", "核查结果", "不属实", "FALSE_SOURCE_ERROR"),
        ("worklist", "核查结果", "联系不上", "UNREACHABLE"),
        ("worklist", "核查结果", "true_loss", "TRUE_LOSS"),
        ("match_review", "核对结果", "是", "SAME_PERSON"),
        ("match_review", "核对结果", "“非本人”", "OTHER_PERSON"),
        ("discrepancy", "处理结果", "已更正！", "CORRECTED"),
        ("discrepancy", "处理结果", "信息无误", "CONFIRMED_RIGHT"),
        ("outreach", "走访结果", "见到本人", "SEEN_ALIVE"),
        ("outreach", "走访方式", "入户走访", "VISIT"),
        ("outreach", "走访方式", "打电话", "TELEPHONE"),
        ("outreach", "走访方式", "挂号信", "LETTER"),
        ("outreach", "走访结果", "无人接听", "NOT_FOUND"),
        ("outreach", "走访结果", "已退信", "NOT_FOUND"),
        ("outreach", "走访结果", "已寄出", "REMINDED"),
        # what may mean two things takes nobody's benefit: the line is asked again
        ("worklist", "核查结果", "是", None),
        ("worklist", "核查结果", "已核实", None),
        ("worklist", "核查结果", "属实？", None),
        ("worklist", "核查结果", "属实/来源有误", None),
        ("match_review", "核对结果", "属实", None),
        ("outreach", "走访结果", "已联系", None),
        ("outreach", "走访结果", "已走访", None),
    ],
)
def test_r12_a_reworded_answer_is_understood_or_its_row_kept_aside(read, feed, header, written, taken):
    _, rows, aside = read(feed, as_csv(_answered(feed, _sent(feed), **{header: written}), "gb18030"))
    if taken:
        assert ([_taken(feed, row)[header] for row in rows], aside) == ([taken], [])
    else:
        assert rows == []
        assert [reason for _, _, reason in aside] == ["UNKNOWN_CODE"]


@pytest.mark.parametrize("damaged", ["1.23E+19", "12345678901234600000 ", "0000000000000001", "", "线索一", "#REF!"])
def test_r12_a_damaged_number_names_nobody(read, damaged):
    rows = _answered("worklist", _sent("worklist"))
    rows[1][rows[0].index("线索号")] = damaged
    _, taken, aside = read("worklist", as_csv(rows))
    if damaged.strip().isdigit() and len(damaged.strip()) == 20:
        assert [row["lead_id"] for row in taken] == [damaged.strip()]  # one we did not send: it means nobody
    else:
        assert taken == []
        assert aside == [(1, "lead_id", "DAMAGED_NUMBER" if damaged else "MISSING")]


@pytest.mark.parametrize(
    ("header", "written", "reason"),
    [
        ("线索号", "1234567890123\x174567890", "DAMAGED_NUMBER"),
        ("核查日期", "2024-1\x17-18", "BAD_DATE"),
        ("核查结果", "不属\x01实", "UNKNOWN_CODE"),
    ],
)
def test_r12_a_byte_lost_inside_makes_no_other_number_day_or_word(read, header, written, reason):
    """Found by mutants: a digit that became a control character was stripped, and another person's number was left."""
    rows = _answered("worklist", _sent("worklist"))
    rows[1][rows[0].index(header)] = written
    _, taken, aside = read("worklist", as_csv(rows))
    assert (taken, [found for _, _, found in aside]) == ([], [reason])


def test_r12_a_number_cell_that_lost_digits_keeps_its_row_aside(read):
    rows = _answered("outreach", _sent("outreach"))
    content = as_book(rows, lambda header, text: 1234567890123456789 if header == "个人编号" else text or None)
    _, taken, aside = read("outreach", content)
    assert (taken, aside[0]) == ([], (1, "person_no", "NUMERIC_ID"))


def test_r12_two_answers_to_one_line_keep_both_aside_and_the_same_twice_is_one(read):
    rows = _answered("worklist", _sent("worklist"))
    other = _answered("worklist", rows, 核查结果="来源有误")[1]
    _, taken, aside = read("worklist", as_csv([*rows, other]))
    assert (taken, [reason for _, _, reason in aside]) == ([], ["TWO_ANSWERS"] * 2)
    outcome, taken, aside = read("worklist", as_csv([*rows, rows[1]]))
    assert (len(taken), aside, outcome.duplicates) == (1, [], 1)


def test_r12_a_person_visited_twice_is_two_visits(read):
    rows = _answered("outreach", _sent("outreach"))
    again = _answered("outreach", rows, 走访日期="2024/3/20")[1]
    _, taken, _ = read("outreach", as_csv([*rows, again]))
    assert [row["record_id"] for row in taken] == ["1001-2024-03-18-VISIT", "1001-2024-03-20-VISIT"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda cells: [*cells[:3], "多出", *cells[3:]], "RAGGED"),
        (lambda cells: cells[:-1], "RAGGED"),  # answered, and which separator is missing nobody knows
    ],
)
def test_r12_a_line_whose_cells_moved_is_kept_aside(read, change, reason):
    rows = _answered("worklist", _sent("worklist"))
    rows[1] = change(rows[1])
    assert read("worklist", as_csv(rows))[2] == [(1, "", reason)]


def test_r12_a_formula_in_an_answer_is_no_answer(read):
    rows = _answered("worklist", _sent("worklist"))
    content = as_book(rows, lambda header, text: "=TODAY()" if header == "核查日期" and text else text or None)
    assert read("worklist", content)[2] == [(1, "verified_date", "FORMULA")]


def test_r12_a_layout_of_its_own_is_read_as_before(read):
    """A county's system that exports the contract's own layout is held to it."""
    text = "核查记录号,线索号,核查结果,核查日期,告知日期,经办,复核,审核,是否撤销,核查方式,备注\r\n"
    row = f"V1,{'a' * 20},属实,2024-03-18,,J,F,S,否,x,y\r\n"
    outcome, rows, _ = read("worklist", (text + row).encode(), name="v.csv")
    assert (outcome.answers_to, rows[0]["record_id"], rows[0]["verdict"]) == ("", "V1", "TRUE_LOSS")


@pytest.mark.parametrize(
    "name",
    [
        "线索核查清单.xlsx",
        "副本 worklist (1).csv",
        "核查结果[1].csv",
        "环县—线索（已填）.xlsx",
        "worklist.csv",
        "ཐོ་གཞུང.csv",
    ],
)
def test_r12_an_office_names_its_file_as_it_likes(name):
    assert is_allowed_of_ours(name)


@pytest.mark.parametrize(
    "name",
    ["", ".DS_Store", "~$线索.xlsx", "_x.csv", "a\nb.csv", "a‮b.csv", "a'b.csv", 'a"b.csv', "*.csv", "a?.csv", "a;b",
     "$(x).csv",      "`x`.csv", "a|b.csv", "甲" * 121, "\udce4.csv", "a\\b.csv", "{a}.csv"],
)  # fmt: skip
def test_a_name_that_hides_or_would_mean_something_to_a_shell_is_none(name):
    assert not is_allowed_of_ours(name)


def test_a_number_in_a_file_name_is_not_stored():
    assert kept_name("张某620102199001010017.xlsx") == "张某….xlsx"


def test_lists_and_the_feeds_of_their_answers_are_one_declaration():
    check_returned(CONTRACTS)
    assert {feed: CONTRACTS[feed].answered_by for feed in SENT} == {
        "care_visits": "field_visit", "discrepancy": "replies", "discrepancy_public_security": "replies",
        "match_review": "verification",
        "outreach": "field_visit", "requests": "request_results", "worklist": "verification",
    }  # fmt: skip
    for feed in SENT:
        for column in CONTRACTS[feed].columns:
            if column.fills and column.codes:
                taken = CONTRACTS[CONTRACTS[feed].answered_by].column(column.fills)
                assert set(shipped_codes().names(column.codes)) <= set(shipped_codes().names(taken.codes))


def _changed(feed: str, **update) -> dict[str, Contract]:
    return CONTRACTS | {feed: CONTRACTS[feed].model_copy(update=update)}


def _without(feed: str, name: str):
    return tuple(column for column in CONTRACTS[feed].columns if column.name != name)


@pytest.mark.parametrize(
    ("contracts", "message"),
    [
        (_changed("worklist", answered_by="nothing"), "answered_by names no feed"),
        (_changed("worklist", numbered_by=()), "numbered_by"),
        (_changed("worklist", numbered_by=("priority",)), "priority is not read back"),
        (_changed("worklist", columns=_without("worklist", "verified_date")),
         "verified_date of verification is required"),
        (_changed("verification", columns=_without("verification", "notice_date")),
         "verification has no column notice_date"),
    ],
)  # fmt: skip
def test_a_list_and_a_feed_that_drift_apart_are_refused_when_they_are_loaded(contracts, message):
    with pytest.raises(DeclarationError, match=message):
        check_returned(contracts)


def test_the_shipped_contracts_are_checked_wherever_a_home_is_opened():
    check_returned(read_contracts([SCHEMAS / "contracts"]))


def test_days_are_what_a_spreadsheet_counts():
    assert day_text("45369") == "2024-03-18"
