"""What each kind of error makes of one record: pure functions from what was meant to what was written.

A writer gets the record (canonical values by logical name) with its choice, a number in [0, 1), and answers the text of
each column it spoils, or None where this record cannot suffer that error. Only spoiled records pass here, one by one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from data_samples.province.sheet import FORMULA, NUMERIC
from schemas.codes import Issue, IssueKind, QuarantineReason
from schemas.contract import Column, Contract

Written = Mapping[str, str | date | None]
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_WIDE: Final = str.maketrans("0123456789X", "0123456789X".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}))
_SEPARATORS: Final = ("•", "‧", "・", ".", "-", "．")
_LOST: Final = ("?", "□", "\ue000", "\ufffd")
_UNKNOWN_CODES: Final = ("98", "X9")
_LONG: Final = "某" * 60
_OLDEST: Final = date(1850, 1, 1)


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A record about to be spoiled, the tables it is spoiled with, and the choice drawn for it."""

    values: Mapping[str, Any]
    contract: Contract
    characters: Mapping[str, Mapping[str, str]]  # kind → character → what is written for it
    codes: Mapping[str, Mapping[str, str]]  # code table → raw code → name
    choice: float

    @property
    def number(self) -> str:
        return self.values["id_number"] or ""

    @property
    def name(self) -> str:
        return self.values["name"] or ""

    def one_of(self, things: str | tuple[Any, ...] | list[Any]) -> Any:
        return things[int(self.choice * len(things))]


@dataclass(frozen=True, slots=True)
class Kind:
    """`issues`: (column, issue) a careful reader raises; `quarantined`: why the row is kept aside, with its column.

    `hides_holder`: whose number it was cannot be told any more; `is_silent`: nor does the number say a birth date.
    `needs_holder`: seen only against the registry. `is_declared`: the record, the registry and the base are enough to
    see it; else it is seen when others write of the person.
    """

    write: Callable[[Spoiled], Written | None]
    issues: tuple[tuple[str, Issue], ...] = ()
    ticket: IssueKind = IssueKind.CORRECT
    quarantined: tuple[str, QuarantineReason] | None = None
    hides_holder: bool = False
    is_silent: bool = False
    needs_holder: bool = False
    is_declared: bool = True


def check_character(body: str) -> str:
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def _lower_case_x(record: Spoiled) -> Written | None:
    return {"id_number": record.number.lower()} if record.number.endswith("X") else None


def _full_width(record: Spoiled) -> Written | None:
    return {"id_number": record.number.translate(_WIDE)} if record.number else None


def _inner_spaces(record: Spoiled) -> Written | None:
    number = record.number
    return {"id_number": f"{number[:6]} {number[6:-4]} {number[-4:]}"} if number else None


def _apostrophe(record: Spoiled) -> Written | None:
    return {"id_number": f"'{record.number}"} if record.number else None


def _scientific(record: Spoiled) -> Written | None:
    number = record.number
    return {"id_number": f"{number[0]}.{number[1:6]}E+17"} if len(number) == 18 and number.isdigit() else None


def _masked(record: Spoiled) -> Written | None:
    return {"id_number": record.number[:-4] + "****"} if record.number else None


def _cut_number(record: Spoiled) -> Written | None:
    return {"id_number": record.number[:-1]} if record.number else None


def _other_document(record: Spoiled) -> Written | None:
    return {"id_number": f"E{record.number[6:14]}"} if record.number else None


def _wrong_check(record: Spoiled) -> Written | None:
    if len(record.number) != 18:
        return None
    others = [character for character in _CHECKS if character != record.number[-1]]
    return {"id_number": record.number[:-1] + record.one_of(others)}


def _swapped_digits(record: Spoiled) -> Written | None:
    number = record.number
    if len(number) != 18 or number[14] == number[15]:
        return None
    return {"id_number": number[:14] + number[15] + number[14] + number[16:]}


def _other_digit(record: Spoiled) -> Written | None:
    """One digit of the sequence is another and the check character goes with it: a number that is valid."""
    return _checked(record, lambda body: body[:15] + str((int(body[15]) + 1 + int(record.choice * 8)) % 10) + body[16:])


def _held_name_cut(record: Spoiled) -> Written | None:
    return {"name": record.name[:-1]} if len(record.name) > 2 and "·" not in record.name else None


