"""Read the Open Data Contract Standard files of `schemas/contracts/` into frozen objects.

One contract per feed and per outgoing file. What ODCS has a field for is said there (`physicalName`,
`logicalType`, `required`, `primaryKey`, `classification`, `slaProperties`); the rest stands in `customProperties`.
A folder read later replaces a contract of the same feed, so a local agency's other header is data.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.declaration import DeclarationError, read_yaml, reading

if TYPE_CHECKING:
    from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

ColumnType = Literal["string", "date", "integer", "fen", "boolean"]
DateFormat = Literal["", "yyyyMMdd", "yyyy-MM-dd", "yyyy/M/d", "yyyy-MM-dd HH:mm:ss", "epoch_ms"]
FileFormat = Literal["csv", "csv.gz", "zip", "xlsx", "parquet"]
TEXT_ENDINGS: Final = (".csv", ".csv.gz", ".zip")
Role = Literal["registry", "payments", "population", "evidence", "verdict", "listed", "outgoing"]


class Declared(BaseModel):
    """A declaration that cannot be changed or carry a key nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Declared):
    """One column: `header` as the sender writes it, `name` as we say it."""

    name: str
    header: str
    type: ColumnType = "string"
    format: DateFormat = ""
    required: bool = False
    key: bool = False
    codes: str = ""
    check: Literal["", "id_number"] = ""
    max_length: int = 200
    sensitivity: Literal["internal", "personal", "sensitive"] = "internal"
    retention: Literal["evidence", "identity", "ledger"] = "evidence"
    description: str = ""


class Volume(Declared):
    """Accepted rows a delivery may hold; outside, the delivery is gated, not dropped."""

    minimum: int
    maximum: int


class Contract(Declared):
    """Layout and delivery of one feed or one outgoing file.

    `every_days`: the sender's promise, a file at least so often; None: it comes when it comes. `numbered_by`: columns
    that name the office within the agency that numbers its own records. `shared_key`: a record number may stand for
    several persons, as an order does.
    """

    feed: str
    title: str
    role: Role
    agency: str
    file_format: FileFormat
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"]
    delivery: Literal["snapshot", "delta", "append"]
    manifest: Literal["required", "none"]
    several_files: bool
    numbered_by: tuple[str, ...] = ()
    shared_key: bool = False
    fresh_days: int = Field(ge=0)
    every_days: int | None = Field(default=None, ge=1)
    retired_on: str = ""
    constants: dict[str, str] = {}
    ignored_headers: tuple[str, ...] = ()
    trailer: str = ""
    volume: Volume
    columns: tuple[Column, ...]

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Contract":
        for what in ("name", "header"):
            seen = [getattr(column, what) for column in self.columns]
            if len(seen) != len(set(seen)):
                raise ValueError(f"contract {self.feed}: a column {what} is declared twice")
        unknown = set(self.numbered_by) - {column.name for column in self.columns}
        if unknown:
            raise ValueError(f"contract {self.feed}: numbered_by names no column: {', '.join(sorted(unknown))}")
        return self

    @property
    def endings(self) -> tuple[str, ...]:
        """How the name of a delivery may end: text comes plain or packed, any other form only as declared."""
        declared = "." + self.file_format
        return TEXT_ENDINGS if declared in TEXT_ENDINGS else (declared,)

    @property
    def record_key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def read_contracts(folders: Iterable[Path]) -> dict[str, Contract]:
    """Contracts by feed name; a later folder replaces what an earlier one declared."""
    return {
        contract.feed: contract
        for folder in folders
        for path in sorted(folder.glob("*.odcs.yaml"))
        for contract in [_read(path)]
    }


def _read(path: Path) -> Contract:
    with reading(path.name):
        return _contract(path)


def _contract(path: Path) -> Contract:
    # The parsing child is handed contracts that were read: it need not import this.
    from open_data_contract_standard.model import OpenDataContractStandard

    document = OpenDataContractStandard(**read_yaml(path))
    if not document.schema_ or not document.schema_[0].properties:
        raise DeclarationError(f"{path.name}: no schema with properties")
    columns = tuple(_column(declared) for declared in document.schema_[0].properties)
    described: dict[str, Any] = {item.property or "": item.value for item in document.customProperties or ()}
    fields = {"feed": document.name, "title": document.schema_[0].businessName, "columns": columns, **described}
    return Contract.model_validate(fields | _promised(document, path))


def _promised(document: "OpenDataContractStandard", path: Path) -> dict[str, Any]:
    """How often a file comes, in days, from the service levels of ODCS."""
    promised: dict[str, Any] = {}
    for level in document.slaProperties or ():
        if (level.property, level.unit) != ("frequency", "d"):
            raise DeclarationError(f"{path.name}: slaProperties: only frequency is known, with unit d for days")
        promised["every_days"] = level.value
    return promised


def _column(declared: "SchemaProperty") -> Column:
    """`logicalType: integer` with `unit: fen` is money; codes and checks are custom properties."""
    extra: dict[str, Any] = {item.property or "": item.value for item in declared.customProperties or ()}
    options = declared.logicalTypeOptions or {}
    fields = {
        "name": declared.name,
        "header": declared.physicalName,
        "type": declared.logicalType,
        "format": options.get("format", ""),
        "max_length": options.get("maxLength", 200),
        "required": bool(declared.required),
        "key": bool(declared.primaryKey),
        "sensitivity": declared.classification or "internal",
        "description": declared.description or "",
    }
    return Column.model_validate(fields | extra)
