"""Coverage of each county by each feed, day by day: by the content of its files and what used to come.

The days are those that the senders state, so the order in which files arrived plays no part. Silence of a feed is not
silence of a person: a day that told nothing is named with its reason, and nothing adverse may lean on it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any

from pipelines.step import Context, Inputs
from schemas.codes import Rejection, Silence
from schemas.contract import Contract
from schemas.policy import RunHealth
from schemas.tables import DELIVERY, DELIVERY_COUNTY

# Files that are no attempt to send the feed: what systems leave in a folder, and names no contract could have.
_NO_ATTEMPT = (Rejection.NOT_A_FILE.value, Rejection.BAD_NAME.value, Rejection.BAD_DATE.value)

Delivered = Mapping[str, Any]
CountedRows = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Day:
    """Coverage of a county by the files of one day; `silence` is empty when they tell, else a Silence code.

    `deliveries` are those with rows of the county.
    """

    county_code: str
    business_date: date
    deliveries: tuple[str, ...]
    silence: str


@dataclass(slots=True)
class _Usual:
    """Rows of a county on the last days that told of it; `zeros` is the run of days without a row at their end."""

    kept: int
    rows: list[int] = field(default_factory=list)
    zeros: int = 0

    def add(self, rows: int) -> None:
        if rows:
            self.rows = [*self.rows, *[0] * self.zeros, rows][-self.kept :]
        self.zeros = 0 if rows else self.zeros + 1

    @property
    def last(self) -> int:
        return self.rows[-1] if self.rows else 0

    @property
    def middle(self) -> int:
        """The median: a county that loses a third with each snapshot is held against what it had some days ago."""
        return sorted(self.rows)[len(self.rows) // 2] if self.rows else 0

    @property
    def mean(self) -> float:
        """Without the largest day: a feed often begins with all it had."""
        return sum(sorted(self.rows)[:-1]) / (len(self.rows) - 1) if len(self.rows) > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Known:
    """Deliveries stated for the night or before, by feed, and their accepted rows by county."""

    deliveries: Mapping[str, Sequence[Delivered]]
    counted: CountedRows
    limits: RunHealth

    def days(self, contract: Contract, *, counties: Collection[str] = ()) -> list[Day]:
        """`days` of one feed, of the counties it names and of those given."""
        own = self.deliveries.get(contract.feed, ())
        counted = {row["delivery_id"]: rows for row in own if (rows := self.counted.get(row["delivery_id"]))}
        return days(contract, own, counted, counties=counties, limits=self.limits)

    def without(self, gated: Collection[str]) -> "Known":
        """The same, with further deliveries gated."""
        marked = {
            feed: [{**row, "is_gated": row["is_gated"] or row["delivery_id"] in gated} for row in rows]
            for feed, rows in self.deliveries.items()
        }
        return replace(self, deliveries=marked)


def known_deliveries(tables: Inputs, context: Context) -> Known:
    """Rows of DELIVERY and DELIVERY_COUNTY up to the night.

    Without lists of ours that came back: they tell of their own lines alone.
    """
    delivery = tables[DELIVERY]
    stated = delivery.filter(delivery.business_date <= context.as_of, delivery.answers_to == "")
    rows = context.engine.arrow(stated).to_pylist()
    by_feed: dict[str, list[Delivered]] = {}
    for row in rows:
        by_feed.setdefault(row["feed"], []).append(row)
    counted: dict[str, dict[str, int]] = {}
    for row in context.engine.arrow(tables[DELIVERY_COUNTY]).to_pylist():
        counted.setdefault(row["delivery_id"], {})[row["county_code"]] = row["rows"]
    return Known(by_feed, counted, context.policy.run_health)


def days(
    contract: Contract,
    deliveries: Iterable[Delivered],
    counted: CountedRows,
    *,
    counties: Collection[str],
    limits: RunHealth,
) -> list[Day]:
    """One row per county and day on which a file of the feed came for it, by county and day.

    `deliveries` are rows of DELIVERY of the feed, `counted` accepted rows per delivery and county. Files of a format
    that did not count them tell of the counties they name, or of all.
    """
    ordered = sorted(deliveries, key=lambda row: (row["business_date"], row["delivery_id"]))
    by_day = [(day, list(rows)) for day, rows in groupby(ordered, key=lambda row: row["business_date"])]
    named = {county for row in ordered for county in row["county_codes"].split(",")}
    every = sorted({"", *counties, *named, *(county for rows in counted.values() for county in rows)})
    return [day for county in every for day in _of_county(contract, by_day, counted, county, limits)]


def _of_county(
    contract: Contract,
    by_day: Sequence[tuple[date, Sequence[Delivered]]],
    counted: CountedRows,
    county: str,
    limits: RunHealth,
) -> Iterator[Day]:
    usual, released = _Usual(limits.usual_days), limits.released_from(contract.feed, county)
    for day, rows in by_day:
        if released and day >= released[0]:
            usual, released = _Usual(limits.usual_days), released[1:]
        good = [row for row in rows if not row["rejection"] and not row["is_gated"]]
        of_day = _Counted(contract, good, counted, county)
        silence = of_day.silence(usual, limits) if good else None
        bad = _of_bad_files(rows, counted, county)
        if bad and silence == "" and of_day.is_part(usual, limits):
            silence = bad  # what was accepted beside it is a scrap
        if silence == "" and of_day.rows is not None:
            usual.add(of_day.rows)
        if silence is None:
            silence = bad
        if silence is not None:
            yield Day(county, day, of_day.deliveries if good else _gated(rows, counted, county), silence)


class _Counted:
    """The good files of a day, counted for one county; `rows` is None when nobody counted them."""

    def __init__(self, contract: Contract, good: Sequence[Delivered], counted: CountedRows, county: str) -> None:
        self.contract, self.county = contract, county
        per_file = [_rows_of(row, counted, county, contract) for row in good]
        self.deliveries = tuple(row["delivery_id"] for row, rows in zip(good, per_file, strict=True) if rows != 0)
        known = [rows for rows in per_file if rows is not None]
        together = sum if contract.several_files else max  # else one file corrects the other
        self.rows = together(known) if known and len(known) == len(per_file) else None
        self.whole = sum(row["accepted"] for row in good)
        self.unnamed = sum(counted.get(row["delivery_id"], {}).get("", 0) for row in good)

    def silence(self, usual: _Usual, limits: RunHealth) -> str | None:
        """Empty when they tell of the county, a Silence code when they should and do not, None when they need not."""
        if self.rows is None:
            return "" if self.deliveries else None
        if self.county == "":
            return ""  # whoever has no county is told of by every file
        if self.contract.delivery == "snapshot":
            return self._of_snapshot(usual, limits)
        return self._of_events(usual, limits)

    def is_part(self, usual: _Usual, limits: RunHealth) -> bool:
        """Fewer rows of the county than one would expect of everything; of a county's own workbook nobody knows."""
        if self.contract.office_columns or self.rows is None or not self.county:
            return False
        return self.rows < limits.min_volume_share * (usual.mean or usual.last)

    def _of_snapshot(self, usual: _Usual, limits: RunHealth) -> str | None:
        if not self.rows:
            return Silence.LEFT_OUT.value if usual.last and not self.contract.several_files else None
        is_short = self.rows < limits.min_volume_share * max(usual.last, usual.middle)
        return Silence.SHORT.value if is_short else ""

    def _of_events(self, usual: _Usual, limits: RunHealth) -> str | None:
        """A county without events had none, unless by now so many are missing that it was left out."""
        rows = self.rows or 0
        if rows:
            return Silence.SHORT.value if rows < limits.min_event_share * usual.mean else ""
        if self.contract.office_columns:
            return None  # each office sends its own, and none when there was nothing
        if not self.whole:
            return Silence.EMPTY.value
        if 2 * self.unnamed > self.whole:
            return Silence.NO_COUNTY.value
        is_silent = usual.mean * (usual.zeros + 1) >= limits.silent_rows
        return Silence.SILENT.value if is_silent else ""


