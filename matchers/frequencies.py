"""How common things are in the registry: what makes an agreement by chance likely or not."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Frequencies:
    """`persons`: how many. `called`: of each name, by place. Frames with `bearers` (persons): `births`
    by born, `sexes` by sex, `counties` by county, `surnames` by surname (a name's first character).
    """

    persons: int
    called: pl.Series
    births: pl.DataFrame
    sexes: pl.DataFrame
    counties: pl.DataFrame
    surnames: pl.DataFrame


def count_frequencies(now: pl.DataFrame, names: pl.DataFrame, residences: pl.DataFrame) -> Frequencies:
    """Of persons as they are now; a person of two counties counts in both."""
    counted = names.select("called").join(_count(now, "called"), on="called", how="left", maintain_order="left")
    called = counted["bearers"].fill_null(0)
    surname = pl.col("name_key").str.slice(0, 1).alias("surname")
    surnames = (
        names.select(surname, bearers=called)
        .filter(pl.col("bearers") > 0)
        .group_by("surname")
        .agg(pl.col("bearers").sum())
    )
    return Frequencies(
        persons=now.height,
        called=called,
        births=_count(now, "born"),
        sexes=_count(now, "sex"),
        counties=_count(residences, "county"),
        surnames=surnames,
    )


def _count(rows: pl.DataFrame, what: str) -> pl.DataFrame:
    return rows.lazy().drop_nulls(what).group_by(what).agg(bearers=pl.len()).collect(engine="streaming")
