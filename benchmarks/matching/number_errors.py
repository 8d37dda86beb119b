"""What becomes of an identity number on its way into a record: one function per error, for whole columns.

Each takes the persons (number, relative_number, other_number, former_number; 18 characters or null) and answers what is
written, null where this number cannot suffer the error.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data_samples.province.draws import Ints
from data_samples.province.numbers import fifteen

Bytes = npt.NDArray[np.uint8]
Writer = Callable[[np.random.Generator, pl.DataFrame], pl.Series]
_WEIGHTS: Final = np.asarray((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int64)
_CHECKS: Final = np.frombuffer(b"10X98765432", dtype=np.uint8)
_ZERO: Final = ord("0")
_X: Final = ord("X")
_WIDE: Final = [chr(ord(character) + 0xFEE0) for character in "0123456789X"]


def matrix(numbers: pl.Series) -> Bytes:
    """A row of eighteen bytes per number."""
    return np.asarray(numbers.to_list(), dtype="S18").view(np.uint8).reshape(len(numbers), 18).copy()


def texts_of(digits: Bytes) -> pl.Series:
    return pl.Series(np.ascontiguousarray(digits).view("S18").ravel().astype("U18").tolist(), dtype=pl.String)


def with_check(digits: Bytes) -> Bytes:
    """The check character that belongs to the body (ISO 7064 MOD 11-2)."""
    total = ((digits[:, :17].astype(np.int64) - _ZERO) * _WEIGHTS).sum(axis=1)
    whole = digits.copy()
    whole[:, 17] = _CHECKS[total % 11]
    return whole


def _replace_digit(random: np.random.Generator, digits: Bytes, place: Ints) -> Bytes:
    """Another digit at the place; the check character may become any other check character."""
    rows = np.arange(len(digits))
    old = digits[rows, place]
    value = np.where(old == _X, 10, old.astype(np.int64) - _ZERO)
    size = np.where(place == 17, 11, 10)
    new = (value + 1 + (random.random(len(digits)) * (size - 1)).astype(np.int64)) % size
    changed = digits.copy()
    changed[rows, place] = np.where(new == 10, _X, new + _ZERO)
    return changed


def _one_digit(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    digits = matrix(persons["number"])
    return texts_of(_replace_digit(random, digits, random.integers(0, 18, len(digits))))


def _two_digits(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    digits = matrix(persons["number"])
    first = random.integers(0, 18, len(digits))
    second = (first + random.integers(1, 18, len(digits))) % 18
    return texts_of(_replace_digit(random, _replace_digit(random, digits, first), second))


def _transposed(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    """Two neighbours exchanged that differ; an X is never typed into the body."""
    digits = matrix(persons["number"])
    differs = (digits[:, :-1] != digits[:, 1:]) & (digits[:, 1:] != _X)
    place = np.argmax(random.random(differs.shape) * differs, axis=1)
    rows = np.arange(len(digits))
    digits[rows, place], digits[rows, place + 1] = digits[rows, place + 1], digits[rows, place]
    return texts_of(digits)


def _recomputed(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    """One digit of the area or the sequence, and the check character made to fit."""
    digits = matrix(persons["number"])
    places = np.asarray((2, 3, 4, 5, 14, 15, 16))
    place = places[random.integers(0, len(places), len(digits))]
    return texts_of(with_check(_replace_digit(random, digits, place)))


def _other_birth(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    """Another real date inside the number (day, month or year), and the check character made to fit."""
    size = persons.height
    part, year_off = random.integers(0, 3, size), random.integers(1, 11, size) * random.choice([-1, 1], size)
    number = pl.col("number")
    year, month, day = (number.str.slice(at, n).cast(pl.Int64) for at, n in ((6, 4), (10, 2), (12, 2)))
    month_off, day_off = (pl.Series(random.integers(0, most, size)) for most in (11, 27))
    of_year, of_month, of_day = (pl.Series(part == one) for one in range(3))
    drawn = persons.select(
        year=pl.when(of_year).then(year + pl.Series(year_off)).otherwise(year),
        month=pl.when(of_month).then((month + month_off) % 12 + 1).otherwise(month),
        day=pl.when(of_day).then((day + day_off) % 28 + 1).otherwise(day.clip(1, 28)),
    )
    written = drawn.select(
        pl.col("year").cast(pl.String)
        + pl.col("month").cast(pl.String).str.zfill(2)
        + pl.col("day").cast(pl.String).str.zfill(2)
    ).to_series()
    body = persons["number"].str.slice(0, 6) + written + persons["number"].str.slice(14, 3) + "0"
    return texts_of(with_check(matrix(body)))


def _fifteen(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    """Born until 1999: later numbers were never written that way."""
    old = pl.col("number").str.slice(6, 4).cast(pl.Int64) < 2000
    return persons.select(pl.when(old).then(fifteen(pl.col("number")))).to_series()


def _lower_x(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    number = pl.col("number")
    return persons.select(pl.when(number.str.ends_with("X")).then(number.str.to_lowercase())).to_series()


def _full_width(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    return persons["number"].str.replace_many(list("0123456789X"), _WIDE)


def _spaces(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    number = persons["number"]
    return number.str.slice(0, 6) + " " + number.str.slice(6, 8) + " " + number.str.slice(14)


def _apostrophe(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    return "'" + persons["number"]


def _none(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    return pl.Series([""]).gather(np.zeros(persons.height, dtype=np.int64))


def _masked(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    return persons["number"].str.slice(0, 14) + "****"


def _scientific(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    number = persons["number"]
    return number.str.slice(0, 1) + "." + number.str.slice(1, 5) + "E+17"


def _digit_lost(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    place = pl.Series(random.integers(0, 18, persons.height))
    frame = persons.select("number", place=place)
    return frame.select(
        pl.col("number").str.slice(0, pl.col("place")) + pl.col("number").str.slice(pl.col("place") + 1)
    ).to_series()


def _of(column: str) -> Writer:
    return lambda random, persons: persons[column]


NUMBER_ERRORS: Final[Mapping[str, Writer]] = {
    "LOWER_X": _lower_x,
    "FULL_WIDTH": _full_width,
    "SPACES": _spaces,
    "APOSTROPHE": _apostrophe,
    "FIFTEEN": _fifteen,
    "ONE_DIGIT": _one_digit,
    "TRANSPOSED": _transposed,
    "TWO_DIGITS": _two_digits,
    "RECOMPUTED": _recomputed,
    "OTHER_BIRTH": _other_birth,
    "NONE": _none,
    "MASKED": _masked,
    "SCIENTIFIC": _scientific,
    "DIGIT_LOST": _digit_lost,
    "RELATIVE": _of("relative_number"),
    "OTHER_PERSON": _of("other_number"),
    "FORMER": _of("former_number"),
}
