"""Request to the parsing child for one delivery, and its answer: one line of JSON each."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from schemas.contract import Contract, Declared

Codes = Mapping[str, Mapping[str, str]]


class Job(Declared):
    """`rows`, `quarantined` and `issues` are where the child writes; `scratch` is for what it must unpack.

    `forms`: the contract as it reads in files of ours that come back by this feed.
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


class ColumnProfile(Declared):
    """Shares of one logical column over the rows that could be read."""

    column: str
    row_count: int
    null_share: float
    invalid_share: float
    quarantined_share: float


class Outcome(Declared):
    """Counts of DELIVERY and the profile; `broken` names a law that does not hold, which is our error."""

    rejection: str = ""
    rejection_detail: str = ""
    encoding: str = ""
    county_codes: tuple[str, ...] = ()
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
