"""What a run stages for release: who gets a file, what stands in it, and what a backfill never sends."""

import csv
import json
from datetime import date, timedelta
from hashlib import sha256

import pytest

from pipelines.outgoing.step import OUTGOING
from pipelines.step import OUTBOX, REPORTS
from schemas import tables as t
from tests.derived import derive
from tests.unit.conftest import AS_OF, DUE, claimed, decided, entered, person, row

PASSED = {"certification_state": "CERTIFIED", "method": "SILENT", "pass_date": AS_OF, "due_date": DUE}


def reminded(number, stage, **values):
    """A reminder that tonight's run has entered."""
    known = {"notice_id": f"{stage}{number}", "run_no": 1, "person_no": number, "stage": stage, "due_date": DUE}
    return row(t.REMINDER, **(known | values))


def _province():
    """1 passed, 2 to be reminded; 3 and 4 the same with a death claim; 5 overdue; 6 confirmed dead."""
    dead = {"loss_state": "LEAD_OPEN", "loss_kinds": "LS01", "at_risk_fen": 123456}
    decisions = [
        decided(1, "CERTIFIED_SILENT", **PASSED),
        decided(2, "DUE_SOON", notice_stage="一个月提醒", due_date=DUE),
        decided(3, "CERTIFIED_SILENT", **PASSED),
        decided(4, "LEAD_OPEN", notice_stage="一个月提醒", due_date=DUE, **dead),
        decided(5, "OVERDUE", due_date=AS_OF),
        decided(6, "LOSS_CONFIRMED", loss_state="CONFIRMED", loss_kinds="LS01"),
    ]
    claims = [claimed(3, "CONFLICT"), claimed(4, "LEAD_OPEN"), claimed(6, "CONFIRMED")]
    about = {"feed": "health", "delivery_id": "d1", "record_no": 3, "record_id": "H1", "agency": "health"}
    entry = {"ticket_id": "t1", "kind": "CHECK", "column": "event_date", "issue": "CF01", "entry_kind": "OPEN"}
    return {
        t.PERSON: [person(n) for n in range(1, 6)] + [person(6, raw_name="=1+1")],
        t.DECISION: decisions,
        t.CLAIM: claims,
        t.LEAD_ENTRY: [
            row(t.LEAD_ENTRY, entry_id=f"e{n}", lead_id=claim["claim_id"], **claim) for n, claim in enumerate(claims)
        ],
        t.CERTIFICATION_ENTRY: [entered(decision) for decision in decisions],
        t.REMINDER: [reminded(2, "一个月提醒")],
        t.TICKET_ENTRY: [row(t.TICKET_ENTRY, entry_id="k1", run_no=1, **entry, **about)],
        t.DELIVERY: [
            row(
                t.DELIVERY,
                delivery_id="d1",
                feed="health",
                known_from=1,
                file_name="a.csv",
                physical=9,
                header=1,
                accepted=8,
            )
        ],
    }


def _sent(outbox, path):
    return list(csv.DictReader(outbox[path].decode("utf-8-sig").splitlines()))


def _outbox(province, **values):
    return derive(OUTGOING, province, **values).content[OUTBOX]


def test_each_recipient_gets_its_own_files_and_a_manifest_of_them():
    outbox = _outbox(_province())
    assert sorted(path for path in outbox if path.endswith(".csv")) == [
        "county-621022/outreach.csv",
        "county-621022/worklist.csv",
        "health/discrepancy.csv",
        "notices/reminders.csv",
        "notices/success_notices.csv",
        "proposals/proposals.csv",
    ]
    manifests = [path for path in outbox if path.endswith("/manifest.json")]
    assert len(manifests) == 4
    for manifest in manifests:
        folder = manifest.removesuffix("manifest.json")
        own = sorted(path for path in outbox if path.startswith(folder) and path != manifest)
        listed = json.loads(outbox[manifest])["files"]
        assert [folder + file["file"] for file in listed] == own
        assert [file["sha256"] for file in listed] == [sha256(outbox[path]).hexdigest() for path in own]


def test_nobody_with_a_claim_of_death_or_a_conflict_is_written_to():
    outbox = _outbox(_province())
    assert [notice["个人编号"] for notice in _sent(outbox, "notices/success_notices.csv")] == ["1"]
    assert [notice["个人编号"] for notice in _sent(outbox, "notices/reminders.csv")] == ["2"]


def test_a_shared_phone_of_a_house_in_grief_is_not_written_to():
    province = _province()
    province[t.PERSON][0]["phone"] = province[t.PERSON][3]["phone"]
    outbox = _outbox(province)
    assert "notices/success_notices.csv" not in outbox


