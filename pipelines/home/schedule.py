"""Schedule of a home, `policy/schedule.yaml`: no row depends on it, so it is no part of the policy.

Past nights are run by hand or by a backfill; the schedule begins on a day the home names, and refuses a night that lies
far from the last one: a mistyped date, or a scheduler that was switched on over a home of another time, would close
every night in between for good.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from schemas.contract import Declared
from schemas.declaration import read_yaml, reading

FILE: Final = "schedule.yaml"


def _no_count(value: object) -> object:
    """The value; raises `ValueError` for a number, which would be read as seconds since 1970."""
    if isinstance(value, int | float):
        raise ValueError("write a day as 2024-03-22, or leave the key out")
    return value


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("write a number of days")
    return value


class Schedule(Declared):
    """`scheduled_from`: the first day whose night the schedule runs; none: any. `days_apart`: further is far."""

    scheduled_from: Annotated[date | None, BeforeValidator(_no_count)] = None
    days_apart: Annotated[int, Field(ge=1), BeforeValidator(_no_switch)] = 7

    def has_begun(self, as_of: date) -> bool:
        return self.scheduled_from is None or as_of >= self.scheduled_from

    def is_far(self, as_of: date, last_night: date | None) -> bool:
        """Whether a night lies far after the last one."""
        return last_night is not None and as_of - last_night > timedelta(days=self.days_apart)

    def is_far_for_schedule(self, as_of: date, last_night: date | None) -> bool:
        """The same of a scheduled night: the first ones may lie far after those that were run by hand."""
        begun = self.scheduled_from - timedelta(days=1) if self.scheduled_from else None
        days = [day for day in (last_night, begun) if day]
        return last_night is not None and self.is_far(as_of, max(days))


def schedule_of(home: Path) -> Schedule:
    path = home / "policy" / FILE
    with reading(f"policy {FILE}"):
        return Schedule.model_validate((read_yaml(path) if path.is_file() else None) or {})
