"""The simulated province night by night: what every agency writes, and who the people truly are.

A block of persons is drawn whole from its number, kept while it may be needed again, and made anew when it is not at
hand: memory does not grow with the province.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import polars as pl

import schemas
from data_samples.province.channels import use_channels
from data_samples.province.custody import report_custody, report_life
from data_samples.province.deaths import Reported, report_deaths
from data_samples.province.draws import Purpose, as_date, day_number, generator, happens
from data_samples.province.emission import Emission
from data_samples.province.errors import report_declared_dead, report_living_as_dead, report_relatives
from data_samples.province.fates import Fates, draw_fates
from data_samples.province.money import draw_entitlements, pay_days, payments, registry
from data_samples.province.notes import delivered_from, mostly_own_identity, shape, together
from data_samples.province.parameters import Parameters, Scale
from data_samples.province.people import Block, block_count, block_size, draw_block
from data_samples.province.register import population_register
from data_samples.province.signals import leave_traces, withdraw_settlements
from data_samples.province.strangers import of_strangers
from schemas.contract import Contract, read_contracts

EVIDENCE: Final = (
    "transport", "vaccination", "nucleic_acid", "medical", "civil_affairs", "health", "public_security", "justice",
    "self_certification", "field_visit", "service_request",
)  # fmt: skip
_KEPT_PERSONS: Final = 600_000  # in blocks at hand


@dataclass(frozen=True, slots=True)
class Lives:
    """A block with all that happens to it. `told`: notes by feed, each with the day number of the night it comes on."""

    block: Block
    fates: Fates
    reported: Reported
    entitlements: pl.DataFrame
    by_feed: dict[str, pl.DataFrame]


class World:
    """All persons of a scale under some parameters; draws nothing until it is asked."""

    def __init__(self, parameters: Parameters, scale: Scale) -> None:
        self.parameters, self.scale = parameters, scale
        self.contracts: dict[str, Contract] = read_contracts([Path(schemas.__file__).with_name("contracts")])
        self.lives = lru_cache(maxsize=max(1, _KEPT_PERSONS // block_size(scale)))(self._lives)

    def blocks(self) -> range:
        return range(block_count(self.scale))

    def emissions(self) -> Iterator[Emission]:
        """By night, within it by block, within that by feed."""
        for night in range(self.scale.nights):
            for block in self.blocks():
                yield from self.night(block, night)

    def night(self, block: int, night: int) -> Iterator[Emission]:
        """What is written on one night about one block."""
        lives = self.lives(block)
        day = day_number(self.scale.start) + night
        on = as_date(day)
        every = self.contracts["registry"].every_days or 1  # without a promise every night
        if night % every == 0:
            yield Emission(
                "registry", on, registry(lives.block, lives.fates, lives.entitlements, day=day, seed=self.scale.seed)
            )
        if night % self.parameters.deliveries.population_register_days == 0:
            yield Emission(
                "population_register", on, population_register(lives.block, lives.fates, lives.reported, day=day)
            )
        if days := pay_days(self.parameters, self.scale, night=night):
            yield Emission("payments", on, pl.concat([self._paid(lives, paid_on) for paid_on in days]))
        yield from self._evidence(lives, night=night, on=on)

    def _paid(self, lives: Lives, paid_on: date) -> pl.DataFrame:
        return payments(self.parameters, self.scale, lives.block, lives.fates, lives.entitlements, paid_on=paid_on)

    def _evidence(self, lives: Lives, *, night: int, on: date) -> Iterator[Emission]:
        traces = leave_traces(self.parameters, self.scale, lives.block, lives.fates, night=night)
        day = day_number(on)
        for place, feed in enumerate(EVIDENCE):
            contract = self.contracts[feed]
            if contract.retired_on and on >= date.fromisoformat(contract.retired_on):
                continue
            planned = lives.by_feed.get(feed)
            due = [planned.filter(pl.col("arrives") == day)] if planned is not None else []
            whole = self._with_old_identities(
                lives.block, together([*due, *_of(traces, feed)]), night=night, place=place
            )
            rows = shape(whole, lives.block, contract)
            others = of_strangers(
                self.scale, lives.block, rows, feed=feed, share=self.parameters.deliveries.stranger_share, night=night
            )
            yield Emission(feed, on, pl.concat([rows, others]))

    def _with_old_identities(self, block: Block, frame: pl.DataFrame, *, night: int, place: int) -> pl.DataFrame:
        random = generator(self.scale.seed, block=block.number, night=night * 100 + place, purpose=Purpose.OLD_IDENTITY)
        settings = self.parameters.errors
        old = (
            happens(random, settings.former_number, frame.height),
            happens(random, settings.former_name, frame.height),
        )
        return mostly_own_identity(frame, block, writes_old=old)

    def _lives(self, number: int) -> Lives:
        parameters, scale = self.parameters, self.scale
        block = draw_block(parameters, scale, number)
        fates = draw_fates(parameters, scale, block)
        reported = report_deaths(parameters, scale, block, fates)
        planned = [
            reported.by_feed,
            report_living_as_dead(parameters, scale, block, fates),
            report_relatives(parameters, scale, block, fates),
            report_declared_dead(parameters, scale, block, fates),
            report_custody(parameters, scale, block, fates),
            report_life(parameters, scale, block, fates),
            use_channels(parameters, scale, block, fates),
            {"medical": withdraw_settlements(parameters, scale, block, fates)},
        ]
        by_feed = {
            feed: _planned(together([frame for notes in planned for frame in _of(notes, feed)]), block, scale)
            for feed in EVIDENCE
        }
        entitlements = draw_entitlements(parameters, scale, block, fates, reported.first_known)
        return Lives(block, fates, reported, entitlements, by_feed)


def _of(by_feed: dict[str, pl.DataFrame], feed: str) -> list[pl.DataFrame]:
    return [by_feed[feed]] if feed in by_feed else []


def _planned(frame: pl.DataFrame, block: Block, scale: Scale) -> pl.DataFrame:
    """With the block in the record key, since positions are the block's own; and no more than the nights bring."""
    start = day_number(scale.start)
    keyed = frame.with_columns(tag=pl.lit(f"{block.number:03d}") + pl.col("tag"))
    return delivered_from(keyed, start).filter(pl.col("arrives") < start + scale.nights)
