"""The whole story of a loss: what was found, who judged it and when, the notice and its window, what followed."""

from datetime import date
from functools import partial
from hashlib import sha256

import polars as pl
import pyarrow as pa
import pytest

from pipelines.errors import TamperError
from pipelines.outgoing.render import render
from pipelines.read.explain import requests_about
from pipelines.read.story import EventKind, objections_of, proposals_of, signer_of, story
from pipelines.read.story_lines import line_for_auditor, lines_for_person, where_to_object
from schemas import tables as t
from schemas.codes import LossKind, OfficerRole
from schemas.emit.to_arrow import validated_schema
from schemas.officers import Officer, Register
from schemas.policy import Office
from tests.derived import engine, shipped_codes, shipped_contracts, shipped_policy, shipped_wording
from tests.unit.conftest import claimed, row, stored

AS_OF, STATED, LISTED, JUDGED = date(2024, 4, 20), date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 11)
COUNTY = partial(shipped_codes().label, "county")
DIGEST = {"jing.ban": "d1" * 32, "fu.he": "d2" * 32, "shen.he": "d3" * 32}
SIGNED = {"handler": DIGEST["jing.ban"], "reviewer": DIGEST["fu.he"], "approver": DIGEST["shen.he"]}
REGISTER = Register(
    officers=tuple(
        Officer.model_validate(
            {"account": account, "name": f"{account}人", "office": "621022", "roles": [role], "from": "2020-01-01"}
        )
        for account, role in zip(DIGEST, (OfficerRole.HANDLER, OfficerRole.REVIEWER, OfficerRole.APPROVER), strict=True)
    )
)
CUSTODY = {"loss_kind": "LS06", "loss_group": "CUSTODY"}
REMARRIED = {"loss_kind": "LS13", "loss_group": "CONDITION"}


def _lead(status, *, run_no=1, as_of=LISTED, **values):
    entry = {
        "entry_id": f"e{run_no}",
        "run_no": run_no,
        "as_of": as_of,
        "lead_id": "c1",
        "event_date": date(2024, 2, 1),
    }
    return row(t.LEAD_ENTRY, **(claimed(1, status, business_date=STATED) | entry | values))


def _verdict(verdict="TRUE_LOSS", **values):
    known = {"lead_id": "c1", "record_id": "V1", "verdict": verdict, "verified_date": JUDGED, "known_from": 5}
    return row(t.VERDICT, **(known | SIGNED | {"business_date": JUDGED} | values))


def _story(leads, verdicts=(), objections=(), proposals=(), register=REGISTER, as_of=AS_OF):
    signer = signer_of(register, lambda said: DIGEST.get(said, sha256(said.encode()).hexdigest()))
    listed = [row(t.LISTED, line_id="c1", claim_id=lead["lead_id"], person_no=1) for lead in leads]
    return story(leads, listed, verdicts, objections, proposals, policy=shipped_policy(), signer=signer, as_of=as_of)


def _letter(events):
    return lines_for_person(events, shipped_wording(), county=COUNTY, paid_by=("621022",))


@pytest.mark.parametrize(
    ("about", "notice", "told"),
    [
        ({}, None, []),
        ({}, date(2024, 3, 12), ["2024-03-12 written notice given, no reply window"]),
        (
            CUSTODY,
            date(2024, 3, 12),
            [
                "2024-03-12 written notice given, reply window until 2024-04-02",
                "2024-04-03 the reply window is over, it ended on 2024-04-02",
            ],
        ),
        (REMARRIED, date(2024, 4, 12), ["2024-04-12 written notice given, reply window until 2024-05-07"]),
    ],
    ids=["death without a notice", "death", "custody, window over", "remarriage, window running"],
)
def test_v19_an_auditor_reads_what_was_found_judged_and_announced_with_who_and_when(about, notice, told):
    leads = [_lead("LEAD_OPEN", **about), _lead("CONFIRMED", run_no=5, as_of=date(2024, 3, 12), **about)]
    events = _story(leads, [_verdict(notice_date=notice)])
    kind = about.get("loss_kind", "LS01")
    lead = f"lead c1 ({kind} {LossKind(kind).label} 2024-02-01)"
    lines = [
        f"{event.day} {line_for_auditor(event)}".replace(f"{lead}: ", "").replace(f"{lead} ", "") for event in events
    ]
    assert [line for line in lines if "since run" not in line] == [
        "2024-03-01 from health: first delivery that states it; entered by run 1",
        "2024-03-04 on the county's worklist in line c1, run 1",
        "2024-03-11 verdict 属实 / TRUE_LOSS, record V1, first seen by run 5; 经办 jing.ban of office 621022, "
        "复核 fu.he of office 621022, 审核 shen.he of office 621022",
        *told,
    ]
    assert "2024-03-12 经核实丧失 / CONFIRMED since run 5" in lines


