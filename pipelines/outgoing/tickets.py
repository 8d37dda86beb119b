"""New tickets as the rows of the discrepancy files: each agency its own records, nothing of another's."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.latest import ascending, descending, first_per_key
from schemas.code_tables import CodeTables
from schemas.codes import EntryKind, Issue, IssueKind, TicketEvent, TicketState
from schemas.contract import Contract
from schemas.policy import Superior
from schemas.wording import Wording

CONFLICTS: Final = (*(issue.value for issue in Issue if issue.value.startswith("CF")), Issue.DT04.value)
_COMPARED: Final = (Issue.ID06, Issue.ID07, Issue.ID08, Issue.NM04, Issue.NM05, Issue.NM06, Issue.NM07, Issue.NM08)
_TOLD_BY_OTHERS: Final = (*CONFLICTS, *(issue.value for issue in _COMPARED))
_IN_FORCE: Final = date(2025, 8, 1)


def new_tickets(entries: ir.Table, delivery: ir.Table, *, since: int) -> ir.Table:
    """Lines that no night has sent yet, with the name of the agency's own file.

    Grain: ticket; the newest of its lines. The night `since` and those before have sent every line that the book held
    by then, whatever day it was entered about. `is_again`: the holder said that it is corrected; `was_to_correct`: an
    earlier line asked to correct.
    """
    sent = entries.filter(entries.run_no <= since).select("ticket_id", "line_no").distinct()
    unsent = entries.filter(
        entries.run_no > since, entries.entry_kind.isin([EntryKind.OPEN.value, EntryKind.CHANGE.value])
    )
    unsent = unsent.anti_join(sent, ["ticket_id", "line_no"])
    first = [*descending(unsent, ["line_no"]), *ascending(unsent, ("run_no", "entry_id"))]
    new = first_per_key(unsent, ["ticket_id"], first)
    corrections = entries.filter(entries.line == TicketEvent.CORRECT.value).select("ticket_id", asked_no="line_no")
    earlier = new.inner_join(corrections, "ticket_id").filter(lambda t: t.asked_no < t.line_no).select("ticket_id")
    to_correct = earlier.distinct().mutate(was_to_correct=ibis.literal(True))
    is_again = (new.line_no > 1) & (new.answer == TicketEvent.ANSWERED_CORRECTED.value)
    names = delivery.select("delivery_id", "file_name")
    marked = new.mutate(is_again=is_again).left_join(to_correct, "ticket_id").drop("ticket_id_right")
    return (
        marked.mutate(was_to_correct=marked.was_to_correct.fill_null(False))
        .join(names, "delivery_id", how="left")
        .select(
            "ticket_id",
            "kind",
            "file_name",
            "record_no",
            "record_id",
            "column",
            "issue",
            "feed",
            "delivery_id",
            "agency",
            "line",
            "is_again",
            "was_to_correct",
        )
    )


def to_follow_up(entries: ir.Table, *, since: int) -> ir.Table:
    """Tickets for our own data desk, each once: nobody answered its newest line in time, or it is not the holder's.

    Grain: ticket. `agency`, `kind`, `status`, `line_date` (when it was sent), `answered_on`.
    """
    states = [TicketState.EXPIRED.value, TicketState.NOT_OURS.value]
    of_desk = entries.filter(entries.status.isin(states))
    key = ["ticket_id", "line_no", "status"]
    new = of_desk.filter(of_desk.run_no > since).anti_join(of_desk.filter(of_desk.run_no <= since), key)
    newest = first_per_key(new, ["ticket_id"], [*descending(new, ["run_no"]), new.entry_id.asc(nulls_first=False)])
    return newest.select("ticket_id", "agency", "kind", "status", "line_date", "answered_on")


def follow_up(
    tickets: pl.DataFrame,
    wording: Wording,
    codes: CodeTables,
    *,
    superiors: Mapping[str, Superior],
    last_day: Callable[[date], date | None],
) -> pl.DataFrame:
    """The data desk's list, by agency: which tickets to bring before an agency's superior or to find a holder for."""
    days = [last_day(day) for day in tickets["line_date"]]
    kinds, states = ({code.value: code.label for code in enum} for enum in (IssueKind, TicketState))
    to_call = {
        agency: wording.tickets.expired_to_call.format(name=one.name, telephone=one.telephone)
        for agency, one in superiors.items()
    }
    call = pl.col("agency").replace_strict(
        to_call, default=pl.lit(wording.tickets.expired_to_do), return_dtype=pl.String
    )
    is_expired = pl.col("status") == TicketState.EXPIRED.value
    return (
        tickets.with_columns(
            pl.Series("reply_by", days, dtype=pl.Date),
            agency_label=pl.col("agency").replace(codes.labels("agency")),
            to_do=pl.when(is_expired).then(call).otherwise(pl.lit(wording.tickets.not_ours_to_do)),
            kind=pl.col("kind").replace_strict(kinds, return_dtype=pl.String),
            status=pl.col("status").replace_strict(states, return_dtype=pl.String),
        )
        .sort("agency", "ticket_id")
        .drop("agency")
        .rename({"agency_label": "agency", "line_date": "batch_date"})
    )


def present_values(tickets: ir.Table, validated: ir.Table, columns: Sequence[str]) -> ir.Table:
    """`ticket_id`, `present_value` as text, for the tickets about one feed; only the questioned column is read."""
    return ibis.union(*(_present(tickets, validated, column) for column in columns))


def _present(tickets: ir.Table, validated: ir.Table, column: str) -> ir.Table:
    of_column = tickets.filter(tickets.column == column).select("ticket_id", "delivery_id", "record_no")
    values = validated.select("delivery_id", "record_no", present_value=validated[column].cast("string"))
    return of_column.join(values, ["delivery_id", "record_no"]).select("ticket_id", "present_value")


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
    withdraws = pl.col("line") == TicketEvent.WITHDRAW.value
    before = (
        pl.when(pl.col("was_to_correct") & check).then(pl.lit(wording.tickets.check_instead))
        .when("is_again").then(pl.lit(wording.tickets.again)).otherwise(pl.lit(""))
    )  # fmt: skip
    kinds = {kind.value: kind.label for kind in IssueKind}
    return (
        pl.when(withdraws)
        .then(pl.lit(TicketEvent.WITHDRAW.label))
        .otherwise(pl.col("kind").replace_strict(kinds, return_dtype=pl.String))
        .alias("kind"),
        pl.when(pl.col("issue").is_in(CONFLICTS)).then(pl.lit(Issue.CF04.value)).otherwise("issue").alias("issue"),
        pl.when(withdraws)
        .then(pl.lit(wording.tickets.withdrawn))
        .when(check & pl.col("issue").is_in(_TOLD_BY_OTHERS))
        .then(before + pl.lit(IssueKind.CHECK.sentence))
        .otherwise(before + own)
        .alias("issue_sentence"),
    )
