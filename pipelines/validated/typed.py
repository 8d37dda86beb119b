"""Text to typed values as the contract says: a value is used, or its row is quarantined with the column and the reason.

Nothing is guessed and nothing is rounded; an optional date that is a placeholder becomes empty and leaves an issue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipelines.validated.rows import PLACE, QUARANTINED_SCHEMA, quarantined
from schemas.codes import Issue, QuarantineReason
from schemas.contract import Column, Contract, DateFormat
from schemas.spreadsheet import CHANGED, MARK

Codes = Mapping[str, Mapping[str, str]]
ISSUE_SCHEMA: Final = pl.Schema(
    {"record_no": pl.Int64, "record_id": pl.String, "agency": pl.String, "column": pl.String, "issue": pl.String}
)
PLACEHOLDERS: Final = ("19000101", "99991231")
_COME_BACK: Final = ("listed", "verdict")
_TRUE: Final = {"true": True, "false": False}
_BLANKS = " \t\u3000"
# controls, formats, what Unicode lets a font pass over (fillers, joiners, selectors), and the blank of Braille
_INVISIBLE: Final = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\x{2800}]"
_BLANK_ENDS: Final = r"^\p{Z}+|\p{Z}+$"
_DATES: Final[dict[DateFormat, tuple[str, str]]] = {
    "yyyyMMdd": (r"^\d{8}$", "%Y%m%d"),
    "yyyy-MM-dd": (r"^\d{4}-\d{2}-\d{2}$", "%Y-%m-%d"),
    "yyyy/M/d": (r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d"),
    "yyyy/MM/dd": (r"^\d{4}/\d{2}/\d{2}$", "%Y/%m/%d"),
    "yyyy.M.d": (r"^\d{4}\.\d{1,2}\.\d{1,2}$", "%Y.%m.%d"),
    "yyyy年M月d日": (r"^\d{4}年\d{1,2}月\d{1,2}日$", "%Y年%m月%d日"),
    "yyyyMM": (r"^\d{6}$", "%Y%m%d"),
    "yyyy/M/d H:mm": (r"^\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}(:\d{2})?$", "%Y/%m/%d %H:%M:%S"),
    "yyyyMMddHHmmss": (r"^\d{14}$", "%Y%m%d%H%M%S"),
    "yyyy-MM-dd HH:mm:ss": (r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$", "%Y-%m-%d %H:%M:%S"),
}
_UNPADDED_PLACEHOLDER: Final = r"^1900[/.年-]1[/.月-]1(\D|$)"
_EARLIEST, _LATEST = date(1800, 1, 1), date(2999, 12, 31)
_MILLISECONDS = r"^-?\d{1,14}$"
_INTEGER = r"^-?\d{1,18}$"
_YUAN = r"^-?\d{1,15}\.\d{2}$"


@dataclass(frozen=True, slots=True)
class Typed:
    """`rows`: record_no and the contract's typed columns; `quarantined`: QUARANTINED_SCHEMA; `issues`: ISSUE_SCHEMA."""

    rows: pl.DataFrame
    quarantined: pl.DataFrame
    issues: pl.DataFrame


def to_typed(text: pl.DataFrame, contract: Contract, codes: Codes) -> Typed:
    """A row with a fault in several columns is quarantined once for each."""
    sent = (
        text.with_columns(_unescaped(c.name) for c in contract.columns)
        if contract.role in _COME_BACK or contract.answers_to
        else text
    )
    clean = sent.with_columns(_clean(column) for column in contract.columns)
    values = clean.select(*PLACE, *(_value(column, codes).alias(column.name) for column in contract.columns))
    faults = clean.select(_fault(column, codes).alias(column.name) for column in contract.columns)
    found = [
        QUARANTINED_SCHEMA.to_frame(),
        *(_quarantined(clean, faults[column.name], column) for column in contract.columns),
    ]
    is_whole = faults.select(pl.all_horizontal(pl.all().is_null()).alias("whole"))["whole"]
    issues = _issues(clean, faults, is_whole, (contract, codes))
    return Typed(values.filter(is_whole).drop("byte_start", "byte_end"), pl.concat(found), issues)


