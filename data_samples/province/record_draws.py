"""A number between 0 and 1 for a record and a purpose, from the record's own key: whatever block or night it comes in.

Keys are FNV-1a digests of text, draws are splitmix64 of key, seed and purpose. A record that a snapshot repeats every
night keeps its errors, and neither the size of the blocks nor their order changes a byte.
Sources: draft-eastlake-fnv (FNV-1a, 64 bits); Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Keys = npt.NDArray[np.uint64]
Draws = npt.NDArray[np.float64]
_OFFSET: Final = 0xCBF29CE484222325
_PRIME: Final = 0x100000001B3
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIX: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_UNIT: Final = 2.0**-53


def keys_of(texts: pl.Series) -> Keys:
    """FNV-1a of every text's UTF-8 bytes; null counts as empty."""
    array = texts.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).cast("large_string")
    _, offsets, data = array.buffers()
    edges = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    starts, lengths = edges[:-1], np.diff(edges)
    keys = np.full(len(array), _OFFSET, dtype=np.uint64)
    for place in range(int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > place)
        keys[longer] = (keys[longer] ^ content[starts[longer] + place]) * np.uint64(_PRIME)
    return keys


def draws(keys: Keys, *, seed: int, purpose: str) -> Draws:
    """Uniform on [0, 1): one per key, independent between purposes."""
    offset = (int(keys_of(pl.Series([purpose]))[0]) + seed * _GOLDEN) % 2**64
    mixed = keys + np.uint64(offset)
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    uniform: Draws = (mixed >> np.uint64(11)).astype(np.float64) * _UNIT
    return uniform


def draw(key: str, *, seed: int, purpose: str) -> float:
    """The draw of a single key."""
    return float(draws(keys_of(pl.Series([key])), seed=seed, purpose=purpose)[0])
