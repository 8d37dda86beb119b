"""V12: a benefit was stopped, and its person is seen alive since: the first line of every list, and a resumption."""

import csv
from datetime import date
from typing import Any

import pytest

from pipelines.decisions.step import DECISIONS
from pipelines.outgoing.step import OUTGOING
from pipelines.step import OUTBOX
from schemas import tables as t
from schemas.codes import Reason
from tests.cases.whose import COUNTY, judged, whole
from tests.derived import derive, row, rows_of
from tests.unit.conftest import AS_OF, claimed, decided, person

DIED, STOPPED = date(2024, 1, 5), date(2024, 2, 1)
WHO = {"name": "何例山", "id_number": whole("62282219560328901"), "birth_date": date(1956, 3, 28)}
NAMED = {"name": WHO["name"], "id_number": WHO["id_number"]}
REGISTERED = WHO | {"person_no": 7, "programme_code": "RESIDENT_PENSION"}
TRIP = {"event_code": "TRIP_RAIL", "qualifier_code": "BOARDED"}
STAY = {"event_code": "INPATIENT", "qualifier_code": "ALIVE"}


def _leads(states, day, *, feed="transport", record=None, **registry):
    """Leads of one person whose registry states are (day, state), after a record of a day."""
    snapshots = [
        REGISTERED | {"business_date": on, "payment_state": state, "delivery_id": f"r{on}"} | registry
        for on, state in states
    ]
    seen = NAMED | (TRIP if record is None else record) | {"event_date": day}
    if feed == "medical":
        seen |= {"end_date": day}
    return judged(snapshots, **{feed: [seen]}).losses


DRAWN, ENDED = (date(2024, 1, 31), "DRAWING"), (STOPPED, "TERMINATED")
STILL = (AS_OF, "TERMINATED")


@pytest.mark.parametrize(
    ("feed", "record", "day", "found"),
    [
        ("transport", TRIP, date(2024, 3, 1), True),
        ("medical", STAY, date(2024, 3, 1), True),
        ("transport", TRIP, STOPPED, True),
        ("transport", TRIP, date(2024, 1, 31), False),
        ("transport", TRIP | {"event_code": "TRIP_COACH"}, date(2024, 3, 1), False),
        ("medical", STAY | {"event_code": "PHARMACY"}, date(2024, 3, 1), False),
        ("medical", STAY | {"qualifier_code": "DEAD"}, date(2024, 3, 1), False),
    ],
    ids=["train", "live discharge", "on the day it was seen ended", "before it", "class C", "class D", "died there"],
)
def test_v12_a_strong_sign_after_the_registry_ended_a_benefit_is_a_lead(feed, record, day, found: bool) -> None:
    leads = [one for one in _leads([DRAWN, ENDED, STILL], day, feed=feed, record=record) if one["loss_kind"] == "LS20"]
    assert [(one["person_no"], one["event_date"]) for one in leads] == ([(7, STOPPED)] if found else [])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, True),
        ({"programme_code": "EMPLOYEE_PENSION"}, True),
        ({"programme_code": "UNEMPLOYMENT"}, False),  # it runs out by itself
        ({"programme_code": "DEPENDANT", "first_payment_date": date(2015, 1, 1)}, True),  # a widow
    ],
)
def test_v12_only_a_benefit_for_life_is_missed(change: dict[str, Any], found: bool) -> None:
    assert bool(_leads([DRAWN, ENDED, STILL], date(2024, 3, 1), **change)) is found


def test_v12_a_child_that_grew_up_lost_its_benefit_lawfully() -> None:
    child = {"birth_date": date(2005, 3, 1), "id_number": whole("62282220050301901"), "programme_code": "DEPENDANT"}
    snapshots = [REGISTERED | child | {"business_date": on, "payment_state": state, "delivery_id": f"r{on}"}
                 for on, state in (DRAWN, ENDED, STILL)]  # fmt: skip
    seen = NAMED | TRIP | {"id_number": child["id_number"], "event_date": date(2024, 3, 1)}
    assert judged(snapshots, transport=[seen]).leads == []


def test_v12_who_draws_the_benefit_in_another_place_has_moved() -> None:
    moved = REGISTERED | {"county_code": "620102", "business_date": AS_OF, "payment_state": "DRAWING"}
    ended = REGISTERED | {"business_date": AS_OF, "payment_state": "TERMINATED"}
    assert judged([ended, moved], transport=[NAMED | TRIP | {"event_date": AS_OF}]).leads == []


SEEN = {"signal_class": "B", "signal_code": "RAIL_BOARDED", "event_date": date(2024, 3, 10), "is_outside": True}
PAID = {date(2023, 12, 1): 145_00, date(2024, 1, 1): 145_00, date(2024, 2, 1): 0}


