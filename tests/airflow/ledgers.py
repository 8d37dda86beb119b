"""What two ledgers must share, and what of a province may stand nowhere outside it."""

from pathlib import Path

import pyarrow.parquet as pq

from pipelines.storage.receipts import read_receipts

IDENTIFYING = ("id_number", "phone", "mobile")


def canonical(home: Path) -> list[tuple]:
    """Per receipt: kind, date, sums, and per table the canonical digest of its rows."""
    return [
        (
            r.number,
            r.kind,
            r.as_of,
            r.sums,
            {t: [f.rows_sha256 or f.bytes_sha256 for f in fs] for t, fs in r.files.items()},
        )
        for r in read_receipts(home / "lake")
    ]


def identifying_values(home: Path) -> set[str]:
    """ID numbers and telephones of everybody in the lake's newest table of persons."""
    newest = max((home / "lake" / "person").glob("run=*.parquet"))
    table = pq.read_table(newest)
    columns = [name for name in table.column_names if name in IDENTIFYING]
    assert columns
    return {value for name in columns for value in table[name].to_pylist() if value}
