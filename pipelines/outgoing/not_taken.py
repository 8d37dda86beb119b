"""Rows and files that were not taken, as the list their sender gets: its own row numbers, the reason, what to do.

Nothing of a record leaves but the number its sender gave it: sender and place are enough to find the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from schemas.codes import QuarantineReason
from schemas.contract import OWN_AGENCY, Contract
from schemas.wording import Wording

_DELIVERY: Final = (
    "delivery_id", "feed", "business_date", "file_name", "rejection", "rejection_detail", "county_codes",
    "answers_to",
)  # fmt: skip
_FORM: Final = ["answers_to", "feed"]
# a total row that the contract declares is no row of data
NO_FAULT: Final = (QuarantineReason.TRAILER.value,)


def rejected_files(delivery: ir.Table, *, since: int) -> ir.Table:
    """Files that runs after `since` rejected."""
    return delivery.filter(delivery.known_from > since, delivery.rejection != "").select(*_DELIVERY)


def faulty_rows(quarantined: ir.Table, unused: ir.Table, delivery: ir.Table, *, since: int) -> ir.Table:
    """Faults of rows that runs after `since` first saw, each with its file: quarantined, or answers without effect."""
    new = delivery.filter(delivery.known_from > since).select(*_DELIVERY)
    fault = ("delivery_id", "record_no", "record_id", "column", "reason")
    faults = quarantined.filter(quarantined.reason.notin(list(NO_FAULT))).select(*fault)
    return faults.union(unused.select(*fault)).join(new, "delivery_id")


def lines_of_ours(rows: pl.DataFrame) -> tuple[list[str], list[int]]:
    """Numbers of the lines, in lists of ours that came back, that were not taken; and the persons named by some."""
    numbers = rows.filter((pl.col("answers_to") != "") & (pl.col("record_id") != ""))["record_id"].unique().sort()
    persons = numbers.str.extract(r"(?:^|-)([0-9]{1,18})$").cast(pl.Int64).drop_nulls().unique().sort()
    return numbers.to_list(), persons.to_list()


def asked_by_number(
    numbers: Sequence[str],
    persons: Sequence[int],
    tickets: ir.Table,
    listed: ir.Table,
    decision: ir.Table,
    *,
    requests: ir.Table | None = None,
) -> ir.Table:
    """`record_id`, `office` that we asked by that number: an agency by a ticket, a county by the person it pays or by a
    request that it took (`requests`: validated rows of `service_request`).
    """
    own = tickets.filter(tickets.ticket_id.isin(numbers)).select(record_id="ticket_id", office="agency")
    paid = decision.group_by("person_no").agg(county=decision.county_code.min())
    by_lead = listed.filter(listed.line_id.isin(numbers)).select("person_no", record_id="line_id").distinct()
    named = paid.filter(paid.person_no.isin(persons))
    by_person = named.select("person_no", record_id=named.person_no.cast("string"))
    of_county = by_lead.union(by_person).join(paid, "person_no").select("record_id", "county")
    if requests is not None:
        taken = requests.filter(requests.record_id.isin(numbers), requests.county_code.fill_null("") != "")
        of_county = of_county.union(taken.select("record_id", county="county_code"))
    county = ibis.literal("county-") + of_county.county
    return own.union(of_county.select("record_id", office=county)).distinct()


def answering(reply: ir.Table, tickets: ir.Table) -> ir.Table:
    """`delivery_id`, `office`: the agencies whose tickets a delivery of replies answers."""
    agency = tickets.select("ticket_id", office="agency").distinct()
    return reply.select("delivery_id", "ticket_id").join(agency, "ticket_id").select("delivery_id", "office").distinct()


def senders(rows: pl.DataFrame, recipients: pl.DataFrame, answering: pl.DataFrame) -> pl.DataFrame:
    """`delivery_id`, `sender` of lists of ours that came back, where all their numbers were asked of one office.

    `answering` is what their other lines answer: a number that we never gave says nothing of who wrote it.
    """
    number = (
        pl.when(pl.col("answers_to") == "match_review")
        .then(pl.col("record_id").str.extract(r"([0-9]+)$"))
        .otherwise("record_id")
    )
    known = rows.filter(pl.col("answers_to") != "").with_columns(record_id=number).join(recipients, on="record_id")
    every = pl.concat([known.select("delivery_id", "office"), answering.select("delivery_id", "office")])
    return (
        every.group_by("delivery_id")
        .agg(sender=pl.col("office").min(), of=pl.col("office").n_unique())
        .filter(pl.col("of") == 1)
        .drop("of")
    )


def not_taken(
    files: pl.DataFrame,
    rows: pl.DataFrame,
    returned_by: pl.DataFrame,
    contracts: Mapping[str, Contract],
    wording: Wording,
) -> pl.DataFrame:
    """Grain: file not taken, or fault of a row; the columns of the list and `recipient`, in a total order.

    `returned_by` is the result of `senders`: a list of ours that came back is told to the office that had it.

    A feed that no contract declares has no sender: its files stand in the night report alone.
    """
    declared = pl.DataFrame(
        [
            (as_list, c.feed, contracts[as_list or c.feed].title, c.agency, int(c.file_format != "parquet"))
            for c, as_list in _read_as(contracts)
        ],
        schema={
            "answers_to": pl.String, "feed": pl.String, "feed_title": pl.String, "agency": pl.String,
            "headers": pl.Int64,
        },
        orient="row",
    )  # fmt: skip
    headers = pl.DataFrame(
        [
            (as_list, c.feed, name, header)
            for c, as_list in _read_as(contracts)
            for name, header in _headers(c, contracts.get(as_list)).items()
        ],
        schema={"answers_to": pl.String, "feed": pl.String, "column": pl.String, "header": pl.String},
        orient="row",
    )
    known = returned_by.rename({"sender": "returned_by"})
    whole = (
        files.join(declared, on=_FORM)
        .join(known, on="delivery_id", how="left")
        .select(
            *_shared(),
            row_no=pl.lit(None, pl.Int64),
            record_id=pl.lit(""),
            column=pl.lit(""),
            code="rejection",
            reason=pl.lit(wording.not_taken.whole_file) + _sentence("rejection", wording.not_taken.files),
            what_to_do=_sentence("rejection", wording.not_taken.files_to_do),
            detail="rejection_detail",
        )
    )
    single = (
        rows.join(declared, on=_FORM)
        .join(known, on="delivery_id", how="left")
        .join(headers, on=[*_FORM, "column"], how="left")
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


def _read_as(contracts: Mapping[str, Contract]) -> Iterator[tuple[Contract, str]]:
    """Each contract as itself (empty), and each that takes the answers to a list of ours as that list."""
    for contract in contracts.values():
        yield contract, ""
        if contract.answered_by:
            yield contracts[contract.answered_by], contract.feed


def _headers(contract: Contract, as_list: Contract | None) -> dict[str, str]:
    """The header of each column in the file that its sender has before him."""
    own = {column.name: column.header for column in contract.columns}
    return own | {column.fills: column.header for column in as_list.columns if column.fills} if as_list else own


def _shared() -> tuple[pl.Expr, ...]:
    return (*(pl.col(name) for name in ("feed", "feed_title", "business_date", "file_name", "delivery_id")), _sender())


def _sender() -> pl.Expr:
    """The agency of the feed; a file of our own that speaks for one county is that county office's."""
    is_county = (pl.col("agency") == OWN_AGENCY) & pl.col("county_codes").str.contains(r"^[^,]+$")
    return pl.coalesce(
        "returned_by", pl.when(is_county).then(pl.lit("county-") + pl.col("county_codes")), "agency"
    ).alias("recipient")


def _sentence(code: str, sentences: Mapping[str, str]) -> pl.Expr:
    return pl.col(code).replace_strict(dict(sentences), return_dtype=pl.String)
