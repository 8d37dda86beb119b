"""Plant errors of writing in the records of a feed, and say of each what should be raised and who should hear of it.

What is planted depends on the record's own key and the seed alone, so that a snapshot repeats its errors every night.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_samples.province.dirt_rates import DirtRates, Slot
from data_samples.province.emission import WORLD_ERRORS
from data_samples.province.errors_of_writing import BROKEN_ROWS, KINDS, Kind, Spoiled, can_happen
from data_samples.province.field_text import date_text, raw_codes, to_text
from data_samples.province.record_draws import Keys, draws, keys_of
from schemas.code_tables import CodeTables
from schemas.codes import Issue, IssueKind
from schemas.contract import Column, Contract

Flags = npt.NDArray[np.bool_]
_SLOTS: Final[tuple[Slot, ...]] = (
    "number", "name", "birth_date", "sex", "event_date", "recorded_date", "address", "repeat",
)  # fmt: skip
_AGAINST_REGISTRY: Final = (Issue.ID06, Issue.ID08, Issue.NM06)
_ASK_ROLES: Final = ("registry", "population", "evidence")
PLANTED_SCHEMA: Final = {
    "row": pl.Int64, "column": pl.String, "kind": pl.String, "issue": pl.String, "ticket": pl.String,
    "is_declared": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Soiled:
    """Rows as they are written, repeats among them.

    `text`: the contract's columns; `broken`: how the row is broken as a row, or null; `source`: position of each row
    among the rows emitted; `is_exact`: of each row emitted; `planted`: PLANTED_SCHEMA, `row` a position in `text`.
    """

    text: pl.DataFrame
    broken: pl.Series
    source: npt.NDArray[np.int64]
    is_exact: pl.Series
    planted: pl.DataFrame


class Dirt:
    """Errors of one feed."""

    def __init__(self, contract: Contract, code_tables: CodeTables, rates: DirtRates, *, seed: int) -> None:
        self._contract = contract
        self._tables = code_tables
        self._rates = rates
        self._seed = seed
        self._codes = {column.codes: code_tables.canonical(column.codes) for column in contract.columns if column.codes}
        self._characters = {"traditional": rates.traditional, "homophones": rates.homophones}

    def soil(self, rows: pl.DataFrame, business_date: date) -> Soiled:
        """`rows` as an emission has them."""
        block = _Block(rows, _keys(rows, self._contract), self._unheld(rows))
        if rows.height >= self._rates.fewest_rows_to_hold:
            self._plant_rows(block)
        exempt = rows["_planted"].is_not_null().to_numpy() & (self._contract.role != "registry")
        for slot in _SLOTS:
            self._plant(block, slot, ~block.is_held & (~exempt | (slot == "repeat")), business_date)
        self._plant_of_world(block)
        return block.soiled(to_text(rows, self._contract, self._tables))

    def _unheld(self, rows: pl.DataFrame) -> Flags:
        """Records whose number nobody of the registry holds in a form that can be compared."""
        absent = rows["_named_no"].is_null().to_numpy()
        if self._contract.role == "registry":
            return absent
        return absent | is_broken_in_registry(rows["_named_no"], self._rates, seed=self._seed)

    def _struck(self, keys: Keys, slot: Slot) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
        kinds = [(kind, share) for kind, share in self._rates.of(self._contract.feed, slot)]
        for kind, places in strikes(keys, f"{self._contract.feed}/{slot}", kinds, seed=self._seed):
            if can_happen(kind, slot, self._contract):
                yield kind, places

    def _plant_rows(self, block: "_Block") -> None:
        """Errors for which the row is quarantined: such a row has no other."""
        for kind, places in self._struck(block.keys, "row"):
            for place, written in self._written(block, kind, places, None):
                block.is_held[place] = True
                block.write(place, self._formatted(written))
                if kind in BROKEN_ROWS:
                    block.broken[place] = kind
                column, reason = KINDS[kind].quarantined or ("", "")
                block.note(place, column or next(iter(written), ""), kind, reason, ticket="")
                if kind == "UNKNOWN_CODE":
                    block.note(place, next(iter(written)), kind, Issue.SQ05, ticket=IssueKind.CORRECT)

    def _plant(self, block: "_Block", slot: Slot, may: Flags, business_date: date) -> None:
        keys = _row_keys(block.rows, self._contract) if slot == "repeat" else block.keys
        for kind, places in self._struck(keys, slot):
            allowed = places[may[places] & ~(block.is_swapped[places] & (slot == "name"))]
            if slot == "number":
                allowed = allowed[~block.has_other_document[allowed]]
            for place, written in self._written(block, kind, allowed, business_date):
                block.write(place, self._formatted(written))
                self._note(block, place, kind, slot)

    def _note(self, block: "_Block", place: int, kind: str, slot: Slot) -> None:
        error = KINDS[kind]
        block.is_hidden[place] |= error.hides_holder
        block.is_silent[place] |= error.is_silent
        block.is_swapped[place] |= kind == "COLUMNS_SWAPPED"
        block.is_touched[place] |= slot in ("number", "name") and kind != "EDGE_BLANKS"
        block.is_repeated[place] |= slot == "repeat"
        seen = self._is_seen(block, place, kind, error)
        is_declared = error.is_declared and not (error.needs_holder and self._depends_on_others())
        for column, issue in error.issues if seen else ():
            block.note(place, column, kind, issue, ticket=error.ticket, is_declared=is_declared)
        if not seen or not error.issues:
            block.note(place, "", kind, "", ticket="")

    def _depends_on_others(self) -> bool:
        """Whose value differs from the registry's is asked by what else is known: of the base by other agencies'
        records, of our own channels by the person, whom the officer looked up.
        """
        own_channel = any(column.name == "person_no" for column in self._contract.columns)
        return self._contract.role == "population" or (own_channel and self._contract.role == "evidence")

    def _is_seen(self, block: "_Block", place: int, kind: str, error: Kind) -> bool:
        """What the record alone, or with the registry, is enough to show."""
        if self._contract.role not in _ASK_ROLES:
            return kind in ("REPEATED", "BIRTH_PLACEHOLDER", "RECORDED_PLACEHOLDER")
        if error.needs_holder and self._contract.role != "registry":
            return not (block.is_hidden[place] or block.is_unheld[place])
        if kind in ("OTHER_BIRTH_DATE", "OTHER_SEX"):
            return not block.is_silent[place]
        return kind != "BEFORE_BIRTH" or not block.is_silent[place] or block.has_birth_date(place)

    def _written(
        self, block: "_Block", kind: str, places: npt.NDArray[np.int64], business_date: date | None
    ) -> Iterator[tuple[int, Mapping[str, Any]]]:
        purpose = f"{self._contract.feed}/{kind}"
        choices = draws(block.keys[places], seed=self._seed, purpose=purpose)
        records = block.rows[places].to_dicts()
        for place, values, choice in zip(places.tolist(), records, choices.tolist(), strict=True):
            record = Spoiled(
                values | {"_business_date": business_date}, self._contract, self._characters, self._codes, choice
            )
            written = KINDS[kind].write(record)
            if written is not None:
                yield place, written

    def _formatted(self, written: Mapping[str, Any]) -> dict[str, str | None]:
        """Dates and sexes as the contract writes them; what is text already stays as it is."""
        return {name: self._text(self._contract.column(name), value) for name, value in written.items()}

    def _text(self, column: Column, value: Any) -> str | None:
        if isinstance(value, date):
            return str(pl.select(date_text(pl.lit(value), column)).item())
        return raw_codes(column, self._tables)[value] if column.name == "sex" and value in ("1", "2") else value

    def _plant_of_world(self, block: "_Block") -> None:
        """What the world did wrong already; seen only where the row can be read and the number belongs to somebody."""
        for place in np.flatnonzero(block.rows["_planted"].is_not_null().to_numpy()).tolist():
            kind = block.rows["_planted"][place]
            error = WORLD_ERRORS[kind]
            issues = [] if block.is_held[place] else [i for i in error.issues if self._is_due(block, place, i)]
            for column, issue in issues:
                is_declared = error.is_declared and not (issue in _AGAINST_REGISTRY and self._depends_on_others())
                block.note(place, column, kind, issue, ticket=error.kind, is_declared=is_declared)
            for column, issue in () if block.is_held[place] else self._against_number(block, place):
                block.note(place, column, kind, issue, ticket=IssueKind.CORRECT)
            if not issues:
                block.note(place, "", kind, "", ticket="")

    def _is_due(self, block: "_Block", place: int, wanted: tuple[str, Issue]) -> bool:
        column, issue = wanted
        if self._contract.role not in _ASK_ROLES:
            return False
        if block.is_hidden[place] and (column == "id_number" or issue in _AGAINST_REGISTRY):
            return False
        return issue not in _AGAINST_REGISTRY or not block.is_unheld[place]

    def _against_number(self, block: "_Block", place: int) -> Iterator[tuple[str, Issue]]:
        """Another's number says another day of birth or sex than the record does."""
        values = block.rows.row(place, named=True)
        number = values.get("id_number") or ""
        if len(number) != 18 or block.is_silent[place] or self._contract.role not in _ASK_ROLES:
            return
        born, sex = values.get("birth_date"), values.get("sex")
        if born and f"{born:%Y%m%d}" != number[6:14] and (place, "birth_date") not in block.texts:
            yield "birth_date", Issue.DM01
        if sex in ("1", "2") and int(number[16]) % 2 != int(sex) % 2 and (place, "sex") not in block.texts:
            yield "sex", Issue.DM02


