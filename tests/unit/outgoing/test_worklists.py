"""A person's leads in one row, in the order of priority; who is looked after, and how."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.outgoing.worklists import outreach, to_remind, worklist
from schemas.code_tables import read_code_tables
from schemas.codes import Reason
from tests.derived import shipped_wording

AS_OF = date(2024, 3, 18)
LEAD = {
    "claim_id": "c1", "line_id": "c1", "objected_date": None, "withdrawn_date": None,
    "found_true": None, "person_no": 1, "loss_kind": "LS01", "loss_group": "DEATH", "event_date": date(2024, 1, 5),
    "opened": date(2024, 3, 1), "is_suspected": False, "status": "LEAD_OPEN", "contrary_date": None,
    "contrary_class": "", "weak_date": None, "sources": 1, "programme_code": "RESIDENT_PENSION",
    "county_code": "621022", "at_risk_fen": 10050, "name": "测试甲", "phone": "", "address": "",
}  # fmt: skip
DATES = dict.fromkeys(("contrary_date", "weak_date", "objected_date", "withdrawn_date", "found_true"), pl.Date)


def _list(*leads):
    rows = pl.DataFrame([LEAD | lead for lead in leads], schema_overrides=DATES)
    return worklist(
        rows, read_code_tables(), shipped_wording(), as_of=AS_OF, verify_by=lambda day: day + timedelta(days=14)
    )


def test_a_persons_leads_are_one_row_and_money_counts_once():
    (row,) = _list(
        {"sources": 2},
        {"claim_id": "c2", "loss_kind": "LS02", "event_date": date(2024, 1, 8), "sources": 2},
        {"programme_code": "DEPENDANT", "at_risk_fen": 5},
    ).to_dicts()
    assert (row["lead_id"], row["priority"], row["days_open"], row["at_risk_yuan"]) == ("c1", 1, 17, "100.55")
    assert row["loss_kind"] == "死亡医学证明；火化或安葬"
    assert (row["loss_date"], row["verify_by"]) == (date(2024, 1, 5), date(2024, 3, 15))
    assert row["programme"] == "供养亲属抚恤金；城乡居民基本养老保险"


def test_what_the_source_itself_only_suspects_is_said():
    assert _list({"is_suspected": True})["loss_kind"].to_list() == ["死亡医学证明（疑似，请先核对是否为本人）"]


def test_a_death_is_asked_about_gently_and_custody_is_not_told_around():
    how_to_check = shipped_wording().worklists.how_to_check
    assert "不直接询问是否去世" in how_to_check["DEATH"]
    assert "不透露线索内容" in how_to_check["CUSTODY"]
    assert all("不得仅凭本清单停发" in text for text in how_to_check.values())


def test_order_is_priority_then_days_then_money():
    rows = _list(
        {"person_no": 1, "claim_id": "c1", "at_risk_fen": 1},
        {"person_no": 2, "claim_id": "c2", "line_id": "c2", "at_risk_fen": 9},
        {"person_no": 3, "claim_id": "c3", "line_id": "c3", "opened": date(2024, 2, 1)},
        {"person_no": 4, "claim_id": "c4", "line_id": "c4", "sources": 3},
    )
    assert rows["person_no"].to_list() == [4, 3, 2, 1]


def test_contrary_evidence_is_a_class_and_a_date():
    strong = _list({"contrary_class": "B", "contrary_date": date(2024, 2, 2), "status": "CONFLICT"}).to_dicts()[0]
    weak = _list({"weak_date": date(2024, 2, 3)}).to_dicts()[0]
    assert (strong["contrary_class"], strong["contrary_date"]) == ("B（须本人到场的实名业务）", date(2024, 2, 2))
    assert (weak["contrary_class"], weak["contrary_date"]) == ("C/D（可由他人代办）", date(2024, 2, 3))
    assert _list({}).to_dicts()[0]["contrary_class"] == ""


PERSON = {
    "person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022", "outcome": "OVERDUE",
    "due_date": date(2024, 3, 1), "reason_mask": 0, "name": "测试甲", "phone": "13800000000", "address": "",
    "birth_date": date(1955, 1, 1), "group": "GENERAL", "notice_stage": "", "reckoned_date": date(2024, 3, 1),
}  # fmt: skip
PERSON_TYPES = {"due_date": pl.Date, "stages": pl.List(pl.String)}
NEAR = {
    "outcome": "DUE_SOON",
    "notice_stage": "一个月提醒",
    "due_date": date(2024, 4, 10),
    "reckoned_date": date(2024, 4, 10),
}


@pytest.mark.parametrize(
    ("who", "how"),
    [
        ({}, "先电话联系，联系不上的上门看望"),
        ({"phone": ""}, "上门看望"),
        ({"group": "BEDRIDDEN"}, "上门看望"),
        ({"birth_date": date(1944, 3, 18)}, "上门看望"),
        ({"birth_date": date(1944, 3, 19)}, "先电话联系，联系不上的上门看望"),
        ({"outcome": "EVIDENCE_INSUFFICIENT"}, "上门看望"),
        ({"reason_mask": Reason.AGED_HUNDRED.bit}, "上门看望"),
    ],
)
def test_how_a_person_is_reached(who, how):
    (row,) = _outreach(PERSON | who)
    assert row["how"] == how
    assert "不代表任何不利结论" in row["why"]


@pytest.mark.parametrize(
    ("who", "why", "how"),
    [
        (NEAR, "认证将于2024-04-10到期，三个月提醒、一个月提醒无法以短信送达，请寄信或上门提醒", "寄信或上门提醒"),
        (NEAR | {"due_date": None}, "认证将于2024-04-10到期，三个月提醒、一个月提醒无法以短信送达", "寄信或上门提醒"),
        ({}, "；三个月提醒、一个月提醒未能以短信送达，寄信或上门一次补一次", "先电话联系，联系不上的上门看望"),
        ({"phone": ""}, "；三个月提醒、一个月提醒未能以短信送达，寄信或上门一次补一次", "上门看望"),
    ],
    ids=["near the due date", "in the first period", "overdue with a phone by now", "overdue"],
)
def test_v18_the_list_names_the_stage_and_what_to_do(who, why, how):
    (row,) = _outreach(PERSON | who | {"stages": ["三个月提醒", "一个月提醒"]})
    assert why in row["why"]
    assert row["how"] == how
    assert "不代表任何不利结论" in row["why"]


def test_v18_of_two_benefits_of_a_person_the_overdue_one_says_why():
    near = PERSON | NEAR | {"programme_code": "DEPENDANT", "stages": ["一个月提醒"]}
    (row,) = _outreach(near, PERSON)
    assert (row["due_date"], row["programme"]) == (date(2024, 3, 1), "供养亲属抚恤金；城乡居民基本养老保险")
    assert row["why"].startswith("认证期已过")


@pytest.mark.parametrize(
    ("who", "way", "obstacle", "listed"),
    [
        ({"phone": ""}, "", "NO_PHONE", [["late"]]),
        ({"phone": ""}, "", "", [["late"]]),
        ({}, "", "SILENT_PHONE", [["late"]]),
        ({}, "", "", []),
        ({"phone": ""}, "LETTER", "NO_PHONE", []),
        ({"phone": ""}, "MESSAGE", "", []),
        ({"outcome": "OVERDUE"}, "", "", [None]),
        ({"outcome": "OVERDUE", "phone": ""}, "", "", [["late"]]),
    ],
)
def test_v18_who_is_listed_for_a_stage_until_it_is_met(who, way, obstacle, listed):
    person = PERSON | NEAR | who
    key = {name: person[name] for name in ("person_no", "programme_code", "county_code")}
    met = pl.DataFrame([key | {"stage": "late", "way": way, "day": AS_OF if way else None, "obstacle": obstacle}])
    assert to_remind(pl.DataFrame([person]), met)["stages"].to_list() == listed


def _outreach(*persons):
    rows = pl.DataFrame([{"stages": None} | one for one in persons], schema_overrides=PERSON_TYPES)
    return outreach(rows, read_code_tables(), shipped_wording(), as_of=AS_OF, visit_age=80).to_dicts()


def test_a_line_says_how_to_sign_and_one_under_notice_that_it_waits():
    wording = shipped_wording().worklists
    rows = _list(
        {},
        {"person_no": 2, "claim_id": "c2", "line_id": "c2", "loss_group": "CONDITION", "status": "NOTICE_GIVEN"},
        {"person_no": 3, "claim_id": "c3", "line_id": "c3", "status": "NOTICE_GIVEN", "objected_date": AS_OF},
    )
    how_to_check = dict(rows.select("lead_id", "how_to_check").iter_rows())
    assert how_to_check["c2"] == wording.notice_given
    assert how_to_check["c1"].endswith(wording.to_answer)
    assert AS_OF.isoformat() in how_to_check["c3"]
    assert how_to_check["c3"].endswith(wording.to_answer)


@pytest.mark.parametrize(
    ("lead", "is_told"),
    [
        ({"status": "CONFLICT", "found_true": date(2024, 3, 4)}, True),
        ({"status": "CONFLICT"}, False),
        ({"status": "CONFLICT", "found_true": date(2024, 3, 4), "withdrawn_date": date(2024, 3, 9)}, False),
        ({"status": "NOTICE_GIVEN", "found_true": date(2024, 3, 4), "objected_date": date(2024, 3, 9)}, False),
    ],
)
def test_a_line_that_is_asked_again_says_that_it_was_found_true(lead, is_told):
    (text,) = _list(lead)["how_to_check"].to_list()
    assert ("曾经核实属实（2024-03-04记入）" in text) == is_told
