"""Meaning of senders' codes: the lists of `schemas/code_lists/`, one YAML file per table.

A row says the raw `code` a sender writes, the canonical `name` we store (the code itself where none is given)
and its Chinese `label`; several codes may mean one name. A folder read later adds codes to a list, or replaces
the meaning of a code, so a province's own numbering is data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, model_validator

from schemas.contract import Contract, Declared
from schemas.declaration import DeclarationError, files_of, read_yaml, reading

SHIPPED: Final = Path(__file__).with_name("code_lists")


class CodeRow(Declared):
    """One raw code. `retired` codes still occur in old records but are no longer given out."""

    code: str
    name: str
    label: str
    retired: bool = False

    @model_validator(mode="before")
    @classmethod
    def _without_a_name_the_code_is_it(cls, row: Any) -> Any:
        return {"name": row["code"], **row} if isinstance(row, dict) and "code" in row else row


@dataclass(frozen=True, slots=True)
class CodeTables:
    rows: Mapping[str, tuple[CodeRow, ...]]

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted(self.rows))

    def canonical(self, table: str) -> dict[str, str]:
        """Raw code → canonical name."""
        return {row.code: row.name for row in self._of(table)}

    def names(self, table: str) -> tuple[str, ...]:
        """Every canonical name once, in the order of the list."""
        return tuple(dict.fromkeys(row.name for row in self._of(table)))

    def words(self, table: str) -> tuple[str, ...]:
        """One code to write for each name, in the order of the list: its label where that is a code, or the first."""
        rows = [row for row in self._of(table) if not row.retired]
        first = {row.name: row.code for row in reversed(rows)}
        words = first | {row.name: row.code for row in rows if row.code == row.label}
        return tuple(words[name] for name in self.names(table) if name in words)

    def labels(self, table: str) -> dict[str, str]:
        """Canonical name → Chinese label; the first row of a name gives it."""
        return {row.name: row.label for row in reversed(self._of(table))}

    def label(self, table: str, name: str) -> str:
        """An empty name (an optional column left empty) has an empty label."""
        return self.labels(table)[name] if name else ""

    def retired(self, table: str) -> frozenset[str]:
        return frozenset(row.name for row in self._of(table) if row.retired)

    def used_by(self, *contracts: Contract) -> dict[str, dict[str, str]]:
        """`canonical` of each table that columns of the contracts name."""
        columns = [column for contract in contracts for column in contract.columns]
        named = {column.codes for column in columns if column.codes}
        flags = {"flag" for column in columns if column.type == "boolean"}
        return {table: self.canonical(table) for table in sorted(named | flags)}

    def _of(self, table: str) -> tuple[CodeRow, ...]:
        if table not in self.rows:
            raise KeyError(f"no code table {table}: add {table}.yaml to code_lists")
        return self.rows[table]


def read_code_tables(folders: Iterable[Path] = (SHIPPED,)) -> CodeTables:
    """Lists by file name; a later folder's row replaces an earlier one of the same raw code."""
    rows: dict[str, dict[str, CodeRow]] = {}
    for folder in folders:
        for path in files_of(folder, ".yaml"):
            with reading(f"code list {path.name}"):
                rows.setdefault(path.stem, {}).update(_list(path))
    return CodeTables({table: tuple(by_code.values()) for table, by_code in rows.items()})


def _list(path: Path) -> dict[str, CodeRow]:
    declared = read_yaml(path)
    if declared is None:
        return {}  # an empty file adds nothing
    rows = TypeAdapter(list[CodeRow]).validate_python(declared)
    by_code = {row.code: row for row in rows}
    if len(by_code) < len(rows):
        raise DeclarationError(f"code list {path.name}: a code is declared twice")
    return by_code
