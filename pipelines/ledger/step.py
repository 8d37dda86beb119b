"""Append tonight's entries to the three books, and the reminder stages that the night reaches.

Cost at 33 million persons: reads the current entries once, writes only what changed (tens of thousands of rows).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from pipelines.judged_claims import claims_as_judged, settling_verdicts
from pipelines.latest import ascending, first_per_key, newest_entries
from pipelines.ledger.audit_sample import STRATUM, audited, draw, drawable, quotas, seen_since
from pipelines.ledger.difference import CERTIFICATION, LEAD, TICKET, Book, Writing, difference, wanted_leads
from pipelines.ledger.headline import PASSED_BY, headline, passes_entered, silent_by_cycle
from pipelines.ledger.recoveries import doubtful_entries, fates, recoveries
from pipelines.ledger.reminders import entered, reminders_due, with_obstacles
from pipelines.ledger.tickets import (
    ANSWERS,
    UNSETTLED,
    Answer,
    Known,
    Line,
    Standing,
    Wanted,
    known_lines,
    settle,
)
from pipelines.step import Context, DataSet, Derived, Inputs, Step
from pipelines.verdicts import found_wrong, verdicts_in_force
from pipelines.whose_line import name_digest, number_digest
from schemas.codes import IssueKind, LossState, StepName, TicketEvent
from schemas.emit.to_polars import table_schema
from schemas.table import Table
from schemas.tables import (
    AUDIT_SAMPLE,
    CERTIFICATION_ENTRY,
    CLAIM,
    COMPARISON,
    DECISION,
    DELIVERY,
    ENTITLEMENT,
    FIGURE,
    LEAD_ENTRY,
    LINK,
    LISTED,
    LOSS_FACT,
    PAYMENT,
    PERSON,
    RECOVERY,
    REMINDER,
    TICKET_ENTRY,
    TICKET_REPLY,
    TICKET_WANTED,
    VERDICT,
)
from schemas.working_days import last_day_of_term


def derive(tables: Inputs, context: Context) -> Derived:
    """The entries of each book: the difference between what it holds and what is wanted tonight; the reminders."""
    policy = context.policy
    wanted: dict[Book, ir.Table] = {
        CERTIFICATION: tables[DECISION].mutate(policy_digest=ibis.literal(policy.digest)),
        LEAD: wanted_leads(tables[CLAIM]),
        TICKET: context.engine.table(_tickets(tables, context)),
    }
    writing = Writing(
        context.run_no,
        context.as_of,
        is_correction=context.kind == "backfill",
        renewal_grain_days=policy.renewal_grain_days,
    )
    entries: dict[DataSet, Any] = {
        book.table: context.engine.cache(
            difference(book, newest_entries(tables[book.table], book.key, as_of=context.as_of), rows, writing)
        )
        for book, rows in wanted.items()
    }
    listed = context.engine.cache(_listed(tables, context))
    books = {book.table: tables[book.table].union(entries[book.table]) for book in wanted}
    books[LISTED] = tables[LISTED].union(listed)
    sample = _audit_sample(tables, context)
    recovery, figure = _figures(tables, context, books, sample)
    return Derived(
        {
            **entries,
            LISTED: listed,
            REMINDER: _reminders(tables, context),
            AUDIT_SAMPLE: sample,
            RECOVERY: recovery,
            FIGURE: figure,
        }
    )


BOOKS = (CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY)
LEDGER = Step(
    StepName.LEDGER,
    reads=(
        DECISION,
        CLAIM,
        PERSON,
        TICKET_WANTED,
        TICKET_REPLY,
        VERDICT,
        DELIVERY,
        LOSS_FACT,
        LISTED,
        REMINDER,
        PAYMENT,
        ENTITLEMENT,
        COMPARISON,
        LINK,
        AUDIT_SAMPLE,
        FIGURE,
        *BOOKS,
    ),
    writes=(*BOOKS, LISTED, REMINDER, AUDIT_SAMPLE, RECOVERY, FIGURE),
    derive=derive,
)


def _audit_sample(tables: Inputs, context: Context) -> pa.Table:
    """AUDIT_SAMPLE rows of the first night of a month; none of any other night, nor of a backfill."""
    none, audit, drawn = AUDIT_SAMPLE.arrow().empty_table(), context.policy.audit, tables[AUDIT_SAMPLE]
    if context.kind == "backfill" or not audit.size:
        return none
    month, engine = context.as_of.replace(day=1), context.engine
    if engine.arrow(drawn.filter(drawn.month >= ibis.literal(month)).limit(1)).num_rows:
        return none
    persons = engine.cache(
        drawable(
            tables[DECISION],
            tables[PERSON],
            drawn,
            as_of=context.as_of,
            limits=context.policy.age_bands,
            lot=context.digest("audit", audit.seed, month),
        )
    )
    strata = engine.arrow(persons.group_by(STRATUM).agg(persons=persons.count())).to_pylist()
    if not strata:
        return none
    quota = engine.table(pa.Table.from_pylist(quotas(strata, audit.size)))
    return engine.arrow(draw(persons, quota, run_no=context.run_no, as_of=context.as_of)).cast(AUDIT_SAMPLE.arrow())


def _audited(tables: Inputs, context: Context, sample: pa.Table, recovery: pl.DataFrame) -> pl.DataFrame:
    """`audited` of every sample so far, tonight's too."""
    before = _frame(context, tables[AUDIT_SAMPLE])
    everybody = pl.concat([before, cast(pl.DataFrame, pl.from_arrow(sample))])
    seen = pl.DataFrame(schema={"person_no": pl.Int64, "seen_date": pl.Date})
    if before.height:  # nobody can have greeted whom tonight's list is the first to name
        found = seen_since(tables[LINK], tables[AUDIT_SAMPLE], context.contracts["care_visits"].answered_by)
        seen = _frame(context, found)
    return audited(everybody, seen, recovery)


