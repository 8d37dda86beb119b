"""What is written from a contract is read back by the product's own validation to the same values."""

import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from data_samples.province.deliveries import ARRIVALS, Province, arrive
from pipelines.validated.delivery import validate
from pipelines.validated.job import Job, Outcome
from schemas.codes import QuarantineReason
from tests.unit.province.emissions import CODES, CONTRACTS, NIGHT, TOLD, emission, much_dirt, no_dirt, people


def write(home: Path, emissions, rates, *, seed: int = 5) -> None:
    province = Province(home, CONTRACTS, CODES, rates, seed=seed)
    province.write(emissions)
    province.close()


def read(file: Path, feed: str, scratch: Path) -> tuple[Outcome, pl.DataFrame, pl.DataFrame]:
    """The outcome, the typed rows and the quarantined rows of a file, by the product's own reader."""
    contract = CONTRACTS[feed]
    tables = {c.codes for c in contract.columns if c.codes} | {"flag"}
    job = Job(
        source=file, file_name=file.name, delivery_id="d", business_date=NIGHT, known_from=1, claimed_rows=None,
        contract=contract, codes={table: CODES.canonical(table) for table in tables}, max_quarantined_share=0.9,
        rows=scratch / "rows", quarantined=scratch / "quarantined", issues=scratch / "issues", scratch=scratch,
    )  # fmt: skip
    outcome = validate(job)
    assert not outcome.rejection, outcome.rejection_detail
    return outcome, *(pl.DataFrame(pq.read_table(path)) for path in (job.rows, job.quarantined))


def the_file(home: Path, feed: str) -> Path:
    files = [p for p in (home / ARRIVALS).glob(f"*/{feed}/*/*") if not p.name.endswith(".manifest.json")]
    assert len(files) == 1
    return files[0]


@pytest.mark.parametrize("feed", TOLD)
def test_every_value_comes_back(feed: str, tmp_path: Path) -> None:
    sent = emission(feed, NIGHT, people(60))
    write(tmp_path, [sent], no_dirt())
    outcome, rows, quarantined = read(the_file(tmp_path, feed), feed, tmp_path)
    assert (outcome.accepted, outcome.duplicates) == (60, 0)
    assert quarantined.filter(pl.col("reason") != QuarantineReason.TRAILER.value).is_empty()
    names = [column.name for column in CONTRACTS[feed].columns]
    texts = pl.col(pl.String).fill_null("")
    assert rows.select(names).with_columns(texts).equals(sent.rows.select(names).with_columns(texts))


@pytest.mark.parametrize("feed", TOLD)
def test_blocks_do_not_change_a_byte(feed: str, tmp_path: Path) -> None:
    whole = emission(feed, NIGHT, people(200))
    parts = [emission(feed, NIGHT, people(200)[start : start + 50]) for start in range(0, 200, 50)]
    for name, emissions in (("one", [whole]), ("several", parts), ("again", [whole])):
        write(tmp_path / name, emissions, much_dirt())
    assert _digests(tmp_path / "one") == _digests(tmp_path / "several") == _digests(tmp_path / "again")


def test_another_seed_plants_other_errors(tmp_path: Path) -> None:
    for seed in (5, 6):
        write(tmp_path / str(seed), [emission("medical", NIGHT, people(200))], much_dirt(), seed=seed)
    assert _digests(tmp_path / "5") != _digests(tmp_path / "6")


def test_a_manifest_tells_the_rows_and_the_digest(tmp_path: Path) -> None:
    write(tmp_path, [emission("medical", NIGHT, people(200))], much_dirt())
    file = the_file(tmp_path, "medical")
    manifest = json.loads(file.with_name(f"{file.name}.manifest.json").read_text())
    outcome, _, _ = read(file, "medical", tmp_path)
    assert manifest == {"rows": outcome.physical - outcome.header, "sha256": sha256(file.read_bytes()).hexdigest()}


def test_files_wait_for_their_day(tmp_path: Path) -> None:
    nights = [NIGHT, NIGHT.replace(day=21)]
    write(tmp_path, [emission("health", night, people(3)) for night in nights], no_dirt())
    assert arrive(tmp_path, NIGHT) == 1
    assert [path.parent.name for path in (tmp_path / "inbox").rglob("*.csv")] == [f"{NIGHT}"]
    assert arrive(tmp_path, date(2024, 12, 31)) == 1
    assert arrive(tmp_path, date(2024, 12, 31)) == 0


def _digests(home: Path) -> dict[str, str]:
    return {str(p.relative_to(home)): sha256(p.read_bytes()).hexdigest() for p in home.rglob("*") if p.is_file()}
