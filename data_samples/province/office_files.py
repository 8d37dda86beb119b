"""The registry and the payments of a day, as the office has made them by then; files that arrive that day."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.deliveries import ARRIVALS, Province
from data_samples.province.dirt_rates import read_dirt_rates
from data_samples.province.draws import day_number
from data_samples.province.emission import Emission
from data_samples.province.money import payments, registry
from data_samples.province.office import ENTITLEMENT, EXECUTED, OfficeRates, arrears, as_executed
from data_samples.province.world import Lives, World
from schemas.code_tables import read_code_tables

OFFICE_FEEDS: Final = ("registry", "payments")
PAID: Final = {
    "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "pay_month": pl.Date,
    "paid_fen": pl.Int64,
}  # fmt: skip
STATE: Final = {
    "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "payment_state": pl.String,
    "monthly_fen": pl.Int64,
}  # fmt: skip
_SIGNS: Final = {"PAID": 1, "BACK_PAID": 1, "HELD": 0, "RETURNED": -1, "RECOVERED": -1}


class Office:
    """The office of a simulated province, from the second night on; the first one's files are the simulation's."""

    def __init__(self, home: Path, world: World, rates: OfficeRates) -> None:
        self.home, self.world, self.rates = home, world, rates
        self._truth = home / "truth"

    def executed(self, *, before: date) -> pl.DataFrame:
        """What was executed before a day: it shows from the next day on."""
        return self._all("executed", EXECUTED).filter(pl.col("day") < before)

    def paid(self, *, before: date) -> pl.DataFrame:
        """Key, pay_month, paid_fen: paid before a day, less returned and recovered."""
        rows = self._all("paid", PAID, before=before)
        return rows.group_by(*ENTITLEMENT, "pay_month").agg(pl.sum("paid_fen")).sort(*ENTITLEMENT, "pay_month")

    def write(self, day: date, *, is_night: bool, paid_on: list[date]) -> None:
        """The files of a day under `arrivals/`, and what they say beside the truth.

        A registry is written for a night alone; payments of the pay days `paid_on`. On the first night the files are
        there already.
        """
        scale, executed = self.world.scale, self.executed(before=day)
        states, emissions, paid = [], [], {one: [] for one in paid_on}  # type: ignore[var-annotated]
        before = self.paid(before=day)
        for number in self.world.blocks():
            lives = self.world.lives(number)
            if is_night:
                rows = self._registry(lives, executed, day)
                states.append(rows.select(*STATE))
                emissions.append(Emission("registry", day, rows))
            for one in paid_on:
                rows = self._payments(lives, executed, before, one)
                paid[one].append(_net(rows))
                emissions.append(Emission("payments", day, rows))
        if states:
            self._keep("registry", pl.concat(states), day)
        for one, frames in paid.items():
            self._keep("paid", pl.concat(frames), one)
        if day > scale.start:
            self._deliver(iter(emissions), day)

    def _registry(self, lives: Lives, executed: pl.DataFrame, day: date) -> pl.DataFrame:
        entitlements = self._entitlements(lives, executed, day)
        return registry(lives.block, lives.fates, entitlements, day=day_number(day), seed=self.world.scale.seed)

    def _payments(self, lives: Lives, executed: pl.DataFrame, before: pl.DataFrame, paid_on: date) -> pl.DataFrame:
        entitlements = self._entitlements(lives, executed, paid_on)
        world = self.world
        rows = payments(world.parameters, world.scale, lives.block, lives.fates, entitlements, paid_on=paid_on)
        owed = arrears(entitlements, executed, before, paid_on=paid_on)
        if owed.is_empty():
            return rows
        stamp = f"PB{paid_on:%Y%m%d}{lives.block.number:03d}"
        extra = owed.with_columns(
            record_id=pl.lit(stamp) + pl.int_range(pl.len()).cast(pl.String), payment_kind=pl.lit("BACK_PAID"),
            _person_no="person_no", _named_no="person_no", _cause=pl.lit("ARREARS"),
            _agency=pl.lit("social_insurance"), _is_exact=pl.lit(True), _planted=pl.lit(None, dtype=pl.String),
        )  # fmt: skip
        return pl.concat([rows, extra.select(rows.columns).cast(dict(rows.schema))])  # type: ignore[arg-type]

    def _entitlements(self, lives: Lives, executed: pl.DataFrame, day: date) -> pl.DataFrame:
        scale = self.world.scale
        return as_executed(lives.entitlements, executed, self.rates, start=scale.start, day=day, seed=scale.seed)

    def _deliver(self, emissions: Iterator[Emission], day: date) -> None:
        """Written in a home of their own first, whose truth says nothing that the first night did not."""
        own = self.home / "office"
        shutil.rmtree(own, ignore_errors=True)
        seed = self.world.scale.seed
        province = Province(own, self.world.contracts, read_code_tables(), read_dirt_rates(), seed=seed)
        by_feed = sorted(emissions, key=lambda emission: emission.feed)
        province.write(by_feed)
        province.close()
        for path in sorted((own / ARRIVALS).rglob("*")):
            if path.is_file():
                target = self.home / ARRIVALS / path.relative_to(own / ARRIVALS)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
        shutil.rmtree(own)

    def _all(self, name: str, schema: Mapping[str, object], *, before: date = date.max) -> pl.DataFrame:
        paths = sorted((self._truth / name).glob("*.parquet"))
        frames = [pl.read_parquet(path) for path in paths if date.fromisoformat(path.stem) < before]
        return pl.concat([pl.DataFrame(schema=schema), *(frame.select(*schema).cast(schema) for frame in frames)])  # type: ignore[arg-type]

    def _keep(self, name: str, rows: pl.DataFrame, day: date) -> None:
        folder = self._truth / name
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(folder / f"{day}.parquet")


def _net(rows: pl.DataFrame) -> pl.DataFrame:
    """PAID rows: what was paid, less returned and recovered."""
    sign = pl.col("payment_kind").replace_strict(_SIGNS, return_dtype=pl.Int64)
    return rows.select(*ENTITLEMENT, "pay_month", paid_fen=sign * pl.col("amount_fen"))
