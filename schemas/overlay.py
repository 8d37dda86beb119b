"""The policy read from its files: a home's rows are laid over ours, key by key.

A home writes only what is its own. A row of its replaces ours of the same key, a value of its replaces ours of the same
name, and everything else stays ours. Of two rows that fit, the narrower one holds, wherever it stands; two rows of one
folder that are equally narrow and disagree are an error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from schemas.contract import Declared
from schemas.declaration import DeclarationError, read_yaml, reading
from schemas.policy import (
    ANY,
    Contradiction,
    Cycle,
    Ignored,
    Loss,
    Notice,
    Pattern,
    PayDay,
    PersonalCycle,
    Policy,
    ProgrammeRule,
    Release,
    Signal,
)
from schemas.working_days import Year

RULES: Final = "rules"
PATTERNS: Final[dict[str, type[Pattern]]] = {"losses": Loss, "signals": Signal, "ignored": Ignored}
MAPPINGS: Final = ("linkage", "calendar", "offices", "superiors", "tickets", "cases")
POLICY_FILES: Final = (*PATTERNS, *MAPPINGS, RULES)
RULE_KEYS: Final = tuple(name for name in Policy.model_fields if name not in (*PATTERNS, *MAPPINGS))
Row = TypeVar("Row", bound=Declared)
Key = tuple[Any, ...]
# by list: the row, and the fields that say what a row is about; a field that holds several is one row for each
_KEYED: Final[dict[str, tuple[type[Declared], tuple[str, ...]]]] = {
    **{name: (kind, ("feed", "event_code", "qualifiers")) for name, kind in PATTERNS.items()},
    "contradictions": (Contradiction, ("loss_kinds",)),
    "programmes": (ProgrammeRule, ("programmes", "loss_kinds")),
    "releases": (Release, ("feed", "event_codes", "ends")),
    "cycles": (Cycle, ("programme", "county", "method", "group", "from_date")),
    "personal_cycles": (PersonalCycle, ("person_no", "method", "from_date")),
    "notices": (Notice, ("stage",)),
    "pay_days": (PayDay, ("county", "programme")),
}
_CYCLE_NAMES: Final = ("programme", "county", "method", "group")


def read_policy(folders: Iterable[Path]) -> Policy:
    """Policy of these folders, a later one laid over the earlier.

    Raises `DeclarationError` naming the file and the key that is wrong or unknown.
    """
    layers = [_Layer(folder) for folder in folders]
    patterns: dict[Key, tuple[str, Pattern]] = {}
    for layer in layers:
        own = layer.patterns()
        about = {key[1:] for key in own}
        patterns = {key: row for key, row in patterns.items() if key[1:] not in about} | own
    merged: dict[str, Any] = {name: _rows_of(name, patterns) for name in PATTERNS}
    for name in _KEYED.keys() - PATTERNS.keys():
        rows: dict[Key, Declared] = {}
        for layer in layers:
            rows |= layer.rows(name)
        merged[name] = tuple(row for _, row in sorted(rows.items(), key=_narrow_first))
    merged["cycles"] = _cycles(merged["cycles"])
    _check_pay_days(merged["pay_days"])
    merged["notices"] = tuple(sorted(merged["notices"], key=lambda notice: -notice.days_before))
    for name in (*MAPPINGS, *(name for name in RULE_KEYS if name not in _KEYED)):
        merged[name] = _value(name, layers)
    with reading(f"policy {', '.join(f'{name}.yaml' for name in POLICY_FILES)}"):
        return Policy.model_validate(merged)


class _Layer:
    """The policy files of one folder, by name."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, Any] = {}
        for name in POLICY_FILES:
            path = folder / f"{name}.yaml"
            if path.is_file():
                with reading(f"policy {path.name}"):
                    self.files[name] = read_yaml(path)
        rules = self.files.get(RULES)
        if rules is not None and not isinstance(rules, Mapping):
            raise DeclarationError(f"policy rules.yaml: write keys with their values, of {', '.join(RULE_KEYS)}")
        for key in rules or {}:
            if key not in RULE_KEYS:
                raise DeclarationError(f"policy rules.yaml: {key}: no such key; write one of {', '.join(RULE_KEYS)}")

    def value(self, name: str) -> Any:
        """Content of the folder's file, or of a key of `rules`; None where the folder has none."""
        return self.files.get(name) if name in (*PATTERNS, *MAPPINGS) else (self.files.get(RULES) or {}).get(name)

    def says(self, name: str) -> bool:
        return name in self.files if name in (*PATTERNS, *MAPPINGS) else name in (self.files.get(RULES) or {})

    def rows(self, name: str) -> dict[Key, Declared]:
        """Rows of a list by what they are about."""
        kind, fields = _KEYED[name]
        found: dict[Key, tuple[int, Declared]] = {}
        for number, row in self._numbered(name, kind):
            empty = next((field for field in fields if getattr(row, field) == ()), None)
            if empty:
                raise DeclarationError(
                    f"policy {_place(name)}: row {number}: {empty}: it is empty, so the row is about nothing; write "
                    "what it is about, or take the row out"
                )
            for one in _spread(row, fields):
                _enter(found, _key(one, fields), number, one, where=_place(name))
        return {key: row for key, (_, row) in found.items()}

    def patterns(self) -> dict[Key, tuple[str, Pattern]]:
        """Rows that say what a record means, by (first day, feed, event, qualifier), with the file they stand in.

        What is said of one kind of record in two files, or twice, and not of different days, is an error.
        """
        found: dict[Key, tuple[str, int, Pattern]] = {}
        for name, kind in PATTERNS.items():
            for number, row in self._numbered(name, kind):
                for one in _spread(row, _KEYED[name][1]):
                    about = _key(one, _KEYED[name][1])
                    for key, (other_name, other_number, other) in found.items():
                        if key[1:] == about and not _at_different_times(one, other) and one != other:
                            raise DeclarationError(
                                f"policy {name}.yaml, row {number} and {other_name}.yaml, row {other_number} both say "
                                f"what {_words(about)} means, and disagree; keep one of them"
                            )
                    found[(getattr(one, "valid_from", None), *about)] = (name, number, one)
        return {key: (name, row) for key, (name, _, row) in found.items()}

    def _numbered(self, name: str, kind: type[Row]) -> Iterator[tuple[int, Row]]:
        declared = self.value(name)
        if declared is None and (name in PATTERNS or not self.says(name)):
            return  # an empty file says nothing
        if declared == []:
            raise DeclarationError(
                f"policy {_place(name)}: a list without a row takes none of ours away; write a row, or take it out"
            )
        with reading(f"policy {_place(name)}"):
            yield from enumerate(TypeAdapter(list[kind]).validate_python(declared), start=1)  # type: ignore[valid-type]


