"""The population base: one row per person of the province, active or cancelled, as public security holds it."""

from typing import Final

import numpy as np
import polars as pl

from data_samples.province.deaths import Reported
from data_samples.province.draws import NEVER, texts
from data_samples.province.fates import Fates
from data_samples.province.people import Block
from data_samples.province.places import places

_STATES: Final = ("ACTIVE", "CANCELLED_DEATH", "CANCELLED_ABROAD")


def population_register(block: Block, fates: Fates, reported: Reported, *, day: int) -> pl.DataFrame:
    """Rows as they stand on a day, with the truth columns. Those long dead are cancelled; a move changes the county."""
    long_dead = fates.death < block.origin
    dead = (reported.hukou_known <= day) | long_dead
    abroad = (fates.emigrated + 30 <= day) & ~dead
    when = np.where(
        long_dead, fates.death, np.where(dead, reported.hukou_date, np.where(abroad, fates.emigrated, NEVER))
    )
    county = np.where(fates.moved + 15 <= day, fates.moved_to, block.county)
    state = np.where(dead, 1, np.where(abroad, 2, 0))
    return block.people.select(
        ("PR" + pl.col("person_no").cast(pl.String)).alias("record_id"),
        "name", "id_number", "sex", "ethnicity", "birth_date", "former_name", "former_id_number",
        texts(_STATES, state).alias("event_code"),
        pl.when(pl.Series(when < NEVER)).then(pl.Series(when).clip(upper_bound=NEVER).cast(pl.Int32).cast(pl.Date))
        .alias("event_date"),
        texts(places().codes, county).alias("county_code"),
        pl.col("person_no").alias("_person_no"), pl.col("person_no").alias("_named_no"),
        texts(("REGISTER_STATE", "DEATH_REPORT", "LIFE_EVENT"), state).alias("_cause"),
        pl.lit("public_security").alias("_agency"), pl.lit(True).alias("_is_exact"),
        pl.lit(None, dtype=pl.String).alias("_planted"),
    )  # fmt: skip
