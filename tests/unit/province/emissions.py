"""Invented persons and emissions about them, by contract: what a world would hand over, without the world."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from data_samples.province.dirt_rates import DirtRates, read_dirt_rates
from data_samples.province.emission import TRUTH_COLUMNS, Emission
from data_samples.province.errors_of_writing import check_character
from schemas.code_tables import read_code_tables
from schemas.contract import Column, Contract, read_contracts

CONTRACTS = read_contracts([Path(__file__).parents[3] / "schemas" / "contracts"])
CODES = read_code_tables()
NIGHT = date(2024, 1, 20)
INCOMING = sorted(feed for feed, contract in CONTRACTS.items() if contract.role != "outgoing")
TOLD = sorted(feed for feed in INCOMING if CONTRACTS[feed].role not in ("verdict",) and feed != "replies")
KINDS = {"date": pl.Date, "string": pl.String, "integer": pl.Int64, "fen": pl.Int64, "boolean": pl.Boolean}


def no_dirt() -> DirtRates:
    return read_dirt_rates().model_copy(update={"feeds": {}, "files": {}})


def much_dirt() -> DirtRates:
    """Every kind often enough to strike a few of a hundred records; files arrive in order."""
    shipped = read_dirt_rates()
    often = tuple(rate.model_copy(update={"rate": 0.012}) for rate in shipped.records)
    return shipped.model_copy(update={"records": often, "feeds": {feed: {"other": 1.0} for feed in TOLD}, "files": {}})


def people(count: int, *, seed: int = 1) -> list[dict[str, Any]]:
    random = Random(seed)
    found = []
    for person_no in range(1, count + 1):
        born = date(1934, 1, 1) + timedelta(days=random.randrange(12000))
        body = f"620102{born:%Y%m%d}{person_no % 1000:03d}"
        name = random.choice("王李张刘陈杨赵") + random.choice("秀英桂兰玉珍凤") + random.choice("华明志光")
        found.append(
            {
                "person_no": person_no,
                "id_number": body + check_character(body),
                "name": f"阿卜杜·{name}" if person_no % 9 == 0 else name,
                "sex": "1" if person_no % 2 else "2",
                "birth_date": born,
            }
        )
    return found


def emission(feed: str, night: date, persons: list[dict[str, Any]]) -> Emission:
    contract = CONTRACTS[feed]
    truth = {"_cause": "OWN", "_agency": contract.agency, "_is_exact": True, "_planted": None}
    rows = [
        {column.name: _value(column, contract, person, night) for column in contract.columns}
        | {"_person_no": person["person_no"], "_named_no": person["person_no"]}
        | truth
        for person in persons
    ]
    schema = {column.name: KINDS[column.type] for column in contract.columns} | TRUTH_COLUMNS
    return Emission(feed, night, pl.DataFrame(rows, schema=schema))


def _value(column: Column, contract: Contract, person: dict[str, Any], night: date) -> Any:
    fixed = person | {
        "record_id": f"{contract.feed}-{night:%m%d}-{person['person_no']}",
        "event_date": night - timedelta(days=2),
        "recorded_date": night - timedelta(days=1),
        "county_code": "620102",
        "address": "某县某乡某村",
    }
    if column.name in fixed:
        return fixed[column.name]
    if column.codes and column.type != "boolean":
        names = CODES.names(column.codes)
        return names[person["person_no"] % len(names)]
    defaults: dict[str, Any] = {"date": night.replace(day=1), "integer": 7, "fen": 13266, "boolean": False}
    return defaults.get(column.type)
