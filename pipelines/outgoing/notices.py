"""Messages to persons: one per person and event, without amount, disease or agency."""

from collections.abc import Callable
from datetime import date

import ibis.expr.types as ir
import polars as pl

from pipelines.latest import descending, first_per_key
from schemas.codes import CertificationState, EntryKind, Outcome
from schemas.tables import DECISION
from schemas.wording import Wording


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


def reminders(written: pl.DataFrame, wording: Wording, *, as_of: date) -> pl.DataFrame:
    """The reminder file, ordered by due date. `written` are REMINDER rows without an obstacle, with phone and name."""
    rows = written.sort("due_date", "person_no")
    texts = [wording.notices.reminder.format(until=_until(day, as_of, wording)) for day in rows["due_date"]]
    return rows.with_columns(text=pl.Series(texts, dtype=pl.String))


def success_notices(
    passes: pl.DataFrame, wording: Wording, *, notice_id: Callable[[str, int, str, date], str]
) -> pl.DataFrame:
    """The success file's columns, ordered by person."""
    rows = passes.sort("person_no")
    texts = [wording.notices.success.format(until=wording.date_text(day)) for day in rows["valid_until"]]
    ids = [notice_id("SUCCESS", number, "", day) for number, day in rows.select("person_no", "valid_until").iter_rows()]
    return rows.with_columns(notice_id=pl.Series(ids, dtype=pl.String), text=pl.Series(texts, dtype=pl.String))


def _until(due: date, as_of: date, wording: Wording) -> str:
    sentence = wording.notices.past_due if due < as_of else wording.notices.due
    return sentence.format(day=wording.date_text(due))
