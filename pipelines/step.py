"""A step of the night as data: what it reads, what it writes, and the pure function between the two.

`steps.py` lists them; `run/driver.py` runs them, for every caller. A step never opens the lake itself: it is given the
data sets it declares and nothing else, and returns those it declares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from schemas.codes import StepName
from schemas.identifiers import keyed_digest
from schemas.table import Table

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from schemas.code_tables import CodeTables
    from schemas.contract import Contract
    from schemas.officers import Register
    from schemas.policy import Policy
    from schemas.wording import Wording


@dataclass(frozen=True, slots=True)
class Files:
    """A folder of files that is no table of ours."""

    name: str
    description: str


INBOX = Files("inbox", "files as their senders laid them down")
RAW = Files("raw", "private copies of what arrived, each under the digest of its bytes")
PARSED = Files("parsed", "rows of each delivery, fresh from the parsing child; never committed")
VALIDATED = Files("validated", "typed rows of every accepted delivery, one data set per feed and business date")
GATES = Files(
    "gates", "the gates page and Great Expectations' Data Docs; outside every receipt, since they carry a clock"
)
OUTBOX = Files("outbox", "files that wait for release, by recipient")
REPORTS = Files("reports", "the night report")

DataSet = Table | Files


class Engine(Protocol):
    """The engine behind the expressions, as far as a step may use it."""

    def table(self, rows: "pa.Table") -> "ir.Table":
        """Small rows made in Python, as a table that expressions can join."""

    def cache(self, expression: "ir.Table") -> "ir.Table":
        """The expression's rows, computed once for all who use them."""

    def arrow(self, expression: "ir.Table") -> "pa.Table":
        """The expression's rows in memory, for work row by row."""


class Inputs(Protocol):
    """The data sets a step declares; any other is a `KeyError`."""

    def __getitem__(self, table: Table) -> "ir.Table":
        """An append-only table: the rows of every run. Any other: tonight's rows, else those of the newest run."""

    def feed(self, contract: "Contract", *, only: frozenset[str] | None = None) -> "ir.Table | None":
        """Accepted rows of a feed up to the night, of VALIDATED; None when there is nothing to read.

        `only` are the deliveries to read: no other's file is opened.
        """

    def folder(self, files: Files) -> Path:
        """Folder of the files of INBOX, RAW, PARSED or GATES."""


class EarlierNight(NamedTuple):
    """The newest run of kind night: only those publish to the outbox."""

    number: int
    as_of: date


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a step may know beside its tables. `run_no` is the receipt this run will get."""

    run_no: int
    kind: str
    as_of: date
    contracts: "Mapping[str, Contract]"
    code_tables: "CodeTables"
    policy: "Policy"
    wording: "Wording"
    secret: bytes
    engine: Engine
    last_night: EarlierNight | None = None
    officers: "Register | None" = None
    changed: tuple[str, ...] = ()  # declarations that differ from those of the last night
    feeds: frozenset[str] | None = None  # of a step `by_feed`, the feeds to do; None: all of them
    stands: Callable[[], bool] = field(default=lambda: False)  # whether what the newest run derived may stand
    progress: Callable[[str], None] = field(default=lambda message: None)

    def digest(self, *parts: object) -> str:
        """Keyed digest of the parts: ids that leave the building and survive a backfill."""
        return keyed_digest(self.secret, *parts)

    @property
    def incoming(self) -> "tuple[Contract, ...]":
        """Contracts of what comes in, in the order of their names."""
        return tuple(c for _, c in sorted(self.contracts.items()) if c.role != "outgoing")


class Derived(NamedTuple):
    """Content per data set, and counts for the log beside the numbers of rows.

    Of a table: an expression or Arrow rows. Of files: bytes by name, or a file on the same disk to take them from.
    """

    content: Mapping[DataSet, Any]
    counts: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Step:
    """`derive` is a function of the declared data sets and the context alone.

    A table that it reads and writes is that of the newest run, which it goes on from.
    `landed`, `parsed` and `validated` deal with files of others: they are given folders, and read and write there.
    Steps from `resolved` on are pure. A step `by_feed` may be run for some feeds at a time, by several processes.
    """

    name: StepName
    reads: tuple[DataSet, ...]
    writes: tuple[DataSet, ...]
    derive: Callable[[Inputs, Context], Derived]
    by_feed: bool = False

    @property
    def written_tables(self) -> tuple[Table, ...]:
        return tuple(data for data in self.writes if isinstance(data, Table))


@dataclass(frozen=True, slots=True)
class Reader:
    """A consumer that writes nothing: a command, the audit before the commit."""

    name: str
    reads: tuple[DataSet, ...]
