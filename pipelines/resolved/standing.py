"""Links that stand from one run to the next, so that a night matches what is new and what is open.

A settled link (`is_settled` of LINK) ties its record to nobody, or by number and name to one person, and nothing is
asked about it. It stands until a person it may be about changes, the population base calls its number or name a former
one, an office answers about it, or its key comes again. Any other record is matched anew each night.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import polars as pl

from matchers.passes import Registry, find_concerned
from matchers.registry import find_variants
from pipelines.resolved.feeds import Feeds, Part, as_frame, parts_table
from pipelines.resolved.identity import find_humans, index_persons
from pipelines.resolved.links import record_key, shape_records
from pipelines.step import Context, Inputs
from schemas.codes import MatchTier
from schemas.contract import Contract
from schemas.tables import ALIAS, FORMER_IDENTITY, LINK, PERSON

_RECORD: Final = ("feed", "record_id")
_ROW: Final = ("delivery_id", "record_no")
_IDENTIFYING: Final = (
    "person_no", "id_number", "id_type", "id_valid", "name", "raw_name", "sex", "birth_date", "county_codes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Who is known by what: PERSON, ALIAS and FORMER_IDENTITY of one run."""

    persons: pl.DataFrame
    aliases: pl.DataFrame
    formers: pl.DataFrame


@dataclass(frozen=True, slots=True)
class News:
    """Differences between two runs in who is known by what.

    `indexes`: the insured humans that differ, once as each run knows them. `formers`: body, name_key of
    FORMER_IDENTITY that differ. `persons`: whoever differs, or has a number in common with one of these.
    """

    indexes: tuple[Registry, ...]
    formers: pl.DataFrame
    persons: pl.Series

    def concerned(self, records: pl.DataFrame) -> pl.DataFrame:
        """Shaped `records` tied to nobody that may be about somebody who differs, or state what is called former."""
        by_person = [find_concerned(records, index) for index in self.indexes if index.current.height]
        by_base = records.join(self.formers, on=["body", "name_key"], how="semi")["row"]
        rows = pl.concat([by_base, *by_person]).unique()
        return records.filter(pl.col("row").is_in(rows.implode()))


def find_news(before: Knowledge, now: Knowledge, registry: Registry) -> News:
    """Differences between `before` and `now`; `registry` is the index of everybody insured by `now`."""
    humans = _differing_humans(before, now)
    indexes = tuple(index_persons(known.persons, known.aliases, only=humans) for known in (before, now))
    formers = _differing(before.formers, now.formers).select("body", "name_key")
    variants = [part.select("body") for index in indexes for part in (index.current, index.other)]
    bodies = pl.concat([*variants, formers.select("body")]).drop_nulls().unique()
    sharing = find_variants(registry, {"body": pl.col("body")}, bodies)["person_no"]
    return News(indexes, formers, pl.concat([humans, sharing]).unique().sort().alias("person_no"))


def _differing_humans(before: Knowledge, now: Knowledge) -> pl.Series:
    known = [run.persons.select(_IDENTIFYING).join(find_humans(run.persons), on="person_no") for run in (before, now)]
    numbers = pl.concat(
        [_differing(*known).select("person_no"), _differing(before.aliases, now.aliases).select("person_no")]
    )
    return pl.concat(known).join(numbers.unique(), on="person_no", how="semi")["human_no"].unique()


