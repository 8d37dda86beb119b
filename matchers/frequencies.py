"""Frequencies of values in the registry: they make an agreement by chance likely or not."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Numbers of current persons (`bearers`) per value.

    `persons`: how many in all. `names`: bearers of each name, by name_id. Frames with column bearers: `births` by born,
    `sexes` by sex, `counties` by county, `surnames` by surname (first character of a name).
    """

    persons: int
    names: pl.Series
    births: pl.DataFrame
    sexes: pl.DataFrame
    counties: pl.DataFrame
    surnames: pl.DataFrame


def count_frequencies(current: pl.DataFrame, names: pl.DataFrame, residences: pl.DataFrame) -> Frequencies:
    """Frequencies of the registry's `current` variants; a person of two counties counts in both."""
    counted = names.select("name_id").join(_count(current, "name_id"), on="name_id", how="left", maintain_order="left")
    bearers = counted["bearers"].fill_null(0)
    surname = pl.col("name_key").str.slice(0, 1).alias("surname")
    surnames = (
        names.select(surname, bearers=bearers)
        .filter(pl.col("bearers") > 0)
        .group_by("surname")
        .agg(pl.col("bearers").sum())
    )
    return Frequencies(
        persons=current.height,
        names=bearers,
        births=_count(current, "born"),
        sexes=_count(current, "sex"),
        counties=_count(residences, "county"),
        surnames=surnames,
    )


def _count(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    return rows.lazy().drop_nulls(what).group_by(what).agg(bearers=pl.len()).collect(engine="streaming")
