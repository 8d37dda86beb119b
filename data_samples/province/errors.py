"""Living people reported dead, by a careless clerk or as a namesake, and records of relatives under their number.

Some agencies find a false death and take it back.
"""

import numpy as np
import polars as pl

from data_samples.province.draws import NEVER, Ints, Purpose, delay, generator, happens, texts
from data_samples.province.fates import BEHAVIOURS, Fates, yearly_hazard
from data_samples.province.notes import notes, together
from data_samples.province.parameters import Errors, Parameters, Scale
from data_samples.province.people import LOOKBACK, Block

_RELATIONS = ("之子", "之女", "之妻", "之母", "家属")
_SOURCES = (("public_security", "HUKOU_CANCELLED_DEATH"), ("health", ""), ("civil_affairs", "CREMATION"))


def report_living_as_dead(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """As many as the stated share of true deaths, among those who die most: the old."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.ERRORS)
    settings = parameters.errors
    hazard = yearly_hazard(parameters.mortality, age=block.age, male=block.male)
    by_feed: dict[str, list[pl.DataFrame]] = {}
    for kind, share in (("ALIVE_REPORTED_DEAD", settings.alive_reported_dead), ("HOMONYM", settings.homonym)):
        years = random.exponential(1.0, block.size) / (hazard * share)
        day = np.where(years < 100, block.origin + np.floor(np.minimum(years, 100) * 365.25), NEVER).astype(np.int64)
        victims = np.flatnonzero((day < NEVER) & (day < fates.gone - 60))
        source = random.integers(0, len(_SOURCES), len(victims))
        for number, (feed, code) in enumerate(_SOURCES):
            who = victims[source == number]
            by_feed.setdefault(feed, []).extend(_notes(random, settings, who, day=day[who], said_as=(kind, code)))
    return {feed: together(frames) for feed, frames in by_feed.items()}


def report_relatives(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """Relatives' cremations and vaccinations under the number of a person, over two years around the first night."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.RELATIVES)
    day = block.origin + random.integers(0, 2 * LOOKBACK, block.size)
    who = np.flatnonzero(happens(random, parameters.errors.relation_word, block.size) & (day < fates.gone))
    name = block.people["name"].gather(who) + texts(_RELATIONS, random.integers(0, len(_RELATIONS), len(who)))
    of_death = happens(random, 0.5, len(who))
    by_feed = {}
    for feed, code, here in (("civil_affairs", "CREMATION", of_death), ("vaccination", "", ~of_death)):
        known = day[who[here]] + 2 + delay(random, 5, 0.5, size=int(here.sum()))
        by_feed[feed] = notes(
            who[here], event_code=code, event=day[who[here]], recorded=known - 1, arrives=known,
            tag="w" + pl.Series(who[here], dtype=pl.Int64).cast(pl.String), cause="RELATIVES_RECORD",
            written_name=name.filter(pl.Series(here)), planted="RELATION_WORD",
        )  # fmt: skip
    return by_feed


def report_declared_dead(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """People who leave no traces, whom a court declares dead; some weeks later an officer meets them."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.DECLARED_DEAD)
    settings = parameters.errors
    if not settings.declared_dead:
        return {}
    quiet = np.isin(fates.behaviour, [BEHAVIOURS.index(name) for name in ("PHARMACY_ONLY", "NO_TRACE")])
    day = block.origin + np.floor(random.exponential(365.25 / settings.declared_dead, block.size)).astype(np.int64)
    back = day + 1 + delay(random, settings.reappears_days.median, settings.reappears_days.spread, size=block.size)
    who = np.flatnonzero(quiet & block.drawing & fates.is_about(np.arange(block.size), back))
    number = "d" + pl.Series(who, dtype=pl.Int64).cast(pl.String)
    declared = notes(
        who, event_code="DECLARED_DEAD", event=day[who], recorded=day[who], arrives=day[who] + 5, tag=number,
        cause="DECLARED_DEAD", planted="ALIVE_REPORTED_DEAD",
    )  # fmt: skip
    met = notes(
        who, event_code="VISIT", qualifier_code="SEEN_ALIVE", event=back[who], arrives=back[who] + 3, tag=number,
        cause="OFFICER_MET",
    )  # fmt: skip
    return {"justice": declared, "field_visit": met}


def _notes(
    random: np.random.Generator, settings: Errors, who: Ints, *, day: Ints, said_as: tuple[str, str]
) -> list[pl.DataFrame]:
    kind, code = said_as
    known = day + 1 + delay(random, 15, 0.8, size=len(who))
    tag = kind[0].lower() + "x" + pl.Series(who, dtype=pl.Int64).cast(pl.String)
    first = notes(who, event_code=code, event=day, recorded=known - 1, arrives=known, tag=tag, cause=kind, planted=kind)
    found = np.flatnonzero(happens(random, settings.revoked_share, len(who)))
    later = (
        known[found] + 1 + delay(random, settings.revoked_days.median, settings.revoked_days.spread, size=len(found))
    )
    taken_back = notes(
        who[found], event_code=code, event=day[found], recorded=later - 1, arrives=later, tag=tag.gather(found),
        cause="REVOCATION", is_revoked=True, named=who[found],
    )  # fmt: skip
    return [first, taken_back]
