"""The figures of a night, as small tables: each function gives an expression over the run's tables."""

from typing import Final

import ibis.expr.types as ir

from pipelines.latest import descending, first_per_key
from schemas.codes import AT_RISK_LOSS, LossState, Outcome, PaymentState, Silence

STOPPED: Final = (PaymentState.SUSPENDED.value, PaymentState.TERMINATED.value)
_ENTITLEMENT: Final = ("person_no", "programme_code", "county_code")


def outcomes(decision: ir.Table) -> ir.Table:
    """`county_code`, `outcome`, `records`: insured records (person × programme × county)."""
    return decision.group_by("county_code", "outcome").agg(records=decision.count())


def at_risk(decision: ir.Table) -> ir.Table:
    """`loss_state`, `fen`: paid after the last entitled month, by the status of the loss."""
    open_or_confirmed = decision.filter(decision.loss_state.isin(AT_RISK_LOSS))
    return open_or_confirmed.group_by("loss_state").agg(fen=open_or_confirmed.at_risk_fen.sum().cast("int64"))


def averted(decision: ir.Table, book: ir.Table, *, entitlement: ir.Table, payment: ir.Table) -> ir.Table:
    """One row: `records` lost for certain, `recovered_fen` after the loss, `prevented_fen` = one monthly benefit of
    each seen stopped.

    For certain is what the certification book has called so and still is, or was ended upon it. More than the next
    instalment is not counted: what later months would have cost nobody knows.
    """
    lost = book.filter(book.outcome == Outcome.LOSS_CONFIRMED.value)
    last = first_per_key(lost, _ENTITLEMENT, [*descending(lost, ["run_no"]), lost.entry_id.asc()])
    is_ended = decision.payment_state == PaymentState.TERMINATED.value
    stands = decision.filter((decision.loss_state == LossState.CONFIRMED.value) | is_ended)
    confirmed = last.select(*_ENTITLEMENT, "loss_date").join(
        stands.select(*_ENTITLEMENT, "payment_state"), list(_ENTITLEMENT)
    )
    paid = payment.join(confirmed, list(_ENTITLEMENT))
    back = paid.filter(paid.pay_month > paid.loss_date)
    stopped = confirmed.filter(confirmed.payment_state.isin(STOPPED)).select(*_ENTITLEMENT)
    saved = entitlement.join(stopped, list(_ENTITLEMENT))
    recovered = back.agg(recovered_fen=back.recovered_fen.sum().fill_null(0).cast("int64"))
    prevented = saved.agg(prevented_fen=saved.monthly_fen.sum().fill_null(0).cast("int64"))
    return recovered.cross_join(prevented).cross_join(confirmed.agg(records=confirmed.count()))


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
        "averted": averted(
            decision,
            tables["certification_entry"],
            entitlement=tables["entitlement"],
            payment=tables["payment"],
        ),
        "to_resume": to_resume(tables["resumption"]),
        "execution": not_carried_out(tables["execution"]),
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
