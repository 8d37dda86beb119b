"""Convert only rows that need it: most values of a column are already plain, and a conversion is slow."""

from collections.abc import Callable

import polars as pl


def convert_where(values: pl.Series, rare: pl.Series, convert: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`values` with those marked in `rare` (no nulls) replaced by their conversion; the others are not touched."""
    if not rare.any():
        return values
    return values.clone().scatter(rare.arg_true(), convert(values.filter(rare)))