def _figures(
    tables: Inputs, context: Context, books: Mapping[Table, ir.Table], sample: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """RECOVERY, and FIGURE of a night; `books` are the books with tonight's entries. A backfill has no figures."""
    engine, as_of = context.engine, context.as_of
    listed = _frame(context, books[LISTED].select("line_id", "claim_id").distinct())
    words = _frame(context, settling_verdicts(tables[VERDICT], ibis.literal(as_of)))
    claims = claims_as_judged(_frame(context, books[LEAD_ENTRY]), listed, words)
    fate = fates(_frame(context, doubtful_entries(books[CERTIFICATION_ENTRY])), claims)
    lost = engine.table(fate.filter(pl.col("state") == LossState.CONFIRMED.value).select(DECISION.key).to_arrow())
    recovery = recoveries(
        fate,
        claims,
        _frame(context, tables[PAYMENT].semi_join(lost, list(DECISION.key))),
        _frame(context, tables[ENTITLEMENT].semi_join(lost, list(DECISION.key)).select(*DECISION.key, "monthly_fen")),
        as_of=as_of,
        may_offset=context.policy.may_offset,
    )
    if context.kind == "backfill":
        return recovery.to_arrow(), FIGURE.arrow().empty_table()
    known = _frame(context, tables[FIGURE])
    since = max(known["run_no"].to_list(), default=0)
    before = dict(known.filter(pl.col("run_no") == since).select("figure", "value").iter_rows())
    entered_since = passes_entered(books[CERTIFICATION_ENTRY], since=since)
    passes = dict(_frame(context, entered_since).iter_rows())
    found = headline(
        comparison=engine.arrow(tables[COMPARISON]).to_pylist(),
        fate=fate,
        recovery=recovery,
        passes={method: passes.get(method, 0) + before.get(one.value, 0) for method, one in PASSED_BY.items()},
        by_cycle=engine.arrow(silent_by_cycle(tables[DECISION])).to_pylist(),
        audit=_audited(tables, context, sample, recovery),
    )
    rows = [
        {"run_no": context.run_no, "as_of": as_of, "figure": name.value, "value": value}
        for name, value in found.items()
    ]
    return recovery.to_arrow(), pa.Table.from_pylist(rows, FIGURE.arrow())


def _frame(context: Context, rows: ir.Table) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(context.engine.arrow(rows)))


