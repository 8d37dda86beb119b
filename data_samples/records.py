"""Content of each agency's file on each night: rows by feed and night, from the cast, the crowd and the dirt."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from data_samples.crowd import NIGHTS, Placed, Row
from data_samples.people import Entitlement, Person, check_character, short_number
from data_samples.writer import Line
from schemas.identifiers import keyed_digest

Lines = dict[tuple[str, date], list[Line]]
PAY_MONTHS = (date(2023, 10, 1), *(date(2023, month, 1) for month in (11, 12)), *(date(2024, m, 1) for m in (1, 2, 3)))
_OFFICERS = {"handler": "jingban", "reviewer": "fuhe", "approver": "shenhe"}
_SHORT = {
    "transport": "TR", "vaccination": "VA", "nucleic_acid": "NA", "medical": "ME", "civil_affairs": "CA",
    "health": "HE", "public_security": "PS", "justice": "JU", "self_certification": "SC", "field_visit": "FV",
    "service_request": "SR", "payments": "PA", "verification": "VE",
}  # fmt: skip


def registry(people: Iterable[Person]) -> list[Line]:
    return [Line(_insured(person, entitlement)) for person in people for entitlement in person.entitlements]


def _insured(person: Person, entitlement: Entitlement) -> Row:
    return {
        **_identity(person),
        "id_number": person.registry_number,
        "person_no": person.person_no,
        "id_type": "01",
        "ethnicity": person.ethnicity,
        "programme_code": entitlement.programme_code,
        "county_code": entitlement.county_code,
        "payment_state": entitlement.payment_state,
        "first_payment_date": entitlement.first_payment_date,
        "monthly_fen": entitlement.monthly_fen,
        "phone": person.phone,
        "address": f"样例县样例乡例子村{person.person_no % 90 + 1}号",
        "group": person.group,
        "former_id_number": person.former_id_number,
        "former_name": person.former_name,
    }


def _identity(person: Person) -> Row:
    return {"id_number": person.id_number, "name": person.name, "sex": person.sex, "birth_date": person.birth_date}


def population(people: Iterable[Person], night: date) -> list[Line]:
    """The whole register, as it stands on the night: what a file said last, else an active hukou."""
    return [Line(_resident(person, night)) for person in people]


def _resident(person: Person, night: date) -> Row:
    fields: Row = {"event_code": "ACTIVE", "event_date": None}
    for day in sorted(person.records):
        for row in person.records[day]:
            if row["feed"] == "population_register" and day <= night:
                fields = row
    return {
        **_identity(person),
        "record_id": f"PR{person.person_no}",
        "ethnicity": person.ethnicity,
        "former_id_number": person.former_id_number,
        "former_name": person.former_name,
        "county_code": person.county_code,
        **fields,
    }


def payments(people: Iterable[Person]) -> list[Line]:
    """Six months for everybody who drew them; a suspended entitlement was last paid in December."""
    return [
        Line(_paid(person, entitlement, month))
        for person in people
        for entitlement in person.entitlements
        for month in PAY_MONTHS
        if _is_paid(entitlement, month)
    ]


def _is_paid(entitlement: Entitlement, month: date) -> bool:
    if entitlement.payment_state == "SUSPENDED":
        return month.year == 2023
    began = entitlement.first_payment_date
    return entitlement.payment_state == "DRAWING" and began is not None and began <= month


def _paid(person: Person, entitlement: Entitlement, month: date) -> Row:
    return {
        "record_id": f"PA{person.person_no}{entitlement.programme_code[:2]}{entitlement.county_code}{month:%Y%m}",
        "person_no": person.person_no,
        "programme_code": entitlement.programme_code,
        "county_code": entitlement.county_code,
        "pay_month": month,
        "amount_fen": entitlement.monthly_fen,
        "payment_kind": "PAID",
    }


def events(placed: Iterable[Placed], by_no: dict[int, Person], secret: bytes) -> Lines:
    """Rows of the other feeds; a record's key is its feed, its person and its count, so that a re-send repeats it."""
    lines: Lines = defaultdict(list)
    count: Counter[tuple[str, int]] = Counter()
    for night, person, row in placed:
        feed = row["feed"]
        if feed == "population_register":
            continue
        count[feed, person.person_no] += 1
        key = f"{_SHORT[feed]}{person.person_no}{count[feed, person.person_no]:02d}"
        fields = _said(person, row, by_no, secret) if feed == "verification" else _event(person, row, by_no, night)
        lines[feed, night].append(_line({"record_id": key, **fields}))
    return lines


