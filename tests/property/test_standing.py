"""Links that stand equal links matched anew: nights of a small registry that changes, derived both ways."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.resolved.step import RESOLVED
from schemas.codes import MatchAnswer
from schemas.emit.to_arrow import validated_schema
from schemas.tables import ALIAS, CANDIDATE, DELIVERY, FORMER_IDENTITY, ISSUE, LINK, PERSON
from tests.derived import AS_OF, derive, row, rows_of, shipped_contracts
from tests.examples import costly
from tests.property.test_matching import NAMES, NUMBERS, damaged

COUNTIES = ("622822", "621022")
KEPT = (LINK, PERSON, ALIAS, FORMER_IDENTITY)
COMPARED = (*KEPT, CANDIDATE, ISSUE)
NIGHTS = 2
FEEDS = ("transport", "civil_affairs", "public_security", "field_visit", "population_register")
BORN = [None, date(1940, 2, 15), date(1940, 2, 5), date(1970, 2, 6)]
# a few keys, so that they come again, of the same person or of another
KEYS = st.sampled_from("abcdef")
NUMBER, NAME = st.sampled_from(NUMBERS[:16]), st.sampled_from(NAMES[:14])
Row = dict[str, Any]


@st.composite
def insured(draw: st.DrawFn, person_no: int) -> Row:
    return {
        "person_no": person_no, "id_number": draw(NUMBER), "name": draw(NAME), "sex": draw(st.sampled_from("12")),
        "birth_date": draw(st.sampled_from([None, None, *BORN])), "county_code": draw(st.sampled_from(COUNTIES)),
        "programme_code": "RESIDENT_PENSION", "payment_state": "DRAWING",
        "former_id_number": draw(st.one_of(*[st.none()] * 4, NUMBER)),
        "former_name": draw(st.one_of(*[st.none()] * 4, NAME)),
    }  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, registry: list[Row]) -> list[Row]:
    """The registry of the next night: most persons as they were, some otherwise, gone or new."""
    kept = []
    for one in registry:
        fate = draw(st.sampled_from(["same", "same", "same", "other", "number", "gone"]))
        if fate == "other":
            kept.append(draw(insured(one["person_no"])))
        elif fate != "gone":
            kept.append(one | ({"id_number": draw(NUMBER)} if fate == "number" else {}))
    return kept + ([draw(insured(max((one["person_no"] for one in registry), default=0) + 1))] * draw(st.booleans()))


@st.composite
def records(draw: st.DrawFn, feed: str, registry: list[Row], day: date) -> Row:
    """A record of a person of the registry, mostly as the registry has the person, or of somebody else."""
    person = draw(st.sampled_from(registry)) if registry and draw(st.integers(0, 3)) else None
    number, name = (person["id_number"], person["name"]) if person else (draw(NUMBER), draw(NAME))
    events = {
        "transport": ("TRIP_RAIL", "BOARDED"), "civil_affairs": ("CREMATION", ""),
        "public_security": ("ID_CHANGED", ""), "field_visit": ("VISIT", "SEEN_ALIVE"),
        "population_register": ("CANCELLED_DEATH", ""),
    }  # fmt: skip
    known = {
        "record_id": draw(KEYS), "name": name, "id_number": number, "county_code": draw(st.sampled_from(COUNTIES)),
        "event_date": day - timedelta(days=draw(st.integers(0, 2))),
        "event_code": events[feed][0], "qualifier_code": events[feed][1], "is_revoked": draw(st.integers(0, 9)) == 0,
        "person_no": draw(st.sampled_from([person["person_no"] if person else None, 1, 2, 9])),
    }  # fmt: skip
    if not draw(st.booleans()):
        known |= {
            "name": draw(NAME), "id_number": draw(damaged(number)), "birth_date": draw(st.sampled_from(BORN)),
            "sex": draw(st.sampled_from(["1", "2", None])),
            "former_id_number": draw(st.one_of(st.none(), NUMBER)), "former_name": draw(st.one_of(st.none(), NAME)),
        }  # fmt: skip
    names = validated_schema(shipped_contracts()[feed]).names
    return {column: value for column, value in known.items() if column in names}


class World:
    """Deliveries so far and what the last night derived."""

    def __init__(self) -> None:
        self.deliveries: list[Row] = []
        self.feeds: dict[str, list[Row]] = {}
        self.kept: dict[Any, list[Row]] = {}

    def deliver(self, feed: str, rows: list[Row], day: date, night: int) -> None:
        number = f"{feed}{night}"
        names = validated_schema(shipped_contracts()[feed]).names
        source = {"delivery_id": number, "business_date": day, "known_from": night}
        blank = {name: {"is_suspected": False, "is_revoked": False}.get(name) for name in names}
        whole = [blank | source | {"record_no": place} | one for place, one in enumerate(rows, 1)]
        self.feeds.setdefault(feed, []).extend(whole)
        counties = ",".join(sorted({one["county_code"] for one in rows if one.get("county_code")}))
        self.deliveries.append(
            row(
                DELIVERY, delivery_id=number, feed=feed, business_date=day, known_from=night, accepted=len(rows),
                county_codes=counties,
            )
        )  # fmt: skip

    def derive(self, day: date, night: int, *, stands: bool) -> dict[Any, list[Row]]:
        tables = {DELIVERY: self.deliveries} | (self.kept if stands else {})
        derived = derive(RESOLVED, tables, feeds=self.feeds, as_of=day, run_no=night, stands=lambda: stands)
        return {table: rows_of(derived, table) for table in COMPARED}


def answers(derived: dict[Any, list[Row]], data: st.DataObject, day: date) -> list[Row]:
    """Answers of an office about some of the records that speak for loss."""
    reviews = sorted({one["review_id"] for one in derived.get(LINK, []) if one["review_id"]})
    return [
        {
            "record_id": f"{day}{place}", "lead_id": f"{review}-{data.draw(st.integers(1, 4))}", "verified_date": day,
            "verdict": data.draw(st.sampled_from([answer.value for answer in MatchAnswer])), "handler": "甲",
        }
        for place, review in enumerate(reviews)
        if data.draw(st.booleans())
    ]  # fmt: skip


@costly
@given(st.data())
def test_what_stands_is_what_matching_anew_gives(data: st.DataObject) -> None:
    world, derived = World(), {}
    feeds = sorted(data.draw(st.sets(st.sampled_from(FEEDS), min_size=1, max_size=3)))
    registry = [data.draw(insured(person_no)) for person_no in range(1, data.draw(st.integers(1, 5)) + 1)]
    for night in range(1, NIGHTS + 1):
        day = AS_OF + timedelta(days=night)
        world.deliver("registry", registry, day, night)
        for feed in feeds:
            sent = data.draw(st.lists(records(feed, registry, day), max_size=7))
            if sent:
                world.deliver(feed, sent, day, night)
        if given_answers := answers(derived, data, day):
            world.deliver("verification", given_answers, day, night)
        full = world.derive(day, night, stands=False)
        derived = world.derive(day, night, stands=True) if night > 1 else full
        for table in COMPARED:
            assert derived[table] == full[table], table.name
        world.kept = {table: derived[table] for table in KEPT}
        registry = data.draw(changed(registry))
