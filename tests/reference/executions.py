"""Decisions about one person that were not carried out, by plain `if`: the oracle of EXECUTION_ALARM."""

from dataclasses import dataclass
from datetime import date, timedelta

from schemas.policy import Policy
from tests.reference.decide import (
    DEATH,
    FALSE,
    TRUE,
    Claim,
    Entitlement,
    Person,
    contrary,
    dates_the_loss,
    decide,
    ends,
    is_over,
    is_possible,
    judgement_of,
    outlives_its_record,
    resumption,
    status,
)


@dataclass(frozen=True)
class Proposed:
    """A night proposed to pay the benefit again."""

    entitlement: int
    reason: str
    since: date
    owed_from: date
    as_of: date


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from that of `first` to that of `last`."""
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found


def claims_of(person: Person) -> list[Claim]:
    return [c for c in person.claims if not c.is_withdrawn or outlives_its_record(c, person)]


def settled_on(claim: Claim, person: Person, policy: Policy) -> date:
    """First day on which what officers found holds: of a death that of the verdict, else the day after the window."""
    judged, _ = judgement_of(claim, person, policy)
    assert judged
    if judged.verdict in FALSE or claim.loss_group == DEATH:
        return judged.verified_date
    assert judged.verdict in TRUE
    assert judged.notice_date
    left, day = policy.reply_windows[claim.loss_group], judged.notice_date
    while left:
        day += timedelta(days=1)
        year = policy.calendar[day.year]
        left -= day in year.working or (day.weekday() < 5 and day not in year.holidays)
    return day + timedelta(days=1)


def refuted(e: Entitlement, person: Person, policy: Policy, as_of: date) -> list[Claim]:
    """Claims found wrong that would have ended or suspended the benefit."""
    return [
        c
        for c in claims_of(person)
        if status(c, person, policy, as_of)[0] == "REFUTED"
        if is_possible(c, person) and ends(c, e.programme_code, policy)
    ]


def executions(
    person: Person, policy: Policy, as_of: date, *, told: set[date], proposed: list[Proposed]
) -> set[tuple[object, ...]]:
    """(programme, county, alarm, since, months, fen) of every alarm. `told` are months of which a payment is known."""
    found = set()
    for place, (e, row) in enumerate(zip(person.entitlements, decide(person, policy, as_of), strict=True)):
        own = [p for p in proposed if p.entitlement == place]
        for alarm in (approved_paid(e, row, person, policy, as_of), owed(e, row, person, policy, as_of, told, own)):
            if alarm:
                found.add((e.programme_code, e.county_code, *alarm))
    return found


def approved_paid(e, row, person, policy, as_of):
    is_ended = e.payment_state == "TERMINATED" and e.programme_code in policy.lifelong_programmes
    if row["outcome"] != "LOSS_CONFIRMED" and not is_ended:
        return None
    stands = [
        c
        for c in claims_of(person)
        if status(c, person, policy, as_of)[0] == "CONFIRMED" and not is_over(c, as_of)
        if dates_the_loss(c, person, policy) and ends(c, e.programme_code, policy)
        if is_ended or c.loss_kind in row["loss_kinds"].split(",")
    ]
    if not stands:
        return None
    since = next_month(min(settled_on(c, person, policy) for c in stands))
    if since > as_of:
        return None
    this_month = as_of.replace(day=1)
    paid = {month: fen for month, fen in e.paid.items() if since <= month <= this_month and fen > 0}
    if e.payment_state != "DRAWING" and this_month not in paid:
        return None
    return "APPROVED_PAID", since, len(paid), sum(paid.values())


def owed(e, row, person, policy, as_of, told, proposed):
    wrong = refuted(e, person, policy, as_of)
    reason = resumption(e, person, policy, as_of)
    if reason:
        return stopped(e, reason, wrong, person, policy, as_of, proposed)
    if e.payment_state == "DRAWING" and row["loss_state"] != "CONFIRMED" and e.paid:
        earlier = [p for p in proposed if p.as_of < as_of]
        if earlier:
            alarm, first = "RESUMED_NOT_BACK_PAID", min(p.owed_from for p in earlier)
            since = min(p.as_of for p in earlier)
        elif wrong:
            alarm, first = "REFUTED_UNPAID", min(c.event_date for c in wrong).replace(day=1)
            since = min(settled_on(c, person, policy) for c in wrong)
        else:
            return None
        missing = [
            month for month in told
            if max(first, min(e.paid)) <= month < as_of.replace(day=1) and e.paid.get(month, 0) <= 0
        ]  # fmt: skip
        return (alarm, since, len(missing), len(missing) * e.monthly_fen) if missing else None
    certified = row["certification_state"] in ("CERTIFIED", "DUE_SOON") and row["pass_date"]
    if e.payment_state == "SUSPENDED" and certified and row["loss_state"] in ("NONE", "REFUTED"):
        drawn = [other.programme_code for other in person.entitlements if other.payment_state == "DRAWING"]
        beside = [kept for kept, ended in policy.excluding_programmes if ended == e.programme_code]
        if e.programme_code in drawn or set(beside) & set(drawn):
            return None
        last = max((month for month, fen in e.paid.items() if fen > 0 and month <= as_of), default=None)
        if last is None:
            return "CERTIFIED_SUSPENDED", row["pass_date"], None, None
        months = len(months_between(last, as_of)) - 1
        since = min(as_of, max(row["pass_date"], next_month(last)))
        return "CERTIFIED_SUSPENDED", since, months, months * e.monthly_fen
    return None


def stopped(e, reason, wrong, person, policy, as_of, proposed):
    """A stopped benefit that should be paid again."""
    claims = [c for c in claims_of(person) if is_possible(c, person)]
    by_status = {c.claim_id: status(c, person, policy, as_of)[0] for c in claims}
    if reason == "TERM_OVER":
        terms = [
            c for c in claims_of(person)
            if status(c, person, policy, as_of)[0] == "CONFIRMED" and is_over(c, as_of)
            if effect(policy, e, c) == "SUSPEND"
        ]  # fmt: skip
        last = max(c.end_date for c in terms if c.end_date)
        # who was missing and is found is owed all of it
        first = max(
            c.event_date.replace(day=1) if c.loss_group == "MISSING" else next_month(c.end_date)
            for c in terms
            if c.end_date
        )
        day, alarm, since = last, "TERM_OVER_UNPAID", last + timedelta(days=1)
    else:
        if reason == "ALIVE_AFTER_STOP":
            about = [c for c in claims if c.loss_group == DEATH and contrary(c, person, policy, as_of)]
            about = [c for c in about if by_status[c.claim_id] in ("CONFLICT", "REFUTED")]
        else:
            kinds = ("END", "SUSPEND") if e.payment_state == "SUSPENDED" else ("END",)
            about = [c for c in wrong if effect(policy, e, c) in kinds]
        day, first = max(c.event_date for c in about), min(c.event_date for c in about).replace(day=1)
        earlier = [p.as_of for p in proposed if (p.reason, p.since) == (reason, day)]
        alarm = "REFUTED_UNPAID" if wrong else "ALIVE_STOPPED"
        since = max((settled_on(c, person, policy) for c in wrong), default=min(earlier, default=as_of))
    if not e.paid:
        return alarm, since, None, None
    months = months_between(max(first, min(e.paid)), as_of)
    unpaid = [month for month in months if e.paid.get(month, 0) <= 0]
    return alarm, since, len(unpaid), len(unpaid) * e.monthly_fen


def effect(policy: Policy, e: Entitlement, claim: Claim) -> str:
    rule = policy.rule_of(e.programme_code, claim.loss_kind)
    return rule.effect if rule else "NONE"


def restorations(person: Person, policy: Policy, as_of: date, proposed: list[Proposed]) -> set[tuple[object, ...]]:
    """(programme, county, since, begun, paid, days) of every stop that was disproved; `proposed` with tonight's."""
    found = set()
    for place, e in enumerate(person.entitlements):
        wrong = [p for p in proposed if p.entitlement == place and p.reason != "TERM_OVER" and p.as_of <= as_of]
        for since in {p.since for p in wrong}:
            days = [min(p.as_of for p in wrong if p.since == since)]
            days += [day for day in person.objections if since <= day <= as_of]
            days += [day for c in refuted(e, person, policy, as_of) if (day := settled_on(c, person, policy)) >= since]
            begun = min(days)
            paid = min((month for month, fen in e.paid.items() if fen > 0 and begun < month <= as_of), default=None)
            found.add((e.programme_code, e.county_code, since, begun, paid, paid and (paid - begun).days))
    return found
