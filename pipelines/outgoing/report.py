"""The report of a night as one HTML page, from its figures. Small cells are hidden here, before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipelines.outgoing.charts import bars, columns
from pipelines.outgoing.figures import ROW_COUNTS, Headline, headlines, rates
from pipelines.outgoing.shares import by_dimension
from pipelines.outgoing.suppression import SMALLEST_SHOWN, hidden_cells, hidden_parts
from pipelines.pages import page
from schemas.code_tables import CodeTables
from schemas.codes import (
    Alarm,
    Code,
    Comparison,
    EntryKind,
    Figure,
    IssueKind,
    LossState,
    NameType,
    Outcome,
    QuarantineReason,
    Reason,
    Rejection,
    Share,
    Silence,
    TicketState,
)
from schemas.contract import Contract
from schemas.wording import Wording

Rows = Sequence[Mapping[str, Any]]
SMALL: Final = f"<{SMALLEST_SHOWN}"
BESIDE: Final = "＊"
COUNTIES_DRAWN: Final = 15
MONTHS_DRAWN: Final = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes that are told together."""

    label: str
    english: str
    outcomes: tuple[Outcome, ...]


PASSED: Final = (*(outcome for outcome in Outcome if outcome.value.startswith("CERTIFIED")), Outcome.FIRST_PERIOD)
CERTIFIED, LEADS, CONFIRMED = 0, 4, 5  # places of groups


def groups_of(wording: Wording) -> tuple[Group, ...]:
    """In the order of the report; every outcome is in one of them."""
    leads = (Outcome.LEAD_OPEN, Outcome.EVIDENCE_CONFLICT, Outcome.NOTICE_GIVEN)
    to_look_after = (Outcome.OVERDUE, Outcome.EVIDENCE_INSUFFICIENT)
    return (
        Group(wording.report.group_certified, "Certified", PASSED),
        Group(wording.report.group_due_soon, "Due soon", (Outcome.DUE_SOON,)),
        Group(wording.report.group_held, "Held", (Outcome.HELD_STALE,)),
        Group(wording.report.group_to_look_after, "To look after", to_look_after),
        Group(wording.report.group_leads, "Leads", leads),
        Group(wording.report.group_confirmed, "Loss confirmed", (Outcome.LOSS_CONFIRMED,)),
        Group(wording.report.group_out_of_scope, "Out of scope", (Outcome.OUT_OF_SCOPE,)),
    )


