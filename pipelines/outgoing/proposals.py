"""The two lawful roads to an adverse proposal: a loss that persons confirmed, and an overdue certification.

Nothing here stops a payment: a proposal is a row with three empty signatures.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.latest import newest_entries
from pipelines.outgoing.reminded import MESSAGE, VISIT, not_met
from pipelines.outgoing.render import filled, yuan
from pipelines.outgoing.visits import needs_visit
from pipelines.reachable import with_usable_phone
from schemas.code_tables import CodeTables
from schemas.codes import IN_PAYMENT, LossGroup, LossKind, LossState, Outcome, PaymentState, Reason
from schemas.policy import Notice
from schemas.tables import DECISION
from schemas.wording import Wording

ACTIONS: Final = ("END", "SUSPEND")
WITHDRAW: Final = "WITHDRAW"
RESUME: Final = "RESUME"
MIN_CHANNELS: Final = 2
DRAWING: Final = (PaymentState.DRAWING.value,)
ADVERSE: Final = (Outcome.LOSS_CONFIRMED.value, Outcome.OVERDUE.value)
_ENTITLEMENT: Final = DECISION.key


def confirmed_losses(claim: ir.Table, decision: ir.Table, person: ir.Table, *, as_of: date) -> ir.Table:
    """Grain: confirmed claim × entitlement it ends or suspends that is still paid.

    Never a refuted or open claim, nor a term that will be over by the next pay run, from which a proposal takes effect;
    nor one that only joined a judged fact or states a day that cannot be.
    """
    is_over = is_over_by(claim, next_pay_run(as_of))
    confirmed = claim.filter(claim.status == LossState.CONFIRMED.value, claim.is_dated, ~is_over)
    stands = confirmed.select("person_no", "loss_kind", "event_date")
    paid = decision.filter(
        decision.outcome == Outcome.LOSS_CONFIRMED.value,
        decision.payment_state.isin(IN_PAYMENT),
    ).select(*_ENTITLEMENT, "payment_state", "loss_kinds")
    joined = stands.join(paid, "person_no")
    named = person.select("person_no", name=person.raw_name)
    return joined.filter(joined.loss_kinds.contains(joined.loss_kind)).drop("loss_kinds").join(named, "person_no")


def is_over_by(claim: ir.Table, day: date) -> ir.BooleanValue:
    """The claim is a term that ends before the day; a death has no end."""
    ends = (claim.end_date < ibis.literal(day)).fill_null(False)
    return (claim.loss_group != LossGroup.DEATH.value) & ends


def loss_proposals(losses: pl.DataFrame, effects: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """Grain: entitlement. Columns: its key, `name`, `effect`, `ground`. An ending outweighs a suspension.

    What is suspended already is proposed only for an ending. `effects` are the rows of
    `Policy.effect_rows` that end or suspend.
    """
    labels = {kind.value: kind.label for kind in LossKind}
    ground = filled(
        wording.proposals.confirmed,
        kind=pl.col("loss_kind").replace_strict(labels, return_dtype=pl.String),
        day=pl.col("event_date").dt.strftime("%Y-%m-%d"),
        legal_ground="legal_ground",
    )
    judged = losses.join(effects, on=["programme_code", "loss_kind"]).filter(
        (pl.col("effect") == "END") | (pl.col("payment_state") == PaymentState.DRAWING.value)
    )
    return (
        judged.with_columns(ground=ground)
        .sort(*_ENTITLEMENT, "effect", "event_date", "loss_kind")
        .group_by(_ENTITLEMENT, maintain_order=True)
        .agg(
            pl.first("name", "effect"),
            pl.col("ground").unique(maintain_order=True).str.join(wording.general.between),
        )
    )


def stood(entries: ir.Table, *, since: int, as_of: date) -> ir.Table:
    """Grain: entitlement that stood overdue or lost when the night `since`, of that date, had been entered.

    A confirmed loss that is held for a stale feed stands as it stood before.
    """
    was_held = (entries.outcome == Outcome.HELD_STALE.value) & (entries.loss_state == LossState.CONFIRMED.value)
    known = entries.filter(entries.run_no <= since, ~was_held)
    known = known.semi_join(known.filter(known.outcome.isin(ADVERSE)), list(_ENTITLEMENT))
    stands = newest_entries(known, _ENTITLEMENT, as_of=as_of)
    return stands.filter(stands.outcome.isin(ADVERSE))


def withdrawn(proposed: ir.Table, decision: ir.Table, person: ir.Table, wording: Wording) -> ir.Table:
    """Grain: entitlement still paid or suspended that was `proposed` for an `outcome` it has no more.

    Whoever has yesterday's proposal on the desk must learn of it: a list that is merely shorter tells nobody. While a
    feed is stale nothing more is done upon it, and nothing that was done is undone.
    """
    still = [Outcome.LOSS_CONFIRMED.value, Outcome.OUT_OF_SCOPE.value]
    is_confirmed = decision.loss_state == LossState.CONFIRMED.value
    is_waiting = (decision.outcome == Outcome.HELD_STALE.value) & (is_confirmed | ~decision.payment_state.isin(DRAWING))
    now = decision.filter(~decision.outcome.isin(still), ~is_waiting, decision.payment_state.isin(IN_PAYMENT)).select(
        *_ENTITLEMENT, now=decision.outcome
    )
    back = proposed.select(*_ENTITLEMENT, "outcome").join(now, list(_ENTITLEMENT))
    back = back.filter(back.now != back.outcome).select(*_ENTITLEMENT)
    named = person.select("person_no", name=person.raw_name)
    ground = ibis.literal(wording.proposals.withdrawn)
    return back.join(named, "person_no").mutate(effect=ibis.literal(WITHDRAW), ground=ground)


def resumed_benefits(resumption: ir.Table, person: ir.Table) -> ir.Table:
    """RESUMPTION with the person's `name`."""
    return resumption.join(person.select("person_no", name=person.raw_name), "person_no")


