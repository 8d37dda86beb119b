"""Request to the parsing child for one delivery, and its answer: one line of JSON each."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pipelines.validated.limits import seconds_for
from schemas.contract import Contract, Declared

Codes = Mapping[str, Mapping[str, str]]


class Job(Declared):
    """`rows`, `quarantined` and `issues` are where the child writes; `scratch` is for what it must unpack.

    `seconds` of processor time are what reading it may take; `forms` are the contract as it reads in files of ours
    that come back by this feed.
    """

    source: Path
    file_name: str
    delivery_id: str
    business_date: date
    known_from: int
    claimed_rows: int | None
    contract: Contract
    forms: tuple[Contract, ...] = ()
    codes: Codes
    max_quarantined_share: float
    rows: Path
    quarantined: Path
    issues: Path
    scratch: Path
    seconds: int = seconds_for(0)


class ColumnProfile(Declared):
    """Shares of one logical column over the rows that could be read."""

    column: str
    row_count: int
    null_share: float
    invalid_share: float
    quarantined_share: float


class Outcome(Declared):
    """Counts of DELIVERY and the profile.

    `broken` names a law that does not hold, `lacked` what this machine was short of: both stop the night.
    """

    rejection: str = ""
    rejection_detail: str = ""
    encoding: str = ""
    county_codes: tuple[str, ...] = ()
    counties: Mapping[str, int] = {}
    physical: int = 0
    header: int = 0
    blank: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    unanswered: int = 0
    answers_to: str = ""
    profile: tuple[ColumnProfile, ...] = ()
    broken: str = ""
    lacked: str = ""
