"""EM finds the shares that made the pairs, as far as the pairs can tell."""

import numpy as np
import polars as pl
import pytest

from benchmarks.matching.expectation import LEAST, estimate, level_shares

U = {
    "name": {"EQUAL": 0.001, "OTHER": 0.999},
    "sex": {"EQUAL": 0.5, "OTHER": 0.5},
    "date": {"EQUAL": 0.01, "OTHER": 0.99},
}
M = {
    "name": {"EQUAL": 0.95, "OTHER": 0.05},
    "sex": {"EQUAL": 0.99, "OTHER": 0.01},
    "date": {"EQUAL": 0.9, "OTHER": 0.1},
}


def drawn(size: int, share: float) -> pl.DataFrame:
    random = np.random.default_rng(1)
    is_one = random.random(size) < share
    fields = {
        field: np.where(random.random(size) < np.where(is_one, M[field]["EQUAL"], U[field]["EQUAL"]), "EQUAL", "OTHER")
        for field in M
    }
    return pl.DataFrame(fields)


@pytest.mark.parametrize("share", [0.9, 0.6])
def test_em_tells_one_person_from_two(share: float) -> None:
    m, of_one = estimate(drawn(200_000, share), list(M), U)
    assert of_one == pytest.approx(share, abs=0.01)
    assert all(m[field]["EQUAL"] == pytest.approx(M[field]["EQUAL"], abs=0.01) for field in M)


def test_what_says_nothing_is_no_level() -> None:
    pairs = pl.DataFrame({"sex": ["EQUAL", "EQUAL", "OTHER", "ABSENT"]})
    assert level_shares(pairs, ["sex"]) == {"sex": {"EQUAL": pytest.approx(2 / 3), "OTHER": pytest.approx(1 / 3)}}


def test_what_was_never_seen_is_rare_and_not_impossible() -> None:
    pairs = pl.DataFrame({"sex": ["EQUAL", "OTHER"], "n": [1.0, 0.0]})
    assert level_shares(pairs, ["sex"], "n")["sex"]["OTHER"] == LEAST
