"""What was decided and is not carried out: paid in spite of a loss, or owed to the living and not paid."""

import csv
from datetime import date

import pytest

from pipelines.decisions.step import DECISIONS
from pipelines.outgoing.step import OUTGOING
from pipelines.step import OUTBOX, REPORTS
from schemas import tables as t
from tests.derived import derive, row, rows_of
from tests.property.decided import COUNTY
from tests.unit.conftest import AS_OF, claimed, decided, person

KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": COUNTY}
DIED = date(2024, 1, 5)
THREE = {"handler": "a", "reviewer": "b", "approver": "c"}
JUDGED = {
    "record_id": "v0", "lead_id": "c0", "verdict": "TRUE_LOSS", "verified_date": date(2024, 2, 10),
    "business_date": date(2024, 2, 10), **THREE,
}  # fmt: skip
REFUTED = {**JUDGED, "verdict": "FALSE_WRONG_PERSON"}
DEC, JAN, FEB, MAR = date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
SEEN = {"signal_class": "A", "signal_code": "FACE", "method": "SELF", "event_date": date(2024, 3, 4)}
PRISON = {"loss_kind": "LS06", "loss_group": "CUSTODY", "agency": "justice", "feed": "justice"}


def _tables(state="DRAWING", *, paid=(DEC, JAN), losses=({},), verdicts=(JUDGED,), signs=(), proposed=(), **benefit):
    about = {
        "person_no": 1, "claim_id": "c0", "loss_kind": "LS01", "loss_group": "DEATH", "event_date": DIED,
        "business_date": DIED, "agency": "health", "feed": "health",
    }  # fmt: skip
    losses = [row(t.LOSS_FACT, **(about | {"record_no": n} | one)) for n, one in enumerate(losses)]
    key = KEY | {name: value for name, value in benefit.items() if name in KEY}
    others = [
        row(t.PAYMENT, **(KEY | {"person_no": 99}), pay_month=month, paid_fen=1) for month in (DEC, JAN, FEB, MAR)
    ]
    return {
        t.ENTITLEMENT: [row(t.ENTITLEMENT, **(KEY | {"payment_state": state, "monthly_fen": 145_00} | benefit))],
        t.LOSS_FACT: losses,
        t.LISTED: [
            row(t.LISTED, line_id=one["claim_id"], **{name: one[name] for name in set(t.LISTED.names) & set(one)})
            for one in losses
        ],
        t.VERDICT: [row(t.VERDICT, **one, record_no=n) for n, one in enumerate(verdicts)],
        t.LIFE_FACT: [row(t.LIFE_FACT, person_no=1, record_no=n, **one) for n, one in enumerate(signs)],
        t.LIFE_STATE: [row(t.LIFE_STATE, person_no=1, signal_code=one["signal_code"]) for one in signs],
        t.PAYMENT: [row(t.PAYMENT, **key, pay_month=month, paid_fen=145_00) for month in paid] + others,
        t.FEED_HEALTH: [row(t.FEED_HEALTH, feed="justice", county_code=COUNTY, is_live=True, is_fresh=True)],
        t.PROPOSED_RESUMPTION: [row(t.PROPOSED_RESUMPTION, **(KEY | one)) for one in proposed],
    }


def _alarms(*args, as_of=AS_OF, **given):
    found = derive(DECISIONS, _tables(*args, **given), as_of=as_of)
    names = ("alarm", "since", "days_open", "months", "fen")
    return [tuple(one[name] for name in names) for one in rows_of(found, t.EXECUTION_ALARM)]


