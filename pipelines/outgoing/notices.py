"""Messages to persons: one per person and event, without amount, disease or agency."""

from collections.abc import Callable
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.latest import ascending, descending, first_per_key
from pipelines.outgoing.visits import grieved
from schemas.codes import CertificationState, EntryKind, LossState, Outcome
from schemas.tables import DECISION
from schemas.wording import Wording

QUIET: Final = (LossState.NONE.value, LossState.REFUTED.value)


def reachable(person: ir.Table, claim: ir.Table) -> ir.Table:
    """`person_no`, `phone`, `name` of whom a message may go to.

    A number that someone in grief or conflict has on file is not written to, whoever else uses it.
    """
    silent = person.semi_join(grieved(claim), "person_no").filter(lambda t: t.phone != "").select("phone").distinct()
    reached = person.filter(person.phone != "").anti_join(silent, "phone").anti_join(grieved(claim), "person_no")
    return reached.select("person_no", "phone", name=reached.raw_name)


def reminders_due(decision: ir.Table, entries: ir.Table, *, since: int, due_soon_days: int) -> ir.Table:
    """`person_no`, `stage`, `due_date`: of each person the benefit due first, when its stage is newly reached.

    The book says what was reached up to `since`, the night that sent last. The same stage of the same person is the
    same event while the due dates lie less than the reminder period apart. What a backfill has entered after that night
    was not sent yet.
    """
    due = decision.filter(decision.notice_stage != "", decision.due_date.notnull(), decision.loss_state.isin(QUIET))
    due = due.select("person_no", "due_date", stage=due.notice_stage)
    due = first_per_key(due, ["person_no"], ascending(due, ("due_date", "stage")))
    sent = entries.filter(entries.run_no <= since, entries.loss_state.isin(QUIET))
    sent = sent.select("person_no", stage=sent.notice_stage, sent_due=sent.due_date).filter(
        lambda t: t.sent_due.notnull()
    )
    period = ibis.interval(days=due_soon_days)
    same = due.join(sent, ["person_no", "stage"]).filter(
        lambda t: (t.sent_due + period > t.due_date) & (t.due_date + period > t.sent_due)
    )
    return due.anti_join(same.select("person_no").distinct(), "person_no")


def passes_to_notify(decision: ir.Table, entries: ir.Table, *, since: int) -> ir.Table:
    """`person_no`, `valid_until` (earliest of the benefits passed): silent passes entered after the run `since`.

    A pass that only renews what was certified anyway is no news, and no message; nor one that stands no more. What was
    certified anyway is what the book held when the night `since` sent, whatever a backfill has corrected of days
    before it; and a day that the book then had for a silent pass of the person was sent already.
    """
    stands = decision.filter(decision.outcome == Outcome.CERTIFIED_SILENT.value, decision.due_date.notnull())
    new = entries.filter(
        entries.run_no > since,
        entries.outcome == Outcome.CERTIFIED_SILENT.value,
        entries.entry_kind != EntryKind.CLOSE.value,
    )
    sent = entries.filter(entries.run_no <= since)
    newest = first_per_key(
        sent, DECISION.key, [*descending(sent, ("as_of", "run_no")), sent.entry_id.asc(nulls_first=False)]
    )
    certified = newest.filter(
        newest.certification_state == CertificationState.CERTIFIED.value, newest.entry_kind != EntryKind.CLOSE.value
    )
    news = stands.semi_join(new, list(DECISION.key)).anti_join(certified, list(DECISION.key))
    first = news.group_by("person_no").aggregate(valid_until=news.due_date.min())
    passed = sent.filter(sent.outcome == Outcome.CERTIFIED_SILENT.value, sent.due_date.notnull())
    return first.anti_join(passed, [first.person_no == passed.person_no, first.valid_until == passed.due_date])


def reminders(
    due: pl.DataFrame, wording: Wording, *, as_of: date, notice_id: Callable[[str, int, str, date], str]
) -> pl.DataFrame:
    """The reminder file, ordered by due date. `notice_id(event, person_no, stage, due_date)` is its id."""
    rows = due.sort("due_date", "person_no")
    texts = [wording.notices.reminder.format(until=_until(day, as_of, wording)) for day in rows["due_date"]]
    ids = [notice_id("REMINDER", *row) for row in rows.select("person_no", "stage", "due_date").iter_rows()]
    return rows.with_columns(notice_id=pl.Series(ids, dtype=pl.String), text=pl.Series(texts, dtype=pl.String))


def success_notices(
    told: pl.DataFrame, wording: Wording, *, notice_id: Callable[[str, int, str, date], str]
) -> pl.DataFrame:
    """The success file's columns, ordered by person."""
    rows = told.sort("person_no")
    texts = [wording.notices.success.format(until=wording.date_text(day)) for day in rows["valid_until"]]
    ids = [notice_id("SUCCESS", number, "", day) for number, day in rows.select("person_no", "valid_until").iter_rows()]
    return rows.with_columns(notice_id=pl.Series(ids, dtype=pl.String), text=pl.Series(texts, dtype=pl.String))


def _until(due: date, as_of: date, wording: Wording) -> str:
    sentence = wording.notices.past_due if due < as_of else wording.notices.due
    return sentence.format(day=wording.date_text(due))
