"""One record beside one person: is the person looked at, and how does each field compare."""

import re
from datetime import date

from matchers.tables import glyphs, readings
from schemas.codes import DateLevel, NameLevel, NumberLevel
from tests.reference.faces import PLACEHOLDERS, Asked, Pair, bare, bears, births, names, numbers, sex
from tests.reference.matching import Person, check_character

SAME = ("EQUAL", "VARIANT", "FORMER")
ALIKE = ("HOMOPHONE", "GLYPH", "TRUNCATED", "REORDERED")
HELD = ("EQUAL", "CONVERTED", "FORMER")
LOST = re.compile("[?□■◇◆〓*\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")


def is_repaired(asked: Asked, person: Person) -> bool:
    damaged = asked.has_shape and not asked.has_check
    return damaged and bears(asked, person) and any(is_edit(asked.number, held) for held in numbers(person))


def is_found(asked: Asked, person: Person, *, is_open: bool) -> bool:
    """`is_open`: the number, if there is one, leads to nobody of the name."""
    born = any(day in asked.dates for day in births(person))
    if born and bears(asked, person):
        return True
    if is_open and born and asked.key and any(_is_near(asked.key, bare(n)) for n, _, _ in names(person)):
        return True
    return any(_is_near_number(asked, held, bears_name=bears(asked, person)) for held in numbers(person))


def _is_near_number(asked: Asked, held: str, *, bears_name: bool) -> bool:
    if not asked.has_shape:
        return False
    if not asked.has_check:
        return is_edit(asked.number, held)
    one, other = asked.number[:17], held[:17]
    halves = one[:9] == other[:9] or one[9:] == other[9:] or one[:6] + one[14:] == other[:6] + other[14:]
    crossed = one[:8] + one[9] + one[8] + one[10:] == other
    return crossed or (bears_name and halves) or (asked.is_valid and (one == other or is_next(one, other)))


def _is_near(one: str, other: str) -> bool:
    """Three characters heard alike, or one seen alike: where to look."""
    if not one or not other:
        return False
    heard = all(is_heard(one[place : place + 1], other[place : place + 1]) for place in (0, 1))
    return (heard and is_heard(one[-1], other[-1])) or is_seen(one, other)


def compare(asked: Asked, person: Person) -> Pair:
    held = numbers(person)
    stated = least(DateLevel, [date_level(asked.record.birth_date, born) for born in births(person)])
    pair = Pair(
        person,
        number=least(NumberLevel, [_number_level(asked, n, is_former=former) for n, former in held.items()]),
        name=least(NameLevel, [_name_level(asked, *known) for known in names(person)]),
        date=least(DateLevel, [date_level(day, born) for day in asked.dates for born in births(person)]),
        stated=stated,
        sex=sex_level(asked, person),
        county=_county_level(asked, person),
        is_next=asked.is_valid and any(is_next(asked.number[:17], n[:17]) for n in held),
        is_apart=is_apart(asked, person),
        is_dated=is_dated(asked),
        is_lost=any(LOST.search(known) for known in (asked.name, *(n for n, _, _ in names(person)))),
        dots=any(asked.name == known for known, _, _ in names(person)),
    )
    pair.found = _pass_of(asked, pair)
    return pair


def least(code: type, levels: list[str]) -> str:
    order = [level.value for level in code]
    return min(levels, key=order.index, default="ABSENT")


def _number_level(asked: Asked, held: str, *, is_former: bool) -> str:
    if not asked.has_shape:
        return "ABSENT"
    if asked.number == held:
        return "FORMER" if is_former else "CONVERTED" if asked.is_converted else "EQUAL"
    if not asked.has_check:
        return "REPAIRED" if _is_edit(asked, held) else "OTHER"
    one, other = asked.number[:17], held[:17]
    near = _is_edit(asked, held) or (asked.is_valid and is_next(one, other))
    return "NEIGHBOUR" if near or one[:6] + one[14:] == other[:6] + other[14:] else "OTHER"


def _is_edit(asked: Asked, held: str) -> bool:
    return is_edit(asked.number[:17], held[:17]) if asked.has_check else is_edit(asked.number, held)


def is_edit(one: str, other: str) -> bool:
    """One character replaced or two neighbours changed over."""
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return True
    return (
        len(places) == 2
        and places[1] == places[0] + 1
        and one[places[0]] == other[places[1]]
        and one[places[1]] == other[places[0]]
    )


def is_next(one: str, other: str) -> bool:
    return one[:14] == other[:14] and 1 <= abs(int(one[14:]) - int(other[14:])) <= 2


def _name_level(asked: Asked, held: str, raw: str, is_former: bool) -> str:
    if asked.key == bare(held) and asked.key:
        if is_former:
            return "FORMER"
        return "EQUAL" if asked.raw_name in (raw, held) else "VARIANT"
    return name_level(asked.name, held)


