"""Strike a share of the rows with an error each: which rows, which error, and what is then written."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from benchmarks.matching.name_errors import Writer


def spoil(
    random: np.random.Generator,
    persons: pl.DataFrame,
    column: str,
    rates: Mapping[str, float],
    writers: Mapping[str, Writer],
) -> tuple[pl.Series, pl.Series]:
    """What is written in `column`, and the error of each row ("" = none: not drawn, or it cannot happen to this value).

    At most one error strikes a row; `rates` are shares of the rows.
    """
    edges = np.cumsum(list(rates.values()))
    drawn = np.searchsorted(edges, random.random(persons.height), side="right")
    written = persons[column].clone()
    errors = pl.Series([""], dtype=pl.String).gather(np.zeros(persons.height, dtype=np.int64))
    for place, kind in enumerate(rates):
        struck = np.flatnonzero(drawn == place)
        if not len(struck):
            continue
        new = writers[kind](random, persons.gather(struck))
        there = new.is_not_null()
        written = written.scatter(struck[there.to_numpy()], new.filter(there))
        errors = errors.scatter(struck[there.to_numpy()], kind)
    return written, errors
