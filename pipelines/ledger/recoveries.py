"""Outcome of every doubtful record, and the money of those whose loss is confirmed.

A record is an insured record: person, programme and county. Doubtful ones are few, so this is done in memory.
"""

from collections.abc import Callable
from datetime import date
from typing import Final

import ibis.expr.types as ir
import polars as pl

from schemas.codes import IN_PAYMENT, OPEN_LOSS, LossGroup, LossKind, LossState, PaymentState
from schemas.emit.to_polars import table_schema
from schemas.tables import DECISION, RECOVERY

KEY: Final = list(DECISION.key)
STOPPED: Final = (PaymentState.SUSPENDED.value, PaymentState.TERMINATED.value)
_JUDGED: Final = (LossState.NOTICE_GIVEN.value, LossState.CONFIRMED.value, LossState.REFUTED.value)
_NONE, _CONFIRMED, _REFUTED = (state.value for state in (LossState.NONE, LossState.CONFIRMED, LossState.REFUTED))


def doubtful_entries(book: ir.Table) -> ir.Table:
    """Entries of every record of which the certification book has ever named a loss."""
    named = book.filter(book.loss_state != _NONE).select(*KEY).distinct()
    return book.semi_join(named, KEY).select(
        *KEY, "as_of", "run_no", "entry_id", "loss_state", "payment_state", "loss_kinds"
    )


