"""Profile and expectations of each delivery: the input of the judge."""

from collections.abc import Mapping
from typing import Any

from pipelines.validated.job import Outcome
from schemas.contract import Contract, Declared
from schemas.emit.to_expectations import Expectation, expectations
from schemas.policy import RunHealth


class Judged(Declared):
    """One delivery before the judge: its profile rows and the expectations they are held against."""

    delivery_id: str
    name: str
    profile: tuple[dict[str, Any], ...]
    expectations: tuple[Expectation, ...]


class Verdict(Declared):
    """`failed`: what an expectation that did not hold is about; `exceptions`: kinds of error inside the judge."""

    success: bool
    failed: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()


def to_judge(delivery: Mapping[str, Any], contract: Contract, outcome: Outcome, limits: RunHealth) -> Judged:
    """A delivery is judged by itself; what it tells of a county against what used to come is `coverage`."""
    expected = expectations(
        contract, max_quarantined_share=limits.max_quarantined_share, max_invalid_share=limits.max_quarantined_share
    )
    return Judged(
        delivery_id=delivery["delivery_id"],
        name=f"{contract.feed}-{delivery['business_date']:%Y-%m-%d}-{delivery['delivery_id']}",
        profile=tuple(row.model_dump() for row in outcome.profile),
        expectations=tuple(expected),
    )
