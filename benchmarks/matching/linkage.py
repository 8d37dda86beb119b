"""The product's matcher, as the nights call it: the only module here that imports it."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from benchmarks.matching.strata import PRIORS
from benchmarks.matching.world import World
from matchers.names import normalise_name
from matchers.numbers import normalise_number
from matchers.passes import Registry, index_registry, match_records
from matchers.records import read_records

CHUNK = 250_000


@dataclass(frozen=True, slots=True)
class Linked:
    """`answers`: row, linked (person, null = none), match_pass, match_tier, match_reason, considered.
    `candidates`: row, candidate (person), place."""

    answers: pl.DataFrame
    candidates: pl.DataFrame


def index(persons: pl.DataFrame, aliases: pl.DataFrame, residences: pl.DataFrame) -> Registry:
    """Persons and aliases as written, read in the registry's way."""
    number, name = normalise_number(persons["id_number"]), normalise_name(persons["name"])
    held = persons.with_columns(id_number=number, raw_name="name", name=name)
    is_number, value = aliases["kind"] == "id_number", aliases["value"]
    known = aliases.with_columns(value=normalise_number(value).zip_with(is_number, normalise_name(value)))
    return index_registry(held, known, residences)


def index_world(world: World) -> Registry:
    return index(world.persons, world.aliases, world.residences)


def read(records: pl.DataFrame) -> pl.DataFrame:
    """As `match_records` wants them, from row, id_number, name, birth_date, sex, county_code."""
    stated = records.select("row", "birth_date", "sex", "county_code")
    return pl.concat([read_records(records.select("id_number", "name")), stated], how="horizontal")


def link(records: pl.DataFrame, registry: Registry) -> Linked:
    """Each feed by its own prior, in parts that fit into memory."""
    answers, candidates = zip(*_parts(records, registry), strict=True)
    return Linked(pl.concat(answers).sort("row"), pl.concat(candidates).sort("row", "place"))


def _parts(records: pl.DataFrame, registry: Registry) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    for feed, prior in PRIORS.items():
        for part in records.filter(pl.col("feed") == feed).iter_slices(CHUNK):
            found = match_records(read(part), registry, prior=prior)
            yield (
                found.results.select(
                    "row", "match_pass", "match_tier", "match_reason", "considered", linked="person_no"
                ),
                found.candidates.select("row", "place", candidate="person_no"),
            )
