"""Intervals of a share at 95 %: Wilson for everyday shares, Clopper-Pearson where a share may be none or all.

Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; Clopper and Pearson (1934), Biometrika 26, 404-413.
"""

from typing import Any

from scipy.stats import binomtest


def share(hits: int, of: int, *, method: str = "wilson") -> dict[str, Any]:
    """`hits`, `of`, `share` and its bounds `low` and `high`; of nothing, no share."""
    if not of:
        return {"hits": 0, "of": 0, "share": None, "low": None, "high": None}
    bounds = binomtest(hits, of).proportion_ci(0.95, method=method)
    rounded = {"share": hits / of, "low": float(bounds.low), "high": float(bounds.high)}
    return {"hits": hits, "of": of} | {name: round(value, 6) for name, value in rounded.items()}


def exact_share(hits: int, of: int) -> dict[str, Any]:
    return share(hits, of, method="exact")
