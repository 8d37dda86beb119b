"""Marginals of a simulated province beside the figures they were made from, each with a stated tolerance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from data_samples.province.deaths import HORIZON
from data_samples.province.draws import NEVER, Flags, Ints
from data_samples.province.fates import yearly_hazard
from data_samples.province.names import surname_shares
from data_samples.province.parameters import Parameters
from data_samples.province.people import PROGRAMMES
from data_samples.province.places import places
from data_samples.province.signals import leave_traces
from data_samples.province.world import Lives, World

_BLOCKS: Final = 4  # what a description looks at: enough for every share below
_WEEK: Final = 7
_YEAR: Final = 365
_GROUPS: Final = ("60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90-94", "95-99", "100+")
_CHANCE: Final = 3.5  # standard errors that chance is allowed on top of the tolerance


@dataclass(frozen=True, slots=True)
class Share:
    """One published share and what `count` simulated persons, deaths or records gave."""

    label: str
    published: float
    simulated: float
    count: int
    tolerance: float

    @property
    def is_within(self) -> bool:
        error = np.sqrt(max(self.published * (1 - self.published), 1e-9) / max(self.count, 1))
        return bool(abs(self.simulated - self.published) <= self.tolerance + _CHANCE * error)


@dataclass(frozen=True, slots=True)
class Marginal:
    title: str
    source: str
    shares: tuple[Share, ...]


def marginals(world: World) -> tuple[Marginal, ...]:
    lives = [world.lives(block) for block in list(world.blocks())[:_BLOCKS]]
    people = _People.of(lives)
    return (
        _ages(world.parameters, people),
        _women(world.parameters, people),
        _programmes(world.parameters, people),
        _mortality(world.parameters, people),
        _sources(lives),
        _surnames(people),
        _minorities(people),
        _counties(people),
        _medical_mix(world, lives),
    )


@dataclass(frozen=True, slots=True)
class _People:
    """What the marginals count, of all blocks together."""

    age: Ints
    male: Ints
    county: Ints
    programme: Ints
    drawing: Flags
    days_to_death: Ints  # from the day they are drawn as living
    names: list[str]
    ethnicity: list[str]

    @classmethod
    def of(cls, lives: Sequence[Lives]) -> "_People":
        def whole(name: str) -> Ints:
            return np.concatenate([getattr(one.block, name) for one in lives])

        return cls(
            age=whole("age"),
            male=whole("male"),
            county=whole("county"),
            programme=whole("programme"),
            drawing=whole("drawing").astype(np.bool_),
            days_to_death=np.concatenate([one.fates.death - one.block.origin for one in lives]),
            names=[name for one in lives for name in one.block.people["name"].to_list()],
            ethnicity=[code for one in lives for code in one.block.people["ethnicity"].to_list()],
        )

    @property
    def old(self) -> Flags:
        """Recipients of the two pensions who are sixty and over."""
        return np.asarray(self.drawing & (self.programme <= 1) & (self.age >= 60))

    @property
    def group(self) -> Ints:
        return np.clip((self.age - 60) // 5, 0, 8)


def _shares(
    labels: Sequence[str], published: Iterable[float], counts: Iterable[float], *, total: int, tolerance: float
) -> tuple[Share, ...]:
    return tuple(
        Share(label, float(expected), float(count) / max(total, 1), total, tolerance)
        for label, expected, count in zip(labels, published, counts, strict=True)
    )


def _ages(parameters: Parameters, people: _People) -> Marginal:
    expected = np.asarray(parameters.population.ages_60_up)
    counts = np.bincount(people.group[people.old], minlength=9)
    shares = _shares(_GROUPS, expected / expected.sum(), counts, total=int(people.old.sum()), tolerance=0.005)
    return Marginal("Age of pensioners aged 60 and over", "national census of 2020, millions by age", shares)


def _women(parameters: Parameters, people: _People) -> Marginal:
    shares = []
    for group, label in enumerate(_GROUPS[:7]):
        here = people.old & (people.group == group)
        women = float((people.male[here] == 0).mean()) if here.any() else 0.0
        shares.append(Share(label, parameters.population.women_60_up[group], women, int(here.sum()), 0.01))
    return Marginal("Women by age", "census of 2020, rounded", tuple(shares))


def _programmes(parameters: Parameters, people: _People) -> Marginal:
    expected = np.asarray([parameters.population.programmes[name] for name in PROGRAMMES])
    counts = np.bincount(people.programme[people.drawing], minlength=len(PROGRAMMES))
    shares = _shares(PROGRAMMES, expected / expected.sum(), counts, total=int(people.drawing.sum()), tolerance=0.005)
    return Marginal("Recipients by programme", "national recipients of 2021 (dependants: assumption)", shares)


def _mortality(parameters: Parameters, people: _People) -> Marginal:
    """Within the first year after they were drawn as living; a rate becomes the probability of a year."""
    alive = people.days_to_death >= 0
    died = alive & (people.days_to_death < _YEAR)
    expected = 1 - np.exp(-yearly_hazard(parameters.mortality, age=people.age, male=people.male))
    shares = []
    for male, sex in ((1, "men"), (0, "women")):
        for group, label in enumerate(_GROUPS[:8]):
            here = alive & (people.age >= 60) & (people.group == group) & (people.male == male)
            if here.any():
                mean = float(expected[here].mean())
                shares.append(Share(f"{sex} {label}", mean, float(died[here].mean()), int(here.sum()), mean * 0.05))
    old = alive & (people.age >= 60)
    shares.append(Share("all aged 60 and over", 0.0375, float(died[old].mean()), int(old.sum()), 0.0025))
    source = "census of 2000 by age and sex times our multipliers; 3.5 to 4 in a hundred of all aged 60 and over"
    return Marginal("Deaths within a year", source, tuple(shares))


def _sources(lives: Sequence[Lives]) -> Marginal:
    """Which share of the deaths since the lookback each source ever tells of."""
    since = [one.fates.death - one.block.origin for one in lives]
    deaths = sum(int(((days >= 0) & (days < HORIZON)).sum()) for days in since)
    hukou = sum(int((one.reported.hukou_known < NEVER).sum()) for one in lives)
    compared = {
        "death certificate": (0.75, 0.10, sum(_tellers(one, "health", "c") for one in lives)),
        "hukou cancelled": (0.775, 0.075, hukou),
        "cremation or burial": (0.35, 0.25, sum(_tellers(one, "civil_affairs", "f") for one in lives)),
    }
    shares = tuple(
        Share(name, expected, count / max(deaths, 1), deaths, off) for name, (expected, off, count) in compared.items()
    )
    return Marginal("Deaths that a source ever reports", "published ranges; the middle and half the range", shares)


def _tellers(one: Lives, feed: str, letter: str) -> int:
    frame = one.reported.by_feed[feed]
    return frame.filter(frame["tag"].str.starts_with(letter))["who"].n_unique()


def _surnames(people: _People) -> Marginal:
    names, expected = surname_shares()
    han = [name for name, code in zip(people.names, people.ethnicity, strict=True) if code == "01"]
    counts = [sum(name.startswith(surname) for name in han) for surname in names[:20]]
    published = [share / 100 for share in expected[:20]]
    shares = _shares(names[:20], published, counts, total=len(han), tolerance=0.002)
    return Marginal("Surnames of Han people", "shares among people born 1930 to 2008", shares)


def _minorities(people: _People) -> Marginal:
    """Published for the province: 1.34 million Hui, Tibetan and Dongxiang more than 400,000 each, of 25.02 million."""
    expected = {"Hui": ("03", 1.34 / 25.02), "Tibetan": ("04", 0.45 / 25.02), "Dongxiang": ("26", 0.45 / 25.02)}
    total = len(people.ethnicity)
    shares = tuple(
        Share(name, share, people.ethnicity.count(code) / total, total, 0.005)
        for name, (code, share) in expected.items()
    )
    return Marginal("Minorities", "provincial figures, the last two rounded up from 'more than 400,000'", shares)


def _counties(people: _People) -> Marginal:
    weights = np.asarray(places().weights)
    largest = np.argsort(-weights)[:15]
    counts = np.bincount(people.county, minlength=len(weights))[largest]
    labels = [places().codes[place] for place in largest]
    shares = _shares(labels, weights[largest] / weights.sum(), counts, total=len(people.county), tolerance=0.003)
    return Marginal("The fifteen largest counties", "census bulletins of 2020, rounded", shares)


def _medical_mix(world: World, lives: Sequence[Lives]) -> Marginal:
    """A week of ordinary nights: the first night brings a past that is longer for some kinds than for others."""
    expected = {"PHARMACY": 0.47, "OUTPATIENT": 0.35, "INPATIENT": 0.05, "CHRONIC": 0.05}
    counts = dict.fromkeys(expected, 0)
    total = 0
    for one in lives:
        for night in range(1, 1 + _WEEK):
            records = leave_traces(world.parameters, world.scale, one.block, one.fates, night=night)["medical"]
            total += records.height
            for code, count in records.group_by("event_code").len().iter_rows():
                if code in counts:
                    counts[code] += count
    shares = _shares(list(expected), expected.values(), counts.values(), total=total, tolerance=0.04)
    return Marginal("Kinds of medical settlements", "one county's settlements over two years", shares)
