"""People the registry does not know: most of every extract is about others, and nothing may be tied to them."""

import numpy as np
import polars as pl

from data_samples.province.draws import Purpose, choose, dates, generator, texts
from data_samples.province.names import draw_names
from data_samples.province.numbers import number, strange
from data_samples.province.parameters import Scale
from data_samples.province.people import Block
from data_samples.province.places import draw_ethnicity, draw_number_code, places

# a record said again would be another stranger's under the same number
_SECOND_SAYINGS = ("REVOCATION", "REFUND", "DEATH_CORRECTED", "CUSTODY_ENDED", "ACQUITTED")
_OWN_CHANNELS = ("self_certification", "field_visit", "service_request")


def of_strangers(
    scale: Scale, block: Block, rows: pl.DataFrame, *, feed: str, share: float, night: int
) -> pl.DataFrame:
    """Some of the rows once more, about other people: the same kinds of events on the same days.

    Their own channels know the registry's people only.
    """
    if feed in _OWN_CHANNELS or not rows.height:
        return rows.clear()
    place = sum(map(ord, feed)) % 97  # each feed draws its own strangers
    random = generator(scale.seed, block=block.number, night=night * 100 + place, purpose=Purpose.STRANGERS)
    single = rows.filter(pl.col("_planted").is_null() & ~pl.col("_cause").is_in(_SECOND_SAYINGS))
    taken = single[np.flatnonzero(random.random(single.height) < share)]
    size = taken.height
    county = choose(random, places().weights, size)
    male = random.integers(0, 2, size)
    birth = np.minimum(block.origin - random.integers(18 * 365, 90 * 365, size), block.origin)
    code = draw_number_code(random, county, birth)
    year = np.floor(1970 + birth / 365.25).astype(np.int64)
    name = draw_names(random, ethnicity=draw_ethnicity(random, county), male=male, birth_year=year)
    columns: dict[str, pl.Series | pl.Expr] = {
        "name": name,
        "id_number": number(code, birth, strange(birth, male)),
        "sex": texts(("2", "1"), male),
        "birth_date": dates(birth),
        "county_code": texts(places().codes, county),
        "record_id": "X" + pl.col("record_id"),
        "_person_no": pl.lit(None, dtype=pl.Int64),
        "_named_no": pl.lit(None, dtype=pl.Int64),
        "_cause": pl.lit("STRANGER"),
        "_is_exact": pl.lit(False),
    }
    return taken.with_columns(**{name: value for name, value in columns.items() if name in rows.columns})
