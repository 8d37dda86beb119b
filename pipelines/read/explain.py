"""Why this person: the records used, the rule, the policy and the receipt, in plain sentences.

Two readers. A clerk sees every record by feed, file row and day. The person gets a letter in Chinese with
categories and dates only, what follows from them, and how to object.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import ibis
import ibis.expr.types as ir
import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.errors import UsageError
from pipelines.home.declared import officers_of
from pipelines.judged_claims import claims_as_judged, settling_verdicts
from pipelines.read.access import check_purpose, note_access
from pipelines.read.match_evidence import match_evidence
from pipelines.read.restored import Stops, restored_benefits
from pipelines.read.status import lake_at, until_newest
from pipelines.read.story import Event, EventKind, objections_of, proposals_of, signer_of, story
from pipelines.read.story_lines import kind_for_person, line_for_auditor, lines_for_person, where_to_object
from pipelines.run.driver import access_for
from pipelines.run.run import Run, open_run
from pipelines.step import Context, Engine, Inputs
from pipelines.steps import EXPLAIN
from pipelines.storage.receipts import Receipt, read_receipts
from schemas.codes import LossGroup, LossKind, LossState, Method, Outcome, Reason, SignalClass
from schemas.table import Table
from schemas.tables import (
    ALIAS,
    CERTIFICATION_ENTRY,
    CLAIM,
    DECISION,
    EXECUTION_ALARM,
    LEAD_ENTRY,
    LIFE_FACT,
    LISTED,
    LOSS_FACT,
    MATCH_ANSWER,
    PERSON,
    RESTORATION,
    RESUMPTION,
    VERDICT,
)

Row = dict[str, Any]
# what comes next, for an auditor
NEXT_STEPS: Final = {
    LossState.LEAD_OPEN: "the county verifies; nothing stops before three have signed and the window is over",
    LossState.CONFLICT: "a person looks at the sign of life or the withdrawal against it; nothing stops before that",
    LossState.NOTICE_GIVEN: "the reply window runs; nothing stops before its end",
    LossState.CONFIRMED: "a proposal stands until three persons decide; a newer sign of life or withdrawal reopens it",
    LossState.REFUTED: "nothing; the same claim does not come back",
}
HELD_STEP: Final = "data are late: nothing is proposed before they have come; a newer sign of life reopens it"


def explain_person(
    home: Path, person_no: int, *, as_of: date | None, for_person: bool, access: tuple[datetime, str]
) -> str:
    """Text for one person.

    Raises `UsageError` without a purpose, without a night of that day, or for an unknown person.
    """
    check_purpose(access[1])
    receipts = _receipts_until(home, as_of)
    lake, newest = lake_at(home, receipts), receipts[-1]
    tables = access_for(lake, EXPLAIN)
    found = _findings(tables, lake.engine, person_no)
    if not found["decisions"]:
        raise UsageError(f"the night of {newest.as_of} decided about no such person number")
    run = open_run(home, newest.as_of, kind=newest.kind, progress=lambda step: None, replayed=newest.number)
    found["story"] = _story(run, tables, found, person_no, receipts)
    found["is_found_dead"] = _is_found_dead(tables, run.context, person_no)
    note_access(lake.root, *access, person=run.context.digest(person_no))
    template = "letter.txt.j2" if for_person else "explanation.txt.j2"
    return _render(template, found | _told(run.context, found) | _context(run, newest))


def _receipts_until(home: Path, as_of: date | None) -> tuple[Receipt, ...]:
    """Up to the newest run about that day; without a day, about the newest one."""
    receipts = until_newest(read_receipts(home / "lake"), as_of)
    if not receipts:
        raise UsageError(f"no night of {as_of} has a receipt" if as_of else "no night has run yet")
    return receipts


def _findings(tables: Inputs, engine: Engine, person_no: int) -> dict[str, Any]:
    def rows(table: Table) -> list[Row]:
        expression = tables[table]
        return list(
            engine.arrow(expression.filter(expression.person_no == person_no).order_by(list(table.key))).to_pylist()
        )

    return {
        "name": next((row["raw_name"] for row in rows(PERSON)), ""),  # empty once it is erased
        "decisions": rows(DECISION),
        "life_facts": sorted(rows(LIFE_FACT), key=lambda row: (row["event_date"], row["delivery_id"]), reverse=True),
        "loss_facts": rows(LOSS_FACT),
        "claims": rows(CLAIM),
        "stops": Stops(rows(RESUMPTION), rows(RESTORATION), rows(EXECUTION_ALARM)),
        "matches": match_evidence(tables, engine, person_no),
        "formerly": sorted(row["kind"] for row in rows(ALIAS)),
        "answers": rows(MATCH_ANSWER),
        "leads": sorted(rows(LEAD_ENTRY), key=lambda row: (row["as_of"], row["run_no"], row["lead_id"])),
        "listed": sorted(rows(LISTED), key=lambda row: (row["run_no"], row["event_date"], row["claim_id"])),
        "entries": sorted(rows(CERTIFICATION_ENTRY), key=lambda row: (row["as_of"], row["run_no"])),
    }


def _is_found_dead(tables: Inputs, context: Context, person_no: int) -> bool:
    """Officers found a death true, and nothing has spoken against it since; also once the benefit has ended upon it."""

    def frame(rows: ir.Table) -> pl.DataFrame:
        return cast(pl.DataFrame, pl.from_arrow(context.engine.arrow(rows)))

    known = (tables[table] for table in (LEAD_ENTRY, LISTED))
    book, listed = (frame(rows.filter(rows.person_no == person_no)) for rows in known)
    verdicts = frame(settling_verdicts(tables[VERDICT], ibis.literal(context.as_of)))
    claims = claims_as_judged(book, listed, verdicts)
    is_death = (pl.col("loss_group") == LossGroup.DEATH.value) & (pl.col("status") == LossState.CONFIRMED.value)
    return not claims.filter(is_death).is_empty()


def _story(
    run: Run, tables: Inputs, found: Mapping[str, Any], person_no: int, receipts: Sequence[Receipt]
) -> list[Event]:
    """All that happened about the person's leads up to the night of the newest of these receipts."""
    engine, contracts, verdict = run.context.engine, run.context.contracts, tables[VERDICT]
    requests = tables.feed(contracts["service_request"])
    own = [] if requests is None else engine.arrow(requests_about(requests, tables[PERSON], person_no)).to_pylist()
    numbers = {lead["lead_id"] for lead in found["leads"]} | {row["line_id"] for row in found["listed"]}
    named = verdict.filter(verdict.lead_id.isin(sorted(numbers)))
    sent = [
        (receipt.as_of, file.path, file.bytes_sha256)
        for receipt in receipts
        if receipt.kind == "night"
        for file in receipt.files.get("outgoing", ())
    ]
    return story(
        found["leads"],
        found["listed"],
        engine.arrow(named.order_by(list(VERDICT.key))).to_pylist(),
        objections_of(own),
        proposals_of(run.lake.root, sent, contracts["proposals"], person_no),
        policy=run.context.policy,
        signer=signer_of(officers_of(run.home), run.context.digest),
        as_of=run.context.as_of,
    )


