"""Expectation and maximisation for two classes of pairs: of one person, and of two.

Fields are independent within a class (Fellegi and Sunter 1969; Dempster, Laird and Rubin 1977). How strangers compare
(u) is known and stays; how records of one person compare (m) and the share of such pairs are estimated. A level ABSENT
says nothing and is left out of its field.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

Shares = Mapping[str, Mapping[str, float]]  # field → level → share
ABSENT: Final = "ABSENT"
_ROUNDS: Final = 500
_SETTLED: Final = 1e-9
LEAST: Final = 1e-6  # of a level never seen: it is rare, not impossible


def level_shares(pairs: pl.DataFrame, fields: Sequence[str], weight: str = "") -> dict[str, dict[str, float]]:
    """Share of each level of each field among the pairs that say something about it; `weight` counts pairs in part."""
    counted = pairs.with_columns(n=pl.col(weight) if weight else pl.lit(1.0))
    found = {}
    for field in fields:
        present = counted.filter(pl.col(field) != ABSENT).group_by(field).agg(pl.col("n").sum()).sort(field)
        total = present["n"].sum()
        found[field] = {level: max(n / total, LEAST) for level, n in present.iter_rows()}
    return found


def estimate(pairs: pl.DataFrame, fields: Sequence[str], u: Shares) -> tuple[dict[str, dict[str, float]], float]:
    """m of each field's levels, and the share of pairs that are of one person."""
    patterns = pairs.group_by(*fields).agg(n=pl.len().cast(pl.Float64)).sort(*fields)
    share, m = 0.9, level_shares(patterns, fields, "n")
    for _ in range(_ROUNDS):
        posterior = _posterior(patterns, m, u, share)
        weighed = patterns.with_columns(w=pl.col("n") * posterior)
        new = level_shares(weighed, fields, "w")
        moved = max(abs(new[f][level] - m[f].get(level, 0.0)) for f in fields for level in new[f])
        m, share = new, float(weighed["w"].sum() / patterns["n"].sum())
        if moved < _SETTLED:
            break
    return m, share


def _posterior(patterns: pl.DataFrame, m: Shares, u: Shares, share: float) -> pl.Series:
    odds = np.full(patterns.height, share / (1 - share))
    for field in m:
        ratio = {level: m[field][level] / max(u[field].get(level, LEAST), LEAST) for level in m[field]}
        odds *= patterns[field].replace_strict(ratio, default=1.0, return_dtype=pl.Float64).to_numpy()
    return pl.Series(odds / (1 + odds))
