"""What each loss does to each benefit, once more as the instruments have it: a table to be read beside the policy."""

from itertools import product

import pytest

from schemas.code_tables import read_code_tables
from schemas.codes import LossKind
from tests.derived import shipped_policy

POLICY = shipped_policy()
PROGRAMMES = read_code_tables().names("programme")
DEATH = {"LS01", "LS02", "LS03", "LS04", "LS05", "LS15", "LS17", "LS18"}
# death ends every benefit; a dead person's programme need not be named
ENDS = {
    "EMPLOYEE_PENSION": {"LS11"},
    "RESIDENT_PENSION": {"LS10", "LS11"},
    "DEPENDANT": {"LS12", "LS13", "LS14", "LS16"},
    "UNEMPLOYMENT": {"LS10", "LS11", "LS12"},
}
SUSPENDS = {
    "EMPLOYEE_PENSION": {"LS06", "LS07", "LS09", "LS19"},
    "RESIDENT_PENSION": {"LS06"},
    "WORK_INJURY": {"LS06"},
    "DEPENDANT": {"LS06"},
}
FREEZES = {"EMPLOYEE_PENSION": {"LS08"}}
BACK_PAID = {("EMPLOYEE_PENSION", kind) for kind in ("LS06", "LS07", "LS09", "LS19")}


def _effect(programme: str, kind: str) -> str:
    if kind in DEATH | ENDS.get(programme, set()):
        return "END"
    if kind in SUSPENDS.get(programme, set()):
        return "SUSPEND"
    return "FREEZE" if kind in FREEZES.get(programme, set()) else "NONE"


@pytest.mark.parametrize(("programme", "kind"), list(product(PROGRAMMES, [kind.value for kind in LossKind])))
def test_a_loss_does_to_a_benefit_what_the_instruments_say(programme: str, kind: str) -> None:
    rule = POLICY.rule_of(programme, kind)
    assert (rule.effect if rule else "NONE") == _effect(programme, kind)
    rules = [rule for rule in POLICY.programmes if kind in rule.loss_kinds and {programme, "*"} & set(rule.programmes)]
    assert len(rules) <= 1
    assert any(rule.back_pay for rule in rules) == ((programme, kind) in BACK_PAID)


def test_benefits_that_nobody_draws_together() -> None:
    pairs = {frozenset(pair) for pair in POLICY.excluding_programmes}
    pension, residents, unemployment = "EMPLOYEE_PENSION", "RESIDENT_PENSION", "UNEMPLOYMENT"
    assert pairs == {frozenset({pension, residents}), frozenset({pension, unemployment})}


def test_three_reminders_come_before_the_due_date() -> None:
    assert [notice.days_before for notice in POLICY.notices] == [90, 30, 7]