def _listed(tables: Inputs, context: Context) -> ir.Table:
    """LISTED: what the lines of tonight's worklists ask about, where no earlier list had the same line.

    A backfill sends no list.
    """
    claim, fact = tables[CLAIM], tables[LOSS_FACT]
    sent = claim.line_id != "" if context.kind != "backfill" else ibis.literal(False)
    order = ascending(fact, ("business_date", "feed", "record_id", "delivery_id", "record_no"))
    record = first_per_key(fact, ["claim_id"], order).select("claim_id", "feed", "record_id")
    new_lines = claim.filter(sent).left_join(record, "claim_id").drop("claim_id_right")
    new_lines = new_lines.anti_join(tables[LISTED], ["line_id", "claim_id"])
    new_lines = new_lines.left_join(_whose(tables, context, new_lines), "person_no").drop("person_no_right")
    new_lines = new_lines.mutate(
        feed=new_lines.feed.fill_null(""),
        record_id=new_lines.record_id.fill_null(""),
        run_no=ibis.literal(context.run_no, "int64"),
        as_of=ibis.literal(context.as_of),
    )
    return new_lines.mutate(**{name: new_lines[name].fill_null("") for name in _WHOSE}).select(*LISTED.names)


_WHOSE = ("county_codes", "number_digest", "name_digest")


def _whose(tables: Inputs, context: Context, new_lines: ir.Table) -> ir.Table:
    """Per person of the lines: the counties that pay, and digests of number and name."""
    engine, digest = context.engine, context.digest
    asked_about = new_lines.select("person_no").distinct()
    persons, entitlements = (tables[t].semi_join(asked_about, "person_no") for t in (PERSON, ENTITLEMENT))
    counties: dict[int, set[str]] = {}
    for row in engine.arrow(entitlements.select("person_no", "county_code").distinct()).to_pylist():
        counties.setdefault(row["person_no"], set()).add(row["county_code"])
    rows = [
        {
            "person_no": row["person_no"],
            "county_codes": ",".join(sorted(counties.get(row["person_no"], ()))),
            "number_digest": number_digest(row["id_number"], digest),
            "name_digest": name_digest(row["name"], digest),
        }
        for row in engine.arrow(persons.select("person_no", "id_number", "name")).to_pylist()
    ]
    shape = pa.schema([("person_no", pa.int64()), *((name, pa.string()) for name in _WHOSE)])
    return engine.table(pa.Table.from_pylist(sorted(rows, key=lambda row: row["person_no"]), shape))


def _reminders(tables: Inputs, context: Context) -> pa.Table:
    """REMINDER rows of tonight; none of a backfill, which sends nothing."""
    if context.kind == "backfill":
        return pl.DataFrame(schema=table_schema(REMINDER)).to_arrow()
    due = reminders_due(
        tables[DECISION],
        tables[CERTIFICATION_ENTRY],
        tables[REMINDER],
        since=context.last_night.number if context.last_night else 0,
        due_soon_days=context.policy.due_soon_days,
    )
    rows = pl.DataFrame(context.engine.arrow(with_obstacles(due, tables[PERSON], tables[CLAIM])))
    return entered(
        rows, run_no=context.run_no, as_of=context.as_of, notice_id=lambda *key: context.digest("notice", *key)
    ).to_arrow()


def _tickets(tables: Inputs, context: Context) -> pa.Table:
    """Tickets of the book and of tonight with their standing, by the columns that the book has beside those of every
    entry. None in a backfill: what was asked and answered is no decision, and the next night asks what is still asked.
    """
    fields = [field for field in TICKET_ENTRY.arrow() if field.name not in _OF_EVERY_ENTRY]
    shape = pa.schema(fields)
    if context.kind == "backfill":
        return shape.empty_table()
    wanted = {_ticket_id(context, row): row for row in context.engine.arrow(tables[TICKET_WANTED]).to_pylist()}
    replies = _by_ticket(context.engine.arrow(tables[TICKET_REPLY]).to_pylist())
    book = newest_entries(tables[TICKET_ENTRY], TICKET.key, as_of=context.as_of)
    unsettled = context.engine.arrow(book.filter(book.status.isin(list(UNSETTLED))).select("ticket_id"))
    ids = sorted({*wanted, *replies, *unsettled["ticket_id"].to_pylist()})
    named = context.engine.table(pa.table({"ticket_id": pa.array(ids, pa.string())}))
    entries = context.engine.arrow(_sent(tables[TICKET_ENTRY], context).semi_join(named, "ticket_id")).to_pylist()
    newest = {row["ticket_id"]: row for row in sorted(entries, key=lambda row: row["run_no"])}
    lines, feed_dates, standing = known_lines(entries), _feed_dates(tables, context), _standing_demands(tables, context)
    moves, rows = context.policy.tickets.moves, []
    for ticket_id in ids:
        row, own = wanted.get(ticket_id), lines.get(ticket_id, [])
        place = row or newest.get(ticket_id)
        if place is None:
            continue
        known = Known(
            own,
            _answers(replies.get(ticket_id, []), newest.get(ticket_id)),
            _wanted(row) if row else None,
            feed_dates.get(place["feed"]),
            _last_day(own, context),
            standing,
        )
        if stands := settle(known, context.as_of, moves):
            rows.append(_entry(ticket_id, place, stands))
    return pa.Table.from_pylist(rows, shape)


