"""What becomes of a name on its way into a record: one function per error, for whole columns.

Each takes the persons (name, former_name, other_name) and answers what is written, null where this name cannot suffer
the error. Sound and look are those of `characters`, never the matcher's.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

from benchmarks.matching.characters import (
    common_characters,
    homophones,
    look_alikes,
    province_names,
    sounds,
    traditional,
)

Writer = Callable[[np.random.Generator, pl.DataFrame], pl.Series]
_DOTS: Final = ("•", "‧", "・", ".", "-", "．", " ")
_LOST: Final = ("?", "□", "\ue000", "\ufffd", "*")
_SURNAME: Final = 0.1  # of misspellings: in the first character


def _each(random: np.random.Generator, names: pl.Series, write: Callable[[str, float, float], str | None]) -> pl.Series:
    """One name at a time with two draws: only spoiled names pass here."""
    draws = random.random((len(names), 2)).tolist()
    written = [write(name, first, second) for name, (first, second) in zip(names, draws, strict=True)]
    return pl.Series(written, dtype=pl.String)


def _one_of(things: str | tuple[str, ...], draw: float) -> str:
    return things[int(draw * len(things))]


def _put(name: str, place: int, character: str) -> str:
    return name[:place] + character + name[place + 1 :]


def _place(name: str, draw: float, able: Mapping[str, str]) -> int | None:
    """A character that can be taken for another; rarely the first."""
    places = [at for at, character in enumerate(name) if character in able]
    given = [at for at in places if at > 0]
    chosen = places[:1] if places and places[0] == 0 and (draw < _SURNAME or not given) else given
    return chosen[int(draw * 997) % len(chosen)] if chosen else None


def _mistaken(mates: Callable[[], Mapping[str, str]]) -> Writer:
    def write(name: str, first: float, second: float) -> str | None:
        place = _place(name, first, mates())
        return None if place is None else _put(name, place, _one_of(mates()[name[place]], second))

    return lambda random, persons: _each(random, persons["name"], write)


def _traditional(random: np.random.Generator, persons: pl.DataFrame) -> pl.Series:
    """Every character that has such a form: a whole file is typed one way."""
    written = persons["name"].str.replace_many(dict(traditional()))
    return written.set(written == persons["name"], None)


def _other_dot(name: str, first: float, second: float) -> str | None:
    return name.replace("·", _one_of(_DOTS, first)) if "·" in name else None


def _no_dot(name: str, first: float, second: float) -> str | None:
    return name.replace("·", "") if "·" in name else None


def _truncated(name: str, first: float, second: float) -> str | None:
    """A field of three to six characters, or the first part alone: names of four characters and more."""
    if len(name.replace("·", "")) < 4:
        return None
    if "·" in name and first < 0.5:
        return name.split("·")[0]
    cut = name[: 3 + int(second * min(4, len(name) - 3))].rstrip("·")
    return cut if cut != name else None


def _reordered(name: str, first: float, second: float) -> str | None:
    parts = name.split("·")
    if len(parts) > 1:
        return "·".join(reversed(parts))
    swapped = name[:1] + name[2:3] + name[1:2]
    return swapped if len(name) == 3 and swapped != name else None


def _lost(name: str, first: float, second: float) -> str | None:
    place = 1 + int(first * (len(name) - 1))
    return _put(name, place, _one_of(_LOST, second)) if len(name) > 1 and name[place] != "·" else None


def _blanks(name: str, first: float, second: float) -> str | None:
    return f"{name[0]}　{name[1:]}" if first < 0.7 else f" {name} "


def _another_character(name: str, first: float, second: float) -> str | None:
    """A slip to any common character."""
    other = _one_of(common_characters(), second)
    place = 1 + int(first * (len(name) - 1))
    return _put(name, place, other) if len(name) > 1 and name[place] not in (other, "·") else None


def _rare_lost(name: str, first: float, second: float) -> str | None:
    """What systems that do not know a rare character make of it: a sign, its syllable, one that sounds the same."""
    rare = [at for at, character in enumerate(name) if character in province_names()["rare_characters"]]
    if not rare:
        return None
    syllable = sounds().get(name[rare[0]], "")
    alike = [character for character, sound in sounds().items() if sound == syllable and character in homophones()]
    if first < 0.4 or not alike:
        return _put(name, rare[0], _one_of(_LOST, second))
    return _put(name, rare[0], syllable if first < 0.6 else alike[int(second * len(alike))])


def _named(write: Callable[[str, float, float], str | None]) -> Writer:
    return lambda random, persons: _each(random, persons["name"], write)


def _of(column: str) -> Writer:
    return lambda random, persons: persons[column]


NAME_ERRORS: Final[Mapping[str, Writer]] = {
    "HOMOPHONE": _mistaken(homophones),
    "GLYPH": _mistaken(look_alikes),
    "TRADITIONAL": _traditional,
    "DOT": _named(_other_dot),
    "NO_DOT": _named(_no_dot),
    "TRUNCATED": _named(_truncated),
    "REORDERED": _named(_reordered),
    "LOST": _named(_lost),
    "BLANKS": _named(_blanks),
    "ANOTHER_CHARACTER": _named(_another_character),
    "RARE_LOST": _named(_rare_lost),
    "OTHER_NAME": _of("other_name"),
    "FORMER": _of("former_name"),
}
