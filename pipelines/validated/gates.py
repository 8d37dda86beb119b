"""The night's gates as one page that needs no network: what each delivery was held against, and what it showed.

Great Expectations' own Data Docs stand beside it; their pages load styles and scripts from the internet, which an
office's network does not have.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pipelines.pages import page
from pipelines.validated.job import Outcome
from pipelines.validated.profile import Judged, Verdict
from schemas.codes import Rejection
from schemas.wording import Wording


class Gate(NamedTuple):
    """One delivery. `quarantined` and `invalid`: largest share of any column, None when none was profiled.

    `failed`: each law that does not hold, with its column where it is about one.
    """

    feed: str
    business_date: date
    delivery_id: str
    rejection: str
    rows: int
    least: int
    most: int
    quarantined: float | None
    invalid: float | None
    failed: tuple[str, ...]


def gate(row: Mapping[str, Any], outcome: Outcome, judged: Judged | None, verdict: Verdict | None) -> Gate:
    """`judged` and `verdict` are None for a delivery that was rejected before it was judged."""
    volume = [one["kwargs"] for one in judged.expectations if one["meta"]["about"] == "volume"] if judged else []
    return Gate(
        feed=row["feed"],
        business_date=row["business_date"],
        delivery_id=row["delivery_id"],
        rejection=f"{Rejection(outcome.rejection).label} ({outcome.rejection})" if outcome.rejection else "",
        rows=outcome.accepted,
        least=volume[0]["min_value"] if volume else 0,
        most=volume[0]["max_value"] if volume else 0,
        quarantined=max((column.quarantined_share for column in outcome.profile), default=None),
        invalid=max((column.invalid_share for column in outcome.profile), default=None),
        failed=tuple(verdict.failed) if verdict else (),
    )


def gates_page(as_of: date, gates: Iterable[Gate], titles: Mapping[str, str], wording: Wording) -> str:
    """In order of feed, date and delivery; `titles` are the Chinese titles of the feeds."""
    in_order: Sequence[Gate] = sorted(gates, key=lambda one: (one.feed, one.business_date, one.delivery_id))
    return page("validated", "gates.html.j2", as_of=as_of, gates=in_order, titles=titles, wording=wording)
