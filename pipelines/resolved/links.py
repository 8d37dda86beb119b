"""Evidence records tied to persons: every accepted record stands exactly once in LINK, matched or not."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from matchers.passes import Matches, Registry, match_records
from matchers.records import read_records
from schemas.codes import MatchState
from schemas.contract import Contract
from schemas.tables import CANDIDATE, LINK

_DEFAULTS: Final = {
    "county_code": pl.lit(""),
    "qualifier_code": pl.lit(""),
    "event_date": pl.lit(None, dtype=pl.Date),
    "end_date": pl.lit(None, dtype=pl.Date),
    "is_suspected": pl.lit(False),
    "is_revoked": pl.lit(False),
    "sex": pl.lit(None, dtype=pl.String),
    "birth_date": pl.lit(None, dtype=pl.Date),
}
# share of records whose person is insured, where nobody has said
_PRIOR: Final = 0.5
_EMPTY_MEANS: Final = {"county_code": "", "qualifier_code": "", "is_suspected": False, "is_revoked": False}


def shape_records(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Validated rows of one feed, with every column LINK asks for, row, and what `read_records` says."""
    absent = [default.alias(name) for name, default in _DEFAULTS.items() if name not in rows.columns]
    present = [pl.col(name).fill_null(value) for name, value in _EMPTY_MEANS.items()]
    whole = rows.with_columns(absent).with_columns(present)
    agency = pl.col("agency").fill_null(contract.agency) if "agency" in rows.columns else pl.lit(contract.agency)
    told = read_records(rows.select("id_number", "name"))
    return (
        whole.drop("name", "id_number")
        .hstack(told)
        .with_columns(record_key(contract), feed=pl.lit(contract.feed), agency=agency)
        .with_row_index("row")
    )


def record_key(contract: Contract) -> pl.Expr:
    """The source's own key as one text; several columns are joined with a hyphen."""
    columns: Sequence[str] = contract.record_key
    return pl.concat_str([pl.col(name).cast(pl.String) for name in columns], separator="-").alias("record_id")


def link_records(records: pl.DataFrame, registry: Registry) -> tuple[pl.DataFrame, Matches]:
    """(LINK, `match_records`) for shaped records, both in their order."""
    matches = match_records(records, registry, prior=_PRIOR)
    listed = matches.candidates.group_by("row").agg(candidates=pl.col("person_no").sort().cast(pl.String).str.join(","))
    is_tied = pl.col("match_state") == MatchState.MATCHED.value
    told = matches.answers.select(
        "row", pl.when(is_tied).then("person_no"), "match_state", "match_pass", "match_reason"
    ).join(listed, on="row", how="left", maintain_order="left")
    return records.hstack(told.drop("row").with_columns(pl.col("candidates").fill_null(""))).select(LINK.names), matches


def list_candidates(link: pl.DataFrame, matches: Matches) -> pl.DataFrame:
    """CANDIDATE: every person in play for a record that is not exact."""
    rows = link.select("delivery_id", "record_no", "feed").hstack(matches.answers.select("row"))
    return rows.join(matches.candidates.select("row", "person_no"), on="row").select(CANDIDATE.names)
