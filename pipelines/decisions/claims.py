"""Loss claims and their status: open, contradicted, under notice, confirmed or refuted.

A claim is what one agency asserts of one person: kind and event date. Claims of one fact (a death, a remarriage, one
stay in custody: `Policy.facts`) are one line of the worklist. A verdict judges the claims that its line listed, as they
stood on the list (LISTED), also when no record supports them any more. A confirmed fact is confirmed for claims that
come later too; a refuted claim stays refuted, and so does what its record says instead. Contrary life evidence that
happened or became known after the verdict reopens a confirmed loss, and so does a sender who withdraws its record when
no other states the fact.
"""

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from pipelines.latest import ascending, descending, first_per_key
from pipelines.verdicts import CONFIRMING, REFUTING, is_signed
from schemas.codes import OPEN_LOSS, FactScope, LossGroup, LossState, SignalClass
from schemas.tables import CLAIM, LIFE_FACT, LISTED

WEAK = (SignalClass.C.value, SignalClass.D.value)
_FACT = ("person_no", "fact")


def with_fact(claim: ir.Table, scopes: Mapping[LossGroup, FactScope]) -> ir.Table:
    """Adds `fact`: equal for claims of one person about one fact."""
    by_group = [group.value for group, scope in scopes.items() if scope is FactScope.GROUP]
    by_kind = [group.value for group, scope in scopes.items() if scope is FactScope.KIND]
    fact = ibis.cases(
        (claim.loss_group.isin(by_group), claim.loss_group),
        (claim.loss_group.isin(by_kind), claim.loss_kind),
        else_=claim.loss_kind + ibis.literal(" ") + claim.event_date.cast("string"),
    )
    return claim.mutate(fact=fact)


def loss_claims(loss_fact: ir.Table, affecting: ir.Table, judged: ir.Table) -> ir.Table:
    """Grain: claim. `affecting` is (person_no, loss_kind) of losses that would end or suspend
    a benefit in payment or suspended; `judged` the claims of LISTED that a verdict settled, record or no record."""
    facts = loss_fact.semi_join(affecting, ["person_no", "loss_kind"])
    fixed = ["claim_id", "person_no", "loss_kind", "loss_group", "event_date", "agency"]
    stated = facts.group_by(fixed).agg(
        end_date=facts.end_date.max(),
        is_suspected=facts.is_suspected.all(),
        business_date=facts.business_date.min(),
    )
    kept = judged.semi_join(affecting, ["person_no", "loss_kind"]).anti_join(stated, "claim_id")
    # several lines may have listed it
    kept = kept.group_by(fixed).agg(
        end_date=kept.end_date.max(), is_suspected=kept.is_suspected.all(), business_date=kept.business_date.min()
    )
    return stated.union(kept.select(*stated.columns))


