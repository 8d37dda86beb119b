"""The conservation laws, counted over what was staged, before the commit. A broken one stops the run."""

import ibis.expr.types as ir

from pipelines.errors import PipelineError
from pipelines.run.driver import access_for
from pipelines.step import Inputs
from pipelines.steps import PRECOMMIT_AUDIT
from pipelines.storage.lake import Lake, rows_of
from schemas.codes import LinkUse, MatchState
from schemas.tables import CANDIDATE, COMPARISON, DECISION, DELIVERY, ENTITLEMENT, LINK, QUARANTINED

_RECORD = ["delivery_id", "record_no"]
_PAIR = [*_RECORD, "person_no"]


def audit(lake: Lake) -> dict[str, int]:
    """The sums for the receipt. Raises `PipelineError` naming the law that does not hold and by how much."""
    tables = access_for(lake, PRECOMMIT_AUDIT)
    arrived = tables[DELIVERY].filter(lambda table: table.known_from == lake.number)
    totals = {
        name: _sum(lake.engine.arrow(arrived), name)
        for name in ("physical", "header", "blank", "accepted", "quarantined", "duplicates", "unanswered")
    }
    _equal("records of the deliveries", totals["physical"], sum(totals.values()) - totals["physical"])
    quarantined = tables[QUARANTINED].semi_join(arrived, "delivery_id").select(*_RECORD).distinct()
    _equal("rows quarantined", totals["quarantined"], _count(quarantined))
    staged = sum(rows_of(path) for path, name in lake.staged() if name.parts[0] == "validated")
    _equal("rows validated", totals["accepted"], staged)
    entitlements = _count(tables[ENTITLEMENT])
    _equal("entitlements decided", entitlements, _count(tables[DECISION]))
    compared = lake.engine.arrow(tables[COMPARISON]).to_pylist()
    for source in sorted({row["source"] for row in compared}):
        ended = sum(row["records"] for row in compared if row["source"] == source)
        _equal(f"insured records compared with {source}", entitlements, ended)
    audit_links(tables)
    return totals | {"entitlements": entitlements, "links": _count(tables[LINK])}


def audit_links(tables: Inputs) -> None:
    """Matched records have one permitted person, ambiguous ones an open candidate."""
    link, candidate = tables[LINK], tables[CANDIDATE]
    matched = link.filter(link.match_state == MatchState.MATCHED.value)
    tied = link.filter(link.person_no.notnull())
    _equal("records tied and records matched", _count(tied), _count(matched))
    lawful = tied.filter(tied.link_use.isin([LinkUse.ACT.value, LinkUse.SUSPECT.value]))
    _equal("records tied and records the policy lets act", _count(tied), _count(lawful))
    linked = candidate.filter(candidate.is_linked)
    _equal("persons linked and links to them", _count(linked), _count(linked.semi_join(tied, _PAIR)))
    in_doubt = link.filter(link.match_state == MatchState.AMBIGUOUS.value).select(*_RECORD)
    in_play = candidate.filter(candidate.is_open).select(*_RECORD).distinct()
    _equal("records in doubt and those with a person in play", _count(in_doubt), _count(in_play))
    _equal("persons in play and records in doubt", _count(in_play), _count(in_play.semi_join(in_doubt, _RECORD)))


def _sum(rows: object, name: str) -> int:
    return sum(rows[name].to_pylist())  # type: ignore[index]


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def _equal(law: str, left: int, right: int) -> None:
    if left != right:
        raise PipelineError(f"conservation law broken: {law}: {left} on one side, {right} on the other; not committed")