def _impossible_date(record: Spoiled) -> Written | None:
    return _checked(record, lambda body: f"{body[:10]}0230{body[14:]}")


def _unknown_county(record: Spoiled) -> Written | None:
    return _checked(record, lambda body: f"{body[:2]}9999{body[6:]}")


def _checked(record: Spoiled, change: Callable[[str], str]) -> Written | None:
    """A changed body with the check character that belongs to it: only the body is wrong."""
    if len(record.number) != 18:
        return None
    body = change(record.number[:17])
    return {"id_number": body + check_character(body)}


def _no_number(record: Spoiled) -> Written | None:
    return {"id_number": None} if record.number else None


def _columns_swapped(record: Spoiled) -> Written | None:
    return {"id_number": record.name, "name": record.number} if record.number and record.name else None


def _edge_blanks(record: Spoiled) -> Written | None:
    return {"id_number": record.number + "  "} if record.number else None


def _separator(record: Spoiled) -> Written | None:
    return {"name": record.name.replace("·", record.one_of(_SEPARATORS))} if "·" in record.name else None


def _separator_lost(record: Spoiled) -> Written | None:
    return {"name": record.name.replace("·", "")} if "·" in record.name else None


def _lost_character(record: Spoiled) -> Written | None:
    if len(record.name) < 2:
        return None
    place = 1 + int(record.choice * 997) % (len(record.name) - 1)
    return {"name": record.name[:place] + record.one_of(_LOST) + record.name[place + 1 :]}


def _replaced(kind: str) -> Callable[[Spoiled], Written | None]:
    """One of the characters for which the table has another."""

    def write(record: Spoiled) -> Written | None:
        table = record.characters[kind]
        places = [place for place, character in enumerate(record.name) if character in table]
        if not places:
            return None
        place = record.one_of(places)
        return {"name": record.name[:place] + table[record.name[place]] + record.name[place + 1 :]}

    return write


def _cut_name(record: Spoiled) -> Written | None:
    """What is left may be the whole name of somebody else."""
    return {"name": record.name[:3]} if len(record.name) > 3 and "·" not in record.name else None


def _first_part(record: Spoiled) -> Written | None:
    first, dot, _ = record.name.partition("·")
    return {"name": first} if dot and len(first) > 1 else None


def _name_blanks(record: Spoiled) -> Written | None:
    return {"name": f"{record.name[0]}　{record.name[1]}"} if len(record.name) == 2 else None


def _other_birth_date(record: Spoiled) -> Written | None:
    born = record.values["birth_date"]
    return {"birth_date": born + timedelta(days=1 + int(record.choice * 27))} if born else None


def _placeholder(column: str) -> Callable[[Spoiled], Written | None]:
    def write(record: Spoiled) -> Written | None:
        day = date(1900, 1, 1) if record.choice < 0.6 else date(9999, 12, 31)
        return {column: day} if record.values[column] else None

    return write


def _other_sex(record: Spoiled) -> Written | None:
    other = {"1": "2", "2": "1"}.get(record.values["sex"] or "")
    return {"sex": other} if other else None


def _future_event(record: Spoiled) -> Written | None:
    happened = record.values["event_date"]
    later = happened + timedelta(days=365) if happened else None
    return {"event_date": later} if later and later > record.values["_business_date"] else None


def _before_birth(record: Spoiled) -> Written | None:
    born = birth_of(record.values)
    early = born - timedelta(days=400 + int(record.choice * 4000)) if born else _OLDEST
    return {"event_date": early} if record.values["event_date"] and early > _OLDEST else None


def birth_of(values: Mapping[str, Any]) -> date | None:
    """As stated, else as the number says."""
    number = values.get("id_number") or ""
    return values.get("birth_date") or (date.fromisoformat(number[6:14]) if len(number) == 18 else None)


def _last_year(record: Spoiled) -> Written | None:
    happened = record.values["event_date"]
    return {"event_date": happened - timedelta(days=365)} if happened and happened.month == 1 else None


def _unknown_code(record: Spoiled) -> Written | None:
    coded = [c for c in record.contract.columns if c.codes and record.values[c.name] not in (None, "")]
    if not coded:
        return None
    column = record.one_of(coded)
    return {column.name: next(code for code in _UNKNOWN_CODES if code not in record.codes[column.codes])}


