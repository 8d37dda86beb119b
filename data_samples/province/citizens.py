"""What persons and counters answer: objections to a notice, results of the visits and requests that lists asked for.

Who answers when depends on the verdict, person or request, the day and the seed alone.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.answer_night import sent_lists
from data_samples.province.answers import chances, deliver_rows, read_answer_rates, true_lines
from data_samples.province.deliveries import ARRIVALS
from data_samples.province.office import OfficeRates
from data_samples.province.returned_lists import read_list, return_lists
from schemas.code_tables import CodeTables
from schemas.contract import Contract

OBJECTIONS: Final = {
    "record_id": pl.String, "person_no": pl.Int64, "name": pl.String, "id_number": pl.String,
    "request_kind": pl.String, "event_date": pl.Date, "county_code": pl.String,
}  # fmt: skip
_SETTLING: Final = ("TRUE_LOSS", "FALSE_SOURCE_ERROR", "FALSE_WRONG_PERSON", "SEEN_ALIVE")
_SIGNERS: Final = ("handler", "reviewer", "approver")
_GIVEN: Final = {
    "lead_id": pl.String, "verdict": pl.String, "verified_date": pl.Date, **dict.fromkeys(_SIGNERS, pl.String)
}  # fmt: skip


def read_truth(home: Path, name: str, schema: Mapping[str, object]) -> pl.DataFrame:
    """The rows of every day of a part of the truth that is written day by day."""
    frames = [pl.read_parquet(path).select(*schema) for path in sorted((home / "truth" / name).glob("*.parquet"))]
    return pl.concat([pl.DataFrame(schema=schema), *frames])  # type: ignore[arg-type]


def settled_lines(given: pl.DataFrame) -> pl.DataFrame:
    """`lead_id`, `settled_on`: lines that officers have settled, with three signatures where that takes three."""
    signers = pl.concat_list(_SIGNERS).list.drop_nulls().list.n_unique()
    settles = pl.col("verdict").is_in(_SETTLING) & ((pl.col("verdict") != "TRUE_LOSS") | (signers == 3))
    return given.filter(settles).group_by("lead_id").agg(settled_on=pl.max("verified_date"))


def lines_to_answer(leads: pl.DataFrame, given: pl.DataFrame, objections: pl.DataFrame) -> pl.DataFrame:
    """The lines of a worklist that an office still looks into: not settled, or objected to or contradicted since."""
    objected = objections.group_by("person_no").agg(last_objection=pl.max("event_date"))
    known = leads.join(settled_lines(given), on="lead_id", how="left").join(objected, on="person_no", how="left")
    again = (pl.col("last_objection") >= pl.col("settled_on")).fill_null(False) | (
        pl.col("contrary_date").fill_null("") != ""
    )
    return known.filter(pl.col("settled_on").is_null() | again).select(leads.columns)


def objections_of(
    given: pl.DataFrame,
    listed: pl.DataFrame,
    persons: pl.DataFrame,
    states: pl.DataFrame,
    rates: OfficeRates,
    *,
    day: date,
    seed: int,
) -> pl.DataFrame:
    """Rows of `service_request` of who objects on a day to a loss that officers call true and that is none.

    `listed` is lead_id, person_no, kind: what lines named.
    """
    confirmed = given.filter(pl.col("verdict") == "TRUE_LOSS").unique(["lead_id", "verified_date"])
    drawn = chances(
        confirmed["lead_id"] + "/" + confirmed["verified_date"].cast(pl.String), ("objects", "day"), seed=seed
    )
    first, last = rates.object_days
    wait = (first + pl.col("day") * (last - first + 1)).cast(pl.Int64)
    due = confirmed.hstack(drawn).filter(
        pl.col("objects") < rates.objects, pl.col("verified_date") + pl.duration(days=wait) == day
    )
    named = listed.join(due, on="lead_id", how="semi")
    false = named.join(true_lines(named, states, day), on="lead_id", how="anti").select("person_no").unique()
    holds = states.filter(
        pl.col("state").is_in(["DEAD", "IN_PRISON", "IN_CUSTODY", "MISSING"]),
        pl.col("from_date") <= day,
        pl.col("to_date").is_null() | (pl.col("to_date") > day),
    )
    able = false.join(holds, on="person_no", how="anti").join(persons, on="person_no")
    return able.select(
        record_id=pl.format("OB{}-{}", pl.lit(f"{day:%Y%m%d}"), "person_no"), person_no="person_no", name="name",
        id_number="id_number", request_kind=pl.lit("OBJECTION"), event_date=pl.lit(day), county_code="county_code",
    ).sort("record_id")  # fmt: skip


def visits(
    outreach: pl.DataFrame, persons: pl.DataFrame, states: pl.DataFrame, rates: OfficeRates, *, day: date, seed: int
) -> pl.DataFrame:
    """What is filled into outreach lists on a day: some of their persons are sought, in one way or another."""
    rows = outreach.with_columns(pl.col("person_no").cast(pl.Int64)).unique("person_no").sort("person_no")
    drawn = chances(rows["person_no"].cast(pl.String) + f"/{day}", ("sought", "way", "met"), seed=seed)
    known = rows.select("person_no").hstack(drawn).filter(pl.col("sought") < rates.outreach_daily)
    known = known.join(persons, on="person_no")
    here = states.filter(
        pl.col("from_date") <= day, pl.col("to_date").is_null() | (pl.col("to_date") > day)
    ).group_by("person_no").agg(pl.col("state"))  # fmt: skip
    met = known.join(here, on="person_no", how="left").with_columns(
        is_dead=pl.col("state").list.contains("DEAD").fill_null(False),
        is_away=pl.col("state").list.set_intersection(["IN_PRISON", "IN_CUSTODY", "MISSING"]).list.len() > 0,
        way=pl.when(pl.col("way") < 0.5).then(pl.lit("VISIT"))
        .when((pl.col("way") < 0.8) & pl.col("has_phone")).then(pl.lit("TELEPHONE")).otherwise(pl.lit("LETTER")),
    )  # fmt: skip
    result = (
        pl.when(pl.col("met") >= rates.outreach_met).then(pl.lit("NOT_FOUND"))
        .when("is_dead").then(pl.lit("REPORTED_DEAD")).when("is_away").then(pl.lit("NOT_FOUND"))
        .when(pl.col("way") == "VISIT").then(pl.lit("SEEN_ALIVE")).otherwise(pl.lit("REMINDED"))
    )  # fmt: skip
    return met.select(
        person_no=pl.col("person_no").cast(pl.String), event_code="way", qualifier_code=result, event_date=pl.lit(day)
    ).sort("person_no")  # fmt: skip


def request_results(requests: pl.DataFrame, rates: OfficeRates, *, day: date, seed: int) -> pl.DataFrame:
    """What counters fill into the lists of requests of a day."""
    rows = requests.unique("record_id").sort("record_id")
    drawn = chances(rows["record_id"], ("done", "officer"), seed=seed)
    officers = pl.Series(read_answer_rates().officers)
    left = 1 - rates.requests_done
    answered = rows.select("record_id").hstack(drawn).filter(pl.col("done") < 1 - left / 2)
    result = pl.when(pl.col("done") < rates.requests_done).then(pl.lit("DONE")).otherwise(pl.lit("UNREACHABLE"))
    return answered.select(
        record_id="record_id", result=result,
        handler=pl.lit(officers).gather((pl.col("officer") * len(officers)).cast(pl.Int64)), handled_date=pl.lit(day),
    )  # fmt: skip


def citizens_answer(
    home: Path,
    contracts: Mapping[str, Contract],
    codes: CodeTables,
    rates: OfficeRates,
    *,
    day: date,
    night: date,
    seed: int,
) -> None:
    """Write the answers of a day, to the lists of the last night, so that they arrive on the next."""
    truth = home / "truth"
    persons, states = (pl.read_parquet(truth / f"{name}.parquet") for name in ("person", "person_state"))
    books = sorted((home / "lake" / "listed").glob("run=*.parquet"))
    listed = pl.concat([pl.read_parquet(book).select("line_id", "person_no", "loss_kind") for book in books])
    listed = listed.rename({"line_id": "lead_id", "loss_kind": "kind"}).unique()
    given = read_truth(home, "verdict", _GIVEN)
    objected = objections_of(given, listed, persons, states, rates, day=day, seed=seed)
    _keep(truth / "objection", objected, day)
    if objected.height:
        deliver_rows(home, objected, contracts["service_request"], codes, day=day, suffix="_objections")
    answers = {
        "outreach": visits(sent_lists(home, [night], "outreach", contracts), persons, states, rates, day=day, seed=seed)
    }
    if day == night:
        answers["requests"] = request_results(
            sent_lists(home, [night], "requests", contracts), rates, day=day, seed=seed
        )
    for name, rows in answers.items():
        paths = sorted((home / "outbox" / f"{night}").glob(f"*/{name}.csv"))
        lists = [read_list(path, contracts[name]) for path in paths]
        return_lists(lists, rows, home / ARRIVALS / f"{day + timedelta(days=1)}", codes, share=1, day=day, seed=seed)


def _keep(folder: Path, rows: pl.DataFrame, day: date) -> None:
    if rows.height:
        folder.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(folder / f"{day}.parquet")


def all_given(home: Path) -> pl.DataFrame:
    """Every verdict that officers have written so far."""
    return read_truth(home, "verdict", _GIVEN)


def all_objections(home: Path) -> pl.DataFrame:
    return read_truth(home, "objection", OBJECTIONS)
