"""A settled link stands from run to run, and each thing that opens it again."""

from datetime import timedelta

import pytest

from schemas.tables import LINK
from tests.derived import AS_OF
from tests.property.test_matching import NUMBERS
from tests.property.test_standing import COMPARED, KEPT, World

NUMBER, OTHER, FAR = NUMBERS[0], NUMBERS[1], NUMBERS[20]
STRANGERS = {"id_number": FAR, "name": "王小明"}
INSURED = {
    "person_no": 1, "id_number": NUMBER, "name": "张伟", "sex": "1", "county_code": "622822",
    "programme_code": "RESIDENT_PENSION", "payment_state": "DRAWING",
}  # fmt: skip
TRIP = {
    "record_id": "a", "id_number": NUMBER, "name": "张伟", "event_code": "TRIP_RAIL", "qualifier_code": "BOARDED",
    "event_date": AS_OF, "county_code": "622822",
}  # fmt: skip
ANOTHER_TRIP = TRIP | {"record_id": "b"}
BASE = {
    "record_id": "x", "id_number": OTHER, "name": "张伟", "event_code": "NORMAL", "county_code": "622822",
    "event_date": AS_OF,
}  # fmt: skip


def two_nights(trip, registry, *more):
    """LINK of the trip on two nights; the second has another registry and further deliveries."""
    world = World()
    world.deliver("registry", [INSURED], AS_OF, 1)
    world.deliver("transport", [trip], AS_OF, 1)
    first = world.derive(AS_OF, 1, stands=False)
    world.kept = {table: first[table] for table in KEPT}
    day = AS_OF + timedelta(days=1)
    world.deliver("registry", registry, day, 2)
    for feed, rows in more:
        world.deliver(feed, rows, day, 2)
    anew, second = (world.derive(day, 2, stands=stands) for stands in (False, True))
    for table in COMPARED:
        assert second[table] == anew[table], table.name
    return tuple(next(link for link in night[LINK] if link["delivery_id"] == "transport1") for night in (first, second))


def test_a_link_about_which_nothing_is_open_stands():
    before, after = two_nights(TRIP, [INSURED | {"address": "别处", "payment_state": "SUSPENDED"}])
    assert before == after
    assert after["is_settled"]


@pytest.mark.parametrize(
    ("trip", "registry", "more"),
    [
        pytest.param(TRIP, [INSURED | {"name": "张强"}], (), id="the person has another name"),
        pytest.param(
            TRIP, [INSURED | {"person_no": 2, "id_number": OTHER, "name": "李清"}], (), id="the person is gone"
        ),
        pytest.param(TRIP, [INSURED, INSURED | {"person_no": 2, "birth_date": AS_OF}], (), id="two have the number"),
        pytest.param(
            TRIP, [INSURED],
            [("population_register", [BASE | {"former_id_number": NUMBER}])], id="the base calls the number former",
        ),
        pytest.param(
            TRIP | {"name": "李清"}, [INSURED | {"name": "李清"}], (), id="a name that was another's is the person's",
        ),
        pytest.param(
            TRIP | {"id_number": OTHER, "name": "李清"},
            [INSURED, INSURED | {"person_no": 2, "id_number": OTHER, "name": "李清"}], (), id="a stranger is insured",
        ),
        pytest.param(
            TRIP | STRANGERS, [INSURED | {"former_id_number": FAR}], (),
            id="a number turns out to be the former one of a person of another name",
        ),
        pytest.param(
            TRIP | STRANGERS, [INSURED | {"former_id_number": FAR, "former_name": "王小明"}], (),
            id="number and name turn out to be former ones",
        ),
        pytest.param(
            TRIP | STRANGERS, [INSURED],
            [("population_register", [BASE | {"id_number": NUMBERS[25], "name": "王小明", "former_id_number": FAR}])],
            id="the base calls a stranger's number former",
        ),
    ],
)  # fmt: skip
def test_what_concerns_a_link_opens_it(trip, registry, more):
    before, after = two_nights(trip, registry, *more)
    assert before != after or not after["is_settled"]


def test_a_record_under_another_key_opens_nothing():
    before, after = two_nights(TRIP, [INSURED], ("transport", [ANOTHER_TRIP]))
    assert before == after


def test_a_standing_link_bears_the_registry_out_against_the_base():
    before, after = two_nights(TRIP, [INSURED], ("population_register", [BASE | {"id_number": NUMBER, "name": "张强"}]))
    assert before == after