PAID = ("APPROVED_PAID", MAR, 17)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [(*PAID, 0, 0)]),
        ({"paid": (DEC, JAN, FEB, MAR)}, [(*PAID, 1, 145_00)]),
        ({"as_of": date(2024, 2, 20)}, []),
        ({"state": "SUSPENDED"}, []),
        ({"state": "SUSPENDED", "paid": (JAN, MAR)}, [(*PAID, 1, 145_00)]),
        ({"state": "TERMINATED"}, []),
        ({"state": "TERMINATED", "paid": (JAN, MAR)}, [(*PAID, 1, 145_00)]),
        ({"verdicts": ({**JUDGED, "approver": ""},)}, []),
        ({"verdicts": ()}, []),
        ({"losses": ({**PRISON, "end_date": date(2025, 1, 1)},),
          "verdicts": ({**JUDGED, "notice_date": date(2024, 1, 8), "verified_date": date(2024, 1, 8)},)},
         [("APPROVED_PAID", FEB, 46, 0, 0)]),
        ({"losses": (PRISON,), "verdicts": ({**JUDGED, "notice_date": date(2024, 3, 1)},)}, []),
    ],
    ids=["drawn after the next pay run", "and paid", "before the next pay run", "suspended", "suspended and paid",
         "terminated", "terminated and paid", "two signatures", "a lead", "prison, the window is over", "within it"],
)  # fmt: skip
def test_a_loss_that_three_confirmed_and_is_still_paid(given, found) -> None:
    assert _alarms(**given) == found


UNPAID = ("REFUTED_UNPAID", date(2024, 2, 10), 37)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"state": "SUSPENDED"}, [(*UNPAID, 2, 290_00)]),
        ({"state": "TERMINATED"}, [(*UNPAID, 2, 290_00)]),
        ({"state": "TERMINATED", "signs": (SEEN,)}, [(*UNPAID, 2, 290_00)]),
        ({"state": "SUSPENDED", "losses": (PRISON,)}, [(*UNPAID, 2, 290_00)]),
        ({"state": "SUSPENDED", "losses": ({**PRISON, "end_date": date(2024, 1, 20)},)}, [(*UNPAID, 2, 290_00)]),
        ({"state": "TERMINATED", "losses": (PRISON,)}, []),  # prison ends no benefit: it was ended for something else
        ({"state": "SUSPENDED", "paid": ()}, [(*UNPAID, None, None)]),
        ({"state": "SUSPENDED", "paid": (JAN, MAR)}, []),  # paid since it was refuted: suspended for something else
        ({"state": "DRAWING", "paid": (DEC, JAN, MAR)}, [(*UNPAID, 1, 145_00)]),
        ({"state": "DRAWING", "paid": (DEC, JAN, FEB)}, []),  # March is not over
        ({"state": "DRAWING", "losses": ({**PRISON, "end_date": date(2024, 1, 20)},), "paid": (DEC, JAN, MAR)},
         [(*UNPAID, 1, 145_00)]),
        ({"state": "SUSPENDED", "losses": ({}, {"claim_id": "c1", "agency": "civil_affairs"}),
          "verdicts": (REFUTED,)}, []),  # another agency's claim of the death is still open
    ],
    ids=["suspended", "terminated", "and seen alive", "prison", "prison, over by now", "prison never ended it",
         "no payment known", "suspended later", "drawing, a month missing", "drawing, nothing missing",
         "drawing, a term that is over", "another claim of the death is open"],
)  # fmt: skip
def test_a_loss_that_officers_found_wrong_and_is_still_unpaid(given, found) -> None:
    assert _alarms(**({"verdicts": (REFUTED,)} | given)) == found


