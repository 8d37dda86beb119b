"""Lines of tonight's files that wait for an office to answer them or act on them."""

from collections.abc import Iterable

import polars as pl
import pyarrow as pa

from schemas.codes import CaseKind
from schemas.emit.to_polars import table_schema
from schemas.tables import SENT


def lines_of(rows: pl.DataFrame, kind: CaseKind, *, number: str, until: str = "") -> pl.DataFrame:
    """SENT, from the rows of a file; `number` and `until` name their columns, what they lack stays empty."""
    schema = dict(table_schema(SENT))
    given = {name: pl.col(name) for name in ("county_code", "person_no", "programme_code", "effect")}
    given |= {"number": pl.col(number).cast(pl.String)} | ({"until": pl.col(until)} if until else {})
    known = {name: value for name, value in given.items() if name in ("number", "until") or name in rows.columns}
    empty = {name: pl.lit("" if kind == pl.String else None, dtype=kind) for name, kind in schema.items()}
    stated = empty | {name: value.cast(schema[name]) for name, value in known.items()}
    return rows.select(**(stated | {"case_kind": pl.lit(kind.value)})).select(SENT.names)


def sent_lines(lines: Iterable[pl.DataFrame | None]) -> pa.Table:
    """SENT, of every file that has such lines."""
    empty = pl.DataFrame(schema=table_schema(SENT))
    return pl.concat([empty, *(one for one in lines if one is not None)]).to_arrow().cast(SENT.arrow())