def fates(entries: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Grain: doubtful record. `state` (LossState of the newest word), `is_verified`, `was_confirmed` (at any time),
    `kinds` (of losses that may count for it, each between commas), `was_drawn` (while its loss was confirmed),
    `is_stopped`.

    The book names a loss only while the benefit is in payment and the loss in question; after that the claims decide.
    Of entries about one day that of the newest run stands. A doubled benefit (LS11) that goes on is not lost by it.
    """
    stands = entries.sort("as_of", "run_no", "entry_id").unique([*KEY, "as_of"], keep="last", maintain_order=True)
    state, named = pl.col("loss_state"), pl.col("loss_state") != _NONE
    records = stands.group_by(KEY, maintain_order=True).agg(
        book_state=state.last(),
        last_named=state.filter(named).last(),
        is_judged=state.is_in(_JUDGED).any(),
        was_confirmed=(state == _CONFIRMED).any(),
        was_drawn=((state == _CONFIRMED) & (pl.col("payment_state") == PaymentState.DRAWING.value)).any(),
        payment_state=pl.col("payment_state").last(),
        named_kinds=pl.concat_str(pl.lit(","), pl.col("loss_kinds").str.join(","), pl.lit(",")),
        confirmed_kinds=pl.concat_str(
            pl.lit(","), pl.col("loss_kinds").filter(state == _CONFIRMED).last().fill_null(""), pl.lit(",")
        ),
    )
    records = records.filter(pl.col("last_named").is_not_null())  # a correction may have taken back the only one
    goes_on = pl.col("payment_state").is_in(IN_PAYMENT) & ~_names(pl.col("confirmed_kinds"), LossKind.LS11.value)
    overlap = f",{LossKind.LS11.value},"
    kinds = pl.col("named_kinds").str.replace_all(",", ",,")
    records = records.with_columns(
        kinds=pl.when(goes_on).then(kinds.str.replace_all(overlap, ",", literal=True)).otherwise(kinds)
    )
    met = records.select(*KEY, "kinds").join(claims.select("person_no", "loss_kind", "status"), on="person_no")
    met = met.filter(_names(pl.col("kinds"), pl.col("loss_kind")))
    status = pl.col("status")
    words = met.group_by(KEY).agg(
        says_confirmed=(status == _CONFIRMED).any(),
        says_open=status.filter(status.is_in(OPEN_LOSS)).min(),
        says_refuted=(status == _REFUTED).any(),
    )
    known = records.join(words, on=KEY, how="left", maintain_order="left")
    by_claims = (
        pl.when("says_confirmed").then(pl.lit(_CONFIRMED))
        .when(pl.col("says_open").is_not_null()).then("says_open")
        .when("says_refuted").then(pl.lit(_REFUTED))
        .otherwise("last_named")
    )  # fmt: skip
    state_now = pl.when(pl.col("book_state") != _NONE).then("book_state").otherwise(by_claims)
    found = known.with_columns(state=state_now, is_stopped=pl.col("payment_state").is_in(STOPPED))
    is_verified = pl.col("is_judged") | pl.col("state").is_in(_JUDGED)
    was_confirmed = pl.col("was_confirmed") | (pl.col("state") == _CONFIRMED)
    return found.with_columns(is_verified=is_verified, was_confirmed=was_confirmed).select(
        *KEY, "state", "is_verified", "was_confirmed", "kinds", "was_drawn", "is_stopped"
    )


def recoveries(
    fate: pl.DataFrame,
    claims: pl.DataFrame,
    payment: pl.DataFrame,
    monthly: pl.DataFrame,
    *,
    as_of: date,
    may_offset: Callable[[str, str], bool],
) -> pl.DataFrame:
    """RECOVERY: one row per record whose loss is confirmed.

    `payment` are PAYMENT rows of these records, `monthly` their (key, monthly_fen); a record that the registry lists no
    more has the amount of the last month paid. `may_offset(programme, loss_kind)` is the rule.
    """
    lost = fate.filter(pl.col("state") == _CONFIRMED)
    losses = lost.select(*KEY, "kinds").join(claims.filter(pl.col("status") == _CONFIRMED), on="person_no")
    losses = losses.filter(_names(pl.col("kinds"), pl.col("loss_kind")))
    is_over = ((pl.col("end_date") < as_of) & (pl.col("loss_group") != LossGroup.DEATH.value)).fill_null(False)
    losses = losses.with_columns(
        over_on=pl.when(is_over).then("end_date"),
        may_offset=pl.struct("programme_code", "loss_kind").map_elements(
            lambda row: may_offset(row["programme_code"], row["loss_kind"]), return_dtype=pl.Boolean
        ),
    )
    of_record = losses.group_by(KEY).agg(
        loss_kinds=pl.col("loss_kind").unique().sort().str.join(","),
        loss_date=pl.col("event_date").filter("is_dated").min(),
        may_offset=pl.col("may_offset").any(),
    )
    paid = payment.with_columns(gross=pl.col("paid_fen") + pl.col("recovered_fen"))
    after = paid.join(losses.filter("is_dated").select(*KEY, "event_date", "over_on"), on=KEY)
    within = (pl.col("pay_month") > pl.col("event_date")) & (pl.col("pay_month") <= pl.col("over_on")).fill_null(True)
    months = after.filter(within).unique([*KEY, "pay_month"])
    money = months.group_by(KEY).agg(
        overpaid_months=(pl.col("gross") > 0).sum().cast(pl.Int64),
        overpaid_fen=pl.col("gross").sum(),
        returned_fen=pl.col("returned_fen").sum(),
        recovered_fen=(pl.col("recovered_fen") - pl.col("returned_fen")).sum(),
        offset_fen=pl.col("offset_fen").sum(),
    )
    last = paid.filter(pl.col("gross") > 0).sort("pay_month").group_by(KEY).agg(last_fen=pl.col("gross").last())
    rows = lost
    for part in (of_record, money, monthly, last):
        rows = rows.join(part, on=KEY, how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.col("loss_kinds").fill_null(""),
        pl.col("may_offset").fill_null(False),
        *(pl.col(name).fill_null(0) for name in money.columns if name not in KEY),
    )
    is_prevented = pl.col("was_drawn") & pl.col("is_stopped")
    rows = rows.with_columns(
        offset_fen=pl.when("may_offset").then("offset_fen").otherwise(0),
        prevented_fen=pl.when(is_prevented).then(pl.coalesce("monthly_fen", "last_fen", 0)).otherwise(0),
    )
    came_back = pl.col("returned_fen") + pl.col("recovered_fen") + pl.col("offset_fen")
    rows = rows.with_columns(outstanding_fen=pl.max_horizontal(pl.col("overpaid_fen") - came_back, 0))
    return rows.select(RECOVERY.names).cast(table_schema(RECOVERY))


def _names(kinds: pl.Expr, kind: str | pl.Expr) -> pl.Expr:
    """True where the kinds, each between commas, have this one."""
    wanted = pl.lit(f",{kind},") if isinstance(kind, str) else pl.concat_str(pl.lit(","), kind, pl.lit(","))
    return kinds.str.contains(wanted, literal=True)
