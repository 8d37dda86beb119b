"""Headline figures of a night as its run kept them; scorecards and shares counted from its tables."""

from datetime import date
from pathlib import Path
from typing import Any, Final

from pipelines.errors import UsageError
from pipelines.home.declared import check_home
from pipelines.outgoing.figures import headlines, rates
from pipelines.outgoing.scorecards import source_cards
from pipelines.outgoing.shares import DIMENSIONS, by_dimension, standing_shares
from pipelines.outgoing.suppression import hidden_cells
from pipelines.read.status import lake_at
from pipelines.run.driver import access_for
from pipelines.run.run import open_run
from pipelines.steps import FIGURES
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import Share
from schemas.tables import DECISION, FIGURE, PERSON

FEWEST: Final = 5
Rows = list[dict[str, Any]]


def rates_of(home: Path, *, as_of: date | None = None) -> Rows:
    """Rate of wrong results: `hits` of `of`, `share`, and `low` and `high` of its 95 % interval (Wilson)."""
    receipts = receipts_of_night(home, as_of)
    lake = lake_at(home, receipts)
    found = lake.engine.arrow(access_for(lake, FIGURES)[FIGURE]).to_pylist()
    return [one._asdict() for one in rates(headlines(found, run_no=receipts[-1].number))]


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
    return _title(receipts[-1]), rows


def sources_of(home: Path, *, as_of: date | None = None) -> tuple[str, Rows]:
    """The night, and the scorecard of each source: `Scorecard` says what its columns are."""
    receipts = receipts_of_night(home, as_of)
    lake, night = lake_at(home, receipts), receipts[-1]
    tables = access_for(lake, FIGURES)
    known = lake.engine.arrow(tables[FIGURE]).to_pylist()
    nights = {row["run_no"]: row["as_of"] for row in known}
    policy = open_run(
        home, night.as_of, kind=night.kind, progress=lambda step: None, replayed=night.number
    ).context.policy
    cards = source_cards(tables, lake.engine, as_of=night.as_of, nights=nights, calendar=policy.calendar)
    return _title(night), [
        {name: round(value, 4) if isinstance(value, float) else value for name, value in card._asdict().items()}
        for card in cards
    ]


def shares_of(home: Path, *, as_of: date | None = None) -> tuple[str, Rows]:
    """The night, and how records in payment stand certified, by county, age band and type of names.

    A count below `FEWEST` is `<5`, and one beside it from which it could be worked out `*`.
    """
    receipts = receipts_of_night(home, as_of)
    lake, night = lake_at(home, receipts), receipts[-1]
    tables = access_for(lake, FIGURES)
    policy = open_run(
        home, night.as_of, kind=night.kind, progress=lambda step: None, replayed=night.number
    ).context.policy
    cube = standing_shares(tables[DECISION], tables[PERSON], as_of=night.as_of, policy=policy)
    counted = lake.engine.arrow(cube).to_pylist()
    return _title(night), [row for dimension in DIMENSIONS for row in _lines(counted, dimension)]


def _lines(counted: Rows, dimension: str) -> Rows:
    names, table = by_dimension(counted, dimension)
    hidden = hidden_cells(table, fewest=FEWEST)
    columns = [*(share.value for share in Share), "total"]
    return [
        {"by": dimension, "of": name}
        | {
            column: _cell(count, is_hidden=(place, c) in hidden)
            for c, (column, count) in enumerate(zip(columns, line, strict=True))
        }
        for place, (name, line) in enumerate(zip([*names, "total"], table, strict=True))
    ]


def _cell(count: int, *, is_hidden: bool) -> int | str:
    if not is_hidden:
        return count
    return f"<{FEWEST}" if 0 < count < FEWEST else "*"


def _title(night: Receipt) -> str:
    return f"{night.as_of}, receipt {night.number}"


def receipts_of_night(home: Path, as_of: date | None) -> tuple[Receipt, ...]:
    """Receipts up to the newest night about that day, or up to the newest night of all."""
    check_home(home)
    receipts = read_receipts(home / "lake")
    nights = [one.number for one in receipts if one.kind == "night" and as_of in (None, one.as_of)]
    if not nights:
        raise UsageError(f"no night of {as_of} has a receipt" if as_of else "no night has run yet")
    return receipts[: max(nights)]
