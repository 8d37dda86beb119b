"""The decisions an office would name in a training: one person each, told in a line."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from schemas.codes import LossKind, Reason
from schemas.policy import Cycle, PersonalCycle, ProgrammeRule
from tests.derived import shipped_policy
from tests.property.decided import COUNTY, decide_all
from tests.reference.decide import Claim, Entitlement, Judgement, Person, Sign

AS_OF = date(2024, 3, 20)
LONG_AGO = date(2012, 1, 1)


def _pension(first: date | None = LONG_AGO) -> tuple[Entitlement, ...]:
    return (Entitlement("EMPLOYEE_PENSION", COUNTY, "DRAWING", first, paid={date(2024, 2, 1): 14500}),)


def _death(day: date = date(2024, 1, 5)) -> Claim:
    return Claim("c0", "LS01", "DEATH", day, None, "health", False, date(2024, 1, 20))


def _prison(released: date | None) -> Claim:
    return Claim("c0", "LS06", "CUSTODY", date(2023, 12, 1), released, "justice", False, date(2023, 12, 20))


CARE = Sign(date(2024, 1, 10), "B", signal_code="INPATIENT_DISCHARGED", agency="medical_insurance")
TRIP = Sign(date(2024, 1, 10), "B", signal_code="RAIL_BOARDED", agency="transport", is_outside=True)
LAST_YEAR = Sign(date(2022, 6, 1), "B")
VISITS = (
    Sign(date(2024, 1, 10), "C", signal_code="OUTPATIENT", agency="medical_insurance"),
    Sign(date(2024, 2, 10), "C", signal_code="COACH_BOARDED", agency="transport", is_outside=True),
)
VERDICT = Judgement(("c0",), "TRUE_LOSS", date(2024, 2, 1), date(2024, 1, 25), ("a", "b", "c"), date(2024, 2, 1), 1)
SUSPENDED = Claim("c0", "LS08", "NONE", date(2023, 12, 1), date(2025, 12, 1), "justice", False, date(2023, 12, 20))

CASES = {
    "discharged alive passes silently": (
        Person(date(1950, 5, 5), _pension(), (CARE,)),
        {"outcome": "CERTIFIED_SILENT", "pass_date": date(2024, 1, 10), "due_date": date(2025, 1, 31)},
    ),
    "two agencies within sixty days pass at the older": (
        Person(date(1950, 5, 5), _pension(), VISITS),
        {"outcome": "CERTIFIED_SILENT", "signal_code": "PAIR", "pass_date": date(2024, 1, 10)},
    ),
    "one visit alone does not pass": (
        Person(date(1950, 5, 5), _pension(), VISITS[:1]),
        {"outcome": "OVERDUE", "method": "NONE"},
    ),
    "a death certificate is a lead, and money is at risk": (
        Person(date(1950, 5, 5), _pension(), claims=(_death(),)),
        {"outcome": "LEAD_OPEN", "loss_kinds": "LS01", "lead_priority": 2, "at_risk_fen": 14500},
    ),
    "seen after the death is a conflict that neither certifies nor stops": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (_death(),)),
        {"outcome": "EVIDENCE_CONFLICT", "certification_state": "CONFLICT", "at_risk_fen": 0},
    ),
    "seen within the days of grace is no conflict": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (_death(date(2024, 1, 7)),)),
        {"outcome": "LEAD_OPEN"},
    ),
    "three officers confirm a death": (
        Person(date(1950, 5, 5), _pension(), claims=(_death(),), judgements=(VERDICT,)),
        {"outcome": "LOSS_CONFIRMED", "loss_date": date(2024, 1, 5)},
    ),
    "nobody was seen for a year": (
        Person(date(1950, 5, 5), _pension(), (LAST_YEAR,)),
        {"outcome": "OVERDUE", "due_date": date(2023, 6, 30)},
    ),
    "the first payment opens a first period": (
        Person(date(1963, 5, 5), _pension(date(2023, 10, 1))),
        {"outcome": "FIRST_PERIOD", "due_date": date(2024, 10, 31), "pass_date": None},
    ),
    "a person of a hundred is visited, never overdue": (
        Person(date(1924, 3, 20), _pension(), (LAST_YEAR,)),
        {"outcome": "EVIDENCE_INSUFFICIENT", "loss_state": "NONE"},
    ),
    "care in prison does not contradict prison": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (_prison(None),)),
        {"outcome": "LEAD_OPEN", "loss_kinds": "LS06"},
    ),
    "a train taken from prison does": (
        Person(date(1950, 5, 5), _pension(), (TRIP,), (_prison(date(2024, 6, 1)),)),
        {"outcome": "EVIDENCE_CONFLICT"},
    ),
    "a released prisoner is entitled again": (
        Person(date(1950, 5, 5), _pension(), (TRIP,), (_prison(date(2024, 1, 1)),)),
        {"outcome": "CERTIFIED_SILENT", "loss_state": "NONE"},
    ),
    "a suspended sentence that nobody has verified freezes nothing": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (SUSPENDED,)),
        {"outcome": "CERTIFIED_SILENT", "adjustment_frozen": False, "loss_state": "NONE"},
    ),
    "a suspended sentence freezes the adjustment and nothing else": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (SUSPENDED,), (VERDICT,)),
        {"outcome": "CERTIFIED_SILENT", "adjustment_frozen": True, "loss_state": "NONE"},
    ),
    "without an end it goes on": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (replace(SUSPENDED, end_date=None),), (VERDICT,)),
        {"adjustment_frozen": True},
    ),
    "served, it freezes nothing any more": (
        Person(date(1950, 5, 5), _pension(), (CARE,), (replace(SUSPENDED, end_date=date(2024, 3, 19)),), (VERDICT,)),
        {"adjustment_frozen": False},
    ),
}


@pytest.fixture(scope="module")
def decided() -> dict[str, dict[str, Any]]:
    rows = decide_all([person for person, _ in CASES.values()], shipped_policy(), AS_OF)
    return dict(zip(CASES, rows, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_what_stands(decided: dict[str, dict[str, Any]], case: str) -> None:
    expected = CASES[case][1]
    assert {name: decided[case][name] for name in expected} == expected


def test_a_stale_feed_holds_what_would_be_overdue() -> None:
    """The silence of a feed is not the silence of the person."""
    person = Person(date(1950, 5, 5), _pension(), (LAST_YEAR,))
    assert decide_all([person], shipped_policy(), AS_OF, is_stale=True)[0]["outcome"] == "HELD_STALE"


CONFIRMED_BY = Judgement(("c0",), "TRUE_LOSS", date(2024, 2, 1), date(2024, 2, 1), ("a", "b", "c"), date(2024, 2, 2), 1)
PRISON = Claim("c0", "LS06", "CUSTODY", date(2023, 5, 5), None, "justice", False, date(2023, 5, 9))


@pytest.mark.parametrize(
    ("stale", "is_told", "outcome"),
    [("", True, "LOSS_CONFIRMED"), ("registry", True, "HELD_STALE"), ("transport", True, "HELD_STALE"),
     ("", False, "HELD_STALE")],
)  # fmt: skip
@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_s3_a_confirmed_loss_is_held_while_what_it_leans_on_is_stale(
    stale: str, is_told: bool, outcome: str, is_withdrawn: bool
) -> None:
    """Also where its record is gone, which does not undo what officers found: the feed that stated it is asked."""
    claim = replace(PRISON, is_told=is_told, is_withdrawn=is_withdrawn)
    person = Person(date(1950, 5, 5), _pension(), (CARE,), (claim,), judgements=(CONFIRMED_BY,))
    row = decide_all([person], shipped_policy(), AS_OF, stale=stale)[0]
    assert (row["outcome"], row["loss_state"]) == (outcome, "CONFIRMED")


@pytest.mark.parametrize(
    ("stale", "outcome"), [("", "OVERDUE"), ("registry", "HELD_STALE"), ("transport", "HELD_STALE")]
)
def test_s3_nobody_is_overdue_on_a_stale_registry(stale: str, outcome: str) -> None:
    person = Person(date(1950, 5, 5), _pension(), (LAST_YEAR,))
    assert decide_all([person], shipped_policy(), AS_OF, stale=stale)[0]["outcome"] == outcome


SERVED = replace(PRISON, event_date=date(2023, 3, 10), end_date=date(2023, 6, 20))


@pytest.mark.parametrize(
    ("paid", "judgements", "expected"),
    [
        ({date(2023, m, 1): 100_00 for m in range(1, 10)}, (), {"outcome": "LEAD_OPEN", "at_risk_fen": 300_00}),
        ({date(2023, m, 1): 100_00 for m in (1, 2, 3, 7, 8)}, (), {"outcome": "CERTIFIED_SILENT", "at_risk_fen": 0}),
        (
            {date(2023, m, 1): 100_00 for m in range(1, 10)},
            (CONFIRMED_BY,),
            {"outcome": "CERTIFIED_SILENT", "loss_state": "NONE", "at_risk_fen": 300_00},
        ),
    ],
    ids=["paid in custody", "held in custody", "confirmed: released, so only its money"],
)
def test_s7_a_term_over_on_arrival_is_a_lead_for_the_months_paid_in_it(paid, judgements, expected) -> None:
    pension = (replace(_pension()[0], paid=paid),)
    row = decide_all([Person(date(1950, 5, 5), pension, (CARE,), (SERVED,), judgements)], shipped_policy(), AS_OF)[0]
    assert {name: row[name] for name in expected} == expected


PERSONAL = {"person_no": 0, "approved_by": "approver", "why": "lives abroad"}


@pytest.mark.parametrize(
    ("personal", "due"),
    [
        ([], date(2024, 7, 8)),
        ([{"unit": "MONTHS", "length": 12, "from_date": date(2023, 1, 1)}], date(2025, 1, 31)),
        ([{"unit": "MONTHS", "length": 12, "from_date": date(2024, 1, 11)}], date(2024, 7, 8)),  # after the pass
        ([{"unit": "MONTHS", "length": 12, "from_date": date(2023, 1, 1), "person_no": 7}], date(2024, 7, 8)),
        ([{"unit": "DAYS", "length": 30, "from_date": date(2023, 1, 1), "method": "SILENT"}], date(2024, 2, 9)),
        ([{"unit": "DAYS", "length": 30, "from_date": date(2023, 1, 1), "method": "SELF"}], date(2024, 7, 8)),
        (
            [{"unit": "DAYS", "length": 30, "from_date": date(2022, 1, 1)},
             {"unit": "DAYS", "length": 60, "from_date": date(2023, 1, 1)}],
            date(2024, 3, 10),
        ),
    ],
)  # fmt: skip
def test_a_persons_own_cycle_goes_before_every_other(personal: list[dict[str, Any]], due: date) -> None:
    general = Cycle(unit="DAYS", length=180)
    own = tuple(PersonalCycle(**(PERSONAL | one)) for one in personal)
    policy = shipped_policy().model_copy(update={"cycles": (general,), "personal_cycles": own})
    assert decide_all([Person(date(1950, 5, 5), _pension(), (CARE,))], policy, AS_OF)[0]["due_date"] == due


def test_a_year_without_calendar_holds_what_would_be_overdue() -> None:
    person = Person(date(1950, 5, 5), _pension(), (LAST_YEAR,))
    assert decide_all([person], shipped_policy(), date(2031, 3, 20))[0]["outcome"] == "HELD_STALE"


def test_what_freezes_one_benefit_may_suspend_another() -> None:
    resident = ProgrammeRule(
        programmes=("RESIDENT_PENSION",), loss_kinds=(LossKind.LS08,), effect="SUSPEND", legal_ground="例"
    )
    policy = shipped_policy().model_copy(update={"programmes": (*shipped_policy().programmes, resident)})
    drawn = (*_pension(), Entitlement("RESIDENT_PENSION", COUNTY, "DRAWING", LONG_AGO))
    found = decide_all([Person(date(1950, 5, 5), drawn, (CARE,), (SUSPENDED,), (VERDICT,))], policy, AS_OF)
    by_programme = {row["programme_code"]: (row["loss_kinds"], row["adjustment_frozen"]) for row in found}
    assert by_programme == {"EMPLOYEE_PENSION": ("", True), "RESIDENT_PENSION": ("LS08", False)}


def _drawn(programme: str, first: date | None, county: str = COUNTY, state: str = "DRAWING") -> Entitlement:
    return Entitlement(programme, county, state, first, paid={date(2024, 2, 1): 14500})


TWICE = Claim("c0", "LS11", "DUPLICATE", date(2020, 5, 5), None, "social_insurance", False, date(2020, 5, 5))
EARLY, LATE = date(2012, 1, 1), date(2020, 5, 5)
RESIDENT, EMPLOYEE = "RESIDENT_PENSION", "EMPLOYEE_PENSION"
DOUBLED = {
    "resident beside employee": ([_drawn(EMPLOYEE, LATE), _drawn(RESIDENT, EARLY)], [1]),
    "resident first paid later": ([_drawn(RESIDENT, LATE), _drawn(EMPLOYEE, EARLY)], [0]),
    "unemployment beside a pension": ([_drawn("UNEMPLOYMENT", EARLY), _drawn(EMPLOYEE, LATE)], [0]),
    "one pension in two counties": ([_drawn(RESIDENT, LATE), _drawn(RESIDENT, EARLY, "622926")], [0]),
    "first paid on one day": ([_drawn(EMPLOYEE, EARLY), _drawn(EMPLOYEE, EARLY, "622926")], [1]),
    "a day that nobody knows": ([_drawn(EMPLOYEE, LATE), _drawn(EMPLOYEE, None, "622926")], [0]),
    "in three counties": (
        [_drawn(RESIDENT, LATE), _drawn(RESIDENT, EARLY, "622926"), _drawn(RESIDENT, LATE, "620524")],
        [0, 2],
    ),
    "two employee pensions and one for residents": (
        [_drawn(EMPLOYEE, EARLY), _drawn(EMPLOYEE, LATE, "622926"), _drawn(RESIDENT, EARLY)],
        [1, 2],
    ),
    "beside one that goes on": (
        [_drawn(EMPLOYEE, EARLY), _drawn(RESIDENT, EARLY), _drawn("WORK_INJURY", EARLY)],
        [1],
    ),
}


@pytest.mark.parametrize("case", DOUBLED)
def test_v7_of_two_benefits_that_exclude_each_other_one_ends(case: str) -> None:
    drawn, ending = DOUBLED[case]
    person = Person(date(1950, 5, 5), tuple(drawn), (CARE,), (TWICE,), (CONFIRMED_BY,))
    rows = decide_all([person], shipped_policy(), AS_OF)
    expected = [
        ("LOSS_CONFIRMED", "CONFIRMED", "LS11", 14500) if place in ending else ("CERTIFIED_SILENT", "NONE", "", 0)
        for place in range(len(drawn))
    ]
    assert [(r["outcome"], r["loss_state"], r["loss_kinds"], r["at_risk_fen"]) for r in rows] == expected


@pytest.mark.parametrize(
    ("judgements", "kept", "ending"),
    [
        ((), ("LEAD_OPEN", 0), ("LEAD_OPEN", 14500)),
        ((replace(CONFIRMED_BY, notice_date=date(2024, 3, 18)),), ("CERTIFIED_SILENT", 0), ("NOTICE_GIVEN", 14500)),
        ((replace(CONFIRMED_BY, verdict="NOT_DISQUALIFYING"),), ("CERTIFIED_SILENT", 0), ("CERTIFIED_SILENT", 0)),
    ],
    ids=["open: both counties look", "under notice", "refuted"],
)
def test_v7_the_benefit_that_is_kept_is_asked_about_and_never_at_risk(judgements, kept, ending) -> None:
    drawn = (_drawn(EMPLOYEE, LATE), _drawn(RESIDENT, EARLY))
    rows = decide_all([Person(date(1950, 5, 5), drawn, (CARE,), (TWICE,), judgements)], shipped_policy(), AS_OF)
    assert [(row["outcome"], row["at_risk_fen"]) for row in rows] == [kept, ending]


def test_v7_what_is_kept_may_still_end_for_another_reason() -> None:
    drawn = (_drawn(EMPLOYEE, LATE), _drawn(RESIDENT, EARLY))
    died = replace(_death(), claim_id="c1")
    judged = (CONFIRMED_BY, replace(CONFIRMED_BY, listed=("c1",), record_no=2))
    rows = decide_all(
        [Person(date(1950, 5, 5), drawn, claims=(TWICE, died), judgements=judged)], shipped_policy(), AS_OF
    )
    assert [(row["outcome"], row["loss_kinds"]) for row in rows] == [
        ("LOSS_CONFIRMED", "LS01"), ("LOSS_CONFIRMED", "LS01,LS11")]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "judgement", "frozen", "listed"),
    [
        ({}, None, False, True),
        ({"is_suspected": True}, None, False, True),
        ({}, {}, True, False),
        ({"is_suspected": True}, {}, True, False),
        ({}, {"officers": ("a", "b", "b")}, False, True),
        ({}, {"notice_date": None}, False, True),
        ({}, {"notice_date": date(2024, 3, 18)}, False, True),
        ({}, {"verdict": "PENDING"}, False, True),
        *(({}, {"verdict": verdict}, False, False) for verdict in (
            "FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "FALSE_NAME_VARIANT", "FALSE_STALE_ID", "NOT_DISQUALIFYING")),
        ({"end_date": date(2024, 3, 19)}, {}, False, False),
        ({"end_date": date(2024, 3, 20)}, {}, True, False),
    ],
)  # fmt: skip
def test_v11_a_sentence_served_outside_is_a_lead_first(change, judgement, frozen: bool, listed: bool) -> None:
    judged = () if judgement is None else (replace(CONFIRMED_BY, **judgement),)
    person = Person(date(1950, 5, 5), _pension(), (CARE,), (replace(SUSPENDED, **change),), judged)
    (row,) = decide_all([person], shipped_policy(), AS_OF)
    assert (row["outcome"], row["loss_state"], row["loss_kinds"], row["at_risk_fen"]) == (
        "CERTIFIED_SILENT", "NONE", "", 0)  # fmt: skip
    assert (row["adjustment_frozen"], bool(row["reason_mask"] & Reason.ADJUSTMENT_LEAD.bit)) == (frozen, listed)


def test_v11_it_freezes_nothing_of_a_benefit_that_the_matrix_does_not_name_or_that_is_not_drawn() -> None:
    drawn = (_drawn(RESIDENT, EARLY), _drawn(EMPLOYEE, EARLY, state="TERMINATED"))
    person = Person(date(1950, 5, 5), drawn, (CARE,), (SUSPENDED,), (CONFIRMED_BY,))
    assert [row["adjustment_frozen"] for row in decide_all([person], shipped_policy(), AS_OF)] == [False, False]