@dataclass(frozen=True, slots=True)
class Heading:
    number: int
    kind: str
    as_of: date
    policy_digest: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it is printed; `drawn` is what a chart may show of it."""

    text: str
    drawn: int
    share: str = ""


def report(
    figures: Mapping[str, Rows],
    heading: Heading,
    wording: Wording,
    *,
    codes: CodeTables,
    contracts: Mapping[str, Contract],
) -> str:
    """`figures` are the rows of `figures.night_figures`; `contracts` name feeds and columns in Chinese."""
    titles = {feed: contract.title for feed, contract in contracts.items()}
    headers = {(feed, column.name): column.header for feed, one in contracts.items() for column in one.columns}
    groups = groups_of(wording)
    found = headlines(figures["headlines"], run_no=heading.number)
    counties, totals = _counties(figures["outcomes"], groups, codes)
    funnel = _funnel(figures["outcomes"], groups, totals)
    return page(
        "outgoing",
        "report.html.j2",
        wording=wording,
        heading=heading,
        fewest=SMALLEST_SHOWN,
        mark=BESIDE,
        headline=_headline(figures, totals),
        groups=groups,
        funnel=funnel,
        funnel_chart=_funnel_chart(funnel),
        total=totals[-1],
        comparison=_comparison(figures["comparison"], titles),
        results=tuple(Comparison),
        money=_money(figures, totals),
        figures=_figures(found),
        rates=_rates(found, wording),
        to_resume=_to_resume(figures.get("to_resume", ()), wording),
        execution=_execution(figures.get("execution", ())),
        restoration=_restoration(figures.get("restoration", ()), codes, wording),
        due_chart=_due_chart(figures["due_months"], heading.as_of),
        counties=counties,
        county_chart=_county_chart(counties),
        feeds=_feeds(figures, titles),
        row_counts=ROW_COUNTS,
        shares=_shares(figures.get("shares", ()), codes, wording),
        share_codes=tuple(Share),
        sources=_sources(figures.get("sources", ()), titles),
        silences=tuple(Silence),
        rejections=_rejections(figures["rejections"], titles, wording),
        quarantine=_quarantine(figures["quarantine"], titles, headers),
        books=_books(figures, wording),
        kinds=tuple(EntryKind),
        corrections=_corrections(figures["corrections"], wording),
        questions=tuple(IssueKind),
        tickets=_tickets(figures["tickets"], codes),
        ticket_states=_ticket_states(figures.get("ticket_states", [])),
    )


def _counties(
    outcomes: Rows, groups: Sequence[Group], codes: CodeTables
) -> tuple[list[tuple[str, list[Shown]]], list[Shown]]:
    """Rows county × group with a total each, and the totals of the province; hidden so that none can be worked out."""
    group_of = {outcome.value: place for place, group in enumerate(groups) for outcome in group.outcomes}
    names = sorted({row["county_code"] for row in outcomes})
    table = [[0] * (len(groups) + 1) for _ in (*names, "total")]
    for row in outcomes:
        for line in (names.index(row["county_code"]), len(names)):
            for column in (group_of[row["outcome"]], len(groups)):
                table[line][column] += row["records"]
    hidden = hidden_cells(table)
    shown = [
        [_shown(count, is_hidden=(r, c) in hidden, whole=line[-1]) for c, count in enumerate(line)]
        for r, line in enumerate(table)
    ]
    labels = codes.labels("county")
    return [(labels.get(name, name), line) for name, line in zip(names, shown, strict=False)], shown[-1]


def _funnel(
    outcomes: Rows, groups: Sequence[Group], totals: Sequence[Shown]
) -> list[tuple[Group, Shown, list[tuple[Outcome, Shown]]]]:
    """Each group with its outcomes; shares are of all insured records."""
    counts: dict[str, int] = {}
    for row in outcomes:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + row["records"]
    whole = sum(counts.values())
    return [(group, shown, _parts(group, shown, counts, whole)) for group, shown in zip(groups, totals, strict=False)]


def _parts(group: Group, shown: Shown, counts: Mapping[str, int], whole: int) -> list[tuple[Outcome, Shown]]:
    values = [counts.get(outcome.value, 0) for outcome in group.outcomes]
    hidden = hidden_parts(values, total_is_hidden=_is_hidden(shown))
    if len(values) == 1 and _is_hidden(shown):
        hidden = {0}
    return [
        (outcome, _shown(count, is_hidden=place in hidden, whole=whole))
        for place, (outcome, count) in enumerate(zip(group.outcomes, values, strict=True))
    ]


def _headline(figures: Mapping[str, Rows], totals: Sequence[Shown]) -> dict[str, Shown]:
    """Counts of insured records. Compared: with at least one negative source, so the most any one source gives."""
    compared: dict[str, int] = {}
    for row in figures["comparison"]:
        if row["result"] in (Comparison.NO_HIT, Comparison.HIT, Comparison.AMBIGUOUS):
            compared[row["source"]] = compared.get(row["source"], 0) + row["records"]
    return {
        "insured": totals[-1],
        "compared": _alone(max(compared.values(), default=0)),
        "certified": totals[CERTIFIED],
        "leads": totals[LEADS],
        "confirmed": totals[CONFIRMED],
    }


def _comparison(rows: Rows, titles: Mapping[str, str]) -> list[tuple[str, str, list[Shown]]]:
    """Per negative source the results and their sum, which is the registry."""
    counted = {(row["source"], row["result"]): row["records"] for row in rows}
    return [
        (titles.get(source, source), source, _line([counted.get((source, r.value), 0) for r in Comparison]))
        for source in sorted({row["source"] for row in rows})
    ]


def _money(figures: Mapping[str, Rows], totals: Sequence[Shown]) -> dict[str, str]:
    """Yuan at risk; an amount about fewer than ten records is hidden with their number."""
    at_risk = {row["loss_state"]: row["fen"] for row in figures["at_risk"]}
    under_check = sum(at_risk.get(state.value, 0) for state in (LossState.LEAD_OPEN, LossState.NOTICE_GIVEN))
    confirmed = _is_hidden(totals[CONFIRMED])
    return {
        "leads": _yuan(under_check, is_hidden=_is_hidden(totals[LEADS])),
        "confirmed": _yuan(at_risk.get(LossState.CONFIRMED.value, 0), is_hidden=confirmed),
    }


def _figures(found: Sequence[Headline]) -> list[tuple[Figure, str, str]]:
    """Each headline figure, what this night added and since the beginning.

    Small counts are hidden, and so is every figure of confirmed losses when these or what the night added are few.
    """
    by_name = {one.figure: one for one in found}
    confirmed = by_name.get(Figure.CONFIRMED)
    few = confirmed is not None and 0 < confirmed.value < SMALLEST_SHOWN
    few_added = few or (confirmed is not None and 0 < abs(confirmed.added or 0) < SMALLEST_SHOWN)
    return [
        (
            one.figure,
            _figure_text(one.figure, one.added, few=few_added),
            _figure_text(one.figure, one.value, few=few),
        )
        for one in found
    ]


def _rates(found: Sequence[Headline], wording: Wording) -> list[tuple[str, str, str, str]]:
    """Label, English, rate and interval; none of fewer than ten results."""
    labels = {
        "wrong_certification": (wording.report.wrong_certification, "Wrong silent certifications, by random audit"),
        "false_suspicion": (wording.report.false_suspicion, "Confirmed losses that were refuted since"),
    }
    return [
        (*labels[rate.name], _per_cent(rate.share), f"{_per_cent(rate.low)}-{_per_cent(rate.high)}")
        if rate.of >= SMALLEST_SHOWN
        else (*labels[rate.name], "—", "—")
        for rate in rates(found)
    ]


_OF_CONFIRMED: Final = frozenset({figure for figure in Figure if figure.is_money} | {Figure.OVERPAID_MONTHS})


def _figure_text(figure: Figure, value: int | None, *, few: bool) -> str:
    if value is None:
        return "—"
    if figure in _OF_CONFIRMED and few:
        return BESIDE
    if figure.is_money:
        return _yuan(value, is_hidden=False)
    return SMALL if 0 < abs(value) < SMALLEST_SHOWN else f"{value:,}"


def _to_resume(rows: Rows, wording: Wording) -> list[tuple[str, str, Shown, str]]:
    """Label, English, records and yuan of each reason for which a stopped benefit should be paid again."""
    found = {row["reason"]: row for row in rows}
    labels = (
        (Reason.ALIVE_AFTER_STOP, wording.report.alive_after_stop, "Stopped, and seen alive since"),
        (Reason.TERM_OVER, wording.report.term_over, "Suspended for a term that is over"),
        (Reason.DISPROVED, wording.report.disproved, "Stopped upon what officers found wrong"),
    )
    lines = []
    for reason, label, english in labels:
        row = found.get(reason.value, {"records": 0, "fen": 0})
        shown = _alone(row["records"])
        lines.append((label, english, shown, _yuan(row["fen"], is_hidden=_is_hidden(shown))))
    return lines


def _execution(rows: Rows) -> list[tuple[str, str, Shown, str]]:
    """Label, code, records and yuan of each alarm about what is not carried out."""
    found = {row["alarm"]: row for row in rows}
    lines = []
    for alarm in Alarm:
        row = found.get(alarm.value, {"records": 0, "fen": 0})
        shown = _alone(row["records"])
        lines.append((alarm.label, alarm.value, shown, _yuan(row["fen"], is_hidden=_is_hidden(shown))))
    return lines


def _restoration(rows: Rows, codes: CodeTables, wording: Wording) -> list[tuple[str, Shown, Shown, str, str]]:
    """County or the whole, benefits paid again, benefits not paid yet, median and 95th percentile of days.

    `rows` has a `county_code` and `days` (null: not paid yet) for each stop that was disproved. Of fewer than ten no
    days are told.
    """
    by_county: dict[str, list[int | None]] = {}
    for row in rows:
        by_county.setdefault(row["county_code"], []).append(row["days"])
    labels = codes.labels("county")
    names = sorted(by_county)
    table = [[sum(day is not None for day in by_county[name]), by_county[name].count(None)] for name in names]
    table.append([sum(line[place] for line in table) for place in (0, 1)])
    hidden = hidden_cells(table)
    lines = []
    for place, name in enumerate([*names, ""]):
        own = by_county[name] if name else [row["days"] for row in rows]
        days = sorted(day for day in own if day is not None)
        paid, waiting = (
            _shown(count, is_hidden=(place, column) in hidden, whole=0) for column, count in enumerate(table[place])
        )
        few = len(days) < SMALLEST_SHOWN or _is_hidden(paid)
        ranks = [""] * 2 if few else [str(rank_of(days, share)) for share in (50, 95)]
        lines.append((labels.get(name, name) if name else wording.report.total, paid, waiting, ranks[0], ranks[1]))
    return lines


def rank_of(ordered: Sequence[int], per_cent: int) -> int:
    """The least of the values that at least so many per cent of them do not exceed."""
    return ordered[-(-len(ordered) * per_cent // 100) - 1]


def _feeds(figures: Mapping[str, Rows], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Row accounting of what came tonight and freshness; counts of rows of files are not about persons."""
    came = {row["feed"]: row for row in figures["rows"]}
    health = {row["feed"]: row for row in figures["health"]}
    nothing = dict.fromkeys(("files", "rejected", "gated", *ROW_COUNTS), 0)
    return [
        {"feed": feed, "title": titles.get(feed, feed), "health": health.get(feed)} | nothing | dict(came.get(feed, {}))
        for feed in sorted({*came, *health})
    ]


