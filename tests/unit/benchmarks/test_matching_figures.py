"""The figures count what they say, and their bounds are those of the textbooks."""

import polars as pl
import pytest
from scipy.stats import beta

from benchmarks.intervals import exact_share, share
from benchmarks.matching import figures

ROWS = pl.DataFrame(
    [
        (0, "clean", 1, 1, "P1", "EXACT", True, 0),
        (1, "clean", 2, 3, "P1", "EXACT", False, 0),
        (2, "clean", None, 4, "P2", "EXACT", False, 0),
        (3, "clean", 5, None, "", "AMBIGUOUS", True, 2),
        (4, "clean", None, None, "", "AMBIGUOUS", False, 1),
        (5, "same_named_twins", 6, 7, "P1", "EXACT", False, 0),
        (6, "glyph", 8, 8, "P6", "PROBABLE", True, 0),
    ],
    schema=["row", "stratum", "person_no", "linked", "match_pass", "match_tier", "is_found", "listed"],
    orient="row",
).with_columns(
    feed=pl.lit("LOSS"),
    is_alone=pl.lit(True),
    birth_is_right=pl.col("row") != 3,
    is_right=(pl.col("linked") == pl.col("person_no")).fill_null(False),
    is_wrong=(pl.col("linked").is_not_null() & (pl.col("linked") != pl.col("person_no")).fill_null(True)),
)


def test_passes_keep_what_is_counted_apart_beside_the_rest() -> None:
    first = figures.passes(ROWS)["P1"]
    assert (first["checked"], first["wrong"]) == (2, 1)
    assert (first["apart"]["checked"], first["apart"]["wrong"]) == (1, 1)
    assert figures.passes(ROWS)["P2"]["wrong"] == 1


def test_recall_is_of_members_and_a_strangers_link_is_wrong() -> None:
    clean = figures.strata(ROWS)["clean"]
    assert (clean["members"], clean["strangers"]) == (3, 2)
    assert clean["recall"]["hits"] == 1
    assert clean["found"]["hits"] == 2
    assert clean["found_birth_date_right"] | {"low": 0, "high": 0} == share(1, 2) | {"low": 0, "high": 0}
    assert (clean["members_linked_wrong"], clean["strangers_linked"], clean["strangers_listed"]) == (1, 1, 1)
    assert figures.strata(ROWS)["glyph"]["recall_acting"]["hits"] == 0


def test_a_rival_is_cut_where_it_errs_no_more_than_we_do() -> None:
    weighed = pl.DataFrame(
        {
            "stratum": ["clean"] * 5,
            "person_no": [1, 2, 3, None, 5],
            "linked": [1, 2, 3, 9, 5],
            "match_weight": [30.0, 20.0, 20.0, 10.0, 5.0],
        }
    )
    ours = {"clean": {"precision": 1.0}, "all": {"precision": 0.8}}
    cut = figures.at_our_precision(ours, weighed)
    assert (cut["clean"]["checked"], cut["clean"]["wrong"]) == (3, 0)
    assert (cut["all"]["checked"], cut["all"]["wrong"]) == (5, 1)


@pytest.mark.parametrize(
    ("ours", "rival", "verdict"),
    [
        ((1.0, 9), (1.0, 9), "BETTER"),
        ((1.0, 9), (0.9, 8), "BETTER"),
        ((1.0, 8), (0.9, 9), "RIVAL_LESS_PRECISE"),
        ((1.0, 8), (1.0, 9), "WORSE"),
        ((0.9, 9), (1.0, 8), "RIVAL_MORE_PRECISE"),
        ((0.9, 8), (1.0, 8), "WORSE"),
        ((None, 0), (0.9, 5), "RIVAL_LESS_PRECISE"),
    ],
)
def test_verdicts(ours: tuple[float, int], rival: tuple[float, int], verdict: str) -> None:
    one, other = ({"precision": precision, "recall": {"hits": hits}} for precision, hits in (ours, rival))
    assert figures.verdicts({"clean": one}, {"clean": other}) == {"clean": verdict}


def test_none_wrong_is_bounded_as_clopper_and_pearson_say() -> None:
    assert exact_share(0, 300_000)["high"] == pytest.approx(1 - 0.025 ** (1 / 300_000), abs=1e-6)
    assert exact_share(3, 1000)["high"] == pytest.approx(beta.ppf(0.975, 4, 997), abs=1e-6)


def test_wilson_is_the_textbooks() -> None:
    z, hits, of = 1.959964, 995, 1000
    p, middle = hits / of, 1 + z * z / of
    half = z * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    found = share(hits, of)
    assert found["low"] == pytest.approx((p + z * z / (2 * of) - half) / middle, abs=1e-6)
    assert found["high"] == pytest.approx((p + z * z / (2 * of) + half) / middle, abs=1e-6)
