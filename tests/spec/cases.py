"""The cases of `rules.yaml` as persons, and the page an office reads: `python -m tests.spec.cases` writes it."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from schemas.codes import Consequence, LinkUse, MatchTier, Outcome
from tests.derived import shipped_policy
from tests.property.decided import COUNTY
from tests.reference.decide import Claim, Entitlement, Judgement, Person, Sign, fact_of

RULES = Path(__file__).with_name("rules.yaml")
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
_GROUP_OF = {str(rule.loss_kind): str(rule.loss_group) for rule in shipped_policy().losses}


def rules() -> list[dict[str, Any]]:
    return list(yaml.safe_load(RULES.read_text(encoding="utf-8")))


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """(rule and number, case), in the order of the page."""
    for rule in rules():
        for number, case in enumerate(rule["cases"], 1):
            yield f"{rule['rule'][0]}{number}", case


def person_of(case: dict[str, Any]) -> Person:
    entitlement = Entitlement(
        case.get("programme_code", "EMPLOYEE_PENSION"),
        COUNTY,
        case.get("payment_state", "DRAWING"),
        case.get("first_payment_date", date(2012, 1, 1)),
        paid=case.get("paid", {}),
    )
    claims = tuple(_claim(f"c{n}", claim) for n, claim in enumerate(case.get("claims", ())))
    return Person(
        case.get("birth_date", date(1950, 5, 5)),
        (entitlement,),
        tuple(Sign(**sign) for sign in case.get("signs", ())),
        claims,
        tuple(_judgement(n, verdict, claims) for n, verdict in enumerate(case.get("judgements", ()))),
        tuple(case.get("objections", ())),
        case.get("is_ambiguous", False),
    )


def _claim(claim_id: str, given: dict[str, Any]) -> Claim:
    usual = {
        "loss_group": _GROUP_OF[given["loss_kind"]],
        "end_date": None,
        "agency": "health",
        "is_suspected": False,
        "first_stated": given["event_date"],
    }
    of_tier = {"is_suspected": _is_suspect(given["tier"])} if "tier" in given else {}
    return Claim(claim_id=claim_id, **(usual | {name: given[name] for name in given if name != "tier"} | of_tier))


def _is_suspect(tier: str) -> bool:
    return shipped_policy().linkage.uses[MatchTier(tier)][Consequence.LOSS] is LinkUse.SUSPECT


def _judgement(number: int, given: dict[str, Any], claims: tuple[Claim, ...]) -> Judgement:
    """A verdict on the line of the first claim, unless `listed` names others."""
    policy = shipped_policy()
    listed = tuple(
        claim.claim_id
        for claim in claims
        if claim.first_stated <= given["verified_date"] and fact_of(claim, policy) == fact_of(claims[0], policy)
    )
    usual = {
        "listed": listed,
        "notice_date": None,
        "officers": ("a", "b", "c"),
        "business_date": given["verified_date"],
    }
    return Judgement(record_no=number, **(usual | given))


def page() -> str:
    lines = ["# 认证规则与示例", "", "本页由 `tests/spec/rules.yaml` 生成,每一例都经程序逐条验证。"]
    for rule in rules():
        lines += [
            "",
            f"## {rule['rule']}",
            "",
            rule["says"],
            "",
            *GRIDS.get(rule.get("grid", ""), list)(),
            "| 示例 | 判断日 | 结果 | 到期日 |",
            "| --- | --- | --- | --- |",
        ]
        for case in rule["cases"]:
            expect = case["expect"]
            due = expect.get("due_date") or ""
            lines.append(f"| {case['says']} | {case['as_of']} | {Outcome(expect['outcome']).label} | {due} |")
    return "\n".join(lines) + "\n"


def _linkage() -> list[str]:
    """What a link may do, by how sure it is, from the policy."""
    lines = [f"| 对应程度 | {' | '.join(kind.label for kind in Consequence)} |", "| --- | --- | --- | --- |"]
    for tier, uses in shipped_policy().linkage.uses.items():
        lines.append(f"| {tier.label} | {' | '.join(uses[kind].label for kind in Consequence)} |")
    return [*lines, ""]


GRIDS = {"linkage": _linkage}


if __name__ == "__main__":
    if "--check" in sys.argv and PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is stale: run python -m tests.spec.cases")
    PAGE.write_text(page(), encoding="utf-8")
