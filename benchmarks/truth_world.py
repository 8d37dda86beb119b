"""A simulated province: results of the product and the truth, read from files; no code of the product is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

KINDLY: Final = ("撤回此前建议", "恢复发放")  # what a proposal says that takes nothing away
_SIGNERS: Final = ("handler", "reviewer", "approver")
TRUTH: Final = ("person", "second_number", "person_state", "record", "planted", "delivery")


@dataclass(frozen=True, slots=True)
class World:
    """Tables of the lake (the books whole, projections as of the last night) and of the truth."""

    lake: Mapping[str, pl.DataFrame]
    truth: Mapping[str, pl.DataFrame]
    proposals: pl.DataFrame
    verdicts: pl.DataFrame
    last: date


BOOKS: Final = ("certification_entry", "lead_entry", "ticket_entry", "delivery", "listed", "reminder")


def read_world(home: Path) -> World:
    books = {name: _all_runs(home, name) for name in BOOKS}
    newest = {name: _newest_run(home, name) for name in ("decision", "life_fact", "link", "entitlement")}
    truth = {name: pl.read_parquet(home / "truth" / f"{name}.parquet") for name in TRUTH}
    last = books["certification_entry"]["as_of"].max()
    assert isinstance(last, date)
    lake = {name: of_humans(rows, truth["second_number"]) for name, rows in (books | newest).items()}
    return World(lake, truth, of_humans(_proposals(home), truth["second_number"]), _verdicts(home), last)


def of_humans(rows: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """`rows` with person_no the first number of whoever has two, as in the truth; `stated_no` keeps the number."""
    if "person_no" not in rows.columns:
        return rows
    first = rows.select("person_no").join(second, on="person_no", how="left", maintain_order="left")
    return rows.with_columns(stated_no="person_no", person_no=pl.coalesce(first["human_no"], "person_no"))


def _all_runs(home: Path, table: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in sorted((home / "lake" / table).glob("run=*.parquet"))])


def _newest_run(home: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(max((home / "lake" / table).glob("run=*.parquet")))


def _proposals(home: Path) -> pl.DataFrame:
    """Adverse proposals: neither withdrawals of one nor benefits that should be paid again."""
    schema = {"day": pl.Date, "person_no": pl.Int64, "programme": pl.String, "ground": pl.String}
    rows = [
        (date.fromisoformat(path.parts[-3]), int(row["个人编号"]), row["待遇类型"], row["依据"])
        for path in sorted((home / "outbox").glob("*/proposals/proposals.csv"))
        for row in pl.read_csv(path, infer_schema=False).iter_rows(named=True)
        if row["建议措施"] not in KINDLY
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _verdicts(home: Path) -> pl.DataFrame:
    """Answers of officers in every form they came in; an answer arrives the day after."""
    schema = {"lead_id": pl.String, "verdict": pl.String, "verified_date": pl.Date, "notice_date": pl.Date}
    rows = [pl.read_parquet(path) for path in sorted((home / "truth" / "verdict").glob("*.parquet"))]
    answers = pl.concat(
        [
            pl.DataFrame(schema=schema | dict.fromkeys(_SIGNERS, pl.String)),
            *(one.select(*schema, *_SIGNERS) for one in rows),
        ]
    )
    signers = pl.concat_list(_SIGNERS).list.drop_nulls().list.n_unique().cast(pl.Int64)
    return answers.select(*schema, signers=signers, arrived=pl.col("verified_date") + pl.duration(days=1))


def came(world: World) -> pl.DataFrame:
    """The files that had come by the last night: of any other nothing can be known."""
    there = (pl.col("mishap") != "MISSING") & (pl.col("arrives_on") <= world.last)
    return world.truth["delivery"].filter(there).select("feed", "business_date", "file_name", "arrives_on")


def seen_records(world: World) -> pl.DataFrame:
    """RECORD with `arrives_on`, of files that had come."""
    return world.truth["record"].join(came(world), on=["feed", "business_date", "file_name"])
