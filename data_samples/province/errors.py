"""Living people reported dead: a careless clerk, or a namesake. Some agencies find it and take it back."""

import numpy as np
import polars as pl

from data_samples.province.draws import NEVER, Ints, Purpose, delay, generator, happens
from data_samples.province.fates import Fates, yearly_hazard
from data_samples.province.notes import notes, together
from data_samples.province.parameters import Errors, Parameters, Scale
from data_samples.province.people import Block

_SOURCES = (("public_security", "HUKOU_CANCELLED_DEATH"), ("health", ""), ("civil_affairs", "CREMATION"))


def report_living_as_dead(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """As many as the stated share of true deaths, among those who die most: the old."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.ERRORS)
    said = parameters.errors
    hazard = yearly_hazard(parameters.mortality, age=block.age, male=block.male)
    told: dict[str, list[pl.DataFrame]] = {}
    for kind, share in (("ALIVE_REPORTED_DEAD", said.alive_reported_dead), ("HOMONYM", said.homonym)):
        years = random.exponential(1.0, block.size) / (hazard * share)
        day = np.where(years < 100, block.origin + np.floor(np.minimum(years, 100) * 365.25), NEVER).astype(np.int64)
        victims = np.flatnonzero((day < NEVER) & (day < fates.gone - 60))
        source = random.integers(0, len(_SOURCES), len(victims))
        for number, (feed, code) in enumerate(_SOURCES):
            who = victims[source == number]
            told.setdefault(feed, []).extend(_notes(random, said, who, day=day[who], said_as=(kind, code)))
    return {feed: together(frames) for feed, frames in told.items()}


def _notes(
    random: np.random.Generator, said: Errors, who: Ints, *, day: Ints, said_as: tuple[str, str]
) -> list[pl.DataFrame]:
    kind, code = said_as
    known = day + 1 + delay(random, 15, 0.8, size=len(who))
    tag = kind[0].lower() + "x" + pl.Series(who, dtype=pl.Int64).cast(pl.String)
    first = notes(who, event_code=code, event=day, recorded=known - 1, arrives=known, tag=tag, cause=kind, planted=kind)
    found = np.flatnonzero(happens(random, said.revoked_share, len(who)))
    later = known[found] + 1 + delay(random, said.revoked_days.median, said.revoked_days.spread, size=len(found))
    taken_back = notes(
        who[found], event_code=code, event=day[found], recorded=later - 1, arrives=later, tag=tag.gather(found),
        cause="REVOCATION", is_revoked=True, named=who[found],
    )  # fmt: skip
    return [first, taken_back]
