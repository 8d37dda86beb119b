"""The rules as data: `schemas/policy/*.yaml`, validated on load; a home's rows are laid over ours (`overlay.py`).

Every decision carries the digest of the policy it was made under.
"""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import Field, model_validator

from schemas.codes import (
    Alarm,
    CaseEvent,
    CaseKind,
    CaseState,
    Consequence,
    FactScope,
    LossGroup,
    LossKind,
    Method,
    Owed,
    SignalClass,
    TicketEvent,
    TicketState,
)
from schemas.contract import Declared
from schemas.linkage import Linkage
from schemas.transitions import Transitions
from schemas.working_days import Year

ANY = "*"
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
_SIGNAL_COLUMNS = ("signal_code", "signal_class", "method", "is_outside", "valid_from", "valid_to")


class Pattern(Declared):
    """Records by feed, canonical event (`*` = every event of the feed) and canonical qualifiers."""

    feed: str
    event_code: str
    qualifiers: Annotated[tuple[str, ...], Field(min_length=1)]


class Signal(Pattern):
    """A sign of life. Valid from and to bound the event date; epidemic-era feeds have an end."""

    signal_code: str
    signal_class: SignalClass
    method: Method = Method.SILENT
    is_outside: bool = False
    valid_from: date = date(1900, 1, 1)
    valid_to: date = date(9999, 12, 31)

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> "Signal":
        if self.valid_from > self.valid_to:
            raise ValueError("valid_from is after valid_to, so the row never fires")
        return self


class Loss(Pattern):
    """A record that speaks for loss, once what it states has lasted `wait_days`.

    `holder`: agency that holds records of this kind, where it is not the one that sends the file.
    """

    loss_kind: LossKind
    loss_group: LossGroup
    wait_days: Count = 0
    holder: str = ""


class Ignored(Pattern):
    why: str


class Contradiction(Declared):
    """AFTER: a sign more than `grace_days` after the event. SINCE: a sign of its day or later, without grace.

    OUTSIDE_WITHIN: seen outside during the term.
    """

    loss_kinds: tuple[LossKind, ...]
    signal_classes: tuple[SignalClass, ...]
    rule: Literal["AFTER", "SINCE", "OUTSIDE_WITHIN", "NEVER"]


class ProgrammeRule(Declared):
    """Effect of a loss on an entitlement; a pair that no rule names is not affected.

    `offset`: programmes of which what was overpaid may be settled from the funeral grant.
    """

    programmes: tuple[str, ...]
    loss_kinds: tuple[LossKind, ...]
    effect: Literal["END", "SUSPEND", "FREEZE"]
    back_pay: bool = False
    offset: tuple[str, ...] = ()
    legal_ground: str


class Cycle(Declared):
    """Length of a pass of `from_date` or later, for what fits; the narrowest that fits holds."""

    programme: str = ANY
    county: str = ANY
    method: str = ANY
    group: str = ANY
    unit: Literal["DAYS", "MONTHS"]
    length: Annotated[int, Field(ge=1)]
    from_date: date = date(1900, 1, 1)


class PersonalCycle(Declared):
    """Length of one person's passes from a day on, approved for a reason; it goes before every other cycle."""

    person_no: int
    method: str = ANY
    unit: Literal["DAYS", "MONTHS"]
    length: Annotated[int, Field(ge=1)]
    from_date: date
    approved_by: str
    why: str


class Office(Declared):
    """Address and telephone of a county's office, for persons who want to object."""

    address: Annotated[str, Field(min_length=1, max_length=200)]
    telephone: Annotated[str, Field(min_length=1, max_length=40)]


class Superior(Declared):
    """Whom to call when an agency has not answered in time."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    telephone: Annotated[str, Field(min_length=1, max_length=40)]


class PayDay(Declared):
    """Day of the month on which a county pays a programme; its list is with the county so many working days before.

    A day that the month lacks is its last; on a day of rest the county pays on the working day before.
    """

    county: str = ANY
    programme: str = ANY
    day: Annotated[int, Field(ge=1, le=31)]
    working_days_before: Count


class Notice(Declared):
    stage: str
    days_before: Count


class Release(Declared):
    """Records that end the running terms of these kinds on their day.

    `from_outset`: one of the very day of the term says that it was of this kind all along, not that it ended.
    """

    feed: str
    event_codes: tuple[str, ...]
    ends: tuple[LossKind, ...]
    from_outset: bool = False


class DeathDates(Declared):
    """Kinds whose record states the day of the death or funeral itself; farther apart, both holders are asked."""

    loss_kinds: tuple[LossKind, ...]
    tolerance_days: Count


class ReleasedVolume(Declared):
    """Somebody's word that a feed rightly has fewer rows of a county (`*` = every county) from a day on."""

    feed: str
    county: str
    from_date: date
    by: str
    why: str


