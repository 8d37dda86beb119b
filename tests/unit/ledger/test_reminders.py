"""What a night enters of the reminder stages it reaches, and what a backfill never does."""

import pytest

from pipelines.ledger.step import LEDGER
from pipelines.step import EarlierNight
from schemas import tables as t
from tests.derived import derive, rows_of
from tests.unit.conftest import AS_OF, DUE, claimed, decided, entered, person

STAGE = "一个月提醒"
NEAR = decided(1, "DUE_SOON", notice_stage=STAGE, due_date=DUE)
LAST_NIGHT = EarlierNight(1, AS_OF)


def _entered(who=None, claims=(), entries=(), **values):
    province = {
        t.PERSON: [person(1) | (who or {})], t.DECISION: [NEAR], t.CLAIM: claims, t.CERTIFICATION_ENTRY: entries,
    }  # fmt: skip
    rows = rows_of(derive(LEDGER, province, run_no=2, last_night=LAST_NIGHT, **values), t.REMINDER)
    return [
        (row["person_no"], row["run_no"], row["as_of"], row["stage"], row["due_date"], row["obstacle"]) for row in rows
    ]


@pytest.mark.parametrize(("who", "obstacle"), [({}, ""), ({"phone": ""}, "NO_PHONE")], ids=["phone", "no phone"])
def test_v18_a_night_enters_the_stage_with_what_it_did(who, obstacle):
    assert _entered(who) == [(1, 2, AS_OF, STAGE, DUE, obstacle)]


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "backfill"},
        {"claims": [claimed(1, "LEAD_OPEN")]},
        {"entries": [entered(NEAR)]},
    ],
    ids=["backfill", "in grief", "reached by an earlier night"],
)
def test_v18_nothing_is_entered_of_what_no_night_does(given):
    assert _entered(**given) == []
