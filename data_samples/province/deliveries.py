"""Emissions become files: soiled, written as their contract says, delivered as well or badly as agencies deliver.

Files lie under `arrivals/<day they arrive>/<feed>/<business date>/` until `arrive` moves them into the inbox.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from data_samples.province.damage import rows_left
from data_samples.province.dirt import Dirt, Soiled, record_ids
from data_samples.province.dirt_rates import DirtRates, Mishap
from data_samples.province.emission import Emission
from data_samples.province.mishaps import Sending, choose_mishap, sendings
from data_samples.province.packing import pack
from data_samples.province.spool import Spool
from data_samples.province.truth import PLANTED, RECORD, TRUE_DELIVERY
from data_samples.province.truth_files import TruthFile
from schemas.code_tables import CodeTables
from schemas.contract import Contract

ARRIVALS: Final = "arrivals"
MANIFEST: Final = ".manifest.json"
_OF_PERSON: Final = ("id_number", "name", "birth_date", "sex")
_PLANTED: Final = {
    "file_name": pl.String, "record_no": pl.Int64, "record_id": pl.String, "column": pl.String, "kind": pl.String,
    "issue": pl.String, "ticket": pl.String, "recipient": pl.String, "person_no": pl.Int64, "is_declared": pl.Boolean,
    "fact": pl.String,
}  # fmt: skip


class Province:
    """Where the files of a synthetic province are written, with what and from which seed."""

    def __init__(
        self, home: Path, contracts: Mapping[str, Contract], code_tables: CodeTables, rates: DirtRates, *, seed: int
    ) -> None:
        self.home, self.contracts, self.code_tables, self.rates, self.seed = home, contracts, code_tables, rates, seed
        self._open: dict[str, _Feed] = {}
        self._has_delivered: set[str] = set()
        self._truth = {table.name: TruthFile(table, home / "truth") for table in (RECORD, PLANTED, TRUE_DELIVERY)}

    def write(self, emissions: Iterable[Emission]) -> None:
        """Emissions night by night; the files of a night are closed when the next one begins, the last at the end."""
        night: date | None = None
        for emission in emissions:
            if night is not None and emission.business_date != night:
                self._close_night()
            night = emission.business_date
            self._add(emission)
        self._close_night()

    def close(self) -> None:
        for table in self._truth.values():
            table.close()

    def _add(self, emission: Emission) -> None:
        feed = self._open.get(emission.feed)
        if feed is None:
            contract = self.contracts[emission.feed]
            dirt = Dirt(contract, self.code_tables, self.rates, seed=self.seed)
            feed = _Feed(contract, emission.business_date, dirt, self.home)
            self._open[emission.feed] = feed
        feed.add(emission.rows)

    def _close_night(self) -> None:
        for name, feed in sorted(self._open.items()):
            is_first = name not in self._has_delivered
            mishap: Mishap = "NONE" if is_first else self._mishap(feed)
            sent = sendings(feed.contract, feed.business_date, mishap, self.rates, seed=self.seed)
            self._has_delivered.add(name)
            for table, rows in feed.close(sent).items():
                self._truth[table].add(rows)
        self._open = {}

    def _mishap(self, feed: "_Feed") -> Mishap:
        return choose_mishap(feed.contract, feed.business_date, self.rates, seed=self.seed, rows=feed.spool.rows)


class _Feed:
    """The files of one feed and night."""

    def __init__(self, contract: Contract, business_date: date, dirt: Dirt, home: Path) -> None:
        self.contract, self.business_date, self._dirt, self._home = contract, business_date, dirt, home
        self.spool = Spool(contract, home / ARRIVALS / f"{contract.feed}.part")
        self._records: list[pl.DataFrame] = []
        self._planted: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        soiled = self._dirt.soil(rows, self.business_date)
        first = self.spool.rows + 1
        self.spool.add(soiled.text, soiled.broken)
        records = _records(rows, soiled, self.contract, first)
        self._planted.append(_planted(soiled, records))
        self._records.append(records.filter(_is_told(self.contract, records)))

    def close(self, sent: tuple[Sending, ...]) -> dict[str, pl.DataFrame]:
        """Write the files; answers the rows of the truth."""
        whole = next(sending for sending in reversed(sent) if sending.mishap != "TWICE")
        self._write(sent)
        self.spool.discard()
        found = {"feed": pl.lit(self.contract.feed), "business_date": pl.lit(self.business_date, dtype=pl.Date)}
        name = pl.lit(whole.file_name)
        planted = pl.concat([*self._planted, _rejected(sent, self.contract)])
        return {
            RECORD.name: pl.concat(self._records).with_columns(**found, file_name=name),
            PLANTED.name: planted.with_columns(**found, file_name=pl.coalesce("file_name", name)),
            TRUE_DELIVERY.name: _delivered(sent).with_columns(**found),
        }

    def _write(self, sent: tuple[Sending, ...]) -> None:
        claim = ""
        for sending in reversed(sent):
            if sending.form is None:
                continue
            place = self._home / ARRIVALS / f"{sending.arrives_on}" / self.contract.feed / f"{self.business_date}"
            digest = pack(self.spool, place / sending.file_name, sending.form)
            claim = claim if sending.claims_whole and claim else digest
            if self.contract.manifest == "required":
                damage = sending.form.damage
                rows = rows_left(self.spool.text(), self.spool.rows, self.contract, damage)
                manifest = {"rows": rows, "sha256": claim}
                (place / f"{sending.file_name}{MANIFEST}").write_text(json.dumps(manifest) + "\n", encoding="utf-8")


def _records(rows: pl.DataFrame, soiled: Soiled, contract: Contract, first: int) -> pl.DataFrame:
    """RECORD but for feed, date and file, of every row written."""
    event = "event_date" if "event_date" in rows.columns else None
    truth = rows.select(
        agency="_agency",
        person_no="_person_no",
        named_person_no="_named_no",
        event_date=pl.col(event) if event else pl.lit(None, dtype=pl.Date),
        cause="_cause",
    ).with_columns(record_ids(rows, contract), is_exact=soiled.is_exact)
    return truth[soiled.source].with_row_index("record_no", first).with_columns(pl.col("record_no").cast(pl.Int64))


def _is_told(contract: Contract, records: pl.DataFrame) -> pl.Expr:
    """A snapshot repeats every person every night: only its records of an event are told one by one."""
    return pl.col("event_date").is_not_null() if contract.delivery == "snapshot" else pl.lit(True)


def _planted(soiled: Soiled, records: pl.DataFrame) -> pl.DataFrame:
    """PLANTED but for feed and date, and without the name of the file."""
    about = records.select("record_no", "record_id", "person_no", recipient="agency")
    truth = soiled.planted.drop("row").hstack(about[soiled.planted["row"]])
    fact = _facts(soiled)[soiled.planted["row"]]
    of_person = pl.col("column").is_in(_OF_PERSON)
    return truth.with_columns(
        file_name=pl.lit(None, dtype=pl.String), fact=pl.when(of_person).then(fact).otherwise("record_id")
    ).select(*_PLANTED)


def _facts(soiled: Soiled) -> pl.Series:
    """What each row says of its person: of rows that say the same wrong thing an agency is asked about one."""
    written = [pl.col(column).fill_null("") for column in _OF_PERSON if column in soiled.text.columns]
    return soiled.text.with_columns(fact=pl.concat_str([pl.lit(""), *written], separator="|"))["fact"]


def _rejected(sent: tuple[Sending, ...], contract: Contract) -> pl.DataFrame:
    """A file that must be rejected as a whole: an error of record number 0."""
    rows = [
        (sending.file_name, 0, "", "", sending.mishap, str(sending.rejection), "", contract.agency, None, False, "")
        for sending in sent
        if sending.rejection
    ]
    return pl.DataFrame(rows, schema=_PLANTED, orient="row")


def _delivered(sent: tuple[Sending, ...]) -> pl.DataFrame:
    rows = [(sending.file_name, sending.mishap, sending.arrives_on) for sending in sent]
    return pl.DataFrame(rows, schema={"file_name": pl.String, "mishap": pl.String, "arrives_on": pl.Date}, orient="row")


def arrive(home: Path, day: date) -> int:
    """Move what has arrived by `day` into the inbox, manifests last; answers the number of files moved."""
    waiting = home / ARRIVALS
    folders = [folder for folder in sorted(waiting.glob("????-??-??")) if date.fromisoformat(folder.name) <= day]
    return sum(_move(folder, home / "inbox") for folder in folders)


def _move(folder: Path, inbox: Path) -> int:
    files = sorted((path.name.endswith(MANIFEST), path) for path in folder.rglob("*") if path.is_file())
    for _, path in files:
        target = inbox / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    shutil.rmtree(folder)
    return len(files)
