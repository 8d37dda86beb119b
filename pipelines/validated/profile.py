"""Profile and expectations of each delivery: the input of the judge."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.validated.job import Outcome
from schemas.contract import Contract, Declared
from schemas.emit.to_expectations import Expectation, expectations


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


def to_judge(delivery: Mapping[str, Any], contract: Contract, outcome: Outcome, last: int, limits: Any) -> Judged:
    """`last`: rows of the newest good delivery before; `limits`: the run health of the policy."""
    expected = expectations(
        contract, max_quarantined_share=limits.max_quarantined_share, max_invalid_share=limits.max_quarantined_share
    )
    return Judged(
        delivery_id=delivery["delivery_id"],
        name=f"{contract.feed}-{delivery['business_date']:%Y-%m-%d}-{delivery['delivery_id']}",
        profile=tuple(row.model_dump() for row in outcome.profile),
        expectations=(*expected, *_not_short(contract, last, limits.min_volume_share)),
    )


def _not_short(contract: Contract, last: int, least_share: float) -> list[Expectation]:
    """A snapshot that shrinks is cut; feeds of several files or of changes only have no size of their own."""
    if contract.delivery != "snapshot" or contract.several_files or not last:
        return []
    return [
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "row_count", "min_value": int(least_share * last)},
            "meta": {"feed": contract.feed, "about": "shrunk"},
        }
    ]


def newest_good(deliveries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Rows of the newest accepted, ungated delivery per feed."""
    good = [row for row in deliveries if not row["rejection"] and not row["is_gated"] and not row["answers_to"]]
    in_order = sorted(good, key=lambda row: (row["business_date"], row["known_from"], row["delivery_id"]))
    return {row["feed"]: row["accepted"] for row in in_order}
