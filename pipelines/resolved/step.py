"""Write who is insured, whom each record is about, what was paid and what people found.

Sketch at 33 million persons: the registry is normalised once; per feed the index of numbers is scanned, cut down to the
numbers in question and only then joined. Names and numbers end here: what is written holds `person_no`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from matchers.passes import Registry, index_registry
from pipelines.errors import PipelineError
from pipelines.resolved.answers import find_answers, standing_answers
from pipelines.resolved.identity import find_entitlements, find_persons, learned_aliases, registry_aliases
from pipelines.resolved.issues import find_issues, find_registry_issues
from pipelines.resolved.links import Basis, shape_records, tie_records
from pipelines.resolved.payments import sum_payments
from pipelines.resolved.verdicts import find_verdicts
from pipelines.resolved.versions import newest_snapshot, newest_versions, of_standing, standing_issues
from pipelines.run import Run, StepReport
from schemas.contract import Contract
from schemas.emit.to_arrow import validated_schema
from schemas.identifiers import keyed_digest
from schemas.table import Table
from schemas.tables import (
    ALIAS,
    CANDIDATE,
    DELIVERY,
    ENTITLEMENT,
    FORMAT_ISSUE,
    ISSUE,
    LINK,
    MATCH_ANSWER,
    PAYMENT,
    PERSON,
    VERDICT,
)

TABLES: Final = Path(str(files("matchers"))) / "tables"
LINKED_ROLES = ("population", "evidence")
_FORMER = ("former_id_number", "former_name")


@dataclass(frozen=True, slots=True)
class _Insured:
    registry: Registry
    issues: pl.DataFrame


def run(run: Run) -> StepReport:
    counts: dict[str, int] = {}
    insured = _write_insured(run, counts)
    said = _write_said(run, counts)
    basis = Basis(insured.registry, run.policy, said, lambda *parts: keyed_digest(run.secret, *parts), _model())
    tied = [_tie(run, contract, basis) for contract in _of(run, *LINKED_ROLES)]
    counts["link"] = _write(run, LINK, [link for link, _, _ in tied])
    counts["candidate"] = _write(run, CANDIDATE, [candidates for _, candidates, _ in tied])
    counts["issue"] = _write(run, ISSUE, [insured.issues, *(issues for _, _, issues in tied), _seen_on_reading(run)])
    counts["payment"] = _write_payments(run)
    return StepReport("resolved", counts)


def _write_insured(run: Run, counts: dict[str, int]) -> _Insured:
    contract = next(_of(run, "registry"))
    rows = shape_records(_rows(run, contract), contract)
    persons = find_persons(rows)
    known = registry_aliases(rows, persons)
    residences = rows.select("person_no", "county_code").unique()
    registry = index_registry(persons, known, residences)
    teachers = [c for c in _of(run, *LINKED_ROLES) if {column.name for column in c.columns} & set(_FORMER)]
    learned = [learned_aliases(_former(run, c), registry, persons) for c in teachers]
    aliases = pl.concat([known, *learned]).unique().sort(*ALIAS.key)
    counts["person"] = _write(run, PERSON, [persons])
    counts["alias"] = _write(run, ALIAS, [aliases])
    counts["entitlement"] = _write(run, ENTITLEMENT, [find_entitlements(rows, persons)])
    issues = find_registry_issues(rows, persons, _counties(run))
    return _Insured(index_registry(persons, aliases, residences), issues)


def _tie(run: Run, contract: Contract, basis: Basis) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(LINK, CANDIDATE, ISSUE) of one feed. A person number the sender states is a claim; the match says who it is."""
    records = shape_records(_rows(run, contract).drop("person_no", strict=False), contract)
    tied = tie_records(records, basis, prior=run.policy.linkage.prior(contract.feed))
    return tied.link, tied.candidates, find_issues(records, tied.found, _counties(run))


def _counties(run: Run) -> frozenset[str]:
    return frozenset(run.code_tables.canonical("county"))


