"""What an office does without a matcher: join by the number, or by number and name, just as they are written."""

import polars as pl

from benchmarks.matching.world import World


def exact_number(records: pl.DataFrame, world: World) -> pl.DataFrame:
    """row, linked: the only person whose number is the record's, both trimmed and in capitals."""
    return _joined(records, world, ["id_number"])


def exact_number_and_name(records: pl.DataFrame, world: World) -> pl.DataFrame:
    return _joined(records, world, ["id_number", "name"])


def _joined(records: pl.DataFrame, world: World, key: list[str]) -> pl.DataFrame:
    trimmed = [pl.col(column).str.strip_chars().str.to_uppercase() for column in key]
    numbered = records.select("row", *trimmed).filter(pl.col("id_number") != "")
    persons = world.persons.select("person_no", *trimmed)
    pairs = numbered.join(persons, on=key).select("row", linked="person_no")
    alone = pairs.filter(pl.len().over("row") == 1)
    return records.select("row").join(alone, on="row", how="left", maintain_order="left")
