"""Persons to visit at home rather than call or write to, and persons nobody writes to."""

from datetime import date
from typing import Final

import ibis.expr.types as ir
import polars as pl

from schemas.codes import OPEN_LOSS, LossGroup, LossState

VISITED_GROUPS: Final = ("DISABLED", "BEDRIDDEN")


def needs_visit(as_of: date, from_age: int) -> pl.Expr:
    """True for a person of that age, disabled, bedridden or without a mobile (`birth_date`, `group`, `phone`)."""
    is_old = pl.col("birth_date").dt.offset_by(f"{from_age}y") <= as_of
    return is_old.fill_null(False) | pl.col("group").is_in(VISITED_GROUPS) | (pl.col("phone") == "")


def grieved(claim: ir.Table) -> ir.Table:
    """`person_no` of whoever has an open or confirmed claim of death, or a conflict: nobody writes to that home."""
    death = claim.loss_group == LossGroup.DEATH.value
    stands = claim.status.isin((*OPEN_LOSS, LossState.CONFIRMED.value))
    return claim.filter((death & stands) | (claim.status == LossState.CONFLICT.value)).select("person_no").distinct()
