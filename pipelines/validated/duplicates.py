"""Exact repeats of an earlier row of the same delivery, whatever its size: 16 bytes are remembered per row."""

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.validated.rows import PLACE

_SEEDS = (17, 71)
Keys = npt.NDArray[np.uint64]


class Seen:
    """Two 64-bit digests of every row so far, sorted by the first; both must agree for a repeat."""

    def __init__(self) -> None:
        self._first: Keys = np.empty(0, dtype=np.uint64)
        self._second: Keys = np.empty(0, dtype=np.uint64)

    def split(self, text: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows not seen before, and repeats; of equal rows the first stays."""
        if not text.height:
            return text, text
        fields = text.drop(*PLACE)
        first, second = (fields.hash_rows(seed=seed) for seed in _SEEDS)
        within = ~pl.DataFrame({"first": first, "second": second}).select(
            pl.struct("first", "second").is_first_distinct().alias("is_first")
        )["is_first"]
        repeats = within | pl.Series(self._holds(first.to_numpy(), second.to_numpy()))
        self._remember(first.filter(~repeats).to_numpy(), second.filter(~repeats).to_numpy())
        return text.filter(~repeats), text.filter(repeats)

    def _holds(self, first: Keys, second: Keys) -> npt.NDArray[np.bool_]:
        if not len(self._first):
            return np.zeros(len(first), dtype=np.bool_)
        found = np.minimum(np.searchsorted(self._first, first), len(self._first) - 1)
        holds: npt.NDArray[np.bool_] = (self._first[found] == first) & (self._second[found] == second)
        return holds

    def _remember(self, first: Keys, second: Keys) -> None:
        """Merging two sorted runs: the stable sort does it in one pass."""
        fresh = np.argsort(first, kind="stable")
        keys = np.concatenate([self._first, first[fresh]])
        order = np.argsort(keys, kind="stable")
        self._first = keys[order]
        self._second = np.concatenate([self._second, second[fresh]])[order]
