"""Agencies' answers to tickets, as far as the ticket is one that we sent to whoever answers.

What cannot count is told to its sender. A line whose answer is empty is not answered yet.
"""

from collections.abc import Mapping

import polars as pl

from schemas.codes import QuarantineReason
from schemas.contract import OWN_AGENCY, Contract
from schemas.emit.to_polars import table_schema
from schemas.tables import TICKET_REPLY, UNUSED_ANSWER


def find_replies(
    rows: pl.DataFrame, contract: Contract, holders: Mapping[str, str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """TICKET_REPLY and UNUSED_ANSWER, from validated rows of a feed of replies.

    `holders` is the agency that each ticket in question was sent to. Where the contract of the feed names the agency
    that answers, it answers its own tickets alone; a feed of our own gathers the answers of all.
    """
    holder = pl.col("ticket_id").replace_strict(holders, default=None, return_dtype=pl.String)
    answered = (
        rows.with_columns(pl.col("ticket_id").str.strip_chars())
        .filter(pl.col("result").fill_null("") != "")
        .with_columns(holder=holder, feed=pl.lit(contract.feed))
    )
    of_others = pl.lit(contract.agency != OWN_AGENCY) & (pl.col("holder") != contract.agency)
    fault = (
        pl.when(pl.col("holder").is_null())
        .then(pl.lit(QuarantineReason.UNKNOWN_LINE.value))
        .when(of_others)
        .then(pl.lit(QuarantineReason.OTHER_AGENCY.value))
    )
    judged = answered.with_columns(reason=fault)
    unused = judged.filter(pl.col("reason").is_not_null()).with_columns(
        record_id="ticket_id", column=pl.lit("ticket_id")
    )
    # a day after the file that states it cannot be right
    day = pl.min_horizontal(pl.coalesce("handled_date", "business_date"), "business_date")
    replies = judged.filter(pl.col("reason").is_null()).with_columns(answered_on=day)
    return (
        replies.select(TICKET_REPLY.names).cast(dict(table_schema(TICKET_REPLY))),  # type: ignore[arg-type]
        unused.select(UNUSED_ANSWER.names).cast(dict(table_schema(UNUSED_ANSWER))),  # type: ignore[arg-type]
    )