def test_v19_an_officer_whom_the_register_has_not_is_shown_by_the_digest_that_is_kept():
    (verdict,) = (one for one in _story([_lead("LEAD_OPEN")], [_verdict()], register=None) if one.signatures)
    assert line_for_auditor(verdict).endswith("经办 d1d1d1d1d1d1, 复核 d2d2d2d2d2d2, 审核 d3d3d3d3d3d3")
    assert signer_of(REGISTER, lambda said: said)("jing.ban人") == ("jing.ban", "621022")  # signed by name


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ("TRUE_LOSS", "登记与核实的情况一致"),
        ("FALSE_SOURCE_ERROR", "登记有误，予以排除"),
        ("FALSE_WRONG_PERSON", "登记的不是您，予以排除"),
        ("NOT_DISQUALIFYING", "不影响您领取待遇"),
        ("UNREACHABLE", "暂时没有联系上，继续核实"),
    ],
)
def test_v19_the_person_reads_office_roles_and_result_and_no_account(verdict, says):
    lines = _letter(_story([_lead("LEAD_OPEN", **CUSTODY)], [_verdict(verdict, notice_date=date(2024, 3, 12))]))
    assert lines[:4] == [
        "2024年3月1日，首次收到监狱服刑类登记",
        "2024年3月4日，监狱服刑类登记列入核实清单，由环县社会保险经办机构核实",
        f"2024年3月11日，环县社会保险经办机构（经办、复核、审核）核实监狱服刑类登记，结果：{says}",
        "2024年3月12日，书面告知监狱服刑类登记的核实结果，回复期限到2024年4月2日",
    ]
    assert not [word for word in ("jing.ban", "d1d1", "health", "c1", "V1") if word in "".join(lines)]


@pytest.mark.parametrize("kind", ["LS01", "LS02", "LS03", "LS04", "LS05", "LS17", "LS18"])
def test_v19_a_living_person_reads_of_no_death(kind):
    lines = _letter(_story([_lead("LEAD_OPEN", loss_kind=kind)], [_verdict(notice_date=date(2024, 3, 12))]))
    assert not [word for word in ("死", "去世", "火化", "丧") if word in "".join(lines)]
    assert "2024年3月1日，首次收到生存状况类登记" in lines


def test_v19_a_verdict_that_was_withdrawn_is_told_with_its_withdrawal_and_ends_no_window():
    leads = [_lead("LEAD_OPEN", **CUSTODY)]
    back = _verdict(is_revoked=True, business_date=date(2024, 3, 20), record_no=2)
    events = _story(leads, [_verdict(notice_date=date(2024, 3, 12)), back])
    assert [event.kind for event in events if event.lead and event.day >= JUDGED] == [
        EventKind.VERDICT, EventKind.NOTICE, EventKind.WITHDRAWN,
    ]  # fmt: skip
    assert _letter(events)[-1] == "2024年3月20日，环县社会保险经办机构撤销了2024年3月11日对监狱服刑类登记的核实结果"
    assert "the verdict of 2024-03-11 was withdrawn" in line_for_auditor(events[-1])