class RunHealth(Declared):
    """Limits below which a delivery, or what it tells of a county, is too thin to lean on.

    `max_quarantined_share` of its rows; beside `max_other_name_share` of the rows whose number is an insured person's
    those with another name: names and numbers are of different rows then. Of a county, against what used to come:
    `min_volume_share` of the rows of the snapshot before; of events `min_event_share` of the mean of the last
    `usual_days` but the largest, or no row where `silent_rows` were to be expected by now. `released` says from when on
    less is right. `untold_days` long a rejected file of events keeps its day untold, unless it is sent again.
    """

    max_quarantined_share: Share
    max_other_name_share: Share
    min_volume_share: Share
    min_event_share: Share
    silent_rows: Count
    usual_days: Count
    untold_days: Count
    released: tuple[ReleasedVolume, ...] = ()

    def released_from(self, feed: str, county: str) -> list[date]:
        """Days from which the county's rows of the feed are no longer measured by those before, in order."""
        return sorted({row.from_date for row in self.released if row.feed == feed and row.county in (ANY, county)})


class Audit(Declared):
    """A month's random sample of persons certified silently: how many, and the text that another draw starts from."""

    size: Count = 0
    seed: str = ""


class Tickets(Transitions[TicketState, TicketEvent]):
    """The declared moves of a ticket."""

    @model_validator(mode="after")
    def _lines_are_sent(self) -> "Tickets":
        asking = (TicketEvent.CHECK, TicketEvent.CORRECT)
        without = sorted(move.event for move in self.transitions if (move.event in asking) != bool(move.term))
        if without:
            raise ValueError(f"term: write it at {', '.join(asking)} and nowhere else, see {', '.join(without)}")
        for event in asking:
            if (TicketState.TO_ASK, event) not in self.moves:
                raise ValueError(f"no row says where {event} leads from TO_ASK, so no ticket would be sent; write one")
        return self


class CaseMoves(Transitions[CaseState, CaseEvent]):
    """The declared moves of one kind of case; `owed_by`: who makes the next move in a state, if anybody does."""

    owed_by: dict[CaseState, Owed]

    @model_validator(mode="after")
    def _owed_states_are_reached(self) -> "CaseMoves":
        if strange := sorted(set(self.owed_by) - {move.to for move in self.transitions}):
            raise ValueError(f"owed_by: no row leads to {', '.join(strange)}; write one, or take the state out")
        return self


def _only_asking() -> Tickets:
    """Moves of runs of formats 1 to 3: ask once."""
    new, to_ask = TicketState.NEW, TicketState.TO_ASK
    rows = [(new, TicketEvent.IN_QUESTION, to_ask)]
    rows += [
        (state, act, TicketState.ASKED) for act in (TicketEvent.CHECK, TicketEvent.CORRECT) for state in (new, to_ask)
    ]
    terms = {TicketEvent.CHECK: "ticket_reply_working_days", TicketEvent.CORRECT: "ticket_reply_working_days"}
    return Tickets.model_validate(
        {"transitions": [{"from": [a], "event": e, "to": b, "term": terms.get(e)} for a, e, b in rows]}
    )


