"""Comparison of two names: by ear, by eye, by what was left out or turned round. Never how near two numbers are.

Characters count, not bytes; each pair of names is compared once, however many records and persons bear them.
"""

from collections.abc import Callable
from typing import Final

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from matchers.names import DOT, is_in_letters, is_lost, names_relative
from matchers.tables import glyphs, readings
from schemas.codes import NameLevel

_ALIKE: Final = (NameLevel.HOMOPHONE, NameLevel.GLYPH, NameLevel.TRUNCATED, NameLevel.REORDERED)
ALIKE_NAME: Final = tuple(level.value for level in _ALIKE)
SAME_NAME: Final = tuple(level.value for level in (NameLevel.EQUAL, NameLevel.VARIANT, NameLevel.FORMER))
# a long name cut at the width of a field; shorter ones are whole names of somebody else
_CUT_AT_LEAST: Final = 4
_LETTERS_AT_LEAST: Final = 16  # of a name in letters: JOHN SMITH is not JOHN SMITHSON cut
_PART_AT_LEAST: Final = 2


def name_levels(pairs: pl.DataFrame) -> pl.DataFrame:
    """name (of a record), registered_name, level; one row per pair of normalised names that differ but for dots.

    A name that names a relative is always another one.
    """
    unique = pairs.select("name", "registered_name").unique().sort("name", "registered_name")
    of_relatives = names_relative(unique["name"]) | names_relative(unique["registered_name"])
    names, registered = (column.to_list() for column in unique)
    edits = cpdist(names, registered, scorer=OSA.distance, workers=1).tolist() if names else []
    levels = [_level(one, other, int(edit)) for one, other, edit in zip(names, registered, edits, strict=True)]
    compared = unique.with_columns(level=pl.Series(levels, dtype=pl.String))
    other = pl.when(pl.lit(of_relatives)).then(pl.lit(NameLevel.OTHER.value)).otherwise("level")
    return compared.with_columns(level=other)


def look_alikes(names: pl.DataFrame) -> pl.DataFrame:
    """name_key × alike: every name that differs in one character which looks like this one."""
    alike = pl.DataFrame(
        [(character, other) for character, others in sorted(glyphs().items()) for other in sorted(others)],
        {"at": pl.String, "other": pl.String},
        orient="row",
    )
    key = pl.col("name_key")
    placed = names.select("name_key").unique().with_columns(place=pl.int_ranges(key.str.len_chars())).explode("place")
    parted = placed.drop_nulls().with_columns(
        before=key.str.head(pl.col("place")), at=key.str.slice("place", 1), after=key.str.slice(pl.col("place") + 1)
    )
    return parted.join(alike, on="at").select("name_key", alike=pl.concat_str("before", "other", "after"))


def _level(one: str, other: str, edits: int) -> str:
    if all(map(is_lost, _without_dots(one))) or all(map(is_lost, _without_dots(other))):
        return NameLevel.ABSENT.value
    for level, holds in _RULES:
        if holds(one, other):
            return level.value
    return NameLevel.ONE_CHARACTER.value if edits == 1 else NameLevel.OTHER.value


def _without_dots(name: str) -> str:
    return name.replace(DOT, "")


def _sounds_alike(one: str, other: str) -> bool:
    """True for names of equal length whose characters are pairwise the same or share a reading."""
    one, other, spoken = _without_dots(one), _without_dots(other), readings()
    return len(one) == len(other) and all(
        a == b or not spoken.get(a, frozenset()).isdisjoint(spoken.get(b, ())) for a, b in zip(one, other, strict=True)
    )


def _looks_alike(one: str, other: str) -> bool:
    """One character is taken for another, or some are lost and the rest agrees."""
    one, other = _without_dots(one), _without_dots(other)
    if len(one) != len(other):
        return False
    different = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    seen = [pair for pair in different if not any(map(is_lost, pair))]
    if not seen:
        return len(different) < len(one)
    return len(different) == 1 and seen[0][1] in glyphs().get(seen[0][0], ())


def _is_cut(name: str, registered: str) -> bool:
    """The record's name is one part of a name of several, or a long name that goes on: never the longer of the two.

    What goes on behind a registered name may say that it is not that person: 欧阳例芳之子.
    """
    part, whole = _without_dots(name), _without_dots(registered)
    if len(part) >= len(whole):
        return False
    is_part = len(part) >= _PART_AT_LEAST and part in registered.split(DOT)
    at_least = _LETTERS_AT_LEAST if is_in_letters(whole) else _CUT_AT_LEAST
    return is_part or (len(part) >= at_least and whole.startswith(part))


def _is_turned(one: str, other: str) -> bool:
    """The parts in another order, two neighbours changed over, or the surname at the other end."""
    if sorted(one.split(DOT)) == sorted(other.split(DOT)):
        return True
    one, other = _without_dots(one), _without_dots(other)
    if sorted(one) != sorted(other):
        return False
    return one[1:] + one[0] == other or other[1:] + other[0] == one or OSA.distance(one, other) == 1


_RULES: Final[tuple[tuple[NameLevel, Callable[[str, str], bool]], ...]] = tuple(
    zip(_ALIKE, (_sounds_alike, _looks_alike, _is_cut, _is_turned), strict=True)
)
