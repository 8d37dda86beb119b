"""The list of steps: one way through, nothing declared that leads nowhere, names written in one place."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.errors import PipelineError
from pipelines.home.declarations import Declarations
from pipelines.read.steps_page import PAGE, steps_page
from pipelines.run.driver import run_step
from pipelines.run.run import Run
from pipelines.step import Derived
from pipelines.steps import READERS, STEPS, check_steps
from schemas.codes import StepName
from schemas.table import Field, Table
from schemas.tables import CANDIDATE, DECISION, LIFE_FACT, TABLES
from tests.derived import (
    AS_OF,
    Given,
    context,
    derive,
    shipped_codes,
    shipped_contracts,
    shipped_policy,
    shipped_wording,
)

ROOT = Path(__file__).parents[2]
STRAY = Table("stray", "nothing", ("key",), (Field("key", "int64", "key"),))
EVERY_TABLE = tuple(TABLES.values())


def _with(name, **changed):
    return tuple(replace(step, **changed) if step.name == name else step for step in STEPS)


@pytest.mark.parametrize(
    ("steps", "tables", "fault"),
    [
        (STEPS, (*EVERY_TABLE, STRAY), "table stray is written by no step; table stray is read by nobody"),
        (_with("signals", writes=(*STEPS[4].writes, STRAY)), EVERY_TABLE, "stray is no declared table"),
        (_with("resolved", writes=(*STEPS[3].writes, DECISION)), EVERY_TABLE, "decision is written by resolved, dec"),
        (_with("resolved", reads=(*STEPS[3].reads, LIFE_FACT)), EVERY_TABLE, "resolved reads life_fact, which a later"),
        (tuple(reversed(STEPS)), EVERY_TABLE, "the steps stand in another order"),
    ],
)  # fmt: skip
def test_a_declaration_that_leads_nowhere_is_named(steps, tables, fault):
    with pytest.raises(PipelineError, match=fault):
        check_steps(steps, READERS, tables)


def test_a_step_gets_nothing_it_does_not_declare():
    with pytest.raises(AssertionError, match="ledger does not declare that it reads candidate"):
        Given(STEPS[6], {})[CANDIDATE]


def test_the_driver_refuses_what_is_not_declared(staged_lake, tmp_path):
    lake = staged_lake({})
    known = context(engine=lake.engine)
    declared = Declarations(shipped_contracts(), shipped_codes(), shipped_policy(), shipped_wording())
    run = Run(tmp_path, "night", lake, declared, known, known)
    reads_more = replace(STEPS[6], derive=lambda tables, context: Derived({CANDIDATE: tables[CANDIDATE]}))
    with pytest.raises(KeyError, match="ledger does not declare that it uses candidate"):
        run_step(run, reads_more, tmp_path / "stage")
    gives_less = replace(STEPS[6], derive=lambda tables, context: Derived({}))
    with pytest.raises(PipelineError, match="ledger gives back other data sets than it declares"):
        run_step(run, gives_less, tmp_path / "stage")


def test_every_pure_step_derives_from_empty_tables():
    for step in STEPS[3:]:
        derived = derive(step, {}, feeds={"registry": []})
        assert set(derived.content) == set(step.writes), step.name


def test_the_names_of_the_steps_are_written_in_one_place():
    sources = [p for folder in ("pipelines", "dags", "matchers", "schemas") for p in (ROOT / folder).rglob("*.py")]
    # three may come together by chance: some data sets are called like the step that makes them
    lists = [
        str(path.relative_to(ROOT))
        for path in sources
        if len({name for name in StepName if re.search(rf'"{name}"', path.read_text(encoding="utf-8"))}) > 3
    ]
    assert lists == ["schemas/codes.py"]


def test_the_picture_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == steps_page()
    assert AS_OF.isoformat() not in steps_page()
