"""One delivery from packed bytes to typed rows: runs in the parsing child, where a hostile file may do no harm."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import machine_trouble
from pipelines.validated.csv_rows import read_csv
from pipelines.validated.duplicates import Seen
from pipelines.validated.encoding import find_encoding
from pipelines.validated.job import Job, Outcome
from pipelines.validated.parquet_rows import read_parquet
from pipelines.validated.returned import form_of_book, form_of_text, is_workbook, one_block, read_text
from pipelines.validated.returned import read_book as read_returned_book
from pipelines.validated.rows import QUARANTINED_SCHEMA, RejectedError, Rows
from pipelines.validated.tally import LawBrokenError, Tally
from pipelines.validated.typed import ISSUE_SCHEMA, issue_of, record_ids, to_typed
from pipelines.validated.unpack import check_directory, unpack_gzip, unpack_zip
from pipelines.validated.workbook_rows import read_book
from schemas.codes import Issue, Rejection
from schemas.contract import Contract
from schemas.emit.to_arrow import validated_schema
from schemas.emit.to_polars import feed_schema
from schemas.table import ROW_GROUP_ROWS

_MOST_REPEATS: Final = 1_000
_FAULTS: Final = pl.Schema(QUARANTINED_SCHEMA | {"record_id": pl.String})


def validate(job: Job) -> Outcome:
    """Write accepted rows, quarantined rows and issues of a delivery; of a rejected one write nothing."""
    try:
        with _rows_of(job) as (blocks, encoding, contract), _Writer(job) as writer:
            tally = Tally(contract)
            _stream(job, blocks, tally, writer)
            tally.check_whole(job.claimed_rows, job.max_quarantined_share)
    except RejectedError as error:
        _discard(job)
        if machine_trouble(error):
            raise
        return Outcome(rejection=error.rejection, rejection_detail=error.detail)
    except LawBrokenError as error:
        _discard(job)
        return Outcome(broken=str(error))
    return Outcome(
        encoding=encoding,
        answers_to=contract.answers_to,
        county_codes=_counties(contract, tally),
        counties=dict(sorted(tally.counties.items())),
        physical=tally.physical,
        header=tally.header,
        blank=tally.blank,
        accepted=tally.accepted,
        quarantined=tally.quarantined,
        duplicates=tally.duplicates,
        unanswered=tally.unanswered,
        profile=tally.profile(),
    )


def _counties(contract: Contract, tally: Tally) -> tuple[str, ...]:
    """Counties the delivery speaks for; none named = all.

    A county absent from a snapshot was left out; a county without events in a file of events had none.
    """
    is_told = contract.several_files or contract.delivery == "snapshot"
    return tuple(sorted(set(tally.counties) - {""})) if is_told else ()


def _stream(job: Job, blocks: Iterator[Rows], tally: Tally, writer: "_Writer") -> None:
    seen, contract = Seen(), tally.contract
    listed = 0
    for rows in blocks:
        text = rows.text.with_columns(
            pl.lit("").alias(c.name) for c in contract.columns if c.may_be_absent and c.name not in rows.text.columns
        )
        fresh, repeats = seen.split(text) if rows.text.width else (_no_text(contract), rows.text)
        typed = to_typed(fresh, contract, job.codes)
        tally.add(rows, fresh, typed)
        issues = [typed.issues]
        if contract.answers_to:
            # who wrote an answer is told of its row; nobody's record is in question by it
            issues = [typed.issues.join(typed.quarantined, on="record_no", how="anti")]
        if repeats.height and listed < _MOST_REPEATS:
            # all are counted; of very many the sender needs no list
            named = repeats.head(_MOST_REPEATS - listed)
            issues.append(issue_of(named, "", Issue.SQ04, (contract, job.codes)))
            listed += named.height
        faults = pl.concat([rows.quarantined, typed.quarantined]).join(
            record_ids(fresh, contract, job.codes), on="record_no", how="left", maintain_order="left"
        )
        writer.write(
            _as_of_feed(typed.rows, contract, job.contract),
            faults.with_columns(pl.col("record_id").fill_null("")),
            pl.concat(issues),
        )


def _as_of_feed(rows: pl.DataFrame, read: Contract, feed: Contract) -> pl.DataFrame:
    """Rows of a file of ours with every column of the feed: a record number of its own, and the rest empty.

    A name that the feed requires is empty text here: the line's number says whom it means.
    """
    if not read.answers_to:
        return rows
    number = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in read.numbered_by], separator="-")
    types = dict(zip(feed_schema(feed).names(), feed_schema(feed).dtypes(), strict=True))
    lacking = {
        column.name: pl.lit("" if column.required and column.type == "string" else None, types[column.name])
        for column in feed.columns
        if column.name not in rows.columns
    }
    keys = {name: number for name in feed.record_key if name in lacking and read.numbered_by}
    return rows.with_columns(**(lacking | keys))


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
def _rows_of(job: Job) -> Iterator[tuple[Iterator[Rows], str, Contract]]:
    """The blocks of a delivery by its form, the encoding found and the contract they are read by; what was unpacked is
    gone afterwards.
    """
    with job.source.open("rb") as packed, tempfile.TemporaryFile(dir=job.scratch) as unpacked:
        size = os.fstat(packed.fileno()).st_size
        returned = _returned(job, packed, size, cast(BinaryIO, unpacked)) if job.forms else None
        if returned:
            yield returned
            return
        packed.seek(0)
        form = _form(job)
        if form == ".xlsx":
            check_directory(packed, size)
            yield read_book(packed, job.contract), "", job.contract
        elif form == ".parquet":
            yield read_parquet(packed, job.contract), "utf-8", job.contract
        else:
            file = _plain(packed, size, form, cast(BinaryIO, unpacked))
            encoding = find_encoding(file, "gb18030" if job.contract.encoding == "gb18030" else "utf-8")
            yield read_csv(file, job.contract, encoding), encoding, job.contract


def _returned(job: Job, packed: BinaryIO, size: int, unpacked: BinaryIO) -> tuple[Iterator[Rows], str, Contract] | None:
    """A file of ours that came back, by what is in it and not by its name; None for any other file."""
    file, start = packed, packed.read(4)
    packed.seek(0)
    if start.startswith(b"\x1f\x8b") or (start.startswith(b"PK") and not is_workbook(packed)):
        file = _plain(packed, size, ".csv.gz" if start.startswith(b"\x1f") else ".zip", unpacked)
        size = os.fstat(file.fileno()).st_size
    if is_workbook(file):
        check_directory(file, size)
        file.seek(0)
        form = form_of_book(file, job.contract, job.forms)
        return (one_block(read_returned_book(file, form, job.codes)), "", form) if form else None
    found = form_of_text(file, job.contract, job.forms)
    return (one_block(read_text(file, found, job.codes)), found.encoding, found.form) if found else None


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
