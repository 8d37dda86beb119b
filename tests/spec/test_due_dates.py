"""Until when a pass holds, and when a term ends: the dates an office would count on its fingers."""

from datetime import date
from typing import Literal

import ibis
import pytest

from pipelines.decisions.passes import due_after
from schemas.policy import Cycle

DAYS_180 = [
    # seen on      last lawful day
    ("2022-03-28", "2022-09-24"),
    ("2023-08-31", "2024-02-27"),
    ("2024-02-29", "2024-08-27"),
]
MONTHS_12 = [
    ("2023-06-01", "2024-06-30"),
    ("2023-06-15", "2024-06-30"),
    ("2023-06-30", "2024-06-30"),
    ("2024-02-29", "2025-02-28"),
    ("2023-02-28", "2024-02-29"),
    ("2023-12-31", "2024-12-31"),
    ("2024-01-31", "2025-01-31"),
]
MONTHS_6 = [
    ("2023-08-31", "2024-02-29"),
    ("2022-08-31", "2023-02-28"),
    ("2023-10-31", "2024-04-30"),
]


def _due(seen: str, unit: Literal["DAYS", "MONTHS"], length: int) -> date:
    cycle = Cycle(programme="*", county="*", method="*", group="*", unit=unit, length=length)
    return due_after(ibis.literal(date.fromisoformat(seen)), cycle).to_pyarrow().as_py()


@pytest.mark.parametrize(("seen", "due"), DAYS_180)
def test_180_days_end_on_the_180th_day_after(seen: str, due: str) -> None:
    """Somebody seen on 28 March 2022 may wait until 24 September 2022, that day included."""
    assert _due(seen, "DAYS", 180) == date.fromisoformat(due)


@pytest.mark.parametrize(("seen", "due"), MONTHS_12)
def test_twelve_months_run_from_the_month_after_to_the_end_of_the_twelfth(seen: str, due: str) -> None:
    """Whoever was seen on any day of June 2023 may wait until 30 June 2024."""
    assert _due(seen, "MONTHS", 12) == date.fromisoformat(due)


@pytest.mark.parametrize(("seen", "due"), MONTHS_6)
def test_months_end_on_their_own_last_day(seen: str, due: str) -> None:
    """Six months from 31 August end with February, on its 28th or 29th."""
    assert _due(seen, "MONTHS", 6) == date.fromisoformat(due)
