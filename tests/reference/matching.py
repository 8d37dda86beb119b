"""Numbers and names once more, slowly: one value at a time, plain Python, only the tables are shared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from matchers.tables import private_use, relations, variants

WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
ODD_DOTS = "\u2022\u2027\u30fb\uff65\u2219\u22c5\u0387\u10fb\u2e31\u3002\uff61\u318d\u119e\ua78f\u1427丶"
WITHIN_WORDS = ("Mn", "Mc", "Me", "Cf", "Cc")
PLAIN_LETTERS = dict(zip("ÆŒØŁĐÐÞẞĦŦ", ("AE", "OE", "O", "L", "D", "D", "TH", "SS", "H", "T"), strict=True))
TITLES = ("MR", "MRS", "MS", "MISS", "MSTR", "MME", "DR", "PROF", "SIR")
LOST_SIGNS = "?□■◇◆〓*\ufffd？＊﹖﹡"


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
    text = _foreign(raw or "")
    text = _with_dots("".join(c for c in text if not _is_unseen(c)))
    text = "".join(private_use().get(character, character) for character in _visible(text))
    text = _foreign(_with_dots("".join("·" if character in ODD_DOTS else character for character in text)))
    return "".join(variants().get(character, character) for character in text)


def _foreign(text: str) -> str:
    """Words of a foreign name, sorted and glued, in plain capitals without titles; any other text as it is."""
    letters = unicodedata.normalize("NFKD", text)
    if not _is_foreign(letters):
        return text
    kept = (c for c in letters if c.isspace() or not (c in "'’‘`´ʼʹ′" or unicodedata.category(c) in WITHIN_WORDS))
    plain = "".join(PLAIN_LETTERS.get(c, c) for c in "".join(kept).upper())
    words = "".join(" " if unicodedata.category(c)[0] in "PS" else c for c in plain).split()
    while len(words) > 2 and words[0] in TITLES:
        words = words[1:]
    while len(words) > 2 and words[-1] in TITLES:
        words = words[:-1]
    return "".join(sorted(words))


def _is_foreign(text: str) -> bool:
    """A Latin, Cyrillic or Greek letter, and beside such letters only accents, blanks and signs of no lost letter."""
    rest = [c for c in text if not unicodedata.name(c, "").startswith(("LATIN ", "CYRILLIC ", "GREEK "))]
    signs = [c for c in rest if c in "ʼʹ" or unicodedata.category(c)[0] in "PSMZ" or c.isspace()]
    unseen = [c for c in rest if unicodedata.category(c) in ("Cc", "Cf") and not c.isspace()]
    return len(rest) < len(text) and len(signs) + len(unseen) == len(rest) and not set(text) & set(LOST_SIGNS)


def _with_dots(text: str) -> str:
    """Parts of a Chinese name divided by one dot, whatever sign was typed."""
    if not any(is_han(character) for character in text):
        return text
    parts = "".join("·" if is_sign(character) else character for character in text).split("·")
    return "·".join(part for part in parts if part)


def is_sign(character: str) -> bool:
    category = unicodedata.category(character)
    is_modifier = "\u02b0" <= character <= "\u02ff"
    return (category[0] in "PS" or category == "Mn" or is_modifier) and character not in LOST_SIGNS


def is_odd_between(text: str) -> bool:
    """Another sign than the dot between two letters, blanks beside it or not."""
    for start, letter in enumerate(text):
        rest = text[start + 1 :].lstrip()
        signs = len(rest) - len(rest.lstrip("".join(c for c in rest if is_sign(c) and c != "·" and not _is_unseen(c))))
        behind = rest[signs:].lstrip()
        if letter.isalpha() and signs and behind[:1].isalpha():
            return True
    return False


def names_relative(whole: str) -> bool:
    """A name of two characters or more, and behind or before it a word for a relative."""
    letters = "".join(character for character in whole if character.isalpha())
    for place, words in relations().items():
        for word in words:
            if place == "before":
                rest = letters.removeprefix(word)
                if len(rest) == len(letters):
                    continue
                candidates = {rest, rest.removeprefix("之"), rest.removeprefix("的")}
                if any(len(other) > 1 and all(map(is_han, other[:2])) for other in candidates):
                    return True
            elif letters.endswith(word):
                rest = letters.removesuffix(word)
                if rest[-1:] in ("之", "的") and _ends_in_name(rest[:-1]):
                    return True
                if place == "after" and _ends_in_name(rest):
                    return True
    return False


def _ends_in_name(text: str) -> bool:
    return len(text) > 1 and all(map(is_han, text[-2:]))


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
