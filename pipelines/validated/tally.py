"""Counts of a delivery: the laws of conservation, and the profile it is judged by."""

from collections import Counter

import polars as pl

from matchers.numbers import read_numbers
from pipelines.validated.job import ColumnProfile
from pipelines.validated.rows import RejectedError, Rows
from pipelines.validated.typed import Typed
from schemas.codes import Issue, QuarantineReason, Rejection
from schemas.contract import Column, Contract

ID_PATTERN = r"^[1-9]\d{16}[\dXx]$"
_OLD_PATTERN = r"^[1-9]\d{14}$"
# each of them is entered one by one
MOST_QUARANTINED = 1_000_000
_FEW, _MOST = 0.2, 0.8
_FEWEST_VALUES = 5
_INVALID = (
    QuarantineReason.UNKNOWN_CODE,
    QuarantineReason.BAD_DATE,
    QuarantineReason.BAD_NUMBER,
    QuarantineReason.TOO_LONG,
)


class LawBrokenError(Exception):
    """A conservation law does not hold: our error, and the run must stop."""


class Tally:
    """Counts over the blocks of one delivery; column counters are keyed (what, column)."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.physical = self.header = self.blank = self.duplicates = self.accepted = self.quarantined = (
            self.trailers
        ) = self.unanswered = 0
        self.read = self.undecodable = 0
        self.counties: Counter[str] = Counter()
        self._columns: Counter[tuple[str, str]] = Counter()

    @property
    def data_rows(self) -> int:
        """Rows the sender means by a count: neither header nor blank nor total row."""
        return self.physical - self.header - self.blank - self.trailers

    def add(self, rows: Rows, fresh: pl.DataFrame, typed: Typed) -> None:
        """One block: as read, without its repeats, and typed. Raises `LawBrokenError`, and `RejectedError` for a file
        of which more rows are quarantined than anybody could look at.
        """
        quarantined = pl.concat([rows.quarantined, typed.quarantined])
        self.physical += rows.physical
        self.header += rows.header
        self.blank += rows.blank
        self.duplicates += rows.text.height - fresh.height
        self.unanswered += rows.unanswered
        self.accepted += typed.rows.height
        self.quarantined += quarantined["record_no"].n_unique()
        self.trailers += quarantined.filter(pl.col("reason") == QuarantineReason.TRAILER.value).height
        self.undecodable += quarantined.filter(pl.col("reason") == QuarantineReason.UNDECODABLE.value).height
        self.read += fresh.height
        self._count_columns(quarantined, fresh, typed)
        self._check()
        if self.quarantined > MOST_QUARANTINED:
            raise RejectedError(
                Rejection.TOO_MANY_QUARANTINED, f"more than {MOST_QUARANTINED} rows quarantined; {self._worst()}"
            )

    def _count_columns(self, quarantined: pl.DataFrame, fresh: pl.DataFrame, typed: Typed) -> None:
        for reason, name, count in quarantined.group_by("reason", "column").len().iter_rows():
            self._columns["quarantined", name] += count
            self._columns["invalid", name] += count if reason in _INVALID else 0
        if "county_code" in typed.rows.columns:
            named = typed.rows["county_code"].fill_null("")
        else:
            named = pl.repeat("", typed.rows.height, dtype=pl.String, eager=True).alias("county_code")
        self.counties.update(dict(named.value_counts().iter_rows()))
        if fresh.height:
            accepted = fresh.join(typed.rows.select("record_no"), on="record_no", how="semi")
            for column in self.contract.columns:
                self._count_column(column, fresh[column.name], accepted[column.name], typed)

    def _count_column(self, column: Column, fresh: pl.Series, accepted: pl.Series, typed: Typed) -> None:
        values = typed.rows[column.name]
        nulls = values.null_count() + (int((values == "").sum()) if values.dtype == pl.String else 0)
        empty = int((accepted.str.strip_chars(" \t\u3000") == "").sum())
        excused = typed.issues.filter(pl.col("column") == column.name, pl.col("issue") == Issue.DT06.value).height
        if nulls != empty + excused:
            raise LawBrokenError(f"column {column.name}: {nulls} empty after typing, {empty} before, {excused} excused")
        filled = fresh.filter(fresh != "").str.strip_chars_end(" \t\u3000")
        counts = {"nulls": nulls, "filled": len(filled), "id_like": int(filled.str.contains(ID_PATTERN).sum())}
        if column.check == "id_number":
            written = read_numbers(filled.str.to_uppercase())
            is_whole = (written["has_shape"] & written["has_check"]) | filled.str.contains(_OLD_PATTERN)
            counts["invalid"] = int((~is_whole).sum())
        if column.type == "fen":
            counts["yuan"] = int(filled.str.contains(r"\.").sum())
            counts["fen"] = int(filled.str.contains(r"^\s*[1-9]\d*$").sum())
        for what, count in counts.items():
            self._columns[what, column.name] += count

    def _check(self) -> None:
        parts = self.header + self.blank + self.accepted + self.quarantined + self.duplicates + self.unanswered
        if self.physical != parts:
            raise LawBrokenError(f"{self.physical} physical records, {parts} accounted for")

    def check_whole(self, claimed_rows: int | None, max_quarantined_share: float) -> None:
        """Raises `RejectedError` for a delivery that cannot be used as a whole."""
        if claimed_rows is not None and claimed_rows != self.data_rows:
            raise RejectedError(
                Rejection.BAD_MANIFEST, f"the manifest states {claimed_rows} rows, the file has {self.data_rows}"
            )
        if self.contract.answers_to:
            return  # a list of ours is answered line by line: no line costs another
        if self.undecodable > max_quarantined_share * self.data_rows:
            raise RejectedError(
                Rejection.BAD_ENCODING, f"{self.undecodable} of {self.data_rows} rows cannot be decoded"
            )
        self._check_places()
        self._check_amounts()
        quarantined = self.quarantined - self.trailers
        if quarantined > max_quarantined_share * self.data_rows:
            raise RejectedError(
                Rejection.TOO_MANY_QUARANTINED, f"{quarantined} of {self.data_rows} rows quarantined; {self._worst()}"
            )

    def _check_places(self) -> None:
        """Identity numbers that stand in another column than their own."""
        like = {c.name: self._share("id_like", c.name) for c in self.contract.columns if self._is_enough(c.name)}
        own = {c.name for c in self.contract.columns if c.check == "id_number" and like.get(c.name, 1) < _FEW}
        other = [c.header for c in self.contract.columns if not c.check and like.get(c.name, 0) > _MOST]
        if own and other:
            where = ", ".join(other)
            raise RejectedError(
                Rejection.SWAPPED, f"identity numbers stand in {where}; put each column under its header"
            )

    def _check_amounts(self) -> None:
        for column in self.contract.columns:
            yuan, fen = self._columns["yuan", column.name], self._columns["fen", column.name]
            if yuan and fen:
                raise RejectedError(
                    Rejection.BAD_FILE, f"{column.header}: {yuan} amounts in yuan and {fen} in fen; use one unit"
                )

    def _is_enough(self, column: str) -> bool:
        return self._columns["filled", column] >= _FEWEST_VALUES

    def _share(self, what: str, column: str) -> float:
        return self._columns[what, column] / max(1, self._columns["filled", column])

    def _worst(self) -> str:
        counts = {c.header: self._columns["quarantined", c.name] for c in self.contract.columns}
        header = max(counts, key=lambda name: counts[name])
        return f"most in {header}: {counts[header]}" if counts[header] else "most could not be read as rows"

    def profile(self) -> tuple[ColumnProfile, ...]:
        read, accepted = max(1, self.read), max(1, self.accepted)
        return tuple(
            ColumnProfile(
                column=column.name,
                row_count=self.accepted,
                null_share=self._columns["nulls", column.name] / accepted,
                invalid_share=self._columns["invalid", column.name] / read,
                quarantined_share=self._columns["quarantined", column.name] / read,
            )
            for column in self.contract.columns
        )
