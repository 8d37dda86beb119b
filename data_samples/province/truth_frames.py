"""The truth of a block as the tables `person` and `person_state` tell it, up to the end of the simulated nights."""

import numpy as np
import polars as pl

from data_samples.province.channels import self_users
from data_samples.province.draws import NEVER, Ints, dates, day_number, texts
from data_samples.province.fates import BEHAVIOURS
from data_samples.province.money import SECOND_NUMBERS
from data_samples.province.parameters import Parameters, Scale
from data_samples.province.people import PROGRAMMES
from data_samples.province.truth import PERSON, PERSON_STATE
from data_samples.province.world import Lives


def persons(parameters: Parameters, scale: Scale, lives: Lives) -> pl.DataFrame:
    """PERSON."""
    block, fates, end = lives.block, lives.fates, _end(scale)
    # custody and prison follow each other without a day between them
    over = np.where(fates.release <= end, fates.release - 1, NEVER)
    drawn = lives.entitlements.group_by("who").agg(
        programmes=pl.col("programme_code").unique().sort().str.join(","), stop=pl.col("stop").first()
    )
    drawn = drawn.sort("who")
    return block.people.with_columns(
        programmes=drawn["programmes"],
        is_drawing=pl.Series(block.drawing) & (drawn["stop"] > day_number(scale.start)),
        death_date=_told(fates.death, end),
        custody_from=_told(fates.custody, end),
        custody_to=dates(np.where(fates.custody < end, over, NEVER)),
        emigrated_on=_told(fates.emigrated, end),
        behaviour=texts(BEHAVIOURS, fates.behaviour),
        has_phone=pl.col("phone").is_not_null(),
        self_certifies=pl.Series(self_users(parameters, scale, block, fates)),
        household_no=pl.Series(block.household),
    ).select(PERSON.names)


def second_numbers(lives: Lives) -> pl.DataFrame:
    """SECOND_NUMBER."""
    again = lives.entitlements.filter(pl.col("person_no") >= SECOND_NUMBERS).sort("person_no")
    return again.select("person_no", human_no=lives.block.people["person_no"].gather(again["who"]))


def person_states(scale: Scale, lives: Lives) -> pl.DataFrame:
    """PERSON_STATE: nothing but death outlasts a death."""
    block, fates, end = lives.block, lives.fates, _end(scale)
    since = np.full(block.size, block.origin)
    behaves = {
        name: np.where(fates.behaviour == BEHAVIOURS.index(name), since, NEVER) for name in ("ABROAD", "BEDRIDDEN")
    }
    adult = np.where(block.programme == PROGRAMMES.index("DEPENDANT"), _birthday(block.birth, 18), NEVER)
    twice = np.full(block.size, NEVER)
    doubled = lives.entitlements.filter("is_duplicate")
    twice[doubled["who"].to_numpy()] = doubled["first"].to_numpy()
    intervals = {
        "ALIVE": (block.birth, fates.death),
        "DEAD": (fates.death, np.full(block.size, NEVER)),
        "WANTED": (fates.wanted, fates.death),
        "MISSING": (fates.missing, fates.death),
        "IN_CUSTODY": (fates.custody, fates.remand_end),
        "IN_PRISON": (fates.prison, fates.release),
        "SENTENCE_SUSPENDED": (fates.sentence, fates.sentence_end),
        "ABROAD": (np.minimum(fates.emigrated, behaves["ABROAD"]), fates.death),
        "BEDRIDDEN": (behaves["BEDRIDDEN"], fates.death),
        "REMARRIED": (fates.remarried, fates.death),
        "ADOPTED": (fates.adopted, fates.death),
        "ADULT": (adult, fates.death),
        "EMPLOYED": (fates.employed, fates.death),
        "DRAWING_TWICE": (twice, fates.death),
        "MOVED": (fates.moved, fates.death),
    }
    frames = [_interval(lives, name, since, until, end=end) for name, (since, until) in intervals.items()]
    return pl.concat(frames).sort(PERSON_STATE.key)


def _interval(lives: Lives, state: str, since: Ints, until: Ints, *, end: int) -> pl.DataFrame:
    last = until if state == "DEAD" else np.minimum(until, lives.fates.death)
    here = np.flatnonzero((since < end) & (since < last))
    return pl.DataFrame(
        {
            "person_no": lives.block.people["person_no"].gather(here),
            "state": pl.Series([state]).gather(np.zeros(len(here), dtype=np.int64)),
            "from_date": dates(since[here]),
            "to_date": _told(last[here], end),
        }
    )


def _birthday(birth: Ints, years: int) -> Ints:
    """Day of a birthday; of 29 February in other years the last of the month."""
    return dates(birth).dt.offset_by(f"{years}y").cast(pl.Int32).cast(pl.Int64).to_numpy()


def _end(scale: Scale) -> int:
    return day_number(scale.start) + scale.nights


def _told(days: Ints, end: int) -> pl.Series:
    """Dates before the end; what comes later is not told."""
    return dates(np.where(days < end, days, NEVER))
