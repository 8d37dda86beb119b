"""The floor: an expert's bare script over the same files, without checks, ledger, outputs or proof.

    python benchmarks/floor.py HOME

It reads the extracts of one night, ties them to the registry by number and name, takes the newest sign per person and
writes one state per insured record. Whatever we do beyond it must be worth its share of the time.
"""

import sys
import zipfile
from pathlib import Path

import polars as pl

DAY = "2024-03-18"
SIGNS = {
    "medical": ("certno", "psn_name", "begndate"),
    "vaccination": ("id_card", "person_name", "vaccinate_time"),
    "transport": ("cert_no", "passenger_name", "check_in_date"),
}


def _read(home: Path, feed: str) -> pl.DataFrame:
    folder = home / "inbox" / feed / DAY
    if feed == "transport":
        with zipfile.ZipFile(folder / "transport.zip") as archive:
            content = archive.read("transport.csv")
    else:
        content = (folder / f"{feed}.csv").read_bytes()
    if feed == "registry":
        content = content.decode("gb18030").encode()
    return pl.read_csv(content, infer_schema=False)


def main(home: Path) -> None:
    people = _read(home, "registry").select("AAC001", "AAC147", "AAC003", "AAE140", "AAA027")
    signs = pl.concat(
        [
            _read(home, feed).select(AAC147=number, AAC003=name, seen=pl.col(day).str.slice(0, 10))
            for feed, (number, name, day) in SIGNS.items()
        ]
    )
    newest = people.join(signs, on=["AAC147", "AAC003"]).group_by("AAC001").agg(pl.col("seen").max())
    seen = pl.col("seen").str.to_date()
    states = people.join(newest, on="AAC001", how="left").with_columns(
        due=seen.dt.offset_by("12mo").dt.month_end(), is_certified=seen >= pl.date(2023, 3, 18)
    )
    states.sort("AAC001", "AAE140", "AAA027").write_parquet(home / "floor.parquet", row_group_size=1 << 17)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