def _unescaped(name: str) -> pl.Expr:
    """`schemas.spreadsheet.unescape` for a column: files we sent come back with our mark."""
    rest = pl.col(name).str.slice(1)
    is_marked = pl.col(name).str.starts_with(MARK) & rest.str.contains(CHANGED)
    return pl.when(is_marked).then(rest).otherwise(pl.col(name)).alias(name)


def _clean(column: Column) -> pl.Expr:
    """Identity values keep every character but blanks at their end; elsewhere blanks around a value say nothing.

    Marks that nobody sees (byte order marks, zero widths, controls) never tell one record's key from another's.
    """
    field = pl.col(column.name)
    if column.key:
        return field.str.replace_all(_INVISIBLE, "").str.replace_all(_BLANK_ENDS, "")
    is_plain = column.type == "string" and not column.codes
    return field.str.strip_chars_end(_BLANKS) if is_plain else field.str.strip_chars(_BLANKS)


def _value(column: Column, codes: Codes) -> pl.Expr:
    field = pl.col(column.name)
    if column.type == "boolean":
        return _coded(column, codes).replace_strict(_TRUE, default=None, return_dtype=pl.Boolean)
    if column.codes:
        return _coded(column, codes).fill_null("")
    if column.type == "date":
        day = _date(column)
        return pl.when(~_is_placeholder(column) & day.is_between(_EARLIEST, _LATEST)).then(day)
    if column.type == "integer":
        return _integer(field)
    return _fen(field) if column.type == "fen" else field


def _fault(column: Column, codes: Codes) -> pl.Expr:
    """QuarantineReason of the value, null where it can be used."""
    is_empty = pl.col(column.name) == ""
    missing = pl.lit(QuarantineReason.MISSING.value) if column.required else pl.lit(None, pl.String)
    unread: pl.Expr = pl.when(_value(column, codes).is_null()).then(pl.lit(QuarantineReason.BAD_NUMBER.value))
    if column.codes or column.type == "boolean":
        unread = pl.when(_coded(column, codes).is_null()).then(pl.lit(QuarantineReason.UNKNOWN_CODE.value))
    elif column.type == "date":
        is_allowed = _is_placeholder(column) if not column.required else pl.lit(False)
        bad = _value(column, codes).is_null() & ~is_allowed
        unread = pl.when(bad).then(pl.lit(QuarantineReason.BAD_DATE.value))
    elif column.type == "string":
        is_long = pl.col(column.name).str.len_chars() > column.max_length
        unread = pl.when(is_long).then(pl.lit(QuarantineReason.TOO_LONG.value))
        if column.pattern:
            is_other = ~pl.col(column.name).str.contains(f"^(?:{column.pattern})$")
            unread = pl.when(is_other).then(pl.lit(QuarantineReason.DAMAGED_NUMBER.value)).otherwise(unread)
    return pl.when(is_empty).then(missing).otherwise(unread)


def _coded(column: Column, codes: Codes) -> pl.Expr:
    table = codes[column.codes] if column.codes else codes["flag"]
    return pl.col(column.name).replace_strict(dict(table), default=None, return_dtype=pl.String)


def _is_placeholder(column: Column) -> pl.Expr:
    """The dates systems write where they have none, in whatever form the contract declares."""
    if column.format == "epoch_ms":
        return pl.lit(False)
    field = pl.col(column.name)
    digits = field.str.replace_all(r"\D", "")
    length = 6 if column.format == "yyyyMM" else 8
    is_padded = digits.str.slice(0, length).is_in([day[:length] for day in PLACEHOLDERS])
    return is_padded | field.str.contains(_UNPADDED_PLACEHOLDER)