def _shares(rows: Rows, codes: CodeTables, wording: Wording) -> list[tuple[str, str, list[tuple[str, list[Shown]]]]]:
    """Title, English and lines of each dimension: how records in payment stand certified, small counts hidden."""
    names = {
        "county_code": codes.labels("county"),
        "name_type": {one.value: one.label for one in NameType},
        "age_band": {},
    }
    titles = (
        ("county_code", wording.report.county, "County"),
        ("age_band", wording.report.age_band, "Age"),
        ("name_type", wording.report.name_type, "Names"),
    )
    found = []
    for dimension, zh, english in titles:
        lines, table = by_dimension(rows, dimension)
        hidden = hidden_cells(table)
        labels = [names[dimension].get(line, line) or wording.report.not_known for line in lines]
        shown = [
            [_shown(count, is_hidden=(r, c) in hidden, whole=0) for c, count in enumerate(line)]
            for r, line in enumerate(table)
        ]
        found.append((zh, english, list(zip([*labels, wording.report.total], shown, strict=True))))
    return found if rows else []


def _sources(rows: Rows, titles: Mapping[str, str]) -> list[tuple[str, str, list[str]]]:
    """Title, feed and cells of each scorecard. Rows, tickets and days are about records; claims may be few."""
    return [
        (
            titles.get(row["feed"], row["feed"]),
            row["feed"],
            [
                f"{row['files']:,}",
                _per_cent(row["completeness"]),
                _one_decimal(row["days_late"]),
                "—" if row["most_days_late"] is None else str(row["most_days_late"]),
                _per_cent(row["id_validity"]),
                _one_decimal(row["error_rate"]),
                _one_decimal(row["turnaround"]),
                SMALL if 0 < row["judged"] < SMALLEST_SHOWN else _per_cent(row["leads_true"]),
            ],
        )
        for row in rows
    ]


