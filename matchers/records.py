"""A record as the matcher reads it: number and name in one way of writing, and what had to be undone for it."""

from typing import Final

import polars as pl

from matchers.documents import document_key, is_other_document
from matchers.names import has_lost_character, has_odd_dot, has_variant, name_key, names_relative, normalise_name
from matchers.numbers import OLD_SHAPE, ROUNDED_SHAPE, SHAPE, SHEET_SHAPE, clean_number, read_numbers, whole_number

_MANY_DIGITS: Final = r"(\d\D*){14}"


def read_records(written: pl.DataFrame) -> pl.DataFrame:
    """Records as the matcher reads them, row for row of `written` (id_number, name: as sent, may be null; id_type: the
    kind of document, empty or no column where the feed states none).

    Columns: raw_name (as sent), name, name_key, number (normalised); those of `read_numbers`; is_swapped (the number
    stood in the name column), is_old (15 digits), is_rewritten (the number needed cleaning), is_sheet_damaged (a sheet
    lost digits), document (key of what may be the number of another document, else null), is_other_document (it is none
    of an identity card), has_odd_dot, has_variant, has_lost (of the name), is_respelled (the name needed cleaning),
    is_relative (the name is not a person's own, as 张例之子: it has no name_key and so is nobody's).
    """
    ordered = _unswapped(written)
    cleaned = clean_number(ordered["raw_number"])
    number = whole_number(cleaned)
    read = ordered.with_columns(
        read_numbers(number),
        number=number,
        name=normalise_name(ordered["raw_name"]),
        is_old=cleaned.str.contains(OLD_SHAPE),
        is_rewritten=cleaned != ordered["raw_number"],
        is_sheet_damaged=cleaned.str.contains(SHEET_SHAPE),
        is_rounded=cleaned.str.contains(ROUNDED_SHAPE),
    )
    read = _with_documents(read, written)
    raw_name, is_relative = pl.col("raw_name"), names_relative(read["name"])
    return read.with_columns(
        name_key=pl.when(is_relative).then(pl.lit("")).otherwise(name_key(pl.col("name"))),
        is_relative=is_relative,
        has_odd_dot=has_odd_dot(raw_name),
        has_variant=has_variant(raw_name),
        has_lost=has_lost_character(pl.col("name")),
        is_respelled=raw_name != pl.col("name"),
        is_sheet_damaged=pl.col("is_sheet_damaged") | (pl.col("is_rounded") & ~pl.col("has_check")),
    ).drop("is_rounded")


def _with_documents(read: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Adds document and is_other_document; only of numbers that have not the shape of an identity number."""
    is_open = ~read["has_shape"] & ~read["is_sheet_damaged"] & (read["number"] != "")
    place = is_open.arg_true()
    number = read["number"].gather(place)
    kind = written["id_type"].gather(place).fill_null("") if "id_type" in written.columns else number.str.head(0)
    is_other = pl.select(is_other_document(pl.lit(number), pl.lit(kind))).to_series()
    none, no = pl.repeat(None, read.height, dtype=pl.Int64, eager=True), pl.repeat(False, read.height, eager=True)
    return read.with_columns(
        document=none.scatter(place, document_key(number, kind)), is_other_document=no.scatter(place, is_other)
    )


def _unswapped(written: pl.DataFrame) -> pl.DataFrame:
    """raw_number, raw_name, is_swapped: number and name in their own columns.

    They change places only where the name is a number and the number is none.
    """
    number, name = written["id_number"].fill_null(""), written["name"].fill_null("")
    suspect = name.str.contains(_MANY_DIGITS)
    if not suspect.any():
        return pl.DataFrame({"raw_number": number, "raw_name": name}).with_columns(is_swapped=pl.lit(False))
    swapped = suspect & _is_number(name) & ~_is_number(number)
    return pl.DataFrame(
        {
            "raw_number": name.zip_with(swapped, number),
            "raw_name": number.zip_with(swapped, name),
            "is_swapped": swapped,
        }
    )


def _is_number(written: pl.Series) -> pl.Series:
    cleaned = clean_number(written)
    return cleaned.str.contains(SHAPE) | cleaned.str.contains(OLD_SHAPE)
