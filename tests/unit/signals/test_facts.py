"""Of each record the newest version counts, and a record sent again says nothing new."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from pipelines.signals.facts import life_facts, loss_facts, matched, since_first_snapshot, stated, withdrawn
from schemas.tables import LINK
from tests.derived import engine, shipped_policy

POLICY = shipped_policy()
AS_OF = date(2024, 3, 20)
RECORD = {
    "feed": "vaccination", "delivery_id": "d1", "record_no": 1, "record_id": "r1", "business_date": date(2024, 3, 1),
    "known_from": 1, "agency": "health", "county_code": "621022", "event_code": "VACCINATION", "qualifier_code": "",
    "event_date": date(2024, 2, 1), "end_date": None, "is_suspected": False, "is_revoked": False, "person_no": 1,
    "match_state": "MATCHED", "match_tier": "EXACT", "match_pass": "P1", "match_reason": "", "link_use": "ACT",
    "considered": 1, "rivals": 0, "review_id": "", "record_series": "",
}  # fmt: skip
CANCELLED = RECORD | {"feed": "population_register", "event_code": "CANCELLED_DEATH", "agency": "public_security"}


def _tables(records: list[dict[str, Any]]) -> tuple[ir.Table, ir.Table, ir.Table]:
    return (
        stated(engine().table(pa.Table.from_pylist(records, LINK.arrow()))).filter("is_current"),
        engine().table(POLICY.signal_rows()),
        engine().table(POLICY.loss_rows()),
    )


def _life(*records: dict[str, Any]) -> list[dict[str, Any]]:
    found, signals, _ = _tables(list(records))
    return life_facts(found, signals, as_of=AS_OF).to_pyarrow().to_pylist()


def _losses(*records: dict[str, Any]) -> list[dict[str, Any]]:
    found, _, losses = _tables(list(records))
    return loss_facts(found, losses, as_of=AS_OF).to_pyarrow().to_pylist()


def test_a_stay_counts_on_its_last_day() -> None:
    stay = {"feed": "medical", "event_code": "INPATIENT", "qualifier_code": "ALIVE", "end_date": date(2024, 2, 9)}
    assert [fact["event_date"] for fact in _life(RECORD | stay)] == [date(2024, 2, 9)]


def test_a_withdrawn_record_is_no_fact() -> None:
    assert _life(RECORD, RECORD | {"delivery_id": "d2", "business_date": date(2024, 3, 2), "is_revoked": True}) == []


def test_a_record_withdrawn_on_the_day_it_was_sent_is_no_fact_whatever_the_deliveries_are_called() -> None:
    for name in ("a", "z"):
        assert _life(RECORD, RECORD | {"delivery_id": name, "is_revoked": True}) == []


BACK = RECORD | {"delivery_id": "d2", "business_date": date(2024, 3, 2), "known_from": 4, "is_revoked": True}
AGAIN = RECORD | {"delivery_id": "d3", "business_date": date(2024, 3, 3), "known_from": 5}


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([RECORD], []),
        ([RECORD, BACK], [(1, date(2024, 3, 2), 4)]),
        ([RECORD, BACK, RECORD | {"record_id": "r2"}], [(1, date(2024, 3, 2), 4)]),
        ([RECORD, BACK | {"person_no": None, "match_state": "NONE"}], [(1, date(2024, 3, 2), 4)]),
        ([RECORD, BACK, AGAIN], []),
        ([AGAIN, BACK], []),
        ([RECORD, BACK, AGAIN, BACK | {"delivery_id": "d4", "business_date": date(2024, 3, 9), "known_from": 7}],
         [(1, date(2024, 3, 9), 7)]),
        ([RECORD, BACK | {"agency": "transport"}], []),
        ([RECORD, BACK | {"record_series": "another person"}], []),
    ],
    ids=["stands", "withdrawn", "one of two", "by its number alone", "sent again since", "arrived in another order",
         "and withdrawn again", "by somebody else", "number of another person's record"],
)  # fmt: skip
def test_a_withdrawn_record_is_known_as_such(records: list[dict[str, Any]], found: list[tuple[Any, ...]]) -> None:
    every = matched(stated(engine().table(pa.Table.from_pylist(records, LINK.arrow()))))
    rows = withdrawn(every).to_pyarrow().to_pylist()
    assert [(row["person_no"], row["withdrawn_date"], row["known_from"]) for row in rows] == found


NAMES = [("a", "z"), ("z", "a")]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(
    "change",
    [
        {"event_date": date(2024, 2, 11)},
        {"person_no": 2},
        {"is_suspected": True},
        {"event_date": None},
    ],
)
def test_r9_two_versions_of_a_loss_sent_on_one_day_both_ask(names, change):
    first, second = CANCELLED | {"delivery_id": names[0]}, CANCELLED | change | {"delivery_id": names[1]}
    found = _losses(first, second, second | {"record_no": 2})
    column = next(iter(change))
    undated = CANCELLED["business_date"]  # an undated loss happened when it was first stated
    stated_as = [undated if row[column] is None else row[column] for row in (first, second)]
    assert sorted(str(fact[column]) for fact in found) == sorted(map(str, stated_as))


@pytest.mark.parametrize("names", NAMES)
def test_r9_of_two_dates_of_a_sign_of_life_the_earlier_is_certain(names):
    later = {"event_date": date(2024, 2, 20)}
    found = _life(RECORD | {"delivery_id": names[0]}, RECORD | later | {"delivery_id": names[1]})
    assert {fact["event_date"] for fact in found} == {date(2024, 2, 1)}


@pytest.mark.parametrize("names", list(permutations("amz")))
def test_r9_of_three_versions_all_ask_the_earliest_is_certain_and_one_withdrawal_takes_all_back(names):
    days = [
        {"delivery_id": name, "event_date": date(2024, 2, day)} for name, day in zip(names, (3, 11, 19), strict=True)
    ]
    assert len(_losses(*(CANCELLED | day for day in days))) == 3
    assert {fact["event_date"] for fact in _life(*(RECORD | day for day in days))} == {date(2024, 2, 3)}
    withdrawn = days[2] | {"is_revoked": True}
    assert _losses(*(CANCELLED | day for day in days[:2]), CANCELLED | withdrawn) == []
    assert _life(*(RECORD | day for day in days[:2]), RECORD | withdrawn) == []


@pytest.mark.parametrize("other", [{"agency": "medical"}, {"record_series": "2"}])
def test_r9_records_of_two_senders_under_one_number_are_no_versions_of_each_other(other):
    """Else a sign of life of years ago would date the one of this month."""
    earlier = RECORD | other | {"event_date": date(2021, 2, 1), "delivery_id": "z"}
    assert {fact["event_date"] for fact in _life(RECORD, earlier)} == {date(2021, 2, 1), date(2024, 2, 1)}


@pytest.mark.parametrize("names", NAMES)
def test_r9_of_two_classes_of_a_sign_of_life_the_weaker_is_certain(names):
    stay, visit = (RECORD | {"feed": "medical", "event_code": code, "qualifier_code": "ALIVE"} for code in
                   ("INPATIENT", "OUTPATIENT"))  # fmt: skip
    found = _life(stay | {"delivery_id": names[0]}, visit | {"delivery_id": names[1]})
    assert [fact["signal_class"] for fact in found] == ["C"]


@pytest.mark.parametrize("names", NAMES)
def test_r9_a_version_of_a_later_day_settles_what_an_earlier_day_left_open(names):
    versions = [RECORD | {"delivery_id": name, "event_date": date(2024, 2, n)} for n, name in enumerate(names, 3)]
    settled = RECORD | {"delivery_id": "m", "business_date": date(2024, 3, 2), "event_date": date(2024, 2, 9)}
    assert [fact["event_date"] for fact in _life(*versions, settled)] == [date(2024, 2, 9)]


def test_a_loss_sent_again_every_night_is_dated_when_it_was_first_stated() -> None:
    """Else a verdict given in between would no longer bind the claim it judged, and the claim would strike twice."""
    again = [CANCELLED | {"delivery_id": f"d{n}", "business_date": date(2024, 3, n)} for n in (2, 5, 9)]
    assert [fact["business_date"] for fact in _losses(CANCELLED, *again)] == [date(2024, 3, 1)]


def test_a_corrected_date_of_loss_is_new_evidence() -> None:
    other = {"delivery_id": "d2", "business_date": date(2024, 3, 2), "event_date": date(2024, 2, 20)}
    assert [fact["business_date"] for fact in _losses(CANCELLED, CANCELLED | other)] == [date(2024, 3, 2)]


def test_a_snapshot_states_what_the_first_one_stated() -> None:
    """Links hold the newest snapshot only; the claim is as old as the first that made it, dated or not."""
    tonight = [CANCELLED | {"business_date": date(2024, 3, 18)}, CANCELLED | {"record_id": "r2", "event_date": None}]
    kept = ("feed", "record_id", "event_code", "event_date", "business_date")
    earlier = [{name: row[name] for name in kept} | {"business_date": date(2024, 1, 31)} for row in tonight]
    statements = engine().table(pa.Table.from_pylist(earlier))
    records = since_first_snapshot(stated(engine().table(pa.Table.from_pylist(tonight, LINK.arrow()))), statements)
    facts = loss_facts(records, engine().table(POLICY.loss_rows()), as_of=AS_OF).to_pyarrow().to_pylist()
    assert {fact["business_date"] for fact in facts} == {date(2024, 1, 31)}
    assert [fact["event_date"] for fact in facts if fact["record_id"] == "r2"] == [date(2024, 1, 31)]


def test_missing_speaks_for_loss_only_after_more_than_six_months() -> None:
    missing = RECORD | {"feed": "public_security", "event_code": "MISSING"}
    assert _losses(missing | {"event_date": date(2023, 9, 20)}) == []
    assert [fact["loss_kind"] for fact in _losses(missing | {"event_date": date(2023, 9, 18)})] == ["LS09"]


def test_a_stay_that_ends_after_the_night_counts_on_its_first_day() -> None:
    stay = {"feed": "medical", "event_code": "INPATIENT", "qualifier_code": "ALIVE", "end_date": date(2024, 4, 9)}
    assert [fact["event_date"] for fact in _life(RECORD | stay)] == [date(2024, 2, 1)]


@pytest.mark.parametrize(
    ("feed", "event", "day", "facts"),
    [
        ("nucleic_acid", "NUCLEIC_ACID_SAMPLING", date(2023, 1, 8), 1),
        ("nucleic_acid", "NUCLEIC_ACID_SAMPLING", date(2023, 1, 9), 0),
        ("vaccination", "VACCINATION", AS_OF, 1),
        ("vaccination", "VACCINATION", AS_OF + timedelta(days=1), 0),
        ("vaccination", "VACCINATION", date(1899, 12, 31), 0),
    ],
)
def test_a_signal_counts_from_its_first_valid_day_to_its_last_and_never_before_it_happened(
    feed: str, event: str, day: date, facts: int
) -> None:
    assert len(_life(RECORD | {"feed": feed, "event_code": event, "event_date": day})) == facts


def test_what_is_only_suspected_certifies_nobody() -> None:
    assert _life(RECORD | {"is_suspected": True}) == []


@pytest.mark.parametrize(
    ("state", "may_be_about_somebody", "is_tied"),
    [("MATCHED", True, True), ("AMBIGUOUS", True, False), ("NONE", False, False)],
)
def test_only_a_record_tied_to_a_person_is_a_fact_and_one_of_nobody_is_not_asked_about(
    state: str, may_be_about_somebody: bool, is_tied: bool
) -> None:
    record = RECORD | {"match_state": state}
    facts = stated(engine().table(pa.Table.from_pylist([record], LINK.arrow())))
    assert facts.count().execute() == may_be_about_somebody
    assert matched(facts).count().execute() == is_tied
