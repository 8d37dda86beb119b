"""Read the Open Data Contract Standard files of `schemas/contracts/` into frozen objects.

One contract per feed and per outgoing file. What ODCS has a field for is said there (`physicalName`,
`logicalType`, `required`, `primaryKey`, `classification`, `slaProperties`); the rest stands in `customProperties`.
A folder read later replaces a contract of the same feed, so a local agency's other header is data.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.declaration import DeclarationError, files_of, read_yaml, reading

if TYPE_CHECKING:
    from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard, SchemaProperty

ColumnType = Literal["string", "date", "integer", "fen", "boolean"]
DateFormat = Literal[
    "", "yyyyMMdd", "yyyy-MM-dd", "yyyy/M/d", "yyyy/MM/dd", "yyyy.M.d", "yyyy年M月d日", "yyyyMM", "yyyy-MM-dd HH:mm:ss",
    "yyyy/M/d H:mm", "yyyyMMddHHmmss", "epoch_ms",
]  # fmt: skip
Delimiter = Literal[",", "\t", "|", ";"]
FileFormat = Literal["csv", "csv.gz", "zip", "xlsx", "parquet"]
TEXT_ENDINGS: Final = (".csv", ".csv.gz", ".zip")
# Whose feeds come from our own offices: registry, payments, counties.
OWN_AGENCY: Final = "social_insurance"
FEED_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
Role = Literal["registry", "payments", "population", "evidence", "verdict", "listed", "outgoing"]


class Declared(BaseModel):
    """A declaration that cannot be changed or carry a key nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Declared):
    """One column: `header` as the sender writes it, `name` as we say it.

    `pattern`: what numbers of ours look like. `fills`: of a file of ours, the column of the answering feed it carries.
    `names_answers`: its text ends with the words that may be filled in. `may_be_absent`: a file without the column is
    read as one in which it is empty.
    """

    name: str
    header: str
    type: ColumnType = "string"
    format: DateFormat = ""
    required: bool = False
    key: bool = False
    codes: str = ""
    check: Literal["", "id_number"] = ""
    pattern: str = ""
    fills: str = ""
    names_answers: bool = False
    may_be_absent: bool = False
    max_length: int = 200
    sensitivity: Literal["internal", "personal", "sensitive"] = "internal"
    retention: Literal["evidence", "identity", "ledger"] = "evidence"
    description: str = ""


class Volume(Declared):
    """Accepted rows a delivery may hold; outside, the delivery is gated, not dropped."""

    minimum: int
    maximum: int

    @model_validator(mode="after")
    def _is_a_band(self) -> "Volume":
        if self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}; exchange them")
        return self


