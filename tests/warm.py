"""What is dear to make and never changes, made once per process: an engine, and the policy as it ships."""

from functools import cache
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa

import schemas
from schemas.policy import Policy, read_policy

SCHEMAS = Path(schemas.__file__).parent


@cache
def engine() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


def stored(rows: pa.Table) -> ir.Table:
    """The rows as a table of the engine."""
    return engine().create_table(ibis.util.gen_name("t"), rows, temp=True)


@cache
def policy() -> Policy:
    return read_policy([SCHEMAS / "policy"])