def _resumed(state="TERMINATED", *, signs=(SEEN,), losses=({},), verdicts=(), programme="RESIDENT_PENSION", other=()):
    """(reason, months, fen) of each benefit that should be paid again, and the night's claims."""
    key = {"person_no": 1, "programme_code": programme, "county_code": COUNTY}
    tables = {
        t.ENTITLEMENT: [
            row(t.ENTITLEMENT, **(key | {"payment_state": state, "monthly_fen": 145_00} | one)) for one in ({}, *other)
        ],
        t.LIFE_FACT: [row(t.LIFE_FACT, person_no=1, record_no=n, **one) for n, one in enumerate(signs)],
        t.LOSS_FACT: [
            row(t.LOSS_FACT, **({
                "person_no": 1, "record_no": n, "claim_id": f"c{n}", "loss_kind": "LS01", "loss_group": "DEATH",
                "event_date": DIED, "business_date": DIED, "agency": "health", "feed": "health",
            } | one)) for n, one in enumerate(losses)
        ],
        t.PAYMENT: [row(t.PAYMENT, **key, pay_month=month, paid_fen=fen) for month, fen in PAID.items()],
        t.VERDICT: [
            row(t.VERDICT, **({
                "record_no": n, "record_id": f"v{n}", "lead_id": "c0", "verdict": "TRUE_LOSS",
                "verified_date": date(2024, 2, 1), "notice_date": date(2024, 2, 1), "handler": "a", "reviewer": "b",
                "approver": "c", "business_date": date(2024, 2, 1),
            } | one)) for n, one in enumerate(verdicts)
        ],
    }  # fmt: skip
    tables[t.CLAIMED] = [{name: one[name] for name in t.CLAIMED.names} for one in tables[t.LOSS_FACT]]
    found = derive(DECISIONS, tables)
    resumed = [(one["reason"], one["unpaid_months"], one["back_pay_fen"]) for one in rows_of(found, t.RESUMPTION)]
    return resumed, [(one["claim_id"], one["status"]) for one in rows_of(found, t.CLAIM)]


ALIVE = [("ALIVE_AFTER_STOP", 2, 290_00)]  # February and March
CONTRADICTED = [("c0", "CONFLICT")]
LS13 = {"loss_kind": "LS13", "loss_group": "CONDITION", "claim_id": "c1"}


@pytest.mark.parametrize(
    ("given", "resumed", "claims"),
    [
        ({}, ALIVE, CONTRADICTED),
        ({"verdicts": ({},)}, ALIVE, CONTRADICTED),
        ({"state": "SUSPENDED"}, ALIVE, CONTRADICTED),
        ({"state": "SUSPENDED", "verdicts": ({},)}, ALIVE, CONTRADICTED),
        ({"verdicts": ({"verdict": "FALSE_SOURCE_ERROR"},)}, ALIVE, [("c0", "REFUTED")]),
        ({"state": "NOT_DRAWING"}, [], []),
        ({"signs": ({**SEEN, "signal_class": "C"},)}, [], []),
        ({"signs": ({**SEEN, "signal_class": "D"},)}, [], []),
        ({"signs": ({**SEEN, "event_date": date(2024, 1, 8)},)}, [], []),  # within the days of grace
        ({"losses": ({}, {"claim_id": "c1", "event_date": date(2024, 3, 12), "agency": "civil_affairs"})}, [], []),
        ({"losses": ({}, LS13), "verdicts": ({"lead_id": "c1"},), "programme": "DEPENDANT"}, [], []),
        ({"losses": ({}, LS13), "programme": "DEPENDANT"}, ALIVE, CONTRADICTED),
        ({"other": ({"county_code": "620102", "payment_state": "DRAWING"},)}, [], CONTRADICTED),
        ({"other": ({"programme_code": "EMPLOYEE_PENSION", "payment_state": "DRAWING"},)}, [], CONTRADICTED),
        ({"programme": "UNEMPLOYMENT"}, [], []),
    ],
    ids=["terminated", "confirmed by three before", "suspended upon a lead", "suspended, confirmed", "refuted, still "
         "stopped", "never drawn", "class C", "class D", "grace", "seen between two days of death, dead at the later",
         "remarriage confirmed", "remarriage not confirmed", "transferred", "ended beside another pension",
         "runs out by itself"],
)  # fmt: skip
def test_v12_alive_after_a_stop(given, resumed, claims) -> None:
    assert _resumed(**given) == (resumed, claims)


TERM = {"loss_kind": "LS06", "loss_group": "CUSTODY", "event_date": date(2023, 12, 5), "end_date": date(2024, 1, 20),
        "business_date": date(2023, 12, 9), "agency": "justice", "feed": "justice"}  # fmt: skip
JUDGED = {"verified_date": date(2023, 12, 20), "notice_date": date(2023, 12, 20)}