_OF_EVERY_ENTRY = ("entry_id", "run_no", "as_of", "entry_kind", "is_correction", "previous_entry_id")


def _sent(book: ir.Table, context: Context) -> ir.Table:
    """Entries whose lines have left: all but what a backfill of older code entered after the last night."""
    last = context.last_night.number if context.last_night else 0
    return book.filter(~(book.is_correction & (book.run_no > last)))


def _standing_demands(tables: Inputs, context: Context) -> frozenset[str]:
    """Lines of worklists of which a verdict in force says that the record is wrong."""
    wrong = found_wrong(verdicts_in_force(tables[VERDICT], ibis.literal(context.as_of)))
    return frozenset(context.engine.arrow(wrong.select("lead_id").distinct())["lead_id"].to_pylist())


def _feed_dates(tables: Inputs, context: Context) -> dict[str, date]:
    """Newest delivery of each feed that was taken."""
    delivery = tables[DELIVERY]
    taken = delivery.filter(
        delivery.rejection == "", ~delivery.is_gated, delivery.answers_to == "", delivery.accepted > 0,
        delivery.business_date <= context.as_of,
    )  # fmt: skip
    rows = context.engine.arrow(taken.group_by("feed").agg(newest=taken.business_date.max())).to_pylist()
    return {row["feed"]: row["newest"] for row in rows}


def _last_day(lines: Sequence[Line], context: Context) -> date | None:
    term = context.policy.ticket_reply_working_days
    return last_day_of_term(lines[-1].day, term, context.policy.calendar) if lines else None


def _by_ticket(replies: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in replies:
        found.setdefault(row["ticket_id"], []).append(row)
    return found


def _answers(replies: Iterable[Mapping[str, Any]], entry: Mapping[str, Any] | None) -> list[Answer]:
    """Answers of tonight's records, and the one that the book remembers, which outlives its record."""
    found = [Answer(row["answered_on"], ANSWERS[row["result"]], row["business_date"]) for row in replies]
    if entry and entry["answer"] and entry["answered_on"] not in {one.day for one in found}:
        found.append(Answer(entry["answered_on"], TicketEvent(entry["answer"]), entry["answered_on"]))
    return found


def _wanted(row: Mapping[str, Any]) -> Wanted:
    return Wanted(IssueKind(row["kind"]), row["last_stated"], row["demanded_by"], row["demanded_on"])


def _entry(ticket_id: str, place: Mapping[str, Any], stands: Standing) -> dict[str, Any]:
    """Row of the book: where the record stands is as tonight, or as when it was last in question."""
    return {
        **{name: place[name] for name in ("feed", "delivery_id", "record_no", "record_id", "business_date", "agency")},
        **{name: place[name] for name in ("known_from", "column", "issue", "demanded_on")},
        "ticket_id": ticket_id,
        "kind": stands.kind.value,
        "demanded_by": stands.line.demanded_by,
        "status": stands.state.value,
        "line_no": stands.line.number,
        "line": stands.line.event.value,
        "line_date": stands.line.day,
        "answer": stands.answer.value if stands.answer else "",
        "answered_on": stands.answered_on,
    }


def _ticket_id(context: Context, row: Mapping[str, Any]) -> str:
    """The ids leave the building: keyed digests of what the record itself says, so that they survive a backfill."""
    return context.digest(*(row[name] for name in ("agency", "feed", "record_id", "column", "issue")))
