"""Persons of the reference as tables, decided by the step: what a test compares with the reference."""

from collections.abc import Sequence
from datetime import date

from pipelines.decisions.step import DECISIONS
from pipelines.step import Derived
from schemas.policy import Policy
from schemas.table import Table
from schemas.tables import (
    CANDIDATE,
    DECISION,
    ENTITLEMENT,
    FEED_HEALTH,
    LIFE_FACT,
    LIFE_STATE,
    LISTED,
    LOSS_FACT,
    OBJECTION,
    PAYMENT,
    PROPOSED_RESUMPTION,
    VERDICT,
    WITHDRAWN,
)
from tests.derived import derive, row, rows_of
from tests.reference.decide import Claim, Person

COUNTY = "621022"


def decide_all(
    persons: Sequence[Person], policy: Policy, as_of: date, *, is_stale: bool = False, stale: str = ""
) -> list[dict]:
    """DECISION of persons numbered from 0, as dictionaries in the order of persons and entitlements."""
    rows = rows_of(derived_from(persons, policy, as_of, is_stale=is_stale, stale=stale), DECISION)
    numbered = list(enumerate(persons))
    order = {
        (n, e.programme_code, e.county_code): i
        for i, (n, e) in enumerate((n, e) for n, p in numbered for e in p.entitlements)
    }
    return sorted(rows, key=lambda row: order[row["person_no"], row["programme_code"], row["county_code"]])


def derived_from(
    persons: Sequence[Person],
    policy: Policy,
    as_of: date,
    *,
    is_stale: bool = False,
    stale: str = "",
    proposed: Sequence[dict] = (),
) -> Derived:
    """What the step gives back of persons numbered from 0; `proposed` are rows of PROPOSED_RESUMPTION."""
    tables = tables_of(persons, is_stale=is_stale, stale=stale) | {PROPOSED_RESUMPTION: list(proposed)}
    return derive(DECISIONS, tables, policy=policy, as_of=as_of)


def _known(table, thing) -> dict:
    """What of a thing of the reference is a column of the table."""
    return {name: value for name, value in vars(thing).items() if name in table.names}


def _record_of(claim: Claim) -> dict[str, str]:
    return {"feed": "telling" if claim.is_told else "silent", "record_id": f"record of {claim.claim_id}"}


def tables_of(persons: Sequence[Person], *, is_stale: bool = False, stale: str = "") -> dict[Table, list[dict]]:
    """What `decisions` reads, of persons numbered from 0."""
    numbered = list(enumerate(persons))
    # a feed not taken up yet and one that shows no sign of life say nothing by their silence
    feeds = (
        ("transport", True, not is_stale and stale != "transport"), ("vaccination", False, False),
        ("civil_affairs", True, False),
        ("registry", True, stale != "registry"), ("telling", True, True), ("silent", True, False),
    )  # fmt: skip
    life = [
        row(LIFE_FACT, person_no=n, record_no=100 * n + i, **_known(LIFE_FACT, s), business_date=s.told or s.event_date)
        for n, p in numbered for i, s in enumerate(p.signs)
    ]  # fmt: skip
    seen = {(sign["person_no"], sign["signal_code"]) for sign in life}
    return {
        ENTITLEMENT: [
            row(ENTITLEMENT, person_no=n, **_known(ENTITLEMENT, e) | {"birth_date": p.birth_date})
            for n, p in numbered for e in p.entitlements
        ],
        LIFE_FACT: life,
        LIFE_STATE: [
            row(LIFE_STATE, person_no=n, signal_code=code) for n, code in seen
        ],
        LOSS_FACT: [
            row(LOSS_FACT, **_known(LOSS_FACT, c) | {
                "person_no": n, "record_no": 100 * n + i, "business_date": c.first_stated,
                "claim_id": f"{n}-{c.claim_id}", **_record_of(c),
            })
            for n, p in numbered for i, c in enumerate(p.claims) if not c.is_withdrawn
        ],
        WITHDRAWN: [
            row(WITHDRAWN, **_record_of(c), agency=c.agency, person_no=n, withdrawn_date=c.withdrawn_date,
                known_from=c.withdrawal_known_from)
            for n, p in numbered for c in p.claims if c.withdrawn_date
        ],
        LISTED: [
            row(LISTED, **_known(LISTED, c) | {
                "line_id": f"{n}-{j.record_no}", "claim_id": f"{n}-{c.claim_id}", "person_no": n,
                "business_date": c.first_stated, **_record_of(c),
            })
            for n, p in numbered for j in p.judgements for c in p.claims if c.claim_id in j.listed
        ],
        OBJECTION: [
            row(OBJECTION, record_no=100 * n + i, person_no=n, event_date=day)
            for n, p in numbered for i, day in enumerate(p.objections)
        ],
        VERDICT: [
            row(VERDICT, **_known(VERDICT, j) | {
                "record_no": 100 * n + j.record_no, "record_id": f"{n}-{j.record_no}", "lead_id": f"{n}-{j.record_no}",
                "person_no": n,
            }, **dict(zip(("handler", "reviewer", "approver"), j.officers, strict=True)))
            for n, p in numbered for j in p.judgements
        ],
        PAYMENT: [
            row(PAYMENT, person_no=n, **_known(PAYMENT, e), pay_month=month, paid_fen=fen)
            for n, p in numbered for e in p.entitlements for month, fen in e.paid.items()
        ],
        FEED_HEALTH: [
            row(FEED_HEALTH, feed=feed, county_code=county, is_live=is_live, is_fresh=is_fresh)
            for feed, is_live, is_fresh in feeds
            for county in sorted({COUNTY, *(e.county_code for p in persons for e in p.entitlements)})
        ],
        CANDIDATE: [row(CANDIDATE, person_no=n, is_open=True) for n, p in numbered if p.is_ambiguous],
    }  # fmt: skip
