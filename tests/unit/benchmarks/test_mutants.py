"""Mutants of delivered files are judged by what was written, and the reader stands a twentieth of them."""

from dataclasses import replace
from random import Random

import pytest

from benchmarks.mutants.__main__ import judged
from benchmarks.mutants.delivered import BYTES, CELLS, HELD, REFUSED, SHEETS, TAKEN, Mutant, mutant
from benchmarks.mutants.files import FEEDS, delivered, written
from benchmarks.mutants.judge import Reader

ALIKE = [TAKEN, HELD, REFUSED]


def _empty():
    memory = {"parent": 0, "child": 0}
    return {"done": 0, "memory_mb": memory, "faults": [], "reactions": {}}


def _of_the_reader(faults):
    """Without the parent's memory: here that is the test worker's, with all that ran in it before."""
    return [fault for fault in faults if "memory of the parent" not in fault]


@pytest.mark.slow
def test_a_seeded_twentieth_of_the_mutants_is_stood():
    result = _empty()
    judged("delivered", 7, range(500), result)
    assert _of_the_reader(result["faults"]) == []


def test_the_first_mutants_are_stood():
    result = _empty()
    judged("delivered", 3, range(40), result)
    assert _of_the_reader(result["faults"]) == []
    assert sum(result["reactions"].values()) == 40


def test_a_mutant_depends_on_its_number_alone(tmp_path):
    contracts = Reader(tmp_path).contracts
    one, other = (mutant(Random("7-1"), contracts) for _ in range(2))
    assert (one.name, one.sheet) == (other.name, other.sheet)


@pytest.mark.parametrize("container", sorted(FEEDS))
@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("unaccounted", lambda sheet: replace(sheet, rows=sheet.rows[1:])),
        ("altered", lambda sheet: sheet.with_cell(0, 0, "another")),
    ],
)
def test_the_judge_notices_what_a_reader_would_lose_or_alter(tmp_path, container, fault, change):
    """The bytes hold another sheet than the mutant says, as if the reader had not read what is there."""
    _, sheet = delivered(container)
    assert Reader(tmp_path).faults(Mutant("sound", container, written(sheet), (TAKEN,), sheet=sheet)) == (TAKEN, [])
    made = Mutant("planted", container, written(change(sheet)), (TAKEN,), sheet=sheet)
    _, faults = Reader(tmp_path).faults(made)
    assert any(found.startswith(fault) for found in faults)


@pytest.mark.parametrize("container", sorted(FEEDS))
def test_the_judge_notices_a_reaction_that_is_not_right(tmp_path, container):
    _, sheet = delivered(container)
    content = written(sheet)
    assert Reader(tmp_path).faults(Mutant("planted", container, content, (HELD,), sheet=sheet))[1] == [
        "taken, not held"
    ]
    _, faults = Reader(tmp_path).faults(Mutant("planted", container, b"", (TAKEN,)))
    assert faults[0].startswith("refused: ")


def test_every_mutator_says_which_reactions_are_right():
    assert all(set(one.reactions) <= set(ALIKE) and one.reactions for one in (*SHEETS, *BYTES))
    assert all(one.becomes in ("SAME", "HELD", "EMPTY", "AS_WRITTEN") for one in CELLS)
