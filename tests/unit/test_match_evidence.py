"""Why a record is a person's, or in doubt: in words, with the runner-up's distance and never the runner-up."""

from datetime import date

from pipelines.read.explain import _render
from pipelines.read.match_evidence import match_evidence
from pipelines.steps import EXPLAIN
from schemas import tables as t
from schemas.codes import MatchPass
from tests.derived import Given, engine
from tests.unit.conftest import row

RECORD = {"feed": "civil_affairs", "delivery_id": "d1", "record_no": 3}
LEVELS = {
    "number_level": "REPAIRED", "name_level": "EQUAL", "date_level": "ABSENT", "sex_level": "ABSENT",
    "county_level": "OTHER",
}  # fmt: skip
TIED = {
    "event_code": "CREMATION", "event_date": date(2024, 3, 14), "person_no": 1, "match_state": "MATCHED",
    "match_tier": "STRONG", "match_pass": "P3", "match_reason": "ID_REPAIRED", "link_use": "SUSPECT", "considered": 18,
}  # fmt: skip
IN_DOUBT = TIED | {
    "person_no": None, "match_state": "AMBIGUOUS", "match_tier": "AMBIGUOUS", "match_pass": "P8", "link_use": "REVIEW",
}  # fmt: skip


def _evidence(link, *in_play, person_no=1):
    links = [row(t.LINK, **(RECORD | link))]
    candidates = [
        row(t.CANDIDATE, **(RECORD | LEVELS | {"match_pass": "P3", "place": n, "model": "3f2a"} | one))
        for n, one in enumerate(in_play, 1)
    ]
    reader = Given(EXPLAIN, {t.LINK: links, t.CANDIDATE: candidates})
    return match_evidence(reader, engine(), person_no)


def test_a_plain_link_is_counted_by_pass_and_conversion():
    plain = TIED | {"match_tier": "EXACT", "match_pass": "P2", "match_reason": "ID_15", "link_use": "ACT"}
    found = _evidence(plain)
    assert found["plain"] == [{"match_pass": "P2", "reason": "ID_15", "says": MatchPass.P2.sentence, "records": 1}]
    assert (found["tied"], found["doubtful"]) == ([], [])


def test_a_likeness_shows_its_levels():
    (evidence,) = _evidence(TIED, {"person_no": 1, "is_linked": True})["tied"]
    assert evidence["levels"][:2] == ["number REPAIRED 还原后一致", "name EQUAL 姓名一致"]
    assert (evidence["use"].label, evidence["weighed"], evidence["considered"]) == (
        "仅作疑似线索",
        "a rule, no weights",
        18,
    )


def test_who_is_in_play_hears_how_near_the_next_one_is_and_not_who():
    two = (
        {"person_no": 1, "is_open": True, "weight_millibits": 20500, "posterior_ppm": 990001},
        {"person_no": 2, "is_open": True, "weight_millibits": 18000},
    )
    (evidence,) = _evidence(IN_DOUBT, *two)["doubtful"]
    assert evidence["weighed"] == "20.500 bits, posterior 0.990001, 2.500 bits before the best of the others"
    (other,) = _evidence(IN_DOUBT, *two, person_no=2)["doubtful"]
    assert other["weighed"].endswith("2.500 bits behind the best of the others")


def test_a_rejected_person_sees_who_rejected():
    (evidence,) = _evidence(IN_DOUBT, {"person_no": 1, "answer": "OTHER_PERSON"}, {"person_no": 2})["doubtful"]
    assert evidence["answer"] == "不是本人"


def test_the_page_names_pass_levels_weights_and_tables():
    found = _evidence(TIED, {"person_no": 1, "is_linked": True})
    page = _render("matches.txt.j2", {"matches": found})
    for words in (
        "found by P3",
        "STRONG 基本一致 by P3",
        "ID_REPAIRED",
        "18 looked at, 1 in play",
        "tables 3f2a",
        "record 3",
    ):
        assert words in page