class Policy(Declared):
    """All of it. Lengths are in days unless the name says working days.

    `read_policy` leaves one row for each record kind, pair of programme and loss kind, and so on, the narrower before
    the wider: the first row that fits is the one that holds.
    """

    signals: tuple[Signal, ...]
    losses: tuple[Loss, ...]
    linkage: Linkage
    ignored: tuple[Ignored, ...]
    calendar: dict[int, Year]
    tickets: Tickets = Field(default_factory=_only_asking)
    # runs before there were cases declared none
    cases: dict[CaseKind, CaseMoves] = Field(default_factory=dict)
    grace_days: Count
    pair_days: Count
    renewal_grain_days: Count
    due_soon_days: Count
    home_visit_age: Count
    aged: Count
    run_health: RunHealth
    contradictions: tuple[Contradiction, ...]
    releases: tuple[Release, ...] = ()
    death_dates: DeathDates
    programmes: tuple[ProgrammeRule, ...]
    cycles: tuple[Cycle, ...]
    personal_cycles: tuple[PersonalCycle, ...] = ()
    excluding_programmes: tuple[tuple[str, str], ...]
    notices: tuple[Notice, ...]
    reply_windows: dict[LossGroup, Count]
    # runs of formats 1 to 3 declared none: a verdict then held for the whole group
    facts: dict[LossGroup, FactScope] = Field(default_factory=lambda: dict.fromkeys(LossGroup, FactScope.GROUP))
    lifelong_programmes: tuple[str, ...] = ()
    # of the figures: limits of age bands, and surnames of two characters, which make a name of four no long one
    age_bands: tuple[Count, ...] = (60, 70, 80, 90)
    compound_surnames: tuple[str, ...] = ()
    audit: Audit = Field(default_factory=Audit)
    pay_days: tuple[PayDay, ...] = ()
    # of a loss that is still paid the matrix gives the ground; runs of older formats declared none
    execution_grounds: dict[Alarm, str] = Field(default_factory=dict)
    verify_within_working_days: Count
    ticket_reply_working_days: Count
    contact: str
    offices: dict[str, Office] = Field(default_factory=dict)
    superiors: dict[str, Superior] = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        return sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()

    @property
    def positive_feeds(self) -> tuple[str, ...]:
        """Feeds with a sign that can certify, alone or in a pair: their silence could hide a pass."""
        return tuple(sorted({row.feed for row in self.signals if row.signal_class in ("A", "B", "C")}))

    def signal_rows(self) -> pa.Table:
        """feed, event_code, qualifier_code, signal_code, signal_class, method, is_outside, valid_from, valid_to, and
        `but_not`: the events that a row for any event leaves to narrower rows, each between bars.
        """
        return self._pattern_rows(self.signals, list(_SIGNAL_COLUMNS))

    def loss_rows(self) -> pa.Table:
        """feed, event_code, qualifier_code, loss_kind, loss_group, wait_days, but_not."""
        return self._pattern_rows(self.losses, ["loss_kind", "loss_group", "wait_days"])

    def rows_for(self, feed: str, event_code: str, qualifier_code: str) -> tuple[Pattern, ...]:
        """The rows that say what a record of that kind means; those for its event come before those for any event."""
        patterns = [
            row
            for row in (*self.losses, *self.signals, *self.ignored)
            if row.feed == feed and qualifier_code in row.qualifiers and row.event_code in (ANY, event_code)
        ]
        named = tuple(row for row in patterns if row.event_code == event_code)
        return named or tuple(patterns)

    def consequence_of(self, feed: str, event_code: str, qualifier_code: str) -> Consequence:
        """Consequence that a record of that kind would have."""
        rows = self.rows_for(feed, event_code, qualifier_code)
        for consequence, kind in ((Consequence.LOSS, Loss), (Consequence.LIFE, Signal)):
            if any(isinstance(row, kind) for row in rows):
                return consequence
        return Consequence.OTHER

    def pay_day_of(self, county: str, programme: str) -> PayDay | None:
        """The narrowest row that fits; None where nothing is said."""
        fits = (row for row in self.pay_days if row.county in (ANY, county) and row.programme in (ANY, programme))
        return next(fits, None)

    def rule_of(self, programme: str, loss_kind: str) -> ProgrammeRule | None:
        """The first rule of the matrix that names both; None where the loss does not affect the programme."""
        fitting = (r for r in self.programmes if loss_kind in r.loss_kinds and {programme, ANY} & set(r.programmes))
        return next(fitting, None)

    def may_offset(self, programme: str, loss_kind: str) -> bool:
        """True where what was overpaid may be settled from the funeral grant."""
        rule = self.rule_of(programme, loss_kind)
        return rule is not None and programme in rule.offset

    def effect_rows(self, programmes: Iterable[str]) -> pa.Table:
        """(programme_code, loss_kind, effect, legal_ground): one row per pair that a rule of the matrix names."""
        rows = [
            {"programme_code": name, "loss_kind": kind.value, "effect": rule.effect, "legal_ground": rule.legal_ground}
            for name in programmes
            for kind in LossKind
            if (rule := self.rule_of(name, kind))
        ]
        columns = ("programme_code", "loss_kind", "effect", "legal_ground")
        return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in columns]))

    def ground_rows(self) -> pa.Table:
        """(alarm, legal_ground): what obliges to pay, one row per alarm but that of a loss still paid."""
        alarms = [alarm for alarm in Alarm if alarm is not Alarm.APPROVED_PAID]
        grounds = [self.execution_grounds.get(alarm, "") for alarm in alarms]
        return pa.table(
            {"alarm": pa.array(map(str, alarms), pa.string()), "legal_ground": pa.array(grounds, pa.string())}
        )

    def contradiction_rows(self) -> pa.Table:
        """(loss_kind, signal_class, rule), one row per pair that can contradict."""
        rows = [
            {"loss_kind": str(kind), "signal_class": str(signal), "rule": rule.rule}
            for rule in self.contradictions
            for kind in rule.loss_kinds
            for signal in rule.signal_classes
        ]
        return pa.Table.from_pylist(rows)

    def release_rows(self) -> pa.Table:
        """(feed, event_code, loss_kind, from_outset), one row per kind of record and kind of term that it ends."""
        rows = [
            {"feed": row.feed, "event_code": event, "loss_kind": str(kind), "from_outset": row.from_outset}
            for row in self.releases
            for event in row.event_codes
            for kind in row.ends
        ]
        kinds = {"feed": pa.string(), "event_code": pa.string(), "loss_kind": pa.string(), "from_outset": pa.bool_()}
        return pa.Table.from_pylist(rows, pa.schema(list(kinds.items())))

    def _pattern_rows(self, patterns: Iterable[Pattern], columns: list[str]) -> pa.Table:
        rows = [
            {"feed": p.feed, "event_code": p.event_code, "qualifier_code": qualifier}
            | {name: _plain(getattr(p, name)) for name in columns}
            | {"but_not": self._named_events(p.feed, qualifier) if p.event_code == ANY else ""}
            for p in patterns
            for qualifier in p.qualifiers
        ]
        return pa.Table.from_pylist(rows)

    def _named_events(self, feed: str, qualifier: str) -> str:
        patterns: tuple[Pattern, ...] = (*self.losses, *self.signals, *self.ignored)
        events = {p.event_code for p in patterns if p.feed == feed and qualifier in p.qualifiers} - {ANY}
        return f"|{'|'.join(sorted(events))}|"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
