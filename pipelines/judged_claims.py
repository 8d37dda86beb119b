"""Claims of the lead book with the newest word about each, also after the book has closed them."""

from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.verdicts import CONFIRMING, REFUTING, is_signed, verdicts_in_force
from schemas.codes import EntryKind, LossState

_CONFIRMED, _REFUTED, _OPEN = (state.value for state in (LossState.CONFIRMED, LossState.REFUTED, LossState.LEAD_OPEN))
_ORDER: Final = ("verified_date", "business_date", "delivery_id", "record_no")


def settling_verdicts(verdict: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """`line_id`, `word` (CONFIRMED or REFUTED) and what orders them: verdicts in force that settle a line."""
    given = verdicts_in_force(verdict, as_of)
    confirms = given.verdict.isin(CONFIRMING) & is_signed(given)
    settling = given.filter(confirms | given.verdict.isin(REFUTING))
    word = ibis.ifelse(settling.verdict.isin(CONFIRMING), _CONFIRMED, _REFUTED)
    return settling.select("verified_date", "business_date", "delivery_id", "record_no", line_id="lead_id", word=word)


def claims_as_judged(book: pl.DataFrame, listed: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """Grain: claim of the lead book, its newest entry; `status` is the newest word about it, also after its close.

    Once the benefit is stopped the book closes a claim as it then stood. What officers say later of a line that listed
    it still holds: a verdict that came after, another one, or none any more. `listed` is (line_id, claim_id).
    """
    newest = book.sort("as_of", "run_no", "entry_id").unique("lead_id", keep="last", maintain_order=True)
    itself = newest.select(line_id="lead_id", claim_id="lead_id")
    lines = pl.concat([listed.select("line_id", "claim_id"), itself]).unique(maintain_order=True)
    words = lines.join(verdicts, on="line_id").sort(*_ORDER).unique("claim_id", keep="last", maintain_order=True)
    rows = newest.join(words.select(lead_id="claim_id", word="word"), on="lead_id", how="left", maintain_order="left")
    is_listed = pl.col("lead_id").is_in(listed["claim_id"].unique().to_list())
    is_withdrawn = (pl.col("status") == _CONFIRMED) & pl.col("is_dated") & is_listed
    after = pl.coalesce("word", pl.when(is_withdrawn).then(pl.lit(_OPEN)), "status")
    is_closed = pl.col("entry_kind") == EntryKind.CLOSE.value
    return rows.with_columns(status=pl.when(is_closed).then(after).otherwise("status"))
