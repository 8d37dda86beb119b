"""Headline figures counted again from rows of the tables: slow, one record at a time."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from schemas.policy import Policy

Row = dict[str, Any]
Key = tuple[int, str, str]
OPEN = ("LEAD_OPEN", "CONFLICT", "NOTICE_GIVEN")
TRUE = ("TRUE_LOSS", "ALREADY_STOPPED")
FALSE = ("FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "FALSE_NAME_VARIANT", "FALSE_STALE_ID", "NOT_DISQUALIFYING",
         "SEEN_ALIVE")  # fmt: skip
METHODS = ("SILENT", "SELF", "ASSISTED", "FIELD", "ABROAD")


def key_of(row: Row) -> Key:
    return row["person_no"], row["programme_code"], row["county_code"]


def in_order(entries: Iterable[Row]) -> list[Row]:
    return sorted(entries, key=lambda row: (row["as_of"], row["run_no"], row["entry_id"]))


def has_three(verdict: Row) -> bool:
    officers = {verdict["handler"], verdict["reviewer"], verdict["approver"]}
    return len(officers) == 3 and "" not in officers


def word_on(line: str, verdicts: list[Row], as_of: date) -> Row | None:
    """The newest verdict in force that settles the line."""
    newest = None
    for verdict in verdicts:
        if verdict["lead_id"] != line or verdict["is_revoked"] or verdict["verified_date"] > as_of:
            continue
        taken_back = [
            other
            for other in verdicts
            if other["is_revoked"]
            and (other["feed"], other["record_id"], other["lead_id"])
            == (verdict["feed"], verdict["record_id"], verdict["lead_id"])
            and other["business_date"] >= verdict["business_date"]
            and (has_three(other) or not has_three(verdict))
        ]
        settles = verdict["verdict"] in FALSE or (verdict["verdict"] in TRUE and has_three(verdict))
        if settles and not taken_back and (newest is None or _later(verdict, newest)):
            newest = verdict
    return newest


def _later(one: Row, other: Row) -> bool:
    order = ("verified_date", "business_date", "delivery_id", "record_no")
    return [one[name] for name in order] > [other[name] for name in order]


def status_of_claims(leads: list[Row], listed: list[Row], verdicts: list[Row], as_of: date) -> list[Row]:
    """The newest entry of each claim, with the newest word about it."""
    newest: dict[str, Row] = {}
    for entry in in_order(leads):
        newest[entry["lead_id"]] = dict(entry)
    for claim_id, claim in newest.items():
        if claim["entry_kind"] != "CLOSE":
            continue
        lines = {row["line_id"] for row in listed if row["claim_id"] == claim_id}
        words = [word for line in lines | {claim_id} if (word := word_on(line, verdicts, as_of))]
        word = None
        for one in words:
            if word is None or _later(one, word):
                word = one
        if word:
            claim["status"] = "CONFIRMED" if word["verdict"] in TRUE else "REFUTED"
        elif claim["status"] == "CONFIRMED" and claim["is_dated"] and lines:
            claim["status"] = "LEAD_OPEN"
    return list(newest.values())


def fate_of(entries: list[Row], claims: list[Row]) -> Row | None:
    """What became of one record; None where no loss was ever named. `entries` are all of that record."""
    by_day: dict[date, Row] = {}
    for entry in in_order(entries):
        by_day[entry["as_of"]] = entry
    standing = [by_day[day] for day in sorted(by_day)]
    named = [entry for entry in standing if entry["loss_state"] != "NONE"]
    if not named:
        return None
    newest = standing[-1]
    confirmed = [entry for entry in standing if entry["loss_state"] == "CONFIRMED"]
    kinds = {kind for entry in standing for kind in entry["loss_kinds"].split(",") if kind}
    ends_by_overlap = bool(confirmed) and "LS11" in confirmed[-1]["loss_kinds"].split(",")
    if newest["payment_state"] in ("DRAWING", "SUSPENDED") and not ends_by_overlap:
        kinds -= {"LS11"}
    own = [claim for claim in claims if claim["person_no"] == newest["person_no"] and claim["loss_kind"] in kinds]
    words = [claim["status"] for claim in own]
    if newest["loss_state"] != "NONE":
        state = newest["loss_state"]
    elif "CONFIRMED" in words:
        state = "CONFIRMED"
    elif any(word in OPEN for word in words):
        state = min(word for word in words if word in OPEN)
    elif "REFUTED" in words:
        state = "REFUTED"
    else:
        state = named[-1]["loss_state"]
    judged = ("NOTICE_GIVEN", "CONFIRMED", "REFUTED")
    return {
        "state": state,
        "is_verified": state in judged or any(entry["loss_state"] in judged for entry in standing),
        "was_confirmed": state == "CONFIRMED" or bool(confirmed),
        "was_drawn": any(entry["payment_state"] == "DRAWING" for entry in confirmed),
        "is_stopped": newest["payment_state"] in ("SUSPENDED", "TERMINATED"),
        "losses": [claim for claim in own if claim["status"] == "CONFIRMED"],
    }


def money_of(key: Key, fate: Row, payments: list[Row], monthly: int | None, policy: Policy, as_of: date) -> Row:
    """The money of one record whose loss is confirmed."""
    months, last_paid = [], None
    for payment in sorted((row for row in payments if key_of(row) == key), key=lambda row: row["pay_month"]):
        gross = payment["paid_fen"] + payment["recovered_fen"]
        if gross > 0:
            last_paid = gross
        for loss in fate["losses"]:
            if not loss["is_dated"] or payment["pay_month"] <= loss["event_date"]:
                continue
            is_over = loss["loss_group"] != "DEATH" and loss["end_date"] is not None and loss["end_date"] < as_of
            if not is_over or payment["pay_month"] <= loss["end_date"]:
                months.append(payment)
                break
    overpaid = [row["paid_fen"] + row["recovered_fen"] for row in months]
    returned = sum(row["returned_fen"] for row in months)
    recovered = sum(row["recovered_fen"] - row["returned_fen"] for row in months)
    may_offset = any(policy.may_offset(key[1], loss["loss_kind"]) for loss in fate["losses"])
    offset = sum(row["offset_fen"] for row in months) if may_offset else 0
    prevented = 0
    if fate["was_drawn"] and fate["is_stopped"]:
        prevented = monthly if monthly is not None else last_paid or 0
    return {
        "OVERPAID_MONTHS": sum(1 for fen in overpaid if fen > 0),
        "OVERPAID_FEN": sum(overpaid),
        "RETURNED_FEN": returned,
        "RECOVERED_FEN": recovered,
        "OFFSET_FEN": offset,
        "OUTSTANDING_FEN": max(sum(overpaid) - returned - recovered - offset, 0),
        "PREVENTED_FEN": prevented,
        "AVERTED_FEN": returned + recovered + offset + prevented,
    }


def passes(book: list[Row]) -> dict[str, int]:
    """Passes that entries of the book brought, by figure."""
    by_id = {entry["entry_id"]: entry for entry in book}
    counts = {f"CERTIFIED_{method}": 0 for method in METHODS}
    for entry in book:
        before = by_id.get(entry["previous_entry_id"])
        is_new = before is None or (before["method"], before["pass_date"]) != (entry["method"], entry["pass_date"])
        if entry["entry_kind"] != "CLOSE" and entry["pass_date"] is not None and is_new:
            counts[f"CERTIFIED_{entry['method']}"] += 1
    return counts


def spared(decisions: list[Row]) -> int:
    months: dict[int, int] = {}
    for row in decisions:
        if row["certification_state"] in ("CERTIFIED", "DUE_SOON") and row["method"] == "SILENT":
            due, seen = row["due_date"], row["pass_date"]
            if due is None or seen is None:
                continue
            length = (due.year - seen.year) * 12 + due.month - seen.month
            months[row["person_no"]] = max(length, months.get(row["person_no"], 0))
    return int(sum((Fraction(1, max(length, 1)) for length in months.values()), Fraction()))


def audit(sample: list[Row], links: list[Row], losses: list[Row]) -> dict[str, int]:
    """Persons drawn, heard of, and found wrongly certified. `links` have one version of each record."""
    heard = wrong = 0
    for one in sample:
        mine = [row for row in links if row["feed"] == "field_visit" and row["person_no"] == one["person_no"]]
        is_seen = any(row["qualifier_code"] == "SEEN_ALIVE" and row["event_date"] >= one["as_of"] for row in mine)
        own = [row for row in losses if row["person_no"] == one["person_no"] and row["is_dated"]]
        is_lost = any(row["event_date"] <= one["as_of"] for row in own)
        wrong += is_lost
        heard += is_lost or is_seen
    return {"AUDITED": len(sample), "AUDIT_HEARD": heard, "AUDIT_WRONG": wrong}


def figures(tables: dict[str, list[Row]], policy: Policy, as_of: date) -> dict[str, int]:
    """Every headline figure. `tables` are rows by the name of their table, with the night's entries."""
    book = tables["certification_entry"]
    claims = status_of_claims(tables["lead_entry"], tables["listed"], tables["verdict"], as_of)
    compared: dict[str, int] = {}
    for row in tables["comparison"]:
        if row["result"] in ("NO_HIT", "HIT", "AMBIGUOUS"):
            compared[row["source"]] = compared.get(row["source"], 0) + row["records"]
    counts = {"COMPARED": max(compared.values(), default=0), "DOUBTFUL": 0, "VERIFIED": 0, "CONFIRMED": 0, "REFUTED": 0}
    counts |= {"EVER_CONFIRMED": 0, "THEN_REFUTED": 0}
    losses: list[Row] = []
    names = ("MONTHS", "FEN")
    money = {f"OVERPAID_{name}": 0 for name in names} | {
        f"{name}_FEN": 0 for name in ("RETURNED", "RECOVERED", "OFFSET", "OUTSTANDING", "PREVENTED", "AVERTED")
    }
    for key in sorted({key_of(entry) for entry in book}):
        fate = fate_of([entry for entry in book if key_of(entry) == key], claims)
        if fate is None:
            continue
        counts["DOUBTFUL"] += 1
        counts["EVER_CONFIRMED"] += fate["was_confirmed"]
        counts["THEN_REFUTED"] += fate["was_confirmed"] and fate["state"] == "REFUTED"
        counts["VERIFIED"] += fate["is_verified"]
        counts["CONFIRMED"] += fate["state"] == "CONFIRMED"
        counts["REFUTED"] += fate["state"] == "REFUTED"
        if fate["state"] == "CONFIRMED":
            monthly = [row["monthly_fen"] for row in tables["entitlement"] if key_of(row) == key]
            own = money_of(key, fate, tables["payment"], monthly[0] if monthly else None, policy, as_of)
            money = {name: money[name] + own[name] for name in money}
            losses += fate["losses"]
    counts |= audit(tables["audit_sample"], tables["link"], losses)
    return counts | money | passes(book) | {"SPARED_A_MONTH": spared(tables["decision"])}
