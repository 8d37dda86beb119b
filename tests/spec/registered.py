"""A case that says what the registry and the records state, through all stages to the decision."""

from datetime import date
from typing import Any

from pipelines.decisions.step import DECISIONS
from pipelines.resolved.step import RESOLVED
from pipelines.signals.step import SIGNALS
from schemas import tables as t
from tests.cases.whose import _row, whole
from tests.derived import derive, row, rows_of

COUNTY = "621022"
HUMANS = {
    "甲": {"name": "王例芬", "id_number": whole("62102219500505002"), "birth_date": date(1950, 5, 5)},
    "乙": {"name": "李例花", "id_number": whole("62102219530312102"), "birth_date": date(1953, 3, 12)},
    "丙": {"name": "赵例山", "id_number": whole("62102220040229001"), "birth_date": date(2004, 2, 29)},
}
INSURED = {
    "person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": COUNTY, "payment_state": "DRAWING",
    "first_payment_date": date(2010, 1, 1),
}  # fmt: skip


def decide_registered(case: dict[str, Any]) -> dict[str, Any]:
    """DECISION of the person whom the case is about (`of`, else number 1), of the one benefit that is left of it."""
    as_of = case["as_of"]
    given = {"registry": [INSURED | one for one in case["registry"]], **case["records"]}
    feeds = {feed: [_stated(feed, n, one, as_of) for n, one in enumerate(rows, 1)] for feed, rows in given.items()}
    deliveries = {one["delivery_id"]: (feed, one) for feed, rows in feeds.items() for one in rows}
    counties = {
        name: ",".join(sorted({one.get("county_code") or "" for one in feeds[feed] if one["delivery_id"] == name}))
        for name, (feed, _) in deliveries.items()
    }
    tables: dict[Any, Any] = {
        t.DELIVERY: [
            _delivery(name, feed, one["business_date"], counties[name]) for name, (feed, one) in deliveries.items()
        ]
    }
    resolved = derive(RESOLVED, tables, feeds=feeds, as_of=as_of)
    tables |= {table: rows_of(resolved, table) for table in (t.ENTITLEMENT, t.LINK, t.CANDIDATE)}
    signals = derive(SIGNALS, tables, feeds=feeds, as_of=as_of)
    known = (t.LIFE_FACT, t.LIFE_STATE, t.LOSS_FACT, t.FEED_HEALTH)
    tables = {t.ENTITLEMENT: tables[t.ENTITLEMENT], t.CANDIDATE: tables[t.CANDIDATE]} | {
        table: rows_of(signals, table) for table in known
    }
    decided = rows_of(derive(DECISIONS, tables, as_of=as_of), t.DECISION)
    return next(one for one in decided if one["person_no"] == case.get("of", 1))


def _delivery(delivery_id: str, feed: str, day: date, counties: str) -> dict[str, Any]:
    return row(t.DELIVERY, delivery_id=delivery_id, feed=feed, business_date=day, accepted=1, county_codes=counties)


def _stated(feed: str, number: int, one: dict[str, Any], as_of: date) -> dict[str, Any]:
    day = one.get("business_date", as_of)
    usual = {"business_date": day, "delivery_id": f"{feed}-{day}", "event_date": as_of}
    given = usual | HUMANS[one["who"]] | {name: value for name, value in one.items() if name != "who"}
    blank = _row(feed, number, {})
    return blank | {name: value for name, value in given.items() if name in blank}
