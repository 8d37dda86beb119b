"""Rows and files that were not taken are told to who sent them, by place, reason and remedy, and to nobody else."""

import csv
from datetime import date

import pytest

from pipelines.outgoing.step import OUTGOING
from pipelines.step import OUTBOX, REPORTS, EarlierNight
from schemas import tables as t
from schemas.codes import QuarantineReason, Rejection
from tests.derived import AS_OF, derive, shipped_contracts, shipped_wording
from tests.unit.conftest import decided, person, row


def _delivery(**values):
    named = {"delivery_id": "d1", "feed": "health", "known_from": 1, "file_name": "h.csv", "county_codes": ""}
    return row(t.DELIVERY, **(named | values))


def _fault(**values):
    named = {"delivery_id": "d1", "feed": "health", "record_no": 4, "column": "event_date", "reason": "BAD_DATE"}
    return row(t.QUARANTINED, **(named | values))


def _lists(deliveries, faults=(), beside=None, **values):
    tables = {t.DELIVERY: list(deliveries), t.QUARANTINED: list(faults)} | (beside or {})
    derived = derive(OUTGOING, tables, **values)
    found = {path: data for path, data in derived.content[OUTBOX].items() if path.endswith("not_taken.csv")}
    return {
        path.removesuffix("/not_taken.csv"): list(csv.DictReader(_text(data).splitlines()))
        for path, data in found.items()
    }, derived.content[REPORTS]["index.html"].decode()


def _text(data):
    return data.decode("utf-8-sig") if data.startswith(b"\xef\xbb\xbf") else data.decode("gb18030")


def test_r15_a_row_held_for_a_placeholder_date_is_told_to_its_sender_with_row_and_column():
    """The header is row 1 of what a spreadsheet shows, so record 4 is its row 5."""
    lists, report = _lists([_delivery()], [_fault(record_id="H77")])
    ((recipient, (line,)),) = lists.items()
    assert recipient == "health"
    assert (line["文件"], line["行号"], line["记录号"]) == ("h.csv", "5", "H77")
    assert line["字段"] == shipped_contracts()["health"].column("event_date").header
    assert "1900-01-01" in line["未采用原因"]
    assert QuarantineReason.BAD_DATE.label in report


@pytest.mark.parametrize("reason", [one for one in QuarantineReason if one is not QuarantineReason.TRAILER])
def test_r15_each_reason_of_a_row_is_told_in_words(reason):
    column = "" if reason in (QuarantineReason.RAGGED, QuarantineReason.STRAY_QUOTE) else "name"
    lists, report = _lists([_delivery()], [_fault(reason=reason.value, column=column)])
    (line,) = lists["health"]
    assert line["原因代码"] == reason
    assert line["未采用原因"] == shipped_wording().not_taken.rows[reason]
    assert line["处理办法"].startswith("请")
    assert reason.label in report


@pytest.mark.parametrize("rejection", list(Rejection))
def test_r15_each_reason_of_a_file_is_told_in_words(rejection):
    detail = "missing: 姓名; written twice: none; unknown at positions: 3"
    lists, report = _lists([_delivery(rejection=rejection.value, rejection_detail=detail)])
    (line,) = lists["health"]
    assert (line["原因代码"], line["行号"], line["技术说明"]) == (rejection.value, "", detail)
    assert line["未采用原因"].startswith("整个文件未采用")
    assert line["处理办法"].startswith("请")
    assert rejection.label in report


@pytest.mark.parametrize(
    ("feed", "counties", "recipient"),
    [
        ("medical", "", "medical_insurance"),
        ("public_security", "", "public_security"),
        ("population_register", "621022", "public_security"),  # an agency's file stays the agency's
        ("field_visit", "621022", "county-621022"),
        ("field_visit", "620102,621022", "social_insurance"),  # of several counties: the house tells them
        ("registry", "", "social_insurance"),
        ("verification", "", "social_insurance"),
    ],
)
def test_r15_the_sender_of_the_feed_is_told_and_a_county_of_its_own_file(feed, counties, recipient):
    lists, _ = _lists([_delivery(feed=feed, county_codes=counties)], [_fault(feed=feed, column="", reason="RAGGED")])
    assert list(lists) == [recipient]