def resume_proposals(resumed: pl.DataFrame, wording: Wording) -> pl.DataFrame:
    """The columns of `loss_proposals`: each stopped benefit that should be paid again, with what may be owed."""
    day = {name: pl.col(name).dt.strftime("%Y-%m-%d") for name in ("since", "seen_date")}
    why = pl.when(pl.col("reason") == Reason.ALIVE_AFTER_STOP.value).then(
        filled(wording.proposals.seen_alive, since=day["since"], day=day["seen_date"])
    ).when(pl.col("reason") == Reason.DISPROVED.value).then(
        filled(wording.proposals.disproved, since=day["since"])
    ).otherwise(filled(wording.proposals.term_over, since=day["since"]))  # fmt: skip
    owed = filled(
        wording.proposals.back_pay, months=pl.col("unpaid_months").cast(pl.String), yuan=yuan(pl.col("back_pay_fen"))
    )
    known = pl.when(pl.col("back_pay_fen").is_null()).then(pl.lit(wording.proposals.back_pay_unknown)).otherwise(owed)
    ground = pl.concat_str([why, known], separator=wording.general.between_sentences)
    return resumed.select(*_ENTITLEMENT, "name", effect=pl.lit(RESUME), ground=ground).sort(*_ENTITLEMENT)


def overdue_benefits(
    decision: ir.Table, person: ir.Table, claim: ir.Table, *, paid: Sequence[str] = DRAWING
) -> ir.Table:
    """Grain: overdue entitlement still paid (`OVERDUE` is never said while a feed it leans on is stale).

    `phone` is empty where no message may go to the number on file.
    """
    late = decision.filter(decision.outcome == Outcome.OVERDUE.value, decision.payment_state.isin(list(paid)))
    named = with_usable_phone(person, claim).select("person_no", "phone", "birth_date", "group", name="raw_name")
    return late.select(*_ENTITLEMENT, "due_date").join(named, "person_no")


