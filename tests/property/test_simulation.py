"""Whatever the seed, date and size: numbers are nobody else's, states fit together, nights do not touch each other."""

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from data_samples.province.numbers import BLOCKS, settle
from data_samples.province.parameters import Scale, read_parameters
from data_samples.province.truth_frames import person_states
from data_samples.province.world import World
from tests.examples import costly

STARTS = st.dates(date(2021, 1, 1), date(2026, 12, 31))
SEEDS = st.integers(0, 2**63 - 1)


@given(
    days=st.lists(st.integers(0, 3), min_size=1, max_size=120),
    blocks=st.lists(st.integers(0, BLOCKS - 1), min_size=2, max_size=3, unique=True),
)
def test_no_two_persons_of_any_blocks_get_the_same_day_and_sequence(days, blocks):
    birth = np.asarray(days)
    code, male = np.full(len(days), 620102), birth % 2
    settled = [settle(code, birth, male, block=block) for block in blocks]
    held = [pair for born, sequence in settled for pair in zip(born.tolist(), sequence.tolist(), strict=True)]
    assert len(set(held)) == len(held)
    assert all(sequence.max() < 990 for _, sequence in settled)
    assert all((sequence % 2 == male).all() for _, sequence in settled)


@costly
@given(seed=SEEDS, start=STARTS, persons=st.integers(1, 700), nights=st.integers(1, 40))
def test_every_state_holds_for_some_days_and_never_twice_at_once(seed, start, persons, nights):
    scale = Scale(persons, nights, start, seed)
    states = person_states(scale, World(read_parameters(), scale).lives(0))
    assert (states["from_date"] < states["to_date"].fill_null(date(2100, 1, 1))).all()
    following = states.sort("person_no", "state", "from_date").with_columns(
        before=pl.col("to_date").shift().over("person_no", "state"),
        nth=pl.int_range(pl.len()).over("person_no", "state"),
    )
    again = following.filter(pl.col("nth") > 0)
    assert (again["before"].is_not_null() & (again["before"] <= again["from_date"])).all()


@costly
@given(seed=SEEDS, start=STARTS, night=st.integers(0, 30))
def test_a_night_asked_for_first_is_the_same_as_asked_for_last(seed, start, night):
    scale = Scale(300, 31, start, seed)
    direct = [emission.rows for emission in World(read_parameters(), scale).night(0, night)]
    world = World(read_parameters(), scale)
    for earlier in range(min(night, 3)):
        list(world.night(0, earlier))
    assert all(one.equals(other) for one, other in zip(direct, (e.rows for e in world.night(0, night)), strict=True))
