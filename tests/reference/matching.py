"""Numbers and names once more, slowly: one value at a time, plain Python, only the tables are shared."""

import re
import unicodedata
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
    sex: str | None = None
    birth_date: date | None = None
    former_numbers: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    id_number: str | None
    name: str | None
    birth_date: date | None = None
    sex: str | None = None
    county_code: str = ""


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
    bare = _visible(raw or "").lstrip("='\"‘’“”`").rstrip("'\"‘’“”`").replace("x", "X").replace("e", "E")
    head, point, zeros = bare.partition(".")
    if point and zeros and set(zeros) == {"0"} and re.fullmatch("[0-9]{15}|[0-9]{17}[0-9X]", head):
        bare = head
    return bare[:17] + "X" if re.fullmatch("[0-9]{17}[хХχΧ×✕✖]", bare) else bare


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
    if (raw or "") and any(is_han(character) for character in text) and not _is_plain(raw or ""):
        text = re.sub(f"[{re.escape(STOPS)}]+", "·", text)
    return "".join(variants().get(character, character) for character in text)


def looks_like_number(raw: str) -> bool:
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


def is_han(character: str) -> bool:
    point = ord(character)
    return 0x3400 <= point <= 0x9FFF or 0x20000 <= point <= 0x3FFFF or point == 0x3007


def _is_plain(text: str) -> bool:
    return all(0x4E00 <= ord(c) <= 0x9FFF or c == "·" for c in text)