def _per_cent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.1f}%"


def _one_decimal(number: float | None) -> str:
    return "—" if number is None else f"{number:.1f}"


def _rejections(
    rows: Rows, titles: Mapping[str, str], wording: Wording
) -> list[tuple[str, str, date, Rejection, str, int]]:
    """Title, feed, date, rejection, detail and number of the files rejected in this run."""
    ordered = sorted(
        rows, key=lambda row: (row["feed"], row["business_date"], row["rejection"], row["rejection_detail"])
    )
    return [
        (
            titles.get(row["feed"], wording.report.unknown_feed),
            row["feed"],
            row["business_date"],
            Rejection(row["rejection"]),
            row["rejection_detail"],
            row["files"],
        )
        for row in ordered
    ]


def _quarantine(
    rows: Rows, titles: Mapping[str, str], headers: Mapping[tuple[str, str], str]
) -> list[tuple[str, str, QuarantineReason, str, int]]:
    """Title, feed, reason, header of the column and number of the rows quarantined in this run."""
    ordered = sorted(rows, key=lambda row: (row["feed"], row["reason"], row["column"]))
    return [
        (
            titles.get(row["feed"], row["feed"]),
            row["feed"],
            QuarantineReason(row["reason"]),
            headers.get((row["feed"], row["column"]), row["column"]),
            row["rows"],
        )
        for row in ordered
    ]