PROPOSED = {"reason": "ALIVE_AFTER_STOP", "since": DIED, "owed_from": JAN, "as_of": date(2024, 3, 1)}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"paid": (DEC, JAN, MAR)}, [("RESUMED_NOT_BACK_PAID", date(2024, 3, 1), 17, 1, 145_00)]),
        ({"paid": (DEC, JAN, FEB, MAR)}, []),
        ({"paid": (DEC, JAN, MAR), "proposed": ()}, []),
        ({"paid": (DEC, JAN, MAR), "proposed": ({**PROPOSED, "as_of": AS_OF},)}, []),
        ({"paid": (DEC, JAN, MAR), "proposed": ({**PROPOSED, "reason": "TERM_OVER", "owed_from": FEB},)},
         [("RESUMED_NOT_BACK_PAID", date(2024, 3, 1), 17, 1, 145_00)]),
    ],
    ids=["a month missing", "made up", "never proposed", "proposed tonight only", "after a term"],
)  # fmt: skip
def test_a_benefit_resumed_and_not_back_paid(given, found) -> None:
    assert _alarms(**({"losses": (), "verdicts": (), "signs": (SEEN,), "proposed": (PROPOSED,)} | given)) == found


CERTIFIED = {"state": "SUSPENDED", "losses": (), "verdicts": (), "signs": (SEEN,)}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [("CERTIFIED_SUSPENDED", date(2024, 3, 4), 14, 2, 290_00)]),
        ({"paid": ()}, [("CERTIFIED_SUSPENDED", date(2024, 3, 4), 14, None, None)]),
        ({"signs": ()}, []),
        ({"state": "DRAWING"}, []),
        ({"losses": ({**PRISON, "event_date": FEB, "business_date": FEB},)}, []),
    ],
    ids=["certified", "no payment known", "never seen", "drawing", "a lead of prison is open"],
)
def test_a_certified_person_whose_benefit_is_still_suspended(given, found) -> None:
    assert _alarms(**(CERTIFIED | given)) == found


def test_alive_after_a_stop_is_an_alarm_with_the_day_of_the_sign() -> None:
    found = derive(DECISIONS, _tables("TERMINATED", verdicts=(), signs=(SEEN,)))
    (one,) = rows_of(found, t.EXECUTION_ALARM)
    assert (one["alarm"], one["seen_date"], one["months"], one["fen"]) == (
        "ALIVE_STOPPED", date(2024, 3, 4), 2, 290_00,
    )  # fmt: skip
    (kept,) = rows_of(found, t.PROPOSED_RESUMPTION)
    assert (kept["reason"], kept["since"], kept["owed_from"], kept["as_of"]) == ("ALIVE_AFTER_STOP", DIED, JAN, AS_OF)
    assert rows_of(derive(DECISIONS, _tables("TERMINATED", verdicts=(), signs=(SEEN,)), kind="backfill"),
                   t.PROPOSED_RESUMPTION) == []  # fmt: skip


def test_back_pay_counts_from_the_earliest_of_two_days_of_one_refuted_death() -> None:
    later = {"event_date": date(2024, 2, 20), "business_date": date(2024, 2, 21), "agency": "civil_affairs"}
    losses = ({}, {"claim_id": "c1", **later})
    listed = (REFUTED, {**REFUTED, "record_id": "v1", "lead_id": "c1", "verified_date": date(2024, 3, 1)})
    found = derive(DECISIONS, _tables("SUSPENDED", losses=losses, verdicts=listed, paid=(DEC,)))
    (one,) = rows_of(found, t.RESUMPTION)
    assert (one["reason"], one["since"], one["unpaid_months"], one["back_pay_fen"]) == (
        "DISPROVED", date(2024, 2, 20), 3, 435_00,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "clock"),
    [
        ({}, (date(2024, 2, 10), None, None)),
        ({"objected": date(2024, 1, 20)}, (date(2024, 1, 20), None, None)),
        ({"objected": date(2023, 12, 20)}, (date(2024, 2, 10), None, None)),  # about something before
        ({"paid": (DEC, MAR)}, (date(2024, 2, 10), MAR, 20)),
        ({"verdicts": (), "paid": (DEC, MAR)}, (date(2024, 3, 1), None, None)),  # that instalment was under way
    ],
)
def test_the_clock_runs_from_objection_or_disproof_to_the_first_instalment_after(given, clock) -> None:
    given = dict(given)
    objected = given.pop("objected", None)
    tables = _tables("DRAWING", **({"verdicts": (REFUTED,), "proposed": (PROPOSED,)} | given))
    if objected:
        tables[t.OBJECTION] = [row(t.OBJECTION, person_no=1, event_date=objected)]
    (one,) = rows_of(derive(DECISIONS, tables), t.RESTORATION)
    assert (one["begun_on"], one["paid_on"], one["days"]) == clock


