"""The invented persons: the cast of `cast.yaml`, and a crowd around them drawn from a fixed seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

HERE = Path(__file__).parent
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙朱马胡郭何高罗林"
_MIDDLE = "例样拟虚"
_LAST = "春夏秋冬山川田禾松柏梅兰竹菊云霞雨雪星月金木水火土石玉珠江河湖海东西南北安宁和平"
# where a number was first assigned: the elderly carry the code of a county that was renumbered since
RETIRED_COUNTY = {"621022": "622822", "620524": "622528"}
COUNTIES = ("621022", "620102", "622926", "620524", "622921")
_PROGRAMMES = ("RESIDENT_PENSION",) * 6 + ("EMPLOYEE_PENSION",) * 3 + ("WORK_INJURY", "UNEMPLOYMENT", "DEPENDANT")
_MONTHLY_FEN = {
    "RESIDENT_PENSION": 14_500, "EMPLOYEE_PENSION": 312_000, "WORK_INJURY": 268_000, "UNEMPLOYMENT": 158_500,
    "DEPENDANT": 96_000,
}  # fmt: skip
_NOT_PAID = ("NOT_DRAWING",) * 8 + ("TERMINATED",) * 5 + ("SUSPENDED",) * 2


@dataclass(frozen=True, slots=True)
class Entitlement:
    programme_code: str
    county_code: str
    first_payment_date: date | None
    monthly_fen: int
    payment_state: str = "DRAWING"


@dataclass(frozen=True, slots=True)
class Person:
    """`records` maps a night to what that night's files say of the person; the crowd has no role."""

    person_no: int
    name: str
    sex: str
    birth_date: date
    id_number: str
    registry_number: str
    entitlements: tuple[Entitlement, ...]
    records: dict[date, list[dict[str, Any]]]
    phone: str = ""
    group: str = "GENERAL"
    ethnicity: str = "01"
    former_id_number: str = ""
    former_name: str = ""
    role: str = ""
    proves: str = ""

    @property
    def county_code(self) -> str:
        return self.entitlements[0].county_code


def id_number(county: str, birth: date, sequence: int) -> str:
    """An 18-character number with a valid check character; sequences from 900 up are hardly ever assigned."""
    body = f"{county}{birth:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


def check_character(body: str) -> str:
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def short_number(number: str) -> str:
    """The same number as it was written before 1999: two-digit year, no check character."""
    return number[:6] + number[8:17]


def fake_phone(person_no: int) -> str:
    """No mobile number begins with 100000."""
    return f"100000{person_no:05d}"


def read_cast() -> tuple[Person, ...]:
    return tuple(_cast_member(item) for item in yaml.safe_load((HERE / "cast.yaml").read_text(encoding="utf-8")))


def _cast_member(item: dict[str, Any]) -> Person:
    who = dict(item["who"])
    person_no, origin, birth = item["person_no"], who.pop("id_county"), who["birth_date"]
    number = id_number(origin, birth, who.pop("sequence"))
    former = who.pop("former_sequence", None)
    return Person(
        person_no=person_no,
        id_number=number,
        registry_number=short_number(number) if who.pop("registry_digits", 18) == 15 else number,
        former_id_number=id_number(origin, birth, former) if former else "",
        phone=fake_phone(person_no) if who.pop("has_phone", True) else "",
        entitlements=tuple(Entitlement(**entitlement) for entitlement in item["entitlements"]),
        records=item.get("records") or {},
        role=item["role"],
        proves=item["proves"],
        **who,
    )


def draw_crowd(random: Random, *, first_no: int, size: int) -> tuple[Person, ...]:
    """Ordinary persons without records; `crowd.py` gives each the traces of an ordinary life."""
    return tuple(_passer_by(random, first_no + step) for step in range(size))


def _passer_by(random: Random, person_no: int) -> Person:
    sex = random.choice("12")
    county = random.choice(COUNTIES)
    programme = random.choice(_PROGRAMMES)
    birth = _birth(random, programme)
    origin = RETIRED_COUNTY.get(county, county) if birth.year < 1980 else county
    number = id_number(origin, birth, 900 + 2 * (person_no % 45) + (sex == "1"))
    return Person(
        person_no=person_no,
        name=random.choice(_SURNAMES) + random.choice(_MIDDLE) + random.choice(_LAST),
        sex=sex,
        birth_date=birth,
        id_number=number,
        registry_number=number,
        entitlements=_entitlements(random, programme, county, birth),
        records={},
        phone=fake_phone(person_no) if random.random() < 0.85 else "",
        ethnicity=random.choice(("26", "03", "01")) if county == "622926" else "01",
    )


def _birth(random: Random, programme: str) -> date:
    years = {"DEPENDANT": (2009, 2015), "UNEMPLOYMENT": (1975, 1995), "WORK_INJURY": (1962, 1985)}
    first, last = years.get(programme, (1936, 1962))
    return date(random.randint(first, last), 1, 1) + timedelta(days=random.randrange(365))


def _entitlements(random: Random, programme: str, county: str, birth: date) -> tuple[Entitlement, ...]:
    state = random.choice(_NOT_PAID) if random.random() < 0.06 else "DRAWING"
    since = None if state == "NOT_DRAWING" else _first_payment(random, programme, birth)
    first = Entitlement(programme, county, since, _MONTHLY_FEN[programme], state)
    if programme != "RESIDENT_PENSION" or random.random() > 0.15:
        return (first,)
    return first, Entitlement("WORK_INJURY", county, since, _MONTHLY_FEN["WORK_INJURY"], state)


def _first_payment(random: Random, programme: str, birth: date) -> date:
    if programme in ("UNEMPLOYMENT", "WORK_INJURY", "DEPENDANT"):
        return date(2022 if programme != "UNEMPLOYMENT" else 2023, random.randint(1, 12), 1)
    return date(min(birth.year + 60, 2022), birth.month, 1)