def _books(figures: Mapping[str, Rows], wording: Wording) -> list[tuple[str, str, list[Shown]]]:
    return [
        (wording.report.certification_book, "Certification book", _listed(figures["certification_entry"])),
        (wording.report.lead_book, "Lead book", _listed(figures["lead_entry"])),
        (wording.report.ticket_book, "Ticket book", _listed(figures["ticket_entry"])),
    ]


def _listed(rows: Rows) -> list[Shown]:
    counts = {row["entry_kind"]: row["entries"] for row in rows}
    return _line([counts.get(kind.value, 0) for kind in EntryKind])


def _corrections(rows: Rows, wording: Wording) -> list[tuple[str, str, Shown]]:
    """Outcome before, outcome now, and how often; most frequent first."""
    labels: dict[str, Code] = {outcome.value: outcome for outcome in Outcome}
    ordered = sorted(rows, key=lambda row: (-row["entries"], row["before"], row["after"]))
    shown = _line([row["entries"] for row in ordered])
    return [
        (labels[row["before"]].label if row["before"] else wording.report.no_entry, labels[row["after"]].label, count)
        for row, count in zip(ordered, shown, strict=False)
    ]


def _tickets(rows: Rows, codes: CodeTables) -> list[tuple[str, str, list[Shown]]]:
    """Per agency the tickets opened, by kind, with their sum."""
    counted = {(row["agency"], row["kind"]): row["tickets"] for row in rows}
    labels = codes.labels("agency")
    return [
        (labels.get(agency, agency), agency, _line([counted.get((agency, kind.value), 0) for kind in IssueKind]))
        for agency in sorted({row["agency"] for row in rows})
    ]


def _ticket_states(rows: Rows) -> list[tuple[str, str, Shown]]:
    """Label and code of each state that a ticket is in, and how many are."""
    counts = {row["status"]: row["tickets"] for row in rows}
    states = [state for state in TicketState if counts.get(state.value)]
    shown = _line([counts[state.value] for state in states])
    return [(state.label, state.value, one) for state, one in zip(states, shown, strict=False)]


def _line(counts: Sequence[int]) -> list[Shown]:
    """Counts with their sum behind them."""
    table = [[*counts, sum(counts)]]
    hidden = hidden_cells(table)
    return [_shown(count, is_hidden=(0, c) in hidden, whole=table[0][-1]) for c, count in enumerate(table[0])]


def _alone(count: int) -> Shown:
    return _shown(count, is_hidden=0 < count < SMALLEST_SHOWN, whole=0)


def _shown(count: int, *, is_hidden: bool, whole: int) -> Shown:
    if is_hidden:
        return Shown(SMALL if 0 < count < SMALLEST_SHOWN else BESIDE, 0)
    return Shown(f"{count:,}", count, f"{100 * count / whole:.1f}%" if whole else "")


def _is_hidden(shown: Shown) -> bool:
    return shown.text in (SMALL, BESIDE)


def _yuan(fen: int, *, is_hidden: bool) -> str:
    if is_hidden:
        return BESIDE
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def _funnel_chart(funnel: Sequence[tuple[Group, Shown, list[tuple[Outcome, Shown]]]]) -> str:
    in_scope = [part for group, _, parts in funnel[:-1] for part in parts]
    return bars([(outcome.label, shown.drawn) for outcome, shown in in_scope if shown.drawn])


def _county_chart(counties: Sequence[tuple[str, list[Shown]]]) -> str:
    """Lowest shares of certified among the records in scope, in per cent; of counties with no hidden cell in scope."""
    shares = [
        (name, round(100 * line[CERTIFIED].drawn / in_scope, 1))
        for name, line in counties
        for in_scope in [sum(shown.drawn for shown in line[:-2])]
        if in_scope and not any(_is_hidden(shown) for shown in line[:-2])
    ]
    return bars(sorted(shares, key=lambda pair: (pair[1], pair[0]))[:COUNTIES_DRAWN])


def _due_chart(rows: Rows, as_of: date) -> str:
    counts = {row["month"]: row["records"] for row in rows}
    months = [date(as_of.year + place // 12, place % 12 + 1, 1) for place in range(as_of.month - 1, as_of.month + 11)]
    return columns([(f"{month:%Y-%m}", _alone(counts.get(month, 0)).drawn) for month in months[:MONTHS_DRAWN]])