@pytest.mark.parametrize(
    ("given", "resumed"),
    [
        ({}, [("TERM_OVER", 2, 290_00)]),
        ({"state": "DRAWING"}, []),
        ({"state": "TERMINATED"}, []),
        ({"verdicts": ()}, []),
        ({"losses": ({**TERM, "end_date": None},)}, []),
        ({"losses": (TERM, {**TERM, "claim_id": "c1", "event_date": date(2024, 2, 1), "end_date": None}),
          "verdicts": (JUDGED, {**JUDGED, "lead_id": "c1", "verified_date": date(2024, 2, 1), "record_no": 9})}, []),
        ({"losses": (TERM, {"claim_id": "c1"})}, []),
        ({"losses": ({**TERM, "end_date": date(2023, 12, 20)},)}, []),
    ],
    ids=["suspended", "paid", "terminated", "nobody verified it", "still serving", "serving again", "dead by a record",
         "paid since it ended, so suspended for something else"],
)  # fmt: skip
def test_v10_a_suspension_whose_term_is_over_is_proposed_for_resumption(given, resumed) -> None:
    usual = {"state": "SUSPENDED", "losses": (TERM,), "verdicts": (JUDGED,), "signs": ()}
    assert _resumed(**(usual | given))[0] == resumed


def _outbox(**resumed):
    """Outgoing files of a county with a lead of two sources and a person who was seen alive after a stop."""
    alarm = {"person_no": 2, "programme_code": "RESIDENT_PENSION", "county_code": COUNTY, "since": DIED}
    usual = {"reason": "ALIVE_AFTER_STOP", "payment_state": "TERMINATED", "seen_date": AS_OF}
    claims = [
        claimed(1, "LEAD_OPEN", sources=2),
        claimed(2, "CONFLICT", contrary_date=AS_OF, contrary_class="B"),
    ]
    tables = {
        t.PERSON: [person(1), person(2)],
        t.DECISION: [
            decided(1, "LEAD_OPEN", loss_state="LEAD_OPEN", loss_kinds="LS01", at_risk_fen=999_00),
            decided(2, "OUT_OF_SCOPE", payment_state="TERMINATED"),
        ],
        t.CLAIM: claims,
        t.LEAD_ENTRY: [row(t.LEAD_ENTRY, entry_id=f"e{n}", lead_id=c["claim_id"], **c) for n, c in enumerate(claims)],
        t.RESUMPTION: [row(t.RESUMPTION, **(alarm | usual | resumed))],
    }
    sent = derive(OUTGOING, tables).content[OUTBOX]
    return {
        name: list(csv.DictReader(sent[path].decode("utf-8-sig").splitlines()))
        for name, path in (("leads", f"county-{COUNTY}/worklist.csv"), ("proposals", "proposals/proposals.csv"))
    }


def test_v12_it_is_the_first_line_of_the_countys_list() -> None:
    leads = _outbox()["leads"]
    assert [(lead["姓名"], lead["优先级"]) for lead in leads] == [("测试2", "0"), ("测试1", "1")]
    assert "待遇已停发" in leads[0]["核查方法"]


@pytest.mark.parametrize(
    ("resumed", "ground"),
    [
        ({"unpaid_months": 2, "back_pay_fen": 290_00}, ["2024-01-05", "2024-03-18", "2个月", "290.00元"]),
        ({}, ["没有发放记录可供计算"]),
        ({"reason": "TERM_OVER", "payment_state": "SUSPENDED", "seen_date": None}, ["2024-01-05", "已于"]),
    ],
)
def test_v12_resumption_and_back_pay_are_proposed_to_those_who_sign(resumed, ground: list[str]) -> None:
    (proposal,) = _outbox(**resumed)["proposals"]
    assert (proposal["个人编号"], proposal["建议措施"], proposal["建议生效日期"]) == ("2", "恢复发放", "2024-03-18")
    assert [words for words in ground if words not in proposal["依据"]] == []
    assert (proposal["经办"], proposal["复核"], proposal["审核"]) == ("", "", "")


def test_v11_a_sentence_served_outside_is_a_line_that_touches_no_payment() -> None:
    listed = claimed(1, "LEAD_OPEN", loss_kind="LS08", loss_group="NONE", is_suspected=True)
    tables = {
        t.PERSON: [person(1)],
        t.DECISION: [decided(1, "CERTIFIED_SILENT", reason_mask=Reason.ADJUSTMENT_LEAD.bit, at_risk_fen=5)],
        t.CLAIM: [listed],
        t.LEAD_ENTRY: [row(t.LEAD_ENTRY, entry_id="e1", lead_id="c1", **listed)],
    }
    sent = derive(OUTGOING, tables).content[OUTBOX]
    (lead,) = csv.DictReader(sent[f"county-{COUNTY}/worklist.csv"].decode("utf-8-sig").splitlines())
    assert (lead["涉险金额(元)"], lead["线索类型"][:4]) == ("0.00", "非监禁刑")
    assert "待遇照常发放" in lead["核查方法"]
    assert "proposals/proposals.csv" not in sent
