"""The month's random sample: proportional, the same again, nobody twice within a year; and what came of it."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ledger.audit_sample import quotas
from pipelines.ledger.step import LEDGER
from schemas import tables as t
from schemas.policy import Audit
from tests.derived import AS_OF, derive, row, rows_of, shipped_policy
from tests.unit.conftest import decided, person

SILENT = {"certification_state": "CERTIFIED", "method": "SILENT", "pass_date": date(2024, 2, 1)}


def province(count: int = 60) -> dict[Any, Any]:
    """Persons in two counties and two age bands, all certified silently."""
    born = (date(1960, 1, 1), date(1940, 1, 1))
    counties = ("621022", "620102", "620102")
    return {
        t.DECISION: [decided(n, "CERTIFIED_SILENT", **SILENT, county_code=counties[n % 3]) for n in range(count)],
        t.PERSON: [person(n, birth_date=born[n % 2]) for n in range(count)],
    }


def sample(tables: dict[Any, Any], size: int = 12, **values: Any) -> list[dict[str, Any]]:
    policy = shipped_policy().model_copy(update={"audit": Audit(size=size, seed=values.pop("seed", "x"))})
    return rows_of(derive(LEDGER, tables, policy=policy, **values), t.AUDIT_SAMPLE)


def test_each_stratum_gives_its_share_and_the_same_lot_falls_again():
    drawn = sample(province())
    assert Counter((one["county_code"], one["age_band"]) for one in drawn) == {
        ("621022", "60-69"): 2, ("621022", "80-89"): 2, ("620102", "60-69"): 4, ("620102", "80-89"): 4,
    }  # fmt: skip
    assert {one["month"] for one in drawn} == {date(2024, 3, 1)}
    shuffled = {table: rows[::-1] for table, rows in province().items()}
    assert sample(shuffled) == drawn
    others = [
        sample(province(), seed="y"),
        sample(province(), secret=b"other"),
        sample(province(), as_of=date(2024, 4, 1)),
    ]
    assert all({one["person_no"] for one in other} != {one["person_no"] for one in drawn} for other in others)


@pytest.mark.parametrize("values", [{"kind": "backfill"}, {"size": 0}])
def test_a_backfill_and_a_home_that_wants_none_draw_nobody(values):
    assert sample(province(), **values) == []


def test_a_month_is_drawn_once_and_nobody_within_a_year_again():
    drawn = sample(province())
    again = province() | {t.AUDIT_SAMPLE: drawn}
    assert sample(again, as_of=date(2024, 3, 31)) == []
    later = sample(again, size=60, as_of=date(2024, 4, 2))
    assert {one["person_no"] for one in later} == set(range(60)) - {one["person_no"] for one in drawn}
    next_year = sample(again, size=60, as_of=date(2025, 3, 1))
    assert len(next_year) == 60


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "CERTIFIED_SELF", "method": "SELF"}, {"outcome": "LEAD_OPEN"}, {"outcome": "DUE_SOON"},
        {"outcome": "EVIDENCE_CONFLICT"},
    ],
)  # fmt: skip
def test_only_who_stands_certified_silently_is_drawn(other):
    tables = {t.DECISION: [decided(1, "CERTIFIED_SILENT", **SILENT) | other], t.PERSON: [person(1)]}
    assert sample(tables) == []


def test_a_person_with_two_benefits_is_drawn_once():
    two = [
        decided(1, "CERTIFIED_SILENT", **SILENT),
        decided(1, "CERTIFIED_SILENT", **SILENT, programme_code="DEPENDANT"),
    ]
    (one,) = sample({t.DECISION: two, t.PERSON: [person(1)]})
    assert one["pass_date"] == SILENT["pass_date"]


STRATA = st.lists(st.integers(1, 400), min_size=1, max_size=12)


@given(STRATA, st.integers(0, 300))
def test_quotas_are_in_proportion_and_add_up(persons, size):
    strata = [{"county_code": f"{n}", "age_band": "", "persons": count} for n, count in enumerate(persons)]
    found = {row["county_code"]: row["quota"] for row in quotas(strata, size)}
    assert sum(found.values()) == min(size, sum(persons))
    for stratum in strata:
        exact = min(size, sum(persons)) * stratum["persons"] / sum(persons)
        assert exact - 1 < found[stratum["county_code"]] < exact + 1
        assert found[stratum["county_code"]] <= stratum["persons"]


DRAWN_ON = date(2024, 3, 4)
BACK = {"event_date": date(2024, 3, 5), "is_revoked": True, "business_date": AS_OF}


@pytest.mark.parametrize(
    ("visits", "loss_date", "heard", "wrong"),
    [
        ([], None, 0, 0),
        ([{"event_date": date(2024, 3, 5)}], None, 1, 0),
        ([{"event_date": DRAWN_ON, "event_code": "TELEPHONE"}], None, 1, 0),
        ([{"event_date": date(2024, 3, 3)}], None, 0, 0),
        ([{"event_date": date(2024, 3, 5), "qualifier_code": "NOT_FOUND"}], None, 0, 0),
        ([{"event_date": date(2024, 3, 5), "qualifier_code": "REPORTED_DEAD"}], None, 0, 0),
        ([{"event_date": date(2024, 3, 5), "feed": "medical"}], None, 0, 0),
        ([{"event_date": date(2024, 3, 5)}, BACK], None, 0, 0),
        ([], date(2024, 2, 1), 1, 1),
        ([], DRAWN_ON, 1, 1),
        ([], date(2024, 3, 5), 0, 0),
        ([{"event_date": date(2024, 3, 5)}], date(2024, 3, 6), 1, 0),
    ],
)  # fmt: skip
def test_a_silent_pass_was_right_when_the_person_was_met_and_wrong_when_a_loss_of_then_is_confirmed(
    visits, loss_date, heard, wrong
):
    """That somebody says the person died makes it neither: officers have to look first."""
    known = {"feed": "field_visit", "event_code": "VISIT", "qualifier_code": "SEEN_ALIVE", "record_id": "f1"}
    links = [
        row(t.LINK, person_no=1, record_no=n, **known | {"business_date": DRAWN_ON} | v) for n, v in enumerate(visits)
    ]
    lost = decided(1, "LOSS_CONFIRMED", loss_state="CONFIRMED", loss_kinds="LS01")
    about = {"claim_id": "c1", "person_no": 1, "loss_kind": "LS01", "loss_group": "DEATH", "status": "CONFIRMED"}
    tables = {
        t.AUDIT_SAMPLE: [row(t.AUDIT_SAMPLE, month=date(2024, 3, 1), person_no=1, as_of=DRAWN_ON)],
        t.LINK: links,
        t.DECISION: [lost] if loss_date else [],
        t.CLAIM: [row(t.CLAIM, **about, event_date=loss_date)] if loss_date else [],
    }
    figures = {one["figure"]: one["value"] for one in rows_of(derive(LEDGER, tables, run_no=2), t.FIGURE)}
    assert (figures["AUDITED"], figures["AUDIT_HEARD"], figures["AUDIT_WRONG"]) == (1, heard, wrong)
