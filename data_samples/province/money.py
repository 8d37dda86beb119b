"""Entitlements and what is paid on them, and the registry's own rows: consistent with what the office knows."""

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from data_samples.province.draws import (
    NEVER,
    Flags,
    Ints,
    Purpose,
    as_date,
    dates,
    day_number,
    delay,
    generator,
    happens,
    texts,
)
from data_samples.province.fates import BEHAVIOURS, Fates
from data_samples.province.parameters import Parameters, Scale
from data_samples.province.people import PROGRAMMES, Block
from data_samples.province.places import places

_RESIDENT, _EMPLOYEE, _UNEMPLOYED, _INJURED, _DEPENDANT = range(5)
_SCHEME_BEGAN: Final = day_number(date(2012, 1, 1))  # the residents' pension covers everybody since about then
_NOTICED: Final = 60  # days from custody to suspension in the registry: assumption
SECOND_NUMBERS: Final = 500_000_000  # from here on: second person numbers of people who have one already
_GROUPS: Final = {"BEDRIDDEN": "BEDRIDDEN", "ABROAD": "ABROAD"}
_KNOWN_GROUP: Final = 0.7  # share of those whom the registry knows as such: assumption


def draw_entitlements(
    parameters: Parameters, scale: Scale, block: Block, fates: Fates, first_known: Ints
) -> pl.DataFrame:
    """who, person_no, programme_code, county_code, first (day number), monthly_fen, stop, held_from, held_to,
    is_duplicate.

    Some who are insured once more have a person number of their own there.
    `stop` is the day the registry ends payment: some weeks after the first report of a death. One row per entitlement.
    """
    random = generator(scale.seed, block=block.number, night=0, purpose=Purpose.ENTITLEMENTS)
    settings, size = parameters.population, block.size
    second_share = parameters.registry_errors.second_number
    lot = np.where(block.drawing & (block.age >= 60), random.random(size), 1.0)
    doubled = lot < settings.duplicate_share + second_share
    renumbered = (lot < second_share) & block.people["registry_error"].is_null().to_numpy()
    second = happens(random, settings.second_programme_share, size) & block.drawing & (block.age >= 60) & ~doubled
    processed = delay(
        random, parameters.deaths.processed_days.median, parameters.deaths.processed_days.spread, size=size
    )
    ended = np.where(first_known < NEVER, first_known + processed, NEVER)
    ended = np.where(fates.death < block.origin, fates.death + 45, ended)
    elsewhere = random.integers(0, len(places().codes), size)
    main = _rows(random, parameters, block, who=np.arange(size), programme=block.programme, county=block.county)
    again = np.flatnonzero(doubled)
    excluded = np.where(block.programme[again] == _EMPLOYEE, _RESIDENT, block.programme[again])
    twice = _rows(random, parameters, block, who=again, programme=excluded, county=elsewhere[again])
    beside = np.flatnonzero(second)
    injured = np.full(len(beside), _INJURED)
    other = _rows(random, parameters, block, who=beside, programme=injured, county=block.county[beside])
    whole = pl.concat(
        [main.with_columns(is_duplicate=pl.lit(False)), twice.with_columns(is_duplicate=pl.lit(True)),
         other.with_columns(is_duplicate=pl.lit(False))]
    ).unique(["who", "programme_code", "county_code"], keep="first", maintain_order=True)  # fmt: skip
    who = whole["who"].to_numpy()
    own = block.people["person_no"].gather(who)
    has_second = pl.Series(renumbered).gather(who) & whole["is_duplicate"]
    return whole.with_columns(
        person_no=(own + SECOND_NUMBERS).zip_with(has_second, own),
        stop=pl.Series(ended[who]),
        held_from=pl.Series(np.where(fates.prison[who] < NEVER, fates.prison[who] + _NOTICED, NEVER)),
        held_to=pl.Series(np.where(fates.prison[who] < NEVER, fates.release[who] + _NOTICED, NEVER)),
    )