def cast_placed(cast: Iterable[Person]) -> list[Placed]:
    return [(night, person, row) for person in cast for night, rows in person.records.items() for row in rows]


def _event(person: Person, row: Row, by_no: dict[int, Person], night: date) -> Row:
    """`number_of` and `flaw` are instructions to this function, the rest is what the record says."""
    holder = by_no[row["number_of"]] if "number_of" in row else person
    fields = {key: value for key, value in row.items() if key not in ("feed", "number_of", "flaw")}
    known = row.get("end_date") if row["feed"] == "medical" else row.get("event_date")
    return {
        **_identity(person),
        "person_no": person.person_no,
        "id_number": _written_number(holder, row.get("flaw", "")),
        "qualifier_code": "",
        "county_code": person.county_code,
        "recorded_date": known and min(known + timedelta(days=1), night),
        "former_id_number": person.former_id_number,
        "is_suspected": False,
        "is_revoked": False,
        "amount_fen": person.entitlements[0].monthly_fen if person.entitlements else 0,
        **fields,
        **({"sex": "2" if person.sex == "1" else "1"} if fields.get("sex") == "other" else {}),
    }


def _written_number(person: Person, flaw: str) -> str:
    """The number as a careless clerk writes it."""
    number = person.id_number
    flawed = {
        "": number,
        "no_number": "",
        "wrong_digit": number[:15] + str((int(number[15]) + 1) % 10) + number[16:],
        "fifteen_digits": short_number(number),
        "former_number": person.former_id_number,
        "full_width": number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}),
        "lower_case": number.lower(),
        "spaces": f"{number[:6]} {number[6:14]} {number[14:]}",
        "no_such_day": _with_check(number[:10] + "0231" + number[14:17]),
        "no_such_county": _with_check("629999" + number[6:17]),
    }
    return flawed[flaw]


def _with_check(body: str) -> str:
    return body + check_character(body)


def _said(person: Person, row: Row, by_no: dict[int, Person], secret: bytes) -> Row:
    return _review(person, row, by_no, secret) if "reviews" in row else _verdict(person, row, secret)


def _review(person: Person, row: Row, by_no: dict[int, Person], secret: bytes) -> Row:
    """An answer to the match review: is the record `of` somebody, under the number `number_of`, this person's?"""
    feed, event_code, event_date = row["reviews"]
    written, holder = by_no[row["of"]], by_no[row["number_of"]]
    whom = (holder.id_number, written.name, written.birth_date.isoformat(), written.sex)
    review_id = keyed_digest(secret, "review", feed, event_code, "", event_date.isoformat(), *whom)
    fields = {key: value for key, value in row.items() if key not in ("feed", "reviews", "of", "number_of")}
    return {
        **_OFFICERS,
        "lead_id": f"{review_id}-{person.person_no}",
        "method": None,
        "notice_date": None,
        "is_revoked": False,
        **fields,
    }


def _verdict(person: Person, row: Row, secret: bytes) -> Row:
    agency, loss_kind, event_date = row["judges"]
    lead_id = keyed_digest(secret, agency, person.person_no, loss_kind, event_date.isoformat())
    fields = {key: value for key, value in row.items() if key not in ("feed", "judges")}
    empty = {"method": None, "notice_date": None, "is_revoked": False}
    return {**_OFFICERS, "lead_id": lead_id, **empty, **fields}


def _line(row: Row) -> Line:
    """`raw`, `ragged` and `times` tell the writer how the row is damaged on paper."""
    values: dict[str, Any] = {key: value for key, value in row.items() if key not in ("raw", "ragged", "times")}
    return Line(values, raw=row.get("raw", {}), is_ragged=row.get("ragged", False), times=row.get("times", 1))


def every_night(people: tuple[Person, ...]) -> Lines:
    """The own system's and the register's snapshots; payments come whole on the first night."""
    lines: Lines = {}
    for night in NIGHTS:
        lines["registry", night] = registry(people)
        lines["population_register", night] = population(people, night)
    lines["payments", NIGHTS[0]] = payments(people)
    return lines


def unknown_reply(night: date) -> Line:
    """An answer to a ticket nobody issued."""
    return Line({
        "ticket_id": f"{night:%Y%m%d}000000000000",
        "kind": "请核实",
        "batch_date": night - timedelta(days=7),
        "result": "CONFIRMED_RIGHT",
        "explanation": "样例回复",
        "handled_by": "样例经办",
        "handled_date": night - timedelta(days=1),
    })  # fmt: skip
