"""A few registered persons and a few records through `resolved` and `signals`: whose they are, and who is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipelines.resolved.step import RESOLVED
from pipelines.signals.step import SIGNALS
from pipelines.step import Derived
from schemas.emit.to_arrow import validated_schema
from schemas.tables import CANDIDATE, DELIVERY, ENTITLEMENT, FEED_HEALTH, ISSUE, LIFE_FACT, LINK, LOSS_FACT
from tests.derived import AS_OF, derive, row, rows_of, shipped_contracts
from tests.reference.matching import check_character

COUNTY = "621022"
DAY = date(2024, 3, 11)
Rows = Sequence[Mapping[str, Any]]


def whole(body: str) -> str:
    """A number of 17 digits with its check character."""
    return body + check_character(body)


@dataclass
class Outcome:
    """What became of the records; signals are derived when a test looks at them."""

    links: list[dict[str, Any]]
    in_play: list[dict[str, Any]]
    issues: list[dict[str, Any]]
    signals: Callable[[], Derived]

    @cached_property
    def _facts(self) -> Derived:
        return self.signals()

    @property
    def alive(self) -> list[dict[str, Any]]:
        return rows_of(self._facts, LIFE_FACT)

    @property
    def losses(self) -> list[dict[str, Any]]:
        return rows_of(self._facts, LOSS_FACT)

    @property
    def fresh(self) -> set[str]:
        return {health["feed"] for health in rows_of(self._facts, FEED_HEALTH) if health["is_fresh"]}

    @property
    def whose(self) -> list[tuple[str, int | None]]:
        """(state, person) of each record, in the order of feed, delivery and record."""
        ordered = sorted(self.links, key=lambda link: (link["feed"], link["delivery_id"], link["record_no"]))
        return [(link["match_state"], link["person_no"]) for link in ordered]

    @property
    def asked(self) -> list[tuple[str, str, str, str]]:
        """(agency, record, column, issue) of every question about a record."""
        return sorted((i["agency"], i["record_id"], i["column"], i["issue"]) for i in self.issues)

    @property
    def leads(self) -> list[tuple[int, str]]:
        return sorted((loss["person_no"], loss["loss_kind"]) for loss in self.losses)

    @property
    def seen_alive(self) -> list[int]:
        return sorted(fact["person_no"] for fact in self.alive)


def judged(registry: Rows, **feeds: Rows) -> Outcome:
    """The night's answers for registry rows and records by feed."""
    insured = {
        "programme_code": "RESIDENT_PENSION", "county_code": COUNTY, "payment_state": "DRAWING", "monthly_fen": 12_000,
        "first_payment_date": date(2015, 1, 1),
    }  # fmt: skip
    received = {
        "registry": [_row("registry", number, insured | one) for number, one in enumerate(registry, 1)],
        **{feed: [_row(feed, number, one) for number, one in enumerate(rows, 1)] for feed, rows in feeds.items()},
    }
    deliveries = [
        row(DELIVERY, delivery_id=delivery, feed=feed, accepted=1, county_codes=_counties(rows))
        for feed, rows in received.items()
        for delivery in sorted({one["delivery_id"] for one in rows})
    ]
    resolved = derive(RESOLVED, {DELIVERY: deliveries}, feeds=received)
    tables = {table: rows_of(resolved, table) for table in (ENTITLEMENT, LINK, CANDIDATE)}
    return Outcome(
        tables[LINK],
        tables[CANDIDATE],
        rows_of(resolved, ISSUE),
        lambda: derive(SIGNALS, {DELIVERY: deliveries, **tables}, feeds=received),
    )


def _counties(rows: Rows) -> str:
    return ",".join(sorted({one.get("county_code") or "" for one in rows} - {""}))


def _row(feed: str, number: int, stated: Mapping[str, Any]) -> dict[str, Any]:
    contract = shipped_contracts()[feed]
    names = validated_schema(contract).names
    usual: dict[str, Any] = {
        "delivery_id": f"{feed}1", "record_no": number, "record_id": f"{feed}-{number}", "business_date": AS_OF,
        "known_from": 1, "event_date": DAY, **contract.constants,
    }  # fmt: skip
    assert set(stated) <= set(names), set(stated) - set(names)
    return dict.fromkeys(names) | {name: value for name, value in usual.items() if name in names} | dict(stated)
