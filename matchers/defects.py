"""Faults of a record in itself: number, name, dates against the number."""

from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from schemas.codes import Issue

# first and last of each row of published province codes; then Taiwan, and Hong Kong, Macao and residents from there
_PROVINCE_ROWS: Final = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
_PROVINCES: Final = frozenset(str(code) for first, last in _PROVINCE_ROWS for code in range(first, last + 1))
# column in question, issue, and when it holds
Rule = tuple[str, Issue, pl.Expr]
_NUMBER, _NAME = "id_number", "name"


def find_defects(records: pl.DataFrame, counties: Collection[str]) -> pl.DataFrame:
    """One row per record × column × issue: row, column, issue (of ID, NM and DM).

    `records` are those of `read_records` with row, sex and birth_date (null or empty where the feed has none).
    `counties` are the current and former county codes; a province without any code in the list is not judged by it.
    """
    return apply_rules(records, (*_number_rules(counties), *_name_rules(), *_person_rules()))


def apply_rules(records: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """row, column, issue: one row for every rule that holds of a record."""
    return pl.concat(
        [
            records.filter(holds).select("row", column=pl.lit(column), issue=pl.lit(issue.value))
            for column, issue, holds in rules
        ]
    )


def _number_rules(counties: Collection[str]) -> tuple[Rule, ...]:
    shaped, sheet = pl.col("has_shape"), pl.col("is_sheet_damaged")
    misshapen = ~shaped & ~sheet & (pl.col("number") != "") & ~pl.col("is_other_document")
    return (
        (_NUMBER, Issue.ID01, misshapen | pl.col("is_swapped")),
        (_NUMBER, Issue.ID02, shaped & ~sheet & ~pl.col("has_check")),
        (_NUMBER, Issue.ID03, shaped & ~pl.col("has_date")),
        (_NUMBER, Issue.ID04, shaped & ~_known_county(counties)),
        (_NUMBER, Issue.ID05, pl.col("is_old")),
        (_NUMBER, Issue.ID09, sheet | (pl.col("is_rewritten") & ~pl.col("is_swapped"))),
    )


def _known_county(counties: Collection[str]) -> pl.Expr:
    """In the list, or of a province that the list does not cover: another province's codes are no error."""
    code, province = pl.col("number").str.slice(0, 6), pl.col("number").str.slice(0, 2)
    elsewhere = _PROVINCES - {county[:2] for county in counties}
    # the number of a foreigner with permanent residence begins with 9: province and nationality follow
    is_foreigner = pl.col("number").str.starts_with("9") & pl.col("number").str.slice(1, 2).is_in(sorted(_PROVINCES))
    return code.is_in(sorted(counties)) | province.is_in(sorted(elsewhere)) | is_foreigner


def _name_rules() -> tuple[Rule, ...]:
    in_place = ~pl.col("is_swapped")
    return (
        (_NAME, Issue.NM01, pl.col("has_odd_dot") & in_place),
        (_NAME, Issue.NM02, pl.col("has_lost") & in_place),
        (_NAME, Issue.NM03, pl.col("has_variant") & in_place),
        (_NAME, Issue.NM09, pl.col("is_relative") & in_place),
    )


def _person_rules() -> tuple[Rule, ...]:
    """A valid number says birth date and sex itself; 0 and 9 mean that the sex is not known or not stated."""
    other_day = pl.col("birth_date") != pl.col("derived_birth_date")
    other_sex = pl.col("sex").is_in(["1", "2"]) & (pl.col("sex") != pl.col("derived_sex"))
    return (
        ("birth_date", Issue.DM01, other_day.fill_null(False)),
        ("sex", Issue.DM02, other_sex.fill_null(False)),
    )
