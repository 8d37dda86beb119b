"""Figures of a story that should be none, each with the persons or tickets behind it.

Reckoned from the truth, the outgoing files and the books of the ledger by rules written here once more in plain words;
no code of the product is imported, only what `schemas` declares.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import polars as pl
import yaml

from benchmarks.story_files import SIGNERS, STRONG, WITHDRAWN, StoryFiles
from schemas.codes import LossKind

Row = dict[str, Any]
Figure = dict[str, Any]
POLICY: Final = Path(__file__).parents[1] / "schemas" / "policy"
DEATHS: Final = ("LS01", "LS02", "LS03", "LS04", "LS05", "LS15", "LS17", "LS18", "LS20")
CONFIRMING: Final = ("TRUE_LOSS", "ALREADY_STOPPED")
FATES: Final = ("verified", "found_true", "refuted")
FOUND_TRUE: Final = ("NOTICE_GIVEN", "CONFIRMED")
REFUTING: Final = (
    "FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "FALSE_NAME_VARIANT", "FALSE_STALE_ID", "NOT_DISQUALIFYING",
    "SEEN_ALIVE",
)  # fmt: skip
STOPS: Final = ("END", "SUSPEND")
LIFELONG: Final = ("EMPLOYEE_PENSION", "RESIDENT_PENSION", "WORK_INJURY", "DEPENDANT")
CONFIRMED_GROUND: Final = r"经人工核实属实：([^（；]+)（(\d{4}-\d\d-\d\d)）"
OWED: Final = r"计([\d,]+\.\d\d)元"
REPLY_DAYS: Final = 15  # working days between the notice and a stop, but after a death
GRACE_DAYS: Final = 3
# From a status of a lead to another one, and what must have come since the entry before
LEAD_MOVES: Final = {
    ("LEAD_OPEN", "CONFLICT"): "", ("CONFLICT", "LEAD_OPEN"): "",
    ("LEAD_OPEN", "NOTICE_GIVEN"): "TRUE", ("CONFLICT", "NOTICE_GIVEN"): "TRUE",
    ("LEAD_OPEN", "CONFIRMED"): "TRUE", ("CONFLICT", "CONFIRMED"): "TRUE", ("NOTICE_GIVEN", "CONFIRMED"): "TRUE",
    ("LEAD_OPEN", "REFUTED"): "FALSE", ("CONFLICT", "REFUTED"): "FALSE", ("NOTICE_GIVEN", "REFUTED"): "FALSE",
    ("CONFIRMED", "REFUTED"): "FALSE",
    ("NOTICE_GIVEN", "CONFLICT"): "", ("CONFIRMED", "CONFLICT"): "", ("CONFIRMED", "NOTICE_GIVEN"): "OBJECTION",
    ("REFUTED", "NOTICE_GIVEN"): "TRUE", ("REFUTED", "CONFIRMED"): "TRUE",
}  # fmt: skip


def figures(files: StoryFiles) -> Figure:
    """Every figure by its name."""
    return {measure.__name__: measure(files) for measure in MEASURES} | {"headline": headline(files)}


def _figure(rows: Iterable[Row], of: int) -> Figure:
    listed = list(rows)
    return {"wrong": len(listed), "of": of, "behind": listed}


class Judged:
    """Verdicts of officers on each claim as known by a night, found by the lines that listed the claim."""

    def __init__(self, files: StoryFiles) -> None:
        self._files = files
        self._of_line: dict[str, list[Row]] = {}
        for row in files.truth["verdict"].sort("verified_date").iter_rows(named=True):
            if row["verdict"] in (*CONFIRMING, *REFUTING):
                row["signers"] = len({row[name] for name in SIGNERS} - {None, ""})
                self._of_line.setdefault(row["lead_id"], []).append(row)
        self._lines_of: dict[str, list[str]] = {}
        for claim, line in files.book["listed"].select("claim_id", "line_id").unique().sort("line_id").iter_rows():
            self._lines_of.setdefault(claim, []).append(line)

    def settling(self, claim: str, night: date) -> Iterator[Row]:
        """Each verdict on the claim that settled it and had come by the night, in the order given.

        To call it true takes three officers; to undo what three have confirmed takes three too.
        """
        standing: Row | None = None
        given = [row for line in self._lines_of.get(claim, ()) for row in self._of_line.get(line, ())]
        for row in sorted(given, key=lambda row: (row["verified_date"], row["lead_id"])):
            undoes = standing is not None and standing["verdict"] in CONFIRMING and row["verdict"] in REFUTING
            needs_three = row["verdict"] in CONFIRMING or undoes
            if row["verified_date"] < night and (row["signers"] == len(SIGNERS) or not needs_three):
                standing = row
                yield row

    def verdict(self, claim: str, night: date) -> Row | None:
        """The newest verdict on the claim that settles it and had come by the night."""
        *_, newest = (None, *self.settling(claim, night))
        return newest

    def is_refuted(self, claim: str, night: date) -> bool:
        row = self.verdict(claim, night)
        return row is not None and row["verdict"] in REFUTING

    def is_confirmed(self, claim: str, night: date) -> bool:
        row = self.verdict(claim, night)
        return row is not None and row["verdict"] in CONFIRMING


class Calendar:
    """Working days, by the declared holidays and the working weekends before or after them."""

    def __init__(self) -> None:
        years = yaml.safe_load((POLICY / "calendar.yaml").read_text(encoding="utf-8")).values()
        self._holidays = {day for year in years for day in year["holidays"]}
        self._working = {day for year in years for day in year.get("working", ())}

    def working_days(self, after: date, until: date) -> int:
        """Working days after a day, up to and with another."""
        days = (after + timedelta(days=place + 1) for place in range((until - after).days))
        return sum(self.is_working(day) for day in days)

    def is_working(self, day: date) -> bool:
        return day in self._working or (day.weekday() < 5 and day not in self._holidays)


def stopped_outside_lawful_road(files: StoryFiles) -> Figure:
    """Benefits proposed for stop or suspension off the two lawful roads.

    A loss: three officers have called it true, the reply window is over where there is one, and no objection is open.
    Overdue: three reminder stages met and two ways of contact after the due date.
    """
    adverse = files.sent["proposal"].filter(pl.col("action").is_in(STOPS))
    judged, calendar, claims = Judged(files), Calendar(), _claims_by_content(files)
    objections = _by(files.truth["objection"].select("person_no", "event_date"), "person_no")
    wrong = []
    for row in adverse.iter_rows(named=True):
        cited = _cited(row["ground"])
        if not cited:
            why = "" if _is_overdue_road(files, row) else "OVERDUE_WITHOUT_CONTACTS"
        else:
            whys = [_why_unlawful(row, one, judged, calendar, claims, objections) for one in cited]
            why = "" if "" in whys else whys[0]
        if why:
            wrong.append({"person_no": row["person_no"], "day": row["day"], "why": why})
    return _figure(wrong, adverse.height)


def _cited(ground: str) -> list[tuple[str, date]]:
    kinds = {kind.label: kind.value for kind in LossKind}
    found = pl.Series([ground]).str.extract_all(CONFIRMED_GROUND)[0]
    parts = [one.removeprefix("经人工核实属实：").removesuffix("）").rsplit("（", 1) for one in found]
    return [(kinds.get(label, label), date.fromisoformat(day)) for label, day in parts]


def _claims_by_content(files: StoryFiles) -> dict[tuple[int, str, date], list[str]]:
    """Numbers of the listed claims of a person, kind and day."""
    found: dict[tuple[int, str, date], list[str]] = {}
    for number, kind, day, claim in (
        files.book["listed"]
        .select("person_no", "loss_kind", "event_date", "claim_id")
        .unique()
        .sort("claim_id")
        .iter_rows()
    ):
        found.setdefault((number, kind, day), []).append(claim)
    return found


def _why_unlawful(
    row: Row,
    cited: tuple[str, date],
    judged: Judged,
    calendar: Calendar,
    claims: dict[tuple[int, str, date], list[str]],
    objections: dict[int, list[Row]],
) -> str:
    kind, day = cited
    verdicts = [judged.verdict(claim, row["day"]) for claim in claims.get((row["person_no"], kind, day), ())]
    true = [one for one in verdicts if one is not None and one["verdict"] in CONFIRMING]
    if not true:
        return "NO_VERDICT_OF_THREE"
    newest = max(true, key=lambda one: one["verified_date"])
    objected = [one["event_date"] for one in objections.get(row["person_no"], ())]
    if any(newest["verified_date"] <= one < row["day"] for one in objected):
        return "OPEN_OBJECTION"
    if kind in DEATHS:
        return ""
    if newest["notice_date"] is None:
        return "NO_NOTICE"
    waited = calendar.working_days(newest["notice_date"], row["day"] - timedelta(days=1))
    return "" if waited >= REPLY_DAYS else "REPLY_WINDOW_OPEN"


def _is_overdue_road(files: StoryFiles, row: Row) -> bool:
    """Reminder stages are messages, or else letters and visits: in all three, and two ways of contact."""
    messages = files.book["reminder"].filter(pl.col("person_no") == row["person_no"], pl.col("as_of") <= row["day"])
    written = messages.filter(pl.col("obstacle") == "")["stage"].n_unique()
    return int(written) >= 3 or row["ground"].count("，") >= 3


def repeated_strikes(files: StoryFiles) -> Figure:
    """Persons asked about, or proposed for stop, for nothing but what officers had refuted by then."""
    judged, claims = Judged(files), _claims_by_content(files)
    of_line = _by(files.book["listed"].select("line_id", "claim_id", "person_no").unique(), "line_id")
    wrong: dict[tuple[str, int, str], Row] = {}
    lines = files.sent["line"].select("day", "line_id").unique().sort("day", "line_id")
    for day, line in lines.iter_rows():
        listed = of_line.get(line, [])
        if listed and all(judged.is_refuted(one["claim_id"], day) for one in listed):
            key = ("LINE", listed[0]["person_no"], line)
            wrong.setdefault(key, {"person_no": listed[0]["person_no"], "day": day, "line_id": line})
    adverse = files.sent["proposal"].filter(pl.col("action").is_in(STOPS))
    for row in adverse.sort("day", "person_no").iter_rows(named=True):
        cited = [claims.get((row["person_no"], *one), []) for one in _cited(row["ground"])]
        known = [claim for numbers in cited for claim in numbers]
        if known and all(judged.is_refuted(claim, row["day"]) for claim in known):
            key = ("PROPOSAL", row["person_no"], row["programme_code"])
            wrong.setdefault(key, {"person_no": row["person_no"], "day": row["day"], "line_id": ""})
    return _figure(wrong.values(), lines["line_id"].n_unique())


def unrepaired_disproved_deaths(files: StoryFiles) -> Figure:
    """Stopped benefits of the living of whose every claim of death officers, its source or a sign of life said
    otherwise, and for whom neither that night nor the next sent a line to resume.
    """
    return _figure(*_unrepaired(files))


def _unrepaired(files: StoryFiles) -> tuple[list[Row], int]:
    judged, signs, lives = Judged(files), _strong_signs(files), Lives(files)
    withdrawn = _withdrawn(files)
    claims = files.book["lead_entry"].select(
        "claim_id", "person_no", "loss_kind", "event_date", "as_of", "agency"
    ).unique(["claim_id"], keep="first", maintain_order=True)  # fmt: skip
    of_person = _by(claims, "person_no")
    resumed = _resumed(files)
    wrong, cases = {}, 0
    for night in files.days:
        following = files.next_night(night)
        for row in _stopped(files, night):
            known = [one for one in of_person.get(row["person_no"], ()) if one["as_of"] <= night]
            deaths = [one for one in known if one["loss_kind"] in DEATHS and one["loss_kind"] != "LS20"]
            others = [one for one in known if one["loss_kind"] not in DEATHS]
            if not deaths or lives.is_rightly_stopped(row["person_no"], night):
                continue
            if any(judged.is_confirmed(one["claim_id"], night) for one in others):
                continue
            last = max(one["event_date"] for one in deaths) + timedelta(days=GRACE_DAYS)
            # what officers knew when they confirmed the death they have judged with it
            confirmed = [judged.verdict(one["claim_id"], night) for one in deaths]
            judged_on = max((one["verified_date"] for one in confirmed if one is not None), default=date.min)
            seen = any(
                last < day and came <= night and max(day, came) > judged_on
                for day, came in signs.get(row["person_no"], ())
            )
            refuted = all(
                judged.is_refuted(one["claim_id"], night) or withdrawn.get(one["claim_id"], date.max) <= night
                for one in deaths
            )
            if not (seen or refuted):
                continue
            cases += 1
            key = (row["stated_no"], row["programme_code"], row["county_code"])
            if following and not {(night, *key), (following, *key)} & resumed:
                by_officers = all(judged.is_refuted(one["claim_id"], night) for one in deaths)
                why = "SEEN_ALIVE" if seen else "REFUTED" if by_officers else "WITHDRAWN_BY_SOURCE"
                wrong.setdefault(key, {"person_no": row["person_no"], "day": night, "why": why})
    return list(wrong.values()), cases


def terminated_alive_unlisted(files: StoryFiles) -> Figure:
    """Living persons with a lifelong benefit terminated and a strong sign of life since, whom no list of that night
    names first: priority 0 of a worklist, or a line to resume.
    """
    judged, signs, lives, resumed = Judged(files), _strong_signs(files), Lives(files), _resumed(files)
    of_person = _by(files.book["lead_entry"].select("claim_id", "person_no", "loss_kind", "as_of"), "person_no")
    person_of = dict(files.book["listed"].select("line_id", "person_no").unique().iter_rows())
    first = files.sent["line"].filter(pl.col("priority") == 0).select("day", "line_id").iter_rows()
    named = {(day, person_of.get(line)) for day, line in first}
    since_night = _terminated_since(files)
    wrong, cases = {}, 0
    for night in files.days:
        for row in _stopped(files, night):
            key = (row["stated_no"], row["programme_code"], row["county_code"])
            if row["payment_state"] != "TERMINATED" or row["programme_code"] not in LIFELONG:
                continue
            since = since_night[(night, *key)]
            if not any(since < day and came <= night for day, came in signs.get(row["person_no"], ())):
                continue
            others = [one for one in of_person.get(row["person_no"], ()) if one["loss_kind"] not in DEATHS]
            if lives.is_rightly_stopped(row["person_no"], night) or any(
                judged.is_confirmed(one["claim_id"], night) for one in others
            ):
                continue
            cases += 1
            if (night, row["person_no"]) not in named and (night, *key) not in resumed:
                wrong.setdefault(key, {"person_no": row["person_no"], "day": night})
    return _figure(wrong.values(), cases)


class Lives:
    """The true state of a person on a day."""

    def __init__(self, files: StoryFiles) -> None:
        self._states = _by(files.truth["person_state"], "person_no")

    def is_rightly_stopped(self, person_no: int, day: date) -> bool:
        """Dead, held, gone abroad, missing, or drawing what ends for another reason."""
        return bool(self.holding(person_no, day) & RIGHTLY)

    def holding(self, person_no: int, day: date) -> set[str]:
        return {
            one["state"]
            for one in self._states.get(person_no, ())
            if one["from_date"] <= day and (one["to_date"] is None or day < one["to_date"])
        }


RIGHTLY: Final = {
    "DEAD", "IN_PRISON", "IN_CUSTODY", "MISSING", "WANTED", "ABROAD", "DRAWING_TWICE", "ADULT", "ADOPTED", "REMARRIED",
    "EMPLOYED",
}  # fmt: skip


def _stopped(files: StoryFiles, night: date) -> Iterator[Row]:
    return files.truth["registry"].filter(pl.col("told") == night).iter_rows(named=True)


def _terminated_since(files: StoryFiles) -> dict[tuple[date, int, str, str], date]:
    """Per night and terminated benefit: the night since which the registry has shown it so without a break."""
    found: dict[tuple[date, int, str, str], date] = {}
    before: dict[tuple[int, str, str], date] = {}
    for night in files.days:
        ended = [row for row in _stopped(files, night) if row["payment_state"] == "TERMINATED"]
        keys = [(row["stated_no"], row["programme_code"], row["county_code"]) for row in ended]
        before = {key: before.get(key, night) for key in keys}
        found |= {(night, *key): since for key, since in before.items()}
    return found


def _resumed(files: StoryFiles) -> set[tuple[date, int, str, str]]:
    rows = files.sent["proposal"].filter(pl.col("action") == "RESUME")
    return set(rows.select("day", "stated_no", "programme_code", "county_code").iter_rows())


def _strong_signs(files: StoryFiles) -> dict[int, list[tuple[date, date]]]:
    """Per person: the days on which a faultless record saw the person, each with the night the record came."""
    own = pl.any_horizontal((pl.col("feed") == feed) & pl.col("cause").is_in(causes) for feed, causes in STRONG.items())
    place = ["feed", "business_date", "file_name"]
    spoiled = files.truth["planted"].filter(pl.col("record_no") > 0).select(*place, "record_no")
    rows = files.truth["record"].filter(own & pl.col("is_exact") & pl.col("event_date").is_not_null())
    rows = rows.filter(pl.col("person_no") == pl.col("named_person_no")).join(
        spoiled, on=[*place, "record_no"], how="anti"
    )
    taken = files.book["delivery"].filter(pl.col("rejection") == "").select(*place, "known_from")
    nights = pl.DataFrame(
        {"known_from": list(files.nights), "came": list(files.nights.values())},
        schema={"known_from": pl.Int64, "came": pl.Date},
    )
    seen = rows.join(taken.with_columns(pl.col("known_from").cast(pl.Int64)), on=place).join(nights, on="known_from")
    found: dict[int, list[tuple[date, date]]] = {}
    for number, day, came in seen.select("person_no", "event_date", "came").iter_rows():
        found.setdefault(number, []).append((day, came))
    return found


def _withdrawn(files: StoryFiles) -> dict[str, date]:
    """Per listed claim whose record was withdrawn by its source: the day after that delivery."""
    back = files.truth["record"].filter(pl.col("cause") == WITHDRAWN).group_by("feed", "record_id").agg(
        back_on=pl.min("business_date")
    )  # fmt: skip
    listed = files.book["listed"].select("claim_id", "feed", "record_id").unique()
    found = listed.join(back, on=["feed", "record_id"]).group_by("claim_id").agg(pl.max("back_on"))
    return dict(found.iter_rows())


def unlawful_states(files: StoryFiles) -> Figure:
    """Entries of the books whose state, or whose move from the entry before, no rule declares."""
    tickets, moves = list(_unlawful_tickets(files)), list(_unlawful_leads(files))
    losses = list(_unlawful_losses(files))
    return _figure([*tickets, *moves, *losses], files.book["ticket_entry"].height + files.book["lead_entry"].height)


def _unlawful_tickets(files: StoryFiles) -> Iterator[Row]:
    """Within one night a ticket may take several of the declared moves."""
    reach = _reachable_states()
    for ticket, rows in _in_order(files.book["ticket_entry"], "ticket_id"):
        states = ["NEW", *(row["status"] for row in rows)]
        for (before, after), row in zip(pairwise(states), rows, strict=True):
            passing = after in ("NEW", "TO_ASK", "TO_WITHDRAW")
            if passing or (after != before and after not in reach.get(before, ())):
                yield {"ticket_id": ticket, "day": row["as_of"], "from": before, "to": after}


def _reachable_states() -> dict[str, set[str]]:
    stated = yaml.safe_load((POLICY / "tickets.yaml").read_text(encoding="utf-8"))["transitions"]
    one_step: dict[str, set[str]] = {}
    for row in stated:
        for state in row["from"]:
            one_step.setdefault(state, set()).add(row["to"])
    reach = {}
    for state in one_step:
        seen, left = set(), [state]
        while left:
            for following in one_step.get(left.pop(), set()) - seen:
                seen.add(following)
                left.append(following)
        reach[state] = seen
    return reach


def _unlawful_leads(files: StoryFiles) -> Iterator[Row]:
    judged = Judged(files)
    objected = _by(files.truth["objection"].select("person_no", "event_date"), "person_no")
    same_fact = _claims_of_fact(files)
    for claim, rows in _in_order(files.book["lead_entry"], "lead_id"):
        for before, after in pairwise([None, *rows]):
            assert after is not None
            if after["entry_kind"] == "CLOSE":
                continue
            # what is judged on the night that it is found, or found again, was a lead first
            is_new = before is None or before["entry_kind"] == "CLOSE"
            was = "LEAD_OPEN" if is_new else before["status"]
            if was == after["status"]:
                continue
            needs = LEAD_MOVES.get((was, after["status"]))
            claims = same_fact.get(_fact(after), {claim}) if needs == "TRUE" else {claim}
            restated = same_fact.get(_fact(after), {claim}) if needs == "FALSE" else claims
            held = {
                None: False, "": True,
                "TRUE": any(judged.is_confirmed(one, after["as_of"]) for one in claims),
                "FALSE": any(judged.is_refuted(one, after["as_of"]) for one in restated),
                "OBJECTION": any(one["event_date"] < after["as_of"] for one in objected.get(after["person_no"], ())),
            }[needs]  # fmt: skip
            if not held:
                yield {"person_no": after["person_no"], "lead_id": claim, "day": after["as_of"], "from": was,
                       "to": after["status"]}  # fmt: skip


def _fact(row: Row) -> tuple[int, str]:
    """One dies, goes missing and draws twice once; marries again once; is taken into custody several times."""
    if row["loss_group"] in ("DEATH", "MISSING", "DUPLICATE"):
        return row["person_no"], row["loss_group"]
    if row["loss_group"] == "CONDITION":
        return row["person_no"], row["loss_kind"]
    return row["person_no"], f"{row['loss_kind']} {row['event_date']}"


def _claims_of_fact(files: StoryFiles) -> dict[tuple[int, str], set[str]]:
    found: dict[tuple[int, str], set[str]] = {}
    for row in files.book["listed"].iter_rows(named=True):
        found.setdefault(_fact(row), set()).add(row["claim_id"])
    return found


def _unlawful_losses(files: StoryFiles) -> Iterator[Row]:
    """Entries of the certification book that call a loss certain though the lead book confirms none by then."""
    confirmed = files.book["lead_entry"].filter(pl.col("status") == "CONFIRMED").group_by("person_no").agg(
        first=pl.min("as_of")
    )  # fmt: skip
    since = dict(confirmed.iter_rows())
    entries = files.book["certification_entry"].filter(pl.col("outcome") == "LOSS_CONFIRMED")
    for row in entries.iter_rows(named=True):
        is_founded = since.get(row["person_no"], date.max) <= row["as_of"]
        if row["loss_state"] != "CONFIRMED" or not is_founded:
            yield {"person_no": row["person_no"], "day": row["as_of"], "from": row["loss_state"], "to": row["outcome"]}


def back_pay_error_fen(files: StoryFiles) -> Figure:
    """Proposed back-pay against what was truly not paid, on the first night of each proposal to resume."""
    first = (
        files.sent["proposal"].filter(pl.col("action") == "RESUME").sort("day")
        .unique(["stated_no", "programme_code", "county_code", "ground"], keep="first", maintain_order=True)
        .with_columns(fen=pl.col("ground").str.extract(OWED).str.replace_all("[,.]", "").cast(pl.Int64))
    )  # fmt: skip
    stopped_on, monthly, paid = _stop_days(files), _monthly(files), _paid_months(files)
    lives, rows, proposals = (
        Lives(files),
        [],
        first.unique(["stated_no", "programme_code", "county_code"], keep="first"),
    )
    for row in proposals.sort("day", "stated_no").filter(pl.col("fen").is_not_null()).iter_rows(named=True):
        key = (row["stated_no"], row["programme_code"], row["county_code"])
        since = stopped_on.get(key)
        if since is None or "DEAD" in lives.holding(row["person_no"], row["day"]):
            continue  # stopped before the story began, or rightly: nobody knows since when it is owed
        months = _months(since, row["day"])
        held = [month for month in months if lives.holding(row["person_no"], month) & {"IN_PRISON", "IN_CUSTODY"}]
        owed = [
            month
            for month in months
            if month not in held and not paid.get((*key, month), {}).get("by", date.max) <= row["day"]
        ]
        fen = len(owed) * monthly[key]
        if fen != row["fen"]:
            rows.append({"person_no": row["person_no"], "day": row["day"], "proposed": row["fen"], "owed": fen})
    return _money(rows, "proposed", "owed", of=proposals.height)


def _months(first: date, last: date) -> list[date]:
    """First days of the months from the one to the other."""
    count = (last.year - first.year) * 12 + last.month - first.month
    at = [first.year * 12 + first.month - 1 + place for place in range(count + 1)]
    return [date(month // 12, month % 12 + 1, 1) for month in at]


def _stop_days(files: StoryFiles) -> dict[tuple[int, str, str], date]:
    """First day of the month of the first pay day that each benefit missed: the registry stopped it in the story."""
    stops = files.truth["executed"].filter(pl.col("action").is_in(STOPS)).sort("day")
    return {
        (row["stated_no"], row["programme_code"], row["county_code"]): row["day"]
        for row in stops.unique(["stated_no", "programme_code", "county_code"], keep="first").iter_rows(named=True)
    }


def _monthly(files: StoryFiles) -> dict[tuple[int, str, str], int]:
    rows = files.truth["registry"].unique(["stated_no", "programme_code", "county_code"], keep="any")
    return {
        (number, programme, county): fen
        for number, programme, county, fen in rows.select(
            "stated_no", "programme_code", "county_code", "monthly_fen"
        ).iter_rows()
    }


def _paid_months(files: StoryFiles) -> dict[tuple[int, str, str, date], Row]:
    """Per benefit and month: paid less returned (`fen`), and the day from which that is known (`by`)."""
    key = ["stated_no", "programme_code", "county_code", "pay_month"]
    rows = files.truth["paid"].group_by(key).agg(fen=pl.sum("paid_fen"), by=pl.min("told"))
    return {tuple(row[name] for name in key): row for row in rows.filter(pl.col("fen") > 0).iter_rows(named=True)}  # type: ignore[misc]


def overpayment_error_fen(files: StoryFiles) -> Figure:
    """Money at risk of a death on the night that calls it certain, against what was paid after the month of the death.

    Where the sources date it in another month than it was, the error is theirs and is counted apart; so is a death
    after which a month was stated in a damaged row of the payments only, which is held until it is sent again, and one
    of a person about whom another loss is asked, whose money is in the same sum.
    """
    damaged = {
        (row["person_no"], date.fromisoformat(f"{row['record_id'][2:6]}-{row['record_id'][6:8]}-01"))
        for row in files.truth["planted"].iter_rows(named=True)
        if row["feed"] == "payments" and row["kind"] != "REPEATED"
    }
    entries = files.book["certification_entry"].filter(
        pl.col("outcome") == "LOSS_CONFIRMED", pl.col("payment_state").is_in(["DRAWING", "SUSPENDED"])
    ).sort("as_of")  # fmt: skip
    first = entries.unique(["stated_no", "programme_code", "county_code"], keep="first", maintain_order=True)
    died = dict(files.truth["person"].select("person_no", "death_date").drop_nulls().iter_rows())
    paid = files.truth["paid"]
    rows, dated_otherwise, in_damaged_rows, beside_others, deaths = [], 0, 0, 0, 0
    for row in first.iter_rows(named=True):
        death = died.get(row["person_no"])
        if (
            death is None
            or not any(kind in DEATHS for kind in row["loss_kinds"].split(","))
            or row["loss_date"] is None
        ):
            continue
        deaths += 1
        if set(row["loss_kinds"].split(",")) - {*DEATHS}:
            beside_others += 1
            continue
        if (death.year, death.month) != (row["loss_date"].year, row["loss_date"].month):
            dated_otherwise += 1
            continue
        after = paid.filter(
            pl.col("stated_no") == row["stated_no"], pl.col("programme_code") == row["programme_code"],
            pl.col("county_code") == row["county_code"], pl.col("pay_month") > death, pl.col("told") <= row["as_of"],
        )  # fmt: skip
        if {(row["person_no"], month) for month in after["pay_month"]} & damaged:
            in_damaged_rows += 1
            continue
        fen = max(int(after["paid_fen"].sum()), 0)
        if fen != row["at_risk_fen"]:
            rows.append({"person_no": row["person_no"], "day": row["as_of"], "said": row["at_risk_fen"], "paid": fen})
    apart = {"dated_otherwise": dated_otherwise, "in_damaged_rows": in_damaged_rows, "beside_others": beside_others}
    return _money(rows, "said", "paid", of=deaths) | apart


def _money(rows: list[Row], one: str, other: str, *, of: int) -> Figure:
    return {"wrong": sum(abs(row[one] - row[other]) for row in rows), "of": of, "behind": rows}


def asked_twice(files: StoryFiles) -> Figure:
    """Questions sent as a new line though the same one was open or answered.

    To a county: two lines of one list about one fact of a person, and a new line about nothing but what a line that
    officers have settled asked. To an agency: the same record and fault under another number, or once more under the
    same one without an answer that it was corrected and without a further step (请核实, then 请更正).
    """
    counties, agencies = list(_lines_twice(files)), list(_questions_twice(files))
    questions = files.sent["line"]["line_id"].n_unique() + files.sent["question"]["ticket_id"].n_unique()
    return _figure([*counties, *agencies], questions)


def _lines_twice(files: StoryFiles) -> Iterator[Row]:
    judged = Judged(files)
    listed = files.book["listed"]
    claims_of: dict[str, list[Row]] = {}
    for row in listed.iter_rows(named=True):
        claims_of.setdefault(row["line_id"], []).append(row)
    for (day, _), rows in files.sent["line"].sort("day", "recipient").group_by("day", "recipient", maintain_order=True):
        facts: dict[tuple[int, str], str] = {}
        for line in rows["line_id"]:
            for fact in {(*_fact(claim), claim["stated_no"]) for claim in claims_of.get(line, ())}:
                if facts.setdefault(fact, line) != line:
                    yield {"person_no": fact[0], "day": day, "line_id": line, "why": "TWO_LINES_OF_ONE_FACT"}
    first_sent = files.sent["line"].group_by("line_id").agg(pl.min("day")).sort("day", "line_id")
    for line, day in first_sent.iter_rows():
        claims = claims_of.get(line, [])
        if claims and all(judged.verdict(claim["claim_id"], day) for claim in claims):
            yield {"person_no": claims[0]["person_no"], "day": day, "line_id": line, "why": "ANSWERED"}


def _questions_twice(files: StoryFiles) -> Iterator[Row]:
    corrected = files.truth["reply"].filter(pl.col("result") == "CORRECTED").group_by("ticket_id").agg(
        pl.col("handled_date")
    )  # fmt: skip
    answers = dict(corrected.iter_rows())
    demanded = {
        ticket: sorted({row["demanded_by"] for row in rows} - {"", None})
        for ticket, rows in _in_order(files.book["ticket_entry"], "ticket_id")
    }
    fault = ["recipient", "record_id", "column", "issue"]
    for key, rows in files.sent["question"].sort("day", "ticket_id").group_by(fault, maintain_order=True):
        numbers = rows["ticket_id"].unique(maintain_order=True).to_list()
        if len(numbers) > 1:
            yield {"ticket_id": numbers[1], "day": rows["day"][1], "recipient": key[0], "why": "ANOTHER_NUMBER"}
        for before, after in pairwise(rows.sort("day").iter_rows(named=True)):
            if before["ticket_id"] != after["ticket_id"]:
                continue
            was_corrected = any(before["day"] <= one < after["day"] for one in answers.get(after["ticket_id"], ()))
            further = before["kind"] != after["kind"] or len(demanded.get(after["ticket_id"], ())) > 1
            if not was_corrected and not further:
                yield {"ticket_id": after["ticket_id"], "day": after["day"], "recipient": key[0], "why": "AGAIN"}


def headline(files: StoryFiles) -> Figure:
    """Known figures of a province by the product's books, and once more from the truth: they should agree.

    Compared: insured records. Doubtful: facts of persons that a list asked about. Verified: those on which officers
    gave a verdict that settles a claim. Found true: those of which officers ever found a claim true, whether the time
    to answer is over or not. Refuted: those of which officers found every record wrong, by the newest word; who draws
    under two numbers has two claims by one record, and an answer about one of them is about both. `differing` are facts
    of which the two say different things: a claim that was found true and, in the same night, contradicted or left
    without its benefit, never stands as found true in the books.
    """
    last, judged = files.days[-1], Judged(files)
    claims_of: dict[tuple[int, str], dict[tuple[str, str], set[str]]] = {}
    for row in files.book["listed"].iter_rows(named=True):
        records = claims_of.setdefault(_fact(row), {})
        records.setdefault((row["feed"], row["record_id"]), set()).add(row["claim_id"])
    words = {fact: [_words(judged, claims, last) for claims in of.values()] for fact, of in claims_of.items()}
    entries = files.book["lead_entry"].sort("run_no")
    newest, ever = (_statuses(rows) for rows in (entries.unique("lead_id", keep="last", maintain_order=True), entries))
    by_books = {fact: _fate_by_books(ever[fact], newest[fact]) for fact in ever}
    by_truth = {fact: _fate(of_records) for fact, of_records in words.items()}
    comparison = files.book["comparison"].filter(pl.col("written_by") == max(files.nights))
    compared = comparison.filter(pl.col("result") != "NOT_COMPARABLE").group_by("source").agg(pl.sum("records"))
    insured = int(comparison.group_by("source").agg(pl.sum("records"))["records"].max() or 0)
    return {
        "product": {"compared_per_source": dict(compared.sort("source").iter_rows()), "insured": insured}
        | _counted(by_books),
        "truth": {"insured": files.insured} | _counted(by_truth),
        "differing": [
            {"person_no": fact[0], "fact": fact[1], "truth": words.get(fact), "books": sorted(ever.get(fact, ()))}
            for fact in sorted(by_books.keys() | by_truth.keys())
            if by_books.get(fact) != by_truth.get(fact)
        ],
    }


def _counted(fates: dict[tuple[int, str], set[str]]) -> dict[str, int]:
    """How many facts are doubtful, and of how many each of FATES holds."""
    return {"doubtful": len(fates)} | {name: sum(name in fate for fate in fates.values()) for name in FATES}


def _fate(of_records: list[list[str]]) -> set[str]:
    """The FATES of a fact, by the `_words` of its records."""
    held = {
        "verified": any(of_records),
        "found_true": any("TRUE" in one for one in of_records),
        "refuted": all(one[-1:] == ["FALSE"] for one in of_records),
    }
    return {name for name, holds in held.items() if holds}


def _fate_by_books(ever: set[str], newest: set[str]) -> set[str]:
    """The FATES of a fact, by the statuses of its entries."""
    held = {
        "verified": bool(ever & {*FOUND_TRUE, "REFUTED"}),
        "found_true": bool(ever & {*FOUND_TRUE}),
        "refuted": newest == {"REFUTED"},
    }
    return {name for name, holds in held.items() if holds}


def _words(judged: Judged, claims: set[str], night: date) -> list[str]:
    """TRUE or FALSE for each verdict that settled one of the claims by the night, in the order given."""
    given = [row for claim in claims for row in judged.settling(claim, night)]
    ordered = sorted(given, key=lambda row: (row["verified_date"], row["lead_id"]))
    return ["TRUE" if row["verdict"] in CONFIRMING else "FALSE" for row in ordered]


def _statuses(entries: pl.DataFrame) -> dict[tuple[int, str], set[str]]:
    """The statuses of the entries of each fact."""
    found: dict[tuple[int, str], set[str]] = {}
    for row in entries.iter_rows(named=True):
        found.setdefault(_fact(row), set()).add(row["status"])
    return found


def _by(rows: pl.DataFrame, column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault(row[column], []).append(row)
    return found


def _in_order(book: pl.DataFrame, key: str) -> Iterator[tuple[str, list[Row]]]:
    """Entries of each key in the order they were written."""
    yield from _by(book.sort(key, "run_no"), key).items()


MEASURES: Final[tuple[Callable[[StoryFiles], Figure], ...]] = (
    stopped_outside_lawful_road, repeated_strikes, unrepaired_disproved_deaths, terminated_alive_unlisted,
    unlawful_states, back_pay_error_fen, overpayment_error_fen, asked_twice,
)  # fmt: skip