def _other_date_format(record: Spoiled) -> Written | None:
    happened = record.values["event_date"]
    if not happened:
        return None
    ways = (
        f"{happened:%Y.%m.%d}",
        f"{happened:%Y%m}00",
        f"{happened:%y-%m-%d}",
        f"{(happened - date(1899, 12, 30)).days}",
    )
    is_moment = record.contract.column("event_date").format == "epoch_ms"
    is_book = record.contract.file_format == "xlsx"  # in which any day with its year first is read
    return {"event_date": ways[0] if is_moment else record.one_of(ways[1:] if is_book else ways)}


def _no_name(record: Spoiled) -> Written | None:
    return {"name": None}


def _long_name(record: Spoiled) -> Written | None:
    return {"name": record.name + _LONG}


def _words_for_number(record: Spoiled) -> Written | None:
    return {"amount_fen": "一百三十二元"}


def _number_cell(record: Spoiled) -> Written | None:
    return {"id_number": NUMERIC + record.number} if record.number.isdigit() else None


def _formula_cell(record: Spoiled) -> Written | None:
    return {"name": FORMULA + "A1"}


def _address_break(record: Spoiled) -> Written | None:
    address = record.values["address"]
    return {"address": f"{address},\r二号楼"} if address else None


def _untouched(record: Spoiled) -> Written | None:
    return {}


def _bad_number(write: Callable[[Spoiled], Written | None], issue: Issue) -> Kind:
    return Kind(write, (("id_number", issue),), hides_holder=True, is_silent=True)


def _rewritten(write: Callable[[Spoiled], Written | None]) -> Kind:
    return Kind(write, (("id_number", Issue.ID09),))


def _another_name(write: Callable[[Spoiled], Written | None], issue: Issue) -> Kind:
    return Kind(write, (("name", issue),), IssueKind.CHECK, needs_holder=True)


def _named(write: Callable[[Spoiled], Written | None], issue: Issue | None) -> Kind:
    return Kind(write, (("name", issue),) if issue else ())


def _quarantined(write: Callable[[Spoiled], Written | None], column: str, reason: QuarantineReason) -> Kind:
    return Kind(write, quarantined=(column, reason))


