"""V12: a benefit was stopped, and its person is seen alive since: the first line of every list, and a resumption."""

import csv
from datetime import date

import pyarrow as pa
import pytest

from pipelines.decisions.step import DECISIONS
from pipelines.outgoing.step import OUTGOING
from pipelines.signals.stopped import ended_without_death, seen_after_end
from pipelines.step import OUTBOX
from schemas import tables as t
from schemas.codes import Reason
from tests.derived import derive, engine, row, rows_of, shipped_policy, stored
from tests.property.decided import COUNTY
from tests.unit.conftest import AS_OF, claimed, decided, person

DIED, STOPPED = date(2024, 1, 5), date(2024, 2, 1)
KEY = {"person_no": 7, "programme_code": "RESIDENT_PENSION", "county_code": COUNTY}
LIFELONG = shipped_policy().lifelong_programmes
DRAWN, ENDED = (date(2024, 1, 31), "DRAWING"), (STOPPED, "TERMINATED")
ENDED_EVER_SINCE = ((AS_OF, "TERMINATED"),)


def _leads(*, states=(DRAWN, ENDED), sign="B", day=date(2024, 3, 1), paid=(), known=(), beside=(), **change):
    """Days of the LS20 leads of a person whose registry states are (day, state), with a sign of life of a day."""
    benefit = KEY | {"payment_state": "TERMINATED", "birth_date": date(1956, 3, 28)} | change
    entitlement = stored(t.ENTITLEMENT, *(row(t.ENTITLEMENT, **(benefit | one)) for one in ({}, *beside)))
    key = {name: benefit[name] for name in KEY}
    shown = engine().table(
        pa.Table.from_pylist([key | {"payment_state": state, "business_date": on} for on, state in states])
    )
    payment = stored(t.PAYMENT, *(row(t.PAYMENT, **key, pay_month=month, paid_fen=145_00) for month in paid))
    life = stored(t.LIFE_FACT, row(t.LIFE_FACT, person_no=7, signal_class=sign, event_date=day))
    losses = stored(
        t.LOSS_FACT,
        *(row(t.LOSS_FACT, person_no=7, **(one if isinstance(one, dict) else {"loss_group": one})) for one in known),
    )
    ended = ended_without_death(entitlement, losses, LIFELONG, as_of=AS_OF)
    found = seen_after_end(ended, shown, payment, life, as_of=AS_OF)
    return [one["event_date"] for one in engine().arrow(found).to_pylist()]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [STOPPED]),
        ({"sign": "A"}, [STOPPED]),
        ({"day": STOPPED}, [STOPPED]),
        ({"day": date(2024, 1, 31)}, []),
        ({"sign": "C"}, []),
        ({"sign": "D"}, []),
        ({"states": ((date(2024, 2, 9), "TERMINATED"), ENDED, DRAWN)}, [STOPPED]),
        ({"states": (DRAWN, ENDED, (date(2024, 2, 5), "DRAWING"), (date(2024, 3, 2), "TERMINATED"))}, []),
        ({"states": ENDED_EVER_SINCE}, []),
        ({"states": ENDED_EVER_SINCE, "day": AS_OF}, [AS_OF]),
        ({"states": ENDED_EVER_SINCE, "paid": [date(2023, 11, 1)]}, [date(2024, 1, 1)]),
        ({"known": ["DEATH"]}, []),
        ({"known": [{"loss_group": "DEATH", "event_date": date(1924, 1, 5)}]}, [STOPPED]),
        ({"known": [{"loss_group": "DEATH", "event_date": date(2042, 1, 5)}]}, [STOPPED]),
        ({"known": [{"loss_group": "DEATH", "event_date": date(1924, 1, 5)}], "birth_date": None}, []),
        ({"known": ["CONDITION"]}, [STOPPED]),
        ({"programme_code": "EMPLOYEE_PENSION"}, [STOPPED]),
        ({"programme_code": "UNEMPLOYMENT"}, []),
        ({"programme_code": "DEPENDANT", "first_payment_date": date(2015, 1, 1)}, [STOPPED]),
        ({"programme_code": "DEPENDANT", "first_payment_date": date(2015, 1, 1), "birth_date": date(2005, 3, 1)}, []),
        ({"beside": [{"county_code": "620102", "payment_state": "DRAWING"}]}, []),
        ({"beside": [{"programme_code": "EMPLOYEE_PENSION", "payment_state": "SUSPENDED"}]}, []),
        ({"beside": [{"person_no": 8, "human_no": 7, "county_code": "620102", "payment_state": "DRAWING"}],
          "human_no": 7}, []),
    ],
    ids=["seen since", "seen by an officer", "on the day it was seen ended", "before", "class C", "class D", "the "
         "snapshots in any order", "drawn again in between", "nobody knows since when", "seen after that was seen",
         "a month went by without payment", "a death is known", "a death before the birth", "a death to come",
         "nobody knows of a birth", "another loss is known", "employee", "runs out",
         "widow", "child grown up", "transferred", "something else is suspended", "under another number"],
)  # fmt: skip
def test_v12_a_strong_sign_after_the_registry_ended_a_benefit_is_a_lead(given, found) -> None:
    assert _leads(**given) == found


