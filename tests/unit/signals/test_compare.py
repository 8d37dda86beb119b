"""Every insured record ends in exactly one place per negative source, and the places add up."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from pipelines.signals.compare import compare
from pipelines.storage.engine import Engine

DAY = date(2024, 3, 18)


def test_the_five_ends_of_a_comparison(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "scratch", threads=1)
    entitlement = pa.table(
        {
            "person_no": [1, 2, 3, 4, 5, 6, 6, 7],
            "county_code": ["a", "a", "a", "b", "a", "b", "a", "a"],
            "id_valid": [True, True, True, True, False, True, True, True],
        }
    )
    link = pa.table(
        {
            "feed": ["health", "health", "health"],
            "delivery_id": ["d", "d", "e"],
            "record_no": [1, 2, 1],
            "record_id": ["r1", "r2", "r2"],
            "business_date": [DAY, DAY, date(2024, 3, 19)],
            "is_revoked": [False, False, False],
            # r2 was corrected the next day: it is nobody's doubt any more
            "match_state": ["AMBIGUOUS", "AMBIGUOUS", "NONE"],
        }
    )
    candidate = pa.table(
        {
            "feed": ["health"] * 4,
            "delivery_id": ["d"] * 4,
            "record_no": [1, 1, 2, 1],
            "person_no": [2, 1, 3, 7],
            # the county office has said that r1 is not about 7
            "is_open": [True, True, True, False],
        }
    )
    health = pa.table({"feed": ["health"] * 2, "county_code": ["a", "b"], "is_fresh": [True, False]})
    compared = compare(
        engine.table(entitlement),
        engine.table(link),
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
