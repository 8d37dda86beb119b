"""Every insured record ends in exactly one place per negative source, and the places add up."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from pipelines.signals.compare import compare
from pipelines.signals.facts import stated
from pipelines.storage.engine import Engine
from schemas.tables import LINK

DAY = date(2024, 3, 18)
USUAL = {
    "feed": "health",
    "agency": "health",
    "record_series": "",
    "event_code": "DEATH_CERTIFICATE",
    "qualifier_code": "",
    "is_suspected": False,
    "review_id": "",
}


def test_the_five_ends_of_a_comparison(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "scratch", threads=1)
    entitlement = pa.table(
        {
            "person_no": [1, 2, 3, 4, 5, 6, 6, 7],
            "county_code": ["a", "a", "a", "b", "a", "b", "a", "a"],
            "id_valid": [True, True, True, True, False, True, True, True],
        }
    )
    # r2 was corrected the next day, r3 is another's for certain and r4 withdrawn: 3 is nobody's doubt any more;
    # the county office has said that r1 is not about 7
    links = [
        ("d", 1, "r1", DAY, False, "AMBIGUOUS"),
        ("d", 2, "r2", DAY, False, "AMBIGUOUS"),
        ("e", 1, "r2", date(2024, 3, 19), False, "NONE"),
        ("d", 3, "r3", DAY, False, "MATCHED"),
        ("d", 4, "r4", DAY, True, "AMBIGUOUS"),
    ]
    in_play = [(1, 2, True), (1, 1, True), (1, 7, False), (2, 3, True), (3, 3, True), (4, 3, True)]
    columns = ("delivery_id", "record_no", "record_id", "business_date", "is_revoked", "match_state")
    link = pa.Table.from_pylist([USUAL | dict(zip(columns, row, strict=True)) for row in links], LINK.arrow())
    candidate = pa.Table.from_pylist(
        [
            {"feed": "health", "delivery_id": "d", "record_no": record, "person_no": person, "is_open": is_open}
            for record, person, is_open in in_play
        ]
    )
    health = pa.table({"feed": ["health"] * 2, "county_code": ["a", "b"], "is_fresh": [True, False]})
    compared = compare(
        engine.table(entitlement),
        stated(engine.table(link)),
        candidate=engine.table(candidate),
        loss_fact=engine.table(pa.table({"feed": ["health", "health"], "person_no": [1, 6]})),
        feed_health=engine.table(health),
        negative_feeds=["health", "justice"],
    )
    ends = {(row["source"], row["result"]): row["records"] for row in engine.arrow(compared).to_pylist()}
    assert ends == {
        ("health", "HIT"): 3,
        ("health", "AMBIGUOUS"): 1,
        ("health", "NO_HIT"): 2,
        ("health", "SOURCE_STALE"): 1,
        ("health", "NOT_COMPARABLE"): 1,
        ("justice", "SOURCE_STALE"): 7,
        ("justice", "NOT_COMPARABLE"): 1,
    }
