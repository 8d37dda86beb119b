"""One person decided by plain `if` and `datetime.date`: what the set-based expressions must agree with.

Written from the rules alone, never from the expressions: it may be slow, it may not share code with them.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from schemas.policy import Policy

TRUE = {"TRUE_LOSS", "ALREADY_STOPPED"}
FALSE = {"FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "FALSE_NAME_VARIANT", "FALSE_STALE_ID", "NOT_DISQUALIFYING"}
DEATH = "DEATH"


@dataclass(frozen=True)
class Sign:
    event_date: date
    signal_class: str
    method: str = "SILENT"
    signal_code: str = "S"
    agency: str = "health"
    is_outside: bool = False


@dataclass(frozen=True)
class Claim:
    claim_id: str
    loss_kind: str
    loss_group: str
    event_date: date
    end_date: date | None
    agency: str
    is_suspected: bool
    first_stated: date


@dataclass(frozen=True)
class Judgement:
    lead_id: str
    verdict: str
    verified_date: date
    notice_date: date | None
    officers: tuple[str, str, str]
    business_date: date
    record_no: int


@dataclass(frozen=True)
class Entitlement:
    programme_code: str
    county_code: str
    payment_state: str
    first_payment_date: date | None
    group: str = "GENERAL"
    paid: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    birth_date: date | None
    entitlements: tuple[Entitlement, ...]
    signs: tuple[Sign, ...] = ()
    claims: tuple[Claim, ...] = ()
    judgements: tuple[Judgement, ...] = ()


def month_end(day: date, months: int) -> date:
    """Last day of the month `months` after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def due_after(anchor: date, entitlement: Entitlement, method: str, policy: Policy) -> date | None:
    for cycle in policy.cycles:
        fits = (
            cycle.programme in ("*", entitlement.programme_code)
            and cycle.county in ("*", entitlement.county_code)
            and cycle.method in ("*", method)
            and cycle.group in ("*", entitlement.group)
        )
        if fits and cycle.unit == "DAYS":
            return anchor + timedelta(days=cycle.length)
        if fits:
            return month_end(anchor, cycle.length)
    return None


def passes(person: Person, policy: Policy) -> list[tuple[date, str, str]]:
    """(date, method, signal code) of everything that certifies."""
    found = [(s.event_date, s.method, s.signal_code) for s in person.signs if s.signal_class in "AB"]
    likely = [s for s in person.signs if s.signal_class == "C"]
    for older in likely:
        for newer in likely:
            days = (newer.event_date - older.event_date).days
            if older.agency != newer.agency and 0 <= days <= policy.pair_days:
                found.append((older.event_date, "SILENT", "PAIR"))
    return found


def contrary(claim: Claim, person: Person, policy: Policy, as_of: date) -> list[Sign]:
    rule = policy.contradiction_of(claim.loss_kind)
    signs = [s for s in person.signs if s.signal_class in rule.signal_classes]
    if rule.rule == "AFTER":
        grace = policy.grace_days
        return [s for s in signs if s.event_date > claim.event_date + timedelta(days=grace)]
    if rule.rule == "OUTSIDE_WITHIN":
        last = claim.end_date or as_of
        return [s for s in signs if s.is_outside and claim.event_date <= s.event_date <= last]
    return []


def is_over(claim: Claim, as_of: date) -> bool:
    """Custody that has ended, and a sentence served at liberty that has."""
    return claim.loss_group in ("CUSTODY", "NONE") and claim.end_date is not None and claim.end_date < as_of


def judgement_of(claim: Claim, person: Person) -> Judgement | None:
    """The newest verdict on a lead of the same group that had been delivered when it was given."""
    groups = {other.claim_id: other.loss_group for other in person.claims}
    binding = [
        j
        for j in person.judgements
        if groups.get(j.lead_id) == claim.loss_group and claim.first_stated <= j.verified_date
    ]
    return max(binding, key=lambda j: (j.verified_date, j.business_date, j.record_no), default=None)


