"""Evidence tied to persons, and what their senders are asked about."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import schemas
from matchers.passes import Registry, index_registry
from pipelines.resolved.issues import Known, base_identities, find_issues, find_registry_issues
from pipelines.resolved.links import Basis, Tied, shape_records, tie_records
from schemas.contract import Contract, read_contracts
from schemas.emit.to_arrow import validated_schema
from schemas.identifiers import keyed_digest
from schemas.tables import CANDIDATE, ISSUE, LINK
from tests.derived import shipped_policy

POLICY = shipped_policy()
NO_ANSWERS = pl.DataFrame(schema={"review_id": pl.String, "person_no": pl.Int64, "answer": pl.String})
CONTRACTS = read_contracts([Path(schemas.__file__).with_name("contracts")])
FIRST, SECOND = "11010519491231002X", "622822195003150015"
COUNTIES = ("622822", "621022")
PERSONS = pl.DataFrame(
    {
        "person_no": [1, 2],
        "id_number": [FIRST, SECOND],
        "name": ["张例", "叶例"],
        "raw_name": ["张例", "葉例"],
        "sex": ["2", "1"],
        "birth_date": [date(1949, 12, 31), date(1950, 3, 15)],
        "id_valid": [True, True],
    }
)
RESIDENCES = pl.DataFrame({"person_no": [1, 2], "county_code": ["622822", "622822"]})
NOBODY_TWICE = pl.DataFrame({"person_no": [1, 2], "human_no": [1, 2]})
UNKNOWN = pl.DataFrame(schema=dict.fromkeys(("id_number", "name", "former_id_number", "former_name"), pl.String))
NO_BASE = base_identities(UNKNOWN)
ON_FILE = pl.DataFrame({"person_no": [1, 2], "body": [int(FIRST[:17]), int(SECOND[:17])]})
KNOWN = Known(COUNTIES, NO_BASE, ON_FILE, {"public_security"})
ALIASES = pl.DataFrame({"person_no": [1], "kind": ["name"], "value": ["张旧例"]})


@pytest.fixture(scope="module")
def registry() -> Registry:
    return index_registry(PERSONS, ALIASES, RESIDENCES)


def received(feed: str, *records: dict[str, object]) -> tuple[pl.DataFrame, Contract]:
    contract = CONTRACTS[feed]
    usual = {
        "delivery_id": "d1",
        "business_date": date(2024, 3, 18),
        "known_from": 1,
        "event_date": date(2024, 3, 17),
        **contract.constants,
    }
    names = validated_schema(contract).names
    empty = pl.from_arrow(validated_schema(contract).empty_table())
    assert isinstance(empty, pl.DataFrame)
    filled = [
        {name: (usual | {"record_no": place, "record_id": f"r{place}"} | record).get(name) for name in names}
        for place, record in enumerate(records, start=1)
    ]
    return pl.DataFrame(filled, schema=empty.schema), contract


def tied(records: pl.DataFrame, registry: Registry) -> Tied:
    basis = Basis(registry, POLICY, NO_ANSWERS, lambda *parts: keyed_digest(b"key", *parts), "model", NOBODY_TWICE)
    return tie_records(records, basis, prior=0.5)


def issues_of(registry: Registry, feed: str, record: dict[str, object]) -> list[tuple[str, str, str]]:
    records = shape_records(*received(feed, record))
    issues = find_issues(records, tied(records, registry).found, KNOWN).of_holders
    assert issues.columns == list(ISSUE.names)
    return sorted(issues.select("column", "issue", "kind").rows())


def test_every_record_is_linked_once(registry: Registry) -> None:
    rows, contract = received(
        "transport",
        {"id_number": FIRST, "name": "张例", "event_code": "TRIP_RAIL", "qualifier_code": "BOARDED"},
        {"id_number": FIRST, "name": "李例", "event_code": "TRIP_RAIL", "qualifier_code": "BOARDED"},
        {"id_number": None, "name": "张例", "event_code": "TRIP_RAIL", "qualifier_code": "BOARDED"},
    )
    found = tied(shape_records(rows, contract), registry)
    link, candidates = found.link, found.candidates
    assert link.columns == list(LINK.names)
    assert link.select("record_no", "person_no", "match_state", "match_tier", "match_reason", "link_use").rows() == [
        (1, 1, "MATCHED", "EXACT", "", "ACT"),
        (2, None, "AMBIGUOUS", "AMBIGUOUS", "OTHER_NAME", "KEEP"),
        (3, None, "NONE", "NONE", "NO_ID", "KEEP"),
    ]
    assert set(link["agency"]) == {contract.agency}
    assert candidates.columns == list(CANDIDATE.names)
    assert candidates.select("record_no", "person_no").rows() == [(2, 1)]


def test_a_person_number_the_sender_states_decides_nothing(registry: Registry) -> None:
    rows, contract = received("self_certification", {"person_no": 2, "id_number": FIRST, "name": "张例"})
    link = tied(shape_records(rows.drop("person_no"), contract), registry).link
    assert link.select("person_no", "event_code").rows() == [(1, "FACE")]


@pytest.mark.parametrize(
    ("record", "issues"),
    [
        ({"id_number": FIRST, "name": "张例"}, []),
        ({"id_number": FIRST, "name": "李例"}, [("id_number", "ID06", "CHECK")]),
        ({"id_number": FIRST, "name": "李例", "birth_date": date(1931, 5, 5)}, [("id_number", "ID06", "CHECK")]),
        ({"id_number": FIRST, "name": "张例", "birth_date": date(1931, 5, 5)}, [("birth_date", "DM01", "CORRECT")]),
        ({"id_number": FIRST, "name": "张?"}, [("name", "NM02", "CORRECT")]),
        ({"id_number": FIRST, "name": "张旧例"}, [("name", "NM06", "CHECK")]),
        ({"id_number": FIRST, "name": "張例"}, [("name", "NM03", "CORRECT")]),
        ({"id_number": SECOND, "name": "葉例"}, []),
        ({"id_number": FIRST[:-1] + "1", "name": "张例"}, [("id_number", "ID02", "CORRECT")]),
        (
            {"id_number": FIRST, "name": "张例", "event_date": date(2024, 3, 19)},
            [("event_date", "DT01", "CORRECT")],
        ),
        (
            {"id_number": FIRST, "name": "张例", "event_date": date(1949, 12, 30)},
            [("event_date", "DT02", "CORRECT")],
        ),
    ],
    ids="case".format,
)
def test_what_a_sender_is_asked(
    registry: Registry, record: dict[str, object], issues: list[tuple[str, str, str]]
) -> None:
    assert issues_of(registry, "health", record | {"event_code": "DEATH_CERTIFICATE"}) == issues


def test_the_registry_is_asked_about_its_own_rows() -> None:
    usual = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022", "name": "张例"}
    rows, contract = received(
        "registry", usual | {"id_number": FIRST}, usual | {"id_number": SECOND, "county_code": "x"}
    )
    issues = find_registry_issues(shape_records(rows, contract), PERSONS, COUNTIES, NO_BASE)
    assert issues.select("record_id", "agency", "issue", "kind").rows() == [
        ("1-RESIDENT_PENSION-x", "social_insurance", "ID07", "CHECK")
    ]
