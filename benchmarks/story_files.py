"""The files of a story: what the product sent and entered, and the truth; no code of the product is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks.truth_world import of_humans
from schemas.code_tables import CodeTables, read_code_tables
from schemas.contract import read_contracts

ACTIONS: Final = {"终止待遇": "END", "暂停发放": "SUSPEND", "撤回此前建议": "WITHDRAW", "恢复发放": "RESUME"}
SENT: Final = {
    "proposal": {
        "day": pl.Date, "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String,
        "action": pl.String, "ground": pl.String,
    },
    "line": {"day": pl.Date, "recipient": pl.String, "line_id": pl.String, "priority": pl.Int64},
    "question": {
        "day": pl.Date, "recipient": pl.String, "ticket_id": pl.String, "kind": pl.String, "record_id": pl.String,
        "column": pl.String, "issue": pl.String,
    },
}  # fmt: skip
DAILY: Final = {
    "verdict": {
        "lead_id": pl.String, "verdict": pl.String, "verified_date": pl.Date, "notice_date": pl.Date,
        "handler": pl.String, "reviewer": pl.String, "approver": pl.String,
    },
    "reply": {"ticket_id": pl.String, "result": pl.String, "handled_date": pl.Date},
    "objection": {"person_no": pl.Int64, "event_date": pl.Date},
    "executed": {
        "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "action": pl.String,
        "day": pl.Date, "cause": pl.String,
    },
    "paid": {
        "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "pay_month": pl.Date,
        "paid_fen": pl.Int64,
    },
    "registry": {
        "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "payment_state": pl.String,
        "monthly_fen": pl.Int64,
    },
}  # fmt: skip
TRUTH: Final = ("person", "person_state", "second_number", "record", "planted")
BOOKS: Final = ("certification_entry", "lead_entry", "ticket_entry", "listed", "delivery", "reminder", "comparison")
STOPPED: Final = ("SUSPENDED", "TERMINATED")
STRONG: Final = {  # feeds and causes of records that need the person to be there
    "vaccination": ("OWN",),
    "self_certification": ("SELF_HABIT", "SELF_REMINDED"),
    "field_visit": ("OFFICER_MET",),
}
WITHDRAWN: Final = "REVOCATION"
SIGNERS: Final = ("handler", "reviewer", "approver")


@dataclass(frozen=True, slots=True)
class StoryFiles:
    """`sent`: rows of outgoing files by `SENT`; `truth`: TRUTH, and DAILY with the day that wrote each as `told`, of
    the registry the stopped benefits alone; `book`: books of the ledger, every run; `nights`: the night of each run;
    `insured`: rows of the registry of the last night.
    """

    sent: Mapping[str, pl.DataFrame]
    truth: Mapping[str, pl.DataFrame]
    book: Mapping[str, pl.DataFrame]
    nights: Mapping[int, date]
    insured: int = 0

    @property
    def days(self) -> list[date]:
        return sorted(self.nights.values())

    def next_night(self, day: date) -> date | None:
        return next((one for one in self.days if one > day), None)


def read_story(home: Path) -> StoryFiles:
    truth = {name: pl.read_parquet(home / "truth" / f"{name}.parquet") for name in TRUTH if name != "record"}
    truth["record"] = _told_of_persons(home / "truth" / "record.parquet")
    truth |= {name: _daily(home, name, schema) for name, schema in DAILY.items()}
    book = {name: _all_runs(home, name) for name in BOOKS}
    nights = dict(book["certification_entry"].select("run_no", "as_of").unique().sort("run_no").iter_rows())
    days, codes = sorted(set(nights.values())), read_code_tables()
    sent = {
        "proposal": pl.concat(
            [pl.DataFrame(schema=SENT["proposal"]), *(proposals_of(home, day, codes) for day in days)]
        ),
        "line": _lists(home, days, "worklist", "line", {"线索号": "line_id", "优先级": "priority"}),
        "question": _questions(home, days),
    }
    second = truth["second_number"]

    def humans(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        return {name: rows if name in TRUTH else of_humans(rows, second) for name, rows in tables.items()}

    insured = pl.scan_parquet(home / "truth" / "registry" / f"{days[-1]}.parquet").select(pl.len()).collect().item()
    return StoryFiles(humans(sent), humans(truth), humans(book), nights, insured)


def proposals_of(home: Path, day: date, codes: CodeTables) -> pl.DataFrame:
    """The proposals of a night, programme and county by their codes."""
    path = home / "outbox" / f"{day}" / "proposals" / "proposals.csv"
    if not path.exists():
        return pl.DataFrame(schema=SENT["proposal"])
    rows = pl.read_csv(path, infer_schema=False)
    programme, county = (
        {label: code for code, label in codes.labels(name).items()} for name in ("programme", "county")
    )
    return rows.select(
        pl.lit(day).alias("day"),
        pl.col("个人编号").cast(pl.Int64).alias("person_no"),
        pl.col("待遇类型").replace_strict(programme, return_dtype=pl.String).alias("programme_code"),
        pl.col("区县").replace_strict(county, return_dtype=pl.String).alias("county_code"),
        pl.col("建议措施").replace_strict(ACTIONS, return_dtype=pl.String).alias("action"),
        pl.col("依据").alias("ground"),
    )


def _lists(home: Path, days: list[date], name: str, table: str, columns: Mapping[str, str]) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=SENT[table])]
    for day in days:
        for path in sorted((home / "outbox" / f"{day}").glob(f"*/{name}.csv")):
            rows = pl.read_csv(path, infer_schema=False).rename(dict(columns))
            own = rows.with_columns(day=pl.lit(day), recipient=pl.lit(path.parent.name))
            frames.append(own.select(*SENT[table]))
    return pl.concat([frames[0], *(frame.cast(SENT[table]) for frame in frames[1:])])  # type: ignore[arg-type]


def _questions(home: Path, days: list[date]) -> pl.DataFrame:
    """Lines of tickets. Agencies have headers of their own; what they share is the order of the first columns."""
    contracts = read_contracts([Path(__file__).parents[1] / "schemas" / "contracts"])
    frames = [pl.DataFrame(schema=SENT["question"])]
    for day in days:
        for path in sorted((home / "outbox" / f"{day}").glob("*/discrepancy.csv")):
            contract = contracts.get(f"discrepancy_{path.parent.name}", contracts["discrepancy"])
            text = path.read_bytes().decode(contract.encoding).encode()
            named = {column.header: column.name for column in contract.columns}
            rows = pl.read_csv(text, infer_schema=False).rename(named)
            own = rows.with_columns(day=pl.lit(day), recipient=pl.lit(path.parent.name))
            frames.append(own.select(*SENT["question"]))
    return pl.concat(frames)


def _told_of_persons(path: Path) -> pl.DataFrame:
    """Records that see a person or take something back; of the many others no figure asks."""
    needed = [cause for causes in STRONG.values() for cause in causes]
    return pl.scan_parquet(path).filter(pl.col("cause").is_in([*needed, WITHDRAWN])).collect()


def _daily(home: Path, name: str, schema: Mapping[str, Any]) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=dict(schema) | {"told": pl.Date})]
    for path in sorted((home / "truth" / name).glob("*.parquet")):
        rows = pl.scan_parquet(path)
        if name == "registry":
            rows = rows.filter(pl.col("payment_state").is_in(STOPPED))
        rows = rows.select(*schema).cast(dict(schema)).collect()
        frames.append(rows.with_columns(told=pl.lit(date.fromisoformat(path.stem))))
    return pl.concat(frames)


def _all_runs(home: Path, table: str) -> pl.DataFrame:
    frames = []
    for path in sorted((home / "lake" / table).glob("run=*.parquet")):
        run = int(path.stem.removeprefix("run="))
        frames.append(pl.read_parquet(path).with_columns(written_by=pl.lit(run)))
    return pl.concat(frames, how="diagonal")
