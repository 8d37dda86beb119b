"""Pages with the states of tickets and cases as diagrams: `python -m pipelines.read.moves_pages [--check]`."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pipelines.home.declared import SCHEMAS
from schemas.codes import CaseEvent, CaseKind, CaseState, Code, TicketEvent, TicketState
from schemas.overlay import read_policy
from schemas.policy import Policy
from schemas.transitions import Transitions

DOCS: Final = SCHEMAS.parent / "docs"
_MADE: Final = "Made from `schemas/policy/{source}` by `python -m pipelines.read.moves_pages`; do not edit."
_TICKETS: Final = f"""# What becomes of a ticket

{_MADE.format(source="tickets.yaml")} Events are taken by
day, those of one day in the order below; an event without an arrow moves nothing. A line goes to the holder when the
night finds a ticket in `TO_ASK` or `TO_WITHDRAW`: both last within that night alone."""
_CASES: Final = f"""# What becomes of a case

{_MADE.format(source="cases.yaml")} A case is one question about
one subject. Its events only grow (`case_event`): what came in, what went out, and what a night made of it. Its state is
their fold: events are taken by day, those of one day in the order below, and one without an arrow is kept and moves
nothing. So the state is the same in whatever order, how often and over how many nights they became known. Tickets have
their own page: [tickets.md](tickets.md)."""


def pages(policy: Policy) -> dict[Path, str]:
    """Each page with its text."""
    tickets = [_TICKETS, _diagram(policy.tickets), _terms(policy.tickets, policy, "to `TERM_OVER`")]
    tickets += [_codes("State", TicketState), _codes("Event", TicketEvent)]
    cases = [_CASES]
    for kind, machine in policy.cases.items():
        cases += [f"## {kind} {kind.label}", kind.sentence, _diagram(machine), _terms(machine, policy)]
        cases += [_grid("State|Next move", ((state, f"{who} {who.label}") for state, who in machine.owed_by.items()))]
    cases += ["## Codes", _codes("Kind", CaseKind), _codes("State", CaseState), _codes("Event", CaseEvent)]
    texts = {DOCS / "tickets.md": tickets, DOCS / "cases.md": cases}
    return {path: "\n\n".join(part for part in parts if part) + "\n" for path, parts in texts.items()}


def _diagram(machine: Transitions[Any, Any]) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    moves: Mapping[tuple[Code, Code], Code] = machine.moves
    for (state, event), to in moves.items():
        arrows.setdefault((state.value, to.value), []).append(event.value)
    lines = [
        f"    {'[*]' if state == 'NEW' else state} --> {to}: {', '.join(events)}"
        for (state, to), events in arrows.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _terms(
    machine: Transitions[Any, Any], policy: Policy, until: str = "after the event, where it names no day"
) -> str:
    names = dict.fromkeys(machine.terms.values())
    from_what = "from the line " if until.startswith("to") else ""
    return "\n".join(f"`{name}`: {getattr(policy, name)} working days {from_what}{until}." for name in names)


def _codes(heading: str, codes: type[Code]) -> str:
    return _grid(f"{heading}||", ((code.value, code.label, code.sentence) for code in codes))


def _grid(heading: str, rows: Iterable[tuple[str, ...]]) -> str:
    heads = heading.split("|")
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines).replace("|  |", "| |").replace("|  |", "| |")


def main(arguments: list[str]) -> str | None:
    """None, or what is wrong: with --check nothing is written."""
    stale = []
    for path, text in pages(read_policy([SCHEMAS / "policy"])).items():
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/{path.name}")
    return f"{', '.join(stale)}: stale: run python -m pipelines.read.moves_pages" if stale else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
