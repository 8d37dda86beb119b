"""The rows of each feed that count tonight."""

from collections.abc import Collection, Iterator
from functools import cached_property

import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from pipelines.coverage import Known, known_deliveries
from pipelines.errors import PipelineError
from pipelines.resolved.versions import current_issues, newest_snapshot, of_current_deliveries
from pipelines.step import Context, Inputs
from schemas.contract import Contract
from schemas.emit.to_arrow import validated_schema
from schemas.tables import DELIVERY, FORMAT_ISSUE

# (delivery_id, county) of a snapshot, which stands county by county; the county is None of any other delivery
Part = tuple[str, str | None]


class Feeds:
    """Rows of the newest snapshot of each county, or every accepted row of a feed that sends no snapshots."""

    def __init__(self, tables: Inputs, context: Context) -> None:
        self.tables, self.context = tables, context

    @cached_property
    def known(self) -> Known:
        return known_deliveries(self.tables, self.context)

    def contracts(self, *roles: str) -> Iterator[Contract]:
        return (contract for contract in self.context.incoming if contract.role in roles)

    def rows(self, contract: Contract, *, only: Collection[Part] | None = None) -> pl.DataFrame:
        """Rows that count, or `only` those of these parts. Without any: an empty table with the same columns."""
        rows = self.stored(contract, only=only)
        return as_frame(validated_schema(contract).empty_table() if rows is None else self.context.engine.arrow(rows))

    def stored(self, contract: Contract, *, only: Collection[Part] | None = None) -> ir.Table | None:
        """The same rows as `rows`, not yet fetched from the engine; None when there is nothing to read."""
        if contract.delivery != "snapshot" and only is None:
            return self.tables.feed(contract)
        parts = self.parts(contract) if only is None else only
        rows = self.tables.feed(contract, only=frozenset(delivery for delivery, _ in parts))
        if rows is None or contract.delivery != "snapshot":
            return rows
        return of_current_deliveries(rows, self.context.engine.table(parts_table(parts)))

    def parts(self, contract: Contract) -> list[Part]:
        """Deliveries that count, of a snapshot county by county."""
        if contract.delivery == "snapshot":
            return [*newest_snapshot(self.known.days(contract))]
        return [(delivery, None) for delivery in self._accepted.get(contract.feed, ())]

    @cached_property
    def _accepted(self) -> dict[str, list[str]]:
        """Deliveries with rows up to the night, by feed."""
        delivery = self.tables[DELIVERY]
        accepted = delivery.filter(
            delivery.rejection == "", delivery.accepted > 0, delivery.business_date <= self.context.as_of
        )
        found: dict[str, list[str]] = {}
        for row in self.context.engine.arrow(accepted.select("feed", "delivery_id")).to_pylist():
            found.setdefault(row["feed"], []).append(row["delivery_id"])
        return found

    def replies(self) -> Iterator[tuple[pl.DataFrame, Contract]]:
        """Rows of each feed that answers tickets, with its contract."""
        for contract in self.contracts("listed"):
            if "ticket_id" in {column.name for column in contract.columns}:
                yield self.rows(contract), contract

    def seen_on_reading(self) -> pl.DataFrame:
        """Issues found when the files in force were read."""
        snapshots = [contract for contract in self.context.incoming if contract.delivery == "snapshot"]
        in_force = [delivery for contract in snapshots for delivery, _ in self.parts(contract)]
        issues = current_issues(
            self.tables[FORMAT_ISSUE],
            self.tables[DELIVERY],
            [contract.feed for contract in snapshots],
            in_force,
            as_of=self.context.as_of,
        )
        return as_frame(self.context.engine.arrow(issues))


def parts_table(parts: Collection[Part]) -> pa.Table:
    """delivery_id, of_county."""
    shape = pa.schema([("delivery_id", pa.string()), ("of_county", pa.string())])
    return pa.Table.from_pylist([dict(zip(shape.names, part, strict=True)) for part in sorted(parts, key=str)], shape)


def as_frame(rows: pa.Table) -> pl.DataFrame:
    """The rows in memory. Raises `PipelineError` for what is no table."""
    frame = pl.from_arrow(rows)
    if not isinstance(frame, pl.DataFrame):
        raise PipelineError("resolved: the engine gave a column where a table was asked for")
    return frame.rechunk()