@pytest.mark.parametrize("change", [{"obstacle": "NO_PHONE"}, {"obstacle": "SILENT_PHONE"}, {"run_no": 0}])
def test_v18_only_a_reminder_entered_tonight_without_an_obstacle_is_a_message(change):
    assert "notices/reminders.csv" not in _outbox(_province() | {t.REMINDER: [reminded(2, "一个月提醒", **change)]})


SENT = {"feed": "field_visit", "record_id": "v1", "person_no": 2, "event_code": "LETTER", "qualifier_code": "REMINDED"}


@pytest.mark.parametrize(
    ("phone", "contact", "is_listed"),
    [
        ("", None, True),
        ("", {}, False),
        ("", {"event_code": "VISIT", "qualifier_code": "NOT_FOUND"}, False),
        ("", {"event_code": "TELEPHONE"}, True),
        ("", {"qualifier_code": "NOT_FOUND"}, True),
        ("", {"event_date": DUE - timedelta(days=31)}, True),
        ("", {"is_revoked": True}, True),
        ("13800000002", None, True),  # a number that came after the night of the stage
    ],
    ids=[
        "nothing",
        "letter",
        "visit",
        "call",
        "letter that came back",
        "letter before the stage",
        "withdrawn",
        "phone",
    ],
)
def test_v18_who_has_no_phone_is_listed_with_the_stage_until_a_letter_or_a_visit(phone, contact, is_listed):
    province = _province()
    province[t.PERSON][1]["phone"] = phone
    province[t.REMINDER] = [reminded(2, "三个月提醒"), reminded(2, "一个月提醒", obstacle="NO_PHONE")]
    if contact is not None:
        province[t.LINK] = [row(t.LINK, **(SENT | {"event_date": DUE - timedelta(days=23)} | contact))]
    listed = {one["个人编号"]: one for one in _sent(_outbox(province), "county-621022/outreach.csv")}
    assert ("2" in listed) == is_listed
    if is_listed:
        assert listed["2"]["联系原因"].startswith("认证将于2024-04-10到期，一个月提醒无法以短信送达")
        assert listed["2"]["联系办法"].startswith("寄信或上门提醒")


def test_notices_name_no_agency_disease_or_amount():
    outbox = _outbox(_province())
    texts = [n["短信内容"] for name in ("reminders", "success_notices") for n in _sent(outbox, f"notices/{name}.csv")]
    assert not [word for text in texts for word in ("元", "死亡", "疾病", "卫生", "公安", "医保") if word in text]


def test_only_a_confirmed_loss_is_proposed_and_no_formula_leaves():
    outbox = _outbox(_province())
    (proposal,) = _sent(outbox, "proposals/proposals.csv")
    assert (proposal["个人编号"], proposal["姓名"], proposal["建议措施"]) == ("6", "'=1+1", "终止待遇")
    assert (proposal["经办"], proposal["复核"], proposal["审核"]) == ("", "", "")


def test_a_proposal_whose_ground_is_gone_is_withdrawn_the_same_night():
    """1 was found dead the night before and came back; 6 still is; 7 is not paid any more."""
    province = _province()
    ended = decided(7, "OUT_OF_SCOPE", payment_state="TERMINATED")
    book = province[t.CERTIFICATION_ENTRY]
    province[t.DECISION].append(ended)
    province[t.PERSON].append(person(7))
    now = [one | {"previous_entry_id": f"old{one['person_no']}"} for one in (*book, entered(ended))]
    old = [decided(number, "LOSS_CONFIRMED") for number in (1, 6, 7)]
    then = [entered(one, entry_id=f"old{one['person_no']}", run_no=0) for one in old]
    outbox = _outbox(province | {t.CERTIFICATION_ENTRY: now + then})
    back, ended = sorted(_sent(outbox, "proposals/proposals.csv"), key=lambda sent: sent["个人编号"])
    assert (back["个人编号"], back["建议措施"], back["建议生效日期"]) == ("1", "撤回此前建议", "2024-03-18")
    assert (ended["个人编号"], ended["建议措施"]) == ("6", "终止待遇")


def test_a_suspension_proposed_for_want_of_certification_is_withdrawn_when_the_person_certifies():
    """1 was overdue, reminded at every stage and sought twice in vain; 2 was sought once; both have certified."""
    due = date(2024, 1, 10)
    stages = ("三个月提醒", "一个月提醒", "到期前提醒")
    late = [decided(number, "OVERDUE", due_date=due) for number in (1, 2)]
    messages = [
        reminded(one["person_no"], stage, due_date=due, as_of=due, run_no=0) for one in late for stage in stages
    ]
    then = [entered(one, entry_id=f"late{one['person_no']}", run_no=0, as_of=due + timedelta(days=1)) for one in late]
    tried = [
        row(t.LINK, feed="verification", record_id=f"{number}{channel}", person_no=number, event_code=channel,
            qualifier_code="NOT_FOUND", event_date=date(2024, 2, 1), record_no=place)
        for place, (number, channel) in enumerate([(1, "VISIT"), (1, "ASSISTED"), (2, "VISIT")])
    ]  # fmt: skip
    province = _province()
    province[t.DECISION][1] = decided(2, "CERTIFIED_SELF")
    outbox = _outbox(province | {t.CERTIFICATION_ENTRY: then, t.REMINDER: messages, t.LINK: tried})
    sent = {proposal["个人编号"]: proposal["建议措施"] for proposal in _sent(outbox, "proposals/proposals.csv")}
    assert sent == {"1": "撤回此前建议", "6": "终止待遇"}


