"""Human answers win over the matcher, whatever both are, for every record alike and in any order."""

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from matchers.passes import Matches
from pipelines.resolved.reviews import settle
from tests.reference import settling

PERSONS = (1, 2, 3)
ANSWERS = ("SAME_PERSON", "OTHER_PERSON", "CANNOT_TELL")
TIERS = {"EXACT": "MATCHED", "STRONG": "MATCHED", "PROBABLE": "MATCHED", "AMBIGUOUS": "AMBIGUOUS", "NONE": "NONE"}
LEVELS = ("number_level", "name_level", "date_level", "sex_level", "county_level")


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    tier = draw(st.sampled_from(sorted(TIERS)))
    person = draw(st.sampled_from(PERSONS)) if tier in ("EXACT", "STRONG", "PROBABLE") else None
    in_play = set() if tier in ("EXACT", "NONE") else draw(st.sets(st.sampled_from(PERSONS), min_size=1))
    if person and tier != "EXACT":
        in_play |= {person}
    given_answers = draw(st.dictionaries(st.sampled_from(PERSONS), st.sampled_from(ANSWERS)))
    return {"tier": tier, "person_no": person, "in_play": in_play, "given": given_answers}


def matches(found: list[dict[str, Any]]) -> Matches:
    answers = [
        {
            "row": row, "person_no": case["person_no"], "match_state": TIERS[case["tier"]], "match_pass": "P0",
            "match_tier": case["tier"], "match_reason": "R", "by_former_number": False, "by_former_name": False,
            "considered": len(case["in_play"]), "rivals": 0,
        }
        for row, case in enumerate(found)
    ]  # fmt: skip
    candidates = [
        {
            "row": row, "person_no": person, "match_pass": "P0", **dict.fromkeys(LEVELS, "EQUAL"),
            "weight": 1.5, "posterior": 0.5, "place": place, "is_linked": person == case["person_no"],
        }
        for row, case in enumerate(found)
        for place, person in enumerate(sorted(case["in_play"]), 1)
    ]  # fmt: skip
    numbers = {"row": pl.UInt32, "person_no": pl.Int64}
    shape = {"row": pl.UInt32, "person_no": pl.Int64, "match_pass": pl.String, **dict.fromkeys(LEVELS, pl.String)}
    more = {"weight": pl.Float64, "posterior": pl.Float64, "place": pl.Int64, "is_linked": pl.Boolean}
    return Matches(pl.DataFrame(answers, schema_overrides=numbers), pl.DataFrame(candidates, schema=shape | more))


@given(st.lists(cases(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_answers_are_obeyed_as_one_would_record_by_record(found: list[dict[str, Any]], random: Any) -> None:
    given_answers = [
        (f"q{row}", person, answer) for row, case in enumerate(found) for person, answer in case["given"].items()
    ]
    random.shuffle(given_answers)
    status = pl.DataFrame(
        given_answers, {"review_id": pl.String, "person_no": pl.Int64, "answer": pl.String}, orient="row"
    )
    settled = settle(matches(found), pl.Series([f"q{row}" for row in range(len(found))], dtype=pl.String), status)
    assert settled.results["row"].to_list() == list(range(len(found)))
    for answer, case in zip(settled.results.iter_rows(named=True), found, strict=True):
        wanted = settling.settle(
            case["tier"], case["person_no"], "P0", "R", in_play=case["in_play"], given_answers=case["given"]
        )
        rows = settled.candidates.filter(pl.col("row") == answer["row"])
        left = rows.filter(pl.col("answer") != "OTHER_PERSON")["person_no"].sort().to_list()
        got = (answer["match_tier"], answer["person_no"], answer["match_pass"], answer["match_reason"], tuple(left))
        assert got == (wanted.tier, wanted.person_no, wanted.match_pass, wanted.reason, wanted.open_or_linked)
        linked = rows.filter("is_linked")["person_no"].to_list()
        assert linked == ([answer["person_no"]] if answer["person_no"] in rows["person_no"].to_list() else [])