def name_level(one: str, other: str) -> str:
    a, b = bare(one), bare(other)
    if not a or not b:
        return "ABSENT"
    if len(a) == len(b) and all(map(is_heard, a, b)):
        return "HOMOPHONE"
    if is_seen(a, b) or _is_lost(a, b):
        return "GLYPH"
    if _is_cut(one, other) or _is_cut(other, one):
        return "TRUNCATED"
    if sorted(a) == sorted(b) and (
        sorted(one.split("·")) == sorted(other.split("·")) or a[1:] + a[0] == b or b[1:] + b[0] == a or is_edit(a, b)
    ):
        return "REORDERED"
    shorter, longer = sorted((a, b), key=len)
    dropped = [longer[:place] + longer[place + 1 :] for place in range(len(longer))]
    is_one = is_edit(a, b) if len(a) == len(b) else shorter in dropped
    return "ONE_CHARACTER" if is_one else "OTHER"


def is_heard(one: str, other: str) -> bool:
    return one == other or bool(readings().get(one, set()) & readings().get(other, set()))


def is_seen(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(different) == 1 and different[0][1] in glyphs().get(different[0][0], set())


def _is_lost(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    different = [a + b for a, b in zip(one, other, strict=True) if a != b]
    return len(different) < len(one) and all(LOST.search(pair) for pair in different)


def _is_cut(short: str, long: str) -> bool:
    part, whole = bare(short), bare(long)
    if len(part) >= len(whole):
        return False
    return (len(part) >= 2 and part in long.split("·")) or (len(part) >= 4 and whole.startswith(part))


def date_level(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return "ABSENT"
    if one == other:
        return "EQUAL"
    if one.year == other.year and one.month == other.day and one.day == other.month:
        return "DAY_MONTH_SWAPPED"
    same = [one.year == other.year, one.month == other.month, one.day == other.day]
    if same[1] and same[2] and abs(one.year - other.year) == 1:
        return "NEAR_YEAR"
    return "ONE_PART" if sum(same) == 2 else "OTHER"


def sex_level(asked: Asked, person: Person) -> str:
    stated, held = asked.record.sex, sex(person)
    if stated not in ("1", "2") or not held:
        return "ABSENT"
    return "EQUAL" if stated == held else "OTHER"


def _county_level(asked: Asked, person: Person) -> str:
    if not asked.record.county_code or not person.counties:
        return "ABSENT"
    return "EQUAL" if asked.record.county_code in person.counties else "OTHER"


def _pass_of(asked: Asked, pair: Pair) -> str:
    same, alike = pair.name in SAME, pair.name in ALIKE
    if pair.number in HELD:
        if same:
            return "P1" if (pair.number, pair.name) == ("EQUAL", "EQUAL") else "P2"
        return "P4" if alike else "P5"
    if pair.number == "REPAIRED" and (same or alike):
        return "P3"
    if pair.number == "NEIGHBOUR" and (same or (alike and pair.is_next)):
        return "P6"
    if pair.date != "EQUAL":
        return ""
    if same:
        return "P7" if pair.county == "EQUAL" else "P8"
    return "P9" if pair.name in ("HOMOPHONE", "GLYPH") and not asked.is_valid else ""


def is_apart(asked: Asked, person: Person) -> bool:
    """Stated birth date and every one of the person's: no slip of the pen makes one of the other."""
    stated, known = asked.record.birth_date, births(person)
    if stated is None or stated in PLACEHOLDERS:
        return False
    return bool(known) and not any(is_slip(stated, born) for born in known)


def is_slip(stated: date, born: date) -> bool:
    if date_level(stated, born) in ("EQUAL", "DAY_MONTH_SWAPPED", "NEAR_YEAR") or abs((stated - born).days) <= 60:
        return True
    return f"{born:%Y%m%d}" in mistyped(f"{stated:%Y%m%d}")


def mistyped(digits: str) -> set[str]:
    """The digits with one of them another, or two neighbours turned."""
    changed = {digits[:n] + d + digits[n + 1 :] for n in range(len(digits)) for d in "0123456789"}
    return changed | {digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :] for n in range(len(digits) - 1)}


def is_dated(asked: Asked) -> bool:
    """A damaged number that says the stated birth date once its own alone is mended."""
    stated = asked.record.birth_date
    if stated is None or not asked.has_shape or asked.has_check:
        return False
    said, inside = f"{stated:%Y%m%d}", asked.number[6:14]
    mended = asked.number[:6] + said + asked.number[14:17]
    return said != inside and said in mistyped(inside) and check_character(mended) == asked.number[17]
