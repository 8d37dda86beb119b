"""The figures as one self-contained page: nothing is loaded from anywhere, and the same figures give the same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from pipelines.outgoing.tallies import COUNTY_COLUMNS, SMALLEST_SHOWN, Tallies
from schemas.codes import Code, Comparison, EntryKind, HoldReason, LossState, Outcome, Refusal

BOOKS: Final = {
    "certification_entry": ("认证簿", "Certification book"),
    "lead_entry": ("线索簿", "Lead book"),
    "ticket_entry": ("工单簿", "Ticket book"),
}
COUNTY_TITLES: Final = {
    "certified": ("已认证", "Certified"),
    "waiting": ("等待中", "Waiting"),
    "to_visit": ("待联系", "To visit"),
    "to_verify": ("待核实", "To verify"),
    "confirmed": ("经核实丧失", "Loss confirmed"),
    "out_of_scope": ("不在认证范围", "Out of scope"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What the report is about, and the words of this province."""

    number: int
    kind: str
    as_of: date
    policy_digest: str
    feed_titles: Mapping[str, str]
    county_labels: Mapping[str, str]


def page(figures: Tallies, heading: Heading) -> str:
    """The page as text; every value is escaped by the template engine."""
    source = (files("pipelines.outgoing") / "templates" / "page.html.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    environment.filters |= {"count": count, "cell": cell, "yuan": yuan, "share": share, "english": english}
    return environment.from_string(source).render(
        figures=figures,
        heading=heading,
        funnel=funnel(figures),
        standings=_worded(LossState, figures.claims, "standing"),
        refusals=_words(Refusal),
        reasons=_words(HoldReason),
        kinds=_words(EntryKind),
        comparisons=list(Comparison),
        books=BOOKS,
        county_columns={name: COUNTY_TITLES[name] for name in COUNTY_COLUMNS},
    )


def funnel(figures: Tallies) -> list[dict[str, Any]]:
    """Every outcome in its order, those that nobody ended in too, with count and share."""
    found = {row["outcome"]: row["entitlements"] for row in figures.outcomes}
    return [{"code": outcome, "number": found.get(outcome.value, 0)} for outcome in Outcome]


def _worded(code: type[Code], rows: list[dict[str, Any]], column: str) -> list[tuple[Code, dict[str, Any]]]:
    """Rows beside their code, in the order the code declares."""
    by_value = {row[column]: row for row in rows}
    return [(member, by_value[member.value]) for member in code if member.value in by_value]


def _words(code: type[Code]) -> dict[str, Code]:
    return {member.value: member for member in code}


def count(number: int) -> str:
    return f"{number:,}"


def cell(number: int) -> str:
    """A count of persons of one county; a small one could point at somebody."""
    return f"<{SMALLEST_SHOWN}" if 0 < number < SMALLEST_SHOWN else count(number)


def yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def share(part: int, whole: int) -> str:
    """Per cent with one decimal, half up, in whole numbers: the same on every machine."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"


def english(code: str) -> str:
    return code.replace("_", " ").capitalize()
