"""The world of the study is what it says, and the same by the same seed."""

from collections import Counter

import numpy as np
import polars as pl
import pytest

from benchmarks.matching.characters import sound_key
from benchmarks.matching.records import draw_records
from benchmarks.matching.strata import STRATA
from benchmarks.matching.world import World, draw_world, identity
from tests.reference.matching import is_valid


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(registry=20_000, each=200, seed=5)


@pytest.fixture(scope="module")
def records(world: World) -> pl.DataFrame:
    return draw_records(world, queries=20_000, seed=5)


def everybody(world: World) -> pl.DataFrame:
    return identity(world.people, np.arange(world.people.height))


def pairs(world: World, relation: str) -> list[tuple[dict[str, object], dict[str, object]]]:
    rows = everybody(world).rows(named=True)
    beside = [(row, rows[row["partner"]]) for at, row in enumerate(rows) if 0 <= row["partner"] < at]
    return [(row, other) for row, other in beside if row["relation"] == relation]


def test_no_two_people_share_a_number_and_every_number_holds(world: World) -> None:
    numbers = everybody(world)["number"].to_list()
    assert max(Counter(numbers).values()) == 1
    assert all(map(is_valid, numbers[:2000]))


def test_partners_name_each_other(world: World) -> None:
    rows = world.people.rows(named=True)
    assert all(rows[row["partner"]]["partner"] == at for at, row in enumerate(rows) if row["partner"] >= 0)


def test_twins_share_birth_and_area_and_never_sound_the_same(world: World) -> None:
    twins = pairs(world, "TWIN")
    assert len(twins) == 200
    for one, other in twins:
        assert str(one["number"])[:14] == str(other["number"])[:14]
        assert abs(int(str(one["number"])[14:17]) - int(str(other["number"])[14:17])) <= 3
    heard, also_heard = (sound_key(pl.Series([twin[place]["name"] for twin in twins])) for place in (0, 1))
    assert (heard != also_heard).all()


@pytest.mark.parametrize("relation", ["SAME_NAMED_TWIN", "NAMESAKE", "RECYCLED"])
def test_namesakes_bear_one_name(world: World, relation: str) -> None:
    found = pairs(world, relation)
    assert found
    assert all(one["name"] == other["name"] for one, other in found)
    assert all((one["birth"] == other["birth"]) == (relation != "RECYCLED") for one, other in found)


def test_centenarians_hold_the_sequences_kept_for_them(world: World) -> None:
    old = everybody(world).filter(pl.col("relation") == "CENTENARIAN")
    assert old["birth_date"].dt.year().is_between(1885, 1899).all()
    assert (old["number"].str.slice(14, 3).cast(pl.Int64) >= 996).all()


def test_the_registry_is_the_insured_as_they_are_but_for_its_errors(world: World) -> None:
    insured = everybody(world).filter(pl.col("person_no").is_not_null()).sort("person_no")
    assert insured["person_no"].to_list() == world.persons["person_no"].to_list() == list(range(1, insured.height + 1))
    right = (insured["registry_error"] == "").to_list()
    for column, held in (("number", "id_number"), ("name", "name"), ("birth_date", "birth_date")):
        assert insured[column].filter(right).to_list() == world.persons[held].filter(right).to_list()
    assert 0.9 < sum(right) / len(right) < 0.99


def test_three_in_ten_records_are_about_nobody_insured(records: pl.DataFrame) -> None:
    assert records["person_no"].is_null().mean() > 0.3
    assert set(records["stratum"]) == set(STRATA)


def test_a_record_differs_from_the_person_where_an_error_is_told(world: World, records: pl.DataFrame) -> None:
    plain = records.filter(pl.col("stratum") != "swapped_fields")
    people = identity(world.people, plain["person"].to_numpy())
    assert ((plain["id_number"] == people["number"]) == (plain["number_error"] == "")).all()
    assert ((plain["name"] == people["name"]) == (plain["name_error"] == "")).all()
    assert (plain["birth_is_right"] == (plain["birth_date"] == people["birth_date"]).fill_null(False)).all()
    assert plain["person_no"].to_list() == people["person_no"].to_list()


def test_swapped_fields_hold_the_number_where_the_name_belongs(records: pl.DataFrame) -> None:
    swapped = records.filter(pl.col("stratum") == "swapped_fields")
    assert swapped["name"].str.contains(r"\d").all()
    assert not swapped["id_number"].str.contains(r"\d").any()


def test_the_same_seed_draws_the_same_world(world: World, records: pl.DataFrame) -> None:
    again = draw_world(registry=20_000, each=200, seed=5)
    assert again.people.equals(world.people)
    assert again.persons.equals(world.persons)
    assert draw_records(again, queries=20_000, seed=5).equals(records)
    assert not draw_world(registry=20_000, each=200, seed=6).persons.equals(world.persons)