def _differing(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Rows that stand in one of the two only."""
    columns = one.columns
    other = other.select(columns)
    only = (here.join(there, on=columns, how="anti", nulls_equal=True) for here, there in ((one, other), (other, one)))
    return pl.concat(only)


class Standing:
    """The settled links of the newest run that stand tonight, and the rows of each feed that are to be matched.

    `given` are the answers in force (`answers_in_force`).
    """

    def __init__(self, tables: Inputs, context: Context, feeds: Feeds, *, news: News, given: pl.DataFrame) -> None:
        self._engine, self._feeds, last = context.engine, feeds, tables[LINK]
        linked = tuple(feeds.contracts("population", "evidence"))
        self._parts = {contract.feed: feeds.parts(contract) for contract in linked}
        self._new = self._new_rows(last, linked)
        in_force = self._engine.cache(self._in_force(last))
        settled = in_force.filter(in_force.is_settled)
        persons, reviews = (self._engine.table(frame.to_arrow()) for frame in (news.persons.to_frame(), given))
        again = (
            last.anti_join(settled, _ROW),
            settled.semi_join(persons, "person_no"),
            settled.semi_join(reviews, "review_id"),
        )
        keys = [*self._concerned(settled, linked, news), *(_keys(self._new[one.feed], one) for one in linked)]
        arrived = self._engine.table(pl.concat(keys).unique().sort(_RECORD).to_arrow())
        reopened = self._engine.cache(ibis.union(arrived, *(rows.select(*_RECORD) for rows in again), distinct=True))
        self.link: ir.Table = settled.anti_join(reopened, _RECORD)
        open_ones = in_force.filter(~in_force.is_settled).union(settled.semi_join(reopened, _RECORD))
        self._open = as_frame(self._engine.arrow(open_ones.select("feed", *_ROW)))

    def rows(self, contract: Contract) -> pl.DataFrame:
        """Rows of the feed whose link does not stand."""
        of_feed = self._open.filter(pl.col("feed") == contract.feed)
        rows = self._feeds.rows(contract, only=self._parts_of(contract, of_feed["delivery_id"]))
        return pl.concat([rows.join(of_feed, on=_ROW, how="semi", maintain_order="left"), self._new[contract.feed]])

    def numbers(self, deliveries: pl.Series) -> pl.DataFrame:
        """delivery_id, numbers: of how many records of each delivery the number is known to be a person's."""
        tied = self.link.filter(self.link.person_no.notnull())
        of_these = tied.semi_join(self._engine.table(deliveries.to_frame().to_arrow()), "delivery_id")
        return as_frame(self._engine.arrow(of_these.group_by("delivery_id").agg(numbers=of_these.count())))

    def confirmed(self, persons: pl.DataFrame, agencies: Iterable[str]) -> pl.DataFrame:
        """person_no: those of `persons` whom a sender states as the registry does, other than these `agencies`."""
        tied = self.link.filter(~self.link.agency.isin(sorted(agencies)))
        of_these = tied.semi_join(self._engine.table(persons.to_arrow()), "person_no")
        return as_frame(self._engine.arrow(of_these.select("person_no").distinct()))

    def _in_force(self, link: ir.Table) -> ir.Table:
        parts = self._engine.table(parts_table([part for parts in self._parts.values() for part in parts]))
        whole, of_county = parts.filter(parts.of_county.isnull()), parts.filter(parts.of_county.notnull())
        same_part = [link.delivery_id == of_county.delivery_id, link.county_code == of_county.of_county]
        return link.semi_join(whole, "delivery_id").union(link.semi_join(of_county, same_part))

    def _parts_of(self, contract: Contract, deliveries: pl.Series) -> list[Part]:
        wanted = set(deliveries)
        return [part for part in self._parts[contract.feed] if part[0] in wanted]

    def _new_rows(self, last: ir.Table, linked: Sequence[Contract]) -> dict[str, pl.DataFrame]:
        """Rows of parts of which the newest run had no record, by feed."""
        known = self._engine.arrow(last.select("delivery_id", "county_code").distinct()).to_pylist()
        parts = {(row["delivery_id"], row["county_code"]) for row in known}
        parts |= {(row["delivery_id"], None) for row in known}
        return {one.feed: self._feeds.rows(one, only=set(self._parts[one.feed]) - parts) for one in linked}

    def _concerned(self, settled: ir.Table, linked: Sequence[Contract], news: News) -> Iterator[pl.DataFrame]:
        """Keys of records that are settled, tied to nobody and concerned by the news."""
        if news.persons.is_empty() and news.formers.is_empty():
            return
        of_nobody = self._engine.cache(settled.filter(settled.match_tier == MatchTier.NONE.value).select("feed", *_ROW))
        deliveries = as_frame(self._engine.arrow(of_nobody.select("feed", "delivery_id").distinct()))
        for contract in linked:
            ids = deliveries.filter(pl.col("feed") == contract.feed)["delivery_id"]
            rows = self._feeds.stored(contract, only=self._parts_of(contract, ids)) if ids.len() else None
            if rows is not None:
                unmatched = as_frame(self._engine.arrow(rows.semi_join(of_nobody, _ROW)))
                yield news.concerned(shape_records(unmatched, contract)).select(_RECORD)


def knowledge_of(tables: Inputs, context: Context) -> Knowledge:
    """Knowledge of the newest run."""
    return Knowledge(*(as_frame(context.engine.arrow(tables[table])) for table in (PERSON, ALIAS, FORMER_IDENTITY)))


def _keys(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    return rows.select(pl.lit(contract.feed).alias("feed"), record_key(contract)).unique()
