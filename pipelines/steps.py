"""The steps of a night, in their order: the one list that every driver, picture and check is made from.

inbox → landed → parsed → validated → resolved → signals → decisions → ledger → outgoing → cases
"""

from typing import Final

from pipelines.cases.step import CASES
from pipelines.decisions.step import DECISIONS
from pipelines.errors import PipelineError
from pipelines.landed.step import LANDED
from pipelines.ledger.step import LEDGER
from pipelines.outgoing.step import OUTGOING
from pipelines.resolved.step import RESOLVED
from pipelines.signals.step import SIGNALS
from pipelines.step import INBOX, VALIDATED, DataSet, Files, Reader, Step
from pipelines.validated.step import PARSING, VALIDATING
from schemas.codes import StepName
from schemas.table import Table
from schemas.tables import (
    ALIAS,
    CANDIDATE,
    CASE,
    CASE_EVENT,
    CERTIFICATION_ENTRY,
    CLAIM,
    COMPARISON,
    DECISION,
    DELIVERY,
    ENTITLEMENT,
    EXECUTION_ALARM,
    FEED_HEALTH,
    FIGURE,
    ISSUE,
    LEAD_ENTRY,
    LIFE_FACT,
    LINK,
    LISTED,
    LOSS_FACT,
    MATCH_ANSWER,
    PERSON,
    QUARANTINED,
    RECEIVED,
    RECOVERY,
    RESTORATION,
    RESUMPTION,
    TABLES,
    TICKET_ENTRY,
    UNUSED_ANSWER,
    VERDICT,
)

STEPS: Final = (LANDED, PARSING, VALIDATING, RESOLVED, SIGNALS, DECISIONS, LEDGER, OUTGOING, CASES)

PRECOMMIT_AUDIT: Final = Reader("audit", (DELIVERY, QUARANTINED, ENTITLEMENT, DECISION, COMPARISON, LINK, CANDIDATE))
EXPLAIN: Final = Reader(
    "explain",
    (
        DECISION, LIFE_FACT, LOSS_FACT, CLAIM, CERTIFICATION_ENTRY, LEAD_ENTRY, LISTED, VERDICT, LINK, CANDIDATE,
        ALIAS, MATCH_ANSWER, PERSON, VALIDATED, RESUMPTION, RESTORATION, EXECUTION_ALARM,
    ),
)  # fmt: skip
CUTOFF: Final = Reader("cutoff", (DECISION, ENTITLEMENT, EXECUTION_ALARM, CLAIM, PERSON))
STATUS: Final = Reader(
    "status",
    (FEED_HEALTH, DELIVERY, QUARANTINED, CERTIFICATION_ENTRY, LEAD_ENTRY, TICKET_ENTRY, CASE, UNUSED_ANSWER),
)
CASES_READER: Final = Reader("cases", (CASE, CASE_EVENT, LISTED, TICKET_ENTRY))
HANDOVER: Final = Reader("handover", (RECEIVED,))
LATE_FILES: Final = Reader("late files", (DELIVERY,))
FIGURES: Final = Reader(
    "figures",
    (FIGURE, RECOVERY, DECISION, PERSON, DELIVERY, LINK, ISSUE, TICKET_ENTRY, LISTED, LEAD_ENTRY, VERDICT),
)
READERS: Final = (PRECOMMIT_AUDIT, EXPLAIN, CUTOFF, STATUS, FIGURES, CASES_READER, HANDOVER, LATE_FILES)

_FIRST_PURE: Final = [step.name for step in STEPS].index(StepName.RESOLVED)
# They read files that arrive now, by what is declared today, also when a past night is decided again.
READING_STEPS: Final = STEPS[:_FIRST_PURE]
# A replay reuses their stored output, and runs the later steps that write tables.
REPLAY_INPUTS: Final = tuple(data for step in READING_STEPS for data in step.writes)
REPLAYED_STEPS: Final = tuple(step for step in STEPS[_FIRST_PURE:] if step.written_tables)


def check_steps(steps: tuple[Step, ...], readers: tuple[Reader, ...], tables: tuple[Table, ...]) -> None:
    """Raises `PipelineError` naming each fault: steps out of order; a data set with two writers; a table without a
    writer, without a reader or not declared; a step that reads what is written later or never.
    """
    faults = [] if [step.name for step in steps] == list(StepName) else ["the steps stand in another order"]
    writers: dict[str, list[str]] = {}
    for step in steps:
        for data in step.writes:
            writers.setdefault(data.name, []).append(step.name)
    faults += [f"{name} is written by {', '.join(found)}" for name, found in writers.items() if len(found) > 1]
    read = {data.name for reads in [*(s.reads for s in steps), *(r.reads for r in readers)] for data in reads}
    named = {table.name for table in tables}
    faults += [f"table {name} is written by no step" for name in sorted(named - set(writers))]
    faults += [f"table {name} is read by nobody" for name in sorted(named - read)]
    faults += [f"{name} is no declared table" for name in sorted(_tables_named(steps, readers) - named)]
    for place, step in enumerate(steps):
        later = {data.name for other in steps[place + 1 :] for data in other.writes} - _from_earlier_runs(step)
        faults += [f"{step.name} reads {d.name}, which a later step writes" for d in step.reads if d.name in later]
        unwritten = [d for d in step.reads if d.name not in writers and d is not INBOX]
        faults += [f"{step.name} reads {d.name}, which no step writes" for d in unwritten]
    if faults:
        raise PipelineError("the list of steps: " + "; ".join(faults))


def _tables_named(steps: tuple[Step, ...], readers: tuple[Reader, ...]) -> set[str]:
    everything: list[DataSet] = [data for step in steps for data in (*step.reads, *step.writes)]
    everything += [data for reader in readers for data in reader.reads]
    return {data.name for data in everything if isinstance(data, Table)}


def _from_earlier_runs(step: Step) -> set[str]:
    """Data sets a step may read before they are written tonight: append-only tables, files of earlier runs."""
    return {d.name for d in step.reads if isinstance(d, Files) or d.append_only}


check_steps(STEPS, READERS, tuple(TABLES.values()))
