"""The headline figures of a night, as its run counted and kept them."""

from datetime import date
from pathlib import Path
from typing import Any

from pipelines.errors import UsageError
from pipelines.home.declared import check_home
from pipelines.outgoing.figures import headlines
from pipelines.read.status import lake_at
from pipelines.run.driver import access_for
from pipelines.steps import FIGURES
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.tables import FIGURE

Rows = list[dict[str, Any]]


def figures_of(home: Path, *, as_of: date | None = None) -> tuple[str, Rows]:
    """The night, and each headline figure: `this_night` what it added (null where nobody counted before it).

    Raises `UsageError` where no night about that day has a receipt.
    """
    receipts = receipts_of_night(home, as_of)
    lake = lake_at(home, receipts)
    found = lake.engine.arrow(access_for(lake, FIGURES)[FIGURE]).to_pylist()
    rows = [
        {
            "figure": one.figure.value,
            "label": one.figure.label,
            "this_night": one.added,
            "since_beginning": one.value,
            "meaning": one.figure.sentence,
        }
        for one in headlines(found, run_no=receipts[-1].number)
    ]
    return f"{receipts[-1].as_of}, receipt {receipts[-1].number}", rows


def receipts_of_night(home: Path, as_of: date | None) -> tuple[Receipt, ...]:
    """Receipts up to the newest night about that day, or up to the newest night of all."""
    check_home(home)
    receipts = read_receipts(home / "lake")
    nights = [one.number for one in receipts if one.kind == "night" and as_of in (None, one.as_of)]
    if not nights:
        raise UsageError(f"no night of {as_of} has a receipt" if as_of else "no night has run yet")
    return receipts[: max(nights)]
