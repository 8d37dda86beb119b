"""Open what landed: typed rows of every accepted delivery, and an account of every record of every delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import PipelineError
from pipelines.run import Run, StepReport
from pipelines.validated.account import delivery_row, held_rows, issue_rows
from pipelines.validated.job import Codes, Job, Outcome
from pipelines.validated.judge import Judge
from pipelines.validated.parser import Parser
from pipelines.validated.profile import Verdict, newest_good, to_judge
from schemas.contract import Contract
from schemas.tables import DELIVERY, FORMAT_ISSUE, HELD, RECEIVED

Received = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """One received file after parsing; without `job` it was refused before."""

    received: Received
    outcome: Outcome
    job: Job | None = None


def run(run: Run) -> StepReport:
    """Write DELIVERY, HELD, FORMAT_ISSUE and a Parquet file of rows per accepted delivery."""
    received = run.lake.arrow(run.lake.read(RECEIVED)).to_pylist()
    with TemporaryDirectory(prefix="parsing.", dir=run.lake.stage.parent) as scratch:
        if any(not row["refusal"] for row in received):
            with Judge() as judge:
                opened = _open(run, received, Path(scratch))
                verdicts = _judge(run, judge, opened)
        else:
            opened, verdicts = _open(run, received, Path(scratch)), {}
        _write(run, opened, verdicts)
    return StepReport("validated", _counts(run, opened, verdicts))


def _open(run: Run, received: Sequence[Received], scratch: Path) -> list[Opened]:
    with Parser() as parser:
        return [_opened(run, parser, row, scratch) for row in sorted(received, key=lambda row: row["delivery_id"])]


def _opened(run: Run, parser: Parser, row: Received, scratch: Path) -> Opened:
    if row["refusal"]:
        return Opened(row, Outcome(refusal=row["refusal"], refusal_detail=row["refusal_detail"]))
    contract = run.contracts[row["feed"]]
    run.progress(f"opening {row['feed']} of {row['business_date']}")
    job = Job(
        source=run.lake.raw(row["digest"]),
        file_name=row["file_name"],
        delivery_id=row["delivery_id"],
        business_date=row["business_date"],
        known_from=run.number,
        claimed_rows=row["claimed_rows"],
        contract=contract,
        codes=_codes(run, contract),
        max_held_share=run.policy.run_health.max_held_share,
        rows=scratch / f"{row['delivery_id']}.rows",
        held=scratch / f"{row['delivery_id']}.held",
        issues=scratch / f"{row['delivery_id']}.issues",
        scratch=scratch,
    )
    outcome = parser.parse(job)
    if outcome.broken:
        raise PipelineError(
            f"feed {contract.feed}, delivery {job.delivery_id}: {outcome.broken}; nothing was committed"
        )
    return Opened(row, outcome, job)


def _codes(run: Run, contract: Contract) -> Codes:
    tables = {column.codes for column in contract.columns if column.codes}
    flags = {"flag" for column in contract.columns if column.type == "boolean"}
    return {table: run.code_tables.canonical(table) for table in sorted(tables | flags)}


def _judge(run: Run, judge: Judge, opened: Sequence[Opened]) -> dict[str, Verdict]:
    """Data Docs stand beside the published reports: they carry a clock and are under no receipt."""
    last = newest_good(run.lake.arrow(run.lake.read(DELIVERY)).to_pylist())
    judged = [
        to_judge(one.received, one.job.contract, one.outcome, last.get(one.job.contract.feed, 0), run.policy.run_health)
        for one in opened
        if one.job and not one.outcome.refusal
    ]
    return judge.judge(judged, run.home / "reports" / "data_docs" / run.as_of.isoformat())


def _write(run: Run, opened: Sequence[Opened], verdicts: Mapping[str, Verdict]) -> None:
    rows = [delivery_row(one.received, one.outcome, verdicts, run.number) for one in opened]
    accepted = [(one, one.job) for one in opened if one.job and not one.outcome.refusal]
    held = [held_rows(pq.read_table(job.held), job) for _, job in accepted]
    issues = [issue_rows(pq.read_table(job.issues), job) for _, job in accepted]
    for _, job in accepted:
        folder = f"validated/feed={job.contract.feed}/business_date={job.business_date.isoformat()}"
        job.rows.replace(run.lake.stage_file(f"{folder}/{job.delivery_id}.parquet"))
    run.lake.write(DELIVERY, pa.Table.from_pylist(rows, schema=DELIVERY.arrow()))
    run.lake.write(HELD, pa.concat_tables([HELD.arrow().empty_table(), *held]))
    run.lake.write(FORMAT_ISSUE, pa.concat_tables([FORMAT_ISSUE.arrow().empty_table(), *issues]))


def _counts(run: Run, opened: Sequence[Opened], verdicts: Mapping[str, Verdict]) -> dict[str, int]:
    outcomes = [one.outcome for one in opened]
    for one in opened:
        if one.outcome.refusal:
            feed = one.received["feed"] or "unknown"
            run.progress(f"refused: feed {feed}, {one.outcome.refusal}: {one.outcome.refusal_detail}")
    return {
        "accepted_deliveries": sum(not outcome.refusal for outcome in outcomes),
        "refused_deliveries": sum(bool(outcome.refusal) for outcome in outcomes),
        "gated_deliveries": sum(not verdict.success for verdict in verdicts.values()),
        "accepted": sum(outcome.accepted for outcome in outcomes),
        "held": sum(outcome.held for outcome in outcomes),
        "duplicates": sum(outcome.duplicates for outcome in outcomes),
    }