def _place(name: str) -> str:
    return f"{name}.yaml" if name in PATTERNS else f"rules.yaml: {name}"


def _spread(row: Row, fields: Sequence[str]) -> Iterator[Row]:
    """One row for each thing that the row is about."""
    several = [name for name in fields if isinstance(getattr(row, name), tuple)]
    for values in product(*(getattr(row, name) for name in several)):
        yield row.model_copy(update={name: (value,) for name, value in zip(several, values, strict=True)})


def _key(row: Declared, fields: Sequence[str]) -> Key:
    values = (getattr(row, name) for name in fields)
    return tuple(str(value[0] if isinstance(value, tuple) else value) for value in values)


def _enter(found: dict[Key, tuple[int, Declared]], key: Key, number: int, row: Declared, *, where: str) -> None:
    other_number, other = found.setdefault(key, (number, row))
    if other != row:
        raise DeclarationError(
            f"policy {where}: rows {other_number} and {number} are both about {_words(key)} and disagree; keep one"
        )


def _words(key: Key) -> str:
    return " ".join(str(part) or "''" for part in key)


def _narrow_first(item: tuple[Key, Declared]) -> tuple[int, Key]:
    return sum(part == ANY for part in item[0]), item[0]


def _at_different_times(one: Pattern, other: Pattern) -> bool:
    if not (isinstance(one, Signal) and isinstance(other, Signal)):
        return False
    return one.valid_to < other.valid_from or other.valid_to < one.valid_from


def _rows_of(name: str, patterns: Mapping[Key, tuple[str, Pattern]]) -> tuple[Pattern, ...]:
    rows = [((*key[1:], str(key[0])), row) for key, (file, row) in patterns.items() if file == name]
    return tuple(row for _, row in sorted(rows, key=lambda item: _narrow_first((item[0], item[1]))))


