"""How a delivery can go wrong: late, short, twice, in another encoding, under a drifted header, damaged, or not at all.

What a reader must reject is sent again, as it should have been, the day after.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from data_samples.province.dirt_rates import DirtRates, Mishap
from data_samples.province.packing import Form, declared_form
from data_samples.province.record_draws import draw
from schemas.codes import Rejection
from schemas.contract import Contract

_OF_LINES: Final = ("csv", "csv.gz", "zip")
_FEWEST_TO_CUT: Final = 10


@dataclass(frozen=True, slots=True)
class Sending:
    """One file of a delivery. `claims_whole`: its manifest is of the whole file; `rejection`: why, if it must be."""

    file_name: str
    arrives_on: date
    mishap: Mishap
    form: Form | None
    claims_whole: bool = False
    rejection: Rejection | None = None


def file_name(contract: Contract, business_date: date, *, number: int = 1) -> str:
    again = f"_{number}" if number > 1 else ""
    return f"{contract.feed}_{business_date:%Y%m%d}{again}.{contract.file_format}"


def choose_mishap(contract: Contract, business_date: date, rates: DirtRates, *, seed: int, rows: int) -> Mishap:
    """Drawn for the feed and the night; NONE where a file of this kind and size cannot go wrong that way."""
    drawn = draw(f"{contract.feed}/{business_date}", seed=seed, purpose="mishap")
    for mishap, share in rates.files.items():
        if drawn < share:
            return mishap if _can_happen(mishap, contract, rows) else "NONE"
        drawn -= share
    return "NONE"


def _can_happen(mishap: Mishap, contract: Contract, rows: int) -> bool:
    if mishap in ("COUNTY_SHORT", "COUNTY_LEFT_OUT"):
        return contract.delivery == "snapshot" and contract.file_format in _OF_LINES and rows >= _FEWEST_TO_CUT
    if mishap in ("SHORT", "OTHER_ENCODING", "NAMES_SORTED", "QUESTION_MARKS"):
        has_names = any(column.name == "name" for column in contract.columns)
        if mishap == "QUESTION_MARKS" and contract.role == "listed":
            return False  # its codes are Chinese words: no row is left
        return contract.file_format in _OF_LINES and rows >= _FEWEST_TO_CUT and has_names
    if mishap == "DRIFTED_HEADER":
        return contract.file_format != "parquet"
    return not (mishap == "MISSING" and contract.role == "registry")


def sendings(
    contract: Contract, business_date: date, mishap: Mishap, rates: DirtRates, *, seed: int
) -> tuple[Sending, ...]:
    """The files of a delivery; the last one that is not rejected is the whole and right one."""
    choice = draw(f"{contract.feed}/{business_date}", seed=seed, purpose="mishap choice")
    form, name = declared_form(contract), file_name(contract, business_date)
    again, next_day = file_name(contract, business_date, number=2), business_date + timedelta(days=1)
    right = Sending(name, business_date, "NONE", form)
    resent = Sending(again, next_day, "NONE", form)
    if mishap == "LATE":
        return (replace(right, mishap=mishap, arrives_on=business_date + timedelta(1 + int(choice * rates.late_days))),)
    if mishap == "MISSING":
        return (replace(right, mishap=mishap, form=None),)
    if mishap == "TWICE":
        return _twice(right, contract, next_day)
    if mishap == "NONE":
        return (right,)
    changed, rejection = _changed(mishap, form, contract, choice)
    claims_whole = mishap in ("SHORT", "EMPTY", "CUT")
    wrong = replace(right, mishap=mishap, form=changed, claims_whole=claims_whole, rejection=rejection)
    return (wrong,) if mishap == "OTHER_ENCODING" and rejection is None else (wrong, resent)


def _twice(right: Sending, contract: Contract, next_day: date) -> tuple[Sending, ...]:
    """The same bytes under another name, and the same rows in other bytes a day later."""
    day = right.arrives_on
    same = replace(right, file_name=file_name(contract, day, number=2), mishap="TWICE")
    if contract.file_format not in _OF_LINES or right.form is None:
        return (right, same)
    other = replace(right.form, newline="\n")
    return (right, same, Sending(file_name(contract, day, number=3), next_day, "TWICE", other))


def _changed(mishap: Mishap, form: Form, contract: Contract, choice: float) -> tuple[Form, Rejection | None]:
    """A total row is not counted, so a short file is rejected where a manifest tells; UTF-8 is read in any case."""
    if mishap == "SHORT":
        is_told = contract.manifest == "required"
        return replace(form, share=0.3 + 0.6 * choice), Rejection.BAD_MANIFEST if is_told else None
    if mishap == "OTHER_ENCODING":
        was_local = contract.encoding == "gb18030"
        return replace(
            form, encoding="utf-8" if was_local else "gb18030"
        ), None if was_local else Rejection.BAD_ENCODING
    if mishap != "DRIFTED_HEADER":
        return replace(form, share=0.0 if mishap == "HEADER_ONLY" else 1.0, damage=mishap), _of_damage(mishap, contract)
    drifted = int(choice * len(contract.columns))
    return replace(form, headers=_drifted(form.headers, drifted)), Rejection.BAD_HEADER


def _of_damage(mishap: Mishap, contract: Contract) -> Rejection | None:
    """Nothing at all, or no end: told by the manifest, else by the container; lines without an end are read so far."""
    if mishap not in ("EMPTY", "CUT"):
        return None
    if contract.manifest == "required":
        return Rejection.BAD_MANIFEST
    if contract.file_format in ("parquet", "xlsx"):
        return Rejection.BAD_FILE
    if mishap == "EMPTY" and contract.file_format != "zip":
        return Rejection.BAD_HEADER
    return None if contract.file_format == "csv" else Rejection.BAD_ARCHIVE


def _drifted(headers: tuple[str, ...], place: int) -> tuple[str, ...]:
    """A system was replaced and one header is written in another way."""
    old = headers[place]
    new = old.swapcase() if old.isascii() and old.swapcase() != old else f"{old}(新)"
    return (*headers[:place], new, *headers[place + 1 :])
