"""Persons to visit at home rather than call or write to."""

from datetime import date
from typing import Final

import polars as pl

VISITED_GROUPS: Final = ("DISABLED", "BEDRIDDEN")


def needs_visit(as_of: date, from_age: int) -> pl.Expr:
    """True for a person of that age, disabled, bedridden or without a mobile (`birth_date`, `group`, `phone`)."""
    is_old = pl.col("birth_date").dt.offset_by(f"{from_age}y") <= as_of
    return is_old.fill_null(False) | pl.col("group").is_in(VISITED_GROUPS) | (pl.col("phone") == "")
