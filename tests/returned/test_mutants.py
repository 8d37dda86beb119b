"""A seeded part of the mutants of returned lists; all of them: `python -m benchmarks.mutants_returned`."""

import pytest

from benchmarks.mutants_returned import mutant


@pytest.mark.slow
def test_no_mutant_of_a_returned_list_is_taken_otherwise_than_it_is_written(tmp_path):
    found = {number: mutant(number, 20240318, tmp_path) for number in range(100)}
    assert {number: result for number, result in found.items() if result[1].startswith("WRONG")} == {}
