"""Who hears of a death, when, and what is written about it: overlapping sources, none of them complete."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from data_samples.province.draws import NEVER, Flags, Floats, Ints, Purpose, delay, generator, happens
from data_samples.province.fates import Fates
from data_samples.province.names import with_another_end
from data_samples.province.notes import notes, together
from data_samples.province.parameters import Deaths, Parameters, Scale, Source
from data_samples.province.people import Block
from data_samples.province.places import muslim_majority

_CORRECTED_AFTER: Final = 15  # days until a certificate is sent again with the right day: assumption
HORIZON: Final = 1500  # days from the lookback on within which deaths are written about: longer than any simulation
_IN_HOSPITAL: Final = 9  # days of a last stay: assumption


@dataclass(frozen=True, slots=True)
class Reported:
    """`told` holds the notes of each feed; `first_known` and `hukou_*` are day numbers per person of the block."""

    by_feed: dict[str, pl.DataFrame]
    first_known: Ints
    hukou_known: Ints
    hukou_date: Ints


def report_deaths(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> Reported:
    """The deaths since the lookback began; those before are long known and nobody writes of them again."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.DEATH_REPORTS)
    settings = parameters.deaths
    dead = np.flatnonzero(
        (fates.death >= block.origin) & (fates.death < block.origin + HORIZON) & (fates.death < fates.emigrated)
    )
    day = fates.death[dead]
    certificate = _reached(random, settings.certificate, day)
    hukou = _reached(random, settings.hukou, day)
    funeral = _funerals(random, settings, block, dead, day)
    village = _reached(random, settings.village, day)
    by_feed = {
        "health": together(_certificates(random, parameters, block, dead=dead, day=day, known=certificate)),
        "civil_affairs": together(
            [
                _funeral_notes(random, settings, dead, day=day, known=funeral),
                _village_notes(random, settings, block, dead=dead, day=day, known=village),
            ]
        ),
        "medical": together([_last_stays(random, settings, dead, day), _cards_used(random, settings, dead, day)]),
        "service_request": _family(random, settings, dead, day),
    }
    hukou_date = _hukou_dates(random, settings, day=day, known=hukou)
    by_feed["public_security"] = _hukou_notes(dead, day=day, written=hukou_date, known=hukou)
    first = np.full(block.size, NEVER)
    first[dead] = np.minimum.reduce([certificate, hukou, funeral, village])
    return Reported(
        by_feed, first, hukou_known=_spread(block.size, dead, hukou), hukou_date=_spread(block.size, dead, hukou_date)
    )


def _reached(random: np.random.Generator, source: Source, day: Ints, *, share: Floats | None = None) -> Ints:
    """Day on which the source tells of it; NEVER where it does not."""
    tells = happens(random, source.share if share is None else share, len(day))
    late = delay(random, source.lag_days, source.spread, size=len(day))
    return np.where(tells, day + np.maximum(late, 1), NEVER)


def _spread(size: int, positions: Ints, values: Ints) -> Ints:
    whole = np.full(size, NEVER)
    whole[positions] = values
    return whole


def _funerals(random: np.random.Generator, settings: Deaths, block: Block, dead: Ints, day: Ints) -> Ints:
    """A county's own share lies between two thirds and four thirds of the mean; counties differ, not nights."""
    county = block.county[dead]
    own = settings.funeral.share * (2 / 3 + (county * 37 % 100) / 150)
    share = np.where(muslim_majority()[county] > 0, settings.funeral_minority.share, own)
    return _reached(random, settings.funeral, day, share=share)


def _keep(known: Ints) -> Flags:
    return known < NEVER


def _tags(letter: str, who: Ints) -> pl.Series:
    """Made a whole record key together with the block, see `world`."""
    return letter + pl.Series(who, dtype=pl.Int64).cast(pl.String)


def _certificates(
    random: np.random.Generator, parameters: Parameters, block: Block, *, dead: Ints, day: Ints, known: Ints
) -> list[pl.DataFrame]:
    """Some with the number of a relative, or of a namesake, beside the birth date of who died."""
    kept, settings = _keep(known), parameters.deaths
    who, day, known = dead[kept], day[kept], known[kept]
    wrong = happens(random, settings.relative_number, len(who))
    relative = np.where(wrong, np.where(who + 1 < block.size, who + 1, who - 1), who)
    namesake = block.people["namesake"].gather(who).fill_null(-1).to_numpy()
    taken = happens(random, parameters.errors.namesakes_number, len(who)) & (namesake >= 0) & ~wrong
    relative, kinds = np.where(taken, namesake, relative), np.where(wrong, 1, np.where(taken, 2, 0))
    wrong |= taken
    number = block.people["id_number"].gather(relative)
    corrected = happens(random, settings.corrected, len(who)) & ~wrong
    first_day = np.where(corrected, day - random.integers(1, 20, len(who)), day)
    first = notes(
        who, event=first_day, recorded=known - 1, arrives=known, tag=_tags("c", who), named=relative,
        written_number=number.set(pl.Series(~wrong), None), cause="DEATH_REPORT",
        planted=pl.Series([None, "RELATIVE_NUMBER", "NAMESAKES_NUMBER"]).gather(kinds),
    )  # fmt: skip
    again = np.flatnonzero(corrected)
    later = known[again] + _CORRECTED_AFTER
    second = notes(
        who[again], event=day[again], recorded=later - 1, arrives=later, tag=_tags("c", who[again]),
        cause="DEATH_CORRECTED",
    )  # fmt: skip
    return [first, second]


