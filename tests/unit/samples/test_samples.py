"""The committed sample province is what its program writes, and its invented persons are well formed."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from data_samples import make_samples
from data_samples.crowd import NIGHTS
from data_samples.people import COUNTIES, check_character, draw_crowd, id_number, read_cast, short_number
from schemas.code_tables import read_code_tables
from schemas.codes import LossState, Outcome
from schemas.contract import read_contracts
from schemas.tables import DECISION

SAMPLES = Path(make_samples.__file__).parent
ROOT = SAMPLES.parent
EXPECTED = yaml.safe_load((ROOT / "tests/night/cast_expectations.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made():
    return make_samples.files()


def test_committed_files_are_what_the_program_writes(made):
    assert make_samples.differing(made) == []


def test_the_same_program_writes_the_same_bytes(made):
    assert make_samples.files() == made


def test_every_feed_comes_and_the_whole_stays_small(made):
    feeds = {path.parts[2] for path in made if path.parts[:2] == ("home", "inbox")}
    contracts = read_contracts([ROOT / "schemas/contracts"])
    # the sample's three nights end before a list of requests comes back
    assert feeds == {feed for feed, contract in contracts.items() if contract.role != "outgoing"} - {"request_results"}
    assert sum(map(len, made.values())) < 3_000_000


def test_a_check_character_from_the_standard():
    assert check_character("11010519491231002") == "X"  # the example printed in GB 11643-1999
    assert short_number(id_number("622822", date(1941, 2, 3), 901)) == "622822410203901"


def test_no_two_persons_share_a_number():
    cast = read_cast()
    numbers = [person.id_number for person in cast]
    assert len(numbers) == len(set(numbers))
    assert {person.name for person in cast if "例" not in person.name} == set()


def test_home_counties_of_the_numbers_are_in_the_list():
    counties = read_code_tables().canonical("county")
    assert {person.id_number[:6] for person in read_cast()} <= set(counties)


def test_every_programme_of_the_cast_has_an_expectation_for_each_night():
    held = {(person.person_no, e.programme_code) for person in read_cast() for e in person.entitlements}
    assert {(no, programme) for no, programmes in EXPECTED.items() for programme in programmes} == held
    for nights in (nights for programmes in EXPECTED.values() for nights in programmes.values()):
        assert tuple(nights) == NIGHTS
        for stated in nights.values():
            assert set(stated) <= set(DECISION.names)
            assert stated.get("outcome") in (None, *Outcome)
            assert stated.get("loss_state") in (None, *LossState)


def test_a_manifest_states_the_digest_of_its_file(made):
    claims = {path: content for path, content in made.items() if path.name.endswith(".manifest.json")}
    assert claims
    for path, content in claims.items():
        held = made[path.with_name(path.name.removesuffix(".manifest.json"))]
        assert yaml.safe_load(content)["sha256"] == sha256(held).hexdigest()


def test_a_seed_draws_the_same_crowd():
    first, again = (draw_crowd(make_samples.Random(7), first_no=1, size=20) for _ in range(2))
    assert first == again


def test_files_per_county_speak_for_every_county_on_the_first_night():
    """Else a county's silence would be the file's, and nothing could be said of its people."""
    lines = make_samples.province()
    for feed in ("transport", "civil_affairs", "field_visit"):
        assert {line.values["county_code"] for line in lines[feed, NIGHTS[0]]} == set(COUNTIES), feed
