"""Great Expectations reads our configurations as we mean them: a bad profile fails where it is bad."""

from typing import Any

import pytest

from schemas.contract import Contract
from schemas.emit.to_expectations import expectations


@pytest.fixture(scope="module")
def health(contracts: dict[str, Contract]) -> Contract:
    return contracts["health"]


def _profile(contract: Contract, **damaged: dict[str, float]) -> list[dict[str, Any]]:
    sound = {"row_count": 10, "null_share": 0.0, "invalid_share": 0.0, "quarantined_share": 0.0}
    return [{"column": column.name, **sound, **damaged.get(column.name, {})} for column in contract.columns]


def _failures(contract: Contract, profile: list[dict[str, Any]]) -> set[tuple[str, str]]:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("profiles").add_dataframe_asset(contract.feed)
    suite = gx.ExpectationSuite(name=contract.feed)
    for expected in expectations(contract, max_quarantined_share=0.05, max_invalid_share=0.1):
        suite.add_expectation_configuration(ExpectationConfiguration(**expected))
    batch = source.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": pd.DataFrame(profile)})
    results = batch.validate(suite).results
    assert not any(result.exception_info["raised_exception"] for result in results)
    judged = (result.expectation_config.meta for result in results if not result.success)
    return {(meta["about"], meta.get("column", "")) for meta in judged}


def test_a_sound_profile_passes(health: Contract) -> None:
    assert _failures(health, _profile(health, id_number={"null_share": 0.3})) == set()


def test_each_law_fails_by_its_name(health: Contract) -> None:
    profile = _profile(
        health,
        event_date={"null_share": 0.1},
        id_number={"invalid_share": 0.9},
        sex={"quarantined_share": 0.2},
        name={"row_count": 10**9},
    )
    assert _failures(health, profile) == {("nulls", "event_date"), ("invalid", ""), ("quarantined", ""), ("volume", "")}


def test_a_column_that_was_not_profiled_fails(health: Contract) -> None:
    assert _failures(health, _profile(health)[1:]) == {("columns", "")}