class Contract(Declared):
    """Layout and delivery of one feed or one outgoing file.

    `purpose` and the description of a column are in Chinese for the offices that read them, English after ` / `.
    `every_days`: the sender's promise, a file at least so often; None: it comes when it comes. `office_columns` name
    the office within the agency that numbers its own records; `shared_key`: a record number may stand for several
    persons, as an order does. Of a file of ours that is sent for an answer, `answered_by` is the feed by which it comes
    back, `numbered_by` the columns that then make a record number; `answers_to` is said by `schemas.returned` alone:
    the file of ours that this contract reads.
    """

    feed: str
    title: str
    purpose: str = ""
    role: Role
    agency: str
    file_format: FileFormat
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"]
    delivery: Literal["snapshot", "delta", "append"]
    manifest: Literal["required", "none"]
    several_files: bool
    office_columns: tuple[str, ...] = ()
    shared_key: bool = False
    fresh_days: int = Field(ge=0)
    every_days: int | None = Field(default=None, ge=1)
    retired_on: str = ""
    constants: dict[str, str] = {}
    ignored_headers: tuple[str, ...] = ()
    trailer: str = ""
    delimiter: Delimiter = ","
    answered_by: str = ""
    numbered_by: tuple[str, ...] = ()
    answers_to: str = ""
    volume: Volume
    columns: tuple[Column, ...]

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Contract":
        for what in ("name", "header"):
            seen = [getattr(column, what) for column in self.columns]
            if len(seen) != len(set(seen)):
                raise ValueError(f"contract {self.feed}: a column {what} is declared twice")
        unknown = set(self.office_columns) - {column.name for column in self.columns}
        if unknown:
            raise ValueError(f"contract {self.feed}: office_columns names no column: {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def _delimiter_is_no_part_of_a_character(self) -> "Contract":
        if (self.delimiter, self.encoding) == ("|", "gb18030"):
            raise ValueError(f"contract {self.feed}: in gb18030 a | may be half of a character; use another delimiter")
        return self

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings that the name of a delivery may have: text comes plain or packed, any other form only as declared."""
        declared = "." + self.file_format
        return TEXT_ENDINGS if declared in TEXT_ENDINGS else (declared,)

    @property
    def record_key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def read_contracts(folders: Iterable[Path]) -> dict[str, Contract]:
    """Contracts by feed name; a later folder replaces what an earlier one declared.

    Raises `DeclarationError` naming the file and the key; also when two files of one folder declare the same feed.
    """
    contracts: dict[str, Contract] = {}
    for folder in folders:
        files: dict[str, str] = {}
        for path in files_of(folder, ".odcs.yaml"):
            contract = read_contract(path)
            other = files.setdefault(contract.feed, path.name)
            if other != path.name:
                raise DeclarationError(f"{path.name}: name: {other} declares {contract.feed} already; keep one of them")
            contracts[contract.feed] = contract
    return contracts


def read_contract(path: Path) -> Contract:
    with reading(path.name):
        return _contract(path)


def _contract(path: Path) -> Contract:
    # The parsing child is handed contracts that were read: it need not import this.
    from open_data_contract_standard.model import OpenDataContractStandard

    declared = read_yaml(path)
    if not isinstance(declared, dict):
        raise DeclarationError(f"{path.name}: no contract; copy one of ours and change it")
    document = OpenDataContractStandard(**declared)
    if not isinstance(document.name, str) or not FEED_NAME.fullmatch(document.name):
        raise DeclarationError(
            f"{path.name}: name: write the name of the feed, as its folder in the inbox: letters a-z, digits and _"
        )
    if not document.schema_ or not document.schema_[0].properties:
        raise DeclarationError(f"{path.name}: schema.properties: write a property for each column")
    if len(document.schema_) > 1:
        raise DeclarationError(
            f"{path.name}: schema: {len(document.schema_)} are written, and a contract is about one file; keep one and "
            "write a contract of its own for each other"
        )
    columns = tuple(_column(one, path, number) for number, one in enumerate(document.schema_[0].properties, start=1))
    described = _properties(document.customProperties, path, "customProperties")
    fields = {"feed": document.name, "title": document.schema_[0].businessName, "columns": columns, **described}
    if document.description and document.description.purpose:
        fields["purpose"] = document.description.purpose
    return Contract.model_validate(fields | _promised(document, path))


def _promised(document: "OpenDataContractStandard", path: Path) -> dict[str, Any]:
    """Days between two files, from the service levels of ODCS."""
    promised: dict[str, Any] = {}
    for level in document.slaProperties or ():
        if (level.property, level.unit) != ("frequency", "d"):
            raise DeclarationError(f"{path.name}: slaProperties: only frequency is known, with unit d for days")
        promised["every_days"] = level.value
    return promised


def _properties(items: Sequence["CustomProperty"] | None, path: Path, where: str) -> dict[str, Any]:
    """Values by property. Raises `DeclarationError` for one that is written twice."""
    found: dict[str, Any] = {}
    for item in items or ():
        if not item.property or item.property in found:
            raise DeclarationError(f"{path.name}: {where}: {item.property or 'property'}: write each property once")
        found[item.property] = item.value
    return found


def _column(declared: "SchemaProperty", path: Path, number: int) -> Column:
    """`logicalType: integer` with `unit: fen` is money; codes and checks are custom properties."""
    where = f"schema.properties.{declared.name or f'row {number}'}"
    if not declared.name or not declared.physicalName:
        absent = "physicalName" if declared.name else "name"
        meaning = "the header as the sender writes it" if declared.name else "what we call the column"
        raise DeclarationError(f"{path.name}: {where}: {absent}: write {meaning}")
    extra = _properties(declared.customProperties, path, where)
    options = declared.logicalTypeOptions or {}
    fields = {
        "name": declared.name,
        "header": declared.physicalName,
        "type": declared.logicalType,
        "format": options.get("format", ""),
        "max_length": options.get("maxLength", 200),
        "pattern": options.get("pattern", ""),
        "required": bool(declared.required),
        "key": bool(declared.primaryKey),
        "sensitivity": declared.classification or "internal",
        "description": declared.description or "",
    }
    return Column.model_validate(fields | extra)
