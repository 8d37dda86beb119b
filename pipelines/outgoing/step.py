"""Files that leave the building: for agencies and counties, notices and proposals. A backfill makes none.

Cost at 33 million persons: joins over ledger tables and tonight's tables; what is rendered is thousands of rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.outgoing.answers import with_answers
from pipelines.outgoing.care_visits import greetings, to_greet
from pipelines.outgoing.executions import corrections, execution_list, executions_named
from pipelines.outgoing.figures import night_figures
from pipelines.outgoing.manifests import OutgoingFile, recipient_manifests, top_manifest
from pipelines.outgoing.not_taken import (
    answering,
    asked_by_number,
    faulty_rows,
    lines_of_ours,
    not_taken,
    rejected_files,
    senders,
)
from pipelines.outgoing.notices import passes_to_notify, reminders, success_notices
from pipelines.outgoing.proposals import (
    confirmed_losses,
    fully_contacted,
    loss_proposals,
    overdue_benefits,
    overdue_proposals,
    proposals,
    resume_proposals,
    resumed_benefits,
    stood,
    withdrawn,
)
from pipelines.outgoing.reminded import attempts, contact_records, stages_met
from pipelines.outgoing.render import render
from pipelines.outgoing.report import Heading, report
from pipelines.outgoing.requests import new_requests, request_list
from pipelines.outgoing.reviews import open_reviews, review_list
from pipelines.outgoing.scorecards import source_cards
from pipelines.outgoing.sent import lines_of, sent_lines
from pipelines.outgoing.shares import standing_shares
from pipelines.outgoing.tickets import discrepancies, follow_up, new_tickets, present_values, to_follow_up
from pipelines.outgoing.worklists import alarms, open_leads, outreach, to_look_after, to_remind, worklist
from pipelines.reachable import reachable
from pipelines.step import OUTBOX, REPORTS, VALIDATED, Context, Derived, Inputs, Step
from schemas.codes import IN_PAYMENT, OWN_AGENCY, CaseKind, Outcome, StepName
from schemas.tables import (
    AUDIT_SAMPLE,
    CERTIFICATION_ENTRY,
    CLAIM,
    COMPARISON,
    DECISION,
    DELIVERY,
    ENTITLEMENT,
    EXECUTION_ALARM,
    FEED_HEALTH,
    FIGURE,
    ISSUE,
    LEAD_ENTRY,
    LINK,
    LISTED,
    PAYMENT,
    PERSON,
    QUARANTINED,
    REMINDER,
    RESTORATION,
    RESUMPTION,
    REVIEW,
    SENT,
    TICKET_ENTRY,
    TICKET_REPLY,
    UNUSED_ANSWER,
    VERDICT,
)
from schemas.working_days import last_day_of_term

REPORTED: Final = (
    DECISION, RESUMPTION, EXECUTION_ALARM, RESTORATION, ENTITLEMENT, PAYMENT, COMPARISON, DELIVERY, QUARANTINED,
    FEED_HEALTH, CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY, FIGURE,
)  # fmt: skip
ENDS: Final = ("END", "SUSPEND")


def derive(tables: Inputs, context: Context) -> Derived:
    """The files that wait for release, with a manifest for each recipient and one for the house; the night report."""
    leaves = context.kind != "backfill"
    files = tuple(file for build in FILE_BUILDERS for file in build(tables, context) if file.rows) if leaves else ()
    outbox = {file.path: file.data for file in files}
    outbox |= {f"{recipient}/manifest.json": manifest for recipient, manifest in recipient_manifests(files).items()}
    if files:
        outbox["manifest.json"] = top_manifest(files, run_no=context.run_no, as_of=context.as_of.isoformat())
    return Derived(
        {
            OUTBOX: outbox,
            SENT: sent_lines(file.lines for file in files),
            REPORTS: {"index.html": _report(tables, context).encode()},
        },
        {"files": len(files), "rows": sum(file.rows for file in files)},
    )


def _discrepancies(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    tickets = context.engine.cache(new_tickets(tables[TICKET_ENTRY], tables[DELIVERY], since=_last_sent_run(context)))
    rows_asked = _frame(context, tickets)
    if rows_asked.is_empty():
        return
    # none in a year without a calendar: the file then names no last day rather than a wrong one
    reply_by = last_day_of_term(context.as_of, context.policy.ticket_reply_working_days, context.policy.calendar)
    rows = discrepancies(
        rows_asked,
        _present(tables, context, tickets, rows_asked),
        context.contracts,
        context.wording,
        batch=context.as_of,
        contact=context.policy.contact,
    ).with_columns(reply_by=pl.lit(reply_by, dtype=pl.Date))
    for (agency,), own in rows.group_by("agency", maintain_order=True):
        yield _file(context, str(agency), own, contract=_list_of(context, str(agency)), name="discrepancy")


def _ticket_follow_up(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    tickets = _frame(context, to_follow_up(tables[TICKET_ENTRY], since=_last_sent_run(context)))
    term = context.policy.ticket_reply_working_days
    rows = follow_up(
        tickets,
        context.wording,
        context.code_tables,
        superiors=context.policy.superiors,
        last_day=lambda day: last_day_of_term(day, term, context.policy.calendar),
    )
    yield _file(context, OWN_AGENCY, rows, contract="ticket_follow_up", name="ticket_follow_up")


def _list_of(context: Context, agency: str) -> str:
    """Contract of the agency's discrepancy list: its own, or that of all."""
    own = f"discrepancy_{agency}"
    return own if own in context.contracts else "discrepancy"


