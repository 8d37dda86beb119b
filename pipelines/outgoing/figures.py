"""The figures of a night, as small tables: each function gives an expression over the run's tables."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any, Final, NamedTuple

import ibis.expr.types as ir

from pipelines.latest import descending, first_per_key
from schemas.codes import AT_RISK_LOSS, Figure, Outcome, Silence


class Headline(NamedTuple):
    """A headline figure of a night: since the beginning, and what the night added to it.

    `added` is None where no earlier night of this home counted; of what does not add up it is the figure itself.
    """

    figure: Figure
    value: int
    added: int | None


def headlines(rows: Iterable[Mapping[str, Any]], *, run_no: int) -> list[Headline]:
    """Headline figures of a night, in the order of `Figure`; none of a run that wrote none. `rows` are FIGURE."""
    by_run: dict[int, dict[str, int]] = {}
    for row in rows:
        by_run.setdefault(row["run_no"], {})[row["figure"]] = row["value"]
    values = by_run.get(run_no, {})
    earlier = [number for number in by_run if number < run_no]
    # the first run has none before it; a later one without figures before it continues a home of older code
    before = by_run[max(earlier)] if earlier else None if run_no > 1 else {}
    found = []
    for figure in Figure:
        if figure.value in values:
            value = values[figure.value]
            is_known = before is not None and (not before or figure.value in before)
            added = value - before.get(figure.value, 0) if before is not None and is_known else None
            found.append(Headline(figure, value, value if figure.is_of_the_night else added))
    return found


class Rate(NamedTuple):
    """A share of `of` with its 95 % interval by Wilson; None where there is nothing to divide by."""

    name: str
    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def rates(found: Iterable[Headline]) -> list[Rate]:
    """`wrong_certification`: of the persons greeted at random and heard of those who were certified though lost.

    `false_suspicion`: of the records whose loss was ever confirmed those whose loss was refuted since.
    """
    values = {one.figure: one.value for one in found}
    shares = (
        ("wrong_certification", Figure.AUDIT_WRONG, Figure.AUDIT_HEARD),
        ("false_suspicion", Figure.THEN_REFUTED, Figure.EVER_CONFIRMED),
    )
    return [wilson(name, values[hits], values[of]) for name, hits, of in shares if {hits, of} <= values.keys()]


def wilson(name: str, hits: int, of: int) -> Rate:
    """Wilson (1927), J. Am. Stat. Assoc. 22, 209-212: bounds that hold for few and for none, too."""
    if not of:
        return Rate(name, hits, of, None, None, None)
    share, z = hits / of, 1.959963984540054
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low = 0.0 if hits == 0 else middle - half
    high = 1.0 if hits == of else middle + half
    return Rate(name, hits, of, round(share, 6), round(low, 6), round(high, 6))


def outcomes(decision: ir.Table) -> ir.Table:
    """`county_code`, `outcome`, `records`: insured records (person × programme × county)."""
    return decision.group_by("county_code", "outcome").agg(records=decision.count())


def at_risk(decision: ir.Table) -> ir.Table:
    """`loss_state`, `fen`: paid after the last entitled month, by the status of the loss."""
    open_or_confirmed = decision.filter(decision.loss_state.isin(AT_RISK_LOSS))
    return open_or_confirmed.group_by("loss_state").agg(fen=open_or_confirmed.at_risk_fen.sum().cast("int64"))


def to_resume(resumption: ir.Table) -> ir.Table:
    """`reason`, `records`, `fen`: stopped entitlements that should be paid again, and what may be owed for them."""
    return resumption.group_by("reason").agg(
        records=resumption.count(), fen=resumption.back_pay_fen.sum().fill_null(0).cast("int64")
    )


def not_carried_out(execution: ir.Table) -> ir.Table:
    """`alarm`, `records`, `fen`: what was decided and is not carried out."""
    return execution.group_by("alarm").agg(
        records=execution.count(), fen=execution.fen.sum().fill_null(0).cast("int64")
    )


def due_months(decision: ir.Table) -> ir.Table:
    """`month` (its first day), `records` in scope whose due date lies in it."""
    due = decision.filter(decision.outcome != Outcome.OUT_OF_SCOPE.value, decision.due_date.notnull())
    due = due.mutate(month=due.due_date.truncate("M"))
    return due.group_by("month").agg(records=due.count())


def rows_per_feed(delivery: ir.Table, *, run_no: int) -> ir.Table:
    """`feed` and sums over the deliveries of this run: every physical record is accounted for."""
    new = delivery.filter(delivery.known_from == run_no)
    sums = {name: new[name].sum().cast("int64") for name in ROW_COUNTS}
    rejected = new.rejection != ""
    return new.group_by("feed").agg(
        files=new.count(),
        rejected=rejected.sum().cast("int64"),
        gated=(new.is_gated & ~rejected).sum().cast("int64"),
        **sums,
    )


def rejections(delivery: ir.Table, *, run_no: int) -> ir.Table:
    """`feed`, `business_date`, `rejection`, `rejection_detail`, `files` that this run rejected."""
    new = delivery.filter(delivery.known_from == run_no, delivery.rejection != "")
    return new.group_by("feed", "business_date", "rejection", "rejection_detail").agg(files=new.count())


def quarantine(quarantined: ir.Table, delivery: ir.Table, *, run_no: int) -> ir.Table:
    """`feed`, `reason`, `column`, `rows` that this run quarantined; a row counts once for each of its faults."""
    new = quarantined.semi_join(delivery.filter(delivery.known_from == run_no), "delivery_id")
    return new.group_by("feed", "reason", "column").agg(rows=new.count())


ROW_COUNTS: Final = ("physical", "header", "blank", "accepted", "quarantined", "duplicates", "unanswered")


def health_per_feed(feed_health: ir.Table) -> ir.Table:
    """`feed`, `counties`, `fresh` (counties with fresh data), `is_live`, `newest_date`, and by Silence code the
    number of counties of which the newest files tell nothing.
    """
    silent = {code.value: (feed_health.silence == code.value).sum().cast("int64") for code in Silence}
    return feed_health.group_by("feed").agg(
        counties=feed_health.count(),
        fresh=feed_health.is_fresh.sum().cast("int64"),
        is_live=feed_health.is_live.any(),
        newest_date=feed_health.newest_date.max(),
        **silent,
    )


def entries_of(book: ir.Table, *, run_no: int) -> ir.Table:
    """`entry_kind`, `entries` this run wrote."""
    new = book.filter(book.run_no == run_no)
    return new.group_by("entry_kind").agg(entries=new.count())


def corrections(entries: ir.Table, *, run_no: int) -> ir.Table:
    """`before`, `after` (outcomes; empty before a first entry), `entries`: what a backfill corrected."""
    new = entries.filter(entries.run_no == run_no, entries.is_correction)
    old = entries.select(old_id="entry_id", before="outcome")
    joined = new.left_join(old, new.previous_entry_id == old.old_id)
    joined = joined.mutate(before=joined.before.fill_null(""), after=joined.outcome)
    return joined.group_by("before", "after").agg(entries=joined.count())


def tickets_asked(entries: ir.Table, *, run_no: int) -> ir.Table:
    """`agency`, `kind`, `tickets` opened in this run."""
    new = entries.filter(entries.run_no == run_no, entries.entry_kind == "OPEN")
    return new.group_by("agency", "kind").agg(tickets=new.count())


def ticket_states(entries: ir.Table) -> ir.Table:
    """`status`, `tickets`: where every ticket asked so far stands."""
    newest = first_per_key(entries, ["ticket_id"], [*descending(entries, ["run_no"]), entries.entry_id.asc()])
    return newest.group_by("status").agg(tickets=newest.count())


def night_figures(tables: dict[str, ir.Table], *, run_no: int) -> dict[str, ir.Table]:
    """Every figure of the report by name; `tables` holds the run's tables by theirs."""
    decision, entries = tables["decision"], tables["certification_entry"]
    return {
        "outcomes": outcomes(decision),
        "at_risk": at_risk(decision),
        "headlines": tables["figure"].filter(tables["figure"].run_no <= run_no),
        "to_resume": to_resume(tables["resumption"]),
        "execution": not_carried_out(tables["execution_alarm"]),
        "restoration": tables["restoration"].select("county_code", "days"),
        "due_months": due_months(decision),
        "comparison": tables["comparison"],
        "rows": rows_per_feed(tables["delivery"], run_no=run_no),
        "rejections": rejections(tables["delivery"], run_no=run_no),
        "quarantine": quarantine(tables["quarantined"], tables["delivery"], run_no=run_no),
        "health": health_per_feed(tables["feed_health"]),
        "certification_entry": entries_of(entries, run_no=run_no),
        "lead_entry": entries_of(tables["lead_entry"], run_no=run_no),
        "ticket_entry": entries_of(tables["ticket_entry"], run_no=run_no),
        "corrections": corrections(entries, run_no=run_no),
        "tickets": tickets_asked(tables["ticket_entry"], run_no=run_no),
        "ticket_states": ticket_states(tables["ticket_entry"]),
    }
