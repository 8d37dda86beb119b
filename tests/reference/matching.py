"""The matcher said again, slowly: one record at a time, plain Python, only the tables are shared."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from matchers.tables import private_use, variants

WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
ODD_DOTS = "\u2022\u2027\u30fb\uff65\u2219\u22c5\u0387\u10fb\u2e31\u3002\uff61"
STOPS = ".-_\uff0e\ufe52\u2024\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\uff3f\ufe63·"


@dataclass(frozen=True)
class Person:
    person_no: int
    id_number: str
    name: str
    raw_name: str
    former_numbers: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    person_no: int | None
    match_state: str
    match_pass: str
    match_reason: str
    candidates: tuple[int, ...]


def check_character(body: str) -> str:
    """ISO 7064 MOD 11-2: the character that makes the whole weighted sum leave 1."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return next("0123456789X"[value] for value in range(11) if (total + value) % 11 == 1)


def number(raw: str | None) -> str:
    cleaned = clean(raw)
    if not re.fullmatch("[0-9]{15}", cleaned):
        return cleaned
    body = cleaned[:6] + "19" + cleaned[6:]
    return body + check_character(body)


def clean(raw: str | None) -> str:
    return _visible(raw or "").lstrip("'‘’`").replace("x", "X").replace("e", "E")


def is_valid(normalised: str) -> bool:
    if not re.fullmatch("[0-9]{17}[0-9X]", normalised) or not 1800 <= int(normalised[6:10]) <= 2199:
        return False
    try:
        date(int(normalised[6:10]), int(normalised[10:12]), int(normalised[12:14]))
    except ValueError:
        return False
    return normalised[17] == check_character(normalised[:17])


def name(raw: str | None) -> str:
    text = "".join(private_use().get(character, character) for character in _visible(raw or ""))
    text = "".join("·" if character in ODD_DOTS else character for character in text)
    if (raw or "") and any(_is_han(character) for character in text) and not _is_plain(raw or ""):
        text = re.sub(f"[{re.escape(STOPS)}]+", "·", text)
    return "".join(variants().get(character, character) for character in text)


def match(raw_number: str | None, raw_name: str | None, persons: Iterable[Person]) -> Answer:
    written_number, written_name = raw_number or "", raw_name or ""
    swapped = _looks_like_number(written_name) and not _looks_like_number(written_number)
    if swapped:
        written_number, written_name = written_name, written_number
    asked, called = number(written_number), name(written_name)
    if asked == "":
        return Answer(None, "NONE", "", "NO_ID", ())
    if not is_valid(asked):
        return Answer(None, "NONE", "", "BAD_ID", ())
    people = list(persons)
    now = [person for person in people if person.id_number == asked]
    once = [person for person in people if asked in person.former_numbers and person not in now]
    everybody = tuple(sorted(person.person_no for person in now + once))
    if not everybody:
        return Answer(None, "NONE", "", "UNKNOWN_ID", ())
    first = now or once
    fitting = [person for person in now + once if _fits(person, called)]
    if len(first) > 1 or any(person is not first[0] for person in fitting):
        return Answer(None, "AMBIGUOUS", "", "RIVALS", everybody)
    if not fitting:
        reason = "OTHER_NAME" if called.replace("·", "") else "NO_NAME"
        return Answer(None, "AMBIGUOUS", "P5" if reason == "OTHER_NAME" else "", reason, everybody)
    person = fitting[0]
    conversions = ["SWAPPED"] if swapped else []
    conversions += ["ID_15"] if re.fullmatch("[0-9]{15}", clean(written_number)) else []
    conversions += ["ID_WRITING"] if clean(written_number) != written_number else []
    conversions += _name_conversions(person, written_name, called)
    conversions += ["FORMER_ID"] if not now else []
    conversions += ["FORMER_NAME"] if not _same(person.name, called) else []
    return Answer(person.person_no, "MATCHED", "P2" if conversions else "P1", ",".join(conversions), ())


def _name_conversions(person: Person, written: str, called: str) -> list[str]:
    if _same(person.name, called):
        held, raw = person.name, person.raw_name
    else:
        held = raw = min(former for former in person.former_names if _same(former, called))
    if written in (raw, held):
        return []
    has_odd = any(c in ODD_DOTS for c in written) or (
        any(c in STOPS and c != "·" for c in written) and any(_is_han(c) for c in written)
    )
    found = ["NAME_DOT"] if has_odd or called != held else []
    found += ["NAME_VARIANT"] if any(c in variants() for c in written) else []
    return found or ["NAME_WRITING"]


def _fits(person: Person, called: str) -> bool:
    return any(_same(known, called) for known in (person.name, *person.former_names))


def _same(known: str, called: str) -> bool:
    return known.replace("·", "") != "" and known.replace("·", "") == called.replace("·", "")


def _looks_like_number(raw: str) -> bool:
    return len(re.findall(r"\d", raw)) >= 14 and bool(re.fullmatch("[0-9]{17}[0-9X]|[0-9]{15}", clean(raw)))


def _visible(text: str) -> str:
    for _ in range(2):
        text = unicodedata.normalize("NFKC", "".join(c for c in text if not _is_unseen(c)))
    return text


def _is_unseen(character: str) -> bool:
    point = ord(character)
    return (
        character.isspace()
        or unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc", "Cf"}
        or 0xFE00 <= point <= 0xFE0F
        or 0xE0100 <= point <= 0xE01EF
    )


def _is_han(character: str) -> bool:
    point = ord(character)
    return 0x3400 <= point <= 0x9FFF or 0x20000 <= point <= 0x3FFFF or point == 0x3007


def _is_plain(text: str) -> bool:
    return all(0x4E00 <= ord(c) <= 0x9FFF or c == "·" for c in text)