def window_is_over(claim: Claim, judged: Judgement, policy: Policy, as_of: date) -> bool:
    if claim.loss_group == DEATH:
        return True
    if judged.notice_date is None:
        return False
    left, day = policy.reply_windows[claim.loss_group], judged.notice_date
    while left:
        day += timedelta(days=1)
        if day.year not in policy.calendar:
            return False
        year = policy.calendar[day.year]
        left -= day in year.working or (day.weekday() < 5 and day not in year.holidays)
    return day < as_of


def standing(claim: Claim, person: Person, policy: Policy, as_of: date) -> tuple[str, bool]:
    """(LossState of the claim, reopened)."""
    against = contrary(claim, person, policy, as_of)
    judged = judgement_of(claim, person)
    is_signed = judged is not None and all(judged.officers) and len(set(judged.officers)) == 3
    if judged and judged.verdict in TRUE and is_signed:
        if any(sign.event_date > judged.verified_date for sign in against):
            return "CONFLICT", True
        if window_is_over(claim, judged, policy, as_of):
            return "CONFIRMED", False
        return ("NOTICE_GIVEN" if judged.notice_date else "LEAD_OPEN"), False
    if judged and judged.verdict in FALSE:
        return "REFUTED", False
    return ("CONFLICT" if against else "LEAD_OPEN"), False


def birthday(born: date, years: int) -> date:
    """The day somebody completes `years`; born on 29 February, the last of February in other years."""
    last = monthrange(born.year + years, born.month)[1]
    return date(born.year + years, born.month, min(born.day, last))


def freezes(claim: Claim, entitlement: Entitlement, policy: Policy, as_of: date) -> bool:
    return policy.effect_of(entitlement.programme_code, claim.loss_kind) == "FREEZE" and not is_over(claim, as_of)


def ends(claim: Claim, programme_code: str, policy: Policy) -> bool:
    return policy.effect_of(programme_code, claim.loss_kind) in ("END", "SUSPEND")


def decide(person: Person, policy: Policy, as_of: date, *, is_stale: bool = False) -> list[dict[str, object]]:
    """One row per entitlement: the columns of DECISION that the rules determine, reasons as a set of names."""
    return [_decide(e, person, policy, as_of, is_stale=is_stale) for e in person.entitlements]


def live_claims(person: Person, policy: Policy, as_of: date) -> list[Claim]:
    drawn = [e.programme_code for e in person.entitlements if e.payment_state in ("DRAWING", "SUSPENDED")]
    return [c for c in person.claims if any(ends(c, p, policy) for p in drawn) and not is_over(c, as_of)]


