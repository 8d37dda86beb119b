"""Worklists of a county: leads to verify, and persons to look after."""

from collections.abc import Callable
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.outgoing.reminded import not_met
from pipelines.outgoing.render import filled, yuan
from pipelines.outgoing.visits import needs_visit
from pipelines.reachable import grieved, with_usable_phone
from schemas.code_tables import CodeTables
from schemas.codes import OPEN_LOSS, LossGroup, LossKind, LossState, Outcome, PaymentState, Reason, SignalClass
from schemas.tables import DECISION
from schemas.wording import Wording

TO_LOOK_AFTER: Final = (Outcome.OVERDUE, Outcome.EVIDENCE_INSUFFICIENT)
# losses that a person who is seen has not suffered
_SEEN_SETTLES: Final = (LossGroup.DEATH.value, LossGroup.MISSING.value)
_LEAD: Final = ("line_id", "person_no", "loss_group", "county_code")
_PERSON: Final = ("person_no", "county_code")
_OVERDUE_FIRST: Final = [False, False, True, False, False]


def open_leads(claim: ir.Table, decision: ir.Table, person: ir.Table, book: ir.Table, resumption: ir.Table) -> ir.Table:
    """Grain: open claim × entitlement it touches; `opened` is the day our book first held the claim, or held it as open
    again after officers had settled it; `found_true` the newest on which it held that they had found it true, unless
    it has held it as open or refuted since: what they took back is told to nobody.
    """
    settled = (LossState.CONFIRMED.value, LossState.REFUTED.value)
    since = book.group_by("lead_id").agg(settled_on=book.as_of.max(where=book.status.isin(settled)))
    known = book.join(since, "lead_id")
    is_true = known.status.isin((LossState.NOTICE_GIVEN.value, LossState.CONFIRMED.value))
    is_not_true = known.status.isin((LossState.LEAD_OPEN.value, LossState.REFUTED.value))
    opened = known.group_by("lead_id").agg(
        opened=ibis.coalesce(known.as_of.min(where=known.as_of > known.settled_on), known.as_of.min()),
        found_true=known.as_of.max(where=is_true),
        not_true=known.as_of.max(where=is_not_true),
    )
    stands = opened.not_true.isnull() | (opened.found_true > opened.not_true)
    opened = opened.mutate(found_true=ibis.ifelse(stands, opened.found_true, ibis.null("date"))).drop("not_true")
    alarms = _alive(resumption).select(*DECISION.key)
    marked = decision.left_join(alarms.mutate(is_alarm=True), list(DECISION.key))
    marked = marked.mutate(is_alarm=marked.is_alarm.fill_null(False))
    marked = marked.mutate(is_ended=marked.payment_state == PaymentState.TERMINATED.value)
    in_scope = marked.outcome != Outcome.OUT_OF_SCOPE.value
    touched = marked.filter(marked.is_alarm | marked.is_ended | in_scope).select(
        *DECISION.key, "loss_kinds", "at_risk_fen", "is_alarm", "is_ended",
        may_freeze=(marked.reason_mask // Reason.ADJUSTMENT_LEAD.bit) % 2 == 1,
    )  # fmt: skip
    claims = claim.filter(claim.status.isin(OPEN_LOSS)).drop("agency", "end_date", "business_date")
    claims = claims.inner_join(opened, claims.claim_id == opened.lead_id).drop("lead_id")
    joined = claims.join(touched, "person_no")
    named = person.select("person_no", "phone", "address", name=person.raw_name)
    no_loss, is_death = joined.loss_group == LossGroup.NONE.value, joined.loss_group == LossGroup.DEATH.value
    concerned = ibis.cases(
        (no_loss, joined.may_freeze),
        (joined.is_alarm & is_death, True),
        (joined.is_ended, is_death & ibis.or_(joined.objected_date.notnull(), joined.withdrawn_date.notnull())),
        else_=joined.loss_kinds.contains(joined.loss_kind),
    )
    # a sentence that freezes the adjustment puts no payment at risk, whatever another lead does
    rows = joined.mutate(at_risk_fen=ibis.ifelse(no_loss, 0, joined.at_risk_fen)).filter(concerned)
    return rows.drop("loss_kinds", "may_freeze", "is_alarm", "is_ended").join(named, "person_no")


def alarms(resumption: ir.Table) -> ir.Table:
    """`person_no`, `county_code` of whoever was seen alive after a benefit was stopped."""
    return _alive(resumption).select(*_PERSON).distinct()


def _alive(resumption: ir.Table) -> ir.Table:
    return resumption.filter(resumption.reason == Reason.ALIVE_AFTER_STOP.value)


def worklist(
    leads: pl.DataFrame,
    codes: CodeTables,
    wording: Wording,
    *,
    as_of: date,
    verify_by: Callable[[date], date | None],
    alarms: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Grain: line × county, a person × fact × county; the worklist's columns and `county_code`.

    `verify_by(opened)` is the last day to verify. Order: priority, days open, money. The `alarms` (their frame) come
    first, with priority 0.
    """
    gathered = _gathered(leads, codes, wording).join(_money(leads), on=_LEAD)
    first = pl.DataFrame(schema={name: gathered.schema[name] for name in _PERSON}) if alarms is None else alarms
    gathered = gathered.join(first.with_columns(is_alarm=True), on=_PERSON, how="left", maintain_order="left")
    gathered = gathered.with_columns(is_alarm=pl.col("is_alarm") & pl.col("loss_group").is_in(_SEEN_SETTLES))
    deadlines = [verify_by(opened) for opened in gathered["opened"]]
    return (
        gathered.with_columns(
            priority=pl.when("is_alarm").then(0).when(pl.col("sources") >= 2).then(1).otherwise(2),
            days_open=(pl.lit(as_of) - pl.col("opened")).dt.total_days(),
            verify_by=pl.Series(deadlines, dtype=pl.Date),
            county=_label(codes, "county", "county_code"),
            how_to_check=pl.when("is_noticed")
            .then(pl.lit(wording.worklists.notice_given))
            .otherwise(_how_to_check(wording)),
            at_risk_yuan=yuan(pl.col("at_risk_fen")),
        )
        .sort("county_code", "priority", -pl.col("days_open"), -pl.col("at_risk_fen"), "lead_id")
    )  # fmt: skip


def _how_to_check(wording: Wording) -> pl.Expr:
    """Sentences for a line that waits for an answer: why it is asked again, what to do, how to sign."""
    to_do = (
        pl.when("is_alarm").then(pl.lit(wording.worklists.alive_after_stop))
        .otherwise(_word(wording.worklists.how_to_check, "loss_group"))
    )  # fmt: skip
    asked_again = _since(wording.worklists.objected, "objected", wording)
    asked_again += _since(wording.worklists.withdrawn, "withdrawn", wording)
    asked_again += _since(wording.worklists.found_true, "found_true", wording)
    return asked_again + to_do + pl.lit(wording.general.between_sentences + wording.worklists.to_answer)


def _since(sentence: str, day: str, wording: Wording) -> pl.Expr:
    """The sentence with its day, to be placed before how to check; empty where the line has no such `day`."""
    dated = filled(sentence, day=pl.col(day).dt.strftime("%Y-%m-%d")) + pl.lit(wording.general.between_sentences)
    return pl.when(pl.col(day).is_not_null()).then(dated).otherwise(pl.lit(""))


def _gathered(leads: pl.DataFrame, codes: CodeTables, wording: Wording) -> pl.DataFrame:
    kind = _word({kind.value: kind.label for kind in LossKind}, "loss_kind")
    suspected, between = filled(wording.worklists.suspected, kind=kind), wording.general.between
    ordered = leads.sort("event_date", "claim_id", "programme_code")
    contrary = pl.col("contrary_date")
    return ordered.with_columns(
        kind=pl.when("is_suspected").then(suspected).otherwise(kind),
        benefit=_label(codes, "programme", "programme_code")
    ).group_by(_LEAD, maintain_order=True).agg(
        pl.first("name", "phone", "address"),
        lead_id=pl.first("line_id"),
        objected=pl.max("objected_date"),
        withdrawn=pl.max("withdrawn_date"),
        # an objection and a withdrawal are told by sentences of their own
        found_true=pl.col("found_true").filter(
            pl.col("status") == LossState.CONFLICT.value, pl.col("withdrawn_date").is_null()
        ).max(),
        is_noticed=((pl.col("status") == LossState.NOTICE_GIVEN.value) & pl.col("objected_date").is_null()).all(),
        opened=pl.min("opened"),
        programme=pl.col("benefit").unique().sort().str.join(between),
        loss_kind=pl.col("kind").unique(maintain_order=True).str.join(between),
        loss_date=pl.min("event_date"),
        sources=pl.max("sources"),
        contrary_date=pl.coalesce(contrary.max(), pl.col("weak_date").max()),
        contrary_class=_contrary(wording),
    )  # fmt: skip


def _contrary(wording: Wording) -> pl.Expr:
    """Class of the newest contrary sign; where only signs that others can set stand against it, that is said."""
    sentence, only_weak = wording.worklists.contrary, wording.worklists.contrary_weak
    labels = {grade.value: sentence.format(grade=grade.value, label=grade.label) for grade in SignalClass}
    newest = pl.col("contrary_class").sort_by("contrary_date", "contrary_class", nulls_last=False).last()
    weak = pl.when(pl.col("weak_date").is_not_null().any()).then(pl.lit(only_weak)).otherwise(pl.lit(""))
    return pl.when(newest != "").then(newest.replace(labels)).otherwise(weak)


def _money(leads: pl.DataFrame) -> pl.DataFrame:
    """Each entitlement once, however many claims touch it."""
    return leads.unique([*_LEAD, "programme_code"]).group_by(_LEAD).agg(pl.sum("at_risk_fen"))


def to_look_after(decision: ir.Table, person: ir.Table, claim: ir.Table, reminder: ir.Table) -> ir.Table:
    """Grain: entitlement overdue, without evidence, or at a reminder stage where no message can go or could, of a
    person about whom no claim of death or conflict is open.

    Who never passed has no due date to be told: theirs is a reckoning of ours. `reckoned_date` is the due date of
    everybody. `phone` is empty where no message may go to the number on file.
    """
    looked_after = [outcome.value for outcome in TO_LOOK_AFTER]
    near = (decision.notice_stage != "") & decision.due_date.notnull()
    due = decision.filter(decision.outcome.isin(looked_after) | near)
    due = due.select(
        "person_no", "programme_code", "county_code", "outcome", "reason_mask", "notice_stage",
        due_date=ibis.ifelse(due.pass_date.isnull(), ibis.null("date"), due.due_date), reckoned_date=due.due_date,
    )  # fmt: skip
    named = with_usable_phone(person, claim)
    named = named.select("person_no", "phone", "address", "birth_date", "group", name="raw_name")
    rows = due.anti_join(grieved(claim), "person_no").join(named, "person_no")
    unsent = reminder.filter(reminder.obstacle != "").select("person_no").distinct().mutate(is_unsent=True)
    rows = rows.left_join(unsent, "person_no").drop("person_no_right")
    is_asked = rows.outcome.isin(looked_after) | (rows.phone == "") | rows.is_unsent.fill_null(False)
    return rows.filter(is_asked).drop("is_unsent")


def to_remind(persons: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """`to_look_after` with `stages`: reminder stages to be met by a letter or a visit, a list, the earliest first.

    Those are the stages not met of whom no message can go to, and those at which none could. Who is only near the due
    date and has no such stage is left out. `met` is `stages_met` of these benefits.
    """
    key = [*_PERSON, "programme_code"]
    has_phone = persons.select(*key, has_phone=pl.col("phone") != "")
    missing = met.filter(not_met()).join(has_phone, on=key).filter(~pl.col("has_phone") | (pl.col("obstacle") != ""))
    stages = missing.group_by(key, maintain_order=True).agg("stage").rename({"stage": "stages"})
    rows = persons.join(stages, on=key, how="left", maintain_order="left")
    looked_after = pl.col("outcome").is_in([outcome.value for outcome in TO_LOOK_AFTER])
    return rows.filter(looked_after | pl.col("stages").is_not_null())


def outreach(
    persons: pl.DataFrame, codes: CodeTables, wording: Wording, *, as_of: date, visit_age: int
) -> pl.DataFrame:
    """Grain: person × county; the outreach list's columns and `county_code`. Order: due date, never certified first.

    `persons` is `to_remind`.
    """
    aged = (pl.col("reason_mask") // Reason.AGED_HUNDRED.bit) % 2 == 1
    unseen = pl.col("outcome") == Outcome.EVIDENCE_INSUFFICIENT.value
    is_near = ~pl.col("outcome").is_in([outcome.value for outcome in TO_LOOK_AFTER])
    stages = pl.col("stages").list.join(wording.general.between_words)
    near = filled(wording.worklists.to_remind, day="reckoned_date", stages=stages)
    missing = filled(wording.worklists.stages_missing, stages=stages).fill_null("")
    why = pl.when(unseen).then(pl.lit(wording.worklists.never_certified)).otherwise(pl.lit(wording.worklists.overdue))
    looked_after = pl.when(aged).then(pl.lit(wording.worklists.aged_hundred)).otherwise(why) + missing
    return (
        persons.with_columns(
            benefit=_label(codes, "programme", "programme_code"),
            why=pl.when(is_near).then(near).otherwise(looked_after),
            at_home=~is_near & (needs_visit(as_of, visit_age) | aged | unseen),
            by_phone=~is_near,
        )
        .sort("person_no", "county_code", "by_phone", "due_date", "programme_code", descending=_OVERDUE_FIRST)
        .group_by(_PERSON, maintain_order=True)
        .agg(
            pl.first("name", "phone", "address", "due_date", "why"),
            programme=pl.col("benefit").unique().sort().str.join(wording.general.between),
            at_home=pl.col("at_home").any(),
            by_phone=pl.col("by_phone").any(),
        )
        .with_columns(
            how=pl.when("at_home")
            .then(pl.lit(wording.worklists.at_home))
            .when("by_phone")
            .then(pl.lit(wording.worklists.by_phone))
            .otherwise(pl.lit(wording.worklists.by_letter)),
            county=_label(codes, "county", "county_code"),
        )
        .sort("county_code", "due_date", "person_no", nulls_last=False)
    )


def _label(codes: CodeTables, table: str, column: str) -> pl.Expr:
    return _word(codes.labels(table), column)


def _word(words: dict[str, str], column: str) -> pl.Expr:
    """The word for a code; a code without one shows itself."""
    return pl.col(column).replace_strict(words, default=pl.col(column), return_dtype=pl.String)
