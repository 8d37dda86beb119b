"""A record as read and a person as they may stand in one, for the obvious matcher."""

import re
from dataclasses import dataclass, field
from datetime import date

from tests.reference.matching import (
    Person,
    Record,
    check_character,
    clean,
    is_valid,
    looks_like_number,
    name,
    names_relative,
    number,
)

PLACEHOLDERS = (date(1900, 1, 1), date(1970, 1, 1), date(9999, 12, 31))


@dataclass
class Pair:
    person: Person
    number: str
    name: str
    date: str
    stated: str
    sex: str
    county: str
    is_next: bool
    dots: bool
    is_apart: bool
    fits_stated_date: bool
    is_lost: bool
    found: str = ""
    weight: float = 0.0
    posterior: float = 0.0
    is_linked: bool = False
    others_born_then: bool = False

    @property
    def is_contradicted(self) -> bool:
        if self.found == "P3" and self.fits_stated_date and self.stated != "EQUAL":
            return True
        return self.is_apart or self.others_born_then or (self.stated == "OTHER" and self.sex == "OTHER")


@dataclass
class ReadRecord:
    """A record as read."""

    record: Record
    raw_number: str = ""
    raw_name: str = ""
    swapped: bool = False
    number: str = ""
    name: str = ""
    dates: list[date] = field(default_factory=list)

    def __post_init__(self) -> None:
        written, written_name = self.record.id_number or "", self.record.name or ""
        self.swapped = looks_like_number(written_name) and not looks_like_number(written)
        self.raw_number, self.raw_name = (written_name, written) if self.swapped else (written, written_name)
        self.number, self.name = number(self.raw_number), name(self.raw_name)
        inside = [day] if self.has_shape and (day := date_in(self.number)) else []
        self.dates = [day for day in (self.record.birth_date, *inside) if day]

    @property
    def key(self) -> str:
        return "" if names_relative(self.name) else bare(self.name)

    @property
    def has_shape(self) -> bool:
        return bool(re.fullmatch("[0-9]{17}[0-9X]", self.number))

    @property
    def has_check(self) -> bool:
        return self.has_shape and check_character(self.number[:17]) == self.number[17]

    @property
    def is_valid(self) -> bool:
        return is_valid(self.number)

    @property
    def is_converted(self) -> bool:
        return self.swapped or self.is_old or clean(self.raw_number) != self.raw_number

    @property
    def is_old(self) -> bool:
        return bool(re.fullmatch("[0-9]{15}", clean(self.raw_number)))


def bare(known: str) -> str:
    return known.replace("·", "")


def date_in(whole: str) -> date | None:
    try:
        year, month, day = int(whole[6:10]), int(whole[10:12]), int(whole[12:14])
        return date(year, month, day) if 1800 <= year <= 2199 else None
    except ValueError:
        return None


def numbers(person: Person) -> dict[str, bool]:
    """Valid number → is it only a former one."""
    registered = {former: True for former in person.former_numbers if is_valid(former)}
    return registered | ({person.id_number: False} if is_valid(person.id_number) else {})


def names(person: Person) -> list[tuple[str, str, bool]]:
    """(name, as written, is it a former one): one per name, dots apart."""
    known = {bare(former): (former, former, True) for former in sorted(person.former_names, reverse=True)}
    known[bare(person.name)] = (person.name, person.raw_name, False)
    return list(known.values())


def births(person: Person) -> list[date]:
    """The date on file and the one in the number, which does not count where it is another generation's."""
    inside, on_file = date_in(person.id_number) if is_valid(person.id_number) else None, person.birth_date
    known = [on_file] if on_file and inside and is_generation(inside, on_file) else [on_file, inside]
    return list(dict.fromkeys(day for day in known if day))


def is_generation(one: date, other: date) -> bool:
    """Ten years or more, by more than one digit or a turn in the year; neither is written where no date is known."""
    if one in PLACEHOLDERS or other in PLACEHOLDERS:
        return False
    a, b = str(one.year), str(other.year)
    wrong = [place for place in range(4) if a[place] != b[place]]
    is_turned = (
        len(wrong) == 2 and wrong[1] == wrong[0] + 1 and [a[p] for p in wrong] == [b[p] for p in reversed(wrong)]
    )
    is_slip = (one.month, one.day) == (other.month, other.day) and (len(wrong) <= 1 or is_turned)
    return abs(one.year - other.year) >= 10 and not is_slip


def sex(person: Person) -> str:
    if person.sex in ("1", "2"):
        return str(person.sex)
    return ("1" if int(person.id_number[16]) % 2 else "2") if is_valid(person.id_number) else ""


def bears(read: ReadRecord, person: Person) -> bool:
    return bool(read.key) and any(bare(known) == read.key for known, _, _ in names(person))
