"""One pensioner's losses, signs of life and verdicts through `decisions`: what stands, and what is asked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.decisions.step import DECISIONS
from schemas.tables import (
    CLAIM,
    DECISION,
    ENTITLEMENT,
    FEED_HEALTH,
    LIFE_FACT,
    LISTED,
    LOSS_FACT,
    OBJECTION,
    PAYMENT,
    VERDICT,
    WITHDRAWN,
)
from tests.derived import derive, row, rows_of, shipped_policy

COUNTY = "621022"
NIGHT = date(2024, 3, 31)
GROUP_OF = {str(loss.loss_kind): str(loss.loss_group) for loss in shipped_policy().losses} | {
    "LS11": "DUPLICATE", "LS14": "CONDITION",
}  # fmt: skip
THREE = {"handler": "a", "reviewer": "b", "approver": "c"}
ONE = {"handler": "a"}


def loss(claim_id: str, kind: str, day: date, **more: Any) -> dict[str, Any]:
    """A record that speaks for loss; its own record and agency unless `more` says otherwise."""
    usual = {
        "feed": f"feed-{claim_id}", "record_id": f"record-{claim_id}", "agency": f"agency-{claim_id}",
        "delivery_id": claim_id, "business_date": day, "known_from": 1,
    }  # fmt: skip
    return row(
        LOSS_FACT,
        person_no=1,
        claim_id=claim_id,
        loss_kind=kind,
        loss_group=GROUP_OF[kind],
        event_date=day,
        **(usual | more),
    )


def sign(day: date, signal_class: str = "B", **more: Any) -> dict[str, Any]:
    usual = {"known_from": 1, "business_date": day, "is_outside": True, "signal_code": "S", "method": "SILENT"}
    return row(LIFE_FACT, person_no=1, event_date=day, signal_class=signal_class, agency="transport", **(usual | more))


def line(line_id: str, *losses: dict[str, Any]) -> list[dict[str, Any]]:
    """LISTED: the claims that one line of a worklist asked about."""
    names = set(LISTED.names)
    return [
        row(LISTED, line_id=line_id, **{name: value for name, value in one.items() if name in names}) for one in losses
    ]


def verdict(line_id: str, word: str, day: date, **more: Any) -> dict[str, Any]:
    usual = {
        "record_id": f"v-{line_id}-{word}-{day}", "feed": "verification", "delivery_id": f"d{day}{word}",
        "business_date": day, "known_from": 2, "person_no": 1,
    }  # fmt: skip
    return row(VERDICT, lead_id=line_id, verdict=word, verified_date=day, **(usual | more))


def withdrawal(of: dict[str, Any], day: date, **more: Any) -> dict[str, Any]:
    """Its sender withdrew the record of a loss."""
    record = {name: of[name] for name in ("feed", "agency", "record_id", "person_no")}
    return row(WITHDRAWN, **record, withdrawn_date=day, **({"known_from": 5} | more))


@dataclass(frozen=True)
class Stands:
    claims: dict[str, dict[str, Any]]
    decisions: list[dict[str, Any]]
    rows: int = 0  # of CLAIM

    @property
    def status(self) -> dict[str, str]:
        return {name: claim["status"] for name, claim in self.claims.items()}

    @property
    def lines(self) -> list[set[str]]:
        """The claims of each line that asks tonight."""
        gathered: dict[str, set[str]] = {}
        for name, claim in self.claims.items():
            if claim["line_id"]:
                gathered.setdefault(claim["line_id"], set()).add(name)
        return sorted(gathered.values(), key=sorted)


def judged(
    losses: list[dict[str, Any]],
    *,
    listed: list[dict[str, Any]] = (),  # type: ignore[assignment]
    verdicts: list[dict[str, Any]] = (),  # type: ignore[assignment]
    signs: list[dict[str, Any]] = (),  # type: ignore[assignment]
    objections: tuple[date, ...] = (),
    withdrawn: list[dict[str, Any]] = (),  # type: ignore[assignment]
    programmes: tuple[str, ...] = ("EMPLOYEE_PENSION",),
    paid: dict[date, int] | None = None,
    as_of: date = NIGHT,
) -> Stands:
    feeds = {one["feed"] for one in losses} | {"transport", "registry"}
    tables = {
        ENTITLEMENT: [
            row(
                ENTITLEMENT, person_no=1, programme_code=programme, county_code=COUNTY, payment_state="DRAWING",
                birth_date=date(1950, 5, 5), first_payment_date=date(2012, 1, 1),
            )
            for programme in programmes
        ],
        LOSS_FACT: [one | {"record_no": n} for n, one in enumerate(losses)],
        LIFE_FACT: [one | {"record_no": n} for n, one in enumerate(signs)],
        LISTED: list(listed),
        WITHDRAWN: list(withdrawn),
        VERDICT: [one | {"record_no": n} for n, one in enumerate(verdicts)],
        OBJECTION: [row(OBJECTION, person_no=1, event_date=day, record_no=n) for n, day in enumerate(objections)],
        FEED_HEALTH: [
            row(FEED_HEALTH, feed=feed, county_code=COUNTY, is_live=True, is_fresh=True) for feed in sorted(feeds)
        ],
        PAYMENT: [
            row(PAYMENT, person_no=1, programme_code=programme, county_code=COUNTY, pay_month=month, paid_fen=fen)
            for programme in programmes
            for month, fen in (paid or {}).items()
        ],
    }  # fmt: skip
    derived = derive(DECISIONS, tables, as_of=as_of, run_no=9)
    claims = rows_of(derived, CLAIM)
    return Stands({one["claim_id"]: one for one in claims}, rows_of(derived, DECISION), len(claims))
