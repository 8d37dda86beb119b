"""The day after a night: read what went out, let offices and agencies answer it, deliver their answers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.answers import AnswerRates, Answers, answer, deliver_answers, read_answer_rates
from data_samples.province.deliveries import ARRIVALS
from data_samples.province.returned_lists import read_list, return_lists
from data_samples.province.review_answers import review_answers, whose_records
from schemas.code_tables import read_code_tables
from schemas.contract import Contract, read_contracts
from schemas.spreadsheet import unescape

_CONTRACTS: Final = Path(__file__).parents[2] / "schemas" / "contracts"
_LEAD: Final = {"lead_id": pl.String, "person_no": pl.Int64}


def answer_night(
    home: Path,
    day: date,
    *,
    seed: int,
    rates: AnswerRates | None = None,
    listed_on: date | None = None,
    is_open: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> int:
    """Write the answers given on `day` under `arrivals/`; answers how many there are.

    `listed_on` is the last night, where it was not that day's; `is_open` leaves of a worklist the lines to be answered.
    """
    rates, night = rates or read_answer_rates(), listed_on or day
    contracts = read_contracts([_CONTRACTS, home / "policy" / "contracts"])
    earliest = day - timedelta(days=rates.ticket_days[1])
    ticket_days = [day - timedelta(days=back) for back in range((day - earliest).days + 1)]
    truth = {name: pl.read_parquet(home / "truth" / f"{name}.parquet") for name in ("person_state", "planted")}
    waited = (pl.col("days_open").cast(pl.Int64) + (day - night).days).cast(pl.String)
    leads = (
        sent_lists(home, [night], "worklist", contracts)
        .join(_persons(home), on="lead_id")
        .with_columns(days_open=waited)
    )
    given = answer(
        is_open(leads) if is_open else leads,
        sent_lists(home, ticket_days, "discrepancy", contracts).with_columns(
            pl.col("batch_date").str.to_date("%Y-%m-%d")
        ),
        truth,
        day=day,
        seed=seed,
        rates=rates,
    )
    reviewed = review_answers(
        sent_lists(home, [night], "match_review", contracts), whose_records(home), rates, day=day, seed=seed
    )
    given = replace(given, verification=pl.concat([given.verification, reviewed]))
    _write(home / "truth" / "verdict", given.verification, day)
    _write(home / "truth" / "reply", given.replies, day)
    left = _without_returned(
        home, given, contracts, night=night, ticket_days=ticket_days, share=rates.list_returned, day=day, seed=seed
    )
    deliver_answers(home, left, contracts, read_code_tables(), day=day)
    return given.verification.height + given.replies.height


def _without_returned(
    home: Path,
    given: Answers,
    contracts: Mapping[str, Contract],
    *,
    night: date,
    ticket_days: list[date],
    share: float,
    day: date,
    seed: int,
) -> Answers:
    """Answers that did not go back in a list of ours."""
    arrivals = home / ARRIVALS / f"{day + timedelta(days=1)}"

    def left(answers: pl.DataFrame, names: tuple[str, ...], days: list[date]) -> pl.DataFrame:
        lists = [
            read_list(path, contracts.get(f"{name}_{path.parent.name}", contracts[name]))
            for name in names
            for sent_on in days
            for path in sorted((home / "outbox" / f"{sent_on}").glob(f"*/{name}.csv"))
        ]
        return return_lists(lists, answers, arrivals, read_code_tables(), share=share, day=day, seed=seed)

    return Answers(
        left(given.verification, ("worklist", "match_review"), [night]),
        left(given.replies, ("discrepancy",), ticket_days),
    )


def _write(folder: Path, answers: pl.DataFrame, day: date) -> None:
    """Write the answers of a day beside the rest of the truth."""
    if answers.height:
        folder.mkdir(exist_ok=True)
        answers.write_parquet(folder / f"{day}.parquet")


def sent_lists(home: Path, days: list[date], name: str, contracts: Mapping[str, Contract]) -> pl.DataFrame:
    """The rows of every list of that name sent on these days, by the logical columns of its contract."""
    read = [pl.DataFrame(schema={column.name: pl.String for column in contracts[name].columns})]
    for day in days:
        for path in sorted((home / "outbox" / f"{day}").glob(f"*/{name}.csv")):
            contract = contracts.get(f"{name}_{path.parent.name}", contracts[name])
            read.append(_read(path, contract).select(read[0].columns))
    return pl.concat(read)


def _read(path: Path, contract: Contract) -> pl.DataFrame:
    text = path.read_bytes().decode(contract.encoding).encode()
    rows = pl.read_csv(BytesIO(text), infer_schema=False)
    named = rows.rename({column.header: column.name for column in contract.columns})
    return named.with_columns(pl.all().map_elements(unescape, return_dtype=pl.String))


def _persons(home: Path) -> pl.DataFrame:
    """`lead_id`, `person_no`: whom an office meets when it follows the line up, from what lines listed; the first
    number of who has two.
    """
    books = sorted((home / "lake" / "listed").glob("run=*.parquet"))
    frames = [pl.read_parquet(book, columns=["line_id", "person_no"]).rename({"line_id": "lead_id"}) for book in books]
    leads = pl.concat([pl.DataFrame(schema=_LEAD), *frames]).unique()
    second = pl.read_parquet(home / "truth" / "second_number.parquet")
    return leads.join(second, on="person_no", how="left").select(
        "lead_id", person_no=pl.coalesce("human_no", "person_no")
    )
