"""One person decided by plain `if` and `datetime.date`: what the set-based expressions must agree with.

Written from the rules alone, never from the expressions: it may be slow, it may not share code with them.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from schemas.policy import Policy

TRUE = {"TRUE_LOSS", "ALREADY_STOPPED"}
FALSE = {
    "FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "FALSE_NAME_VARIANT", "FALSE_STALE_ID", "NOT_DISQUALIFYING",
    "SEEN_ALIVE",
}  # fmt: skip
DEATH = "DEATH"


@dataclass(frozen=True)
class Sign:
    event_date: date
    signal_class: str
    method: str = "SILENT"
    signal_code: str = "S"
    agency: str = "health"
    is_outside: bool = False
    told: date | None = None  # the day its source first stated it, where that is not the day itself
    known_from: int = 0


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
    is_withdrawn: bool = False  # no record states it any more
    is_told: bool = True  # the feed that states it is fresh: a term that had ended would be known
    withdrawn_date: date | None = None  # day on which its sender withdrew the record
    withdrawal_known_from: int = 0


@dataclass(frozen=True)
class Judgement:
    listed: tuple[str, ...]  # the claims that its line listed
    verdict: str
    verified_date: date
    notice_date: date | None
    officers: tuple[str, str, str]
    business_date: date
    record_no: int
    known_from: int = 1


@dataclass(frozen=True)
class Entitlement:
    programme_code: str
    county_code: str
    payment_state: str
    first_payment_date: date | None
    group: str = "GENERAL"
    paid: dict[date, int] = field(default_factory=dict)
    monthly_fen: int = 0


@dataclass(frozen=True)
class Person:
    birth_date: date | None
    entitlements: tuple[Entitlement, ...]
    signs: tuple[Sign, ...] = ()
    claims: tuple[Claim, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    objections: tuple[date, ...] = ()
    is_ambiguous: bool = False


def month_end(day: date, months: int) -> date:
    """Last day of the month `months` after the month of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def due_after(anchor: date, entitlement: Entitlement, method: str, policy: Policy) -> date | None:
    for cycle in policy.cycles:
        fits = anchor >= cycle.from_date and (
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
    """(date, method, signal code) of everything that certifies; at a hundred years two likely signs do not."""
    found = [(s.event_date, s.method, s.signal_code) for s in person.signs if s.signal_class in "AB"]
    likely = [s for s in person.signs if s.signal_class == "C"]
    for older in likely:
        for newer in likely:
            days = (newer.event_date - older.event_date).days
            if older.agency != newer.agency and 0 <= days <= policy.pair_days:
                found.append((older.event_date, "SILENT", "PAIR"))
    return found


def effect_of(policy: Policy, programme: str, loss_kind: str) -> str:
    for rule in policy.programmes:
        if loss_kind in rule.loss_kinds and (programme in rule.programmes or "*" in rule.programmes):
            return rule.effect
    return "NONE"


def is_possible(claim: Claim, person: Person) -> bool:
    """Nobody dies before being born, and no file tells of a day to come."""
    return claim.event_date <= claim.first_stated and not (person.birth_date and claim.event_date < person.birth_date)


def contrary(claim: Claim, person: Person, policy: Policy, as_of: date) -> list[Sign]:
    if not is_possible(claim, person):
        return []
    rule = next(rule for rule in policy.contradictions if claim.loss_kind in rule.loss_kinds)
    signs = [s for s in person.signs if s.signal_class in rule.signal_classes]
    if rule.rule == "AFTER":
        grace = policy.grace_days
        last = claim.end_date or date.max
        return [s for s in signs if claim.event_date + timedelta(days=grace) < s.event_date <= last]
    if rule.rule == "SINCE":
        return [s for s in signs if s.event_date >= claim.event_date]
    if rule.rule == "OUTSIDE_WITHIN":
        last = claim.end_date or as_of
        return [s for s in signs if s.is_outside and claim.event_date <= s.event_date <= last]
    return []


def is_over(claim: Claim, as_of: date) -> bool:
    """A term that has ended; a death has no end."""
    return claim.loss_group != DEATH and claim.end_date is not None and claim.end_date < as_of


def was_paid_during(claim: Claim, person: Person, policy: Policy) -> bool:
    """Money that the loss would have ended went out for a month of the term."""
    touched = [e for e in person.entitlements if ends(claim, e.programme_code, policy)]
    months = [month for e in touched for month, fen in e.paid.items() if fen > 0]
    return any(claim.event_date < month <= claim.end_date for month in months if claim.end_date)


def fact_of(claim: Claim, policy: Policy) -> str:
    """One dies once, marries again once, is taken into custody several times."""
    scope = {str(group): str(scope) for group, scope in policy.facts.items()}[claim.loss_group]
    if scope == "GROUP":
        return claim.loss_group
    return claim.loss_kind if scope == "KIND" else f"{claim.loss_kind} {claim.event_date}"


def judgement_of(claim: Claim, person: Person, policy: Policy) -> tuple[Judgement | None, bool]:
    """The newest verdict on the claim itself that settles it, else the newest that confirms its fact and still stands
    for a claim that it listed; and whether it listed the claim. Three confirmed: no fewer undo it.
    """
    own = own_judgement(claim, person, policy)
    if own:
        return own, True
    spread = [
        j
        for other in person.claims
        if (j := own_judgement(other, person, policy)) and j.verdict in TRUE
        if fact_of(claim, policy) in {fact_of(c, policy) for c in person.claims if c.claim_id in j.listed}
    ]
    return max(spread, key=order_of, default=None), False


def order_of(judged: Judgement) -> tuple[date, date, int, int]:
    return judged.verified_date, judged.business_date, judged.known_from, judged.record_no


def own_judgement(claim: Claim, person: Person, policy: Policy) -> Judgement | None:
    """The newest verdict that listed the claim and settles it, as far as those who signed may undo what stood."""
    listed = [j for j in person.judgements if claim.claim_id in j.listed]
    confirmed = [(j.verified_date, j.business_date) for j in listed if j.verdict in TRUE and is_signed(j)]

    def settles(judged: Judgement) -> bool:
        if judged.verdict in TRUE:
            return is_signed(judged)
        undoes = any(given <= judged.verified_date and sent <= judged.business_date for given, sent in confirmed)
        return judged.verdict in FALSE and (is_signed(judged) or not undoes)

    return max((j for j in listed if settles(j)), key=order_of, default=None)


def is_signed(judged: Judgement) -> bool:
    return all(judged.officers) and len(set(judged.officers)) == 3


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


def status(claim: Claim, person: Person, policy: Policy, as_of: date) -> tuple[str, bool]:
    """(LossState of the claim, reopened)."""
    against = contrary(claim, person, policy, as_of)
    judged, _ = judgement_of(claim, person, policy)
    if judged and judged.verdict in TRUE:
        for sign in against:
            is_later = max(sign.event_date, sign.told or sign.event_date) > judged.verified_date
            if is_later or sign.known_from >= judged.known_from:
                return "CONFLICT", True
        if is_taken_back(claim, judged, person, policy):
            return "CONFLICT", True
        if any(judged.verified_date <= day <= as_of for day in person.objections):
            return "NOTICE_GIVEN", False
        if window_is_over(claim, judged, policy, as_of):
            return "CONFIRMED", False
        return ("NOTICE_GIVEN" if judged.notice_date else "LEAD_OPEN"), False
    if judged:
        return "REFUTED", False
    return ("CONFLICT" if against else "LEAD_OPEN"), False


def is_taken_back(claim: Claim, confirmed: Judgement, person: Person, policy: Policy) -> bool:
    """Whether a sender withdrew a record of the fact that was listed, the officers who confirmed it did not know, and
    no record that nobody refuted states the fact.
    """
    same = [c for c in person.claims if fact_of(c, policy) == fact_of(claim, policy)]
    for other in same:
        own = own_judgement(other, person, policy)
        if not other.is_withdrawn and not (own and own.verdict in FALSE):
            return False
    gone = [c for c in same if c.withdrawn_date and any(c.claim_id in j.listed for j in person.judgements)]
    return any(
        c.withdrawn_date >= confirmed.verified_date or c.withdrawal_known_from >= confirmed.known_from
        for c in gone
        if c.withdrawn_date
    )


def dates_the_loss(claim: Claim, person: Person, policy: Policy) -> bool:
    """Of a confirmed fact the claims that were judged; a day that cannot be dates nothing."""
    judged, is_listed = judgement_of(claim, person, policy)
    return is_possible(claim, person) and (is_listed or not (judged and judged.verdict in TRUE))


def birthday(born: date, years: int) -> date:
    """The day somebody completes `years`; born on 29 February, the last of February in other years."""
    last = monthrange(born.year + years, born.month)[1]
    return date(born.year + years, born.month, min(born.day, last))


def freezes(claim: Claim, entitlement: Entitlement, policy: Policy, as_of: date) -> bool:
    """Whether the claim, once it is confirmed, freezes the yearly adjustment of this benefit."""
    in_scope = entitlement.payment_state in ("DRAWING", "SUSPENDED")
    effect = effect_of(policy, entitlement.programme_code, claim.loss_kind)
    return in_scope and effect == "FREEZE" and not is_over(claim, as_of)


def is_kept(e: Entitlement, person: Person, policy: Policy) -> bool:
    """Whether a benefit that is drawn beside another goes on: nothing that the person draws makes it end."""
    for other in person.entitlements:
        if other is e or {e.payment_state, other.payment_state} != {"DRAWING"}:
            continue
        if (other.programme_code, e.programme_code) in policy.excluding_programmes:
            return False
        days = [one.first_payment_date or date.min for one in (other, e)]
        if other.programme_code == e.programme_code and (days[0], other.county_code) < (days[1], e.county_code):
            return False
    return True


def ends(claim: Claim, programme_code: str, policy: Policy) -> bool:
    return effect_of(policy, programme_code, claim.loss_kind) in ("END", "SUSPEND")


def decide(person: Person, policy: Policy, as_of: date, *, is_stale: bool = False) -> list[dict[str, object]]:
    """One row per entitlement: the columns of DECISION that the rules determine, reasons as a set of names."""
    return [_decide(e, person, policy, as_of, is_stale=is_stale) for e in person.entitlements]


def live_claims(person: Person, policy: Policy, as_of: date) -> list[Claim]:
    drawn = [e.programme_code for e in person.entitlements if e.payment_state in ("DRAWING", "SUSPENDED")]
    return [
        c
        for c in person.claims
        if any(effect_of(policy, p, c.loss_kind) != "NONE" for p in drawn)
        and (not c.is_withdrawn or outlives_its_record(c, person))
        and (not is_over(c, as_of) or was_paid_during(c, person, policy))
    ]


def outlives_its_record(claim: Claim, person: Person) -> bool:
    """What was judged outlives its record."""
    return any(claim.claim_id in j.listed and j.verdict in TRUE | FALSE for j in person.judgements)


def resumption(e: Entitlement, person: Person, policy: Policy, as_of: date) -> str:
    """Why a benefit that is stopped should be paid again, empty where nothing says so."""
    is_ended = e.payment_state == "TERMINATED" and e.programme_code in policy.lifelong_programmes
    if not is_ended and e.payment_state != "SUSPENDED":
        return ""
    lifelong = [o for o in person.entitlements if o.programme_code in policy.lifelong_programmes]
    is_any_ended = any(other.payment_state == "TERMINATED" for other in lifelong)
    claims = [
        c
        for c in person.claims
        if (not c.is_withdrawn or outlives_its_record(c, person)) and (c.loss_kind != "LS20" or is_any_ended)
    ]
    statuses = {c.claim_id: status(c, person, policy, as_of)[0] for c in claims}
    confirmed = [c for c in claims if statuses[c.claim_id] == "CONFIRMED"]
    deaths = [c for c in claims if c.loss_group == DEATH]
    lawful = [c for c in confirmed if c not in deaths and not is_over(c, as_of) and ends(c, e.programme_code, policy)]
    drawn = [other.programme_code for other in person.entitlements if other.payment_state == "DRAWING"]
    beside = [kept for kept, ended in policy.excluding_programmes if ended == e.programme_code]
    if lawful or e.programme_code in drawn or set(beside) & set(drawn):
        return ""
    standing = [c for c in deaths if statuses[c.claim_id] in ("LEAD_OPEN", "NOTICE_GIVEN", "CONFIRMED")]
    if any(dates_the_loss(c, person, policy) for c in standing):
        return ""
    if any(contrary(c, person, policy, as_of) for c in deaths) or is_found(e, person, policy, as_of):
        return "ALIVE_AFTER_STOP"
    effect = [effect_of(policy, e.programme_code, c.loss_kind) for c in confirmed]
    terms = [c for c, does in zip(confirmed, effect, strict=True) if does == "SUSPEND" and is_over(c, as_of)]
    last = max((c.end_date for c in terms if c.end_date), default=None)
    is_paid_since = last is not None and any(month > last and fen > 0 for month, fen in e.paid.items())
    if last and e.payment_state == "SUSPENDED" and not is_paid_since:
        return "TERM_OVER"
    wrong = [c for c in claims if is_found_wrong(c, e, person, policy, as_of)]
    judged = [j.verified_date for c in wrong if (j := judgement_of(c, person, policy)[0])]
    if wrong and not any(month > max(judged) and fen > 0 for month, fen in e.paid.items()):
        return "DISPROVED"
    return ""


def is_found(e: Entitlement, person: Person, policy: Policy, as_of: date) -> bool:
    """A benefit suspended for a missing person who was seen since, by every record of it."""
    missing = [c for c in person.claims if c.loss_group == "MISSING" and ends(c, e.programme_code, policy)]
    missing = [c for c in missing if not c.is_withdrawn or outlives_its_record(c, person)]
    statuses = {status(c, person, policy, as_of)[0] for c in missing}
    if e.payment_state != "SUSPENDED" or statuses & {"LEAD_OPEN", "NOTICE_GIVEN", "CONFIRMED"}:
        return False
    return any(contrary(c, person, policy, as_of) for c in missing)


def is_found_wrong(claim: Claim, e: Entitlement, person: Person, policy: Policy, as_of: date) -> bool:
    """Officers refuted a claim on whose account this benefit may have been stopped."""
    stops = ("END", "SUSPEND") if e.payment_state == "SUSPENDED" else ("END",)
    is_refuted = status(claim, person, policy, as_of)[0] == "REFUTED"
    return is_refuted and is_possible(claim, person) and effect_of(policy, e.programme_code, claim.loss_kind) in stops


def _decide(e: Entitlement, person: Person, policy: Policy, as_of: date, *, is_stale: bool) -> dict[str, object]:
    row: dict[str, object] = {"programme_code": e.programme_code, "county_code": e.county_code}
    in_scope = e.payment_state in ("DRAWING", "SUSPENDED")
    certified, reasons = certification(e, person, policy, as_of, is_stale=is_stale)
    losses, by_state, more = loss(e, person, policy, as_of)
    row |= certified | losses
    reasons |= more | {reason for reason in [resumption(e, person, policy, as_of)] if reason}
    state, open_states = row["certification_state"], ("CONFIRMED", "CONFLICT", "NOTICE_GIVEN", "LEAD_OPEN")
    outcomes = ("LOSS_CONFIRMED", "EVIDENCE_CONFLICT", "NOTICE_GIVEN", "LEAD_OPEN")
    if not in_scope:
        reasons.add("OUT_OF_SCOPE")
        reasons.discard("OVERDUE")
        row["certification_state"] = row["outcome"] = "OUT_OF_SCOPE"
    else:
        if by_state["CONFLICT"] and not by_state["CONFIRMED"]:
            row["certification_state"] = "CONFLICT"
        found = [outcome for name, outcome in zip(open_states, outcomes, strict=True) if by_state[name]]
        may_have_ended = all(c.loss_group != DEATH and not c.is_told for c in by_state["CONFIRMED"])
        if by_state["CONFIRMED"] and (is_stale or may_have_ended):
            row["outcome"] = "HELD_STALE"
        elif found:
            row["outcome"] = found[0]
        elif state == "CERTIFIED":
            row["outcome"] = f"CERTIFIED_{row['method']}" if row["pass_date"] else "FIRST_PERIOD"
        else:
            row["outcome"] = state
    days_left = (row["due_date"] - as_of).days if isinstance(row["due_date"], date) else 0
    reached = [n for n in policy.notices if days_left <= n.days_before]
    is_reminded = row["outcome"] == "DUE_SOON" and reached
    row["notice_stage"] = min(reached, key=lambda n: n.days_before).stage if is_reminded else ""
    row["reasons"] = reasons
    return row


def certification(
    e: Entitlement, person: Person, policy: Policy, as_of: date, *, is_stale: bool
) -> tuple[dict[str, object], set[str]]:
    """What stands but for losses: state, pass and due date, with the reasons that held."""
    is_aged = person.birth_date is not None and birthday(person.birth_date, policy.aged) <= as_of
    found = [p for p in passes(person, policy) if not (is_aged and p[2] == "PAIR")]
    dated = [(due, *p) for p in found if (due := due_after(p[0], e, p[1], policy))]
    reasons = {"NO_EVIDENCE"} if not person.signs else set()
    if dated:
        newest = max(d[:2] for d in dated)
        due, day, method, code = min(
            d for d in dated if d[:2] == newest
        )  # of equal ones by name, which decides nothing
    else:
        first = e.first_payment_date
        due, day, method, code = (first and due_after(first, e, "NONE", policy)), None, "NONE", ""
    worked = working_day_before(as_of, policy)
    running = due is not None and (as_of <= due or (worked is not None and worked < due))
    in_time = running and (day is not None or not is_aged)
    near = due is not None and in_time and (due - as_of).days <= policy.due_soon_days
    if in_time:
        reasons.add("FIRST_PERIOD" if not day else "PASS_PAIR" if code == "PAIR" else "PASS_STRONG")
    else:
        reasons.add("OVERDUE")
    flags = {
        "DUE_SOON": near, "AGED_HUNDRED": is_aged, "FEED_STALE": is_stale, "NO_CALENDAR": worked is None,
        "AMBIGUOUS_MATCH": person.is_ambiguous,
    }  # fmt: skip
    reasons |= {reason for reason, held in flags.items() if held}
    if near:
        state = "DUE_SOON"
    elif in_time:
        state = "CERTIFIED"
    elif is_aged or not person.signs:
        state = "EVIDENCE_INSUFFICIENT"
    elif is_stale or worked is None:
        state = "HELD_STALE"
    else:
        state = "OVERDUE"
    return {
        "certification_state": state,
        "pass_date": day,
        "method": method,
        "signal_code": code,
        "due_date": due,
    }, reasons


def working_day_before(day: date, policy: Policy) -> date | None:
    """The last working day before `day`, None where a calendar is missing."""
    before = day
    while before.year in policy.calendar and day.year in policy.calendar:
        before -= timedelta(days=1)
        year = policy.calendar.get(before.year)
        if year and (before in year.working or (before.weekday() < 5 and before not in year.holidays)):
            return before
    return None


def loss(
    e: Entitlement, person: Person, policy: Policy, as_of: date
) -> tuple[dict[str, object], dict[str, list[Claim]], set[str]]:
    """What losses say of one benefit: columns, its claims by status, and the reasons that held."""
    in_scope = e.payment_state in ("DRAWING", "SUSPENDED")
    live = live_claims(person, policy, as_of)
    statuses = {c.claim_id: status(c, person, policy, as_of) for c in live}
    touching = [c for c in live if in_scope and ends(c, e.programme_code, policy)]
    kept = [c for c in touching if c.loss_kind == "LS11" and is_kept(e, person, policy)]
    judged = ("NOTICE_GIVEN", "CONFIRMED")
    touching = [c for c in touching if c not in kept or statuses[c.claim_id][0] not in judged]
    names = ("CONFIRMED", "CONFLICT", "NOTICE_GIVEN", "LEAD_OPEN", "REFUTED")
    settled = [c for c in touching if is_over(c, as_of) and statuses[c.claim_id][0] == "CONFIRMED"]
    by_state = {name: [c for c in touching if statuses[c.claim_id][0] == name and c not in settled] for name in names}
    named = ("LOSS_CONFIRMED", "CONFLICT", "NOTICE_RUNNING", "LOSS_EVIDENCE", "LEAD_REFUTED")
    weak = [s for s in person.signs if s.signal_class in "CD"]
    freezing = [statuses[c.claim_id][0] for c in live if freezes(c, e, policy, as_of)]
    is_frozen = "CONFIRMED" in freezing
    flags = {
        **{reason: bool(claims) for reason, claims in zip(named, by_state.values(), strict=True)},
        "LOSS_REOPENED": any(statuses[c.claim_id][1] for c in touching),
        "WEAK_AFTER_DEATH": any(c.loss_group == DEATH and s.event_date > c.event_date for c in touching for s in weak),
        "ADJUSTMENT_FROZEN": is_frozen,
        "ADJUSTMENT_LEAD": any(name in ("LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN") for name in freezing),
    }
    questioned = [c for c in touching if statuses[c.claim_id][0] != "REFUTED"]
    asserted = [c for c in questioned if c not in settled]
    still_open = [c for c in asserted if statuses[c.claim_id][0] != "CONFIRMED"]
    columns: dict[str, object] = {
        "adjustment_frozen": is_frozen,
        "loss_state": next((name for name, claims in by_state.items() if claims), "NONE"),
        "loss_kinds": ",".join(sorted({c.loss_kind for c in asserted})),
        "loss_date": loss_date([c for c in asserted if dates_the_loss(c, person, policy)], statuses),
        "lead_priority": 0
        if not still_open
        else 1
        if any(sources(c, live, statuses, policy) >= 2 for c in still_open)
        else 2,
        "at_risk_fen": at_risk(
            e,
            [
                c
                for c in questioned
                if statuses[c.claim_id][0] != "CONFLICT" and c not in kept and dates_the_loss(c, person, policy)
            ],
            as_of,
        ),
    }
    return columns, by_state, {reason for reason, held in flags.items() if held}


def loss_date(dating: list[Claim], statuses: dict[str, tuple[str, bool]]) -> date | None:
    """The earliest day of those that are confirmed, else of all."""
    confirmed = [c.event_date for c in dating if statuses[c.claim_id][0] == "CONFIRMED"]
    return min(confirmed or [c.event_date for c in dating], default=None)


def sources(claim: Claim, live: list[Claim], statuses: dict[str, tuple[str, bool]], policy: Policy) -> int:
    """Agencies that hold an open claim of the same fact and do not merely suspect it."""
    open_ = [c for c in live if statuses[c.claim_id][0] in ("LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN")]
    same = [c for c in open_ if fact_of(c, policy) == fact_of(claim, policy)]
    return len({c.agency for c in same if not c.is_suspected})


def at_risk(e: Entitlement, claims: list[Claim], as_of: date) -> int:
    """Paid for months that begin after a loss, and not after its end where it is over. Never less than none."""

    def is_lost(month: date) -> bool:
        return any(month > c.event_date and (not is_over(c, as_of) or month <= c.end_date) for c in claims)

    return max(0, sum(fen for month, fen in e.paid.items() if is_lost(month)))