def _rows_of(row: Delivered, counted: CountedRows, county: str, contract: Contract) -> int | None:
    """Rows of the county in a file; None where they were not counted and the file may have some."""
    if row["delivery_id"] in counted:
        by_county = counted[row["delivery_id"]]
        has_counties = any(column.name == "county_code" for column in contract.columns)
        return by_county.get(county, 0) if has_counties else sum(by_county.values())
    names = row["county_codes"].split(",") if row["county_codes"] else []
    speaks = bool(row["accepted"]) and (not names or county in names or not county)
    return None if speaks else 0


def _of_bad_files(rows: Sequence[Delivered], counted: CountedRows, county: str) -> str | None:
    """The Silence of a county of which only rejected or gated files could have told."""
    if _gated(rows, counted, county):
        return Silence.GATED.value
    is_rejected = any(row["rejection"] and row["rejection"] not in _NO_ATTEMPT for row in rows)
    return Silence.REJECTED.value if is_rejected else None


def _gated(rows: Sequence[Delivered], counted: CountedRows, county: str) -> tuple[str, ...]:
    """Gated files that have rows of the county, or name none."""
    gated = [row["delivery_id"] for row in rows if row["is_gated"] and not row["rejection"]]
    named = {one: {name for name in counted.get(one, {}) if name} for one in gated}
    return tuple(one for one in gated if not named[one] or not county or county in named[one])
