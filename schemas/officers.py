"""Officers' register, `policy/officers.yaml`: who may act here, for which office, in which roles, and when.

An account is one person's, for ever: it is never given to somebody else. Who changes office or role, or comes back,
has a further row with its own dates.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from schemas.codes import OfficerRole
from schemas.contract import Declared
from schemas.declaration import DeclarationError, read_yaml, reading

FILE: Final = "officers.yaml"
PROVINCE: Final = "province"
_ACCOUNT: Final = r"^[a-z][a-z0-9._-]{1,63}$"


class Officer(Declared):
    """One term of duty. `office` is a county's code or `province`; `last_day` is the last day on duty, none: open."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    account: Annotated[str, Field(pattern=_ACCOUNT)]
    name: Annotated[str, Field(min_length=1, max_length=50)]
    office: Annotated[str, Field(min_length=1)]
    roles: Annotated[tuple[OfficerRole, ...], Field(min_length=1)]
    first_day: Annotated[date, Field(alias="from")]
    last_day: Annotated[date | None, Field(alias="to")] = None
    public_key: str = ""

    @model_validator(mode="after")
    def _days_are_in_order(self) -> "Officer":
        if self.last_day and self.last_day < self.first_day:
            raise ValueError("to is before from, so nobody is ever on duty by this row")
        return self

    def is_on_duty(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Register(Declared):
    officers: tuple[Officer, ...]

    @model_validator(mode="after")
    def _an_account_is_one_person(self) -> "Register":
        for number, officer in enumerate(self.officers):
            for other in self.officers[:number]:
                if other.account == officer.account and other.name != officer.name:
                    raise ValueError(f"account {officer.account} is two persons'; give each one of their own")
                if other.account == officer.account and _overlap(other, officer):
                    raise ValueError(
                        f"account {officer.account} has two rows for the same days; end one before the other"
                    )
        return self

    def on_duty(self, account: str, day: date) -> Officer | None:
        """The officer of this account as on duty that day; accounts are compared as they are written."""
        return next((one for one in self.officers if one.account == account and one.is_on_duty(day)), None)

    def accounts(self, role: OfficerRole, day: date) -> tuple[str, ...]:
        """Accounts that hold the role that day."""
        return tuple(one.account for one in self.officers if role in one.roles and one.is_on_duty(day))


def read_register(path: Path) -> Register | None:
    """None where there is no register. Raises `DeclarationError` naming the row and the key."""
    if not path.exists():
        return None
    with reading(f"policy {path.name}"):
        declared = read_yaml(path)
        if declared is None:
            raise DeclarationError(f"policy {path.name}: no officer; write a row for each, or take the file away")
        rows = TypeAdapter(tuple[Officer, ...]).validate_python(declared)
        # the order of the rows says nothing: equal registers are equal
        return Register(officers=tuple(sorted(rows, key=lambda one: (one.account, one.first_day))))


def unknown_offices(register: Register, counties: Iterable[str]) -> list[str]:
    known = {PROVINCE, *counties}
    return sorted({officer.office for officer in register.officers} - known)


def _overlap(one: Officer, other: Officer) -> bool:
    return one.is_on_duty(other.first_day) or other.is_on_duty(one.first_day)
