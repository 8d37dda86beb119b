"""The match review of a county: whom a record may be about, what agrees, and nothing of what the record says."""

import csv

from pipelines.outgoing.step import OUTGOING
from pipelines.step import OUTBOX
from schemas import tables as t
from tests.derived import derive
from tests.unit.conftest import AS_OF, decided, person, row

NEVER = ("health", "卫生", "LS01", "死亡医学证明", "H1")


def question(person_no, **values):
    shown = {
        "review_id": "q1", "person_no": person_no, "feed": "health", "delivery_id": "d1", "record_no": 3,
        "loss_kind": "LS01", "loss_group": "DEATH", "event_date": AS_OF, "number_level": "OTHER",
        "name_level": "HOMOPHONE", "date_level": "EQUAL", "sex_level": "ABSENT", "county_level": "OTHER", "place": 1,
    }  # fmt: skip
    return row(t.REVIEW, **(shown | values))


def listed(decisions, questions, county="621022"):
    tables = {t.PERSON: [person(n) for n in (1, 2)], t.DECISION: decisions, t.REVIEW: questions}
    outbox = derive(OUTGOING, tables).content[OUTBOX]
    text = outbox.get(f"county-{county}/match_review.csv", b"").decode("utf-8-sig")
    assert not [word for word in NEVER if word in text]
    return list(csv.DictReader(text.splitlines()))


def test_a_question_says_what_agrees_and_what_differs():
    (shown,) = listed([decided(1, "CERTIFIED_SILENT")], [question(1)])
    assert (shown["核对号"], shown["个人编号"], shown["事项类别"]) == ("q1-1", "1", "疑似死亡")
    assert shown["比对情况"] == "证件号码：不同；姓名：同音；出生日期：一致；区县：不同"
    assert (shown["核对结果"], shown["核对人"], shown["核对日期"]) == ("", "", "")


def test_the_persons_of_one_record_stand_together_the_likeliest_first():
    decisions = [decided(n, "CERTIFIED_SILENT") for n in (1, 2)]
    shown = listed(decisions, [question(1, place=2), question(2, place=1)])
    assert [line["个人编号"] for line in shown] == ["2", "1"]


def test_who_draws_nothing_the_record_would_touch_is_not_asked_about():
    stopped = decided(1, "OUT_OF_SCOPE", payment_state="TERMINATED")
    assert listed([stopped], [question(1)]) == []
    remarried = question(1, loss_kind="LS13", loss_group="CONDITION")
    assert listed([decided(1, "CERTIFIED_SILENT")], [remarried]) == []


def test_nobody_is_asked_again_what_cannot_be_told():
    assert listed([decided(1, "CERTIFIED_SILENT")], [question(1, answer="CANNOT_TELL")]) == []


def test_each_county_that_pays_is_asked():
    both = [decided(1, "CERTIFIED_SILENT"), decided(1, "CERTIFIED_SILENT", county_code="620102")]
    assert len(listed(both, [question(1)], county="620102")) == 1
