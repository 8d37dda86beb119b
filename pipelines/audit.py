"""The conservation laws, counted over what was staged, before the commit. A broken one stops the run."""

import ibis.expr.types as ir

from pipelines.errors import PipelineError
from pipelines.run import Run
from pipelines.storage.lake import rows_of
from schemas.codes import LinkUse, MatchState
from schemas.tables import CANDIDATE, COMPARISON, DECISION, DELIVERY, ENTITLEMENT, LINK

_RECORD = ["delivery_id", "record_no"]
_PAIR = [*_RECORD, "person_no"]


def audit(run: Run) -> dict[str, int]:
    """The sums for the receipt. Raises `PipelineError` naming the law that does not hold and by how much."""
    lake = run.lake
    arrived = lake.read(DELIVERY).filter(lambda table: table.known_from == run.number)
    totals = {
        name: _sum(lake.arrow(arrived), name)
        for name in ("physical", "header", "blank", "accepted", "quarantined", "duplicates")
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
    audit_links(run)
    return totals | {"entitlements": entitlements, "links": _count(run, lake.read(LINK))}


def audit_links(run: Run) -> None:
    """Whoever is tied is tied once and by right; whatever is left to a human has somebody to be asked about."""
    link, candidate = run.lake.read(LINK), run.lake.read(CANDIDATE)
    matched = link.filter(link.match_state == MatchState.MATCHED.value)
    tied = link.filter(link.person_no.notnull())
    _equal("records tied and records matched", _count(run, tied), _count(run, matched))
    lawful = tied.filter(tied.link_use.isin([LinkUse.ACT.value, LinkUse.SUSPECT.value]))
    _equal("records tied and records the policy lets act", _count(run, tied), _count(run, lawful))
    linked = candidate.filter(candidate.is_linked)
    _equal("persons linked and links to them", _count(run, linked), _count(run, linked.semi_join(tied, _PAIR)))
    in_doubt = link.filter(link.match_state == MatchState.AMBIGUOUS.value).select(*_RECORD)
    asked = candidate.filter(candidate.is_open).select(*_RECORD).distinct()
    _equal("records in doubt and those with a person in play", _count(run, in_doubt), _count(run, asked))
    _equal("persons in play and records in doubt", _count(run, asked), _count(run, asked.semi_join(in_doubt, _RECORD)))


def _sum(rows: object, name: str) -> int:
    return sum(rows[name].to_pylist())  # type: ignore[index]


def _count(run: Run, table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def _equal(law: str, left: int, right: int) -> None:
    if left != right:
        raise PipelineError(f"conservation law broken: {law}: {left} on one side, {right} on the other; not committed")
