"""The conservation laws, counted over what was staged, before the commit. A broken one stops the run."""

import ibis.expr.types as ir

from pipelines.errors import PipelineError
from pipelines.run import Run
from pipelines.storage.lake import rows_of
from schemas.tables import COMPARISON, DECISION, DELIVERY, ENTITLEMENT, LINK


def audit(run: Run) -> dict[str, int]:
    """The sums for the receipt. Raises `PipelineError` naming the law that does not hold and by how much."""
    lake = run.lake
    arrived = lake.read(DELIVERY).filter(lambda table: table.known_from == run.number)
    totals = {
        name: _sum(lake.arrow(arrived), name)
        for name in ("physical", "header", "blank", "accepted", "held", "duplicates")
    }
    _equal("records of the deliveries", totals["physical"], sum(totals.values()) - totals["physical"])
    staged = sum(rows_of(path) for path, name in lake.staged() if name.parts[0] == "validated")
    _equal("rows validated", totals["accepted"], staged)
    entitlements = _count(run, lake.read(ENTITLEMENT))
    _equal("entitlements decided", entitlements, _count(run, lake.read(DECISION)))
    compared = lake.arrow(lake.read(COMPARISON)).to_pylist()
    for source in sorted({row["source"] for row in compared}):
        ended = sum(row["records"] for row in compared if row["source"] == source)
        _equal(f"insured records compared with {source}", entitlements, ended)
    return totals | {"entitlements": entitlements, "links": _count(run, lake.read(LINK))}


def _sum(rows: object, name: str) -> int:
    return sum(rows[name].to_pylist())  # type: ignore[index]


def _count(run: Run, table: ir.Table) -> int:
    return int(table.count().execute())


def _equal(law: str, left: int, right: int) -> None:
    if left != right:
        raise PipelineError(f"conservation law broken: {law}: {left} on one side, {right} on the other; not committed")