def _funeral_notes(
    random: np.random.Generator, settings: Deaths, dead: Ints, *, day: Ints, known: Ints
) -> pl.DataFrame:
    kept = _keep(known)
    who, day, known = dead[kept], day[kept], known[kept]
    cremated = happens(random, settings.cremation_share, len(who))
    held = np.minimum(day + random.integers(1, 5, len(who)), known)
    code = pl.Series(["BURIAL", "CREMATION"]).gather(cremated.astype(np.int64))
    return notes(
        who, event_code=code, event=held, recorded=held, arrives=known, tag=_tags("f", who), cause="DEATH_REPORT"
    )


def _village_notes(
    random: np.random.Generator, settings: Deaths, block: Block, *, dead: Ints, day: Ints, known: Ints
) -> pl.DataFrame:
    kept = _keep(known)
    who, day, known = dead[kept], day[kept], known[kept]
    unnumbered = happens(random, settings.village_no_number, len(who))
    misspelt = happens(random, settings.village_typo, len(who)) & ~unnumbered
    typed = with_another_end(random, block.people["name"].gather(who))
    kinds = np.where(unnumbered, 1, np.where(misspelt, 2, 0))
    return notes(
        who, event_code="BURIAL", event=np.minimum(day + 3, known), recorded=known - 1, arrives=known,
        tag=_tags("v", who), cause="VILLAGE_LIST", is_suspected=happens(random, settings.village_suspected, len(who)),
        no_number=unnumbered, written_name=typed.set(pl.Series(~misspelt), None),
        planted=pl.Series([None, "VILLAGE_NO_NUMBER", "VILLAGE_TYPO"]).gather(kinds),
    )  # fmt: skip


def _hukou_dates(random: np.random.Generator, settings: Deaths, *, day: Ints, known: Ints) -> Ints:
    """Mostly the day of death; else the day of registration or a day somewhere near."""
    other = happens(random, settings.other_date, len(day))
    registered = happens(random, 0.5, len(day))
    near = day + random.integers(-20, 21, len(day))
    return np.where(other, np.where(registered, known - 1, np.minimum(near, known - 1)), day)


def _hukou_notes(dead: Ints, *, day: Ints, written: Ints, known: Ints) -> pl.DataFrame:
    kept = _keep(known)
    who = dead[kept]
    other = pl.Series(written[kept] != day[kept])
    planted = pl.Series(["OTHER_DEATH_DATE"]).gather(np.zeros(len(who), dtype=np.int64)).set(~other, None)
    return notes(
        who, event_code="HUKOU_CANCELLED_DEATH", event=written[kept], recorded=known[kept] - 1, arrives=known[kept],
        tag=_tags("h", who), cause="DEATH_REPORT", planted=planted,
    )  # fmt: skip


def _last_stays(random: np.random.Generator, settings: Deaths, dead: Ints, day: Ints) -> pl.DataFrame:
    known = _reached(random, settings.in_hospital, day)
    kept = _keep(known)
    came = day[kept] - random.integers(1, _IN_HOSPITAL * 2, int(kept.sum()))
    return notes(
        dead[kept], event_code="INPATIENT", qualifier_code="DEAD", event=came, end=day[kept], recorded=known[kept] - 1,
        arrives=known[kept], tag=_tags("d", dead[kept]), cause="DIED_IN_HOSPITAL",
    )  # fmt: skip


def _cards_used(random: np.random.Generator, settings: Deaths, dead: Ints, day: Ints) -> pl.DataFrame:
    """A relative buys medicine on the card of the dead."""
    users = np.flatnonzero(happens(random, settings.card_used, len(dead)))
    times = 1 + random.integers(0, 2 * settings.card_uses - 1, len(users))
    user = np.repeat(users, times)
    bought = day[user] + random.integers(2, 150, len(user))
    tags = _tags("u", dead[user]) + "-" + pl.Series(np.arange(len(user))).cast(pl.String)
    return notes(
        dead[user], event_code="PHARMACY", event=bought, end=bought, recorded=bought, arrives=bought + 1, tag=tags,
        cause="RELATIVE_USED_CARD",
    )  # fmt: skip


def _family(random: np.random.Generator, settings: Deaths, dead: Ints, day: Ints) -> pl.DataFrame:
    known = _reached(random, settings.family_report, day)
    kept = _keep(known)
    return notes(
        dead[kept], event_code="LOSS_REPORT", event=known[kept] - 1, arrives=known[kept], tag=_tags("l", dead[kept]),
        cause="FAMILY_REPORT",
    )  # fmt: skip
