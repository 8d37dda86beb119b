"""Where our own registry is out of date, and who shares a name with whom."""

import numpy as np
import polars as pl

from data_samples.province.draws import Ints, happens
from data_samples.province.parameters import RegistryErrors

_NAMESAKE_APART = 3  # positions between a person and the namesake: near, mostly of another household


def with_registry_errors(random: np.random.Generator, rates: RegistryErrors, people: pl.DataFrame) -> pl.DataFrame:
    """`people` with `registry_error`, and held_number and held_name as the registry has them.

    Of some whose number or name changed the registry holds the old one, and not the change.
    """
    old_number = pl.Series(happens(random, rates.old_number, people.height)) & people["former_id_number"].is_not_null()
    old_name = pl.Series(happens(random, rates.old_name, people.height)) & people["former_name"].is_not_null()
    old_name = old_name & ~old_number
    return people.with_columns(
        held_number=people["former_id_number"].zip_with(old_number, people["held_number"]),
        held_name=people["former_name"].zip_with(old_name, people["held_name"]),
        registry_error=pl.when(old_number)
        .then(pl.lit("REGISTRY_OLD_NUMBER"))
        .when(old_name)
        .then(pl.lit("REGISTRY_OLD_NAME"))
        .when(people["held_number"].str.len_chars() == 15)
        .then(pl.lit("FIFTEEN_DIGITS")),
    )


def draw_namesakes(random: np.random.Generator, share: float, male: Ints) -> Ints:
    """Position of the person of the same sex whose name each has, -1 for who has a name of her own."""
    size = len(male)
    before = np.arange(size) - _NAMESAKE_APART
    drawn = happens(random, share, size) & (before >= 0)
    drawn &= male == male[np.maximum(before, 0)]
    drawn &= ~drawn[np.maximum(before, 0)]  # whose name is taken has one of her own
    return np.where(drawn, before, -1)