def _decide(e: Entitlement, person: Person, policy: Policy, as_of: date, *, is_stale: bool) -> dict[str, object]:
    row: dict[str, object] = {"programme_code": e.programme_code, "county_code": e.county_code}
    reasons: set[str] = set()
    in_scope = e.payment_state in ("DRAWING", "SUSPENDED")

    # --- certification: the pass with the latest due date
    best = max(
        ((due, day, method, code) for day, method, code in passes(person, policy)
         if (due := due_after(day, e, method, policy))),
        key=lambda found: (found[0], found[1]),
        default=None,
    )  # fmt: skip
    is_aged = person.birth_date is not None and birthday(person.birth_date, policy.aged) <= as_of
    if best:
        due, row["pass_date"], row["method"], row["signal_code"] = best
    else:
        anchor = e.first_payment_date
        due = due_after(anchor, e, "NONE", policy) if anchor else None
        row["pass_date"], row["method"], row["signal_code"] = None, "NONE", ""
    row["due_date"] = due
    in_time = due is not None and as_of <= due
    near = in_time and due is not None and (due - as_of).days <= policy.due_soon_days
    if in_time:
        reasons.add("FIRST_PERIOD" if not best else "PASS_PAIR" if row["signal_code"] == "PAIR" else "PASS_STRONG")
    if near:
        reasons.add("DUE_SOON")
    if in_scope and not in_time:
        reasons.add("OVERDUE")
    if not person.signs:
        reasons.add("NO_EVIDENCE")
    if is_aged:
        reasons.add("AGED_HUNDRED")
    if is_stale:
        reasons.add("FEED_STALE")
    no_calendar = as_of.year not in policy.calendar
    if no_calendar:
        reasons.add("NO_CALENDAR")

    # --- losses that touch this benefit
    touching = [c for c in live_claims(person, policy, as_of) if ends(c, e.programme_code, policy)]
    stands = {c.claim_id: standing(c, person, policy, as_of) for c in touching}
    by_state = {state: [c for c in touching if stands[c.claim_id][0] == state] for state in
                ("CONFIRMED", "CONFLICT", "NOTICE_GIVEN", "LEAD_OPEN", "REFUTED")}  # fmt: skip
    named = ("LOSS_CONFIRMED", "CONFLICT", "NOTICE_RUNNING", "LOSS_EVIDENCE", "LEAD_REFUTED")
    reasons |= {reason for reason, claims in zip(named, by_state.values(), strict=True) if claims}
    if any(reopened for _, reopened in stands.values()):
        reasons.add("LOSS_REOPENED")
    weak = [s for s in person.signs if s.signal_class in "CD"]
    if any(c.loss_group == DEATH and s.event_date > c.event_date for c in touching for s in weak):
        reasons.add("WEAK_AFTER_DEATH")
    row["adjustment_frozen"] = any(freezes(c, e, policy, as_of) for c in person.claims)
    if row["adjustment_frozen"]:
        reasons.add("ADJUSTMENT_FROZEN")
    row["loss_state"] = next((state for state, claims in by_state.items() if claims), "NONE")
    open_or_confirmed = [c for c in touching if stands[c.claim_id][0] != "REFUTED"]
    row["loss_kinds"] = ",".join(sorted({c.loss_kind for c in open_or_confirmed}))
    row["loss_date"] = min((c.event_date for c in open_or_confirmed), default=None)

    # --- order of judgement
    if not in_scope:
        reasons.add("OUT_OF_SCOPE")
        row["outcome"] = row["certification_state"] = "OUT_OF_SCOPE"
    else:
        if by_state["CONFLICT"] and not by_state["CONFIRMED"]:
            row["certification_state"] = "CONFLICT"
        elif near:
            row["certification_state"] = "DUE_SOON"
        elif in_time:
            row["certification_state"] = "CERTIFIED"
        elif is_aged or not person.signs:
            row["certification_state"] = "EVIDENCE_INSUFFICIENT"
        elif is_stale or no_calendar:
            row["certification_state"] = "HELD_STALE"
        else:
            row["certification_state"] = "OVERDUE"
        if by_state["CONFIRMED"]:
            row["outcome"] = "LOSS_CONFIRMED"
        elif by_state["CONFLICT"]:
            row["outcome"] = "EVIDENCE_CONFLICT"
        elif by_state["NOTICE_GIVEN"]:
            row["outcome"] = "NOTICE_GIVEN"
        elif by_state["LEAD_OPEN"]:
            row["outcome"] = "LEAD_OPEN"
        elif row["certification_state"] == "CERTIFIED":
            row["outcome"] = "FIRST_PERIOD" if not best else f"CERTIFIED_{row['method']}"
        else:
            row["outcome"] = row["certification_state"]
    row["reasons"] = reasons
    row["at_risk_fen"] = _at_risk(e, [c for c in open_or_confirmed if stands[c.claim_id][0] != "CONFLICT"])
    return row


def _at_risk(e: Entitlement, claims: list[Claim]) -> int:
    """Paid for months that begin after the earliest loss: the month of the loss is still due."""
    first = min((c.event_date for c in claims), default=None)
    return sum(fen for month, fen in e.paid.items() if first and month > first)
