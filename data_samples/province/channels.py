"""Our own channels: people who certify by face when reminded, officers who come, requests at hotline and counter."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_samples.province.draws import Flags, Floats, Ints, Purpose, by_age, choose, day_number, generator, happens
from data_samples.province.fates import BEHAVIOURS, Fates
from data_samples.province.notes import notes, together
from data_samples.province.parameters import Channels, Parameters, Scale
from data_samples.province.people import Block
from data_samples.province.signals import strong_past, strong_rate

_YEAR = 365
_QUIET_DAYS = 275
_FEW = tuple(BEHAVIOURS.index(name) for name in ("BEDRIDDEN", "ABROAD", "PHARMACY_ONLY", "NO_TRACE"))
_ABROAD = BEHAVIOURS.index("ABROAD")
_SEEN, _NOT_FOUND, _DEAD = range(3)
_RESULTS = ("SEEN_ALIVE", "NOT_FOUND", "REPORTED_DEAD")


def self_users(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> Flags:
    """People who can and do certify by face when asked."""
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.CHANNELS)
    share = by_age(parameters.channels.self_share, block.age)
    share = np.where(fates.behaviour == _ABROAD, parameters.channels.self_share_abroad, share)
    reachable = block.people["phone"].is_not_null().to_numpy() | (fates.behaviour == _ABROAD)
    return happens(random, share, block.size) & reachable & (block.age >= 16)


def use_channels(parameters: Parameters, scale: Scale, block: Block, fates: Fates) -> dict[str, pl.DataFrame]:
    """Cycles of a year each around a day of one's own, from a year before the first night to the last."""
    users = self_users(parameters, scale, block, fates)
    start = day_number(scale.start)
    quiet = _Quiet(*strong_past(parameters, scale, block, fates), strong_rate(parameters, block, fates), start)
    first_reminder = max(stage.days_before for stage in parameters.channels.reminders)
    by_feed: dict[str, list[pl.DataFrame]] = {}
    for cycle in range(2 + scale.nights // _YEAR):
        random = generator(scale.seed, block=block.number, night=1 + cycle, purpose=Purpose.CHANNELS)
        # the day of one's own is the same in every cycle
        due = start + _YEAR * (cycle - 1) + _own_day(scale, block)
        settings = parameters.channels
        must_certify = block.drawing & happens(random, quiet.share_before(due - first_reminder), block.size)
        faces, answered = _faces(random, settings, users, due=due, must_certify=must_certify)
        visited = _visits(random, settings, block, fates, due=due, must_certify=must_certify & ~answered)
        by_feed.setdefault("self_certification", []).append(_whole(faces, fates, cycle))
        by_feed.setdefault("field_visit", []).append(_whole(visited, fates, cycle))
        by_feed.setdefault("service_request", []).append(
            _requests(random, settings, block, fates, due=due, cycle=cycle)
        )
    return {feed: together(frames) for feed, frames in by_feed.items()}


def _own_day(scale: Scale, block: Block) -> Ints:
    random = generator(scale.seed, block=block.number, night=255, purpose=Purpose.CHANNELS)
    return random.integers(0, _YEAR, block.size)


@dataclass(frozen=True, slots=True)
class _Quiet:
    """Whether nine months brought nothing that required presence: only then is anybody reminded.

    `who` and `day` are the traces before the first night, `rate` what a year brings; what lies before the past that is
    drawn, or after the first night, is not known and taken by its chance.
    """

    who: Ints
    day: Ints
    rate: Floats
    start: int

    def share_before(self, until: Ints) -> Floats:
        since = until - _QUIET_DAYS
        inside = (self.day > since[self.who]) & (self.day <= until[self.who])
        seen = np.bincount(self.who[inside], minlength=len(self.rate)) > 0
        known = np.clip(np.minimum(until, self.start) - np.maximum(since, self.start - _YEAR), 0, _QUIET_DAYS)
        return np.where(seen, 0.0, np.exp(-self.rate * (_QUIET_DAYS - known) / _YEAR))


def _faces(
    random: np.random.Generator, settings: Channels, users: Flags, *, due: Ints, must_certify: Flags
) -> tuple[pl.DataFrame, Flags]:
    """Certifications by face: after one of the reminders, or out of habit; who failed tried the day before."""
    size = len(users)
    stages = [stage.share for stage in settings.reminders]
    open_share = np.cumprod([1.0, *(1 - share for share in stages)])
    chances = [open_share[place] * share for place, share in enumerate(stages)]
    stage = choose(random, [*chances, open_share[-1]], size)
    days_before = np.asarray([*(one.days_before for one in settings.reminders), 0])[stage]
    answered = users & must_certify & (stage < len(stages))
    habit = users & ~must_certify & happens(random, settings.unasked_share, size)
    day = due - days_before + random.integers(0, settings.answer_days + 1, size)
    who = np.flatnonzero(answered | habit)
    failed = who[happens(random, settings.failed_share, len(who))]
    cause = pl.Series(["SELF_HABIT", "SELF_REMINDED"]).gather(answered[who].astype(np.int64))
    passed = notes(who, event=day[who], arrives=day[who] + 1, qualifier_code="PASSED", cause=cause, tag="p")
    tried = notes(
        failed, event=day[failed] - 1, arrives=day[failed], qualifier_code="FAILED", cause="SELF_FAILED", tag="f"
    )
    return together([passed, tried]), answered


def _visits(
    random: np.random.Generator, settings: Channels, block: Block, fates: Fates, *, due: Ints, must_certify: Flags
) -> pl.DataFrame:
    """Officers come to those who did not answer, a few others; consulates and offices elsewhere send their forms."""
    size = block.size
    abroad = fates.behaviour == _ABROAD
    share = np.where(must_certify, by_age(settings.visit_share, block.age), settings.visit_share_traced)
    visited = block.drawing & ~abroad & happens(random, share, size)
    assisted = block.drawing & ~abroad & ~visited & happens(random, settings.assisted_share, size)
    form = block.drawing & abroad & happens(random, settings.consular_share, size)
    day = due + np.where(visited, random.integers(5, 60, size), -random.integers(0, 60, size))
    dead = fates.death <= day
    absent = ~dead & ~abroad & (happens(random, settings.not_found_share, size) | ~fates.is_about(np.arange(size), day))
    result = np.where(dead, _DEAD, np.where(absent, _NOT_FOUND, _SEEN))
    kinds = ("VISIT", "ASSISTED", "CONSULAR_FORM")
    kind = np.where(visited, 0, np.where(assisted, 1, 2))
    # nobody sends the form of a dead person, and nobody calls on one whose death is long known
    called = (visited & (day < fates.death + 120)) | ((assisted | form) & ~dead & ~absent)
    who = np.flatnonzero(called)
    return notes(
        who, event_code=pl.Series(kinds).gather(kind[who]), qualifier_code=pl.Series(_RESULTS).gather(result[who]),
        event=day[who], arrives=day[who] + 3, tag="v",
        cause=pl.Series(["OFFICER_MET", "OFFICER_MISSED", "OFFICER_TOLD_DEAD"]).gather(result[who]),
    )  # fmt: skip


def _requests(
    random: np.random.Generator, settings: Channels, block: Block, fates: Fates, *, due: Ints, cycle: int
) -> pl.DataFrame:
    kinds = list(settings.requests)
    kind = choose(random, [*settings.requests.values(), 1 - sum(settings.requests.values())], block.size)
    day = due - random.integers(0, _YEAR, block.size)
    who = np.flatnonzero((kind < len(kinds)) & block.drawing & fates.is_about(np.arange(block.size), day))
    must_certify = notes(
        who, event_code=pl.Series(kinds).gather(kind[who]), event=day[who], arrives=day[who] + 1, tag="q", cause="ASKED"
    )
    return _tagged(must_certify, cycle)


def _whole(frame: pl.DataFrame, fates: Fates, cycle: int) -> pl.DataFrame:
    """Without what the dead, the imprisoned and the missing would have done."""
    who, day = frame["who"].to_numpy(), frame["event"].to_numpy()
    told_dead = (frame["qualifier_code"].is_in(["REPORTED_DEAD", "NOT_FOUND"])).to_numpy()
    return _tagged(frame.filter(pl.Series(fates.is_about(who, day) | told_dead)), cycle)


def _tagged(frame: pl.DataFrame, cycle: int) -> pl.DataFrame:
    return frame.with_columns(tag=pl.col("tag") + pl.lit(f"{cycle}-") + pl.col("who").cast(pl.String))
