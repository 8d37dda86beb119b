"""What a county has to look into: leads to verify, and persons to look after."""

from collections.abc import Callable
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.outgoing.render import yuan
from pipelines.outgoing.visits import OPEN, grieved, needs_visit
from schemas.code_tables import CodeTables
from schemas.codes import LossGroup, LossKind, Outcome, Reason, SignalClass

BETWEEN: Final = "；"
SUSPECTED: Final = "（疑似，请先核对是否为本人）"
HOW_TO_CHECK: Final = {
    LossGroup.DEATH: "上门或电话向本人、家属、村（社区）核实，以问候的口吻，不直接询问是否去世；"
    "本人健在的，当面确认并登记为上门认证。不得仅凭本清单停发",
    LossGroup.CUSTODY: "先向登记机关核实是否正在服刑或羁押及起止日期；联系家属、村（社区）时不透露线索内容；"
    "非监禁刑不影响领取。不得仅凭本清单停发",
    LossGroup.MISSING: "向家属、村（社区）核实能否联系到本人；已联系上的，当面确认。不得仅凭本清单停发",
    LossGroup.CONDITION: "向本人核实情况变化及发生日期，听取说明并留存材料。不得仅凭本清单停发",
    LossGroup.DUPLICATE: "与本人及另一参保地核对两项待遇，由本人选择保留的待遇。不得仅凭本清单停发",
}
WHY: Final = {
    Outcome.OVERDUE: "认证期已过，请主动联系、问候并协助认证；不代表任何不利结论",
    Outcome.EVIDENCE_INSUFFICIENT: "暂无可佐证的记录，请上门看望、问候并协助认证；不代表任何不利结论",
}
WHY_AGED: Final = "百岁老人，请上门看望、问候并协助认证；不代表任何不利结论"
AT_HOME: Final = "上门看望"
BY_PHONE: Final = "先电话联系，联系不上的上门看望"
_LEAD: Final = ("person_no", "loss_group", "county_code")
_PERSON: Final = ("person_no", "county_code")


def open_leads(claim: ir.Table, decision: ir.Table, person: ir.Table, book: ir.Table) -> ir.Table:
    """Grain: open claim × entitlement it touches; `opened` is the day our book first held the claim."""
    opened = book.group_by("lead_id").agg(opened=book.as_of.min())
    drawn = decision.filter(decision.outcome != Outcome.OUT_OF_SCOPE.value)
    touched = drawn.select("person_no", "programme_code", "county_code", "loss_kinds", "at_risk_fen")
    claims = claim.filter(claim.standing.isin(OPEN)).drop("agency", "end_date", "business_date")
    claims = claims.inner_join(opened, claims.claim_id == opened.lead_id).drop("lead_id")
    joined = claims.join(touched, "person_no")
    named = person.select("person_no", "phone", "address", name=person.raw_name)
    return joined.filter(joined.loss_kinds.contains(joined.loss_kind)).drop("loss_kinds").join(named, "person_no")


def worklist(
    leads: pl.DataFrame, codes: CodeTables, *, as_of: date, verify_by: Callable[[date], date | None]
) -> pl.DataFrame:
    """Grain: person × loss group × county; the worklist's columns and `county_code`.

    `verify_by(opened)` is the last day to verify. The lead number is that of the earliest claim: a
    verdict on one claim of a person and group judges them all. Order: priority, days open, money.
    """
    gathered = _gathered(leads, codes).join(_money(leads), on=_LEAD)
    deadlines = [verify_by(opened) for opened in gathered["opened"]]
    return (
        gathered.with_columns(
            priority=pl.when(pl.col("sources") >= 2).then(1).otherwise(2),
            days_open=(pl.lit(as_of) - pl.col("opened")).dt.total_days(),
            verify_by=pl.Series(deadlines, dtype=pl.Date),
            county=_label(codes, "county", "county_code"),
            how_to_check=_word({group.value: text for group, text in HOW_TO_CHECK.items()}, "loss_group"),
            at_risk_yuan=yuan(pl.col("at_risk_fen")),
        )
        .sort("county_code", "priority", -pl.col("days_open"), -pl.col("at_risk_fen"), "lead_id")
    )  # fmt: skip


