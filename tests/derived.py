"""A step derived from small tables written by hand: no lake, no stage, no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from pipelines.home.declared import SCHEMAS
from pipelines.step import Context, Derived, Inputs, Step
from pipelines.steps import STEPS
from pipelines.storage.engine import Engine
from schemas.code_tables import read_code_tables
from schemas.contract import read_contracts
from schemas.emit.to_arrow import validated_schema
from schemas.overlay import read_policy
from schemas.table import Table
from schemas.wording import read_wording

AS_OF = date(2024, 3, 18)
BLANK = {"string": "", "int64": 0, "int32": 0, "bool": False, "date": AS_OF}


@cache
def engine() -> Engine:
    """One warm engine for all tests of a process."""
    return Engine(Path(mkdtemp(prefix="silentcert-tests-")))


@cache
def shipped_policy():
    return read_policy([SCHEMAS / "policy"])


@cache
def shipped_wording():
    return read_wording([SCHEMAS / "wording"])


@cache
def shipped_contracts():
    return read_contracts([SCHEMAS / "contracts"])


@cache
def shipped_codes():
    return read_code_tables([SCHEMAS / "code_lists"])


def row(table: Table, **values: Any) -> dict[str, Any]:
    """A row of a table: what is not said is the declared default, else empty, zero or false; a date is the night."""
    blank = {
        f.name: None if f.nullable else f.default if f.default is not None else BLANK[f.kind] for f in table.fields
    }
    assert set(values) <= set(blank), f"{table.name} has no {set(values) - set(blank)}"
    return blank | values


def stored(table: Table, *rows: Mapping[str, Any]) -> ir.Table:
    return engine().table(arrow(table, rows))


def arrow(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of a table; only what they state is checked against it."""
    nullable = pa.schema([one.with_nullable(True) for one in table.arrow()])
    return pa.Table.from_pylist([dict(one) for one in rows], nullable)


@dataclass(frozen=True)
class Given(Inputs):
    """The tables of a test; any other table of the step is empty, and a feed without rows was never delivered."""

    step: Step
    tables: Mapping[Table, Sequence[Mapping[str, Any]]]
    feeds: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def __getitem__(self, table: Table) -> ir.Table:
        assert table in self.step.reads, f"{self.step.name} does not declare that it reads {table.name}"
        return stored(table, *self.tables.get(table, ()))

    def feed(self, contract, *, only=None):
        if contract.feed not in self.feeds:
            return None
        rows = engine().table(pa.Table.from_pylist(list(self.feeds[contract.feed]), validated_schema(contract)))
        return rows if only is None else rows.filter(rows.delivery_id.isin(sorted(only)))


def context(**values: Any) -> Context:
    """The first night of our own declarations, but for what is said."""
    return Context(
        **{
            "run_no": 1,
            "kind": "night",
            "as_of": AS_OF,
            "contracts": shipped_contracts(),
            "code_tables": shipped_codes(),
            "policy": shipped_policy(),
            "wording": shipped_wording(),
            "secret": b"key",
            "engine": engine(),
        }
        | values
    )


def derive(step: Step, tables, *, feeds=None, **values: Any) -> Derived:
    """What the step gives back for these tables and feeds."""
    unread = {table.name for table in tables} - {data.name for data in step.reads}
    assert not unread, f"{step.name} reads no {unread}"
    return step.derive(Given(step, tables, feeds or {}), context(**values))


def rows_of(derived: Derived, table: Table) -> list[dict[str, Any]]:
    content = derived.content[table]
    rows = content if isinstance(content, pa.Table) else engine().arrow(content)
    return sorted(rows.select(table.names).to_pylist(), key=lambda one: tuple(str(one[name]) for name in table.key))


def with_derive(name: str, derive) -> tuple[Step, ...]:
    """The steps, one of them deriving otherwise."""
    return tuple(replace(step, derive=derive) if step.name == name else step for step in STEPS)
