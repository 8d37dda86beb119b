"""What happens to the persons of a block, whether anybody hears of it or not: death, custody, moves, ways of living.

Days are day numbers; NEVER where it does not happen. Nothing here depends on how many nights are simulated.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from data_samples.province.draws import (
    NEVER,
    Flags,
    Floats,
    Ints,
    Purpose,
    by_age,
    choose,
    delay,
    generator,
    happens,
)
from data_samples.province.parameters import Custody, Mortality, Parameters, Scale
from data_samples.province.people import PROGRAMMES, Block
from data_samples.province.places import places

BEHAVIOURS: Final = ("ORDINARY", "TRAVELLER", "BEDRIDDEN", "ABROAD", "PHARMACY_ONLY", "NO_TRACE")
SENTENCES: Final = ("SUSPENDED_SENTENCE", "CONTROL", "SERVING_OUTSIDE")
ACQUITTED: Final = 1
_IMPRISONED, _ON_PAROLE = 0, 2
_CUSTODY_LOOKBACK: Final = 1500  # days before `origin` from which custody is drawn: a long term still runs


@dataclass(frozen=True, slots=True)
class Fates:
    death: Ints
    custody: Ints  # first day held by police
    remand_end: Ints  # first day no longer held by police
    prison: Ints  # first day in prison
    release: Ints  # first day at liberty again
    is_acquitted: Flags
    sentence: Ints  # first day of a sentence served outside prison
    sentence_end: Ints
    sentence_kind: Ints  # positions in SENTENCES
    wanted: Ints
    missing: Ints
    emigrated: Ints
    moved: Ints
    moved_to: Ints  # positions in places().counties
    remarried: Ints
    adopted: Ints
    employed: Ints
    behaviour: Ints  # positions in BEHAVIOURS
    pace: Floats  # how much more or less than others a person does of everything

    @property
    def gone(self) -> Ints:
        """First day on which the person leaves no trace of her own any more."""
        return np.minimum(np.minimum(self.death, self.missing), self.emigrated)

    def is_about(self, who: Ints, day: Ints) -> Flags:
        """Alive, at home and at liberty."""
        held = (self.custody[who] <= day) & (day < self.release[who])
        return (day < self.gone[who]) & ~held


def draw_fates(parameters: Parameters, scale: Scale, block: Block) -> Fates:
    behaviour, pace = _behaviours(parameters, scale, block)
    death = _deaths(parameters.mortality, scale, block)
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.LIFE)
    life, size = parameters.life, block.size
    dependant = block.programme == PROGRAMMES.index("DEPENDANT")
    jobless = block.programme == PROGRAMMES.index("UNEMPLOYMENT")
    marry = np.where(dependant, life.remarriage_rate["DEPENDANT"], life.remarriage_rate["other"]) * (block.age >= 22)
    employ = np.where(jobless, life.employment_rate["UNEMPLOYMENT"], 0.0)
    employ = np.where(dependant & (block.age >= 16), life.employment_rate["DEPENDANT"], employ)
    adopt = life.adoption_rate * (dependant & (block.age < 17))
    drawn = {
        name: _before(_when(random, rate, block.origin, size=size), death)
        for name, rate in (
            ("remarried", marry),
            ("employed", employ),
            ("adopted", adopt),
            ("moved", np.full(size, life.move_rate)),
            ("emigrated", np.full(size, life.emigration_rate)),
            ("wanted", np.full(size, parameters.custody.wanted_rate) * (block.age >= 16)),
            ("missing", np.full(size, parameters.custody.missing_rate)),
        )
    }
    moved_to = choose(random, places().weights, size)
    custody = _custody(parameters.custody, scale, block, np.minimum(death, drawn["emigrated"]))
    return Fates(death=death, behaviour=behaviour, pace=pace, moved_to=moved_to, **drawn, **custody)  # type: ignore[arg-type]


def yearly_hazard(settings: Mortality, *, age: Ints, male: Ints) -> Floats:
    """Deaths per person and year."""
    group = np.clip((age - 60) // 5, 0, 7)
    men, women = (np.asarray(rates) / 1000 for rates in (settings.men_2000, settings.women_2000))
    old = np.where(male == 1, men[group], women[group]) * np.asarray(settings.multipliers)[group]
    # the published figures fall for the oldest men; nobody is made to live longer by that
    old = np.where(age >= 95, np.maximum(old, 0.27), old)
    return np.asarray(np.where(age >= 60, old, np.where(age >= 40, settings.below_60, settings.below_60 / 8) / 1000))


def _deaths(settings: Mortality, scale: Scale, block: Block) -> Ints:
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.DEATH)
    hazard = yearly_hazard(settings, age=block.age, male=block.male)
    death = _when(random, hazard, block.origin, size=block.size)
    long_dead = happens(random, settings.known_dead_share, block.size) & (block.age >= 62) & block.drawing
    before = block.origin - random.integers(30, 1500, block.size)
    return np.where(long_dead, np.maximum(before, block.birth + 61 * 366), death)


def _when(random: np.random.Generator, rate: Floats, origin: int, *, size: int) -> Ints:
    """Day of the first event of a yearly rate, counted from `origin`."""
    with np.errstate(divide="ignore"):
        years = random.exponential(1.0, size) / np.asarray(rate)
    return np.where(years < 1000, origin + np.floor(np.minimum(years, 1000) * 365.25), NEVER).astype(np.int64)


def _before(event: Ints, end: Ints) -> Ints:
    """What would have come after the end does not come."""
    return np.where(event < end, event, NEVER)


def _behaviours(parameters: Parameters, scale: Scale, block: Block) -> tuple[Ints, Floats]:
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.BEHAVIOUR)
    settings = parameters.behaviour
    draw = random.random(block.size)
    behaviour = np.zeros(block.size, dtype=np.int64)
    edge = np.zeros(block.size)
    for name, shares in settings.shares.items():
        upper = edge + by_age(shares, block.age)
        behaviour[(edge <= draw) & (draw < upper)] = BEHAVIOURS.index(name)
        edge = upper
    # mean one, and nobody does more than five times what others do
    pace = np.exp(settings.spread * random.standard_normal(block.size) - settings.spread**2 / 2)
    return behaviour, np.minimum(pace, 5.0) * np.where(block.drawing, 1.0, settings.not_drawing_share)


def _custody(settings: Custody, scale: Scale, block: Block, end: Ints) -> dict[str, Ints | Flags]:
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.CUSTODY)
    size = block.size
    rate = np.where((block.age >= 18) & (block.age < 80), settings.custody_rate, 0.0)
    custody = _before(_when(random, rate, block.origin - _CUSTODY_LOOKBACK, size=size), end)
    open_share = 1 - settings.prison_share - settings.acquitted_share - settings.suspended_share
    outcome = choose(
        random, [settings.prison_share, settings.acquitted_share, settings.suspended_share, open_share], size
    )
    remand = delay(random, settings.remand_days.median, settings.remand_days.spread, size=size)
    term = delay(random, settings.term_days.median, settings.term_days.spread, size=size)
    held = custody < NEVER
    remand_end = _before(np.where(held, custody + remand, NEVER), end)
    imprisoned = held & (outcome == _IMPRISONED) & (remand_end < NEVER)
    prison = np.where(imprisoned, remand_end, NEVER)
    release = np.where(
        imprisoned, np.minimum(remand_end + term, end), np.where(held, np.minimum(remand_end, end), NEVER)
    )
    on_parole = held & (outcome == _ON_PAROLE) & (remand_end < NEVER)
    return {
        "custody": custody,
        "remand_end": remand_end,
        "prison": prison,
        "release": release,
        "is_acquitted": held & (outcome == ACQUITTED),
        "sentence": np.where(on_parole, remand_end, NEVER),
        "sentence_end": np.where(on_parole, remand_end + term, NEVER),
        "sentence_kind": random.integers(0, len(SENTENCES), size),
    }
