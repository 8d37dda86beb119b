"""Open what landed: typed rows of every accepted delivery, and an account of every record of every delivery.

Parsing a delivery needs no other, so several processes may each `parse` their feeds; judging and the account take
them all together.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import PipelineError
from pipelines.run import Run, StepReport
from pipelines.validated.account import delivery_row, issue_rows, quarantined_rows
from pipelines.validated.gates import gate, gates_page
from pipelines.validated.job import Codes, Job, Outcome
from pipelines.validated.judge import Judge
from pipelines.validated.parser import Parser
from pipelines.validated.profile import Judged, Verdict, newest_good, to_judge
from schemas.contract import Contract
from schemas.tables import DELIVERY, FORMAT_ISSUE, QUARANTINED, RECEIVED

Received = Mapping[str, Any]
Opened = Sequence[tuple[Received, Outcome]]


def run(run: Run) -> StepReport:
    """Parse every delivery, then judge and account; the judge's slow import runs meanwhile."""
    with _judging(run) as judge:
        parse(run, {row["feed"] for row in _received(run)})
        return _account(run, judge)


def judge(run: Run) -> StepReport:
    """Write DELIVERY, QUARANTINED, FORMAT_ISSUE and the rows of every accepted delivery, all of them parsed before."""
    with _judging(run) as judge:
        return _account(run, judge)


def parse(run: Run, feeds: Collection[str]) -> StepReport:
    """Parse the deliveries of these feeds. A file appears whole under its name, so that doing it again is harmless."""
    run.lake.parsed.mkdir(parents=True, exist_ok=True)
    wanted = [row for row in _received(run) if row["feed"] in feeds and not row["rejection"]]
    with TemporaryDirectory(prefix="parsing.", dir=run.lake.parsed.parent) as scratch, Parser() as parser:
        outcomes = [_parse(run, parser, row, Path(scratch)) for row in wanted]
    return StepReport("parsed", {"deliveries": len(outcomes), "accepted": sum(one.accepted for one in outcomes)})


def _received(run: Run) -> list[Received]:
    rows: list[Received] = run.lake.arrow(run.lake.read(RECEIVED)).to_pylist()
    return sorted(rows, key=lambda row: row["delivery_id"])


def _judging(run: Run) -> AbstractContextManager[Judge | None]:
    return Judge() if any(not row["rejection"] for row in _received(run)) else nullcontext()


def _parse(run: Run, parser: Parser, row: Received, scratch: Path) -> Outcome:
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
        max_quarantined_share=run.policy.run_health.max_quarantined_share,
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
        path.replace(run.lake.parsed / path.name)
    return outcome


def _codes(run: Run, contract: Contract) -> Codes:
    tables = {column.codes for column in contract.columns if column.codes}
    flags = {"flag" for column in contract.columns if column.type == "boolean"}
    return {table: run.code_tables.canonical(table) for table in sorted(tables | flags)}


def _account(run: Run, judge: Judge | None) -> StepReport:
    opened = [(row, _outcome(run, row)) for row in _received(run)]
    judged = _judged(run, opened)
    docs = run.home / "reports" / "data_docs" / run.as_of.isoformat()
    verdicts = judge.judge(tuple(judged.values()), docs) if judge else {}
    _show(docs, run, opened, judged, verdicts)
    _write(run, opened, verdicts)
    return StepReport("validated", _counts(run, opened, verdicts))


def _outcome(run: Run, row: Received) -> Outcome:
    if row["rejection"]:
        return Outcome(rejection=row["rejection"], rejection_detail=row["rejection_detail"])
    path = _parsed(run, row, "outcome")
    if not path.exists():
        raise PipelineError(f"feed {row['feed']}, delivery {row['delivery_id']}: received and not parsed")
    return Outcome.model_validate_json(path.read_bytes())


def _parsed(run: Run, row: Received, what: str) -> Path:
    return run.lake.parsed / f"{row['delivery_id']}.{what}"


def _judged(run: Run, opened: Opened) -> dict[str, Judged]:
    last = newest_good(run.lake.arrow(run.lake.read(DELIVERY)).to_pylist())
    limits = run.policy.run_health
    return {
        row["delivery_id"]: to_judge(row, run.contracts[row["feed"]], outcome, last.get(row["feed"], 0), limits)
        for row, outcome in opened
        if not outcome.rejection
    }


def _show(docs: Path, run: Run, opened: Opened, judged: Mapping[str, Judged], verdicts: Mapping[str, Verdict]) -> None:
    """Beside the published reports and the Data Docs, which carry a clock: none of them is under a receipt."""
    if opened:
        gates = [
            gate(row, outcome, judged.get(row["delivery_id"]), verdicts.get(row["delivery_id"]))
            for row, outcome in opened
        ]
        titles = {feed: contract.title for feed, contract in run.contracts.items()}
        docs.mkdir(parents=True, exist_ok=True)
        (docs / "gates.html").write_text(gates_page(run.as_of, gates, titles, run.wording), encoding="utf-8")


def _write(run: Run, opened: Opened, verdicts: Mapping[str, Verdict]) -> None:
    """The rows keep their parsed name beside the one they are committed from: judging again finds them there."""
    accepted = [row for row, outcome in opened if not outcome.rejection]
    quarantined = [quarantined_rows(pq.read_table(_parsed(run, row, "quarantined")), row) for row in accepted]
    issues = [issue_rows(pq.read_table(_parsed(run, row, "issues")), row, run.number) for row in accepted]
    for row in accepted:
        folder = f"validated/feed={row['feed']}/business_date={row['business_date'].isoformat()}"
        target = run.lake.stage_file(f"{folder}/{row['delivery_id']}.parquet")
        target.hardlink_to(_parsed(run, row, "rows"))
    rows = [delivery_row(row, outcome, verdicts, run.number) for row, outcome in opened]
    run.lake.write(DELIVERY, pa.Table.from_pylist(rows, schema=DELIVERY.arrow()))
    run.lake.write(QUARANTINED, pa.concat_tables([QUARANTINED.arrow().empty_table(), *quarantined]))
    run.lake.write(FORMAT_ISSUE, pa.concat_tables([FORMAT_ISSUE.arrow().empty_table(), *issues]))


def _counts(run: Run, opened: Opened, verdicts: Mapping[str, Verdict]) -> dict[str, int]:
    outcomes = [outcome for _, outcome in opened]
    for row, outcome in opened:
        if outcome.rejection:
            run.progress(f"rejected: feed {row['feed'] or 'unknown'}, {outcome.rejection}: {outcome.rejection_detail}")
    return {
        "accepted_deliveries": sum(not outcome.rejection for outcome in outcomes),
        "rejected_deliveries": sum(bool(outcome.rejection) for outcome in outcomes),
        "gated_deliveries": sum(not verdict.success for verdict in verdicts.values()),
        "accepted": sum(outcome.accepted for outcome in outcomes),
        "quarantined": sum(outcome.quarantined for outcome in outcomes),
        "duplicates": sum(outcome.duplicates for outcome in outcomes),
    }
