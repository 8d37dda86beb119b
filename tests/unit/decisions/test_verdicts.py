"""Which verdict binds which claim."""

from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from pipelines.decisions.claims import in_force_verdicts, with_status, with_verdict
from pipelines.decisions.windows import SHAPE
from schemas.tables import CLAIMED, VERDICT
from tests.derived import engine

AS_OF = date(2024, 3, 20)
CLAIMED_ROW = {
    "claim_id": "c1", "person_no": 1, "loss_kind": "LS01", "loss_group": "DEATH", "event_date": date(2024, 1, 5),
    "agency": "health", "is_suspected": False, "business_date": date(2024, 2, 1),
}  # fmt: skip
VERDICT_ROW = {
    "feed": "verification", "delivery_id": "d1", "record_no": 1, "record_id": "v1", "business_date": date(2024, 2, 10),
    "known_from": 1, "agency": "social_insurance", "lead_id": "c1", "verdict": "TRUE_LOSS",
    "verified_date": date(2024, 2, 9), "handler": "a", "reviewer": "b", "approver": "c", "is_revoked": False,
}  # fmt: skip
WITHDRAWAL = VERDICT_ROW | {"delivery_id": "d2", "business_date": date(2024, 2, 12), "is_revoked": True}


def _verdicts(
    claims: list[dict[str, Any]], *verdicts: dict[str, Any], withdrawn: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    verdict = engine().table(pa.Table.from_pylist(list(verdicts), VERDICT.arrow()))
    rows = with_verdict(
        engine().table(pa.Table.from_pylist(claims)),
        in_force_verdicts(verdict, ibis.literal(AS_OF)),
        claimed=engine().table(pa.Table.from_pylist([*claims, *withdrawn]).select(CLAIMED.names)),
        deadlines=engine().table(pa.Table.from_pylist([], SHAPE)),
    )
    return {row["claim_id"]: row["verdict"] for row in rows.to_pyarrow().to_pylist()}


def test_a_verdict_binds_every_claim_of_its_group_delivered_by_its_day() -> None:
    """A second agency's record that lay on the table was judged with it; one that came later is new evidence."""
    known = CLAIMED_ROW | {"claim_id": "known", "agency": "civil_affairs"}
    later = CLAIMED_ROW | {"claim_id": "later", "agency": "public_security", "business_date": date(2024, 2, 11)}
    other = CLAIMED_ROW | {"claim_id": "other", "loss_group": "CUSTODY", "loss_kind": "LS06"}
    found = _verdicts([CLAIMED_ROW, known, later, other], VERDICT_ROW)
    assert found == {"c1": "TRUE_LOSS", "known": "TRUE_LOSS", "later": None, "other": None}


def test_a_verdict_still_binds_the_other_claims_when_the_record_of_its_lead_is_withdrawn() -> None:
    """Else who was found alive would be asked again because the wrong record was put right."""
    known = CLAIMED_ROW | {"claim_id": "known", "agency": "civil_affairs"}
    found = _verdicts([known], VERDICT_ROW | {"verdict": "FALSE_WRONG_PERSON"}, withdrawn=(CLAIMED_ROW,))
    assert found == {"known": "FALSE_WRONG_PERSON"}


def test_a_withdrawn_verdict_binds_nothing() -> None:
    assert _verdicts([CLAIMED_ROW], VERDICT_ROW, WITHDRAWAL) == {"c1": None}


def test_a_withdrawal_leaves_other_verdicts_alone() -> None:
    other = VERDICT_ROW | {"record_id": "v2", "record_no": 2, "verdict": "FALSE_WRONG_PERSON"}
    assert _verdicts([CLAIMED_ROW], VERDICT_ROW, other, WITHDRAWAL) == {"c1": "FALSE_WRONG_PERSON"}


def test_a_verdict_given_again_after_its_withdrawal_binds() -> None:
    again = VERDICT_ROW | {"delivery_id": "d3", "business_date": date(2024, 2, 14)}
    assert _verdicts([CLAIMED_ROW], VERDICT_ROW, WITHDRAWAL, again) == {"c1": "TRUE_LOSS"}


def test_a_verdict_dated_after_the_night_binds_nothing_yet() -> None:
    assert _verdicts([CLAIMED_ROW], VERDICT_ROW | {"verified_date": date(2024, 3, 21)}) == {"c1": None}


@pytest.mark.parametrize(
    ("seen", "told", "status"),
    [
        (date(2024, 2, 8), date(2024, 2, 8), "CONFIRMED"),  # the officers had it before them
        (date(2024, 2, 8), date(2024, 2, 12), "CONFLICT"),  # they could not know: it came after their verdict
        (date(2024, 2, 12), date(2024, 2, 12), "CONFLICT"),
    ],
)
def test_a_sign_of_life_first_told_after_the_verdict_reopens_the_loss(seen: date, told: date, status: str) -> None:
    judged_claim = CLAIMED_ROW | {
        "end_date": None, "contrary_date": seen, "contrary_class": "B", "contrary_first_stated": told,
        "weak_date": None, "verdict": "TRUE_LOSS", "verified_date": date(2024, 2, 9), "notice_date": None,
        "is_signed": True, "deadline": None, "is_over": False,
    }  # fmt: skip
    dates = [
        "end_date",
        "contrary_date",
        "contrary_first_stated",
        "weak_date",
        "verified_date",
        "notice_date",
        "deadline",
    ]
    rows = pa.Table.from_pylist([judged_claim])
    for name in dates:
        column = pa.array([judged_claim[name]], pa.date32())
        rows = rows.set_column(rows.column_names.index(name), name, column)
    found = with_status(engine().table(rows), ibis.literal(AS_OF))
    assert found.to_pyarrow()["status"].to_pylist() == [status]