def requests_about(requests: ir.Table, person: ir.Table, person_no: int) -> ir.Table:
    """Rows of `service_request` that state the person number, or none and the person's identity number."""
    own = person.filter(person.person_no == person_no, person.id_number != "").select("id_number")
    named = requests.mutate(known_number=requests.id_number.fill_null("").strip().upper())
    by_identity = named.filter(named.person_no.isnull()).semi_join(own, [("known_number", "id_number")])
    return named.filter(named.person_no == person_no).union(by_identity).drop("known_number")


def _told(context: Context, found: dict[str, Any]) -> dict[str, Any]:
    """The story in lines for the person, and where to object: at the offices of the counties that pay."""
    paid_by = tuple(dict.fromkeys(decision["county_code"] for decision in found["decisions"]))
    county = partial(context.code_tables.label, "county")
    return {
        "story_lines": lines_for_person(found["story"], context.wording, county=county, paid_by=paid_by),
        "noticed": {event.lead["loss_group"] for event in found["story"] if event.kind is EventKind.NOTICE},
        # what officers found true is not acted on while a feed that could say otherwise is silent
        "is_held": any(map(is_held, found["decisions"])),
        "restored": restored_benefits(found["decisions"], found["stops"], context.wording),
        "offices": where_to_object(paid_by, context.policy, context.wording, county=county),
    }


def is_held(decision: Row) -> bool:
    """Officers found a loss of this benefit true, and data that could say otherwise have not come."""
    return bool(decision["outcome"] == Outcome.HELD_STALE and decision["loss_state"] == LossState.CONFIRMED)


def _context(run: Run, receipt: Receipt) -> dict[str, Any]:
    return {
        "receipt": receipt,
        "policy": run.context.policy,
        "wording": run.context.wording,
        "contracts": run.context.contracts,
        "label": run.context.code_tables.label,
        "outcome": Outcome,
        "method": Method,
        "loss_kind": LossKind,
        "loss_state": LossState,
        "next_steps": NEXT_STEPS,
        "held_step": HELD_STEP,
        "is_held_benefit": is_held,
        "line_for_auditor": line_for_auditor,
        "kind_of": partial(kind_for_person, wording=run.context.wording),
        "signal_class": SignalClass,
        "reasons": lambda mask: [reason for reason in Reason if mask & reason.bit],
    }


def _render(name: str, values: dict[str, Any]) -> str:
    environment = Environment(
        loader=PackageLoader("pipelines.read"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(name).render(values).rstrip("\n")
