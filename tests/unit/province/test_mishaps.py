"""A delivery that goes wrong is rejected or read by the product as the truth says, and comes again."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_samples.province.deliveries import ARRIVALS, Province
from data_samples.province.mishaps import choose_mishap, sendings
from data_samples.province.packing import digest_of
from pipelines.landed.statements import read_manifest, rejection_of
from pipelines.validated.delivery import validate
from pipelines.validated.job import Job, Outcome
from schemas.codes import Rejection
from tests.unit.province.emissions import CODES, CONTRACTS, NIGHT, TOLD, emission, no_dirt, people

MISHAPS = (
    "LATE", "SHORT", "TWICE", "OTHER_ENCODING", "DRIFTED_HEADER", "MISSING", "EMPTY", "HEADER_ONLY", "CUT",
    "NAMES_SORTED", "QUESTION_MARKS", "COUNTY_SHORT", "COUNTY_LEFT_OUT",
)  # fmt: skip


def deliver(home: Path, feed: str, mishap: str) -> pl.DataFrame:
    """Two nights of a feed, the second of which goes wrong; answers the truth about its files."""
    province = Province(home, CONTRACTS, CODES, no_dirt().model_copy(update={"files": {mishap: 1.0}}), seed=5)
    province.write(emission(feed, NIGHT + timedelta(days=k), people(50)) for k in (0, 1))
    province.close()
    deliveries = pl.read_parquet(home / "truth" / "delivery.parquet")
    return deliveries.filter(pl.col("business_date") > NIGHT)


def place(home: Path, row: dict) -> Path:
    return home / ARRIVALS / f"{row['arrives_on']}" / row["feed"] / f"{row['business_date']}" / row["file_name"]


def read(file: Path, feed: str, scratch: Path) -> Outcome:
    contract = CONTRACTS[feed]
    beside = file.with_name(f"{file.name}.manifest.json")
    manifest = read_manifest(beside.read_bytes()) if beside.exists() else None
    rejection, detail = rejection_of(manifest, digest_of(file), is_required=beside.exists())
    if rejection:
        return Outcome(rejection=rejection, rejection_detail=detail)
    tables = {c.codes for c in contract.columns if c.codes} | {"flag"}
    return validate(
        Job(
            source=file,
            file_name=file.name,
            delivery_id="d",
            business_date=NIGHT,
            known_from=1,
            claimed_rows=manifest.rows if manifest else None,
            contract=contract,
            codes={table: CODES.canonical(table) for table in tables},
            max_quarantined_share=0.5,
            rows=scratch / "rows",
            quarantined=scratch / "quarantined",
            issues=scratch / "issues",
            scratch=scratch,
        )
    )


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("feed", TOLD)
def test_the_reader_refuses_what_the_truth_says(feed: str, mishap: str, tmp_path: Path) -> None:
    deliveries = deliver(tmp_path, feed, mishap)
    planted = pl.read_parquet(tmp_path / "truth" / "planted.parquet")
    rejected = dict(planted.select("file_name", "issue").iter_rows())
    accepted = 0
    for row in deliveries.iter_rows(named=True):
        if row["mishap"] == "MISSING":
            assert not place(tmp_path, row).exists()
            continue
        outcome = read(place(tmp_path, row), feed, tmp_path)
        assert outcome.rejection == rejected.get(row["file_name"], ""), outcome.rejection_detail
        accepted = max(accepted, outcome.accepted)
    assert accepted == (0 if "MISSING" in deliveries["mishap"] else 50)


@pytest.mark.parametrize("feed", TOLD)
def test_records_are_told_of_the_whole_file(feed: str, tmp_path: Path) -> None:
    deliveries = deliver(tmp_path, feed, "SHORT")
    records = pl.read_parquet(tmp_path / "truth" / "record.parquet").filter(pl.col("business_date") > NIGHT)
    assert records.height == 50 or CONTRACTS[feed].delivery == "snapshot"
    assert set(records["file_name"]) <= {deliveries.sort("arrives_on")["file_name"][-1]}


def test_the_first_delivery_of_a_feed_comes_whole(tmp_path: Path) -> None:
    deliver(tmp_path, "medical", "MISSING")
    first = pl.read_parquet(tmp_path / "truth" / "delivery.parquet").filter(pl.col("business_date") == NIGHT)
    assert first["mishap"].to_list() == ["NONE"]


def test_a_short_file_has_the_manifest_of_the_whole() -> None:
    wrong, right = sendings(CONTRACTS["medical"], NIGHT, "SHORT", no_dirt(), seed=5)
    assert (wrong.claims_whole, wrong.rejection, right.rejection) == (True, Rejection.BAD_MANIFEST, None)
    assert right.arrives_on == NIGHT + timedelta(days=1)


def test_a_late_file_is_late_by_the_days_stated() -> None:
    rates = no_dirt()
    days = [
        sendings(CONTRACTS["health"], NIGHT + timedelta(k), "LATE", rates, seed=5)[0].arrives_on - NIGHT - timedelta(k)
        for k in range(200)
    ]
    assert {d.days for d in days} == set(range(1, rates.late_days + 1))


def test_mishaps_are_as_frequent_as_stated() -> None:
    rates = no_dirt().model_copy(update={"files": {"LATE": 0.1, "SHORT": 0.2}})
    nights = [date(2024, 1, 1) + timedelta(days=k) for k in range(2000)]
    found = [choose_mishap(CONTRACTS["medical"], night, rates, seed=5, rows=100) for night in nights]
    assert abs(found.count("LATE") - 200) < 60
    assert abs(found.count("SHORT") - 400) < 80


def test_our_own_registry_is_never_missing() -> None:
    rates = no_dirt().model_copy(update={"files": {"MISSING": 1.0}})
    assert choose_mishap(CONTRACTS["registry"], NIGHT, rates, seed=5, rows=100) == "NONE"
    assert choose_mishap(CONTRACTS["health"], NIGHT, rates, seed=5, rows=100) == "MISSING"
    small = sendings(CONTRACTS["health"], NIGHT, "MISSING", rates, seed=5)[0]
    assert small.form is None