def fully_contacted(
    late: pl.DataFrame,
    met: pl.DataFrame,
    tried: pl.DataFrame,
    *,
    notices: Sequence[Notice],
    as_of: date,
    visit_age: int,
) -> pl.DataFrame:
    """The late entitlements for which everything was done; `met` is `stages_met`, `tried` is `attempts`.

    Everything: every reminder stage met, by a message or by a letter or visit, then attempts after the due date by two
    channels, one of them a visit for whom `needs_visit`.
    """
    stages = met.filter(~not_met()).group_by(_ENTITLEMENT).agg(stages=pl.col("stage").n_unique())
    channels = tried.group_by(_ENTITLEMENT).agg(
        channels=pl.col("channel").n_unique(), visited=(pl.col("channel") == VISIT).any()
    )
    return (
        late.join(stages, on=_ENTITLEMENT)
        .join(channels, on=_ENTITLEMENT)
        .filter(
            pl.col("stages") == len({notice.stage for notice in notices}),
            pl.col("channels") >= MIN_CHANNELS,
            pl.col("visited") | ~needs_visit(as_of, visit_age),
        )
    )


def overdue_proposals(
    contacted: pl.DataFrame, met: pl.DataFrame, tried: pl.DataFrame, codes: CodeTables, wording: Wording
) -> pl.DataFrame:
    """The columns of `loss_proposals`. The ground says how and when each stage was met, and each attempt."""
    channels = codes.labels("visit_kind")
    stages = _in_words(met, _stage_words(channels, wording), wording).rename({"words": "reminders"})
    contacts = _in_words(tried.sort("contact_date", "channel", "result"), _contact_words(channels, wording), wording)
    tried_ones = contacted.join(stages, on=_ENTITLEMENT).join(contacts.rename({"words": "contacts"}), on=_ENTITLEMENT)
    ground = filled(wording.proposals.overdue, day="due_date", reminders="reminders", contacts="contacts")
    return tried_ones.select(*_ENTITLEMENT, "name", effect=pl.lit("SUSPEND"), ground=ground).sort(*_ENTITLEMENT)


def _in_words(rows: pl.DataFrame, words: pl.Expr, wording: Wording) -> pl.DataFrame:
    """Grain: entitlement: its rows in `words`, in their order."""
    each = rows.with_columns(words=words).group_by(_ENTITLEMENT, maintain_order=True)
    return each.agg(pl.col("words").unique(maintain_order=True).str.join(wording.general.between))


def _stage_words(channels: dict[str, str], wording: Wording) -> pl.Expr:
    obstacles = pl.col("obstacle").replace_strict(wording.proposals.obstacles, return_dtype=pl.String)
    way = pl.col("way").replace_strict(channels, default="", return_dtype=pl.String)
    by_message = filled(wording.proposals.by_message, stage="stage", day="day")
    in_person = filled(wording.proposals.in_person, stage="stage", day="day", obstacle=obstacles, way=way)
    return pl.when(pl.col("way") == MESSAGE).then(by_message).otherwise(in_person)


def _contact_words(channels: dict[str, str], wording: Wording) -> pl.Expr:
    result = pl.col("result").replace_strict(wording.proposals.results, return_dtype=pl.String)
    way = pl.col("channel").replace_strict(channels, default=pl.col("channel"), return_dtype=pl.String)
    return filled(wording.proposals.contact, day="contact_date", way=way, result=result)


def proposals(
    wanted: pl.DataFrame,
    codes: CodeTables,
    wording: Wording,
    *,
    as_of: date,
    proposal_id: Callable[[int, str, str, str], str],
) -> pl.DataFrame:
    """The proposal file's columns, ordered by county, person and programme.

    Effective with the next pay run; a withdrawal or a resumption at once.
    """
    rows = wanted.sort("county_code", "person_no", "programme_code", "effect")
    keys = rows.select(*_ENTITLEMENT, "effect").iter_rows()
    return rows.with_columns(
        proposal_id=pl.Series([proposal_id(*key) for key in keys], dtype=pl.String),
        programme=pl.col("programme_code").replace_strict(codes.labels("programme"), default=pl.col("programme_code")),
        county=pl.col("county_code").replace_strict(codes.labels("county"), default=pl.col("county_code")),
        action=pl.col("effect").replace_strict(wording.proposals.actions, return_dtype=pl.String),
        effective_date=pl.when(pl.col("effect").is_in([WITHDRAW, RESUME]))
        .then(pl.lit(as_of))
        .otherwise(pl.lit(next_pay_run(as_of))),
    )


def next_pay_run(day: date) -> date:
    """First day of the month after: what has been paid is never taken back by a proposal."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
