"""What police, prisons and civil affairs write of lives that go another way: custody, sentences, marriage, moving."""

import numpy as np
import polars as pl

from data_samples.province.draws import NEVER, Flags, Ints, Purpose, delay, generator, happens
from data_samples.province.fates import SENTENCES, Fates
from data_samples.province.notes import notes, together
from data_samples.province.parameters import Parameters, Scale
from data_samples.province.people import Block


def report_custody(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """Custody that ended before the lookback is history; a term that still runs is told whenever it began."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.CUSTODY_REPORTS)
    settings = parameters.custody
    late = delay(random, settings.report_days.median, settings.report_days.spread, size=block.size) + 1
    still_listed = happens(random, parameters.errors.still_listed, block.size)
    held = np.flatnonzero((fates.custody < NEVER) & (fates.remand_end >= block.origin))
    prison = np.flatnonzero((fates.prison < NEVER) & (fates.release >= block.origin))
    sentenced = np.flatnonzero((fates.sentence < NEVER) & (fates.sentence_end >= block.origin))
    return {
        "public_security": together(_custody_notes(fates, held, late[held])),
        "justice": together(
            [
                _prison_notes(fates, prison, late=late[prison], still_listed=still_listed[prison]),
                notes(
                    sentenced, event_code=pl.Series(SENTENCES).gather(fates.sentence_kind[sentenced]),
                    event=fates.sentence[sentenced], end=fates.sentence_end[sentenced],
                    recorded=fates.sentence[sentenced], arrives=fates.sentence[sentenced] + late[sentenced],
                    tag=_tags("s", sentenced), cause="SENTENCE",
                ),
            ]
        ),
    }  # fmt: skip


def report_life(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """Wanted and missing people, changed numbers, settling abroad; marriages and adoptions."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.LIFE_REPORTS)
    late = delay(random, 6, 0.6, size=block.size) + 1
    renumbered = block.people["former_id_number"].is_not_null().to_numpy()
    changed = np.where(renumbered, block.origin - random.integers(-360, 3000, block.size), NEVER)
    police = (
        ("WANTED", "w", fates.wanted),
        ("MISSING", "m", fates.missing),
        ("HUKOU_CANCELLED_ABROAD", "a", fates.emigrated),
        ("ID_CHANGED", "n", np.where(changed < fates.death, changed, NEVER)),
    )
    civil = (("MARRIAGE", "r", fates.remarried), ("ADOPTION", "o", fates.adopted))
    return {
        "public_security": together([_happened(block, code, day, tag=tag, late=late) for code, tag, day in police]),
        "civil_affairs": together([_happened(block, code, day, tag=tag, late=late) for code, tag, day in civil]),
    }


def _happened(block: Block, code: str, day: Ints, *, tag: str, late: Ints) -> pl.DataFrame:
    who = np.flatnonzero((day >= block.origin) & (day < NEVER))
    return notes(
        who, event_code=code, event=day[who], recorded=day[who], arrives=day[who] + late[who], tag=_tags(tag, who),
        cause="LIFE_EVENT",
    )  # fmt: skip


def _custody_notes(fates: Fates, who: Ints, late: Ints) -> list[pl.DataFrame]:
    """Written when it begins; again with its last day when it is over, or withdrawn after an acquittal."""
    begun, over = fates.custody[who], fates.remand_end[who]
    tag = _tags("k", who)
    first = notes(
        who, event_code="CUSTODY", event=begun, recorded=begun, arrives=begun + late, tag=tag, cause="CUSTODY"
    )
    ended = np.flatnonzero((over < NEVER) & (over < fates.death[who]))
    acquitted = fates.is_acquitted[who[ended]]
    second = notes(
        who[ended], event_code="CUSTODY", event=begun[ended], end=over[ended] - 1, recorded=over[ended],
        arrives=np.maximum(over[ended], begun[ended] + late[ended]) + 3, tag=tag.gather(ended),
        is_revoked=acquitted, cause=pl.Series(["CUSTODY_ENDED", "ACQUITTED"]).gather(acquitted.astype(np.int64)),
    )  # fmt: skip
    return [first, second]


def _prison_notes(fates: Fates, who: Ints, *, late: Ints, still_listed: Flags) -> pl.DataFrame:
    """The last day of the term is known on admission; some prisons forget a release that came earlier."""
    last = fates.release[who] - 1
    planted = pl.Series([None, "STILL_LISTED"]).gather(still_listed.astype(np.int64))
    return notes(
        who, event_code="PRISON_TERM", event=fates.prison[who], end=np.where(still_listed, last + 360, last),
        recorded=fates.prison[who], arrives=fates.prison[who] + late, tag=_tags("p", who), planted=planted,
        cause="PRISON_TERM",
    )  # fmt: skip


def _tags(letter: str, who: Ints) -> pl.Series:
    return letter + pl.Series(who, dtype=pl.Int64).cast(pl.String)
