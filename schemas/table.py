"""The declaration language of our own tables: `Table` and `Field`, frozen and self-describing."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import pyarrow as pa

# Rows of a row group in every Parquet file we write: fixed, so that equal rows give equal bytes.
ROW_GROUP_ROWS: Final = 122_880
Kind = Literal["int64", "int32", "string", "date", "bool"]
_ARROW = {"int64": pa.int64(), "int32": pa.int32(), "string": pa.string(), "date": pa.date32(), "bool": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Field:
    """A column. One that was added in a later format, `since`, reads as `default` in files written before."""

    name: str
    kind: Kind
    description: str
    nullable: bool = False
    since: int = 1
    default: str | int | bool | date | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """Shape of the table up to the format `until`: its name then, and (name of today, name then) of columns."""

    until: int
    name: str
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`grain` is what one row is; `key` is unique and is the order of every stored file.

    `title` is its name in Chinese. `former` are the shapes it had: a reader accepts every older format.

    A table that is `append_only` is the union of what every run added; any other is a projection: the newest run's
    file stands for the whole table and can be rebuilt.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    retention: Literal["evidence", "identity", "ledger"] = "evidence"
    append_only: bool = False
    former: tuple[Former, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        if unsaid := [f.name for f in self.fields if f.since > 1 and not f.nullable and f.default is None]:
            raise ValueError(f"table {self.name}: columns added later say what older rows hold: {unsaid}")
        if strange := {name for former in self.former for name, _ in former.columns} - set(self.names):
            raise ValueError(f"table {self.name}: no columns of today were formerly named: {sorted(strange)}")
        if missing := set(self.key) - set(self.names):
            raise ValueError(f"table {self.name}: key names no field: {sorted(missing)}")
        if len(self.names) != len(set(self.names)):
            raise ValueError(f"table {self.name}: a field is declared twice")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def stored_as(self, version: int) -> tuple[str, dict[str, str]]:
        """Name of the table in files of a format version, and their names of its columns by those of today.

        Columns added since are left out.
        """
        former = min((one for one in self.former if version <= one.until), key=lambda one: one.until, default=None)
        known = {field.name: field.name for field in self.fields if field.since <= version}
        return (former.name, known | dict(former.columns)) if former else (self.name, known)

    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(f.name, _ARROW[f.kind], nullable=f.nullable) for f in self.fields])
