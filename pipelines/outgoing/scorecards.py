"""A scorecard per source: what it sent, how late, how much of it was right, and what became of its leads."""

from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median
from typing import Any, Final, NamedTuple, cast

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.judged_claims import claims_as_judged, settling_verdicts
from pipelines.step import Engine, Inputs
from schemas.codes import Issue, LossState
from schemas.tables import DELIVERY, ISSUE, LEAD_ENTRY, LINK, LISTED, TICKET_ENTRY, VERDICT
from schemas.working_days import NoCalendarError, Year, working_days_between

# what is wrong with an identity number itself
BAD_NUMBER: Final = (Issue.ID01.value, Issue.ID02.value, Issue.ID03.value, Issue.ID04.value)


class Scorecard(NamedTuple):
    """Figures of one feed since the beginning; a share or mean is None where there is nothing to divide by.

    `completeness`: rows used of those that its taken files hold, repeats and blank rows aside. `days_late`: median of
    the days from the date that a file states to the night that first saw it; `most_days_late` the largest.
    `id_validity`: share of accepted records without an open question about the number itself (ID01 to ID04).
    `error_rate`: tickets per thousand accepted rows. `turnaround`: mean of the working days from a ticket's first line
    to its first answer, of those answered. `leads_true`: of its claims that were judged the share found true.
    """

    feed: str
    files: int
    rejected: int
    rows: int
    completeness: float | None
    days_late: float | None
    most_days_late: int | None
    id_validity: float | None
    tickets: int
    error_rate: float | None
    answered: int
    turnaround: float | None
    judged: int
    leads_true: float | None


def sent(delivery: ir.Table) -> ir.Table:
    """Deliveries of agencies; a list of ours that came back is none."""
    return delivery.filter(delivery.answers_to == "").select(
        "feed", "business_date", "known_from", "rejection", "accepted", "quarantined"
    )


def records_by_validity(link: ir.Table, issue: ir.Table) -> ir.Table:
    """`feed`, `records` and `faulty`: accepted records, and those whose number itself is in question."""
    records = link.group_by("feed").agg(records=link.count())
    wrong = issue.filter(issue.issue.isin(BAD_NUMBER)).select("feed", "delivery_id", "record_no").distinct()
    faulty = wrong.semi_join(link, ["delivery_id", "record_no"])
    counted = faulty.group_by("feed").agg(faulty=faulty.count())
    return records.left_join(counted, "feed").select("feed", "records", faulty=counted.faulty.fill_null(0))


def tickets_by_days(ticket_entry: ir.Table) -> ir.Table:
    """`feed`, `asked`, `answered` (null: not yet) and `tickets`: day of a ticket's first line and first answer."""
    line_date = ticket_entry.line_date.coalesce(ticket_entry.as_of)
    days = ticket_entry.mutate(asked_on=line_date).group_by("feed", "ticket_id")
    first = days.agg(asked=lambda rows: rows.asked_on.min(), answered=lambda rows: rows.answered_on.min())
    return first.group_by("feed", "asked", "answered").agg(tickets=first.count())


def source_cards(
    tables: Inputs, engine: Engine, *, as_of: date, nights: Mapping[int, date], calendar: Mapping[int, Year]
) -> list[Scorecard]:
    """`scorecards` from the tables of a run."""

    def rows(expression: ir.Table) -> list[dict[str, Any]]:
        return list(engine.arrow(expression).to_pylist())

    listed = _frame(engine, tables[LISTED].select("line_id", "claim_id", "feed").distinct())
    words = _frame(engine, settling_verdicts(tables[VERDICT], ibis.literal(as_of)))
    claims = claims_as_judged(_frame(engine, tables[LEAD_ENTRY]), listed, words)
    of_feed = listed.filter(pl.col("feed") != "").select("feed", lead_id="claim_id").unique()
    return scorecards(
        deliveries=rows(sent(tables[DELIVERY])),
        nights=nights,
        records=rows(records_by_validity(tables[LINK], tables[ISSUE])),
        tickets=rows(tickets_by_days(tables[TICKET_ENTRY])),
        claims=list(of_feed.join(claims, on="lead_id").select("feed", "status").iter_rows()),
        calendar=calendar,
    )


def _frame(engine: Engine, rows: ir.Table) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(engine.arrow(rows)))


def scorecards(
    *,
    deliveries: Iterable[Mapping[str, Any]],
    nights: Mapping[int, date],
    records: Iterable[Mapping[str, Any]],
    tickets: Iterable[Mapping[str, Any]],
    claims: Iterable[tuple[str, str]],
    calendar: Mapping[int, Year],
) -> list[Scorecard]:
    """By feed. `nights` are the runs that are known with their day, `claims` (feed, newest status) of each claim."""
    files, lines, judged = (
        _by_feed(deliveries),
        _by_feed(tickets),
        _by_feed({"feed": feed, "status": status} for feed, status in claims),
    )
    linked = {row["feed"]: row for row in records}
    cards = []
    for feed in sorted(set(files) | set(lines)):
        of_feed = files.get(feed, [])
        taken = [row for row in of_feed if not row["rejection"]]
        rows, kept_aside = (sum(row[name] for row in taken) for name in ("accepted", "quarantined"))
        late = [
            max((nights[row["known_from"]] - row["business_date"]).days, 0)
            for row in of_feed
            if row["known_from"] in nights
        ]
        ticket_count = sum(row["tickets"] for row in lines.get(feed, []))
        answered, days = _turnaround(lines.get(feed, []), calendar)
        statuses = [row["status"] for row in judged.get(feed, [])]
        true, false = (statuses.count(state.value) for state in (LossState.CONFIRMED, LossState.REFUTED))
        known = linked.get(feed, {"records": 0, "faulty": 0})
        cards.append(
            Scorecard(
                feed=feed,
                files=len(of_feed),
                rejected=len(of_feed) - len(taken),
                rows=rows,
                completeness=_share(rows, rows + kept_aside),
                days_late=median(late) if late else None,
                most_days_late=max(late, default=None),
                id_validity=_share(known["records"] - known["faulty"], known["records"]),
                tickets=ticket_count,
                error_rate=_share(1000 * ticket_count, rows),
                answered=answered,
                turnaround=_share(days, answered),
                judged=true + false,
                leads_true=_share(true, true + false),
            )
        )
    return cards


def _by_feed(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["feed"], []).append(row)
    return found


def _turnaround(tickets: Iterable[Mapping[str, Any]], calendar: Mapping[int, Year]) -> tuple[int, int]:
    """Answered tickets and the working days they took together; without those of years that have no calendar."""
    answered = days = 0
    for row in tickets:
        if row["answered"] is None:
            continue
        try:
            days += row["tickets"] * working_days_between(row["asked"], row["answered"], calendar)
        except NoCalendarError:
            continue
        answered += row["tickets"]
    return answered, days


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
