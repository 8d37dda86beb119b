"""One delivery from packed bytes to typed rows: runs in the parsing child, where a hostile file may do no harm."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.validated.csv_rows import read_csv
from pipelines.validated.duplicates import Seen
from pipelines.validated.encoding import find_encoding
from pipelines.validated.job import Job, Outcome
from pipelines.validated.parquet_rows import read_parquet
from pipelines.validated.rows import QUARANTINED_SCHEMA, RejectedError, Rows
from pipelines.validated.tally import LawBrokenError, Tally
from pipelines.validated.typed import ISSUE_SCHEMA, issue_of, record_ids, to_typed
from pipelines.validated.unpack import check_directory, unpack_gzip, unpack_zip
from pipelines.validated.workbook_rows import read_book
from schemas.codes import Issue, Rejection
from schemas.contract import Contract
from schemas.emit.to_arrow import validated_schema
from schemas.table import ROW_GROUP_ROWS

_FAULTS: Final = pl.Schema(QUARANTINED_SCHEMA | {"record_id": pl.String})


def validate(job: Job) -> Outcome:
    """Write accepted rows, quarantined rows and issues of a delivery; of a rejected one write nothing."""
    tally = Tally(job.contract)
    try:
        with _rows_of(job) as (blocks, encoding), _Writer(job) as writer:
            _stream(job, blocks, tally, writer)
            tally.check_whole(job.claimed_rows, job.max_quarantined_share)
    except RejectedError as error:
        _discard(job)
        return Outcome(rejection=error.rejection, rejection_detail=error.detail)
    except LawBrokenError as error:
        _discard(job)
        return Outcome(broken=str(error))
    return Outcome(
        encoding=encoding,
        county_codes=_counties(job.contract, tally),
        physical=tally.physical,
        header=tally.header,
        blank=tally.blank,
        accepted=tally.accepted,
        quarantined=tally.quarantined,
        duplicates=tally.duplicates,
        profile=tally.profile(),
    )


def _counties(contract: Contract, tally: Tally) -> tuple[str, ...]:
    """Counties the delivery speaks for; none named = all.

    A county absent from a snapshot was left out; a county without events in a file of events had none.
    """
    is_told = contract.several_files or contract.delivery == "snapshot"
    return tuple(sorted(tally.counties - {""})) if is_told else ()


def _stream(job: Job, blocks: Iterator[Rows], tally: Tally, writer: "_Writer") -> None:
    seen = Seen()
    for rows in blocks:
        fresh, repeats = seen.split(rows.text) if rows.text.width else (_no_text(job.contract), rows.text)
        typed = to_typed(fresh, job.contract, job.codes)
        tally.add(rows, fresh, typed)
        issues = [typed.issues]
        if repeats.height:
            issues.append(issue_of(repeats, "", Issue.SQ04, (job.contract, job.codes)))
        faults = pl.concat([rows.quarantined, typed.quarantined]).join(
            record_ids(fresh, job.contract, job.codes), on="record_no", how="left", maintain_order="left"
        )
        writer.write(typed.rows, faults.with_columns(pl.col("record_id").fill_null("")), pl.concat(issues))


def _no_text(contract: Contract) -> pl.DataFrame:
    places = {"record_no": pl.Int64, "byte_start": pl.Int64, "byte_end": pl.Int64}
    return pl.DataFrame(schema=places | {column.name: pl.String for column in contract.columns})


class _Writer:
    """Streams into the three files of a job, rows in groups of a fixed size whatever the blocks or chunks were."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._schema = validated_schema(job.contract)
        self._waiting: list[pa.Table] = []
        self._quarantined = pq.ParquetWriter(job.quarantined, _arrow(_FAULTS.to_frame()).schema)
        self._issues = pq.ParquetWriter(job.issues, _arrow(ISSUE_SCHEMA.to_frame()).schema)
        self._rows = pq.ParquetWriter(job.rows, self._schema, compression="zstd", compression_level=3)

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush(everything=True)
        for writer in (self._rows, self._quarantined, self._issues):
            writer.close()

    def write(self, rows: pl.DataFrame, quarantined: pl.DataFrame, issues: pl.DataFrame) -> None:
        self._quarantined.write_table(_arrow(quarantined))
        self._issues.write_table(_arrow(issues))
        self._waiting.append(self._shaped(rows))
        self._flush()

    def _flush(self, *, everything: bool = False) -> None:
        waiting = pa.concat_tables([self._schema.empty_table(), *self._waiting])
        while waiting.num_rows >= ROW_GROUP_ROWS or (everything and waiting.num_rows):
            group = waiting.slice(0, ROW_GROUP_ROWS).combine_chunks()
            self._rows.write_table(group, row_group_size=ROW_GROUP_ROWS)
            waiting = waiting.slice(ROW_GROUP_ROWS)
        self._waiting = [waiting]

    def _shaped(self, rows: pl.DataFrame) -> pa.Table:
        job = self._job
        whole = rows.with_columns(
            pl.lit(job.delivery_id).alias("delivery_id"),
            pl.lit(job.business_date, dtype=pl.Date).alias("business_date"),
            pl.lit(job.known_from, dtype=pl.Int64).alias("known_from"),
            *(pl.lit(value).alias(name) for name, value in job.contract.constants.items()),
        )
        return _arrow(whole.select(self._schema.names)).cast(self._schema)


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _discard(job: Job) -> None:
    for path in (job.rows, job.quarantined, job.issues):
        path.unlink(missing_ok=True)


@contextmanager
def _rows_of(job: Job) -> Iterator[tuple[Iterator[Rows], str]]:
    """The blocks of a delivery by its form, and the encoding found; what was unpacked is gone afterwards."""
    form = _form(job)
    with job.source.open("rb") as packed, tempfile.TemporaryFile(dir=job.scratch) as unpacked:
        size = os.fstat(packed.fileno()).st_size
        if form == ".xlsx":
            check_directory(packed, size)
            yield read_book(packed, job.contract), ""
        elif form == ".parquet":
            yield read_parquet(packed, job.contract), "utf-8"
        else:
            file = _plain(packed, size, form, cast(BinaryIO, unpacked))
            encoding = find_encoding(file, "gb18030" if job.contract.encoding == "gb18030" else "utf-8")
            yield read_csv(file, job.contract, encoding), encoding


def _plain(packed: BinaryIO, size: int, form: str, unpacked: BinaryIO) -> BinaryIO:
    if form == ".csv":
        return packed
    unpack = unpack_gzip if form == ".csv.gz" else unpack_zip
    unpack(packed, size, unpacked)
    unpacked.seek(0)
    return unpacked


def _form(job: Job) -> str:
    """The form by the file's name."""
    for form in job.contract.endings:
        if job.file_name.endswith(form):
            return form
    wanted = ", ".join(job.contract.endings)
    raise RejectedError(Rejection.BAD_FILE, f"the contract asks for {wanted} and the name ends otherwise")
