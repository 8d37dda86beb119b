"""Character tables shipped with the matcher, read once; origin in README.md."""

from csv import reader
from functools import cache
from importlib.resources import files


@cache
def variants() -> dict[str, str]:
    """Traditional or variant character → standard character."""
    return {row[0]: row[1] for row in _rows("variants.csv")}


@cache
def private_use() -> dict[str, str]:
    """Private-use character left by an old GB18030 or GBK table → its Unicode character."""
    return {chr(int(private, 16)): chr(int(standard, 16)) for private, standard, _ in _rows("private_use.csv")}


@cache
def readings() -> dict[str, frozenset[str]]:
    """Character → its toneless readings."""
    spoken: dict[str, set[str]] = {}
    for reading, characters in _rows("readings.csv"):
        for character in characters:
            spoken.setdefault(character, set()).add(reading)
    return {character: frozenset(known) for character, known in spoken.items()}


@cache
def glyphs() -> dict[str, frozenset[str]]:
    """Character → the characters that look like it."""
    return {character: frozenset(alike) for character, alike in _rows("glyphs.csv")}


@cache
def relations() -> dict[str, tuple[str, ...]]:
    """Place → words for a relative or agent: `after` a name, `after_of` only behind 之 or 的, `before` a name."""
    words: dict[str, list[str]] = {}
    for word, place in _rows("relations.csv"):
        words.setdefault(place, []).append(word)
    return {place: tuple(known) for place, known in words.items()}


@cache
def agreement() -> dict[tuple[str, str], float]:
    """(field, level) → m, the share of true pairs that compare so."""
    return {(field, level): float(m) for field, level, m in _rows("levels.csv")}


def _rows(name: str) -> list[list[str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return list(reader(text.splitlines()))[1:]
