"""One record beside one person: is the person looked at, and how does each field compare."""

import re
from datetime import date

from matchers.tables import glyphs, readings
from schemas.codes import DateLevel, NameLevel, NumberLevel
from tests.reference.identity_variants import PLACEHOLDERS, Pair, ReadRecord, bare, bears, births, names, numbers, sex
from tests.reference.matching import Person, check_character, names_relative

SAME = ("EQUAL", "VARIANT", "FORMER")
ALIKE = ("HOMOPHONE", "GLYPH", "TRUNCATED", "REORDERED")
HELD = ("EQUAL", "CONVERTED", "FORMER")
LOST = re.compile("[?□■◇◆〓*\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")


def is_repaired(read: ReadRecord, person: Person) -> bool:
    damaged = read.has_shape and not read.has_check
    return damaged and bears(read, person) and any(is_edit(read.number, registered) for registered in numbers(person))


def is_found(read: ReadRecord, person: Person, *, is_open: bool) -> bool:
    """`is_open`: the number, if there is one, leads to nobody of the name."""
    born = any(day in read.dates for day in births(person))
    if born and bears(read, person):
        return True
    if is_open and born and read.key and any(_is_near(read.key, bare(n)) for n, _, _ in names(person)):
        return True
    return any(_is_near_number(read, registered, bears_name=bears(read, person)) for registered in numbers(person))


def _is_near_number(read: ReadRecord, registered: str, *, bears_name: bool) -> bool:
    if not read.has_shape:
        return False
    if not read.has_check:
        return is_edit(read.number, registered)
    one, other = read.number[:17], registered[:17]
    halves = one[:9] == other[:9] or one[9:] == other[9:] or one[:6] + one[14:] == other[:6] + other[14:]
    crossed = one[:8] + one[9] + one[8] + one[10:] == other
    return crossed or (bears_name and halves) or (read.is_valid and (one == other or is_next(one, other)))


def _is_near(one: str, other: str) -> bool:
    """Three characters heard alike, or one seen alike: where to look."""
    if not one or not other:
        return False
    heard = all(is_heard(one[place : place + 1], other[place : place + 1]) for place in (0, 1))
    return (heard and is_heard(one[-1], other[-1])) or is_seen(one, other)


def compare(read: ReadRecord, person: Person) -> Pair:
    registered = numbers(person)
    stated = least(DateLevel, [date_level(read.record.birth_date, born) for born in births(person)])
    pair = Pair(
        person,
        number=least(NumberLevel, [_number_level(read, n, is_former=former) for n, former in registered.items()]),
        name=least(NameLevel, [_name_level(read, *known) for known in names(person)]),
        date=least(DateLevel, [date_level(day, born) for day in read.dates for born in births(person)]),
        stated=stated,
        sex=sex_level(read, person),
        county=_county_level(read, person),
        is_next=read.is_valid and any(is_next(read.number[:17], n[:17]) for n in registered),
        is_apart=is_apart(read, person),
        fits_stated_date=fits_stated_date(read),
        is_lost=any(LOST.search(known) for known in (read.name, *(n for n, _, _ in names(person)))),
        dots=any(read.name == known for known, _, _ in names(person)),
    )
    pair.found = _pass_of(read, pair)
    return pair


def least(code: type, levels: list[str]) -> str:
    order = [level.value for level in code]
    return min(levels, key=order.index, default="ABSENT")


def _number_level(read: ReadRecord, registered: str, *, is_former: bool) -> str:
    if not read.has_shape:
        return "ABSENT"
    if read.number == registered:
        return "FORMER" if is_former else "CONVERTED" if read.is_converted else "EQUAL"
    if not read.has_check:
        return "REPAIRED" if _is_edit(read, registered) else "OTHER"
    one, other = read.number[:17], registered[:17]
    near = _is_edit(read, registered) or (read.is_valid and is_next(one, other))
    return "NEIGHBOUR" if near or one[:6] + one[14:] == other[:6] + other[14:] else "OTHER"


def _is_edit(read: ReadRecord, registered: str) -> bool:
    return is_edit(read.number[:17], registered[:17]) if read.has_check else is_edit(read.number, registered)


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


def _name_level(read: ReadRecord, registered: str, raw: str, is_former: bool) -> str:
    if read.key == bare(registered) and read.key:
        if is_former:
            return "FORMER"
        return "EQUAL" if read.raw_name in (raw, registered) else "VARIANT"
    return name_level(read.name, registered)


def name_level(one: str, other: str) -> str:
    """`one` is the record's name: only it may be the shorter."""
    a, b = bare(one), bare(other)
    if names_relative(one) or names_relative(other):
        return "OTHER"
    if all(map(LOST.search, a)) or all(map(LOST.search, b)):
        return "ABSENT"
    if len(a) == len(b) and all(map(is_heard, a, b)):
        return "HOMOPHONE"
    if is_seen(a, b) or _is_lost(a, b):
        return "GLYPH"
    if _is_cut(one, other):
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
    at_least = 16 if re.search("[A-Za-z\u00c0-\u024f\u0370-\u052f]", whole) else 4
    return (len(part) >= 2 and part in long.split("·")) or (len(part) >= at_least and whole.startswith(part))


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


def sex_level(read: ReadRecord, person: Person) -> str:
    stated, registered = read.record.sex, sex(person)
    if stated not in ("1", "2") or not registered:
        return "ABSENT"
    return "EQUAL" if stated == registered else "OTHER"


def _county_level(read: ReadRecord, person: Person) -> str:
    if not read.record.county_code or not person.counties:
        return "ABSENT"
    return "EQUAL" if read.record.county_code in person.counties else "OTHER"


def _pass_of(read: ReadRecord, pair: Pair) -> str:
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
    return "P9" if pair.name in ("HOMOPHONE", "GLYPH") and not read.is_valid else ""


def is_apart(read: ReadRecord, person: Person) -> bool:
    """Stated birth date and every one of the person's: no slip of the pen makes one of the other."""
    stated, known = read.record.birth_date, births(person)
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


def fits_stated_date(read: ReadRecord) -> bool:
    """Whether a damaged number passes its check with the stated birth date, a slip of its own, in place of its own."""
    stated = read.record.birth_date
    if stated is None or not read.has_shape or read.has_check:
        return False
    day, inside = f"{stated:%Y%m%d}", read.number[6:14]
    mended = read.number[:6] + day + read.number[14:17]
    return day != inside and day in mistyped(inside) and check_character(mended) == read.number[17]
