"""Who the simulated persons are: valid and unique numbers, marginals as published, states that fit together."""

import re
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from data_samples.province.describe import describe
from data_samples.province.marginals import marginals
from data_samples.province.numbers import fifteen, number, settle
from data_samples.province.parameters import Scale, read_parameters
from data_samples.province.truth import PERSON, PERSON_STATE
from data_samples.province.truth_frames import person_states, persons
from data_samples.province.world import World

SCALE = Scale(110_000, 3, date(2024, 3, 18), 11)


@pytest.fixture(scope="module")
def province():
    return World(read_parameters(), SCALE)


@pytest.fixture(scope="module")
def people(province):
    return pl.concat([persons(province.parameters, SCALE, province.lives(block)) for block in province.blocks()])


@pytest.fixture(scope="module")
def states(province):
    return pl.concat([person_states(SCALE, province.lives(block)) for block in province.blocks()])


def _check(body):
    """ISO 7064 mod 11-2, the recursive way."""
    product = 0
    for digit in body:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def test_the_published_example_of_a_number():
    born = np.asarray([(date(1949, 12, 31) - date(1970, 1, 1)).days])
    made = number(np.asarray([110105]), born, np.asarray([2]))
    assert made.to_list() == ["11010519491231002X"]
    assert pl.select(fifteen(pl.lit("11010519491231002X"))).item() == "110105491231002"


def test_numbers_are_valid_and_say_birth_and_sex(people):
    for row in people.sample(400, seed=1).iter_rows(named=True):
        text = row["id_number"]
        if re.fullmatch("H[0-9]{8}", text):
            continue
        assert _check(text[:17]) == text[17]
        assert text[6:14] == f"{row['birth_date']:%Y%m%d}"
        assert int(text[16]) % 2 == (row["sex"] == "1")


def test_no_number_is_held_twice_in_the_province_now_or_once(people):
    held = pl.concat([people["id_number"], people["former_id_number"].drop_nulls()])
    assert people.height == SCALE.persons
    assert held.is_unique().all()


def test_a_former_name_is_another_name(people):
    renamed = people.filter(pl.col("former_name").is_not_null())
    assert renamed.height > 100
    assert renamed.filter(pl.col("former_name") == pl.col("name")).is_empty()


def test_crowded_days_of_birth_spill_over():
    many = np.full(40, 620102), np.full(40, 100), np.zeros(40, dtype=np.int64)
    birth, sequence = settle(*many, block=3)
    assert len(set(zip(birth.tolist(), sequence.tolist(), strict=True))) == 40
    other = settle(*many, block=4)[1]
    assert not set(sequence.tolist()) & set(other.tolist())


def test_every_marginal_lies_within_its_tolerance(province):
    shown = marginals(province)
    outside = [(m.title, s.label, s.published, s.simulated) for m in shown for s in m.shares if not s.is_within]
    assert outside == []
    assert len(shown) == 9


def test_a_marginal_that_is_off_is_called_outside(province):
    shares = marginals(province)[0].shares
    moved = [type(share)(share.label, share.published + 0.03, share.simulated, share.count, 0.005) for share in shares]
    assert not any(share.is_within for share in moved)


def test_twins_share_day_and_county_and_namesakes_come_about_by_themselves(people):
    twins = people.join(people, on=["birth_date", "county_code", "household_no"], suffix="_other").filter(
        pl.col("person_no") < pl.col("person_no_other")
    )
    namesakes = people.select("name", "birth_date").is_duplicated().sum()
    assert 0.008 <= 2 * twins.height / people.height <= 0.016
    assert namesakes > 10


def test_the_truth_tables_are_as_declared(people, states):
    assert people.to_arrow().cast(PERSON.arrow()).num_rows == SCALE.persons
    assert states.to_arrow().cast(PERSON_STATE.arrow()).num_rows == states.height
    for table, rows in ((PERSON, people), (PERSON_STATE, states)):
        assert rows.select(table.key).equals(rows.select(table.key).sort(table.key))
        assert not rows.select(table.key).is_duplicated().any()


def test_a_person_is_alive_or_dead_and_nothing_outlasts_a_death(people, states):
    alive = states.filter(pl.col("state") == "ALIVE").join(people, on="person_no")
    dead = states.filter(pl.col("state") == "DEAD").join(people, on="person_no")
    assert alive.height == people.height
    assert (alive["from_date"] == alive["birth_date"]).all()
    assert alive["to_date"].equals(alive["death_date"], null_equal=True)
    assert dead["from_date"].equals(dead["death_date"])
    assert dead["to_date"].null_count() == dead.height == people["death_date"].drop_nulls().len()
    others = states.filter(~pl.col("state").is_in(["ALIVE", "DEAD"])).join(people, on="person_no")
    outlasting = others.filter(
        pl.col("death_date").is_not_null() & (pl.col("to_date").is_null() | (pl.col("to_date") > pl.col("death_date")))
    )
    assert outlasting.height == 0


def test_states_are_intervals_within_the_simulated_time(states):
    assert (states["from_date"] < states["to_date"].fill_null(date(2100, 1, 1))).all()
    end = SCALE.start + timedelta(days=SCALE.nights)
    assert (states["from_date"] < end).all()
    assert (states["to_date"].drop_nulls() < end).all()
    assert {"IN_CUSTODY", "IN_PRISON", "ABROAD", "BEDRIDDEN", "REMARRIED", "ADULT", "EMPLOYED", "DRAWING_TWICE"} <= set(
        states["state"]
    )


def test_prison_follows_custody(states):
    prison, custody = (states.filter(pl.col("state") == name) for name in ("IN_PRISON", "IN_CUSTODY"))
    both = prison.join(custody, on="person_no", suffix="_custody")
    assert both.height == prison.height > 0
    assert (both["from_date"] == both["to_date_custody"]).all()


def test_the_description_holds_itself(tmp_path):
    small = World(read_parameters(), Scale(3000, 1, date(2024, 3, 18), 1))
    page = describe(small, tmp_path).read_text(encoding="utf-8")
    assert page.count("<svg") == 9
    assert "src=" not in page
    assert "href=" not in page
