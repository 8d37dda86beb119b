"""Records under one key of their sender: versions of one record, or records of several persons.

Offices number their records anew, and an order holds several passengers. Rows of one sender and key are versions of one
record as long as name, number or person stays the same, and no two persons are known; whoever else the key turns up
about has a record of his own.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

_KEY: Final = ["feed", "agency", "office", "record_id"]
_SUBJECT: Final = ("name_key", "number", "person_no")


def record_series(records: pl.DataFrame, person_no: pl.Series) -> pl.Series:
    """Mark that tells apart, row for row, records of one feed and key: office, and `#2`, `#3` … for a further person.

    `records` are shaped (`shape_records`), `person_no` whom each is tied to or null. Persons are counted in the order
    in which the key turned up about them, by what the sender states.
    """
    rows = records.select("row", *_KEY, "business_date", "delivery_id", "record_no", "name_key", "number")
    rows = _with_office(rows.with_columns(person_no=person_no))
    several_numbers, several_names = (pl.col(name).n_unique().over(_KEY) > 1 for name in ("number", "name_key"))
    several_persons = (pl.col("person_no").min() != pl.col("person_no").max()).over(_KEY).fill_null(False)
    contested = rows.filter(several_numbers & (several_names | several_persons)).sort(
        *_KEY, "business_date", "delivery_id", "record_no"
    )
    further = [pair for _, rows in contested.group_by(_KEY, maintain_order=True) for pair in _numbered(rows)]
    numbers = pl.DataFrame(further, {"row": records.schema["row"], "place": pl.Int64}, orient="row")
    placed = rows.select("row", "office").join(numbers, on="row", how="left", maintain_order="left")
    mark = pl.when(pl.col("place") > 1).then(pl.format("#{}", "place")).otherwise(pl.lit(""))
    return placed.select(pl.concat_str("office", mark)).to_series().alias("record_series")


def _with_office(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows`, those that name no office with the only one that sent the key about the same person.

    Of a row without number, name and person: with the only one that sent the key at all.
    """
    unnamed = rows.filter(pl.col("office") == "")
    named = rows.filter(pl.col("office") != "")
    if unnamed.is_empty() or named.is_empty():
        return rows
    key = [name for name in _KEY if name != "office"]
    there = [pl.col(name).alias(f"{name}_there") for name in _SUBJECT]
    both = unnamed.join(named.select(*key, *there, pl.col("office").alias("sender")), on=key)
    nobody = pl.all_horizontal(*(pl.col(name).cast(pl.String).fill_null("") == "" for name in _SUBJECT))
    agrees = [pl.col(name) == pl.col(f"{name}_there") for name in _SUBJECT]
    is_stated = [pl.col(name).cast(pl.String).fill_null("") != "" for name in _SUBJECT]
    same = pl.any_horizontal(*((one & stated).fill_null(False) for one, stated in zip(agrees, is_stated, strict=True)))
    fitting = both.filter(nobody | same).select("row", "sender").unique().filter(pl.col("row").is_unique())
    found = rows.join(fitting, on="row", how="left", maintain_order="left")
    return found.with_columns(office=pl.coalesce("sender", "office")).drop("sender")


def _numbered(rows: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """(row, place of its record) of rows under one key, in their order."""
    known: list[set[tuple[str, object]]] = []
    belonging: list[set[tuple[str, object]]] = []
    for row in rows.select(_SUBJECT).iter_rows(named=True):
        own = {(name, value) for name, value in row.items() if value not in (None, "")}
        for record in [record for record in known if _is_same(record, own)]:
            own |= record
            known.remove(record)
        known.append(own)
        belonging.append(own)
    # a row that names nobody belongs to the only record there is, and among several to none
    alone = sum(map(bool, known)) == 1
    merged = [
        next(place for place, record in enumerate(known) if (own <= record if own or alone else not record))
        for own in belonging
    ]
    order = {place: number for number, place in enumerate(dict.fromkeys(merged), 1)}
    yield from zip(rows["row"].to_list(), (order[place] for place in merged), strict=True)


def _is_same(record: set[tuple[str, object]], own: set[tuple[str, object]]) -> bool:
    """Two namesakes whom their numbers tell apart are two, though the name is one."""
    persons = [{pair for pair in one if pair[0] == "person_no"} for one in (record, own)]
    return bool(record & own) and not (all(persons) and persons[0].isdisjoint(persons[1]))
