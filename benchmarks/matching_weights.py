"""Estimate m, how often records of one person compare at each level, and write matchers/tables/levels.csv.

    python -m benchmarks.matching_weights [--registry 1000000] [--records 400000] [--seed 20231107] [--write]

Run by hand when the levels or the rates change, never at night; the file is frozen and part of the logic version. The
records are an everyday mix (`EVERYDAY`), not the study's strata, and of another seed. No field is estimated on pairs
that it made itself: name, birth date, sex and county on records and the persons of their numbers; the number on pairs
of equal name, stated birth date and county. u comes from pairs drawn at random through the same comparison, and an
EM tells records of another person's number from the rest. Beside it Splink's own estimates on the same records, and the
shares among the true pairs, which no estimate may see. Writes results/matching_weights.json.
"""

import argparse
import csv
import io
import json
import math
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

import matchers.tables
from benchmarks.matching.expectation import estimate, level_shares
from benchmarks.matching.linkage import index_world, read
from benchmarks.matching.records import draw_records
from benchmarks.matching.splink_rival import link_by_splink, trained
from benchmarks.matching.strata import BACKGROUND_NAME, Stratum
from benchmarks.matching.world import World, draw_world
from matchers.compare import compare_pairs
from matchers.passes import ready_to_compare
from matchers.registry import Registry, find_variants
from schemas.codes import AgreementLevel, DateLevel, NameLevel, NumberLevel

RESULTS: Final = Path(__file__).with_name("results")
TABLE: Final = Path(matchers.tables.__file__).with_name("levels.csv")
# a feed on an ordinary night, shares of its records: assumption, as all rates of errors here. FORMER and RARE_LOST can
# happen to one person in a hundred and fewer
EVERYDAY: Final = Stratum(
    "ANYBODY",
    1,
    number={"NONE": 0.03, "LOWER_X": 0.02, "FIFTEEN": 0.01, "ONE_DIGIT": 0.006, "TRANSPOSED": 0.003,
            "OTHER_BIRTH": 0.002, "RELATIVE": 0.003, "OTHER_PERSON": 0.001, "RECOMPUTED": 0.001, "FORMER": 0.2,
            "SPACES": 0.001, "FULL_WIDTH": 0.001, "MASKED": 0.0005, "SCIENTIFIC": 0.0005, "DIGIT_LOST": 0.0005},
    name={**BACKGROUND_NAME, "REORDERED": 0.0005, "FORMER": 0.3, "RARE_LOST": 0.3, "OTHER_NAME": 0.0005},
)  # fmt: skip
BY_NUMBER: Final = ("name", "date", "sex", "county")
BY_NAME: Final = ("number", "sex")
CODES: Final = {
    "number": NumberLevel, "name": NameLevel, "date": DateLevel, "sex": AgreementLevel, "county": AgreementLevel,
}  # fmt: skip
_RANDOM_PAIRS: Final = 500_000
_TOLERANCE: Final = 1.0  # bits between our estimate and another's that need a word


def main() -> None:
    options = _options()
    world = draw_world(registry=options.registry, each=10, seed=options.seed)
    records = draw_records(world, queries=options.records, seed=options.seed, strata={"everyday": EVERYDAY})
    registry = index_world(world)
    ready = ready_to_compare(read(records).with_columns(is_contradicted=pl.lit(False)), registry)
    u = level_shares(_compared(_random_pairs(records, world, options.seed), ready, registry), [*BY_NUMBER, "number"])
    m, by_number = estimate(_compared(_of_number(ready, registry), ready, registry), BY_NUMBER, u)
    of_number, by_name = estimate(_compared(_namesakes(ready, registry), ready, registry), BY_NAME, u)
    m["number"] = of_number["number"]
    true = records.filter(pl.col("person_no").is_not_null()).select("row", "person_no")
    truth = level_shares(_compared(true, ready, registry), list(m))
    _, linker = link_by_splink(records.head(options.records // 4), world, seed=options.seed)
    table = _table(m)
    if options.write:
        TABLE.write_text(table, encoding="utf-8")
    result = {
        "registry": world.persons.height, "records": records.height, "seed": options.seed,
        "of_one_person": {"by_number": by_number, "by_name_birth_and_county": by_name},
        "m": m, "u_of_random_pairs": u, "m_of_true_pairs": truth, "splink": trained(linker),
        "apart_from_truth_bits": _apart(m, truth),
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (RESULTS / "matching_weights.json").write_text(text + "\n", encoding="utf-8")
    print(table)  # noqa: T201


def _compared(pairs: pl.DataFrame, ready: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """The levels by field; `date` of the stated birth date alone: the one inside the number is no other evidence."""
    parts = [
        compare_pairs(part, ready, registry) for part in pairs.unique().sort("row", "person_no").iter_slices(250_000)
    ]
    levels = {field: pl.col("stated_level" if field == "date" else f"{field}_level") for field in CODES}
    return pl.concat([part.select(**levels) for part in parts])


def _of_number(ready: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Records and the person their valid number is registered to, if it is one."""
    valid = ready.filter(pl.col("body").is_not_null()).select("row", "body")
    pairs = find_variants(registry, {"body": pl.col("body")}, valid).select("row", "person_no").unique()
    return pairs.filter(pl.len().over("row") == 1)


def _namesakes(ready: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """Records and the only person of their name, stated birth date and county."""
    named = ready.filter(pl.col("name_id").is_not_null()).select(
        "row", "name_id", born="birth_date", county=pl.col("county_code").cast(pl.Int32, strict=False)
    )
    variants = find_variants(registry, {"name_id": pl.col("name_id"), "born": pl.col("born")}, named.drop_nulls())
    pairs = (
        variants.join(registry.residences, on=["person_no", "county"], how="semi").select("row", "person_no").unique()
    )
    return pairs.filter(pl.len().over("row") == 1)


def _random_pairs(records: pl.DataFrame, world: World, seed: int) -> pl.DataFrame:
    random = np.random.Generator(np.random.Philox(key=[seed, 3]))
    rows, persons = records["row"].to_numpy(), world.persons["person_no"].to_numpy()
    return pl.DataFrame({"row": random.choice(rows, _RANDOM_PAIRS), "person_no": random.choice(persons, _RANDOM_PAIRS)})


def _table(m: dict[str, dict[str, float]]) -> str:
    """Every level but ABSENT in the order of its code; shares of a field sum to 1 before rounding."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["field", "level", "m"])
    for field, code in CODES.items():
        levels = [level.value for level in code if level.value != "ABSENT"]
        rows.writerows([field, level, f"{m[field].get(level, 1e-6):.6f}"] for level in levels)
    return out.getvalue()


def _apart(m: dict[str, dict[str, float]], truth: dict[str, dict[str, float]]) -> dict[str, float]:
    """Levels whose m is further from the true share than the tolerance, in bits."""
    bits = {
        f"{field} {level}": round(math.log2(m[field].get(level, 1e-6) / share), 2)
        for field, levels in truth.items()
        for level, share in levels.items()
    }
    return {name: off for name, off in bits.items() if abs(off) > _TOLERANCE}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--registry", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=20231107, help="never the study's")
    parser.add_argument("--write", action="store_true", help="replace matchers/tables/levels.csv")
    return parser.parse_args()


if __name__ == "__main__":
    main()