def _date(column: Column) -> pl.Expr:
    """The day in Shanghai; null when there is no such day or it is written in another way."""
    field = pl.col(column.name)
    if column.format == "epoch_ms":
        moment = pl.when(field.str.contains(_MILLISECONDS)).then(field).cast(pl.Int64, strict=False)
        return pl.from_epoch(moment, time_unit="ms").dt.convert_time_zone("Asia/Shanghai").dt.date()
    pattern, form = _DATES[column.format or "yyyyMMdd"]
    written: pl.Expr = pl.when(field.str.contains(pattern)).then(field)
    if column.format == "yyyyMM":  # a month is its first day
        written += "01"
    if column.format == "yyyy/M/d H:mm":
        written = pl.when(written.str.count_matches(":") == 1).then(written + ":00").otherwise(written)
    if "%H" in form:
        return written.str.to_datetime(form, strict=False).dt.date()
    return written.str.to_date(form, strict=False)


def _integer(field: pl.Expr) -> pl.Expr:
    return pl.when(field.str.contains(_INTEGER)).then(field).cast(pl.Int64, strict=False)


def _fen(field: pl.Expr) -> pl.Expr:
    """Whole fen, or yuan with exactly two decimals: the point is what tells them apart."""
    yuan = pl.when(field.str.contains(_YUAN)).then(field.str.replace(".", "", literal=True))
    return pl.coalesce(_integer(field), yuan.cast(pl.Int64, strict=False))


def _quarantined(clean: pl.DataFrame, faults: pl.Series, column: Column) -> pl.DataFrame:
    reasons = faults.drop_nulls().unique().sort().to_list()
    return pl.concat(
        [
            QUARANTINED_SCHEMA.to_frame(),
            *(quarantined(clean.filter(faults == reason), QuarantineReason(reason), column.name) for reason in reasons),
        ]
    )


def _issues(
    clean: pl.DataFrame, faults: pl.DataFrame, is_whole: pl.Series, declared: tuple[Contract, Codes]
) -> pl.DataFrame:
    """Placeholders of accepted rows, and unknown codes of quarantined ones: the sender is asked to correct both."""
    frames = [ISSUE_SCHEMA.to_frame()]
    for column in declared[0].columns:
        unknown = clean.filter(faults[column.name] == QuarantineReason.UNKNOWN_CODE.value)
        frames.append(issue_of(unknown, column.name, Issue.SQ05, declared))
        if column.type == "date":
            placeholder = clean.filter(is_whole).filter(_is_placeholder(column))
            frames.append(issue_of(placeholder, column.name, Issue.DT06, declared))
    return pl.concat(frames)


def issue_of(records: pl.DataFrame, column: str, issue: Issue, declared: tuple[Contract, Codes]) -> pl.DataFrame:
    """Rows of ISSUE_SCHEMA for these records, with the key and the holder they name themselves."""
    contract, codes = declared
    parts = [_key_part(column, codes) for column in contract.columns if column.key]
    key = pl.concat_str(parts, separator="-") if parts else pl.lit("")
    holder = pl.lit(contract.agency)
    for named in contract.columns:
        if named.name == "agency" and named.codes:
            holder = _coded(named, codes).fill_null(contract.agency)
    marks = key.alias("record_id"), holder.alias("agency"), pl.lit(column).alias("column")
    return records.select("record_no", *marks, pl.lit(str(issue)).alias("issue")).cast(ISSUE_SCHEMA)


def record_ids(text: pl.DataFrame, contract: Contract, codes: Codes) -> pl.DataFrame:
    """`record_no`, `record_id`: the sender's own number of each row; empty where it is long or may be a person's."""
    keys = [column for column in contract.columns if column.key]
    is_telling = any(column.check or column.sensitivity != "internal" for column in keys)
    if not keys or is_telling:
        return text.select("record_no", record_id=pl.lit(""))
    cleaned = text.select("record_no", *(_clean(column) for column in keys))
    written = pl.concat_str([_key_part(column, codes) for column in keys], separator="-")
    is_short = written.str.len_chars() <= sum(column.max_length for column in keys)
    return cleaned.select("record_no", record_id=pl.when(is_short).then(written).otherwise(pl.lit("")))


def _key_part(column: Column, codes: Codes) -> pl.Expr:
    """In our own words where there are some: a record has one number, whichever stage asks about it."""
    return _coded(column, codes).fill_null(pl.col(column.name)) if column.codes else pl.col(column.name)