def _model() -> str:
    """Digest of the tables and the model the matcher compares by: the same one, the same evidence."""
    told = sha256()
    for path in sorted(TABLES.glob("*.csv")):
        told.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()[:12]


def _write_said(run: Run, counts: dict[str, int]) -> pl.DataFrame:
    """What people found, written; answers to match reviews that stand tonight."""
    verdicts, answers = [], []
    for contract in _of(run, "verdict"):
        rows = _rows(run, contract)
        verdicts.append(find_verdicts(rows, contract, digest=lambda name: keyed_digest(run.secret, name)))
        answers.append(find_answers(rows, contract, digest=lambda name: keyed_digest(run.secret, name)))
    counts["verdict"] = _write(run, VERDICT, verdicts)
    counts["match_answer"] = _write(run, MATCH_ANSWER, answers)
    return standing_answers(answers, run.as_of)


def _former(run: Run, contract: Contract) -> pl.DataFrame:
    """Number and name, now and formerly, of the records of a feed that its sender has not withdrawn."""
    rows = _rows(run, contract)
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in _FORMER if name not in rows.columns]
    stands = ~pl.col("is_revoked").fill_null(False) if "is_revoked" in rows.columns else pl.lit(True)
    return rows.with_columns(absent).filter(stands)


def _write_payments(run: Run) -> int:
    contracts = [(c, run.lake.validated(c.feed, c)) for c in _of(run, "payments")]
    sums = [sum_payments(newest_versions(rows, c.record_key)) for c, rows in contracts if rows is not None]
    return run.lake.write(PAYMENT, sums[0]) if sums else _write(run, PAYMENT, [])


def _rows(run: Run, contract: Contract) -> pl.DataFrame:
    """Validated rows that stand for the feed; without any delivery, none of the same shape."""
    rows = _standing(run, contract)
    return _frame(validated_schema(contract).empty_table() if rows is None else run.lake.arrow(rows))


def _standing(run: Run, contract: Contract) -> ir.Table | None:
    if contract.delivery != "snapshot":
        return run.lake.validated(contract.feed, contract)
    pairs = _standing_deliveries(run, contract)
    rows = run.lake.validated(contract.feed, contract, only=frozenset(delivery for delivery, _ in pairs))
    if rows is None:
        return None
    shape = pa.schema([("delivery_id", pa.string()), ("standing_county", pa.string())])
    standing = [dict(zip(shape.names, pair, strict=True)) for pair in pairs]
    return of_standing(rows, run.lake.table(pa.Table.from_pylist(standing, shape)))


def _standing_deliveries(run: Run, contract: Contract) -> list[tuple[str, str]]:
    delivery = run.lake.read(DELIVERY)
    known = delivery.filter(
        (delivery.feed == contract.feed) & (delivery.rejection == "") & (delivery.business_date <= run.as_of)
    )
    return newest_snapshot(run.lake.arrow(known).to_pylist())


def _seen_on_reading(run: Run) -> pl.DataFrame:
    snapshots = [contract for contract in run.feeds if contract.delivery == "snapshot"]
    standing = [delivery for contract in snapshots for delivery, _ in _standing_deliveries(run, contract)]
    issues = standing_issues(
        run.lake.read(FORMAT_ISSUE),
        run.lake.read(DELIVERY),
        [contract.feed for contract in snapshots],
        standing,
        as_of=run.as_of,
    )
    return _frame(run.lake.arrow(issues))


def _frame(rows: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    if not isinstance(frame, pl.DataFrame):
        raise PipelineError("resolved: the engine gave a column where a table was asked for")
    return frame.rechunk()


def _write(run: Run, table: Table, frames: list[pl.DataFrame]) -> int:
    empty = _frame(table.arrow().empty_table())
    whole = pl.concat([empty, *(frame.select(table.names) for frame in frames)], how="vertical_relaxed")
    return run.lake.write(table, whole.to_arrow().cast(table.arrow()))


def _of(run: Run, *roles: str) -> Iterator[Contract]:
    return (contract for contract in run.feeds if contract.role in roles)