def _rows(
    random: np.random.Generator, parameters: Parameters, block: Block, *, who: Ints, programme: Ints, county: Ints
) -> pl.DataFrame:
    amounts = [parameters.population.monthly_fen[name] for name in PROGRAMMES]
    median = np.asarray([amount.median for amount in amounts])[programme]
    spread = np.asarray([amount.spread for amount in amounts])[programme]
    amount = np.rint(median * np.exp(spread * random.standard_normal(len(who))) / 10) * 10
    return pl.DataFrame(
        {
            "who": who,
            "programme_code": texts(PROGRAMMES, programme),
            "county_code": texts(places().codes, county),
            "first": _first_payment(random, block, who=who, programme=programme),
            "monthly_fen": amount.astype(np.int64),
        }
    )


def _first_payment(random: np.random.Generator, block: Block, *, who: Ints, programme: Ints) -> Ints:
    """First of a month; a benefit that has been drawn on the origin began before it."""
    birth, size = block.birth[who], len(who)
    retired = birth + np.rint(np.where(block.male[who] == 1, 60, 50 + random.integers(0, 6, size)) * 365.25)
    sixty = np.maximum(birth + round(60 * 365.25), _SCHEME_BEGAN)
    recent = block.origin - random.integers(1, 700, size)
    some_years = block.origin - random.integers(1, 4000, size)
    day = np.select(
        [programme == _RESIDENT, programme == _EMPLOYEE, programme == _UNEMPLOYED], [sixty, retired, recent], some_years
    )
    day = np.minimum(day, block.origin - 1).astype(np.int64)
    return _month_start(day)


def _month_start(day: Ints) -> Ints:
    return dates(day).dt.month_start().cast(pl.Int32).cast(pl.Int64).to_numpy()


def registry(block: Block, fates: Fates, entitlements: pl.DataFrame, *, day: int, seed: int) -> pl.DataFrame:
    """The registry's rows as they stand on a day, with the truth columns."""
    random = generator(seed, block=block.number, night=0, purpose=Purpose.MONEY)
    known = happens(random, _KNOWN_GROUP, block.size)
    groups = pl.Series([_GROUPS.get(name, "GENERAL") for name in BEHAVIOURS]).gather(
        np.where(known, fates.behaviour, 0)
    )
    people = block.people.select(
        "registry_error", "held_number", "held_name", "id_number", "sex", "ethnicity", "birth_date", "phone", "address",
        "former_id_number", "former_name", drawing=pl.Series(block.drawing), group=groups,
    )  # fmt: skip
    rows = entitlements.hstack(people[entitlements["who"]])
    other_document = pl.col("held_number").str.contains("^[A-Z]")
    error = pl.when(pl.col("person_no") >= SECOND_NUMBERS).then(pl.lit("SECOND_NUMBER")).otherwise("registry_error")
    return rows.select(
        "person_no",
        pl.when(other_document).then(pl.lit("06")).otherwise(pl.lit("01")).alias("id_type"),
        pl.col("held_number").alias("id_number"),
        pl.col("held_name").alias("name"), "sex", "ethnicity", "birth_date", "programme_code", "county_code",
        _payment_state(day).alias("payment_state"),
        pl.when("drawing").then(pl.col("first").cast(pl.Int32).cast(pl.Date)).alias("first_payment_date"),
        "monthly_fen", "phone", "address", "group",
        pl.when(pl.col("held_number") != pl.col("former_id_number")).then("former_id_number").alias("former_id_number"),
        pl.when(pl.col("held_name") != pl.col("former_name")).then("former_name").alias("former_name"),
        pl.col("person_no").alias("_person_no"), pl.col("person_no").alias("_named_no"),
        pl.lit("REGISTRY_STATE").alias("_cause"), pl.lit("social_insurance").alias("_agency"),
        error.is_null().alias("_is_exact"), error.alias("_planted"),
    )  # fmt: skip


def _payment_state(day: int) -> pl.Expr:
    return (
        pl.when(~pl.col("drawing")).then(pl.lit("NOT_DRAWING"))
        .when(pl.col("stop") <= day).then(pl.lit("TERMINATED"))
        .when((pl.col("held_from") <= day) & (day < pl.col("held_to"))).then(pl.lit("SUSPENDED"))
        .otherwise(pl.lit("DRAWING"))
    )  # fmt: skip


