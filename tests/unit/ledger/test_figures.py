"""The headline figures of a night and the money of each confirmed loss, by hand and against the slow count."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ledger.step import LEDGER
from pipelines.step import EarlierNight
from schemas import tables as t
from schemas.codes import Figure
from tests.derived import AS_OF, derive, row, rows_of, shipped_policy
from tests.examples import costly
from tests.reference import figures as reference
from tests.unit.conftest import decided, entered

LOST = {"loss_state": "CONFIRMED", "outcome": "LOSS_CONFIRMED", "loss_kinds": "LS01", "loss_date": date(2024, 1, 15)}
KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}
ENDED = {"outcome": "OUT_OF_SCOPE", "payment_state": "TERMINATED"}
OFFICERS = {"handler": "a", "reviewer": "b", "approver": "c"}
YESTERDAY = date(2024, 3, 17)


def claim(status: str = "CONFIRMED", **values: Any) -> dict[str, Any]:
    about = {"loss_kind": "LS01", "loss_group": "DEATH", "event_date": date(2024, 1, 15)}
    return row(t.CLAIM, **{"claim_id": "c1", "person_no": 1, "agency": "health", "status": status} | about | values)


def lead(one: dict[str, Any], **values: Any) -> dict[str, Any]:
    entry = {"entry_id": f"l{one['claim_id']}", "run_no": 1, "as_of": YESTERDAY, "entry_kind": "OPEN"}
    return row(t.LEAD_ENTRY, **one, **{"lead_id": one["claim_id"]} | entry | values)


def pay(month: int, fen: int, *, back: int = 0, **values: Any) -> dict[str, Any]:
    return row(
        t.PAYMENT, **KEY | {"pay_month": date(2024, month, 1), "paid_fen": fen - back, "recovered_fen": back} | values
    )


def found(tables: dict[Any, Any], **values: Any) -> dict[str, int]:
    """Figures of the second night, by name."""
    at = {"run_no": 2, "last_night": EarlierNight(1, YESTERDAY)} | values
    return {one["figure"]: one["value"] for one in rows_of(derive(LEDGER, tables, **at), t.FIGURE)}


def of_one(now: dict[str, Any], *payments: dict[str, Any], **tables: Any) -> dict[str, int]:
    """Figures where one record was confirmed lost yesterday and is decided so tonight."""
    then = decided(1, **LOST)
    claims = tables.pop("claims", [claim()])
    return found(
        {
            t.DECISION: [then | now],
            t.CERTIFICATION_ENTRY: [entered(then, as_of=YESTERDAY)],
            t.CLAIM: claims if (now.get("loss_state", "CONFIRMED") != "NONE") else [],
            t.LEAD_ENTRY: [lead(one) for one in claims],
            t.ENTITLEMENT: [row(t.ENTITLEMENT, **KEY, monthly_fen=200)],
            t.PAYMENT: list(payments),
        }
        | {getattr(t, name): rows for name, rows in tables.items()}
    )


@pytest.mark.parametrize(
    ("now", "returned", "prevented"),
    [
        ({}, 300, 0),
        ({"payment_state": "SUSPENDED"}, 300, 200),
        (ENDED | {"loss_state": "NONE", "loss_kinds": "", "loss_date": None}, 300, 200),
        ({"outcome": "CERTIFIED_SELF", "loss_state": "REFUTED", "payment_state": "SUSPENDED"}, 0, 0),
    ],
)
def test_what_a_confirmed_loss_saved(now: dict[str, Any], returned: int, prevented: int) -> None:
    """Counted while the benefit is suspended, and still when it was ended. The month of the loss does not count."""
    figures = of_one(now, pay(1, 300, back=300), pay(2, 300, back=300))
    assert (figures["RECOVERED_FEN"], figures["PREVENTED_FEN"]) == (returned, prevented)
    assert figures["AVERTED_FEN"] == returned + prevented
    assert figures["CONFIRMED"] == int(returned > 0)


def test_overpaid_returned_recovered_and_settled_are_told_apart() -> None:
    figures = of_one({}, pay(1, 200), pay(2, 200, back=150, returned_fen=100), pay(3, 200, offset_fen=70))
    assert {name: figures[name] for name in figures if figures[name] and name.endswith(("MONTHS", "FEN"))} == {
        "OVERPAID_MONTHS": 2, "OVERPAID_FEN": 400, "RETURNED_FEN": 100, "RECOVERED_FEN": 50, "OFFSET_FEN": 70,
        "OUTSTANDING_FEN": 180, "AVERTED_FEN": 220,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "programme", "offset"), [
    ("LS01", "RESIDENT_PENSION", 70), ("LS02", "EMPLOYEE_PENSION", 70), ("LS18", "WORK_INJURY", 70),
    ("LS10", "RESIDENT_PENSION", 0), ("LS01", "DEPENDANT", 0), ("LS13", "DEPENDANT", 0),
])  # fmt: skip
def test_only_where_the_matrix_says_so_is_a_loss_settled_from_the_funeral_grant(kind, programme, offset):
    group = "DEATH" if kind in ("LS01", "LS02", "LS18") else "CONDITION"
    then = decided(1, **LOST | {"loss_kinds": kind, "programme_code": programme})
    tables = {
        t.DECISION: [then],
        t.CERTIFICATION_ENTRY: [entered(then, as_of=YESTERDAY)],
        t.CLAIM: [claim(loss_kind=kind, loss_group=group)],
        t.LEAD_ENTRY: [lead(claim(loss_kind=kind, loss_group=group))],
        t.PAYMENT: [pay(2, 200, offset_fen=70, programme_code=programme)],
    }
    figures = found(tables)
    assert (figures["OFFSET_FEN"], figures["OUTSTANDING_FEN"]) == (offset, 200 - offset)
    (recovery,) = rows_of(derive(LEDGER, tables, run_no=2), t.RECOVERY)
    assert recovery["may_offset"] == (offset > 0)


def test_of_a_term_only_its_months_are_overpaid() -> None:
    term = claim(loss_kind="LS06", loss_group="CUSTODY", end_date=date(2024, 2, 20))
    gone = {"loss_state": "NONE", "outcome": "CERTIFIED_SELF", "loss_kinds": "", "loss_date": None}
    figures = of_one(
        gone, pay(2, 200), pay(3, 200), claims=[term],
        CERTIFICATION_ENTRY=[entered(decided(1, **LOST | {"loss_kinds": "LS06"}), as_of=YESTERDAY)],
    )  # fmt: skip
    assert (figures["CONFIRMED"], figures["OVERPAID_FEN"], figures["PREVENTED_FEN"]) == (1, 200, 0)


def test_a_record_that_the_registry_lists_no_more_prevents_what_was_paid_last() -> None:
    then = decided(1, **LOST)
    stopped = decided(1, **LOST | {"payment_state": "SUSPENDED"})
    entries = [
        entered(then, as_of=date(2024, 3, 15)),
        entered(stopped, entry_id="e2", as_of=YESTERDAY, previous_entry_id="e1", entry_kind="CHANGE"),
    ]
    figures = found(
        {t.CERTIFICATION_ENTRY: entries, t.LEAD_ENTRY: [lead(claim())], t.PAYMENT: [pay(2, 175), pay(3, 0)]}
    )
    assert (figures["CONFIRMED"], figures["PREVENTED_FEN"]) == (1, 175)


OPENED = LOST | {"loss_state": "LEAD_OPEN", "outcome": "LEAD_OPEN"}


@pytest.mark.parametrize(
    ("verdict", "officers", "state"),
    [
        ("ALREADY_STOPPED", OFFICERS, "CONFIRMED"),
        ("TRUE_LOSS", OFFICERS, "CONFIRMED"),
        ("ALREADY_STOPPED", OFFICERS | {"approver": ""}, "OPEN"),
        ("FALSE_WRONG_PERSON", {"handler": "a"}, "REFUTED"),
        ("UNREACHABLE", OFFICERS, "OPEN"),
    ],
)
def test_a_verdict_that_comes_after_the_stop_still_counts(verdict, officers, state):
    """The office had stopped the benefit before the officers wrote their answer: the book has no word of it."""
    then = decided(1, **OPENED)
    figures = found(
        {
            t.DECISION: [then | ENDED | {"loss_state": "NONE", "loss_kinds": "", "loss_date": None}],
            t.CERTIFICATION_ENTRY: [entered(then, as_of=YESTERDAY)],
            t.LEAD_ENTRY: [lead(claim("LEAD_OPEN"))],
            t.LISTED: [row(t.LISTED, line_id="x1", claim_id="c1", person_no=1)],
            t.VERDICT: [row(t.VERDICT, lead_id="x1", verdict=verdict, verified_date=AS_OF, **officers)],
            t.PAYMENT: [pay(2, 200)],
            t.ENTITLEMENT: [row(t.ENTITLEMENT, **KEY, monthly_fen=200)],
        }
    )
    assert (figures["CONFIRMED"], figures["REFUTED"]) == (int(state == "CONFIRMED"), int(state == "REFUTED"))
    assert figures["VERIFIED"] == int(state != "OPEN")
    # nobody proposed the stop, so it prevented nothing; what was paid after the loss is owed all the same
    assert figures["PREVENTED_FEN"] == 0
    assert figures["OUTSTANDING_FEN"] == (200 if state == "CONFIRMED" else 0)


def test_a_confirmation_that_is_taken_back_after_the_stop_counts_no_more() -> None:
    tables = {
        "LISTED": [row(t.LISTED, line_id="x1", claim_id="c1", person_no=1)],
        "LEAD_ENTRY": [lead(claim(), entry_kind="CLOSE")],
    }
    stopped = ENDED | {"loss_state": "NONE", "loss_kinds": "", "loss_date": None}
    given = row(t.VERDICT, lead_id="x1", record_id="v1", verdict="TRUE_LOSS", verified_date=YESTERDAY, **OFFICERS)
    back = given | {"is_revoked": True, "record_no": 2, "business_date": AS_OF}
    later = given | {"verdict": "FALSE_WRONG_PERSON", "verified_date": AS_OF, "record_no": 3, "record_id": "v2"}
    seen = {
        name: (figures["CONFIRMED"], figures["REFUTED"])
        for name, verdicts in (("given", [given]), ("back", [given, back]), ("later", [given, later]))
        for figures in [of_one(stopped, pay(2, 200), VERDICT=verdicts, **tables)]
    }
    assert seen == {"given": (1, 0), "back": (0, 0), "later": (0, 1)}


def test_the_doubled_benefit_that_goes_on_is_not_lost() -> None:
    kinds = {"loss_kinds": "LS11", "loss_date": date(2024, 1, 15)}
    kept, ends = decided(1, **OPENED | kinds), decided(1, **OPENED | kinds | {"programme_code": "EMPLOYEE_PENSION"})
    double = claim(loss_kind="LS11", loss_group="DUPLICATE")
    figures = found(
        {
            t.DECISION: [
                kept | {"loss_state": "NONE", "loss_kinds": "", "outcome": "CERTIFIED_SELF"},
                ends | LOST | kinds,
            ],
            t.CERTIFICATION_ENTRY: [entered(kept, as_of=YESTERDAY), entered(ends, entry_id="e2", as_of=YESTERDAY)],
            t.CLAIM: [double],
            t.LEAD_ENTRY: [lead(double)],
            t.PAYMENT: [pay(2, 200), pay(2, 300, programme_code="EMPLOYEE_PENSION")],
        }
    )
    assert (figures["DOUBTFUL"], figures["CONFIRMED"], figures["OVERPAID_FEN"]) == (2, 1, 300)


def test_a_pass_entered_again_is_no_new_pass_and_each_night_adds_to_the_last() -> None:
    silent = {"certification_state": "CERTIFIED", "method": "SILENT", "pass_date": date(2023, 12, 1)}
    before = decided(1, "CERTIFIED_SILENT", **silent, due_date=date(2024, 12, 31))
    kept = [row(t.FIGURE, run_no=1, figure="CERTIFIED_SILENT", value=40)]
    first = entered(before, as_of=YESTERDAY)
    same = found({t.DECISION: [before | {"notice_stage": "x"}], t.CERTIFICATION_ENTRY: [first], t.FIGURE: kept})
    newer = before | {"pass_date": date(2024, 3, 1)}
    more = found({t.DECISION: [newer], t.CERTIFICATION_ENTRY: [first], t.FIGURE: kept})
    own = found(
        {
            t.DECISION: [before | {"method": "SELF", "outcome": "CERTIFIED_SELF"}],
            t.CERTIFICATION_ENTRY: [first],
            t.FIGURE: kept,
        }
    )
    older_home = found({t.DECISION: [newer], t.CERTIFICATION_ENTRY: [first]})
    seen = [(one["CERTIFIED_SILENT"], one["CERTIFIED_SELF"]) for one in (same, more, own, older_home)]
    assert seen == [(40, 0), (41, 0), (40, 1), (2, 0)]


def test_one_self_certification_a_cycle_is_spared() -> None:
    silent = {"certification_state": "CERTIFIED", "method": "SILENT", "pass_date": date(2024, 1, 31)}
    year = [decided(n, "CERTIFIED_SILENT", **silent, due_date=date(2025, 1, 31)) for n in range(12)]
    half = [decided(n, "CERTIFIED_SILENT", **silent, due_date=date(2024, 7, 29)) for n in range(12, 18)]
    twice = [year[0] | {"programme_code": "EMPLOYEE_PENSION"}]
    assert found({t.DECISION: year + half + twice})["SPARED_A_MONTH"] == 2
    assert found({t.DECISION: year[:11]})["SPARED_A_MONTH"] == 0


def test_a_backfill_has_no_figures_and_tells_the_money_of_its_day() -> None:
    then = decided(1, **LOST)
    tables = {
        t.DECISION: [then],
        t.CERTIFICATION_ENTRY: [entered(then, as_of=YESTERDAY)],
        t.CLAIM: [claim()],
        t.LEAD_ENTRY: [lead(claim())],
        t.PAYMENT: [pay(2, 200)],
    }
    derived = derive(LEDGER, tables, run_no=2, kind="backfill")
    assert rows_of(derived, t.FIGURE) == []
    assert [one["overpaid_fen"] for one in rows_of(derived, t.RECOVERY)] == [200]


STATES = ("NONE", "LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN", "CONFIRMED", "REFUTED")
DAYS = st.sampled_from([date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 1), date(2024, 3, 1), YESTERDAY])


@st.composite
def histories(draw) -> dict[Any, Any]:
    """One person's entries, claims, lines, verdicts and payments, in any combination."""
    programmes = draw(
        st.lists(st.sampled_from(["RESIDENT_PENSION", "EMPLOYEE_PENSION", "DEPENDANT"]), unique=True, max_size=2)
    )
    kinds = st.lists(st.sampled_from(["LS01", "LS06", "LS11", "LS13"]), unique=True, max_size=2).map(sorted)
    book, payments, entitlements = [], [], []
    for programme in programmes:
        own = {"programme_code": programme}
        before = ""
        for n in range(draw(st.integers(1, 3))):
            state = draw(st.sampled_from(STATES))
            entry_id, named = f"{programme}-{n}", draw(kinds) if state not in ("NONE", "REFUTED") else []
            pass_date, method = draw(
                st.sampled_from([(None, "NONE"), (date(2024, 1, 1), "SILENT"), (date(2024, 2, 1), "FIELD")])
            )
            states = {"loss_state": state, "loss_kinds": ",".join(named), "method": method, "pass_date": pass_date}
            paid = {"payment_state": draw(st.sampled_from(["DRAWING", "SUSPENDED", "TERMINATED"]))}
            kind = "OPEN" if not before else draw(st.sampled_from(["CHANGE", "CHANGE", "CLOSE"]))
            at = {"entry_id": entry_id, "run_no": n + 1, "as_of": draw(DAYS), "entry_kind": kind}
            book.append(entered(decided(1, "HELD_STALE", **own | states | paid), **at, previous_entry_id=before))
            before = entry_id
        for month in (1, 2, 3):
            back = draw(st.sampled_from([0, 0, 100, 300]))
            bounced, offset = draw(st.integers(0, back)), draw(st.sampled_from([0, 50]))
            payments.append(
                pay(month, draw(st.sampled_from([0, 200])), back=back, returned_fen=bounced, offset_fen=offset, **own)
            )
        if draw(st.booleans()):
            entitlements.append(row(t.ENTITLEMENT, **KEY | own, monthly_fen=180))
    leads, listed, verdicts = [], [], []
    for n in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["LS01", "LS06", "LS11", "LS13"]))
        group = {"LS01": "DEATH", "LS06": "CUSTODY", "LS11": "DUPLICATE", "LS13": "CONDITION"}[kind]
        end = draw(st.none() | DAYS) if kind == "LS06" else None
        about = {"loss_kind": kind, "loss_group": group, "event_date": draw(DAYS), "end_date": end}
        one = claim(draw(st.sampled_from(STATES[1:])), claim_id=f"c{n}", is_dated=draw(st.booleans()), **about)
        leads.append(lead(one, entry_kind=draw(st.sampled_from(["OPEN", "CLOSE"]))))
        if draw(st.booleans()):
            listed.append(row(t.LISTED, line_id=draw(st.sampled_from(["x", "y"])), claim_id=f"c{n}", person_no=1))
    for n in range(draw(st.integers(0, 3))):
        signed = draw(st.sampled_from([OFFICERS, {"handler": "a"}]))
        said = {"verdict": draw(st.sampled_from(["TRUE_LOSS", "ALREADY_STOPPED", "SEEN_ALIVE", "PENDING"]))}
        line = {"lead_id": draw(st.sampled_from(["x", "y", "c0"])), "record_id": draw(st.sampled_from(["v1", "v2"]))}
        days = {"verified_date": draw(DAYS), "business_date": draw(DAYS), "is_revoked": draw(st.booleans())}
        verdicts.append(row(t.VERDICT, record_no=n, **signed, **said, **line, **days))
    sample, links = [], []
    if draw(st.booleans()):
        sample.append(row(t.AUDIT_SAMPLE, month=date(2024, 3, 1), person_no=1, as_of=draw(DAYS)))
    for n in range(draw(st.integers(0, 2))):
        found_as = {"qualifier_code": draw(st.sampled_from(["SEEN_ALIVE", "NOT_FOUND"])), "record_id": f"f{n}"}
        links.append(row(t.LINK, feed="field_visit", record_no=n, person_no=1, event_date=draw(DAYS), **found_as))
    return {
        t.AUDIT_SAMPLE: sample,
        t.LINK: links,
        t.CERTIFICATION_ENTRY: book, t.LEAD_ENTRY: leads, t.LISTED: listed, t.VERDICT: verdicts, t.PAYMENT: payments,
        t.ENTITLEMENT: entitlements,
    }  # fmt: skip


