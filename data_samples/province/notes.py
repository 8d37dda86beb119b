"""Notes: what an agency knows and writes about persons of a block, before it takes the shape of a feed.

A frame of notes has one row per record: `who` (position in the block), event_code, qualifier_code, `event`, `end` and
`recorded` as day numbers, `arrives` (the night whose files carry it), tag (makes the record key), cause, planted (a key
of WORLD_ERRORS), is_suspected, is_revoked, `named` (position of the person whose number stands there, -1 nobody's),
written_name and written_number (in place of the true ones), no_number, county_code (in place of the person's own).
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from data_samples.province.draws import NEVER, Flags, Ints
from data_samples.province.emission import TRUTH_COLUMNS
from data_samples.province.people import Block
from schemas.contract import Contract

_DEFAULTS: Final[dict[str, tuple[Any, Any]]] = {
    "event_code": ("", pl.String),
    "qualifier_code": (None, pl.String),
    "event": (0, pl.Int64),
    "end": (None, pl.Int64),
    "recorded": (None, pl.Int64),
    "arrives": (0, pl.Int64),
    "tag": ("", pl.String),
    "cause": ("", pl.String),
    "planted": (None, pl.String),
    "is_suspected": (False, pl.Boolean),
    "is_revoked": (False, pl.Boolean),
    "named": (None, pl.Int64),
    "written_name": (None, pl.String),
    "written_number": (None, pl.String),
    "no_number": (False, pl.Boolean),
    "county_code": (None, pl.String),
}
_PREFIXES: Final = {
    "transport": "TR", "vaccination": "VA", "nucleic_acid": "NA", "medical": "ME", "civil_affairs": "CA",
    "health": "HE", "public_security": "PS", "justice": "JU", "self_certification": "SC", "field_visit": "FV",
    "service_request": "SR", "payments": "PA", "population_register": "PR",
}  # fmt: skip
PEOPLE_WRITTEN: Final = ("person_no", "id_number", "name", "sex", "birth_date", "county_code", "former_id_number")


def notes(who: Ints, **given: Any) -> pl.DataFrame:
    """Arrays, series or single values by name; what is not given has its default."""
    columns = {name: _column(given.get(name, default), kind) for name, (default, kind) in _DEFAULTS.items()}
    frame = pl.DataFrame({"who": pl.Series(who, dtype=pl.Int64)}).with_columns(**columns)
    return frame.with_columns(pl.col("named").fill_null(pl.col("who")))


def _column(value: Any, kind: Any) -> pl.Expr | pl.Series:
    if isinstance(value, np.ndarray | pl.Series):
        return pl.Series(value).cast(kind)
    return pl.lit(value, dtype=kind)


def together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if frames else notes(np.zeros(0, dtype=np.int64))


def delivered_from(frame: pl.DataFrame, start: int) -> pl.DataFrame:
    """Notes with those known before the first night moved to it.

    Where a record and its correction or withdrawal would come in the same file, an extract shows the last state only.
    """
    came = frame.with_columns(written=pl.col("arrives"), arrives=pl.col("arrives").clip(lower_bound=start))
    last = came.sort("arrives", "written").unique(["tag", "arrives"], keep="last", maintain_order=True)
    return last.drop("written")


def shape(frame: pl.DataFrame, block: Block, contract: Contract) -> pl.DataFrame:
    """Rows of the feed: its logical columns and the truth columns."""
    people = block.people.select(PEOPLE_WRITTEN)[frame["who"]]
    named = block.people["person_no"].gather(pl.Series(frame["named"]).clip(lower_bound=0))
    joined = frame.rename({"county_code": "other_county"}).hstack(people).with_columns(named_no=named)
    known = _columns(contract.feed)
    columns = [known.get(column.name, pl.lit(None, dtype=pl.String)).alias(column.name) for column in contract.columns]
    return joined.select(*columns, *_truth(contract.agency)).cast(dict(TRUTH_COLUMNS))  # type: ignore[arg-type]


def _columns(feed: str) -> dict[str, pl.Expr]:
    """Expressions for the content of a note, by the names the contracts use."""
    is_own = pl.col("planted").ne_missing(pl.lit("RELATION_WORD"))  # it states nothing else of the relative
    return {
        "record_id": pl.lit(_PREFIXES[feed]) + pl.col("tag"),
        "person_no": pl.col("person_no"),
        "name": pl.coalesce("written_name", "name"),
        "id_number": pl.when(~pl.col("no_number")).then(pl.coalesce("written_number", "id_number")),
        "former_id_number": pl.when(pl.col("event_code") == "ID_CHANGED").then("former_id_number"),
        "sex": pl.when(is_own).then("sex"),
        "birth_date": pl.when(is_own).then("birth_date"),
        "event_code": pl.col("event_code"),
        "request_kind": pl.col("event_code"),
        "qualifier_code": pl.col("qualifier_code"),
        "event_date": _day("event"),
        "end_date": _day("end"),
        "recorded_date": _day("recorded"),
        "county_code": pl.coalesce("other_county", "county_code"),
        "is_suspected": pl.col("is_suspected"),
        "is_revoked": pl.col("is_revoked"),
    }


def _truth(agency: str) -> tuple[pl.Expr, ...]:
    nobody = pl.col("planted").is_in(["ALIVE_REPORTED_DEAD", "HOMONYM", "RELATION_WORD"])
    is_exact = (
        pl.col("written_name").is_null() & pl.col("written_number").is_null() & ~pl.col("no_number")
        & (pl.col("named") == pl.col("who")) & ~nobody.fill_null(False)
    )  # fmt: skip
    return (
        # a living person's death is nobody's death, and the registry does not know the relative
        pl.when(~nobody.fill_null(False)).then("person_no").alias("_person_no"),
        pl.when((pl.col("named") >= 0) & ~pl.col("no_number")).then("named_no").alias("_named_no"),
        pl.col("cause").alias("_cause"),
        pl.lit(agency).alias("_agency"),
        is_exact.alias("_is_exact"),
        pl.col("planted").alias("_planted"),
    )


def _day(name: str) -> pl.Expr:
    return pl.when(pl.col(name) < NEVER).then(pl.col(name)).cast(pl.Int32).cast(pl.Date)


def mostly_own_identity(frame: pl.DataFrame, block: Block, *, writes_old: tuple[Flags, Flags]) -> pl.DataFrame:
    """Some records still carry the number or the name of before a change: `writes_old`, each per row."""
    before = block.people.select("former_id_number", "former_name")[frame["who"]]
    plain = frame["written_name"].is_null() & frame["written_number"].is_null() & frame["planted"].is_null()
    old_number = plain & before["former_id_number"].is_not_null() & pl.Series(writes_old[0])
    old_name = plain & ~old_number & before["former_name"].is_not_null() & pl.Series(writes_old[1])
    if not (old_number | old_name).any():
        return frame
    return frame.with_columns(
        written_number=before["former_id_number"].zip_with(old_number, frame["written_number"]),
        written_name=before["former_name"].zip_with(old_name, frame["written_name"]),
        planted=pl.when(old_number).then(pl.lit("FORMER_NUMBER"))
        .when(old_name).then(pl.lit("FORMER_NAME")).otherwise(frame["planted"]),
    )  # fmt: skip
