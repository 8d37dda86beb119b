"""Traces of ordinary life: journeys, hospitals, pharmacies, vaccinations, tests, new identity cards."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from data_samples.province.draws import Floats, Ints, Purpose, by_age, day_number, generator, happens
from data_samples.province.fates import BEHAVIOURS, Fates
from data_samples.province.notes import notes, together
from data_samples.province.parameters import Parameters, Scale, SignalKind
from data_samples.province.people import Block

_YEAR = 365.25
_KINDS = 32  # more than there are kinds of traces
_LAST_TEST = day_number(date(2023, 1, 7))  # the programme of mass testing ended the day after


def rates(parameters: Parameters, block: Block, fates: Fates, kind: SignalKind) -> Floats:
    """Expected number a year of each person, while she is about."""
    habit = parameters.behaviour.habit(kind.habit)
    of_behaviour = np.asarray([habit[name] for name in BEHAVIOURS])[fates.behaviour]
    of_age = by_age(kind.age, block.age) if kind.age else 1.0
    return np.asarray(kind.rate * of_behaviour * fates.pace * of_age)


def strong_rate(parameters: Parameters, block: Block, fates: Fates) -> Floats:
    """Expected traces a year of the kinds that are asked for over the whole past: those that require presence."""
    strong = [kind for kind in parameters.signals.kinds if not kind.history_days]
    return np.asarray(sum(rates(parameters, block, fates, kind) for kind in strong))


def leave_traces(
    parameters: Parameters, scale: Scale, block: Block, fates: Fates, *, night: int
) -> dict[str, pl.DataFrame]:
    """Notes by feed that arrive on a night (from 0): on the first one the past comes with it."""
    by_feed: dict[str, list[pl.DataFrame]] = {}
    arrives = day_number(scale.start) + night
    drawing = _Drawing(parameters, scale, block, fates)
    for place, kind in enumerate(parameters.signals.kinds):
        who, day, ended = drawing.events(place, night=night)
        by_feed.setdefault(kind.feed, []).append(_notes(kind, who, day=day, ended=ended, arrives=arrives))
    return {feed: _keyed(together(frames), block, night=night) for feed, frames in by_feed.items()}


def strong_past(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> tuple[Ints, Ints]:
    """Who left a trace that requires presence, and on which day, before the first night: each trace once."""
    drawing = _Drawing(parameters, scale, block, fates)
    strong = [place for place, kind in enumerate(parameters.signals.kinds) if not kind.history_days]
    found = [drawing.events(place, night=0) for place in strong]
    return np.concatenate([who for who, _, _ in found]), np.concatenate([ended for _, _, ended in found])


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The traces of a block, each kind and night drawn apart."""

    parameters: Parameters
    scale: Scale
    block: Block
    fates: Fates

    def events(self, place: int, *, night: int) -> tuple[Ints, Ints, Ints]:
        """Who, from which day to which: over the past on the first night, else what a day's extract brings."""
        kind = self.parameters.signals.kinds[place]
        random = generator(
            self.scale.seed, block=self.block.number, night=night * _KINDS + place, purpose=Purpose.SIGNALS
        )
        who, day = self._drawn(random, kind, night=night)
        ended = day + random.poisson(kind.days, len(day)) if kind.days else day
        seen = self.fates.is_about(who, day) & self.fates.is_about(who, ended) & (day > self.block.birth[who])
        if kind.feed == "nucleic_acid":
            seen &= day <= _LAST_TEST
        return who[seen], day[seen], ended[seen]

    def _drawn(self, random: np.random.Generator, kind: SignalKind, *, night: int) -> tuple[Ints, Ints]:
        rate = rates(self.parameters, self.block, self.fates, kind)
        arrives = day_number(self.scale.start) + night
        if night == 0:
            span = kind.history_days or self.parameters.signals.history_days
            who = np.repeat(np.arange(len(rate)), random.poisson(rate * span / _YEAR))
            back = 1 + np.floor(random.random(len(who)) * span)
            return who, (arrives - back - kind.days).astype(np.int64)
        who = np.flatnonzero(happens(random, rate / _YEAR, len(rate)))
        late = 1 + random.poisson(max(kind.lag - 1, 0), len(who))
        return who, arrives - late - kind.days


def _notes(kind: SignalKind, who: Ints, *, day: Ints, ended: Ints, arrives: int) -> pl.DataFrame:
    written = np.minimum(ended + 1, arrives)
    return notes(
        who, event_code=kind.event_code, qualifier_code=kind.qualifier_code or None, event=day,
        end=ended if kind.qualifier_code != "IN_HOSPITAL" else None, recorded=written, arrives=arrives, cause="OWN",
    )  # fmt: skip


def _keyed(frame: pl.DataFrame, block: Block, *, night: int) -> pl.DataFrame:
    serial = pl.int_range(frame.height, dtype=pl.Int64) + (night * 1000 + block.number) * 10**8
    return frame.with_columns(tag=serial.cast(pl.String))


def withdraw_settlements(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> pl.DataFrame:
    """Outpatient settlements paid back: first as any other, some days later withdrawn under the same number."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.REFUNDS)
    settings = parameters.signals
    visit = next(kind for kind in settings.kinds if kind.event_code == "OUTPATIENT")
    since = day_number(scale.start) - (visit.history_days or settings.history_days)
    with np.errstate(divide="ignore"):
        rate = rates(parameters, block, fates, visit) * settings.refunded_share
        years = np.minimum(random.exponential(1.0, block.size) / rate, 100)
    day = since + np.floor(years * _YEAR).astype(np.int64)
    who = np.flatnonzero((years < 100) & fates.is_about(np.arange(block.size), day))
    paid = day[who] + 2
    fields = {
        "event_code": "OUTPATIENT",
        "event": day[who],
        "end": day[who],
        "tag": "z" + pl.Series(who).cast(pl.String),
    }
    back = paid + settings.refunded_days
    return together(
        [
            notes(who, recorded=day[who], arrives=paid, cause="OWN", **fields),
            notes(who, recorded=back - 1, arrives=back, cause="REFUND", is_revoked=True, **fields),
        ]
    )