def _not_taken(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    since, delivery = _last_sent_run(context), tables[DELIVERY]
    files = _frame(context, rejected_files(delivery, since=since))
    faults = _frame(context, faulty_rows(tables[QUARANTINED], tables[UNUSED_ANSWER], delivery, since=since))
    numbers, persons = lines_of_ours(faults)
    books = [tables[table] for table in (TICKET_ENTRY, LISTED, DECISION)]
    requests = tables.feed(context.contracts["service_request"])
    by_number = asked_by_number(numbers, persons, *books, requests=requests)
    answered = answering(tables[TICKET_REPLY], tables[TICKET_ENTRY])
    returned_by = senders(faults, _frame(context, by_number), _frame(context, answered))
    rows = not_taken(files, faults, returned_by, context.contracts, context.wording)
    for (recipient,), own in rows.group_by("recipient", maintain_order=True):
        # who reads one encoding only reads both of its lists in it
        encoding = context.contracts[_list_of(context, str(recipient))].encoding
        contract = context.contracts["not_taken"].model_copy(update={"encoding": encoding})
        yield OutgoingFile(str(recipient), "not_taken.csv", own.height, render(own, contract))


def _present(tables: Inputs, context: Context, tickets: ir.Table, rows: pl.DataFrame) -> pl.DataFrame:
    """`ticket_id`, `present_value`: of the record asked about, only the column in question leaves the lake."""
    found = [pl.DataFrame(schema={"ticket_id": pl.String, "present_value": pl.String})]
    for (feed,), own in rows.group_by("feed", maintain_order=True):
        validated = tables.feed(context.contracts[str(feed)])
        columns = sorted(set(own["column"]) & set(validated.columns)) if validated is not None else []
        if validated is not None and columns:
            found.append(_frame(context, present_values(tickets.filter(tickets.feed == feed), validated, columns)))
    return pl.concat(found)


def _worklists(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    leads = _frame(context, open_leads(*(tables[table] for table in (CLAIM, DECISION, PERSON, LEAD_ENTRY, RESUMPTION))))
    within = context.policy.verify_within_working_days
    rows = worklist(
        leads,
        context.code_tables,
        context.wording,
        as_of=context.as_of,
        verify_by=lambda day: last_day_of_term(day, within, context.policy.calendar),
        alarms=_frame(context, alarms(tables[RESUMPTION])),
    )
    lines = lines_of(rows, CaseKind.LEAD, number="lead_id", until="verify_by")
    yield from _per_county(context, rows, "worklist", lines)


def _executions(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    since = _last_sent_run(context)
    alarms = _frame(context, executions_named(tables[EXECUTION_ALARM], tables[PERSON]))
    effects = context.engine.table(context.policy.effect_rows(context.code_tables.names("programme")))
    corrected = _frame(
        context,
        corrections(tables[LEAD_ENTRY], tables[LISTED], tables[ENTITLEMENT], effects, tables[PERSON], since=since),
    )
    name = _namer(context, "execution")
    rows = execution_list(alarms, corrected, context.code_tables, context.wording, as_of=context.as_of, item_id=name)
    yield from _per_county(context, rows, "execution")


def _reviews(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    effects = context.engine.table(_ending_effects(context)).select("programme_code", "loss_kind")
    review, decision, person = (tables[table] for table in (REVIEW, DECISION, PERSON))
    questions = open_reviews(review, decision, effects, person)
    rows = review_list(_frame(context, questions), context.wording)
    yield from _per_county(context, rows, "match_review", lines_of(rows, CaseKind.MATCH_REVIEW, number="review_no"))


def _outreach(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    benefits = context.engine.cache(to_look_after(*(tables[table] for table in (DECISION, PERSON, CLAIM, REMINDER))))
    known = _frame(context, benefits)
    # who is only visited, never seen or a hundred years old, has no reminder stage
    has_stages = (pl.col("notice_stage") != "") | (pl.col("outcome") == Outcome.OVERDUE.value)
    near = known.filter(has_stages, pl.col("reckoned_date").is_not_null()).with_columns(due_date="reckoned_date")
    met = _stages_met(tables, context, benefits, near, _contacts(tables, context, benefits), context.as_of)
    persons = to_remind(known, met)
    visit_age = context.policy.home_visit_age
    rows = outreach(persons, context.code_tables, context.wording, as_of=context.as_of, visit_age=visit_age)
    yield from _per_county(context, rows, "outreach")


def _care_visits(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    sample, decision, person, claim = (tables[table] for table in (AUDIT_SAMPLE, DECISION, PERSON, CLAIM))
    persons = _frame(context, sample.filter(sample.run_no == context.run_no).limit(1))
    if persons.is_empty():  # on all nights but the first of a month
        return
    drawn = _frame(context, to_greet(sample, decision, person, claim, run_no=context.run_no))
    yield from _per_county(context, greetings(drawn, context.code_tables, context.wording), "care_visits")


def _requests(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    contract = context.contracts["service_request"]
    requests = tables.feed(contract)
    if requests is not None:
        with_state = new_requests(requests, tables[DELIVERY], tables[DECISION], since=_last_sent_run(context))
        rows = request_list(_frame(context, with_state), context.code_tables, context.wording)
        yield from _per_county(context, rows, "requests", lines_of(rows, CaseKind.REQUEST, number="record_id"))


def _per_county(
    context: Context, rows: pl.DataFrame, name: str, lines: pl.DataFrame | None = None
) -> Iterator[OutgoingFile]:
    for (county,), own in rows.group_by("county_code", maintain_order=True):
        file = _file(context, f"county-{county or 'unknown'}", own, contract=name, name=name)
        waiting = None if lines is None else lines.filter(pl.col("county_code") == county)
        yield replace(file, lines=waiting)


def _notices(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    since = _last_sent_run(context)
    decision, book = tables[DECISION], tables[CERTIFICATION_ENTRY]
    contacts = reachable(tables[PERSON], tables[CLAIM])
    to_notify = passes_to_notify(decision, book, since=since)
    reminder = tables[REMINDER]
    written = reminder.filter(reminder.run_no == context.run_no, reminder.obstacle == "")
    late, passed = (
        _frame(context, written.join(contacts, "person_no")),
        _frame(context, to_notify.join(contacts, "person_no")),
    )
    reminded = reminders(late, context.wording, as_of=context.as_of)
    certified = success_notices(passed, context.wording, notice_id=_namer(context, "notice"))
    yield _file(context, "notices", reminded, contract="reminders", name="reminders")
    yield _file(context, "notices", certified, contract="success_notices", name="success_notices")


def _proposals(tables: Inputs, context: Context) -> Iterator[OutgoingFile]:
    claim, decision, person = (tables[table] for table in (CLAIM, DECISION, PERSON))
    effects = pl.DataFrame(_ending_effects(context))
    lost = loss_proposals(
        _frame(context, confirmed_losses(claim, decision, person, as_of=context.as_of)), effects, context.wording
    )
    late = overdue_benefits(decision, person, claim)
    contacted, met, tried = _fully_contacted(tables, context, late, context.as_of)
    overdue = overdue_proposals(contacted, met, tried, context.code_tables, context.wording)
    back = _frame(context, withdrawn(_proposed_before(tables, context), decision, person, context.wording))
    again = resume_proposals(_frame(context, resumed_benefits(tables[RESUMPTION], person)), context.wording)
    wanted = pl.concat([lost, *(rows.select(lost.columns) for rows in (overdue, back, again))])
    name = _namer(context, "proposal")
    rows = proposals(wanted, context.code_tables, context.wording, as_of=context.as_of, proposal_id=name)
    file = _file(context, "proposals", rows, contract="proposals", name="proposals")
    yield replace(file, lines=lines_of(rows, CaseKind.PROPOSAL, number="proposal_id"))


def _fully_contacted(
    tables: Inputs, context: Context, benefits: ir.Table, as_of: date
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """`fully_contacted`, and of all these benefits `stages_met` and `attempts`."""
    late = context.engine.cache(benefits)
    rows = _frame(context, late)
    contacts = _contacts(tables, context, late)
    met = _stages_met(tables, context, late, rows, contacts, as_of)
    tried = attempts(rows, met, contacts, as_of=as_of)
    policy = context.policy
    contacted = fully_contacted(rows, met, tried, notices=policy.notices, as_of=as_of, visit_age=policy.home_visit_age)
    return contacted, met, tried


def _contacts(tables: Inputs, context: Context, benefits: ir.Table) -> pl.DataFrame:
    return _frame(context, contact_records(tables[LINK], benefits))


def _stages_met(
    tables: Inputs, context: Context, benefits: ir.Table, due: pl.DataFrame, contacts: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """`stages_met` of the rows `due` of these benefits."""
    reminder = tables[REMINDER]
    known = reminder.filter(reminder.as_of <= ibis.literal(as_of)).semi_join(benefits, "person_no")
    return stages_met(
        due,
        _frame(context, known),
        contacts,
        notices=context.policy.notices,
        due_soon_days=context.policy.due_soon_days,
        as_of=as_of,
    )


def _proposed_before(tables: Inputs, context: Context) -> ir.Table:
    """Ledger entries that were due for the proposal list of the last night, computed again from the ledger."""
    night = context.last_night
    as_of = night.as_of if night else context.as_of  # before the first night nothing stood, whatever the date
    before = context.engine.cache(stood(tables[CERTIFICATION_ENTRY], since=_last_sent_run(context), as_of=as_of))
    late = overdue_benefits(before, tables[PERSON], tables[CLAIM], paid=IN_PAYMENT)
    contacted, _, _ = _fully_contacted(tables, context, late, as_of)
    passed = contacted.select(DECISION.key)
    is_proposed = before.semi_join(context.engine.table(passed.to_arrow()), list(DECISION.key))
    return before.filter(before.outcome == Outcome.LOSS_CONFIRMED.value).union(is_proposed)


def _ending_effects(context: Context) -> pa.Table:
    """(programme_code, loss_kind, effect, legal_ground) of what the matrix ends or suspends."""
    effects = context.policy.effect_rows(context.code_tables.names("programme"))
    return effects.filter(pc.is_in(effects["effect"], pa.array(ENDS)))


FILE_BUILDERS: Final = (
    _discrepancies, _ticket_follow_up, _not_taken, _worklists, _executions, _reviews, _outreach, _care_visits,
    _requests, _notices, _proposals,
)  # fmt: skip


OUTGOING: Final = Step(
    StepName.OUTGOING,
    reads=(
        VALIDATED,
        *REPORTED,
        AUDIT_SAMPLE,
        CLAIM,
        PERSON,
        LINK,
        ISSUE,
        VERDICT,
        REVIEW,
        REMINDER,
        UNUSED_ANSWER,
        TICKET_REPLY,
        LISTED,
    ),
    writes=(OUTBOX, SENT, REPORTS),
    derive=derive,
)


def _report(tables: Inputs, context: Context) -> str:
    figures = night_figures({table.name: tables[table] for table in REPORTED}, run_no=context.run_no)
    figures["shares"] = standing_shares(tables[DECISION], tables[PERSON], as_of=context.as_of, policy=context.policy)
    rows = {name: context.engine.arrow(figure).to_pylist() for name, figure in figures.items()}
    nights = {row["run_no"]: row["as_of"] for row in rows["headlines"]}
    cards = source_cards(tables, context.engine, as_of=context.as_of, nights=nights, calendar=context.policy.calendar)
    rows["sources"] = [card._asdict() for card in cards]
    heading = Heading(context.run_no, context.kind, context.as_of, context.policy.digest, context.changed)
    return report(rows, heading, context.wording, codes=context.code_tables, contracts=context.contracts)


def _file(context: Context, recipient: str, rows: pl.DataFrame, *, contract: str, name: str) -> OutgoingFile:
    declared = context.contracts[contract]
    worded = with_answers(rows, declared, context)
    return OutgoingFile(recipient, f"{name}.csv", rows.height, render(worded, declared))


def _frame(context: Context, expression: ir.Table) -> pl.DataFrame:
    return pl.DataFrame(context.engine.arrow(expression))


def _last_sent_run(context: Context) -> int:
    """Number of the last night, or 0: later entries, those of backfills included, were not sent yet."""
    night = context.last_night
    return night.number if night else 0


def _namer(context: Context, what: str) -> Callable[..., str]:
    return lambda *parts: context.digest(what, *parts)
