"""What a confirmed loss saved: counted while the benefit is suspended, and still when it was ended."""

from datetime import date
from typing import Any

import pytest

from pipelines.outgoing.figures import averted
from schemas import tables as t
from tests.unit.conftest import decided, entered, row, stored

LOST = {"loss_state": "CONFIRMED", "loss_date": date(2024, 1, 15)}
KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}
ENDED = {"outcome": "OUT_OF_SCOPE", "payment_state": "TERMINATED", "loss_state": "NONE", "loss_date": None}


@pytest.mark.parametrize(
    ("now", "recovered", "prevented"),
    [
        ({"payment_state": "DRAWING"}, 300, 0),
        ({"payment_state": "SUSPENDED"}, 300, 200),
        (ENDED, 300, 200),
        ({"outcome": "CERTIFIED_SELF", "loss_state": "REFUTED", "payment_state": "SUSPENDED"}, 0, 0),
    ],
)
def test_what_is_recovered_and_prevented(now: dict[str, Any], recovered: int, prevented: int) -> None:
    """The month before the loss does not count."""
    then = decided(1, "LOSS_CONFIRMED", **LOST)
    months = [date(2024, 1, 1), date(2024, 2, 1)]
    told = averted(
        stored(t.DECISION, then | now),
        stored(t.CERTIFICATION_ENTRY, entered(then)),
        entitlement=stored(t.ENTITLEMENT, row(t.ENTITLEMENT, **KEY, monthly_fen=200)),
        payment=stored(t.PAYMENT, *(row(t.PAYMENT, **KEY, pay_month=month, recovered_fen=300) for month in months)),
    )
    assert told.to_pyarrow().to_pylist() == [
        {"recovered_fen": recovered, "prevented_fen": prevented, "records": int(recovered > 0)}
    ]


def test_of_a_loss_entered_again_the_newest_date_counts_and_of_none_nothing() -> None:
    then = decided(1, "LOSS_CONFIRMED", **LOST)
    later = entered(then | {"loss_date": date(2024, 3, 15)}, entry_id="later", run_no=2)
    pay = row(t.PAYMENT, **KEY, pay_month=date(2024, 2, 1), recovered_fen=300)
    for entries in ((entered(then), later), ()):
        told = averted(
            stored(t.DECISION, then),
            stored(t.CERTIFICATION_ENTRY, *entries),
            entitlement=stored(t.ENTITLEMENT, row(t.ENTITLEMENT, **KEY, monthly_fen=200)),
            payment=stored(t.PAYMENT, pay),
        )
        assert told.to_pyarrow().to_pylist() == [{"recovered_fen": 0, "prevented_fen": 0, "records": len(entries) // 2}]
