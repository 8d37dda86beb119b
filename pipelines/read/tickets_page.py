"""The diagram of a ticket's states as a page: `python -m pipelines.read.tickets_page [--check]` writes it."""

import sys
from typing import Final

from pipelines.home.declared import SCHEMAS
from schemas.codes import TicketEvent, TicketState
from schemas.overlay import read_policy
from schemas.policy import Policy

PAGE: Final = SCHEMAS.parent / "docs" / "tickets.md"
_INTRODUCTION: Final = """# What becomes of a ticket

Made from `schemas/policy/tickets.yaml` by `python -m pipelines.read.tickets_page`; do not edit. Events are taken by
day, those of one day in the order below; an event without an arrow moves nothing. A line goes to the holder when the
night finds a ticket in `TO_ASK` or `TO_WITHDRAW`: both last within that night alone.
"""


def tickets_page(policy: Policy) -> str:
    arrows: dict[tuple[TicketState, TicketState], list[str]] = {}
    for (state, event), to in policy.tickets.moves.items():
        arrows.setdefault((state, to), []).append(event.value)
    moves = [
        f"    {'[*]' if state is TicketState.NEW else state.value} --> {to.value}: {', '.join(events)}"
        for (state, to), events in arrows.items()
    ]
    diagram = "\n".join(["```mermaid", "stateDiagram-v2", *moves, "```"])
    terms = [move for move in policy.tickets.transitions if move.term]
    days = {move.term: getattr(policy, move.term) for move in terms if move.term}
    length = "\n".join(f"`{name}`: {count} working days from the line to `TERM_OVER`." for name, count in days.items())
    return (
        "\n\n".join(
            [
                _INTRODUCTION.rstrip(),
                diagram,
                length,
                _listed("State", TicketState),
                _listed("Event", TicketEvent),
            ]
        )
        + "\n"
    )


def _listed(heading: str, codes: type[TicketState] | type[TicketEvent]) -> str:
    rows = [f"| {code.value} | {code.label} | {code.sentence} |" for code in codes]
    return "\n".join([f"| {heading} | | |", "| --- | --- | --- |", *rows])


def main(arguments: list[str]) -> str | None:
    """None, or what is wrong: with --check nothing is written."""
    page = tickets_page(read_policy([SCHEMAS / "policy"]))
    if "--check" in arguments:
        is_fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
        return None if is_fresh else "docs/tickets.md is stale: run python -m pipelines.read.tickets_page"
    PAGE.write_text(page, encoding="utf-8")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