def pay_days(parameters: Parameters, scale: Scale, *, night: int) -> list[date]:
    """Pay days whose payments arrive on a night: the day itself, and on the first night those of the months before."""
    today = as_date(day_number(scale.start) + night)
    if night:
        return [today] if today.day == parameters.money.pay_day else []
    months = [today.year * 12 + today.month - 1 - back for back in range(parameters.money.history_months + 1)]
    days = [date(month // 12, month % 12 + 1, parameters.money.pay_day) for month in reversed(months)]
    return [day for day in days if day <= today]


def payments(
    parameters: Parameters, scale: Scale, block: Block, fates: Fates, entitlements: pl.DataFrame, *, paid_on: date
) -> pl.DataFrame:
    """What one pay day brought, with the truth columns: the month's benefit, and what was recovered of earlier ones."""
    day, month = day_number(paid_on), day_number(paid_on.replace(day=1))
    random = generator(scale.seed, block=block.number, night=paid_on.toordinal() % 2**20, purpose=Purpose.MONEY)
    drawing = pl.Series(block.drawing).gather(entitlements["who"])
    due = entitlements.filter(drawing & (entitlements["first"] <= month))
    draw = random.random(due.height)
    settings = parameters.money
    is_paid = (pl.col("stop") > day) & ~((pl.col("held_from") <= day) & (day < pl.col("held_to")))
    kind = (
        pl.when(pl.Series(draw) < settings.held_share).then(pl.lit("HELD"))
        .when(pl.Series(draw) < settings.held_share + settings.returned_share).then(pl.lit("RETURNED"))
        .when(pl.Series(draw) > 1 - settings.back_paid_share).then(pl.lit("BACK_PAID")).otherwise(pl.lit("PAID"))
    )  # fmt: skip
    paid = due.with_columns(payment_kind=kind, pay_month=month, amount_fen="monthly_fen", is_paid=is_paid)
    # what the bank returns was paid first: two records
    first = paid.filter(pl.col("is_paid") & (pl.col("payment_kind") == "RETURNED"))
    rows = pl.concat(
        [
            paid.filter("is_paid"),
            first.with_columns(payment_kind=pl.lit("PAID")),
            _recovered(random, parameters, fates, due, day=day),
        ]
    )
    return _payment_rows(rows, block, paid_on)


def _recovered(
    random: np.random.Generator, parameters: Parameters, fates: Fates, due: pl.DataFrame, *, day: int
) -> pl.DataFrame:
    """At the first pay day after the end of payment, what was paid for the months after the death."""
    who = due["who"].to_numpy()
    gave_back: Flags = happens(random, parameters.deaths.recovered_share, due.height)
    over = due.with_columns(
        payment_kind=pl.lit("RECOVERED"),
        death_month=pl.Series(_month_start(np.minimum(fates.death, day)[who])),  # of the living nothing is due back
        is_paid=pl.lit(True),
    ).filter(pl.Series(gave_back) & pl.col("stop").is_between(day - 27, day))
    months = over.with_columns(
        pay_month=pl.date_ranges(
            pl.col("death_month").cast(pl.Int32).cast(pl.Date).dt.offset_by("1mo"),
            (pl.col("stop") - 1).cast(pl.Int32).cast(pl.Date).dt.month_start(),
            interval="1mo",
        )
    ).explode("pay_month")
    kept = months.filter(pl.col("pay_month").is_not_null()).with_columns(
        pay_month=pl.col("pay_month").cast(pl.Int32).cast(pl.Int64), amount_fen="monthly_fen"
    )
    return kept.select(*due.columns, "payment_kind", "pay_month", "amount_fen", "is_paid").with_columns(
        pay_month=pl.col("pay_month").cast(pl.Int32)
    )


def _payment_rows(rows: pl.DataFrame, block: Block, paid_on: date) -> pl.DataFrame:
    stamp = f"PA{paid_on:%Y%m%d}{block.number:03d}"
    person = pl.col("person_no")
    return rows.select(
        (pl.lit(stamp) + pl.int_range(pl.len()).cast(pl.String)).alias("record_id"), person,
        "programme_code", "county_code", pl.col("pay_month").cast(pl.Int32).cast(pl.Date), "amount_fen",
        "payment_kind", person.alias("_person_no"), person.alias("_named_no"), pl.lit("PAYMENT").alias("_cause"),
        pl.lit("social_insurance").alias("_agency"), pl.lit(True).alias("_is_exact"),
        pl.lit(None, dtype=pl.String).alias("_planted"),
    )  # fmt: skip
