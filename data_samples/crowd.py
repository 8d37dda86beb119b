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
    (0.31, "hospital"), (0.03, "new_card"), (0.18, "vaccinated"), (0.14, "traveller"), (0.13, "two_visits"),
    (0.05, "self"), (0.04, "visited"), (0.04, "pharmacy_only"), (0.05, "long_ago"), (0.03, "nothing"),
)  # fmt: skip
# rows about people the registry does not know, on the first night and on each later one: as in earnest, most of a file
# is about others, and a file does not shrink because it brings no history
_UNKNOWN = {
    ("civil_affairs", "CREMATION", ""): (6, 4), ("civil_affairs", "BURIAL", ""): (5, 3),
    ("civil_affairs", "MARRIAGE", ""): (8, 8), ("health", "DEATH_CERTIFICATE", ""): (3, 5),
    ("public_security", "HUKOU_CANCELLED_DEATH", ""): (3, 6), ("public_security", "ID_CARD_ISSUED", ""): (4, 9),
    ("justice", "PRISON_TERM", ""): (3, 5), ("transport", "TRIP_RAIL", "BOARDED"): (8, 80),
    ("medical", "OUTPATIENT", ""): (10, 70), ("medical", "PHARMACY", ""): (20, 80),
    ("vaccination", "VACCINATION", ""): (6, 55),
}  # fmt: skip


def live(random: Random, people: tuple[Person, ...]) -> list[Placed]:
    """Every record of the crowd, in the order of the persons."""
    return [placed for person in people for placed in _life(random, person)]


def live_unknown(random: Random, strangers: tuple[Person, ...]) -> list[Placed]:
    """Every agency also reports its other citizens."""
    return [
        _of_a_stranger(random, random.choice(strangers), night, kind)
        for night in NIGHTS
        for kind, (first, later) in _UNKNOWN.items()
        for _ in range(first if night == NIGHTS[0] else later)
    ]


def _of_a_stranger(random: Random, person: Person, night: date, kind: tuple[str, str, str]) -> Placed:
    feed, code, qualifier = kind
    day = _before(random, night, 20)
    end = {"medical": day, "justice": day + timedelta(days=730)}.get(feed)
    return night, person, _row(feed, code, day, qualifier=qualifier, end=end)


def _row(feed: str, code: str, day: date, *, qualifier: str = "", end: date | None = None) -> Row:
    return {"feed": feed, "event_code": code, "qualifier_code": qualifier, "event_date": day, "end_date": end}


def _life(random: Random, person: Person) -> list[Placed]:
    way = random.choices([name for _, name in _WAYS], [share for share, _ in _WAYS])[0]
    night = random.choices(NIGHTS, (1, 1, 1) if way in ("self", "visited") else (8, 1, 1))[0]
    rows = [(night, person, row) for row in _TRACES[way](random, night)]
    if random.random() < 0.35:
        rows.append((night, person, _pharmacy(_before(random, night, 60))))
    if random.random() < 0.10:
        sampled = date(2022, 12, random.randint(1, 18))
        rows.append((RETIRED_DELIVERY, person, _row("nucleic_acid", "NUCLEIC_ACID_SAMPLING", sampled)))
    return rows


def _before(random: Random, night: date, days: int) -> date:
    return night - timedelta(days=random.randint(2, days))


def _hospital(random: Random, night: date) -> list[Row]:
    left = _before(random, night, 160)
    came = left - timedelta(days=random.randint(3, 12))
    return [_row("medical", "INPATIENT", came, qualifier="ALIVE", end=left)]


def _new_card(random: Random, night: date) -> list[Row]:
    return [_row("public_security", "ID_CARD_ISSUED", _before(random, night, 160))]


def _vaccinated(random: Random, night: date) -> list[Row]:
    return [_row("vaccination", "VACCINATION", _before(random, night, 160))]


def _traveller(random: Random, night: date) -> list[Row]:
    code = random.choice(("TRIP_RAIL", "TRIP_RAIL", "TRIP_AIR"))
    unused = random.choice(("SOLD", "REFUNDED"))
    return [
        _row("transport", code, _before(random, night, 160), qualifier="BOARDED"),
        _row("transport", "TRIP_RAIL", _before(random, night, 30), qualifier=unused),
    ]


def _two_visits(random: Random, night: date) -> list[Row]:
    visit = _before(random, night, 90)
    trip = visit - timedelta(days=random.randint(5, 50))
    return [
        _row("medical", "OUTPATIENT", visit, end=visit),
        _row("transport", "TRIP_COACH", trip, qualifier="BOARDED"),
    ]


def _self(random: Random, night: date) -> list[Row]:
    passed = _before(random, night, 120)
    rows = [_row("self_certification", "FACE", passed, qualifier="PASSED")]
    if random.random() < 0.3:
        rows.append(_row("self_certification", "FACE", passed - timedelta(days=1), qualifier="FAILED"))
    return rows


def _visited(random: Random, night: date) -> list[Row]:
    return [_row("field_visit", "VISIT", _before(random, night, 120), qualifier="SEEN_ALIVE")]


def _pharmacy(day: date) -> Row:
    return _row("medical", "PHARMACY", day, end=day)


def _pharmacy_only(random: Random, night: date) -> list[Row]:
    return [_pharmacy(_before(random, night, 90)) for _ in range(3)] + _long_ago(random, night)


def _long_ago(random: Random, night: date) -> list[Row]:
    """Last seen ten to fifteen months ago: due soon under a yearly cycle, or overdue."""
    return [_row("vaccination", "VACCINATION", night - timedelta(days=random.randint(300, 450)))]


def _nothing(random: Random, night: date) -> list[Row]:
    """No trace; some were called on and not found, which is a contact attempt and nothing else."""
    if random.random() < 0.5:
        return []
    return [_row("field_visit", "VISIT", _before(random, night, 30), qualifier="NOT_FOUND")]


_TRACES = {
    "hospital": _hospital, "new_card": _new_card, "vaccinated": _vaccinated, "traveller": _traveller,
    "two_visits": _two_visits, "self": _self, "visited": _visited, "pharmacy_only": _pharmacy_only,
    "long_ago": _long_ago, "nothing": _nothing,
}  # fmt: skip
