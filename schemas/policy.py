"""The rules as data: `schemas/policy/*.yaml`, validated on load; a home's file replaces ours of the same name.

Every decision carries the digest of the policy it was made under.
"""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from schemas.codes import Consequence, LossGroup, LossKind, Method, SignalClass
from schemas.contract import Declared
from schemas.declaration import read_yaml, reading
from schemas.linkage import Linkage
from schemas.working_days import Year

ANY = "*"
_SIGNAL_COLUMNS = ("signal_code", "signal_class", "method", "is_outside", "valid_from", "valid_to")


class Pattern(Declared):
    """Records by feed, canonical event (`*` = every event of the feed) and canonical qualifiers."""

    feed: str
    event_code: str
    qualifiers: tuple[str, ...]

    def covers(self, feed: str, event_code: str, qualifier_code: str) -> bool:
        return self.feed == feed and self.event_code in (ANY, event_code) and qualifier_code in self.qualifiers


class Signal(Pattern):
    """A sign of life. Valid from and to bound the event date; epidemic-era feeds have an end."""

    signal_code: str
    signal_class: SignalClass
    method: Method = Method.SILENT
    is_outside: bool = False
    valid_from: date = date(1900, 1, 1)
    valid_to: date = date(9999, 12, 31)


class Loss(Pattern):
    """A record that speaks for loss, once what it states has lasted `wait_days`.

    `holder`: agency that holds records of this kind, where it is not the one that sends the file.
    """

    loss_kind: LossKind
    loss_group: LossGroup
    wait_days: int = 0
    holder: str = ""


class Ignored(Pattern):
    why: str


class Contradiction(Declared):
    """AFTER: a sign more than `grace_days` after the event. OUTSIDE_WITHIN: seen outside during the term."""

    loss_kinds: tuple[LossKind, ...]
    signal_classes: tuple[SignalClass, ...]
    rule: Literal["AFTER", "OUTSIDE_WITHIN", "NEVER"]


class ProgrammeRule(Declared):
    """Effect of a loss on an entitlement; a pair that no rule names is not affected."""

    programmes: tuple[str, ...]
    loss_kinds: tuple[LossKind, ...]
    effect: Literal["END", "SUSPEND", "FREEZE"]
    back_pay: bool = False
    legal_ground: str


class Cycle(Declared):
    """How long a pass of `from_date` or later lasts, for what fits; the first that fits holds."""

    programme: str
    county: str
    method: str
    group: str
    unit: Literal["DAYS", "MONTHS"]
    length: int
    from_date: date = date(1900, 1, 1)


class Notice(Declared):
    stage: str
    days_before: int


class DeathDates(Declared):
    """Kinds whose record states the day of the death or funeral itself; farther apart, both holders are asked."""

    loss_kinds: tuple[LossKind, ...]
    tolerance_days: int


class RunHealth(Declared):
    """Shares that gate a delivery: rows quarantined, rows against the last good delivery, and of the rows whose number
    is an insured person's those with another name: beside `max_other_name_share` of them names and numbers are of
    different rows.
    """

    max_quarantined_share: float
    min_volume_share: float
    max_other_name_share: float = 0.5


class Policy(Declared):
    """All of it. Lengths are in days unless the name says working days."""

    signals: tuple[Signal, ...]
    losses: tuple[Loss, ...]
    linkage: Linkage
    ignored: tuple[Ignored, ...]
    calendar: dict[int, Year]
    grace_days: int
    pair_days: int
    renewal_grain_days: int
    due_soon_days: int
    home_visit_age: int
    aged: int
    run_health: RunHealth
    contradictions: tuple[Contradiction, ...]
    death_dates: DeathDates
    programmes: tuple[ProgrammeRule, ...]
    cycles: tuple[Cycle, ...]
    excluding_programmes: tuple[tuple[str, str], ...]
    notices: tuple[Notice, ...]
    reply_windows: dict[LossGroup, int]
    verify_within_working_days: int
    ticket_reply_working_days: int
    contact: str

    @property
    def digest(self) -> str:
        return sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()

    @property
    def positive_feeds(self) -> tuple[str, ...]:
        """Feeds with a sign that can certify, alone or in a pair: their silence could hide a pass."""
        return tuple(sorted({row.feed for row in self.signals if row.signal_class in ("A", "B", "C")}))

    def signal_rows(self) -> pa.Table:
        """feed, event_code, qualifier_code, signal_code, signal_class, method, is_outside, valid_from, valid_to."""
        return _rows(self.signals, list(_SIGNAL_COLUMNS))

    def loss_rows(self) -> pa.Table:
        """feed, event_code, qualifier_code, loss_kind, loss_group, wait_days."""
        return _rows(self.losses, ["loss_kind", "loss_group", "wait_days"])

    def consequence_of(self, feed: str, event_code: str, qualifier_code: str) -> Consequence:
        """Consequence that a record of that kind would have."""
        for consequence, patterns in ((Consequence.LOSS, self.losses), (Consequence.LIFE, self.signals)):
            if any(pattern.covers(feed, event_code, qualifier_code) for pattern in patterns):
                return consequence
        return Consequence.OTHER

    def rule_of(self, programme: str, loss_kind: str) -> ProgrammeRule | None:
        """The first rule of the matrix that names both; None where the loss does not affect the programme."""
        fitting = (r for r in self.programmes if loss_kind in r.loss_kinds and {programme, ANY} & set(r.programmes))
        return next(fitting, None)

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

    def contradiction_rows(self) -> pa.Table:
        """(loss_kind, signal_class, rule), one row per pair that can contradict."""
        rows = [
            {"loss_kind": str(kind), "signal_class": str(signal), "rule": rule.rule}
            for rule in self.contradictions
            for kind in rule.loss_kinds
            for signal in rule.signal_classes
        ]
        return pa.Table.from_pylist(rows)


def read_policy(folders: Iterable[Path]) -> Policy:
    """Raises `DeclarationError` naming the file and the key that is wrong or unknown."""
    files: dict[str, Path] = {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}
    with reading(f"policy of {', '.join(sorted(files))}"):
        loaded: dict[str, Any] = {n: read_yaml(path) for n, path in files.items()}
        rules = loaded.pop("rules", {})
        return Policy.model_validate(rules | loaded)


def _rows(patterns: Iterable[Pattern], columns: list[str]) -> pa.Table:
    rows = [
        {"feed": p.feed, "event_code": p.event_code, "qualifier_code": qualifier}
        | {name: _plain(getattr(p, name)) for name in columns}
        for p in patterns
        for qualifier in p.qualifiers
    ]
    return pa.Table.from_pylist(rows)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
