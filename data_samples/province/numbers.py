"""Citizen identity numbers by GB 11643: six digits of a county, birth date, three of sequence, a check character.

No two persons share a number, although blocks are drawn alone: each block has its own stretch of sequences for every
county and day, so many a stretch long that few persons need another day of birth.
"""

from typing import Final

import numpy as np
import polars as pl

from data_samples.province.draws import Ints, dates

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = list("10X98765432")
STRETCH: Final = 7  # sequences of one sex that a block has for one county and day
BLOCKS: Final = 70  # blocks with stretches of their own
_STRANGERS: Final = 490  # sequences behind those of the blocks
_FORMER: Final = 495


def number(code: Ints, birth: Ints, sequence: Ints) -> pl.Series:
    """Eighteen characters."""
    year_to_day = dates(birth).dt.strftime("%Y%m%d").cast(pl.Int64).to_numpy()
    body = code * 10**11 + year_to_day * 1000 + sequence
    total = sum(body // 10 ** (16 - place) % 10 * weight for place, weight in enumerate(_WEIGHTS))
    return pl.Series(body).cast(pl.String) + pl.Series(_CHECK).gather(np.asarray(total) % 11)


def permit(birth: Ints, sequence: Ints) -> pl.Series:
    """Permits of residents of Hong Kong and Macao: H and eight digits."""
    return "H" + pl.Series(10_000_000 + (birth * 997 + sequence) % 80_000_000).cast(pl.String)


def fifteen(numbers: pl.Expr) -> pl.Expr:
    """The same number as it was written before 1999: two-digit year, no check character."""
    return numbers.str.slice(0, 6) + numbers.str.slice(8, 9)


def settle(code: Ints, birth: Ints, male: Ints, *, block: int) -> tuple[Ints, Ints]:
    """Birth and sequence of each person, so that no two of any blocks share a number.

    Where more people of one code, day and sex are drawn than the block has sequences, the surplus is born a day later.
    """
    settled = birth.copy()
    while True:
        rank = _rank((code * 100_000 + settled) * 2 + male)
        crowded = rank >= STRETCH
        if not crowded.any():
            return settled, 2 * ((block % BLOCKS) * STRETCH + rank) + male
        settled = settled + crowded


def strange(birth: Ints, male: Ints) -> Ints:
    """Sequences that no person of the registry has."""
    return 2 * (_STRANGERS + birth % 5) + male


def former(male: Ints) -> Ints:
    """Sequence of a number that was changed, and of nobody else."""
    return np.asarray(2 * (_FORMER + np.arange(len(male)) % 5) + male)


def _rank(keys: Ints) -> Ints:
    """Position of each among the equals before it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
    counts = np.diff(np.r_[starts, len(keys)])
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys)) - np.repeat(starts, counts)
    return rank