def test_v19_objections_and_proposals_stand_in_their_place_and_nothing_after_the_night():
    requests = [
        {"record_id": "Q1", "event_date": date(2024, 3, 15), "request_kind": "OBJECTION", "county_code": "621022"},
        {"record_id": "Q2", "event_date": date(2024, 3, 16), "request_kind": "GUIDANCE", "county_code": "621022"},
        {"record_id": "Q3", "event_date": date(2024, 4, 21), "request_kind": "OBJECTION", "county_code": None},
    ]
    proposed = {
        "action": "终止待遇", "programme": "职工基本养老保险", "county": "环县", "ground": "依据",
        "effective_date": "2024-05-01",
        "first": date(2024, 4, 4), "last": date(2024, 4, 6),
    }  # fmt: skip
    taken_back = proposed | {"action": "撤回此前建议", "first": date(2024, 4, 7), "last": date(2024, 4, 7)}
    events = _story([], objections=objections_of(requests), proposals=[taken_back, proposed])
    assert [line_for_auditor(event) for event in events] == [
        "objection received, record Q1, taken in county 621022",
        "proposed: 终止待遇 职工基本养老保险 (环县) from 2024-05-01, last on 2024-04-06; 依据",
        "proposed: 撤回此前建议 职工基本养老保险 (环县) from 2024-05-01; 依据",
    ]
    assert _letter(events) == [
        "2024年3月15日，收到您或者家人提出的异议",
        "2024年4月4日，就职工基本养老保险提出“终止待遇”的建议；建议须经经办、复核、审核三人同意，才能办理",
        "2024年4月7日，撤回了此前就职工基本养老保险提出的建议",
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"person_no": 1}, ["Q1"]),
        ({"person_no": 2}, []),
        ({"person_no": None, "id_number": " 11010519491231002x "}, ["Q1"]),
        ({"person_no": None, "id_number": ""}, []),
        ({"person_no": 2, "id_number": "11010519491231002X"}, []),
    ],
)
def test_v19_an_objection_is_found_by_person_number_or_identity_number(asked, found):
    contract = shipped_contracts()["service_request"]
    known = {"record_id": "Q1", "request_kind": "OBJECTION", "event_date": JUDGED, "delivery_id": "d", "record_no": 1}
    schema = pa.schema([field.with_nullable(True) for field in validated_schema(contract)])
    requests = engine().table(pa.Table.from_pylist([known | asked], schema))
    persons = stored(t.PERSON, row(t.PERSON, person_no=1, id_number="11010519491231002X"), row(t.PERSON, person_no=3))
    rows = requests_about(requests, persons, 1).to_pyarrow().to_pylist()
    assert [one["record_id"] for one in objections_of(rows)] == found


def test_v19_a_lead_whose_record_is_gone_keeps_its_story():
    closed = _lead("LEAD_OPEN", run_no=7, as_of=date(2024, 3, 25), entry_kind="CLOSE")
    lines = [line_for_auditor(event) for event in _story([_lead("LEAD_OPEN"), closed], [_verdict("UNREACHABLE")])]
    assert lines[-1].endswith("closed by run 7, no record states it any more, or no benefit that is drawn hangs on it")
    assert any("verdict 无法联系" in line for line in lines)


def test_v19_two_leads_of_one_line_name_the_line_that_listed_them():
    second = _lead(
        "LEAD_OPEN", run_no=2, as_of=date(2024, 3, 6), lead_id="c2", claim_id="c2", event_date=date(2024, 2, 5)
    )
    listed = [one for one in _story([_lead("LEAD_OPEN"), second]) if one.kind == EventKind.LISTED]
    assert [(one.day, one.lead["lead_id"], one.facts["line"]) for one in listed] == [
        (LISTED, "c1", "c1"), (date(2024, 3, 6), "c2", "c1"),
    ]  # fmt: skip


def test_v19_proposals_are_read_from_what_was_committed(tmp_path):
    contract = shipped_contracts()["proposals"]
    rows = pl.DataFrame(
        [
            {"proposal_id": f"p{number}", "person_no": number, "name": "=1+1", "action": "终止待遇",
             "effective_date": date(2024, 4, 1)}
            for number in (1, 11)
        ]
    )  # fmt: skip
    content = render(rows, contract)
    files = []
    for number, night in enumerate((date(2024, 3, 18), date(2024, 3, 19)), 1):
        path = f"outgoing/run={number:06d}/outbox/proposals/proposals.csv"
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(content)
        files.append((night, path, sha256(content).hexdigest()))
    (found,) = proposals_of(tmp_path, files, contract, 1)
    assert (found["action"], found["name"], found["first"], found["last"]) == (
        "终止待遇", "=1+1", date(2024, 3, 18), date(2024, 3, 19),
    )  # fmt: skip
    (tmp_path / files[0][1]).write_bytes(content + b"x")
    with pytest.raises(TamperError, match=r"run=000001/outbox/proposals/proposals\.csv is not what was committed"):
        proposals_of(tmp_path, files, contract, 1)


@pytest.mark.parametrize(
    ("offices", "line"),
    [
        ({"621022": Office(address="环县样例路1号", telephone="0000-0000000")},
         "环县社会保险经办机构，地址：环县样例路1号，电话：0000-0000000"),
        ({"620102": Office(address="样例路2号", telephone="0000-0000001")},
         "环县社会保险经办机构（参保地），地址和电话可以向就近的乡镇（街道）服务点询问"),
        ({}, "环县社会保险经办机构（参保地），地址和电话可以向就近的乡镇（街道）服务点询问"),
    ],
)  # fmt: skip
def test_v19_the_letter_says_where_to_object(offices, line):
    policy = shipped_policy().model_copy(update={"offices": offices})
    assert where_to_object(("621022",), policy, shipped_wording(), county=COUNTY) == [line]