def _alarm(number, alarm, **values):
    known = {"person_no": number, "alarm": alarm, "since": MAR, "days_open": 17, "months": 1, "fen": 145_00}
    return row(t.EXECUTION_ALARM, **(KEY | known | values))


def _sent(*alarms, **tables):
    people = [person(n, birth_date=date(1930 + n, 1, 1)) for n in range(1, 8)]
    given = {t.PERSON: people, t.EXECUTION_ALARM: list(alarms)} | tables.pop("tables", {})
    derived = derive(OUTGOING, given, **tables)
    data = derived.content[OUTBOX].get(f"county-{COUNTY}/execution.csv", b"")
    page = derived.content[REPORTS]["index.html"].decode()
    return list(csv.DictReader(data.decode("utf-8-sig").splitlines())), page


def test_alive_after_a_stop_comes_first_then_the_oldest_of_the_living_then_losses_still_paid() -> None:
    rows, page = _sent(
        _alarm(1, "APPROVED_PAID"),
        _alarm(3, "REFUTED_UNPAID", days_open=90),
        _alarm(2, "CERTIFIED_SUSPENDED"),
        _alarm(5, "ALIVE_STOPPED", seen_date=MAR),
        _alarm(4, "REFUTED_UNPAID", seen_date=MAR),
    )
    assert [one["个人编号"] for one in rows] == ["4", "5", "2", "3", "1"]
    assert (rows[2]["事项"], rows[2]["涉及金额(元)"], rows[2]["挂起天数"]) == ("已认证仍暂停", "145.00", "17")
    assert "已有结论、尚未执行" in page
    assert "&lt;10" in page


def _book(status, run_no, entry_kind="CHANGE"):
    claim = claimed(1, status, claim_id="c0", event_date=DIED)
    return row(t.LEAD_ENTRY, lead_id="c0", entry_id=f"{status}{run_no}", run_no=run_no, entry_kind=entry_kind, **claim)


@pytest.mark.parametrize(
    ("entries", "listed_by", "is_sent"),
    [
        ([("LEAD_OPEN", 1), ("REFUTED", 3)], 1, True),
        ([("LEAD_OPEN", 1), ("REFUTED", 2)], 1, False),  # the night before told it
        ([("LEAD_OPEN", 1), ("REFUTED", 2), ("REFUTED", 3)], 1, False),
        ([("REFUTED", 3)], 3, False),  # no earlier list had it
        ([("LEAD_OPEN", 1), ("CONFIRMED", 3)], 1, False),
    ],
    ids=["found wrong tonight", "told before", "entered again", "never listed", "found true"],
)
def test_who_was_told_of_a_loss_that_is_found_wrong_is_told_so_once(entries, listed_by, is_sent) -> None:
    from pipelines.step import EarlierNight

    tables = {
        t.LEAD_ENTRY: [_book(*one) for one in entries],
        t.LISTED: [row(t.LISTED, line_id="c0", claim_id="c0", person_no=1, run_no=listed_by)],
        t.ENTITLEMENT: [row(t.ENTITLEMENT, **KEY)],
        t.DECISION: [decided(1, "CERTIFIED_SILENT")],
    }
    rows, _ = _sent(tables=tables, run_no=3, last_night=EarlierNight(2, AS_OF))
    assert [one["事项"] for one in rows] == (["更正"] if is_sent else [])
    if is_sent:
        assert rows[0]["办理要求"].startswith("此前清单所列死亡医学证明（2024-01-05）经核实不成立")