LETTERS = [("LETTER", "REMINDED", date(2023, 10, 20)), ("LETTER", "REMINDED", date(2023, 12, 15)),
           ("VISIT", "NOT_FOUND", date(2024, 1, 8))]  # fmt: skip


@pytest.mark.parametrize(
    ("others", "claims", "left_out", "is_proposed"),
    [
        ([], [], None, True),
        ([person(9, phone="")], [claimed(9, "CONFIRMED")], None, True),
        ([], [], 0, False),
        ([], [], 2, False),
    ],
    ids=[
        "no phone",
        "others without one are in grief",
        "a letter missing",
        "a visit",
    ],
)
def test_v18_who_has_no_phone_is_proposed_only_after_letters_and_visits(others, claims, left_out, is_proposed):
    """Overdue since January, no number on file: three stages met in person, then called on and written to in vain."""
    due, stages = date(2024, 1, 10), ("三个月提醒", "一个月提醒", "到期前提醒")
    contacts = [one for place, one in enumerate(LETTERS) if place != left_out]
    contacts += [("VISIT", "NOT_FOUND", date(2024, 2, 1)), ("LETTER", "NOT_FOUND", date(2024, 2, 10))]
    province = {
        t.PERSON: [person(5, phone=""), *others],
        t.DECISION: [decided(5, "OVERDUE", due_date=due)],
        t.CLAIM: claims,
        t.REMINDER: [reminded(5, stage, due_date=due, run_no=0, as_of=due, obstacle="NO_PHONE") for stage in stages],
        t.LINK: [
            row(t.LINK, feed="field_visit", record_id=f"v{place}", record_no=place, person_no=5, event_code=channel,
                qualifier_code=result, event_date=day)
            for place, (channel, result, day) in enumerate(contacts)
        ],
    }  # fmt: skip
    outbox = _outbox(province)
    assert ("proposals/proposals.csv" in outbox) == is_proposed
    if is_proposed:
        (proposal,) = _sent(outbox, "proposals/proposals.csv")
        assert proposal["依据"] == (
            "认证已于2024-01-10到期。提醒：三个月提醒，没有手机号码，未生成短信，2023-10-20寄信；"
            "一个月提醒，没有手机号码，未生成短信，2023-12-15寄信；到期前提醒，没有手机号码，未生成短信，2024-01-08上门看望。"
            "联系：2024-02-01上门看望，未见到也未联系上本人；2024-02-10寄信，未见到也未联系上本人。短信是否发出见放行记录"
        )


def test_a_lead_counts_its_days_from_the_night_that_opened_it_not_from_the_event():
    long_ago = claimed(4, "LEAD_OPEN", business_date=date(2015, 6, 1))
    opened = row(
        t.LEAD_ENTRY,
        **(long_ago | {"entry_id": "l4", "lead_id": "c4", "entry_kind": "OPEN", "as_of": date(2024, 3, 15)}),
    )
    outbox = _outbox(_province() | {t.CLAIM: [long_ago], t.LEAD_ENTRY: [opened]})
    (lead,) = _sent(outbox, "county-621022/worklist.csv")
    assert (lead["挂起天数"], lead["核查期限"]) == ("3", "2024-03-29")


def test_the_worklist_and_the_ticket_say_what_is_asked():
    outbox = _outbox(_province())
    leads = _sent(outbox, "county-621022/worklist.csv")
    assert {(lead["姓名"], lead["涉险金额(元)"]) for lead in leads} == {("测试4", "1234.56")}
    (ticket,) = _sent(outbox, "health/discrepancy.csv")
    assert (ticket["文件"], ticket["行号"], ticket["工单类型"], ticket["回复期限"]) == (
        "a.csv",
        "4",
        "请核实",
        "2024-04-09",
    )


def test_a_backfill_sends_nothing_and_still_reports():
    derived = derive(OUTGOING, _province(), kind="backfill")
    assert derived.content[OUTBOX] == {}
    assert "本次为补算" in derived.content[REPORTS]["index.html"].decode()


def test_the_page_hides_small_counties_and_loads_nothing():
    page = derive(OUTGOING, _province()).content[REPORTS]["index.html"].decode()
    assert "&lt;10" in page
    assert "1,234.56" not in page
    assert not [word for word in ("http", "<script", "<link", "测试4") if word in page]
