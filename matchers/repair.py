"""Numbers that may have been meant: exact look-ups instead of a search for likeness.

The check character (ISO 7064 MOD 11-2) betrays every single substitution and every adjacent transposition, and each
place has at most one digit that would mend it: a damaged number has at most 18 such corrections and a few turned pairs.
"""

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matchers.dates import digits_of, is_mistyped
from matchers.numbers import CHECK_WEIGHTS, COUNTY, SEQUENCES, check_character

_WEIGHTS: Final = np.array([*CHECK_WEIGHTS, 1])
_INVERSES: Final = np.array([pow(int(weight), -1, 11) for weight in _WEIGHTS])
_PLACES: Final = 10 ** np.arange(16, -1, -1, dtype=np.int64)
_NEAR: Final = (-2, -1, 1, 2)


def guided_repairs(numbers: pl.DataFrame) -> pl.DataFrame:
    """row × body: what `number` (18 characters, failing its check) can be by one substitution or transposition."""
    digits = _digits(numbers["number"])
    # what the weighted sum lacks to pass the check
    row, shift = numbers["row"].to_numpy(), (1 - digits @ _WEIGHTS) % 11
    # only the check character is wrong
    found = [(row, _body(digits))]
    for place in range(17):
        mended = (digits[:, place] + shift * _INVERSES[place]) % 11
        found.append(_changed(row, digits, {place: mended}, mended < 10))
    for place in range(17):
        left, right = digits[:, place], digits[:, place + 1]
        turned = (_WEIGHTS[place] - _WEIGHTS[place + 1]) * (right - left) % 11 == shift
        found.append(_changed(row, digits, {place: right, place + 1: left}, turned & (right < 10)))
    rows, bodies = (np.concatenate(column) for column in zip(*found, strict=True))
    return pl.DataFrame({"row": rows, "body": bodies}, {"row": numbers["row"].dtype, "body": pl.Int64}).unique()


def next_in_sequence(numbers: pl.DataFrame) -> pl.DataFrame:
    """row × body: numbers given just before and after `body` in its county for its day, where twins stand."""
    sequence = pl.col("body") % SEQUENCES
    near = numbers.select("row", "body", step=pl.lit(list(_NEAR))).explode("step")
    return near.filter((sequence + pl.col("step")).is_between(0, SEQUENCES - 1)).select(
        "row", body=pl.col("body") + pl.col("step")
    )


def fits_stated_date() -> pl.Expr:
    """Whether a damaged number passes its check once its birth date is replaced by the stated one.

    Needs number, written, has_shape, has_check and birth_date. Such a number does not mean a person born on another
    day. Only a date that the number's own can be a slip of counts: one that stands in the number as written may be
    copied from it.
    """
    written, stated = pl.col("written"), digits_of(pl.col("birth_date"))
    inside = written // SEQUENCES % (COUNTY // SEQUENCES)
    mended = written // COUNTY * COUNTY + stated.cast(pl.Int64) * SEQUENCES + written % SEQUENCES
    passes = check_character(mended.cast(pl.String).str.zfill(17)) == pl.col("number").str.slice(17, 1)
    is_slip = (inside != stated) & is_mistyped(inside, stated)
    return (pl.col("has_shape") & ~pl.col("has_check") & is_slip & passes).fill_null(False)


def _digits(numbers: pl.Series) -> NDArray[np.int64]:
    """One line of 18 values per number; X is 10."""
    text = numbers.to_numpy().astype("S18")
    values = np.frombuffer(text.tobytes(), dtype=np.uint8).reshape(-1, 18).astype(np.int64)
    return np.where(values == ord("X"), 10, values - ord("0"))


def _changed(
    row: NDArray[np.int64], digits: NDArray[np.int64], change: dict[int, NDArray[np.int64]], holds: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and bodies after the `change` (place → digit) where it `holds`.

    Only the body is kept: the check character of a repaired number follows from it.
    """
    changed = digits.copy()
    for place, value in change.items():
        changed[:, place] = value
    return row[holds], _body(changed[holds])


def _body(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    body: NDArray[np.int64] = digits[:, :17] @ _PLACES
    return body
