"""Splink 5 on the same records: a sensible model, given our readings of number and name and a column of syllables.

It gets what a careful user would prepare: clean numbers and names, birth date and sex from the number where the record
has none, toneless syllables, the registry's main county; term frequencies on name and county; blocks by
number, name or syllables with birth date, and parts of the number with the surname. Trained by its own EM.
"""

import logging
from typing import Any, Final

import duckdb
import polars as pl
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.matching.characters import sound_key
from benchmarks.matching.linkage import read
from benchmarks.matching.world import World
from matchers.names import normalise_name
from matchers.numbers import normalise_number, read_numbers

MEMORY: Final = "6GB"
_PAIRS_FOR_U: Final = 5e6
_COLUMNS: Final = ["unique_id", "id_number", "name", "sounds", "birth_date", "sex", "county"]
_NUMBER: Final = cl.CustomComparison(
    [
        cll.NullLevel("id_number"),
        cll.ExactMatchLevel("id_number"),
        cll.DamerauLevenshteinLevel("id_number", 1),
        cll.DamerauLevenshteinLevel("id_number", 2),
        cll.CustomLevel("substr(id_number_l, 1, 14) = substr(id_number_r, 1, 14)", "same area and day"),
        cll.ElseLevel(),
    ],
    output_column_name="id_number",
)
_NAME: Final = cl.CustomComparison(
    [
        cll.NullLevel("name"),
        cll.ExactMatchLevel("name").configure(tf_adjustment_column="name"),
        cll.ExactMatchLevel("sounds"),
        cll.CustomLevel(
            "starts_with(name_l, name_r) or starts_with(name_r, name_l) "
            "or (length(name_l) = length(name_r) and levenshtein(name_l, name_r) <= 3)",
            "cut, or one character",
        ),
        cll.CustomLevel("substr(name_l, 1, 1) = substr(name_r, 1, 1)", "same surname"),
        cll.ElseLevel(),
    ],
    output_column_name="name",
)
_RULES: Final = [
    block_on("id_number"),
    block_on("name", "birth_date"),
    block_on("sounds", "birth_date"),
    block_on("substr(id_number, 1, 14)", "substr(name, 1, 1)"),
    block_on("substr(id_number, 7, 11)", "name"),
    block_on("substr(id_number, 1, 6)", "substr(id_number, 15, 3)", "name"),
]
DESCRIPTION: Final = {
    "splink": "5.0.0",
    "comparisons": ["number: equal, edits <= 1, <= 2, same area and day",
                    "name: equal (term frequency), same syllables, cut or one character, same surname",
                    "birth date (DateOfBirthComparison)", "sex", "county (term frequency)"],
    "blocks": [str(rule.get_blocking_rule("duckdb").blocking_rule_sql) for rule in _RULES],
    "training": "u by random sampling, m by EM over blocks by number and by name with birth date",
    "decision": "the best candidate of a record by match weight; none where the two best weigh the same",
}  # fmt: skip


def settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            _NUMBER,
            _NAME,
            cl.DateOfBirthComparison("birth_date", input_is_string=False),
            cl.ExactMatch("sex"),
            cl.ExactMatch("county").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=_RULES,
        retain_matching_columns=False,
    )


def link_by_splink(records: pl.DataFrame, world: World, *, seed: int) -> tuple[pl.DataFrame, Linker]:
    """row, linked (the best candidate), match_weight; and the trained model."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 2")
    engine = DuckDBAPI(connection)
    sides = [
        engine.register(_side(records).to_arrow(), dataset_display_name="records"),
        engine.register(_registry(world).to_arrow(), dataset_display_name="registry"),
    ]
    linker = Linker(sides, settings(), log_level=logging.WARNING)
    train(linker, seed)
    pairs = linker.inference.predict(threshold_match_weight=-5.0).as_duckdbpyrelation().pl()
    return _best(records, _oriented(pairs)), linker


def train(linker: Linker, seed: int) -> None:
    rules = [block_on("id_number", "name"), block_on("name", "birth_date", "county")]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS_FOR_U, seed=seed)
    for rule in (block_on("id_number"), block_on("name", "birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)


def _side(records: pl.DataFrame) -> pl.DataFrame:
    """Records as read; only numbers that hold or nearly hold are compared as numbers."""
    stated = read(records)
    return stated.select(
        unique_id="row",
        id_number=pl.when(pl.col("has_shape")).then("number"),
        name=pl.when(pl.col("name") != "").then("name"),
        sounds=sound_key(stated["name"]),
        birth_date=pl.coalesce("birth_date", "derived_birth_date"),
        sex=pl.coalesce("sex", "derived_sex"),
        county=pl.when(pl.col("county_code") != "").then("county_code"),
    ).select(_COLUMNS)


def _registry(world: World) -> pl.DataFrame:
    number, name = normalise_number(world.persons["id_number"]), normalise_name(world.persons["name"])
    main = world.residences.unique("person_no", keep="first", maintain_order=True)
    stated = world.persons.join(main, on="person_no", how="left", maintain_order="left")
    return stated.select(
        unique_id="person_no",
        id_number=number.set(~read_numbers(number)["has_shape"], None),
        name=name,
        sounds=sound_key(name),
        birth_date="birth_date",
        sex="sex",
        county="county_code",
    ).select(_COLUMNS)


def _oriented(pairs: pl.DataFrame) -> pl.DataFrame:
    """Whichever side Splink calls left: row of the record and number of the person."""
    is_left = pl.col("source_dataset_l") == "records"
    return pairs.select(
        row=pl.when(is_left).then("unique_id_l").otherwise("unique_id_r"),
        linked=pl.when(is_left).then("unique_id_r").otherwise("unique_id_l"),
        match_weight="match_weight",
    )


def _best(records: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("match_weight") == pl.col("match_weight").max().over("row")
    best = pairs.filter(first)
    alone = best.filter(pl.len().over("row") == 1)
    return records.select("row").join(alone, on="row", how="left", maintain_order="left")


def trained(linker: Linker) -> list[dict[str, Any]]:
    """m and u of every level, as Splink estimated them."""
    model = linker.misc.save_model_to_json()
    return [
        {"comparison": comparison["output_column_name"], "level": level["label_for_charts"]}
        | {name: round(level[f"{name}_probability"], 9) for name in ("m", "u") if level.get(f"{name}_probability")}
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
    ]
