"""The declaration language of our own tables: `Table` and `Field`, frozen and self-describing."""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal["int64", "int32", "string", "date", "bool"]
_ARROW = {"int64": pa.int64(), "int32": pa.int32(), "string": pa.string(), "date": pa.date32(), "bool": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    description: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`grain` is what one row is; `key` is unique and is the order of every stored file.

    A table that is `append_only` is the union of what every run added; any other is a projection: the newest run's
    file stands for the whole table and can be rebuilt.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    retention: Literal["evidence", "identity", "ledger"] = "evidence"
    append_only: bool = False

    def __post_init__(self) -> None:
        if missing := set(self.key) - set(self.names):
            raise ValueError(f"table {self.name}: key names no field: {sorted(missing)}")
        if len(self.names) != len(set(self.names)):
            raise ValueError(f"table {self.name}: a field is declared twice")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def arrow(self) -> pa.Schema:
        return pa.schema([pa.field(f.name, _ARROW[f.kind], nullable=f.nullable) for f in self.fields])
