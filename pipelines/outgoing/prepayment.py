"""Proposals about the instalments of a month, before they are paid. Nothing here pays or stops anything."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import ibis.expr.types as ir
import polars as pl

from pipelines.outgoing.proposals import is_over_by
from pipelines.outgoing.render import filled, yuan
from schemas.code_tables import CodeTables
from schemas.codes import IN_PAYMENT, OPEN_LOSS, Alarm, LossGroup, LossKind, LossState, Outcome, PaymentState
from schemas.policy import PayDay, Policy
from schemas.tables import DECISION
from schemas.wording import Wording
from schemas.working_days import previous_working_day, working_days_before

_KEY: Final = DECISION.key
_TO_PAY: Final = (Alarm.REFUTED_UNPAID.value, Alarm.RESUMED_NOT_BACK_PAID.value)
_FOUND: Final = (
    *_KEY, "action", "monthly_fen", "name", "loss_kinds", "loss_date", "first_payment_date", "months", "fen",
)  # fmt: skip


def holds(decision: ir.Table, claim: ir.Table, *, month: date) -> ir.Table:
    """Benefits still drawn though a loss was confirmed whose day lies before the month, and that is not over by it."""
    lost = decision.filter(
        decision.outcome == Outcome.LOSS_CONFIRMED.value,
        decision.payment_state == PaymentState.DRAWING.value,
        decision.loss_date < month,
    )
    confirmed = claim.filter(claim.status == LossState.CONFIRMED.value, ~is_over_by(claim, month))
    met = lost.join(confirmed.select("person_no", "loss_kind"), "person_no")
    met = met.filter(met.loss_kinds.contains(met.loss_kind))
    return met.select(*_KEY, "loss_kinds", "loss_date").distinct()


def to_pay(execution: ir.Table) -> ir.Table:
    """Benefits of which a loss was refuted, or that were resumed, with the months that are still unpaid."""
    return execution.filter(execution.alarm.isin(_TO_PAY)).select(*_KEY, "months", "fen")


def awards_after_death(entitlement: ir.Table, claim: ir.Table) -> ir.Table:
    """Benefits first paid after the day of a death that is stated and not refuted. The earliest day counts."""
    dead = claim.filter(
        claim.loss_group == LossGroup.DEATH.value,
        claim.is_dated,
        claim.status.isin((*OPEN_LOSS, LossState.CONFIRMED.value)),
    )
    died = dead.group_by("person_no").agg(loss_date=dead.event_date.min())
    drawn = entitlement.filter(entitlement.payment_state.isin(IN_PAYMENT))
    met = drawn.inner_join(died, "person_no")
    return met.filter(met.first_payment_date > met.loss_date).select(*_KEY, "loss_date")


def instalments(
    found: dict[str, pl.DataFrame],
    benefits: pl.DataFrame,
    policy: Policy,
    codes: CodeTables,
    wording: Wording,
    *,
    month: date,
    item_id: Callable[..., str],
) -> pl.DataFrame:
    """The columns of the list and `county_code`: one row per benefit and action.

    `found` has `holds` under HOLD, `to_pay` under PAY, `awards_after_death` under CHECK_AWARD; `benefits` the `name`,
    `monthly_fen` and `first_payment_date` of each benefit. What is owed to the living comes first. A county without
    a pay day gets no list; in a year without a calendar nothing is proposed to be held, for then no term ends.
    """
    parts = [rows.with_columns(action=pl.lit(action)) for action, rows in found.items()]
    rows = pl.concat(parts, how="diagonal").join(benefits, on=_KEY, maintain_order="left")
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in _KINDS.items() if name not in rows.columns]
    rows = rows.with_columns(missing).select(*_FOUND)
    days = [_days_of(policy.pay_day_of(county, programme), month, policy) for _, programme, county in
            rows.select(_KEY).iter_rows()]  # fmt: skip
    rows = rows.with_columns(
        has_day=pl.Series([day is not None for day in days], dtype=pl.Boolean),
        pay_date=pl.Series([day and day[0] for day in days], dtype=pl.Date),
        list_date=pl.Series([day and day[1] for day in days], dtype=pl.Date),
    ).filter(pl.col("has_day"), (pl.col("action") != "HOLD") | pl.col("list_date").is_not_null())
    keys = rows.select("action", *_KEY).iter_rows()
    order = {"PAY": 0, "CHECK_AWARD": 1, "HOLD": 2}
    return rows.with_columns(
        item_id=pl.Series([item_id(f"{month:%Y-%m}", *key) for key in keys], dtype=pl.String),
        month=pl.lit(f"{month:%Y-%m}"),
        place=pl.col("action").replace_strict(order, return_dtype=pl.Int32),
        ground=_ground(wording),
        amount_yuan=yuan(pl.col("monthly_fen")),
        action=pl.col("action").replace_strict(wording.prepayment.actions, return_dtype=pl.String),
        programme=pl.col("programme_code").replace_strict(codes.labels("programme"), default=pl.col("programme_code")),
        county=pl.col("county_code").replace_strict(codes.labels("county"), default=pl.col("county_code")),
    ).sort("county_code", "place", "person_no", "programme_code")


_KINDS: Final = {"loss_kinds": pl.String, "loss_date": pl.Date, "months": pl.Int32, "fen": pl.Int64}


def _ground(wording: Wording) -> pl.Expr:
    labels = {kind.value: kind.label for kind in LossKind}
    words = pl.col("loss_kinds").fill_null("").str.split(",").list.eval(
        pl.element().replace_strict(labels, default=pl.element(), return_dtype=pl.String)
    ).list.join(wording.general.between_words)  # fmt: skip
    day = {name: pl.col(name).dt.strftime("%Y-%m-%d") for name in ("loss_date", "first_payment_date")}
    owed = filled(wording.prepayment.pay, months=pl.col("months").cast(pl.String), yuan=yuan(pl.col("fen")))
    return (
        pl.when(pl.col("action") == "HOLD").then(filled(wording.prepayment.hold, kinds=words, day=day["loss_date"]))
        .when(pl.col("action") == "CHECK_AWARD")
        .then(filled(wording.prepayment.check_award, day=day["loss_date"], first=day["first_payment_date"]))
        .when(pl.col("fen").is_null()).then(pl.lit(wording.prepayment.pay_unknown))
        .otherwise(owed)
    )  # fmt: skip


def _days_of(row: PayDay | None, month: date, policy: Policy) -> tuple[date | None, date | None] | None:
    """(pay day, last day for the list); None without a pay day, (None, None) in a year without a calendar."""
    if row is None:
        return None
    last = monthrange(month.year, month.month)[1]
    nominal = date(month.year, month.month, min(row.day, last))
    paid = previous_working_day(nominal + timedelta(days=1), policy.calendar)
    return paid, working_days_before(paid, row.working_days_before, policy.calendar) if paid else None


def list_days(policy: Policy, month: date) -> set[date]:
    """Last days for the lists of the month to be with their counties."""
    days = (_days_of(row, month, policy) for row in policy.pay_days)
    return {day[1] for day in days if day and day[1]}
