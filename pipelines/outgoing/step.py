"""What leaves the building: files for agencies and counties, notices and proposals. A backfill sends nothing.

Sketch at 33 million persons: joins over the books and projections; what is rendered is thousands of rows a night.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import ibis.expr.types as ir
import polars as pl

from pipelines.outgoing.figures import night_figures
from pipelines.outgoing.manifests import OutgoingFile, recipient_manifests, top_manifest
from pipelines.outgoing.notices import passes_to_tell, reachable, reminders, reminders_due, success_notices
from pipelines.outgoing.proposals import (
    PAID,
    all_tried,
    confirmed_losses,
    contact_attempts,
    effect_rows,
    loss_proposals,
    overdue_benefits,
    overdue_proposals,
    proposals,
    stages_reached,
    stood,
    withdrawn,
)
from pipelines.outgoing.render import render
from pipelines.outgoing.report import Heading, report
from pipelines.outgoing.requests import new_requests, request_list
from pipelines.outgoing.reviews import open_reviews, review_list
from pipelines.outgoing.tickets import discrepancies, new_tickets, present_values
from pipelines.outgoing.worklists import open_leads, outreach, to_look_after, worklist
from pipelines.run import Run, StepReport
from schemas.codes import Outcome
from schemas.identifiers import keyed_digest
from schemas.tables import (
    CERTIFICATION_ENTRY,
    CLAIM,
    COMPARISON,
    DECISION,
    DELIVERY,
    ENTITLEMENT,
    FEED_HEALTH,
    LEAD_ENTRY,
    LINK,
    PAYMENT,
    PERSON,
    REVIEW,
    TICKET_ENTRY,
)
from schemas.working_days import NoCalendarError, add_working_days

REPORTED: Final = (
    DECISION, ENTITLEMENT, PAYMENT, COMPARISON, DELIVERY, FEED_HEALTH, CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY,
)  # fmt: skip


def run(run: Run) -> StepReport:
    files = () if run.kind == "backfill" else tuple(file for sent in SENT for file in sent(run) if file.rows)
    for file in files:
        run.lake.stage_file(f"outbox/{file.path}").write_bytes(file.data)
    for recipient, manifest in recipient_manifests(files).items():
        run.lake.stage_file(f"outbox/{recipient}/manifest.json").write_bytes(manifest)
    if files:
        everything = top_manifest(files, run_no=run.number, as_of=run.as_of.isoformat())
        run.lake.stage_file("outbox/manifest.json").write_bytes(everything)
    run.lake.stage_file("reports/index.html").write_text(_report(run), encoding="utf-8", newline="\n")
    return StepReport("outgoing", {"files": len(files), "rows": sum(file.rows for file in files)})


def _discrepancies(run: Run) -> Iterator[OutgoingFile]:
    tickets = run.lake.cache(new_tickets(run.lake.read(TICKET_ENTRY), run.lake.read(DELIVERY), since=_since(run)))
    asked = _frame(run, tickets)
    if asked.is_empty():
        return
    rows = discrepancies(
        asked,
        _present(run, tickets, asked),
        run.contracts,
        run.wording,
        batch=run.as_of,
        contact=run.policy.contact,
    ).with_columns(reply_by=pl.lit(_term(run, run.as_of, run.policy.ticket_reply_working_days), dtype=pl.Date))
    for (agency,), own in rows.group_by("agency", maintain_order=True):
        contract = f"discrepancy_{agency}" if f"discrepancy_{agency}" in run.contracts else "discrepancy"
        yield _file(run, str(agency), own, contract=contract, name="discrepancy")


def _present(run: Run, tickets: ir.Table, asked: pl.DataFrame) -> pl.DataFrame:
    """`ticket_id`, `present_value`: of the record asked about, only the column in question leaves the lake."""
    found = [pl.DataFrame(schema={"ticket_id": pl.String, "present_value": pl.String})]
    for (feed,), own in asked.group_by("feed", maintain_order=True):
        validated = run.lake.validated(str(feed), run.contracts[str(feed)])
        columns = sorted(set(own["column"]) & set(validated.columns)) if validated is not None else []
        if validated is not None and columns:
            found.append(_frame(run, present_values(tickets.filter(tickets.feed == feed), validated, columns)))
    return pl.concat(found)


def _worklists(run: Run) -> Iterator[OutgoingFile]:
    leads = _frame(run, open_leads(*(run.lake.read(table) for table in (CLAIM, DECISION, PERSON, LEAD_ENTRY))))
    within = run.policy.verify_within_working_days
    rows = worklist(leads, run.code_tables, run.wording, as_of=run.as_of, verify_by=lambda day: _term(run, day, within))
    yield from _per_county(run, rows, "worklist")


def _reviews(run: Run) -> Iterator[OutgoingFile]:
    ending = effect_rows(run.policy, run.code_tables.names("programme")).select("programme_code", "loss_kind")
    effects = run.lake.table(ending.to_arrow())
    review, decision, person = (run.lake.read(table) for table in (REVIEW, DECISION, PERSON))
    asked = open_reviews(review, decision, effects, person)
    yield from _per_county(run, review_list(_frame(run, asked), run.wording), "match_review")


def _outreach(run: Run) -> Iterator[OutgoingFile]:
    persons = _frame(run, to_look_after(*(run.lake.read(table) for table in (DECISION, PERSON, CLAIM))))
    visit_age = run.policy.home_visit_age
    rows = outreach(persons, run.code_tables, run.wording, as_of=run.as_of, visit_age=visit_age)
    yield from _per_county(run, rows, "outreach")


def _requests(run: Run) -> Iterator[OutgoingFile]:
    contract = run.contracts["service_request"]
    requests = run.lake.validated(contract.feed, contract)
    if requests is not None:
        asked = new_requests(requests, run.lake.read(DELIVERY), run.lake.read(DECISION), since=_since(run))
        yield from _per_county(run, request_list(_frame(run, asked), run.code_tables, run.wording), "requests")


def _per_county(run: Run, rows: pl.DataFrame, name: str) -> Iterator[OutgoingFile]:
    for (county,), own in rows.group_by("county_code", maintain_order=True):
        yield _file(run, f"county-{county or 'unknown'}", own, contract=name, name=name)


def _notices(run: Run) -> Iterator[OutgoingFile]:
    lake, since = run.lake, _since(run)
    decision, book = lake.read(DECISION), lake.read(CERTIFICATION_ENTRY)
    to = reachable(lake.read(PERSON), lake.read(CLAIM))
    told = passes_to_tell(decision, book, since=since)
    due = reminders_due(decision, book, since=since, due_soon_days=run.policy.due_soon_days)
    name = _namer(run, "notice")
    reminded = reminders(_frame(run, due.join(to, "person_no")), run.wording, as_of=run.as_of, notice_id=name)
    passed = success_notices(_frame(run, told.join(to, "person_no")), run.wording, notice_id=name)
    yield _file(run, "notices", reminded, contract="reminders", name="reminders")
    yield _file(run, "notices", passed, contract="success_notices", name="success_notices")


def _proposals(run: Run) -> Iterator[OutgoingFile]:
    claim, decision, person = (run.lake.read(table) for table in (CLAIM, DECISION, PERSON))
    effects = effect_rows(run.policy, run.code_tables.names("programme"))
    lost = loss_proposals(_frame(run, confirmed_losses(claim, decision, person)), effects, run.wording)
    overdue = overdue_proposals(_all_tried(run, overdue_benefits(decision, person), run.as_of), run.wording)
    back = _frame(run, withdrawn(_proposed_before(run), decision, person, run.wording))
    wanted = pl.concat([lost, overdue.select(lost.columns), back.select(lost.columns)])
    rows = proposals(wanted, run.code_tables, run.wording, as_of=run.as_of, proposal_id=_namer(run, "proposal"))
    yield _file(run, "proposals", rows, contract="proposals", name="proposals")


def _all_tried(run: Run, benefits: ir.Table, as_of: date) -> pl.DataFrame:
    late, stages = run.lake.cache(benefits), [notice.stage for notice in run.policy.notices]
    return all_tried(
        _frame(run, late),
        _frame(run, stages_reached(run.lake.read(CERTIFICATION_ENTRY), late, stages)),
        _frame(run, contact_attempts(run.lake.read(LINK), late)),
        stages=stages,
        as_of=as_of,
        visit_age=run.policy.home_visit_age,
    )


def _proposed_before(run: Run) -> ir.Table:
    """The key and `outcome` of what stood proposed when the last night sent its list, acted upon or not."""
    night = run.lake.last_night
    as_of = night.as_of if night else run.as_of  # before the first night nothing stood, whatever the date
    before = run.lake.cache(stood(run.lake.read(CERTIFICATION_ENTRY), since=_since(run), as_of=as_of))
    late = overdue_benefits(before, run.lake.read(PERSON), paid=PAID)
    passed = _all_tried(run, late, as_of).select(DECISION.key)
    is_proposed = before.semi_join(run.lake.table(passed.to_arrow()), list(DECISION.key))
    return before.filter(before.outcome == Outcome.LOSS_CONFIRMED.value).union(is_proposed)


SENT: Final = (_discrepancies, _worklists, _reviews, _outreach, _requests, _notices, _proposals)


def _report(run: Run) -> str:
    figures = night_figures({table.name: run.lake.read(table) for table in REPORTED}, run_no=run.number)
    rows = {name: run.lake.arrow(figure).to_pylist() for name, figure in figures.items()}
    titles = {feed: contract.title for feed, contract in run.contracts.items()}
    heading = Heading(run.number, run.kind, run.as_of, run.policy.digest)
    return report(rows, heading, run.wording, codes=run.code_tables, titles=titles)


def _file(run: Run, recipient: str, rows: pl.DataFrame, *, contract: str, name: str) -> OutgoingFile:
    return OutgoingFile(recipient, f"{name}.csv", rows.height, render(rows, run.contracts[contract]))


def _frame(run: Run, expression: ir.Table) -> pl.DataFrame:
    return pl.DataFrame(run.lake.arrow(expression))


def _since(run: Run) -> int:
    """The run after which everything is news to whoever is sent to: the last night; what came by backfills included."""
    night = run.lake.last_night
    return night.number if night else 0


def _namer(run: Run, what: str) -> Callable[..., str]:
    return lambda *parts: keyed_digest(run.secret, what, *parts)


def _term(run: Run, start: date, working_days: int) -> date | None:
    """None in a year without a calendar: the file then names no last day rather than a wrong one."""
    try:
        return add_working_days(start, working_days, run.policy.calendar)
    except NoCalendarError:
        return None