KINDS: Final[Mapping[str, Kind]] = {
    "LOWER_CASE_X": _rewritten(_lower_case_x),
    "FULL_WIDTH": _rewritten(_full_width),
    "INNER_SPACES": _rewritten(_inner_spaces),
    "APOSTROPHE": _rewritten(_apostrophe),
    "SCIENTIFIC": _bad_number(_scientific, Issue.ID09),
    "MASKED": _bad_number(_masked, Issue.ID01),
    "CUT_NUMBER": _bad_number(_cut_number, Issue.ID01),
    "OTHER_DOCUMENT": Kind(_other_document, hides_holder=True, is_silent=True),
    "WRONG_CHECK": _bad_number(_wrong_check, Issue.ID02),
    "SWAPPED_DIGITS": _bad_number(_swapped_digits, Issue.ID02),
    "IMPOSSIBLE_DATE": _bad_number(_impossible_date, Issue.ID03),
    "UNKNOWN_COUNTY": Kind(_unknown_county, (("id_number", Issue.ID04),), IssueKind.CHECK, hides_holder=True),
    "NO_NUMBER": Kind(_no_number, hides_holder=True, is_silent=True),
    "COLUMNS_SWAPPED": Kind(_columns_swapped, (("id_number", Issue.ID01),)),
    "OTHER_DIGIT": Kind(
        _other_digit, (("id_number", Issue.ID07),), IssueKind.CHECK, hides_holder=True, is_declared=False
    ),
    "HELD_NAME_CUT": Kind(_held_name_cut, (("id_number", Issue.ID06),), IssueKind.CHECK, is_declared=False),
    "EDGE_BLANKS": Kind(_edge_blanks),
    "SEPARATOR": _named(_separator, Issue.NM01),
    "SEPARATOR_LOST": _named(_separator_lost, None),
    "LOST_CHARACTER": _named(_lost_character, Issue.NM02),
    "TRADITIONAL": _named(_replaced("traditional"), Issue.NM03),
    "HOMOPHONE": _another_name(_replaced("homophones"), Issue.NM04),
    "CUT_NAME": Kind(_cut_name, (("id_number", Issue.ID06),), IssueKind.CHECK, needs_holder=True),
    "FIRST_PART": _another_name(_first_part, Issue.NM05),
    "NAME_BLANKS": _named(_name_blanks, None),
    "OTHER_BIRTH_DATE": Kind(_other_birth_date, (("birth_date", Issue.DM01),)),
    "BIRTH_PLACEHOLDER": Kind(_placeholder("birth_date"), (("birth_date", Issue.DT06),)),
    "OTHER_SEX": Kind(_other_sex, (("sex", Issue.DM02),)),
    "FUTURE_EVENT": Kind(_future_event, (("event_date", Issue.DT01),)),
    "BEFORE_BIRTH": Kind(_before_birth, (("event_date", Issue.DT02),)),
    "LAST_YEAR": Kind(_last_year),
    "RECORDED_PLACEHOLDER": Kind(_placeholder("recorded_date"), (("recorded_date", Issue.DT06),)),
    "UNKNOWN_CODE": _quarantined(_unknown_code, "", QuarantineReason.UNKNOWN_CODE),
    "OTHER_DATE_FORMAT": _quarantined(_other_date_format, "event_date", QuarantineReason.BAD_DATE),
    "EVENT_PLACEHOLDER": _quarantined(_placeholder("event_date"), "event_date", QuarantineReason.BAD_DATE),
    "NO_NAME": _quarantined(_no_name, "name", QuarantineReason.MISSING),
    "LONG_NAME": _quarantined(_long_name, "name", QuarantineReason.TOO_LONG),
    "WORDS_FOR_NUMBER": _quarantined(_words_for_number, "amount_fen", QuarantineReason.BAD_NUMBER),
    "RAGGED": _quarantined(_untouched, "", QuarantineReason.RAGGED),
    "STRAY_QUOTE": _quarantined(_untouched, "", QuarantineReason.STRAY_QUOTE),
    "NUL_BYTE": _quarantined(_untouched, "", QuarantineReason.NUL_BYTE),
    "UNDECODABLE": _quarantined(_untouched, "", QuarantineReason.UNDECODABLE),
    "NUMBER_CELL": _quarantined(_number_cell, "id_number", QuarantineReason.NUMERIC_ID),
    "FORMULA_CELL": _quarantined(_formula_cell, "name", QuarantineReason.FORMULA),
    "ADDRESS_BREAK": Kind(_address_break),
    "REPEATED": Kind(_untouched, (("", Issue.SQ04),)),
}
BROKEN_ROWS: Final = ("RAGGED", "STRAY_QUOTE", "NUL_BYTE", "UNDECODABLE")
_NEEDS: Final = {
    "number": ("id_number",), "name": ("name",), "birth_date": ("birth_date",), "sex": ("sex",),
    "event_date": ("event_date",), "recorded_date": ("recorded_date",), "address": ("address",),
}  # fmt: skip
_ROW_NEEDS: Final = {
    "OTHER_DATE_FORMAT": ("event_date",), "EVENT_PLACEHOLDER": ("event_date",), "NO_NAME": ("name",),
    "LONG_NAME": ("name",), "WORDS_FOR_NUMBER": ("amount_fen",), "NUMBER_CELL": ("id_number",),
    "FORMULA_CELL": ("name",), "COLUMNS_SWAPPED": ("id_number", "name"),
}  # fmt: skip


def can_happen(kind: str, slot: str, contract: Contract) -> bool:
    """The feed has the columns, and its files can be broken that way."""
    columns: dict[str, Column] = {column.name: column for column in contract.columns}
    if not set(_NEEDS.get(slot, ()) + _ROW_NEEDS.get(kind, ())) <= set(columns):
        return False
    if kind == "EVENT_PLACEHOLDER" and (
        columns["event_date"].format == "epoch_ms" or not columns["event_date"].required
    ):
        return False
    formats = {"NUMBER_CELL": ("xlsx",), "FORMULA_CELL": ("xlsx",), "RAGGED": ("csv", "csv.gz", "zip", "xlsx")}
    of_lines = dict.fromkeys(BROKEN_ROWS[1:], ("csv", "csv.gz", "zip"))
    return contract.file_format in (formats | of_lines).get(kind, (contract.file_format,))
