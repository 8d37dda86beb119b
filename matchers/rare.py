"""Do a dear conversion only where it is needed: most values of a column are already plain."""

from collections.abc import Callable

import polars as pl


def convert_where(values: pl.Series, rare: pl.Series, convert: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`values` with those marked in `rare` (no nulls) replaced by their conversion; the rest is not touched."""
    if not rare.any():
        return values
    return values.clone().scatter(rare.arg_true(), convert(values.filter(rare)))