class _Block:
    """What has been done so far to the rows of one emission."""

    def __init__(self, rows: pl.DataFrame, keys: Keys, unheld: Flags) -> None:
        self.rows, self.keys, self.is_unheld = rows, keys, unheld
        number = rows["id_number"] if "id_number" in rows.columns else pl.Series([None] * rows.height, dtype=pl.String)
        self.is_hidden: Flags = number.is_null().to_numpy().copy()
        self.is_silent: Flags = self.is_hidden.copy()
        self.has_other_document: Flags = number.str.contains("^[A-Z]").fill_null(False).to_numpy()
        self.is_held, self.is_swapped, self.is_touched, self.is_repeated = (self.nowhere() for _ in range(4))
        self.broken: dict[int, str] = {}
        self.texts: dict[tuple[int, str], str | None] = {}
        self._notes: list[tuple[int, str, str, str, str, bool]] = []

    def has_birth_date(self, place: int) -> bool:
        """A birth date that can be read stands on the record."""
        stated = self.rows["birth_date"][place] if "birth_date" in self.rows.columns else None
        return stated is not None and (place, "birth_date") not in self.texts

    def nowhere(self) -> Flags:
        return np.zeros(self.rows.height, dtype=np.bool_)

    def write(self, place: int, written: Mapping[str, str | None]) -> None:
        self.texts.update({(place, column): text for column, text in written.items()})

    def note(self, place: int, column: str, kind: str, issue: str, *, ticket: str, is_declared: bool = True) -> None:
        self._notes.append((place, column, kind, str(issue), str(ticket), is_declared and bool(ticket)))

    def soiled(self, text: pl.DataFrame) -> Soiled:
        """A repeat stands right behind the row it repeats, and the note about it is about the second."""
        source = np.repeat(np.arange(self.rows.height), 1 + self.is_repeated)
        first = np.cumsum(1 + self.is_repeated) - 1 - self.is_repeated
        planted = _asked_once(pl.DataFrame(self._notes, schema=PLANTED_SCHEMA, orient="row"))
        is_second = (planted["kind"] == "REPEATED").cast(pl.Int64)
        placed = planted.with_columns(row=pl.Series(first, dtype=pl.Int64).gather(planted["row"]) + is_second)
        broken = pl.Series(np.full(self.rows.height, None), dtype=pl.String)
        if self.broken:
            broken = broken.scatter(list(self.broken), list(self.broken.values()))
        exact = self.rows["_is_exact"].to_numpy() & ~self.is_touched & ~self.is_unheld & ~self.is_held
        return Soiled(_with(text, self.texts)[source], broken[source], source, pl.Series(exact), placed.sort("row"))