SEEN = {"signal_class": "B", "signal_code": "RAIL_BOARDED", "event_date": date(2024, 3, 10), "is_outside": True}
PAID = {date(2023, 12, 1): 145_00, date(2024, 1, 1): 145_00, date(2024, 2, 1): 0}


def _resumed(
    state="TERMINATED",
    *,
    signs=(SEEN,),
    losses=({},),
    verdicts=(),
    programme="RESIDENT_PENSION",
    other=(),
    gone=False,
    objected=(),
    withdrawn=(),
    born=None,
):
    """(reason, months, fen) of each benefit that should be paid again, and the night's claims. `gone`: the records of
    the losses are gone since they were listed. `objected`: days on which the person did, `withdrawn`: days on which the
    sender withdrew the record of the first loss.
    """
    key = {"person_no": 1, "programme_code": programme, "county_code": COUNTY}
    tables = {
        t.ENTITLEMENT: [
            row(t.ENTITLEMENT, **(key | {"payment_state": state, "monthly_fen": 145_00, "birth_date": born} | one))
            for one in ({}, *other)
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
    first = {name: tables[t.LOSS_FACT][0][name] for name in ("feed", "agency", "record_id", "person_no")}
    tables[t.WITHDRAWN] = [row(t.WITHDRAWN, **first, withdrawn_date=day) for day in withdrawn]
    tables[t.OBJECTION] = [row(t.OBJECTION, person_no=1, record_no=n, event_date=day) for n, day in enumerate(objected)]
    tables[t.LISTED] = [
        row(t.LISTED, line_id=one["claim_id"], **{name: one[name] for name in set(t.LISTED.names) & set(one)})
        for one in tables[t.LOSS_FACT]
    ]
    if gone:
        del tables[t.LOSS_FACT]
    found = derive(DECISIONS, tables)
    resumed = [(one["reason"], one["unpaid_months"], one["back_pay_fen"]) for one in rows_of(found, t.RESUMPTION)]
    return resumed, [(one["claim_id"], one["status"]) for one in rows_of(found, t.CLAIM)]


ALIVE = [("ALIVE_AFTER_STOP", 2, 290_00)]  # February and March
CONTRADICTED = [("c0", "CONFLICT")]
LATER = {
    "claim_id": "c1",
    "event_date": date(2024, 3, 12),
    "business_date": date(2024, 3, 12),
    "agency": "civil_affairs",
}
LS13 = {"loss_kind": "LS13", "loss_group": "CONDITION", "claim_id": "c1"}


@pytest.mark.parametrize(
    ("given", "resumed", "claims"),
    [
        ({}, ALIVE, CONTRADICTED),
        ({"verdicts": ({},)}, ALIVE, CONTRADICTED),
        ({"state": "SUSPENDED"}, ALIVE, CONTRADICTED),
        ({"state": "SUSPENDED", "verdicts": ({},)}, ALIVE, CONTRADICTED),
        ({"verdicts": ({"verdict": "FALSE_SOURCE_ERROR"},)}, ALIVE, [("c0", "REFUTED")]),
        ({"verdicts": ({"verdict": "FALSE_WRONG_PERSON"},), "gone": True}, ALIVE, [("c0", "REFUTED")]),
        ({"verdicts": ({},), "gone": True}, ALIVE, CONTRADICTED),
        ({"losses": ({"event_date": date(2023, 4, 17)},)}, ALIVE, CONTRADICTED),  # paid in December, unknown before
        ({"gone": True}, [], []),
        ({"state": "NOT_DRAWING"}, [], []),
        ({"signs": ({**SEEN, "signal_class": "C"},)}, [], []),
        ({"signs": ({**SEEN, "signal_class": "D"},)}, [], []),
        ({"signs": ({**SEEN, "event_date": date(2024, 1, 8)},)}, [], []),  # within the days of grace
        ({"losses": ({}, LATER)}, [], []),
        ({"losses": ({}, LS13), "verdicts": ({"lead_id": "c1"},), "programme": "DEPENDANT"}, [], []),
        ({"losses": ({}, LS13), "programme": "DEPENDANT"}, ALIVE, CONTRADICTED),
        ({"other": ({"county_code": "620102", "payment_state": "DRAWING"},)}, [], CONTRADICTED),
        ({"other": ({"programme_code": "EMPLOYEE_PENSION", "payment_state": "DRAWING"},)}, [], CONTRADICTED),
        ({"programme": "UNEMPLOYMENT"}, [], []),
    ],
    ids=["terminated", "confirmed by three before", "suspended upon a lead", "suspended, confirmed", "refuted, still "
         "stopped", "refuted, its record gone", "confirmed, its record gone", "dead long "
         "before payments are known", "never judged, its record gone",
         "never drawn", "class C", "class D", "grace", "seen between two days of death, dead at the later",
         "remarriage confirmed", "remarriage not confirmed", "transferred", "ended beside another pension",
         "runs out by itself"],
)  # fmt: skip
def test_v12_alive_after_a_stop(given, resumed, claims) -> None:
    assert _resumed(**given) == (resumed, claims)


SINCE_THE_END = {
    "claim_id": "c1", "loss_kind": "LS20", "event_date": STOPPED, "business_date": STOPPED,
    "agency": "social_insurance",
}  # fmt: skip


@pytest.mark.parametrize("day", [date(1924, 1, 5), date(2042, 1, 5)], ids=["before the birth", "to come"])
@pytest.mark.parametrize("verdicts", [(), ({},)], ids=["never judged", "confirmed by three"])
def test_v12_a_death_of_a_day_that_cannot_be_hides_nobody_who_is_seen_after_the_end(day, verdicts) -> None:
    losses = ({"event_date": day}, SINCE_THE_END)
    resumed, claims = _resumed(losses=losses, verdicts=verdicts, born=date(1956, 3, 28))
    assert [reason for reason, _, _ in resumed] == ["ALIVE_AFTER_STOP"]
    assert ("c1", "CONFLICT") in claims


CUSTODY_AFTER = {
    "claim_id": "c1", "loss_kind": "LS06", "loss_group": "CUSTODY", "event_date": date(2024, 2, 9),
    "end_date": date(2024, 2, 25), "business_date": date(2024, 2, 9), "agency": "justice", "feed": "justice",
}  # fmt: skip
MISSING = {"loss_kind": "LS09", "loss_group": "MISSING", "agency": "public_security"}
LATER = {"claim_id": "c1", "event_date": date(2024, 3, 12), "business_date": AS_OF, "agency": "civil_affairs"}


@pytest.mark.parametrize(
    ("given", "resumed", "claims"),
    [
        ({}, ALIVE, CONTRADICTED),
        ({"verdicts": ({},)}, ALIVE, CONTRADICTED),
        ({"signs": ({**SEEN, "signal_class": "C"},)}, [], [("c0", "LEAD_OPEN")]),
        ({"signs": ()}, [], [("c0", "LEAD_OPEN")]),
        ({"losses": ({**MISSING, "end_date": date(2024, 3, 5)},), "verdicts": ({},)}, [("TERM_OVER", 2, 290_00)], None),
        ({"losses": ({**MISSING, "end_date": date(2024, 2, 29)},), "verdicts": ({},), "signs": ()},
         [("TERM_OVER", 2, 290_00)], None),
        ({"losses": ({**MISSING, "end_date": date(2024, 2, 9)}, CUSTODY_AFTER), "verdicts": ({}, {"lead_id": "c1"}),
          "signs": ()}, [("TERM_OVER", 1, 145_00)], None),
        ({"losses": (MISSING, MISSING | LATER)}, [], None),
        ({"losses": (MISSING, LATER)}, [], None),
        ({"programme": "RESIDENT_PENSION"}, [], None),
        ({"state": "TERMINATED"}, [], None),
    ],
    ids=["suspended upon a lead", "confirmed by three before", "class C", "not seen", "found again, then seen",
         "found on the 29th of February, not seen", "found, and in custody after it",
         "missing again since", "dead since", "a benefit that goes on", "ended, which no missing person's is"],
)  # fmt: skip
def test_v12_a_missing_person_who_is_seen_after_the_suspension_is_resumed(given, resumed, claims) -> None:
    usual = {"state": "SUSPENDED", "losses": (MISSING,), "programme": "EMPLOYEE_PENSION"}
    found = _resumed(**(usual | given))
    assert found == (resumed, found[1] if claims is None else claims)


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


@pytest.mark.parametrize(
    ("objected", "claims"),
    [(date(2024, 3, 1), [("c0", "NOTICE_GIVEN")]), (date(2024, 1, 31), [])],
    ids=["after the verdict", "before the verdict, which answers it"],
)
def test_an_objection_to_a_death_after_the_benefit_ended_asks_the_county_again(objected, claims) -> None:
    """Confirmed by three, ended; then the person objects, and nothing else has shown that person alive."""
    assert _resumed(signs=(), verdicts=({},), objected=(objected,)) == ([], claims)


@pytest.mark.parametrize(
    ("day", "gone", "claims"),
    [
        (date(2024, 3, 1), True, [("c0", "CONFLICT")]),
        (date(2024, 1, 31), True, []),
        (date(2024, 3, 1), False, []),
    ],
    ids=["after the verdict", "before the verdict, which knew it", "delivered again since"],
)
def test_a_record_withdrawn_after_the_benefit_ended_upon_it_asks_the_county_again(day, gone, claims) -> None:
    """Confirmed by three, ended; then the agency takes back what it said, and nobody has seen the person."""
    found = _resumed(signs=(), verdicts=({"known_from": 1},), withdrawn=(day,), gone=gone)
    assert found == ([], claims)
    refuted = {"verdict": "FALSE_SOURCE_ERROR", "verified_date": AS_OF, "known_from": 2}
    resumed, _ = _resumed(signs=(), verdicts=({"known_from": 1}, refuted), withdrawn=(day,), gone=gone)
    assert [reason for reason, *_ in resumed] == ["DISPROVED"]


@pytest.mark.parametrize(
    ("status", "asked_again"), [("NOTICE_GIVEN", {"objected_date": AS_OF}), ("CONFLICT", {"withdrawn_date": AS_OF})]
)
def test_what_questions_a_death_after_the_stop_is_a_line_of_the_worklist(status, asked_again) -> None:
    listed = claimed(1, status, **asked_again)
    tables = {
        t.PERSON: [person(1)],
        t.DECISION: [
            decided(1, "OUT_OF_SCOPE", payment_state="TERMINATED"),
            decided(1, "CERTIFIED_SILENT", programme_code="UNEMPLOYMENT", loss_kinds=""),
        ],
        t.CLAIM: [listed],
        t.LEAD_ENTRY: [row(t.LEAD_ENTRY, entry_id="e1", lead_id="c1", **listed)],
    }
    sent = derive(OUTGOING, tables).content[OUTBOX]
    (lead,) = csv.DictReader(sent[f"county-{COUNTY}/worklist.csv"].decode("utf-8-sig").splitlines())
    assert AS_OF.isoformat() in lead["核查方法"]
    assert "proposals/proposals.csv" not in sent
