"""Every case an office is taught holds, for the expressions and for the reference."""

from itertools import groupby
from typing import Any

import pytest

from schemas.codes import Reason
from tests.derived import shipped_policy
from tests.property.decided import decide_all
from tests.reference import decide as reference
from tests.spec.cases import PAGE, cases, page, person_of

CASES = {name: case for name, case in cases() if "registry" not in case}


def _night(case: dict[str, Any]) -> tuple[Any, bool]:
    return case["as_of"], case.get("is_stale", False)


@pytest.fixture(scope="module")
def decided() -> dict[str, dict[str, Any]]:
    """Each night decided once, for all the persons of its cases."""
    found: dict[str, dict[str, Any]] = {}
    by_night = sorted(CASES.items(), key=lambda item: _night(item[1]))
    for (as_of, is_stale), items in groupby(by_night, key=lambda item: _night(item[1])):
        named = dict(items)
        rows = decide_all([person_of(case) for case in named.values()], shipped_policy(), as_of, is_stale=is_stale)
        found |= dict(zip(named, rows, strict=True))
    return found


def _reasons(row: dict[str, Any]) -> set[str]:
    return {reason.value for reason in Reason if row["reason_mask"] & reason.bit}


@pytest.mark.parametrize("name", CASES)
def test_the_expressions_keep_the_rule(decided: dict[str, dict[str, Any]], name: str) -> None:
    row, expect = decided[name], dict(CASES[name]["expect"])
    assert set(expect.pop("reasons", ())) <= _reasons(row)
    assert {column: row[column] for column in expect} == expect


@pytest.mark.parametrize("name", CASES)
def test_the_reference_keeps_the_rule(decided: dict[str, dict[str, Any]], name: str) -> None:
    as_of, is_stale = _night(CASES[name])
    row = reference.decide(person_of(CASES[name]), shipped_policy(), as_of, is_stale=is_stale)[0]
    expect, reasons = dict(CASES[name]["expect"]), row.pop("reasons")
    assert set(expect.pop("reasons", ())) <= reasons
    assert {column: row[column] for column in expect} == expect
    assert {column: decided[name][column] for column in row} == row
    assert _reasons(decided[name]) == reasons


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_met_by_a_case(decided: dict[str, dict[str, Any]], reason: Reason) -> None:
    assert any(row["reason_mask"] & reason.bit for row in decided.values())


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.spec.cases"
