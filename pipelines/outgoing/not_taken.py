"""Rows and files that were not taken, as the list their sender gets: its own row numbers, the reason, what to do.

Nothing of a record leaves but the number its sender gave it: sender and place are enough to find the rest.
"""

from collections.abc import Mapping
from typing import Final

import ibis.expr.types as ir
import polars as pl

from schemas.codes import QuarantineReason
from schemas.contract import OWN_AGENCY, Contract
from schemas.wording import Wording

_DELIVERY: Final = (
    "delivery_id", "feed", "business_date", "file_name", "rejection", "rejection_detail", "county_codes",
)  # fmt: skip
# a total row that the contract declares is no row of data
NO_FAULT: Final = (QuarantineReason.TRAILER.value,)


def rejected_files(delivery: ir.Table, *, since: int) -> ir.Table:
    """Files that runs after `since` rejected."""
    return delivery.filter(delivery.known_from > since, delivery.rejection != "").select(*_DELIVERY)


def quarantined_rows(quarantined: ir.Table, delivery: ir.Table, *, since: int) -> ir.Table:
    """Faults of rows that runs after `since` quarantined, each with its file."""
    new = delivery.filter(delivery.known_from > since).select(*_DELIVERY)
    faults = quarantined.filter(quarantined.reason.notin(list(NO_FAULT)))
    return faults.select("delivery_id", "record_no", "record_id", "column", "reason").join(new, "delivery_id")


def not_taken(
    files: pl.DataFrame, rows: pl.DataFrame, contracts: Mapping[str, Contract], wording: Wording
) -> pl.DataFrame:
    """Grain: file not taken, or fault of a row; the columns of the list and `recipient`, in a total order.

    A feed that no contract declares has no sender: its files stand in the night report alone.
    """
    senders = pl.DataFrame(
        [(c.feed, c.title, c.agency, int(c.file_format != "parquet")) for c in contracts.values()],
        schema={"feed": pl.String, "feed_title": pl.String, "agency": pl.String, "headers": pl.Int64},
        orient="row",
    )
    headers = pl.DataFrame(
        [(c.feed, column.name, column.header) for c in contracts.values() for column in c.columns],
        schema={"feed": pl.String, "column": pl.String, "header": pl.String},
        orient="row",
    )
    whole = files.join(senders, on="feed").select(
        *_shared(),
        row_no=pl.lit(None, pl.Int64),
        record_id=pl.lit(""),
        column=pl.lit(""),
        code="rejection",
        reason=pl.lit(wording.not_taken.whole_file) + _sentence("rejection", wording.not_taken.files),
        what_to_do=_sentence("rejection", wording.not_taken.files_to_do),
        detail="rejection_detail",
    )
    single = (
        rows.join(senders, on="feed")
        .join(headers, on=["feed", "column"], how="left")
        .select(
            *_shared(),
            row_no=pl.col("record_no") + pl.col("headers"),
            record_id="record_id",
            column=pl.coalesce("header", "column"),
            code="reason",
            reason=_sentence("reason", wording.not_taken.rows),
            what_to_do=_sentence("reason", wording.not_taken.rows_to_do),
            detail=pl.lit(""),
        )
    )
    order = ("recipient", "feed", "business_date", "file_name", "delivery_id", "row_no", "column", "code")
    place = pl.int_range(1, pl.len() + 1).over("recipient")
    return pl.concat([whole, single]).sort(*order, nulls_last=False).with_columns(place=place)


def _shared() -> tuple[pl.Expr, ...]:
    return (*(pl.col(name) for name in ("feed", "feed_title", "business_date", "file_name", "delivery_id")), _sender())


def _sender() -> pl.Expr:
    """The agency of the feed; a file of our own that speaks for one county is that county office's."""
    is_county = (pl.col("agency") == OWN_AGENCY) & pl.col("county_codes").str.contains(r"^[^,]+$")
    return pl.when(is_county).then(pl.lit("county-") + pl.col("county_codes")).otherwise("agency").alias("recipient")


def _sentence(code: str, sentences: Mapping[str, str]) -> pl.Expr:
    return pl.col(code).replace_strict(dict(sentences), return_dtype=pl.String)
