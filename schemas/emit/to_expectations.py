"""Expectations on a delivery of a contract, as plain Great Expectations configurations.

They judge the delivery *profile*, one row per logical column: `column`, `row_count` (rows accepted), `null_share`,
`invalid_share` (values that fail the column's check, code table or date), `quarantined_share` (rows quarantined
for the column). Great Expectations is not imported here: it takes seconds, and one child process a night pays for them.
"""

from typing import Any, Final

from schemas.contract import Contract

PROFILE: Final = ("column", "row_count", "null_share", "invalid_share", "quarantined_share")

Expectation = dict[str, Any]


def expectations(contract: Contract, *, max_quarantined_share: float, max_invalid_share: float) -> list[Expectation]:
    """`meta.about` names the law an expectation stands for: columns, volume, nulls, invalid or quarantined."""
    return [
        _columns(contract),
        _between(contract, "volume", "row_count", contract.volume.minimum, contract.volume.maximum),
        _between(contract, "quarantined", "quarantined_share", 0, max_quarantined_share),
        _between(contract, "invalid", "invalid_share", 0, max_invalid_share),
        *(_never_null(contract, column.name) for column in contract.columns if column.required),
    ]


def _columns(contract: Contract) -> Expectation:
    """Every declared column was profiled: without it a condition on a missing column would pass unnoticed."""
    names = [column.name for column in contract.columns]
    return {
        "type": "expect_column_distinct_values_to_equal_set",
        "kwargs": {"column": "column", "value_set": names},
        "meta": {"feed": contract.feed, "about": "columns"},
    }


def _between(contract: Contract, about: str, measure: str, least: float, most: float) -> Expectation:
    return {
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": measure, "min_value": least, "max_value": most},
        "meta": {"feed": contract.feed, "about": about},
    }


def _never_null(contract: Contract, column: str) -> Expectation:
    here = {"type": "comparison", "column": {"name": "column"}, "operator": "==", "parameter": column}
    judged = _between(contract, "nulls", "null_share", 0, 0)
    return {
        "type": judged["type"],
        "kwargs": {**judged["kwargs"], "row_condition": here},
        "meta": {**judged["meta"], "column": column},
    }