def _gathered(leads: pl.DataFrame, codes: CodeTables) -> pl.DataFrame:
    kinds = {kind.value: kind.label for kind in LossKind}
    ordered = leads.sort("event_date", "claim_id", "programme_code")
    contrary = pl.col("contrary_date")
    return ordered.with_columns(
        kind=_word(kinds, "loss_kind") + pl.when("is_suspected").then(pl.lit(SUSPECTED)).otherwise(pl.lit("")),
        benefit=_label(codes, "programme", "programme_code")
    ).group_by(_LEAD, maintain_order=True).agg(
        pl.first("name", "phone", "address"),
        lead_id=pl.first("claim_id"),
        opened=pl.min("opened"),
        programme=pl.col("benefit").unique().sort().str.join(BETWEEN),
        loss_kind=pl.col("kind").unique(maintain_order=True).str.join(BETWEEN),
        loss_date=pl.min("event_date"),
        sources=pl.max("sources"),
        contrary_date=pl.coalesce(contrary.max(), pl.col("weak_date").max()),
        contrary_class=_contrary(),
    )  # fmt: skip


def _contrary() -> pl.Expr:
    """Class of the newest contrary sign; where only signs that others can set stand against it, that is said."""
    labels = {grade.value: f"{grade.value}（{grade.label}）" for grade in SignalClass}
    newest = pl.col("contrary_class").sort_by("contrary_date", "contrary_class", nulls_last=False).last()
    weak = pl.when(pl.col("weak_date").is_not_null().any()).then(pl.lit("C/D（可由他人代办）")).otherwise(pl.lit(""))
    return pl.when(newest != "").then(newest.replace(labels)).otherwise(weak)


def _money(leads: pl.DataFrame) -> pl.DataFrame:
    """Each entitlement once, however many claims touch it."""
    return leads.unique([*_LEAD, "programme_code"]).group_by(_LEAD).agg(pl.sum("at_risk_fen"))


def to_look_after(decision: ir.Table, person: ir.Table, claim: ir.Table) -> ir.Table:
    """Grain: entitlement overdue or without evidence, of a person about whom no claim of death or conflict is open.

    Who never passed has no due date to be told: theirs is a reckoning of ours.
    """
    due = decision.filter(decision.outcome.isin([outcome.value for outcome in WHY]))
    due = due.select(
        "person_no", "programme_code", "county_code", "outcome", "reason_mask",
        due_date=ibis.ifelse(due.pass_date.isnull(), ibis.null("date"), due.due_date),
    )  # fmt: skip
    named = person.select("person_no", "phone", "address", "birth_date", "group", name=person.raw_name)
    return due.anti_join(grieved(claim), "person_no").join(named, "person_no")


def outreach(persons: pl.DataFrame, codes: CodeTables, *, as_of: date, visit_age: int) -> pl.DataFrame:
    """Grain: person × county; the outreach list's columns and `county_code`. Order: due date, never certified first."""
    aged = (pl.col("reason_mask") // Reason.AGED_HUNDRED.bit) % 2 == 1
    why = _word({outcome.value: text for outcome, text in WHY.items()}, "outcome")
    unseen = pl.col("outcome") == Outcome.EVIDENCE_INSUFFICIENT.value
    return (
        persons.with_columns(
            benefit=_label(codes, "programme", "programme_code"),
            why=pl.when(aged).then(pl.lit(WHY_AGED)).otherwise(why),
            at_home=needs_visit(as_of, visit_age) | aged | unseen,
        )
        .sort("person_no", "county_code", "due_date", "programme_code")
        .group_by(_PERSON, maintain_order=True)
        .agg(
            pl.first("name", "phone", "address", "due_date", "why"),
            programme=pl.col("benefit").unique().sort().str.join(BETWEEN),
            at_home=pl.col("at_home").any(),
        )
        .with_columns(
            how=pl.when("at_home").then(pl.lit(AT_HOME)).otherwise(pl.lit(BY_PHONE)),
            county=_label(codes, "county", "county_code"),
        )
        .sort("county_code", "due_date", "person_no", nulls_last=False)
    )


def _label(codes: CodeTables, table: str, column: str) -> pl.Expr:
    return _word(codes.labels(table), column)


def _word(words: dict[str, str], column: str) -> pl.Expr:
    """The word for a code; a code without one shows itself."""
    return pl.col(column).replace_strict(words, default=pl.col(column), return_dtype=pl.String)
