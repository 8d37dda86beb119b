"""Enter what happened to each case, and fold all of it into the state of each.

Cost at 33 million persons: leads, reviews, requests and proposals are some hundred thousand rows in plain Python; of
reminders only those that are new or wait. The fold sorts all events once.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from pipelines.cases import acts, judged
from pipelines.cases.acts import Row
from pipelines.cases.folded import folded
from pipelines.cases.tickets import ticket_cases
from pipelines.step import VALIDATED, Context, Derived, Inputs, Step
from schemas.codes import CaseEvent, CaseKind, CaseState, StepName
from schemas.emit.to_arrow import validated_schema
from schemas.emit.to_polars import table_schema
from schemas.tables import (
    CASE,
    CASE_EVENT,
    CLAIM,
    DECISION,
    ENTITLEMENT,
    LISTED,
    MATCH_ANSWER,
    OBJECTION,
    REMINDER,
    SENT,
    TICKET_ENTRY,
    VERDICT,
)

_WAITING: Final = (CaseState.REMINDED.value, CaseState.NOT_REACHED.value)
_SHAPE: Final = table_schema(CASE_EVENT)


def derive(tables: Inputs, context: Context) -> Derived:
    """The events not known yet, and every case with its state. A backfill asks nobody and so enters none."""
    known = pl.DataFrame(context.engine.arrow(tables[CASE_EVENT]))
    new = pl.DataFrame(schema=_SHAPE) if context.kind == "backfill" else _Night(tables, context, known).events()
    cases = folded(pl.concat([known, new]), context.policy, context.as_of)
    tickets = ticket_cases(pl.DataFrame(context.engine.arrow(_of_tickets(tables))), context.policy, context.as_of)
    every = pl.concat([cases, tickets]).to_arrow().cast(CASE.arrow())
    return Derived({CASE_EVENT: new.to_arrow().cast(CASE_EVENT.arrow()), CASE: every})


CASES = Step(
    StepName.CASES,
    reads=(
        VALIDATED, CLAIM, DECISION, ENTITLEMENT, LISTED, MATCH_ANSWER, OBJECTION, REMINDER, SENT, TICKET_ENTRY, VERDICT,
        CASE_EVENT,
    ),
    writes=(CASE_EVENT, CASE),
    derive=derive,
)  # fmt: skip


def _of_tickets(tables: Inputs) -> ir.Table:
    return tables[TICKET_ENTRY].select(
        "ticket_id", "entry_id", "run_no", "as_of", "agency", "status", "line_date", "answered_on"
    )


class _Night:
    """Inputs of tonight from which new events follow, beside the events known so far."""

    def __init__(self, tables: Inputs, context: Context, known: pl.DataFrame) -> None:
        self.tables, self.context, self.known = tables, context, known
        self.sent = acts.sent_of(self.rows(tables[SENT]))
        self.lines = acts.lines_of(self.rows(tables[LISTED]))
        self.claims = self.rows(tables[CLAIM].select("claim_id", "person_no", "status", "line_id", "objected_date"))
        self.verdicts = self.rows(tables[VERDICT])
        self.answers = self.rows(tables[MATCH_ANSWER])

    def events(self) -> pl.DataFrame:
        """CASE_EVENT rows of tonight: what came and went out, then what the night makes of it."""
        reminders, decided = self.reminders()
        before = set(self.known["case_id"])
        reached = [row for row in reminders if row["notice_id"] not in before]
        done = pl.concat([self.known, self.new([*self.came_and_went(), *acts.of_reminders(reached, decided)])])
        standing = folded(done, self.context.policy, self.context.as_of)
        states = dict(standing.select("case_id", "state").iter_rows())
        seen = judged.events_of(
            self.seen_tonight(standing, done, reminders, decided), states, self.context.policy.cases, self.context.as_of
        )
        after = pl.concat([done, self.new(seen)])
        return after.tail(after.height - self.known.height)

    def new(self, rows: Iterable[Row]) -> pl.DataFrame:
        """Rows of CASE_EVENT that are not known, each once."""
        known = set(self.known["event_id"])
        found: dict[str, Row] = {}
        for row in rows:
            event_id = self.context.digest("case_event", *acts.identity(row))
            if event_id not in known:
                found[event_id] = {"event_id": event_id, **row, "known_from": self.context.run_no}
        return pl.DataFrame([found[name] for name in sorted(found)], schema=_SHAPE)

    def came_and_went(self) -> list[Row]:
        sent, as_of, office_of = self.sent, self.context.as_of, self.office_of()
        leads = acts.of_leads(
            self.lines, sent, self.listed_to(CaseKind.LEAD), self.claims, self.verdicts,
            policy=self.context.policy, office_of=office_of, as_of=as_of,
        )  # fmt: skip
        reviews = acts.of_reviews(
            self.of(CaseKind.MATCH_REVIEW), self.listed_to(CaseKind.MATCH_REVIEW), self.answers,
            case_id=self.review_case, office_of=office_of, as_of=as_of,
        )  # fmt: skip
        objections = self.rows(self.tables[OBJECTION].select("record_id", "person_no"))
        requests = acts.of_requests(
            self.feed("service_request"), {row["record_id"]: row["person_no"] for row in objections},
            self.of(CaseKind.REQUEST), {*self.listed_to(CaseKind.REQUEST), *self.listed_to(CaseKind.OBJECTION)},
            self.feed("request_results"), case_id=self.request_case, digest=self.context.digest, as_of=as_of,
        )  # fmt: skip
        return [*leads, *reviews, *requests]

    def seen_tonight(
        self, standing: pl.DataFrame, done: pl.DataFrame, reminders: list[Row], decided: dict[int, list[Row]]
    ) -> Iterable[judged.Judged]:
        claims, as_of = {row["claim_id"]: row for row in self.claims}, self.context.as_of
        yield from judged.leads(self.lines, claims, self.sent, self.verdicts, self.context.policy)
        reviews = standing.filter(pl.col("case_kind") == CaseKind.MATCH_REVIEW.value)
        persons = dict(reviews.select("case_id", "person_no").iter_rows())
        numbers = {*self.of(CaseKind.MATCH_REVIEW), *(acts.review_number(answer) for answer in self.answers)}
        case_ids = {number: self.review_case(number) for number in numbers}
        yield from judged.reviews(self.of(CaseKind.MATCH_REVIEW), persons, self.answers, case_ids, as_of)
        made = [line for (kind, _), line in self.sent.items() if kind is CaseKind.PROPOSAL]
        yield from judged.proposals(made, *self.proposed(standing, done))
        yield from judged.reminders(reminders, decided, as_of)
        taken = done.filter(
            pl.col("case_kind") == CaseKind.OBJECTION.value, pl.col("event") == CaseEvent.OPENED.value,
            pl.col("person_no").is_not_null(),
        )  # fmt: skip
        yield from judged.objections(taken.to_dicts(), self.claims, self.verdicts, as_of)

    def proposed(self, standing: pl.DataFrame, done: pl.DataFrame) -> tuple[list[Row], dict[judged.Key, str]]:
        """Proposals that stand, as they were made, and what the registry shows of their benefits."""
        waits = standing.filter(
            pl.col("case_kind") == CaseKind.PROPOSAL.value, pl.col("state") == CaseState.PROPOSED.value
        )
        made = done.filter(pl.col("event") == CaseEvent.PROPOSED.value).join(waits, on="case_id", how="semi")
        rows = made.sort("case_id", "day").unique("case_id", keep="last", maintain_order=True).to_dicts()
        if not rows:
            return [], {}
        persons = self.context.engine.table(pa.table({"person_no": sorted({row["person_no"] for row in rows})}))
        key = ("person_no", "programme_code", "county_code")
        found = self.tables[ENTITLEMENT].semi_join(persons, "person_no").select(*key, "payment_state")
        return rows, {tuple(row[name] for name in key): row["payment_state"] for row in self.rows(found)}

    def reminders(self) -> tuple[list[Row], dict[int, list[Row]]]:
        """REMINDER rows that are no case yet or wait, and tonight's decisions about their persons."""
        cases = folded(self.known.filter(pl.col("case_kind") == CaseKind.REMINDER.value), *self._fold_by())
        over = cases.filter(~pl.col("state").is_in(_WAITING)).select(notice_id="case_id").to_arrow()
        reminder = self.tables[REMINDER]
        if over.num_rows:
            reminder = reminder.anti_join(self.context.engine.table(over), "notice_id")
        rows = self.rows(reminder)
        if not rows:
            return [], {}
        persons = self.context.engine.table(pa.table({"person_no": sorted({row["person_no"] for row in rows})}))
        decided: dict[int, list[Row]] = {}
        decision = self.tables[DECISION].semi_join(persons, "person_no")
        for row in self.rows(decision.select("person_no", "county_code", "due_date", "outcome")):
            decided.setdefault(row["person_no"], []).append(row)
        return rows, decided

    def _fold_by(self) -> tuple[Any, Any]:
        return self.context.policy, self.context.as_of

    def of(self, kind: CaseKind) -> dict[str, acts.Sent]:
        """Lines sent tonight by their numbers."""
        return {number: line for (of_kind, number), line in self.sent.items() if of_kind is kind}

    def listed_to(self, kind: CaseKind) -> dict[str, str]:
        """Counties that each case was last listed to."""
        listed = self.known.filter(pl.col("case_kind") == kind.value, pl.col("event") == CaseEvent.LISTED.value).sort(
            "case_id", "day", "known_from"
        )
        return dict(listed.select("case_id", "office").iter_rows())

    def office_of(self) -> Callable[[str, date], str]:
        """Office on a day of the officer whose account has this digest; empty for one not known or not on duty."""
        register = self.context.officers
        accounts = {self.context.digest(one.account): one.account for one in register.officers} if register else {}

        def office(signed: str, day: date) -> str:
            officer = register.on_duty(accounts[signed], day) if register and signed in accounts else None
            return officer.office if officer else ""

        return office

    def review_case(self, number: str) -> str:
        """The number of a review names its person, so the case has another."""
        return self.context.digest("match_review", number)

    def request_case(self, record_id: str) -> str:
        return self.context.digest("request", record_id)

    def feed(self, name: str) -> Sequence[Row]:
        contract = self.context.contracts.get(name)
        rows = self.tables.feed(contract) if contract else None
        if contract is None or rows is None:
            return ()
        wanted = [one for one in validated_schema(contract).names if one not in ("name", "id_number")]
        return self.rows(rows.select(*wanted))

    def rows(self, expression: ir.Table) -> list[Row]:
        return list(self.context.engine.arrow(expression).to_pylist())
