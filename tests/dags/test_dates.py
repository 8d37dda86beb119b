"""One business date, however a run came about; and the hours that hang on it."""

from datetime import date, datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from dags.wiring.dates import awaited_until, business_date, kind_of, nights_to_release, opening
from pipelines.errors import UsageError

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _run(kind: str, start: datetime | None) -> SimpleNamespace:
    return SimpleNamespace(run_type=kind, data_interval_start=start)


@pytest.mark.parametrize("kind", ["scheduled", "backfill"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_a_run_with_an_interval_of_its_own_certifies_the_local_day_it_starts_on(kind, zone):
    midnight = datetime(2024, 3, 18, tzinfo=SHANGHAI)
    assert business_date(_run(kind, midnight.astimezone(ZoneInfo(zone))), None) == date(2024, 3, 18)


@pytest.mark.parametrize("kind", ["manual", "asset_triggered"])
def test_any_other_run_is_given_its_day_and_its_interval_means_nothing(kind):
    assert business_date(_run(kind, datetime(2024, 3, 16, tzinfo=SHANGHAI)), "2024-03-18") == date(2024, 3, 18)
    assert business_date(_run(kind, None), "2024-03-18") == date(2024, 3, 18)
    with pytest.raises(UsageError, match="says its business_date"):
        business_date(_run(kind, datetime(2024, 3, 16, tzinfo=SHANGHAI)), None)


@pytest.mark.parametrize("kind", ["scheduled", "backfill"])
def test_a_backfill_cannot_be_told_one_day_for_all_its_runs(kind):
    with pytest.raises(UsageError, match="of its own"):
        business_date(_run(kind, datetime(2024, 3, 18, tzinfo=SHANGHAI)), "2024-03-18")


def test_the_kind_of_a_run_is_the_same_word_as_text_and_as_airflows_enumeration():
    from airflow.utils.types import DagRunType

    for kind in DagRunType:
        assert kind_of(_run(kind, None)) == kind_of(_run(kind.value, None)) == kind.value


def test_a_night_opens_at_one_and_waits_until_five_in_the_morning_after(monkeypatch):
    monkeypatch.delenv("SILENTCERT_NIGHT_OPENS_AT", raising=False)
    monkeypatch.delenv("SILENTCERT_FEEDS_AWAITED_UNTIL", raising=False)
    assert opening(date(2024, 2, 28)) == datetime(2024, 2, 29, 1, tzinfo=SHANGHAI)
    assert awaited_until(date(2024, 2, 28), None) == datetime(2024, 2, 29, 5, tzinfo=SHANGHAI)


def test_the_hours_can_be_set_and_one_run_can_be_told_another_instant(monkeypatch):
    monkeypatch.setenv("SILENTCERT_FEEDS_AWAITED_UNTIL", "06:30")
    assert awaited_until(date(2024, 2, 28), None).time() == time(6, 30)
    for written in ("2026-01-01T00:00:00+08:00", "2026-01-01T00:00:00", "2025-12-31T16:00:00Z"):
        assert awaited_until(date(2024, 2, 28), written) == datetime(2026, 1, 1, tzinfo=SHANGHAI)


def test_events_of_several_nights_that_came_as_one_are_all_heard_and_only_scheduled_ones():
    events = [
        {"business_date": "2024-03-19", "run_type": "scheduled"},
        {"business_date": "2024-03-18", "run_type": "scheduled"},
        {"business_date": "2024-03-19", "run_type": "scheduled"},
        {"business_date": "2024-03-10", "run_type": "backfill"},
        {"business_date": "2024-03-11", "run_type": "manual"},
        {},
    ]
    by_events = _run("asset_triggered", None)
    assert nights_to_release(by_events, None, events) == [date(2024, 3, 18), date(2024, 3, 19)]
    assert nights_to_release(by_events, None, events[3:]) == []


def test_a_release_by_hand_is_of_the_night_it_names_and_names_one():
    by_hand = _run("manual", datetime(2024, 3, 16, tzinfo=SHANGHAI))
    assert nights_to_release(by_hand, "2024-03-10", []) == [date(2024, 3, 10)]
    with pytest.raises(UsageError, match="says its business_date"):
        nights_to_release(by_hand, None, [])
