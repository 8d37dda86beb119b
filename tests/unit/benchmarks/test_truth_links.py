"""What the truth table says of links, of humans under two numbers and of certifications that ended."""

from datetime import date

import polars as pl

from benchmarks.truth_links import doubled_found, uncertified, wrong_links
from benchmarks.truth_world import World, of_humans

DAY = date(2024, 3, 18)
RECORD = {"feed": "health", "business_date": DAY, "record_id": "c1"}
LINK = RECORD | {"person_no": 1, "link_use": "ACT", "match_tier": "EXACT"}
TRUE = RECORD | {"file_name": "f", "person_no": 1, "named_person_no": 1, "cause": "DEATH_REPORT", "arrives_on": DAY}
PLANTED = {"feed": pl.String, "business_date": pl.Date, "record_id": pl.String, "kind": pl.String}
NUMBERS = {"person_no": pl.Int64, "human_no": pl.Int64}
ENTRY = {"person_no": 1, "programme_code": "RP", "county_code": "c", "run_no": 1, "as_of": DAY, "due_date": DAY}


def world(**tables: list[dict[str, object]]) -> World:
    truth = {
        "record": pl.DataFrame(tables.get("record", [TRUE])),
        "planted": pl.DataFrame(tables.get("planted", []), schema=PLANTED),
        "second_number": pl.DataFrame(tables.get("second", []), schema=NUMBERS),
        "delivery": pl.DataFrame([TRUE | {"mishap": tables.get("mishap", ["NONE"])[0]}]).select(
            "feed", "business_date", "file_name", "arrives_on", "mishap"
        ),
    }
    lake = {
        "link": pl.DataFrame(tables.get("link", [LINK])),
        "lead_entry": pl.DataFrame(tables.get("lead", []), schema={"person_no": pl.Int64, "loss_kind": pl.String}),
        "ticket_entry": pl.DataFrame(
            tables.get("ticket", []), schema={"feed": pl.String, "record_id": pl.String, "column": pl.String}
        ),
        "certification_entry": pl.DataFrame(tables.get("entry", [])),
    }
    return World(lake, truth, pl.DataFrame(), pl.DataFrame(), DAY)


def test_a_link_is_wrong_when_the_record_is_about_somebody_else() -> None:
    about_two = TRUE | {"person_no": 2}
    assert wrong_links(world()).is_empty()
    assert wrong_links(world(record=[about_two]))["person_no"].to_list() == [1]
    assert wrong_links(world(record=[about_two], link=[LINK | {"link_use": "REVIEW"}])).is_empty()


def test_a_false_death_under_the_own_number_is_tied_rightly() -> None:
    nobody = TRUE | {"person_no": None}
    false = RECORD | {"kind": "ALIVE_REPORTED_DEAD"}
    assert wrong_links(world(record=[nobody], planted=[false])).is_empty()
    assert wrong_links(world(record=[nobody], planted=[RECORD | {"kind": "RELATION_WORD"}])).height == 1


def test_a_doubled_human_is_found_by_a_lead_or_by_a_question_about_either_number() -> None:
    second = [{"person_no": 500, "human_no": 5}]
    question = {"feed": "registry", "record_id": "500-RP-c", "column": "person_no"}
    assert doubled_found(world(second=second)) == []
    assert doubled_found(world(second=second, lead=[{"person_no": 5, "loss_kind": "LS11"}])) == [5]
    assert doubled_found(world(second=second, ticket=[question])) == [5]
    assert doubled_found(world(second=second, ticket=[question | {"column": "name"}])) == []


def test_who_has_two_numbers_is_told_of_under_the_first() -> None:
    second = pl.DataFrame([{"person_no": 500, "human_no": 5}], schema=NUMBERS)
    rows = of_humans(pl.DataFrame({"person_no": [500, 7, None]}), second)
    assert rows.rows() == [(5, 500), (7, 7), (None, None)]


def test_a_certification_that_ends_before_it_is_due_is_told_with_its_reason() -> None:
    stood = ENTRY | {"outcome": "CERTIFIED_SILENT", "due_date": date(2024, 6, 1)}
    ends = ENTRY | {"run_no": 2, "as_of": DAY}

    def why(outcome: str, **tables: list[dict[str, object]]) -> list[str]:
        return uncertified(world(entry=[stood, ends | {"outcome": outcome}], **tables))["why"].to_list()

    assert why("OUT_OF_SCOPE") == ["LEFT"]
    assert why("LEAD_OPEN") == ["LOSS"]
    assert why("LEAD_OPEN", record=[TRUE | {"person_no": 2}]) == ["ANOTHERS_RECORD"]
    assert why("OVERDUE") == ["UNEXPLAINED"]
    assert why("OVERDUE", mishap=["CUT"]) == ["DAMAGED_FILE"]  # type: ignore[list-item]
    assert why("DUE_SOON") == []