def _asked_once(planted: pl.DataFrame) -> pl.DataFrame:
    """Whoever is asked whether the number is this person's need not be asked about its birth date and sex as well."""
    others = planted.filter(pl.col("issue") == Issue.ID06.value)["row"].implode()
    is_told = pl.col("issue").is_in([Issue.DM01.value, Issue.DM02.value]) & pl.col("row").is_in(others)
    nothing = pl.when(is_told).then(pl.lit(""))
    return planted.with_columns(
        issue=nothing.otherwise("issue"),
        ticket=nothing.otherwise("ticket"),
        is_declared=pl.col("is_declared") & ~is_told,
    )


def _with(text: pl.DataFrame, written: Mapping[tuple[int, str], str | None]) -> pl.DataFrame:
    by_column: dict[str, dict[int, str | None]] = {}
    for (place, column), value in written.items():
        by_column.setdefault(column, {})[place] = value
    changed = [
        text[column].scatter(list(values), pl.Series(list(values.values()), dtype=pl.String))
        for column, values in by_column.items()
    ]
    return text.with_columns(changed)


def _row_keys(rows: pl.DataFrame, contract: Contract) -> Keys:
    return keys_of(record_ids(rows, contract))


def record_ids(rows: pl.DataFrame, contract: Contract) -> pl.Series:
    """The source's own key; several columns are joined with a hyphen."""
    return rows.select(pl.concat_str(contract.record_key, separator="-").alias("record_id")).to_series()


def _keys(rows: pl.DataFrame, contract: Contract) -> Keys:
    """Of the registry the person, so that all the rows of a person share an error; elsewhere the record."""
    return keys_of(rows["person_no"].cast(pl.String)) if contract.role == "registry" else _row_keys(rows, contract)


def strikes(
    keys: Keys, purpose: str, kinds: list[tuple[str, float]], *, seed: int
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Each kind with the positions it strikes; no position is struck twice for one purpose."""
    edges = np.cumsum([0.0, *(share for _, share in kinds)])
    drawn = draws(keys, seed=seed, purpose=purpose) if kinds else np.zeros(0)
    struck = np.flatnonzero(drawn < edges[-1])
    which = np.searchsorted(edges, drawn[struck], side="right") - 1
    for index, (kind, _) in enumerate(kinds):
        yield kind, struck[which == index]


def is_broken_in_registry(person_no: pl.Series, rates: DirtRates, *, seed: int) -> Flags:
    """The registry's own row has a number that can be compared with nothing: every kind that breaks it always can."""
    broken = np.zeros(len(person_no), dtype=np.bool_)
    keys = keys_of(person_no.cast(pl.String))
    for kind, places in strikes(keys, "registry/number", list(rates.of("registry", "number")), seed=seed):
        broken[places] |= KINDS[kind].hides_holder
    return broken & person_no.is_not_null().to_numpy()
