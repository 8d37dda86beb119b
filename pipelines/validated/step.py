"""Open what landed: typed rows of every accepted delivery, and an account of every record of every delivery.

Parsing a delivery needs no other, so several processes may each `parse` their feeds; judging and the account take
them all together.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import PipelineError
from pipelines.step import GATES, PARSED, RAW, VALIDATED, Context, DataSet, Derived, Inputs, Step
from pipelines.validated.account import delivery_row, issue_rows, quarantined_rows
from pipelines.validated.gates import gate, gates_page
from pipelines.validated.job import Codes, Job, Outcome
from pipelines.validated.judge import Judge
from pipelines.validated.parser import Parser
from pipelines.validated.profile import Judged, Verdict, newest_good, to_judge
from schemas.code_tables import CodeTables
from schemas.codes import StepName
from schemas.contract import Contract
from schemas.tables import DELIVERY, FORMAT_ISSUE, QUARANTINED, RECEIVED

Received = Mapping[str, Any]
Opened = Sequence[tuple[Received, Outcome]]


def parse(tables: Inputs, context: Context) -> Derived:
    """Files of PARSED: rows, quarantined rows, issues and outcome of each delivery of the feeds asked for.

    A file appears whole under its name, so that doing it again is harmless.
    """
    parsed = tables.folder(PARSED)
    parsed.mkdir(parents=True, exist_ok=True)
    wanted = [
        row
        for row in _received(tables, context)
        if not row["rejection"] and (context.feeds is None or row["feed"] in context.feeds)
    ]
    with TemporaryDirectory(prefix="parsing.", dir=parsed.parent) as scratch, Parser() as parser:
        outcomes = [_parse(tables, context, parser, row, Path(scratch)) for row in wanted]
    return Derived({}, {"deliveries": len(outcomes), "accepted": sum(one.accepted for one in outcomes)})


def judge(tables: Inputs, context: Context) -> Derived:
    """DELIVERY, QUARANTINED, FORMAT_ISSUE and the rows of every accepted delivery, all of them parsed before."""
    opened = [(row, _outcome(tables, row)) for row in _received(tables, context)]
    judged = _judged(tables, context, opened)
    verdicts = _verdicts(tables.folder(GATES), judged)
    _show(tables.folder(GATES), context, opened, judged, verdicts)
    accepted = [row for row, outcome in opened if not outcome.rejection]
    quarantined = [quarantined_rows(pq.read_table(_parsed(tables, row, "quarantined")), row) for row in accepted]
    issues = [issue_rows(pq.read_table(_parsed(tables, row, "issues")), row, context.run_no) for row in accepted]
    rows = [delivery_row(row, outcome, verdicts, context.run_no) for row, outcome in opened]
    content: dict[DataSet, Any] = {
        # The rows keep their parsed name beside the one they are committed from: judging again finds them there.
        VALIDATED: {
            f"feed={row['feed']}/business_date={row['business_date'].isoformat()}/{row['delivery_id']}.parquet": (
                _parsed(tables, row, "rows")
            )
            for row in accepted
        },
        DELIVERY: pa.Table.from_pylist(rows, schema=DELIVERY.arrow()),
        QUARANTINED: pa.concat_tables([QUARANTINED.arrow().empty_table(), *quarantined]),
        FORMAT_ISSUE: pa.concat_tables([FORMAT_ISSUE.arrow().empty_table(), *issues]),
    }
    return Derived(content, _counts(context, opened, verdicts))


PARSING = Step(StepName.PARSED, reads=(RECEIVED, RAW), writes=(PARSED,), derive=parse, by_feed=True)
VALIDATING = Step(
    StepName.VALIDATED,
    reads=(RECEIVED, PARSED, DELIVERY),
    writes=(VALIDATED, DELIVERY, QUARANTINED, FORMAT_ISSUE, GATES),
    derive=judge,
)


def _received(tables: Inputs, context: Context) -> list[Received]:
    rows: list[Received] = context.engine.arrow(tables[RECEIVED]).to_pylist()
    return sorted(rows, key=lambda row: row["delivery_id"])


def _parse(tables: Inputs, context: Context, parser: Parser, row: Received, scratch: Path) -> Outcome:
    contract = context.contracts[row["feed"]]
    context.progress(f"opening {row['feed']} of {row['business_date']}")
    job = Job(
        source=tables.folder(RAW) / row["digest"],
        file_name=row["file_name"],
        delivery_id=row["delivery_id"],
        business_date=row["business_date"],
        known_from=context.run_no,
        claimed_rows=row["claimed_rows"],
        contract=contract,
        codes=codes_for(context.code_tables, contract),
        max_quarantined_share=context.policy.run_health.max_quarantined_share,
        rows=scratch / f"{row['delivery_id']}.rows",
        quarantined=scratch / f"{row['delivery_id']}.quarantined",
        issues=scratch / f"{row['delivery_id']}.issues",
        scratch=scratch,
    )
    outcome = parser.parse(job)
    if outcome.broken:
        raise PipelineError(
            f"feed {contract.feed}, delivery {job.delivery_id}: {outcome.broken}; nothing was committed"
        )
    answer = scratch / f"{job.delivery_id}.outcome"
    answer.write_text(outcome.model_dump_json(), encoding="utf-8")
    for path in (answer,) if outcome.rejection else (job.rows, job.quarantined, job.issues, answer):
        path.replace(tables.folder(PARSED) / path.name)
    return outcome


def codes_for(code_tables: CodeTables, contract: Contract) -> Codes:
    """Meaning of the codes that a contract's columns are written in."""
    tables = {column.codes for column in contract.columns if column.codes}
    flags = {"flag" for column in contract.columns if column.type == "boolean"}
    return {table: code_tables.canonical(table) for table in sorted(tables | flags)}


