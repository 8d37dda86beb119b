"""The product beside what else could be used, on the same records."""

import time
from typing import Any, Final

import polars as pl

from benchmarks.matching import figures
from benchmarks.matching.rivals import exact_number, exact_number_and_name
from benchmarks.matching.splink_rival import DESCRIPTION, link_by_splink, trained
from benchmarks.matching.world import World

SPLINK_RECORDS: Final = 60_000
_PROBABILITY_99: Final = 6.63  # bits of a posterior of 0.99


def compare(rows: pl.DataFrame, world: World) -> dict[str, Any]:
    """Each system per stratum, and where the product is better or not; `rows` are judged records."""
    acts = pl.when(pl.col("match_tier").is_in(figures.ACTING)).then("linked")
    systems = {
        "silentcert": figures.system(rows),
        "silentcert_acting": figures.system(rows.with_columns(linked=acts)),
        "exact_number": figures.system(_under(rows, exact_number(rows, world))),
        "exact_number_and_name": figures.system(_under(rows, exact_number_and_name(rows, world))),
    }
    verdicts = {
        f"{ours} beside {rival}": figures.verdicts(systems[ours], systems[rival])
        for ours in ("silentcert", "silentcert_acting")
        for rival in ("exact_number", "exact_number_and_name")
    }
    return {"systems": systems, "verdicts": verdicts}


def compare_with_splink(rows: pl.DataFrame, world: World, *, seed: int) -> dict[str, Any]:
    """On every n-th record of each stratum: Splink needs minutes where the product needs seconds."""
    step = max(1, rows.height // SPLINK_RECORDS)
    some = rows.filter(pl.int_range(pl.len()).over("stratum") % step == 0)
    begun = time.monotonic()
    links, linker = link_by_splink(some, world, seed=seed)
    seconds = time.monotonic() - begun
    weighted = some.drop("linked").join(links, on="row", how="left", maintain_order="left")
    ours = figures.system(some)
    equal = figures.at_our_precision(ours, weighted)
    fixed = weighted.with_columns(linked=pl.when(pl.col("match_weight") >= _PROBABILITY_99).then("linked"))
    return {
        "model": DESCRIPTION,
        "records": some.height,
        "registry": world.persons.height,
        "seconds": round(seconds, 1),
        "trained": trained(linker),
        "silentcert": ours,
        "splink_at_0.99": figures.system(fixed),
        "splink_at_our_precision": equal,
        "verdicts": figures.verdicts(ours, equal),
    }


def _under(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    return rows.drop("linked").join(links, on="row", how="left", maintain_order="left")
