"""Rows of DELIVERY, QUARANTINED and FORMAT_ISSUE from what the parsing child answered."""

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from pipelines.validated.job import Outcome
from pipelines.validated.profile import Verdict
from schemas.codes import IssueKind
from schemas.tables import DELIVERY, FORMAT_ISSUE, QUARANTINED

_AS_RECEIVED: Final = ("delivery_id", "feed", "business_date", "file_name", "digest", "size", "leaned_on")
_AS_FOUND: Final = (
    "rejection", "rejection_detail", "encoding", "physical", "header", "blank", "accepted", "quarantined", "duplicates",
    "unanswered", "answers_to",
)  # fmt: skip


def delivery_row(
    received: Mapping[str, Any], outcome: Outcome, verdicts: Mapping[str, Verdict], known_from: int
) -> dict[str, Any]:
    """A rejected delivery has counts of 0: none of its records is used, and none is quarantined."""
    verdict = verdicts.get(received["delivery_id"])
    row = {name: received[name] for name in _AS_RECEIVED} | {name: getattr(outcome, name) for name in _AS_FOUND}
    row |= {
        "known_from": known_from,
        "county_codes": ",".join(outcome.county_codes),
        "is_gated": verdict is not None and not verdict.success,
    }
    return {name: row[name] for name in DELIVERY.names}


def county_rows(received: Mapping[str, Any], outcome: Outcome) -> list[dict[str, Any]]:
    """Rows of DELIVERY_COUNTY; a file without a row has one that says so, of no county."""
    counted = outcome.counties or {"": 0}
    return [
        {"delivery_id": received["delivery_id"], "county_code": county, "rows": rows}
        for county, rows in sorted(counted.items())
    ]


def quarantined_rows(quarantined: pa.Table, received: Mapping[str, Any]) -> pa.Table:
    return _with_source(quarantined, QUARANTINED.arrow(), {name: received[name] for name in ("delivery_id", "feed")})


def issue_rows(issues: pa.Table, received: Mapping[str, Any], known_from: int) -> pa.Table:
    """A record that is wrong in itself goes back to its holder for correction."""
    source = {name: received[name] for name in ("delivery_id", "feed", "business_date")}
    source |= {"known_from": known_from, "kind": str(IssueKind.CORRECT), "last_stated": received["business_date"]}
    return _with_source(issues, FORMAT_ISSUE.arrow(), source)


def _with_source(rows: pa.Table, schema: pa.Schema, source: Mapping[str, Any]) -> pa.Table:
    for name, value in source.items():
        rows = rows.append_column(name, pa.repeat(pa.scalar(value, schema.field(name).type), rows.num_rows))
    return rows.select(schema.names).cast(schema)
