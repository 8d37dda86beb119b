"""The proof of the matching: an open world with errors planted on both sides, linked and held against the truth.

    python -m benchmarks.matching [--registry 5000000] [--queries 1335000] [--seed 20240318] [--without splink speed]

One row per stratum and pass; rival systems on the same records; speed beside a floor. Writes results/matching.json.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.matching import figures
from benchmarks.matching.linkage import index_world, link
from benchmarks.matching.records import draw_records
from benchmarks.matching.speed import measure_speed
from benchmarks.matching.strata import PRIORS, STRATA
from benchmarks.matching.systems import compare, compare_with_splink
from benchmarks.matching.world import World, draw_world

RESULTS = Path(__file__).parents[1] / "results"


def main() -> None:
    options = _options()
    world = draw_world(registry=options.registry, each=options.queries // 60, seed=options.seed)
    records = _marked(draw_records(world, queries=options.queries, seed=options.seed), world)
    _say(f"{world.persons.height} persons, {records.height} records")
    rows = figures.judged(records, link(records, index_world(world)))
    _say("linked")
    result: dict[str, Any] = {"setting": _setting(options, world, records)} | _own_figures(rows) | compare(rows, world)
    write(options.out, result)
    for part, reckon in {
        "speed": lambda: measure_speed(world, records),
        "splink": lambda: compare_with_splink(rows, world, seed=options.seed),
    }.items():
        result[part] = "left out" if part in options.without else reckon()
        write(options.out, result)
        _say(part)


def _own_figures(rows: pl.DataFrame) -> dict[str, Any]:
    return {
        "passes": figures.passes(rows),
        "feeds": figures.feeds(rows),
        "strata": figures.strata(rows),
        "strata_by_pass": figures.strata_by_pass(rows),
        "error_types": figures.error_types(rows),
    }


def _marked(records: pl.DataFrame, world: World) -> pl.DataFrame:
    """With registry_error and is_alone: of number, name and their places at most one is wrong, the registry right."""
    error = world.people["registry_error"].gather(records["person"].to_numpy()).cast(pl.String)
    swapped = [name for name, stratum in STRATA.items() if stratum.is_swapped]
    wrong = (pl.col("number_error") != "", pl.col("name_error") != "", pl.col("stratum").is_in(swapped))
    return records.with_columns(registry_error=error).with_columns(
        is_alone=(pl.sum_horizontal(wrong) <= 1) & pl.col("registry_error").is_in(["", "FIFTEEN"])
    )


def _setting(options: argparse.Namespace, world: World, records: pl.DataFrame) -> dict[str, Any]:
    names = world.persons["name"].value_counts()["count"].to_numpy() / world.persons.height
    return {
        "registry": world.persons.height,
        "strangers": int(world.people["person_no"].is_null().sum()),
        "records": records.height,
        "not_insured": round(records["person_no"].is_null().mean(), 4),
        "seed": options.seed,
        "priors": PRIORS,
        "apart": figures.APART,
        "top_name_share": float(names.max()),
        "two_persons_share_a_name": float((names**2).sum()),
        "bounds": "wrong: Clopper-Pearson, two-sided 95 %; recall: Wilson, two-sided 95 %",
    }


def write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--registry", type=int, default=5_000_000, help="persons; the province has 33012400")
    parser.add_argument("--queries", type=int, default=1_335_000)
    parser.add_argument("--seed", type=int, default=20240318)
    parser.add_argument("--without", nargs="*", default=[], choices=["splink", "speed"])
    parser.add_argument("--out", type=Path, default=RESULTS / "matching.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