def still_in_question(claim: ir.Table, payment: ir.Table, ending: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Claims with `is_over`, without the terms that are over and cost nothing.

    A released prisoner is entitled again; what was paid for months of the term is still in question. A death has no
    end. `ending` is (programme_code, loss_kind) of what a loss ends or suspends.
    """
    known = with_is_over(claim, as_of)
    paid = known.filter(known.is_over).inner_join(payment.filter(payment.paid_fen > 0), "person_no")
    within = paid.filter((paid.pay_month > paid.event_date) & (paid.pay_month <= paid.end_date))
    costly = within.semi_join(ending, ["programme_code", "loss_kind"]).select("claim_id").distinct()
    return known.filter(~known.is_over).union(known.semi_join(costly, "claim_id").filter(lambda rows: rows.is_over))


def with_possible(claim: ir.Table, entitlement: ir.Table) -> ir.Table:
    """Adds `is_possible`: the day is neither before the birth nor after the delivery that stated it."""
    born = entitlement.group_by("person_no").agg(birth_date=entitlement.birth_date.min())
    known = claim.left_join(born, "person_no").drop("person_no_right")
    is_possible = (known.event_date >= known.birth_date).fill_null(True) & (known.event_date <= known.business_date)
    return known.mutate(is_possible=is_possible).drop("birth_date")


def with_is_over(claim: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Adds `is_over`: a term that has ended; a death has no end."""
    ended = (claim.loss_group != LossGroup.DEATH.value) & (claim.end_date < as_of).fill_null(False)
    return claim.mutate(is_over=ended)


def contrary_signs(claim: ir.Table, life_fact: ir.Table, rules: ir.Table, *, grace_days: int) -> ir.Table:
    """Grain: claim × sign of life that contradicts it. LIFE_FACT with claim_id and loss_group.

    `rules` is (loss_kind, signal_class, rule): the contradiction table. Nothing contradicts a day that cannot be.
    """
    ruled = _met(claim.filter(claim.is_possible), life_fact).inner_join(rules, ["loss_kind", "signal_class"])
    before_end = (ruled.event_date <= ruled.claim_end).fill_null(True)
    after = (
        (ruled.rule == "AFTER") & (ruled.event_date > ruled.claim_date + ibis.interval(days=grace_days)) & before_end
    )
    since = (ruled.rule == "SINCE") & (ruled.event_date >= ruled.claim_date)
    outside = (ruled.rule == "OUTSIDE_WITHIN") & ruled.is_outside & (ruled.event_date >= ruled.claim_date)
    return ruled.filter(after | since | (outside & before_end)).select("claim_id", "loss_group", *LIFE_FACT.names)


def weak_signs(claim: ir.Table, life_fact: ir.Table) -> ir.Table:
    """Grain: death claim × C or D sign dated after it. LIFE_FACT with claim_id and loss_group."""
    met = _met(claim, life_fact)
    after = (met.loss_group == LossGroup.DEATH.value) & met.signal_class.isin(WEAK) & (met.event_date > met.claim_date)
    return met.filter(after).select("claim_id", "loss_group", *LIFE_FACT.names)


def _met(claim: ir.Table, life_fact: ir.Table) -> ir.Table:
    stated = claim.select(
        "claim_id", "person_no", "loss_kind", "loss_group", claim_date="event_date", claim_end="end_date"
    )
    return stated.inner_join(life_fact, "person_no")


def with_contradictions(claim: ir.Table, contrary: ir.Table, weak: ir.Table) -> ir.Table:
    """All claims. Adds contrary_date and contrary_class (the newest contradicting sign), contrary_first_stated (latest
    day on which one was first delivered), contrary_known_from (newest run that first saw one) and weak_date (newest C/D
    after a death).
    """
    order = [*descending(contrary, ["event_date"]), *ascending(contrary, ["signal_class", "is_outside"])]
    last = first_per_key(contrary, ["claim_id"], order)
    signs = last.select("claim_id", contrary_date="event_date", contrary_class="signal_class")
    known = contrary.group_by("claim_id").agg(
        contrary_first_stated=contrary.business_date.max(), contrary_known_from=contrary.known_from.max()
    )
    newest_weak = weak.group_by("claim_id").agg(weak_date=weak.event_date.max())
    for part in (signs, known, newest_weak):
        claim = claim.left_join(part, "claim_id").drop("claim_id_right")
    return claim.mutate(contrary_class=claim.contrary_class.fill_null(""))


def disagreeing(claim: ir.Table, kinds: Sequence[str], *, tolerance_days: int) -> ir.Table:
    """`claim_id` of the claims of death that two agencies date more than `tolerance_days` apart.

    `kinds` are those whose record states the day of the death or of the funeral, not that of an office's act.
    """
    dated = claim.filter(claim.loss_kind.isin(list(kinds)), claim.status != LossState.REFUTED.value)
    other = dated.view()
    apart = ibis.interval(days=tolerance_days)
    both = dated.inner_join(other, [dated.person_no == other.person_no, dated.agency != other.agency])
    differ = (both.event_date > both.event_date_right + apart) | (both.event_date_right > both.event_date + apart)
    return both.filter(differ).select("claim_id").distinct()


def asked_lines(listed: ir.Table, book: ir.Table, scopes: Mapping[LossGroup, FactScope]) -> ir.Table:
    """Grain: number that a verdict can name × claim that it judges. LISTED without the night, with `fact`, and
    `is_old` for the lines of older homes.

    A line judges what it listed; the number of a claim in the book of leads, that claim. Homes of formats 1 to 3 kept
    no lines: the number of a claim of theirs that was never listed stands for all of its person and group.
    """
    lines = listed.select(*_LINE)
    claims = book.mutate(line_id=book.lead_id, feed=ibis.literal(""), record_id=ibis.literal(""))
    order = [*descending(claims, ("as_of", "run_no")), claims.entry_id.asc()]
    claims = first_per_key(claims, ["line_id"], order).select(*_LINE)
    unlisted = claims.anti_join(listed, "claim_id")
    others = unlisted.select("line_id", "person_no", "loss_group").join(
        unlisted.drop("line_id"), ["person_no", "loss_group"]
    )
    single = claims.semi_join(listed, "claim_id").anti_join(listed, "line_id")
    known = lines.union(single).mutate(is_old=ibis.literal(False))
    return with_fact(known.union(others.select(*_LINE).mutate(is_old=ibis.literal(True))), scopes)


_LINE = tuple(
    name for name in LISTED.names
    if name not in ("run_no", "as_of", "county_codes", "number_digest", "name_digest")
)  # fmt: skip


def judgements(
    claim: ir.Table, verdict: ir.Table, *, lines: ir.Table, loss_fact: ir.Table, humans: ir.Table
) -> ir.Table:
    """Grain: claim × verdict in force that binds it. The verdict with `claim_id`, `is_signed`, `is_listed`.

    `is_listed`: its line listed the claim, or the verdict refutes what the claim's record said before; else the claim
    is of a fact that the verdict confirmed. `lines` is `asked_lines`, `humans` is (person_no, human_no) of who is
    registered.
    """
    given = verdict.select(
        "lead_id", "verdict", "verified_date", "notice_date", is_signed=is_signed(verdict),
        verdict_business_date="business_date", verdict_delivery_id="delivery_id", verdict_record_no="record_no",
        verdict_known_from="known_from",
    )  # fmt: skip
    aimed = lines.join(given, lines.line_id == given.lead_id)
    # what was delivered after the verdict was not judged by it
    aimed = aimed.filter(
        ~aimed.is_old | (aimed.business_date <= aimed.verified_date) | (aimed.claim_id == aimed.lead_id)
    )
    listed = aimed.select("claim_id", *_JUDGED).mutate(is_listed=ibis.literal(True))
    confirmed = aimed.filter(aimed.verdict.isin(CONFIRMING) & aimed.is_signed)
    joined = claim.select("claim_id", *_FACT).join(confirmed.select(*_FACT, *_JUDGED).distinct(), list(_FACT))
    joined = joined.select("claim_id", *_JUDGED).mutate(is_listed=ibis.literal(False))
    refuted = aimed.filter(aimed.verdict.isin(REFUTING), aimed.record_id != "")
    refuted = refuted.select("person_no", *_RECORD, *_ASSERTED, *_JUDGED).distinct()
    restated = loss_fact.select("claim_id", "person_no", *_RECORD, *_ASSERTED)
    # one human may have several person numbers, and the one that was judged may be registered no more
    of_human = restated.join(humans, "person_no").join(
        refuted.join(humans, "person_no").select("human_no", *_RECORD, *_JUDGED), ["human_no", *_RECORD]
    )
    of_human = of_human.filter(of_human.event_date <= of_human.verified_date)
    of_gone = restated.join(
        refuted.anti_join(humans, "person_no").select(*_RECORD, *_ASSERTED, *_JUDGED), [*_RECORD, *_ASSERTED]
    )
    restated = of_human.select("claim_id", *_JUDGED).union(of_gone.select("claim_id", *_JUDGED))
    restated = restated.mutate(is_listed=ibis.literal(True))
    return listed.union(joined).union(restated).distinct()


_RECORD = ("feed", "record_id")
_ASSERTED = ("agency", "loss_kind", "event_date")
_JUDGED = (
    "verdict", "verified_date", "notice_date", "is_signed", "verdict_business_date", "verdict_delivery_id",
    "verdict_record_no", "verdict_known_from",
)  # fmt: skip


def while_it_stands(judged: ir.Table) -> ir.Table:
    """`judgements` without confirmations of further claims whose own listed claims were all refuted since."""
    listed = _settled(judged.filter(judged.is_listed))
    stands = (
        listed.filter(listed.verdict.isin(CONFIRMING)).select("verdict_delivery_id", "verdict_record_no").distinct()
    )
    joined = judged.filter(~judged.is_listed).semi_join(stands, ["verdict_delivery_id", "verdict_record_no"])
    return judged.filter(judged.is_listed).union(joined)


def _settled(judged: ir.Table) -> ir.Table:
    """The newest verdict of each claim, if it settles the claim."""
    newest = _newest(judged)
    return newest.filter(newest.settles)


def with_verdict(claim: ir.Table, judged: ir.Table, *, deadlines: ir.Table) -> ir.Table:
    """Adds verdict, verified_date, notice_date, is_signed, is_listed, settles, verdict_known_from, deadline: of the
    verdicts that bind the claim (`judgements`) the newest that settles it, one about the claim itself before one about
    the fact.

    One that settles nothing (nobody reached, a signature missing) does not displace one that did, and after three have
    confirmed a claim, and sent that, no fewer than three refute it. `deadlines` is (delivery_id, record_no, loss_group,
    deadline).
    """
    binding = _newest(judged)
    ends = deadlines.select("loss_group", "deadline", verdict_delivery_id="delivery_id", verdict_record_no="record_no")
    rows = claim.left_join(binding, "claim_id").drop("claim_id_right")
    same = ["loss_group", "verdict_delivery_id", "verdict_record_no"]
    return rows.left_join(ends, same).drop(*(f"{name}_right" for name in same))


def _newest(judged: ir.Table) -> ir.Table:
    """One row per claim, with `settles`: see `with_verdict`."""
    same = ["claim_id", "verdict_delivery_id", "verdict_record_no"]
    confirms = judged.verdict.isin(CONFIRMING) & judged.is_signed
    stood = judged.filter(confirms & judged.is_listed).view()
    by_fewer = judged.filter(judged.verdict.isin(REFUTING) & ~judged.is_signed)
    # a confirmation that is dated back, and sent later, takes back nothing that was lawful
    is_after = [
        by_fewer.verified_date >= stood.verified_date,
        by_fewer.verdict_business_date >= stood.verdict_business_date,
    ]
    too_few = by_fewer.semi_join(stood, ["claim_id", *is_after]).select(*same).distinct()
    known = judged.left_join(too_few.mutate(is_too_few=True), same).drop(*(f"{name}_right" for name in same))
    refutes = known.verdict.isin(REFUTING) & ~known.is_too_few.fill_null(False)
    known = known.mutate(settles=(known.verdict.isin(CONFIRMING) & known.is_signed) | refutes)
    order = (
        "settles", "is_listed", "verified_date", "verdict_business_date", "verdict_known_from", "verdict_delivery_id",
        "verdict_record_no",
    )  # fmt: skip
    newest = first_per_key(known, ["claim_id"], [*descending(known, order), known.verdict.asc()])
    return newest.drop("is_too_few")


def with_objection(claim: ir.Table, objection: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """Claims with their verdicts. Adds `objected_date`: newest objection of the person on or after the day of the
    verdict, which so has not answered it; null where no loss was found true.
    """
    known = objection.filter(objection.event_date <= as_of)
    newest = known.group_by("person_no").agg(objected_date=known.event_date.max())
    rows = claim.left_join(newest, "person_no").drop("person_no_right")
    is_open = (rows.verdict.isin(CONFIRMING) & (rows.objected_date >= rows.verified_date)).fill_null(False)
    return rows.mutate(objected_date=ibis.ifelse(is_open, rows.objected_date, ibis.null("date")))


def with_withdrawal(
    claim: ir.Table, withdrawn: ir.Table, *, lines: ir.Table, stated: ir.Table, judged: ir.Table
) -> ir.Table:
    """Claims with their verdicts. Adds `withdrawn_date`: newest day on which a sender withdrew a record that a line of
    the fact listed, if officers who found the loss true did not know it then; null where a record that nobody refuted
    still states the fact. `withdrawn` is WITHDRAWN, `lines` is `asked_lines`, `stated` is LOSS_FACT with `fact`, and
    `judged` are the verdicts that bind (`while_it_stands`).
    """
    refuted = _settled(judged).filter(lambda rows: rows.verdict.isin(REFUTING))
    still_stated = stated.anti_join(refuted, "claim_id").select(*_FACT).distinct()
    gone = lines.select("agency", *_RECORD, *_FACT).join(withdrawn, ["agency", *_RECORD, "person_no"])
    newest = gone.group_by(list(_FACT)).agg(
        withdrawn_date=gone.withdrawn_date.max(), withdrawal_known_from=gone.known_from.max()
    )
    newest = newest.anti_join(still_stated, list(_FACT))
    rows = claim.left_join(newest, list(_FACT)).drop(*(f"{name}_right" for name in _FACT))
    is_news = (rows.withdrawn_date >= rows.verified_date) | (rows.withdrawal_known_from >= rows.verdict_known_from)
    is_open = (rows.settles & rows.verdict.isin(CONFIRMING) & is_news).fill_null(False)
    return rows.mutate(withdrawn_date=ibis.ifelse(is_open, rows.withdrawn_date, ibis.null("date")))


def with_listed_end(claim: ir.Table, listed: ir.Table) -> ir.Table:
    """Adds `listed_end`: the end of the term as the lines listed it, where they listed one, of several the earliest."""
    ends = listed.group_by("claim_id").agg(listed_end=listed.end_date.min())
    return claim.left_join(ends, "claim_id").drop("claim_id_right")


def with_status(claim: ir.Table, as_of: ir.DateValue) -> ir.Table:
    """CLAIM but for `line_id`, from claims with their contradictions and verdicts; adds `fact`, `is_over`,
    `is_reopened` and `settled_on`, the day from which officers' confirmation or refutation holds.

    An objection that is not answered keeps a loss from being confirmed, whatever its kind. A term is confirmed until
    the end that its line listed: one that was made longer after the verdict is asked about when that end is past.
    """
    is_longer = (claim.end_date.isnull() | (claim.end_date > claim.listed_end)) & (claim.listed_end < as_of)
    is_unjudged = is_longer & (claim.verified_date <= claim.listed_end) & (claim.loss_group != LossGroup.DEATH.value)
    is_true = claim.settles.fill_null(False) & claim.verdict.isin(CONFIRMING).fill_null(False)
    is_true &= ~is_unjudged.fill_null(False)
    is_false = claim.settles.fill_null(False) & claim.verdict.isin(REFUTING).fill_null(False)
    needs_no_window = claim.loss_group == LossGroup.DEATH.value
    reply_window_over = needs_no_window | (claim.deadline < as_of).fill_null(False)
    newest = ibis.greatest(claim.contrary_date, claim.contrary_first_stated)
    is_later = (newest > claim.verified_date) | (claim.contrary_known_from >= claim.verdict_known_from)
    reopened = is_true & (is_later.fill_null(False) | claim.withdrawn_date.notnull())
    is_objected = claim.objected_date.notnull()
    status = ibis.cases(
        (reopened, LossState.CONFLICT.value),
        (is_true & is_objected, LossState.NOTICE_GIVEN.value),
        (is_true & reply_window_over, LossState.CONFIRMED.value),
        (is_true & claim.notice_date.notnull(), LossState.NOTICE_GIVEN.value),
        (is_false, LossState.REFUTED.value),
        (claim.contrary_date.notnull() & ~is_true, LossState.CONFLICT.value),
        else_=LossState.LEAD_OPEN.value,
    )
    # of a confirmed fact the claims that were judged date it
    is_dated = claim.is_possible & (~is_true | claim.is_listed.fill_null(False))
    window_ended = ibis.ifelse(needs_no_window, claim.verified_date, claim.deadline + ibis.interval(days=1))
    settled_on = ibis.cases(
        (status == LossState.CONFIRMED.value, window_ended.cast("date")),
        (status == LossState.REFUTED.value, claim.verified_date),
        else_=ibis.null("date"),
    )
    rows = claim.mutate(status=status, is_reopened=reopened, is_dated=is_dated, settled_on=settled_on)
    still_open = rows.filter(rows.status.isin(OPEN_LOSS) & ~rows.is_suspected)
    sources = still_open.group_by(list(_FACT)).agg(sources=still_open.agency.nunique().cast("int32"))
    counted = rows.left_join(sources, list(_FACT)).drop("person_no_right", "fact_right")
    counted = counted.mutate(
        sources=ibis.ifelse(counted.status.isin(OPEN_LOSS), counted.sources, ibis.null("int32")).fill_null(0)
    )
    names = [name for name in CLAIM.names if name != "line_id"]
    return counted.select(*names, "fact", "is_over", "is_reopened", "settled_on")