@pytest.mark.parametrize(
    ("feed", "answers_to", "number", "recipient"),
    [
        ("replies", "discrepancy", "a" * 20, "health"),
        ("verification", "worklist", "b" * 20, "county-621022"),
        ("verification", "match_review", "c" * 20 + "-7", "county-620102"),
        ("field_visit", "outreach", "7", "county-620102"),
        ("replies", "discrepancy", "d" * 20, "social_insurance"),  # a number nobody issued: the house is told
    ],
)
def test_r15_a_list_of_ours_that_came_back_is_told_to_the_office_that_had_it(feed, answers_to, number, recipient):
    beside = {
        t.TICKET_ENTRY: [row(t.TICKET_ENTRY, entry_id="k", ticket_id="a" * 20, agency="health", run_no=1)],
        t.LISTED: [row(t.LISTED, line_id="b" * 20, claim_id="c", person_no=6)],
        t.DECISION: [decided(6, "LEAD_OPEN"), decided(7, "OVERDUE", county_code="620102")],
        t.PERSON: [person(6), person(7)],
    }
    fault = _fault(feed=feed, record_id=number, column="", reason="TWO_ANSWERS")
    lists, _ = _lists([_delivery(feed=feed, answers_to=answers_to)], [fault], beside)
    assert list(lists) == [recipient]
    assert lists[recipient][0]["记录号"] in (number, "'" + number)


def test_r15_an_answer_to_a_request_is_told_to_the_county_that_took_the_request():
    request = {
        "delivery_id": "r", "record_no": 1, "business_date": AS_OF, "known_from": 1, "record_id": "SR1",
        "county_code": "622921", "request_kind": "OBJECTION", "event_date": AS_OF, "name": "测例",
    }  # fmt: skip
    fault = _fault(feed="request_results", record_id="SR1", column="result", reason="UNKNOWN_CODE")
    tables = {t.DELIVERY: [_delivery(feed="request_results", answers_to="requests")], t.QUARANTINED: [fault]}
    content = derive(OUTGOING, tables, feeds={"service_request": [request]}).content[OUTBOX]
    assert [path for path in content if path.endswith("not_taken.csv")] == ["county-622921/not_taken.csv"]


def test_r15_a_row_of_a_list_that_came_back_is_told_under_the_header_and_title_of_that_list():
    contracts = shipped_contracts()
    wrong = []
    for sent in [one for one in contracts.values() if one.answered_by]:
        for column in [one for one in sent.columns if one.fills]:
            fault = _fault(feed=sent.answered_by, record_id="b" * 20, column=column.fills, reason="UNKNOWN_CODE")
            lists, _ = _lists([_delivery(feed=sent.answered_by, answers_to=sent.feed)], [fault])
            ((line,),) = lists.values()
            if (line["字段"], line["数据名称"]) != (column.header, sent.title):
                wrong.append((sent.feed, column.name, line["字段"], line["数据名称"]))
    assert wrong == []


def test_r15_an_unknown_folder_has_no_sender_and_stands_in_the_report():
    lists, report = _lists([_delivery(feed="helath", rejection="UNKNOWN_FEED", rejection_detail="no contract")])
    assert lists == {}
    assert "helath" in report
    assert shipped_wording().report.unknown_feed in report


def test_r15_who_reads_gb18030_only_gets_this_list_in_it_too():
    derived = derive(
        OUTGOING, {t.DELIVERY: [_delivery(feed="public_security", rejection="BAD_FILE", rejection_detail="cut")]}
    )
    data = derived.content[OUTBOX]["public_security/not_taken.csv"]
    assert "未采用原因" in data.decode("gb18030")


def test_a_total_row_that_the_contract_declares_is_no_fault():
    assert _lists([_delivery()], [_fault(reason="TRAILER", column="")])[0] == {}


def test_each_fault_is_told_once_and_what_a_backfill_took_in_with_the_next_night():
    old, late = _delivery(delivery_id="d0", known_from=1), _delivery(delivery_id="d1", known_from=2)
    faults = [_fault(delivery_id="d0"), _fault(delivery_id="d1", record_no=8)]
    lists, _ = _lists([old, late], faults, run_no=3, last_night=EarlierNight(1, date(2024, 3, 17)))
    assert [line["行号"] for line in lists["health"]] == ["9"]
    assert derive(OUTGOING, {t.DELIVERY: [old], t.QUARANTINED: faults[:1]}, kind="backfill").content[OUTBOX] == {}


def test_the_list_is_the_same_bytes_in_whatever_order_the_rows_come():
    deliveries = [_delivery(), _delivery(delivery_id="d2", file_name="g.csv")]
    faults = [_fault(record_no=n, delivery_id=d) for n in (9, 2, 30) for d in ("d1", "d2")]
    tables = {t.DELIVERY: deliveries, t.QUARANTINED: faults}
    turned = {t.DELIVERY: deliveries[::-1], t.QUARANTINED: faults[::-1]}
    assert derive(OUTGOING, tables).content[OUTBOX] == derive(OUTGOING, turned).content[OUTBOX]