def _outcome(tables: Inputs, row: Received) -> Outcome:
    if row["rejection"]:
        return Outcome(rejection=row["rejection"], rejection_detail=row["rejection_detail"])
    path = _parsed(tables, row, "outcome")
    if not path.exists():
        raise PipelineError(f"feed {row['feed']}, delivery {row['delivery_id']}: received and not parsed")
    return Outcome.model_validate_json(path.read_bytes())


def _parsed(tables: Inputs, row: Received, what: str) -> Path:
    return tables.folder(PARSED) / f"{row['delivery_id']}.{what}"


def _judged(tables: Inputs, context: Context, opened: Opened) -> dict[str, Judged]:
    last = newest_good(context.engine.arrow(tables[DELIVERY]).to_pylist())
    limits = context.policy.run_health
    return {
        row["delivery_id"]: to_judge(row, context.contracts[row["feed"]], outcome, last.get(row["feed"], 0), limits)
        for row, outcome in opened
        if not outcome.rejection
    }


def _verdicts(docs: Path, judged: Mapping[str, Judged]) -> dict[str, Verdict]:
    if not judged:
        return {}
    with Judge(docs) as judge:
        for delivery in judged.values():
            judge.send(delivery)
        return judge.verdicts()


def _show(
    docs: Path, context: Context, opened: Opened, judged: Mapping[str, Judged], verdicts: Mapping[str, Verdict]
) -> None:
    """Beside the published reports and the Data Docs, which carry a clock: none of them is under a receipt."""
    if opened:
        gates = [
            gate(row, outcome, judged.get(row["delivery_id"]), verdicts.get(row["delivery_id"]))
            for row, outcome in opened
        ]
        titles = {feed: contract.title for feed, contract in context.contracts.items()}
        docs.mkdir(parents=True, exist_ok=True)
        (docs / "gates.html").write_text(gates_page(context.as_of, gates, titles, context.wording), encoding="utf-8")


def _counts(context: Context, opened: Opened, verdicts: Mapping[str, Verdict]) -> dict[str, int]:
    outcomes = [outcome for _, outcome in opened]
    for row, outcome in opened:
        if outcome.rejection:
            context.progress(
                f"rejected: feed {row['feed'] or 'unknown'}, {outcome.rejection}: {outcome.rejection_detail}"
            )
    return {
        "accepted_deliveries": sum(not outcome.rejection for outcome in outcomes),
        "rejected_deliveries": sum(bool(outcome.rejection) for outcome in outcomes),
        "gated_deliveries": sum(not verdict.success for verdict in verdicts.values()),
        "accepted": sum(outcome.accepted for outcome in outcomes),
        "quarantined": sum(outcome.quarantined for outcome in outcomes),
        "duplicates": sum(outcome.duplicates for outcome in outcomes),
    }
