"""Every record a contract allows is a sign of life, a loss, or ignored by name: never two of them, never none."""

from itertools import product
from pathlib import Path

import pytest

from schemas.code_tables import read_code_tables
from schemas.contract import Contract, read_contracts
from tests.derived import shipped_policy

SCHEMAS = Path(__file__).parents[3] / "schemas"
POLICY = shipped_policy()
CODES = read_code_tables()
EVIDENCE = {f: c for f, c in read_contracts([SCHEMAS / "contracts"]).items() if c.role in ("evidence", "population")}


def _values(contract: Contract, name: str) -> list[str]:
    """What the column can hold: a constant, or the names of its code list and, where not required, nothing."""
    if name in contract.constants:
        return [contract.constants[name]]
    column = contract.column(name)
    return [*CODES.names(column.codes), *([] if column.required else [""])]


COMBINATIONS = [
    (feed, event, qualifier)
    for feed, contract in sorted(EVIDENCE.items())
    for event, qualifier in product(_values(contract, "event_code"), _values(contract, "qualifier_code"))
]


@pytest.mark.parametrize(("feed", "event", "qualifier"), COMBINATIONS)
def test_a_record_is_named_once(feed: str, event: str, qualifier: str) -> None:
    named = [
        kind
        for kind in ("signals", "losses", "ignored")
        for pattern in getattr(POLICY, kind)
        if pattern.feed == feed and pattern.event_code in ("*", event) and qualifier in pattern.qualifiers
    ]
    assert len(named) == 1


def test_no_pattern_names_what_no_contract_allows() -> None:
    for pattern in (*POLICY.signals, *POLICY.losses, *POLICY.ignored):
        for qualifier in pattern.qualifiers:
            met = [e for f, e, q in COMBINATIONS if (f, q) == (pattern.feed, qualifier)]
            assert met, f"{pattern.feed} {pattern.event_code} {qualifier!r}"
            assert pattern.event_code == "*" or pattern.event_code in met


def test_every_loss_kind_has_one_rule_of_contradiction() -> None:
    ruled = [kind for rule in POLICY.contradictions for kind in rule.loss_kinds]
    assert len(ruled) == len(set(ruled))
    assert {loss.loss_kind for loss in POLICY.losses} <= set(ruled)
