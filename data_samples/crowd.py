"""The traces of ordinary lives: which records the crowd leaves in the files of which night."""

from datetime import date, timedelta
from random import Random
from typing import Any

from data_samples.people import Person

NIGHTS = (date(2024, 3, 18), date(2024, 3, 19), date(2024, 3, 20))
RETIRED_DELIVERY = date(2022, 12, 20)
Row = dict[str, Any]
Placed = tuple[date, Person, Row]  # night, person, what the record says (with its feed)

# share of the crowd, what they do; the shares make about four of five pass without being troubled
_WAYS = (
    (0.27, "hospital"), (0.03, "new_card"), (0.18, "vaccinated"), (0.14, "traveller"), (0.13, "two_visits"), (0.05, "self"),
    (0.04, "visited"), (0.05, "pharmacy_only"), (0.06, "long_ago"), (0.05, "nothing"),
)  # fmt: skip


def live(random: Random, people: tuple[Person, ...]) -> list[Placed]:
    """Every record of the crowd, in the order of the persons."""
    return [placed for person in people for placed in _life(random, person)]


def _life(random: Random, person: Person) -> list[Placed]:
    way = random.choices([name for _, name in _WAYS], [share for share, _ in _WAYS])[0]
    night = random.choices(NIGHTS, (0.8, 0.1, 0.1))[0]
    rows = _TRACES[way](random, night)
    if random.random() < 0.35:
        rows = [*rows, _pharmacy(_before(random, night, 60))]
    if random.random() < 0.10:
        rows = [*rows, {"feed": "nucleic_acid", "event_code": "NUCLEIC_ACID_SAMPLING", "event_date": _late_2022(random)}]
    return [(RETIRED_DELIVERY if row["feed"] == "nucleic_acid" else night, person, row) for row in rows]


def _before(random: Random, night: date, days: int) -> date:
    return night - timedelta(days=random.randint(2, days))


def _late_2022(random: Random) -> date:
    return date(2022, 12, random.randint(1, 18))


def _hospital(random: Random, night: date) -> list[Row]:
    left = _before(random, night, 160)
    came = left - timedelta(days=random.randint(3, 12))
    return [{"feed": "medical", "event_code": "INPATIENT", "qualifier_code": "ALIVE", "event_date": came, "end_date": left}]


def _vaccinated(random: Random, night: date) -> list[Row]:
    return [{"feed": "vaccination", "event_code": "VACCINATION", "event_date": _before(random, night, 160)}]


def _traveller(random: Random, night: date) -> list[Row]:
    code = random.choice(("TRIP_RAIL", "TRIP_RAIL", "TRIP_AIR"))
    sold = _before(random, night, 30)
    return [
        {"feed": "transport", "event_code": code, "qualifier_code": "BOARDED", "event_date": _before(random, night, 160)},
        {"feed": "transport", "event_code": "TRIP_RAIL", "qualifier_code": random.choice(("SOLD", "REFUNDED")), "event_date": sold},
    ]


def _two_visits(random: Random, night: date) -> list[Row]:
    visit = _before(random, night, 90)
    trip = visit - timedelta(days=random.randint(5, 50))
    return [
        {"feed": "medical", "event_code": "OUTPATIENT", "event_date": visit, "end_date": visit},
        {"feed": "transport", "event_code": "TRIP_COACH", "qualifier_code": "BOARDED", "event_date": trip},
    ]


def _new_card(random: Random, night: date) -> list[Row]:
    return [{"feed": "public_security", "event_code": "ID_CARD_ISSUED", "event_date": _before(random, night, 160)}]


def _self(random: Random, night: date) -> list[Row]:
    passed = _before(random, night, 120)
    failed = passed - timedelta(days=1)
    rows = [{"feed": "self_certification", "event_code": "FACE", "qualifier_code": "PASSED", "event_date": passed}]
    if random.random() < 0.3:
        rows.append({"feed": "self_certification", "event_code": "FACE", "qualifier_code": "FAILED", "event_date": failed})
    return rows


def _visited(random: Random, night: date) -> list[Row]:
    seen = _before(random, night, 120)
    return [{"feed": "field_visit", "event_code": "VISIT", "qualifier_code": "SEEN_ALIVE", "event_date": seen}]


def _pharmacy(day: date) -> Row:
    return {"feed": "medical", "event_code": "PHARMACY", "event_date": day, "end_date": day}


def _pharmacy_only(random: Random, night: date) -> list[Row]:
    return [_pharmacy(_before(random, night, 90)) for _ in range(3)] + _long_ago(random, night)


def _long_ago(random: Random, night: date) -> list[Row]:
    """Last seen ten to fifteen months ago: due soon under a yearly cycle, or overdue."""
    seen = night - timedelta(days=random.randint(300, 450))
    return [{"feed": "vaccination", "event_code": "VACCINATION", "event_date": seen}]


def _nothing(random: Random, night: date) -> list[Row]:
    return []


_TRACES = {
    "hospital": _hospital, "new_card": _new_card, "vaccinated": _vaccinated, "traveller": _traveller, "two_visits": _two_visits, "self": _self,
    "visited": _visited, "pharmacy_only": _pharmacy_only, "long_ago": _long_ago, "nothing": _nothing,
}  # fmt: skip


def live_unknown(random: Random, strangers: tuple[Person, ...]) -> list[Placed]:
    """Whom the registry does not know: every agency also reports its other citizens."""
    return [(NIGHTS[step % 3], person, _of_a_stranger(random, NIGHTS[step % 3], step)) for step, person in enumerate(strangers)]


def _of_a_stranger(random: Random, night: date, step: int) -> Row:
    feed, code, qualifier = _STRANGERS[step // 3 % len(_STRANGERS)]
    day = _before(random, night, 20)
    row = {"feed": feed, "event_code": code, "qualifier_code": qualifier, "event_date": day}
    if feed == "medical":
        row["end_date"] = day
    return row | ({"end_date": date(day.year + 2, day.month, min(day.day, 28))} if feed == "justice" else {})


_STRANGERS = (
    ("civil_affairs", "CREMATION", ""), ("civil_affairs", "MARRIAGE", ""), ("health", "DEATH_CERTIFICATE", ""),
    ("public_security", "HUKOU_CANCELLED_DEATH", ""), ("public_security", "ID_CARD_ISSUED", ""), ("justice", "PRISON_TERM", ""),
    ("transport", "TRIP_RAIL", "BOARDED"), ("medical", "OUTPATIENT", ""), ("vaccination", "VACCINATION", ""),
)  # fmt: skip
