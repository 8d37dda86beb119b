"""New tickets as the rows of the discrepancy files: each agency its own records, nothing of another's."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from schemas.codes import EntryKind, Issue, IssueKind
from schemas.contract import Contract
from schemas.wording import Wording

CONFLICTS: Final = (*(issue.value for issue in Issue if issue.value.startswith("CF")), Issue.DT04.value)
_COMPARED: Final = (Issue.ID06, Issue.ID07, Issue.ID08, Issue.NM04, Issue.NM05, Issue.NM06, Issue.NM07, Issue.NM08)
_TOLD_BY_OTHERS: Final = (*CONFLICTS, *(issue.value for issue in _COMPARED))
_IN_FORCE: Final = date(2025, 8, 1)


def new_tickets(entries: ir.Table, delivery: ir.Table, *, since: int) -> ir.Table:
    """Tickets first asked after the run `since`, with the name of the agency's own file."""
    new = entries.filter(entries.run_no > since, entries.entry_kind == EntryKind.OPEN.value)
    names = delivery.select("delivery_id", "file_name")
    return new.join(names, "delivery_id", how="left").select(
        "ticket_id", "kind", "file_name", "record_no", "record_id", "column", "issue", "feed", "delivery_id", "agency"
    )


def present_values(tickets: ir.Table, validated: ir.Table, columns: Sequence[str]) -> ir.Table:
    """`ticket_id`, `present_value` as text, for the tickets about one feed; only the questioned column is read."""
    return ibis.union(*(_present(tickets, validated, column) for column in columns))


def _present(tickets: ir.Table, validated: ir.Table, column: str) -> ir.Table:
    asked = tickets.filter(tickets.column == column).select("ticket_id", "delivery_id", "record_no")
    values = validated.select("delivery_id", "record_no", present_value=validated[column].cast("string"))
    return asked.join(values, ["delivery_id", "record_no"]).select("ticket_id", "present_value")


def discrepancies(
    tickets: pl.DataFrame,
    present: pl.DataFrame,
    contracts: Mapping[str, Contract],
    wording: Wording,
    *,
    batch: date,
    contact: str,
) -> pl.DataFrame:
    """Grain: ticket, ordered by agency and the agency's own file, line and column; without `reply_by`."""
    return (
        tickets.join(present, on="ticket_id", how="left")
        .join(_headers(contracts), on=["feed", "column"], how="left")
        .sort("agency", "file_name", "record_no", "column", "issue", "ticket_id", nulls_last=True)
        .with_columns(*_worded(wording), column=pl.coalesce("header", "column"))
        .with_columns(record_no=pl.col("record_no") + pl.col("feed").is_in(_headed(contracts)))
        .with_columns(
            batch_date=pl.lit(batch), legal_ground=pl.lit(legal_ground(batch, wording)), contact=pl.lit(contact)
        )
    )


def legal_ground(batch: date, wording: Wording) -> str:
    """The rule in force on that day."""
    return wording.tickets.legal_ground if batch >= _IN_FORCE else wording.tickets.legal_ground_before


def _headed(contracts: Mapping[str, Contract]) -> list[str]:
    """Feeds whose files start with a row of headers: what we count as record 1 a spreadsheet shows as row 2."""
    return [feed for feed, contract in contracts.items() if contract.file_format != "parquet"]


def _headers(contracts: Mapping[str, Contract]) -> pl.DataFrame:
    """`feed`, `column`, `header`: the name the agency itself gives the column."""
    rows = [(feed, column.name, column.header) for feed, contract in contracts.items() for column in contract.columns]
    return pl.DataFrame(rows, schema={"feed": pl.String, "column": pl.String, "header": pl.String}, orient="row")


def _worded(wording: Wording) -> tuple[pl.Expr, ...]:
    """The code of a conflict says what kind of record stands against this one; the agency learns only that one does."""
    found_wrong = wording.tickets.found_wrong
    sentences = {issue.value: found_wrong if issue.value in CONFLICTS else issue.sentence for issue in Issue}
    check = pl.col("kind") == IssueKind.CHECK.value
    unseen = pl.col("present_value").is_null() & (pl.col("column") != "") & ~pl.col("issue").is_in(CONFLICTS)
    own = pl.col("issue").replace_strict(sentences, return_dtype=pl.String) + pl.when(unseen).then(
        pl.lit(wording.tickets.see_file)
    ).otherwise(pl.lit(""))
    return (
        pl.col("kind").replace_strict({kind.value: kind.label for kind in IssueKind}, return_dtype=pl.String),
        pl.when(pl.col("issue").is_in(CONFLICTS)).then(pl.lit(Issue.CF04.value)).otherwise("issue").alias("issue"),
        pl.when(check & pl.col("issue").is_in(_TOLD_BY_OTHERS))
        .then(pl.lit(IssueKind.CHECK.sentence))
        .otherwise(own)
        .alias("issue_sentence"),
    )