@costly
@given(st.lists(histories(), min_size=6, max_size=6))
def test_the_figures_are_those_of_the_slow_count(many) -> None:
    """Six persons at once: an engine is asked only now and then."""
    tables: dict[Any, Any] = {}
    for number, history in enumerate(many):
        for table, rows in history.items():
            tables.setdefault(table, []).extend(_of_person(number, one) for one in rows)
    derived = derive(LEDGER, tables, run_no=9, kind="night")
    entered_too = {table: rows_of(derived, table) for table in (t.CERTIFICATION_ENTRY, t.LEAD_ENTRY, t.LISTED)}
    rows = {table.name: [*tables.get(table, []), *entered_too.get(table, [])] for table in READ}
    expected = reference.figures(rows, shipped_policy(), AS_OF)
    assert {one["figure"]: one["value"] for one in rows_of(derived, t.FIGURE)} == expected


READ = (
    t.CERTIFICATION_ENTRY, t.LEAD_ENTRY, t.LISTED, t.VERDICT, t.PAYMENT, t.ENTITLEMENT, t.COMPARISON, t.DECISION,
    t.AUDIT_SAMPLE, t.LINK,
)  # fmt: skip
_NAMED = ("entry_id", "previous_entry_id", "claim_id", "lead_id", "line_id", "record_id")


def _of_person(number: int, one: dict[str, Any]) -> dict[str, Any]:
    """The row, of another person, with numbers of its own."""
    named = {name: f"{number}-{one[name]}" for name in _NAMED if one.get(name)}
    return (
        one
        | named
        | {"person_no": number}
        | ({"record_no": 100 * number + one["record_no"]} if "record_no" in one else {})
    )


def test_every_figure_is_counted() -> None:
    assert set(found({})) == set(Figure)
