"""Cases of the rule book that begin with the registry and records: whose they are, and what follows."""

import pytest

from schemas.codes import Reason
from tests.spec.cases import cases
from tests.spec.registered import decide_registered

CASES = {name: case for name, case in cases() if "registry" in case}


@pytest.mark.parametrize("name", CASES)
def test_records_and_verdicts_follow_the_human(name: str) -> None:
    row, expect = decide_registered(CASES[name]), dict(CASES[name]["expect"])
    reasons = {reason.value for reason in Reason if row["reason_mask"] & reason.bit}
    assert set(expect.pop("reasons", ())) <= reasons
    assert {column: row[column] for column in expect} == expect
