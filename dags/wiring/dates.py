"""The business date of a run and what hangs on it: the only place that knows."""

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.errors import UsageError

ZONE = "Asia/Shanghai"


def kind_of(run: Any) -> str:
    """scheduled, backfill, manual or asset_triggered: Airflow tells it as text here and as an enumeration there."""
    return str(getattr(run.run_type, "value", run.run_type))


def business_date(run: Any, given: str | None) -> date:
    """Scheduled and backfill runs: the local day their data interval starts on. Any other run must be `given` it.

    A manual or test run has an interval too, but Airflow derives it from the moment of the call: it is another day's.
    Raises `UsageError`.
    """
    if kind_of(run) not in ("scheduled", "backfill"):
        if not given:
            raise UsageError("a run started by hand says its business_date; start it again with that parameter")
        return date.fromisoformat(given)
    if given:
        raise UsageError("a scheduled or backfill run has a business date of its own; leave the parameter out")
    return run.data_interval_start.astimezone(ZoneInfo(ZONE)).date()


def opening(as_of: date) -> datetime:
    """Extracts of a day are sent until one in the morning, unless this Airflow is set to another hour."""
    return _morning_after(as_of, os.environ.get("SILENTCERT_NIGHT_OPENS_AT", "01:00"))


def awaited_until(as_of: date, given: str | None) -> datetime:
    """The instant `given`, of our zone when it names none; else five in the morning, or what this Airflow is set to."""
    if given:
        instant = datetime.fromisoformat(given)
        return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(ZONE))
    return _morning_after(as_of, os.environ.get("SILENTCERT_FEEDS_AWAITED_UNTIL", "05:00"))


def _morning_after(as_of: date, at: str) -> datetime:
    return datetime.combine(as_of + timedelta(days=1), time.fromisoformat(at), ZoneInfo(ZONE))


def nights_to_release(run: Any, given: str | None, events: Iterable[Mapping[str, Any]]) -> list[date]:
    """Asked for by hand, else told by the scheduled nights among the events; a backfill's or a test's tell nothing.

    Events of several runs may come as one, and each says its own date: a run started by them has none. Raises
    `UsageError` for a run by hand that says no date.
    """
    if kind_of(run) != "asset_triggered":
        return [business_date(run, given)]
    days = [event["business_date"] for event in events if event.get("run_type") == "scheduled"]
    return sorted(map(date.fromisoformat, set(days)))
