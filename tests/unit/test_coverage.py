"""What a feed has told of a county, by the content of its files: cases S1, S2, S4, S5, S6 and others of their kind."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.coverage import days
from pipelines.resolved.versions import newest_snapshot
from pipelines.signals.health import feed_health
from schemas.policy import ReleasedVolume
from schemas.tables import DELIVERY
from tests.derived import row, shipped_contracts, shipped_policy

AS_OF = date(2024, 3, 20)
A, B = "621022", "622926"
LIMITS = shipped_policy().run_health
EVENTS, WORKBOOKS, SNAPSHOT = "medical", "field_visit", "registry"


class Sent:
    """Files of one feed: (days before the night, rows by county or the reason of a rejection)."""

    def __init__(self, feed: str, *files: tuple[int, Mapping[str, int] | str], gated: frozenset[int] = frozenset()):
        self.contract = shipped_contracts()[feed]
        self.deliveries: list[dict[str, Any]] = []
        self.counted: dict[str, dict[str, int]] = {}
        for number, (age, content) in enumerate(files):
            rows = {} if isinstance(content, str) else dict(content)
            self.deliveries.append(
                row(
                    DELIVERY,
                    delivery_id=f"d{number}",
                    feed=feed,
                    business_date=AS_OF - timedelta(days=age),
                    accepted=sum(rows.values()),
                    rejection=content if isinstance(content, str) else "",
                    is_gated=number in gated,
                )
            )
            if not isinstance(content, str):
                self.counted[f"d{number}"] = rows or {"": 0}

    def days(self, limits=LIMITS):
        return days(self.contract, self.deliveries, self.counted, counties=(A, B), limits=limits)

    def health(self, limits=LIMITS) -> dict[str, tuple[bool, str]]:
        rows = feed_health(self.contract, self.days(limits), (A, B), as_of=AS_OF, limits=limits)
        return {row["county_code"]: (row["is_fresh"], row["silence"]) for row in rows}


FRESH = (True, "")
NEVER = (False, "")


def test_files_with_rows_of_a_county_tell_of_it() -> None:
    assert Sent(EVENTS, (1, {A: 50, B: 20})).health() == {A: FRESH, B: FRESH}
    assert Sent(EVENTS, (30, {A: 50, B: 20})).health() == {A: NEVER, B: NEVER}
    assert Sent(WORKBOOKS, (1, {A: 3})).health() == {A: FRESH, B: NEVER}
    assert Sent(SNAPSHOT, (1, {A: 3})).health() == {A: FRESH, B: NEVER}


@pytest.mark.parametrize("empty", range(1, 5))
def test_s1_a_header_alone_tells_nothing(empty: int) -> None:
    files = [(6, {A: 50, B: 2}), *((age, {}) for age in range(empty))]
    assert Sent(EVENTS, *files).health() == {A: (False, "EMPTY"), B: (False, "EMPTY")}


def test_s1_a_county_that_is_missing_where_many_rows_used_to_come_is_not_told_of() -> None:
    before = [(age, {A: 50, B: 1}) for age in (5, 4, 3)]
    assert Sent(EVENTS, *before, (1, {B: 2})).health() == {A: (False, "SILENT"), B: FRESH}
    assert Sent(EVENTS, *before, (1, {A: 3, B: 2})).health()[A] == (False, "SHORT")
    assert Sent(EVENTS, *before, (1, {A: 40})).health() == {A: FRESH, B: FRESH}


def test_a_feed_that_begins_with_all_it_had_is_not_short_afterwards() -> None:
    assert Sent(EVENTS, (3, {A: 5000, B: 90}), (2, {A: 40}), (1, {A: 50, B: 1})).health() == {A: FRESH, B: FRESH}


def test_s1_few_rows_may_be_none_for_a_while_and_not_for_ever() -> None:
    before = [(40 - age, {A: 50, B: 1}) for age in range(20)]
    quiet = [(20 - age, {A: 50}) for age in range(20)]
    assert Sent(EVENTS, *before, *quiet[:6]).days()[-1].silence == ""
    assert Sent(EVENTS, *before, *quiet).health() == {A: FRESH, B: (False, "SILENT")}
    assert Sent(EVENTS, *before, *quiet, (0, {A: 50, B: 1})).health() == {A: FRESH, B: FRESH}


def test_s2_rows_without_a_county_tell_of_nobody() -> None:
    assert Sent(WORKBOOKS, (1, {"": 30})).health() == {A: NEVER, B: NEVER}
    assert Sent(EVENTS, (1, {"": 30})).health() == {A: (False, "NO_COUNTY"), B: (False, "NO_COUNTY")}
    assert Sent(EVENTS, (1, {"": 30, A: 20})).health() == {A: FRESH, B: (False, "NO_COUNTY")}


@pytest.mark.parametrize(("rows", "silence"), [(0, "LEFT_OUT"), (1, "SHORT"), (2, ""), (4, "")])
def test_s4_a_county_that_a_snapshot_cuts_keeps_its_rows_and_is_not_fresh(rows: int, silence: str) -> None:
    sent = Sent(SNAPSHOT, (1, {A: 4, B: 9}), (0, {A: rows, B: 9} if rows else {B: 9}))
    assert sent.health() == {A: (not silence, silence), B: FRESH}
    assert dict(map(reversed, newest_snapshot(sent.days()))) == {A: "d0" if silence else "d1", B: "d1"}


@pytest.mark.parametrize("rows", [(100, 60, 36), (100, 70, 50, 36, 26), (90, 80, 70, 60, 50, 40, 30)])
def test_s4_a_county_that_shrinks_a_little_with_each_snapshot_is_short_in_the_end(rows: tuple[int, ...]) -> None:
    shrinking = [(len(rows) - number, {A: count, B: 9}) for number, count in enumerate(rows)]
    assert Sent(SNAPSHOT, *shrinking[:-1]).health()[A] == FRESH
    assert Sent(SNAPSHOT, *shrinking).health() == {A: (False, "SHORT"), B: FRESH}


@pytest.mark.parametrize("rows", [(50, 200, 110), (4, 2, 2, 1), (100, 52, 50, 51), (10, 200, 205)])
def test_s4_a_county_of_a_new_size_is_not_short(rows: tuple[int, ...]) -> None:
    sizes = [(len(rows) - number, {A: count}) for number, count in enumerate(rows)]
    assert Sent(SNAPSHOT, *sizes).health()[A] == FRESH


def test_s4_it_is_released_when_the_data_are_back_or_by_somebodys_word() -> None:
    cut = ((2, {A: 4}), (1, {A: 1}))
    assert Sent(SNAPSHOT, *cut, (0, {A: 4})).health()[A] == FRESH
    assert Sent(SNAPSHOT, *cut, (0, {A: 1})).health()[A] == (False, "SHORT")
    word = ReleasedVolume(
        feed=SNAPSHOT, county=A, from_date=AS_OF - timedelta(days=1), by="zhang", why="part of it joined B"
    )
    assert Sent(SNAPSHOT, *cut).health(LIMITS.model_copy(update={"released": (word,)}))[A] == FRESH


@pytest.mark.parametrize("feed", [EVENTS, WORKBOOKS, SNAPSHOT])
def test_s5_what_was_rejected_or_gated_tonight_is_not_told_tonight(feed: str) -> None:
    before = (1, {A: 5, B: 5})
    silent = {A: (False, "REJECTED"), B: (False, "REJECTED")}
    assert Sent(feed, before, (0, "BAD_FILE")).health() == silent
    assert Sent(feed, before, (0, "BAD_MANIFEST")).health() == silent
    assert Sent(feed, before, (0, {A: 5}), gated=frozenset({1})).health() == {A: (False, "GATED"), B: FRESH}
    assert Sent(feed, before, (0, "BAD_FILE"), (0, {A: 5, B: 5})).health() == {A: FRESH, B: FRESH}


REFUSED = [(age, {A: 50, B: 20}) for age in (5, 4, 3, 2)]


def test_s5_what_a_rejected_file_of_events_would_have_told_no_later_file_tells() -> None:
    later = Sent(EVENTS, *REFUSED, (1, "BAD_FILE"), (0, {A: 50, B: 20}))
    assert later.health() == {A: (False, "REJECTED"), B: (False, "REJECTED")}
    again = Sent(EVENTS, *REFUSED, (1, "BAD_FILE"), (1, {A: 50, B: 20}), (0, {A: 50, B: 20}))
    assert again.health() == {A: FRESH, B: FRESH}
    between = Sent(EVENTS, *REFUSED, (2, "BAD_FILE"), (1, {A: 1, B: 1}), (0, {A: 50, B: 20}))
    assert between.health() == {A: FRESH, B: FRESH}  # a good file of that day was there
    short = Sent(EVENTS, *REFUSED[:3], (2, "BAD_FILE"), (1, {A: 1, B: 1}), (0, {A: 50, B: 20}))
    assert short.health() == {A: (False, "REJECTED"), B: (False, "REJECTED")}
    whole = Sent(SNAPSHOT, *REFUSED, (1, "BAD_FILE"), (0, {A: 50, B: 20}))
    assert whole.health() == {A: FRESH, B: FRESH}


def test_s5_an_untold_day_ends_by_somebodys_word_or_when_it_is_long_ago() -> None:
    later = Sent(EVENTS, *REFUSED, (1, "BAD_FILE"), (0, {A: 50, B: 20}))
    word = ReleasedVolume(feed=EVENTS, county=A, from_date=AS_OF, by="zhang", why="the centre has nothing more")
    assert later.health(LIMITS.model_copy(update={"released": (word,)})) == {A: FRESH, B: (False, "REJECTED")}
    long_ago = [(LIMITS.untold_days + 2, {A: 50}), (LIMITS.untold_days + 1, "BAD_FILE"), (0, {A: 50})]
    assert Sent(EVENTS, *long_ago).health()[A] == FRESH


@pytest.mark.parametrize("feed", [EVENTS, "transport"])
def test_s5_a_scrap_beside_a_rejected_file_tells_nothing(feed: str) -> None:
    scrap = Sent(feed, *REFUSED, (0, "BAD_FILE"), (0, {A: 14, B: 6}))
    assert scrap.health() == {A: (False, "REJECTED"), B: (False, "REJECTED")}


def test_s1_a_feed_of_several_files_of_the_whole_province_is_judged_like_one_of_one_file() -> None:
    assert Sent("transport", *REFUSED, (0, {})).health() == {A: (False, "EMPTY"), B: (False, "EMPTY")}
    assert Sent("transport", *REFUSED, (0, {B: 20})).health() == {A: (False, "SILENT"), B: FRESH}


def test_s5_a_countys_own_workbook_tells_of_it_beside_a_rejected_one() -> None:
    sent = Sent(WORKBOOKS, (1, {A: 5, B: 5}), (0, {A: 5}), (0, "BAD_FILE"))
    assert sent.health() == {A: FRESH, B: (False, "REJECTED")}


@pytest.mark.parametrize("junk", ["NOT_A_FILE", "BAD_NAME", "BAD_DATE"])
def test_s5_what_is_no_attempt_to_send_the_feed_silences_nobody(junk: str) -> None:
    assert Sent(EVENTS, (1, {A: 5, B: 5}), (0, junk)).health() == {A: FRESH, B: FRESH}


def test_s6_snapshots_that_come_together_or_one_after_the_other_are_judged_alike() -> None:
    sent = Sent(SNAPSHOT, (3, {A: 12}), (2, {A: 5}), (1, {A: 12}), (0, {A: 11}))
    first = sent.days()
    for order in permutations(sent.deliveries):
        assert days(sent.contract, order, sent.counted, counties=(A, B), limits=LIMITS) == first


FILES = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.one_of(
            st.sampled_from(["BAD_FILE", "NOT_A_FILE"]),
            st.dictionaries(st.sampled_from([A, B, ""]), st.integers(1, 60), max_size=3),
        ),
    ),
    max_size=8,
)


@given(files=FILES, feed=st.sampled_from([EVENTS, WORKBOOKS, SNAPSHOT]), shuffle=st.randoms(use_true_random=False))
def test_law_2_the_order_of_arrival_plays_no_part(files, feed, shuffle) -> None:
    sent = Sent(feed, *files)
    stated_days = sent.days()
    shuffle.shuffle(sent.deliveries)
    assert sent.days() == stated_days


@given(files=FILES, feed=st.sampled_from([EVENTS, WORKBOOKS, SNAPSHOT]))
def test_law_5_nothing_but_rows_makes_a_county_fresh(files, feed) -> None:
    """The slow oracle: without any row of the county, or any row at all, a feed is never fresh for it."""
    sent = Sent(feed, *files)
    rows = sum(counted.get(A, 0) for counted in sent.counted.values())
    of_all = sum(sum(counted.values()) for counted in sent.counted.values())
    if not (of_all if feed == EVENTS else rows):
        assert not sent.health()[A][0]
