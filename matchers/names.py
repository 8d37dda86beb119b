"""Names: one way of writing them, without deciding anything about persons.

What is only another way of writing the same name is undone: full width, blanks, the many dots between the parts of a
name, traditional and variant characters, private-use characters of old code tables. Nothing sounds or looks alike here.
"""

from typing import Final
from unicodedata import category

import polars as pl

from matchers.numbers import UNSEEN
from matchers.rare import convert_where
from matchers.tables import private_use, variants

DOT: Final = "·"
# bullet, hyphenation point, katakana dots, dot operators, Greek and Georgian points, ideographic stop
ODD_DOTS: Final = r"[\x{2022}\x{2027}\x{30FB}\x{FF65}\x{2219}\x{22C5}\x{0387}\x{10FB}\x{2E31}\x{3002}\x{FF61}]"
# only between parts of a Chinese name: full stops, hyphens and dashes of every width
_STOPS: Final = r"[.\-_\x{FF0E}\x{FE52}\x{2024}\x{2010}-\x{2015}\x{2212}\x{FF0D}\x{FF3F}\x{FE63}\x{00B7}]"
_STOPS_ODD: Final = _STOPS.replace(r"\x{00B7}", "")
_HAN: Final = r"[\x{3400}-\x{9FFF}\x{20000}-\x{3FFFF}\x{3007}]"
_PLAIN: Final = r"^[\x{4E00}-\x{9FFF}\x{00B7}]*$"
# ? □ ■ ◇ 〓 * replacement and private-use characters: something stood here that the sender's table cannot hold
_LOST_SIGNS: Final = "?□■◇◆〓*\ufffd"
_LOST: Final = rf"[{_LOST_SIGNS}\x{{E000}}-\x{{F8FF}}\x{{F0000}}-\x{{10FFFD}}]"


def normalise_name(raw: pl.Series) -> pl.Series:
    """One way of writing a name; null is empty. Applying it twice changes nothing more."""
    written = raw.fill_null("")
    clean = convert_where(written, ~written.str.contains(_PLAIN), _cleaned)
    return clean.str.replace_many(variants())


def name_key(name: pl.Expr) -> pl.Expr:
    """The name without its dots: what two writings of one name have in common, since a dot is often left out."""
    return name.str.replace_all(DOT, "", literal=True)


def has_odd_dot(raw: pl.Expr) -> pl.Expr:
    """The parts are divided by another sign than U+00B7."""
    return raw.str.contains(ODD_DOTS) | (raw.str.contains(_STOPS_ODD) & raw.str.contains(_HAN))


def has_variant(raw: pl.Expr) -> pl.Expr:
    """The name is written with a traditional or variant character."""
    return raw.str.contains_any(list(variants()))


def has_lost_character(name: pl.Expr) -> pl.Expr:
    """True where a normalised name has a character that is missing or in no table."""
    return name.str.contains(_LOST)


def is_lost(character: str) -> bool:
    """Whether one character is a stand-in or of private use (`has_lost_character` of a single one)."""
    return character in _LOST_SIGNS or category(character) == "Co"


def _cleaned(written: pl.Series) -> pl.Series:
    """NFKC can make a blank and composing can bring the next one together: blanks go before and after."""
    wide = written.str.replace_all(UNSEEN, "").str.normalize("NFKC").str.replace_all(UNSEEN, "").str.normalize("NFKC")
    known = wide.str.replace_many(private_use()).str.replace_all(ODD_DOTS, DOT)
    return convert_where(known, known.str.contains(_HAN), lambda names: names.str.replace_all(rf"{_STOPS}+", DOT))