def _cycles(rows: Sequence[Cycle]) -> tuple[Cycle, ...]:
    """Narrower cycles first, and of the same names the one that begins later.

    Raises `DeclarationError` for two that can fit the same pass, neither of which is the narrower one.
    """
    for one, other in combinations(rows, 2):
        both = {name: _narrower(getattr(one, name), getattr(other, name)) for name in _CYCLE_NAMES}
        since = max(one.from_date, other.from_date)
        is_decided = any(_names_of(row) == tuple(both.values()) and row.from_date <= since for row in rows)
        disagree = (one.unit, one.length) != (other.unit, other.length)
        if disagree and _meet(one, other) and not is_decided:
            raise DeclarationError(
                f"policy rules.yaml: cycles: ({_names(one)}) and ({_names(other)}) fit the same pass, neither is the "
                f"narrower one, and they disagree; write a row for both: {both}"
            )
    ordered = sorted(rows, key=lambda row: row.from_date, reverse=True)
    return tuple(sorted(ordered, key=lambda row: (sum(name == ANY for name in _names_of(row)), _names_of(row))))


def _check_pay_days(rows: Sequence[PayDay]) -> None:
    """Raises `DeclarationError` for one row of a county and one of a programme that disagree about the two together."""
    known = {(row.county, row.programme) for row in rows}
    for one, other in product(rows, rows):
        crossed = ANY not in (one.county, other.programme) and (one.programme, other.county) == (ANY, ANY)
        disagree = (one.day, one.working_days_before) != (other.day, other.working_days_before)
        if crossed and disagree and (one.county, other.programme) not in known:
            raise DeclarationError(
                f"policy rules.yaml: pay_days: the row of county {one.county} and that of programme {other.programme} "
                "fit the same benefit, neither is the narrower one, and they disagree; write a row for both"
            )


def _meet(one: Cycle, other: Cycle) -> bool:
    return all(ANY in pair or pair[0] == pair[1] for pair in zip(_names_of(one), _names_of(other), strict=True))


def _narrower(one: str, other: str) -> str:
    return other if one == ANY else one


def _names_of(row: Cycle) -> tuple[str, ...]:
    return tuple(getattr(row, name) for name in _CYCLE_NAMES)


def _names(row: Cycle) -> str:
    return ", ".join(
        f"{name} {value}" for name, value in zip(_CYCLE_NAMES, _names_of(row), strict=True) if value != ANY
    )


def _value(name: str, layers: Sequence[_Layer]) -> Any:
    """A value, or a file of keys, each layer's laid over the one before; checked after each."""
    merge: Callable[[Any, Any], Any] = _added_pairs if name == "excluding_programmes" else laid_over
    value: Any = None
    for layer in layers:
        declared = layer.value(name)
        if declared is None and (name in MAPPINGS or not layer.says(name)):
            continue
        value = declared if value is None else merge(value, declared)
        for year, days in value.items() if name == "calendar" and isinstance(value, Mapping) else ():
            with reading(f"policy calendar.yaml: {year}"):
                Year.model_validate(days)
        with reading(f"policy {name}.yaml" if name in MAPPINGS else f"policy rules.yaml: {name}"):
            field = Policy.model_fields[name]
            TypeAdapter(field.rebuild_annotation()).validate_python(value)
    return value


def laid_over(ours: Any, own: Any) -> Any:
    """Key by key; anything that is not keys with values is replaced whole."""
    if isinstance(ours, Mapping) and isinstance(own, Mapping):
        return {**ours, **{key: laid_over(ours.get(key), value) for key, value in own.items()}}
    return own


def _added_pairs(ours: Any, own: Any) -> Any:
    """Our pairs, then those that are new; of a pair that we have, ours says which of the two ends."""
    if own == []:
        raise DeclarationError(
            "policy rules.yaml: excluding_programmes: a list without a row takes none of ours away; take it out"
        )
    if not isinstance(own, list) or not all(isinstance(pair, list) for pair in own):
        return own
    known = [set(pair) for pair in ours]
    return [*ours, *(pair for pair in own if set(pair) not in known)]
