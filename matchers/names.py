"""Names: one way of writing them, without deciding anything about persons.

What is only another way of writing the same name is undone: full width, blanks, the many dots between the parts of a
name, order, case, accents and titles of a name in Latin letters, traditional and variant characters, private-use
characters of old code tables. Nothing sounds or looks alike here.
"""

from re import search
from typing import Final
from unicodedata import category

import polars as pl

from matchers.numbers import UNSEEN
from matchers.rare import convert_where
from matchers.tables import private_use, relations, variants

DOT: Final = "·"
# signs that are typed for the dot and are no punctuation: katakana dots, letters and a stroke that look like one
_DOT_LETTERS: Final = r"\x{10FB}\x{30FB}\x{FF65}\x{318D}\x{119E}\x{A78F}\x{1427}\x{4E36}"
ODD_DOTS: Final = rf"[\x{{2022}}\x{{2027}}\x{{2219}}\x{{22C5}}\x{{0387}}\x{{2E31}}\x{{3002}}\x{{FF61}}{_DOT_LETTERS}]"
# ? □ ■ ◇ 〓 * replacement and private-use characters: something stood here that the sender's table cannot hold
_LOST_SIGNS: Final = "?□■◇◆〓*\ufffd"
_LOST: Final = rf"[{_LOST_SIGNS}\x{{E000}}-\x{{F8FF}}\x{{F0000}}-\x{{10FFFD}}]"
_MODIFIERS: Final = r"\x{02B0}-\x{02FF}"  # raised commas, primes and strokes, which count as letters
# only in a Chinese name: every punctuation, symbol and loose accent but the signs of a lost character
_SIGNS: Final = rf"[[\p{{P}}\p{{S}}\p{{Mn}}{_MODIFIERS}]--[{_LOST_SIGNS}？＊﹖﹡]]"
_ODD_SIGNS: Final = (
    rf"[[\p{{P}}\p{{S}}\p{{Mn}}{_MODIFIERS}]--[{_LOST_SIGNS}？＊﹖﹡\x{{FE00}}-\x{{FE0F}}\x{{E0100}}-\x{{E01EF}}{DOT}]]"
)
_BETWEEN: Final = rf"\p{{L}}\s*{_ODD_SIGNS}+\s*\p{{L}}"
_HAN: Final = r"[\x{3400}-\x{9FFF}\x{20000}-\x{3FFFF}\x{3007}]"
_PLAIN: Final = r"^[\x{4E00}-\x{4E35}\x{4E37}-\x{9FFF}]+(\x{00B7}[\x{4E00}-\x{4E35}\x{4E37}-\x{9FFF}]+)*$|^$"
# of a foreigner: words in any order, in capitals or not, with whatever signs, but none of a lost character
_FOREIGN_LETTERS: Final = "[A-Za-z\u00c0-\u024f\u0370-\u052f]"
_LETTERS: Final = r"\p{Latin}\p{Cyrillic}\p{Greek}"
_FOREIGN: Final = (
    rf"^[[{_LETTERS}\p{{P}}\p{{S}}\p{{M}}\s\p{{Cf}}\p{{Cc}}ʼʹ]--[{_LOST_SIGNS}？＊﹖﹡]]*[{_LETTERS}]"
    rf"[[{_LETTERS}\p{{P}}\p{{S}}\p{{M}}\s\p{{Cf}}\p{{Cc}}ʼʹ]--[{_LOST_SIGNS}？＊﹖﹡]]*$"
)
# O'Neill is written ONEILL in many a passport; no passport has accents or other letters than A to Z
_WITHIN_WORDS: Final = r"[['’‘`´ʼʹ′\p{M}\p{Cf}\p{Cc}]--[\s]]"
_BETWEEN_WORDS: Final = r"[\s\p{P}\p{S}]+"
_PLAIN_LETTERS: Final = {
    "Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ẞ": "SS", "Ħ": "H", "Ŧ": "T",
}  # fmt: skip
_TITLES: Final = "MR|MRS|MS|MISS|MSTR|MME|DR|PROF|SIR"
_TITLED: Final = rf"^(?:(?:{_TITLES}) )*(\S+ \S+(?: \S+)*?)(?: (?:{_TITLES}))*$"
# a relative is named by a whole name before or behind the word: 王之女 may be a name, 王例之女 is none
_NAME: Final = r"\p{Han}{2,}"
_OF: Final = "[之的]"
_SHORTEST: Final = 4


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
    return raw.str.contains(ODD_DOTS) | (raw.str.contains(_BETWEEN) & raw.str.contains(_HAN))


def has_variant(raw: pl.Expr) -> pl.Expr:
    """The name is written with a traditional or variant character."""
    return raw.str.contains_any(list(variants()))


def names_relative(name: pl.Series) -> pl.Series:
    """True where a normalised name is not a person's own: somebody's child, widow or agent (张例之子, 张例家属)."""
    words = {place: "|".join(known) for place, known in relations().items()}
    behind = rf"{_NAME}({_OF}({words['after_of']}|{words['after']})|{words['after']})$"
    pattern = rf"{behind}|^({words['before']}){_OF}?{_NAME}"
    is_long = name.str.len_chars() >= _SHORTEST
    letters = name.filter(is_long).str.replace_all(r"[^\p{L}]", "")
    return is_long.clone().scatter(is_long.arg_true(), letters.str.contains(pattern))


def has_lost_character(name: pl.Expr) -> pl.Expr:
    """True where a normalised name has a character that is missing or in no table."""
    return name.str.contains(_LOST)


def is_in_letters(name: str) -> bool:
    """Whether a normalised name is written in Latin, Cyrillic or Greek letters, of which each says little."""
    return search(_FOREIGN_LETTERS, name) is not None


def is_lost(character: str) -> bool:
    """Whether one character is a stand-in or of private use (`has_lost_character` of a single one)."""
    return character in _LOST_SIGNS or category(character) == "Co"


def _cleaned(written: pl.Series) -> pl.Series:
    """NFKC can make a blank and composing can bring the next one together: blanks go before and after.

    Signs go before as well: NFKC makes blank and accent of some that stand for the dot.
    """
    ordered = _with_foreign(written)
    seen = _with_dots(ordered.str.replace_all(UNSEEN, ""))
    wide = seen.str.normalize("NFKC").str.replace_all(UNSEEN, "").str.normalize("NFKC")
    clean = _with_dots(wide.str.replace_many(private_use()).str.replace_all(ODD_DOTS, DOT))
    return _with_foreign(clean)


def _with_foreign(names: pl.Series) -> pl.Series:
    """Names in Latin, Cyrillic or Greek letters as a passport has them; all others as they are."""
    letters = names.str.normalize("NFKD")
    is_foreign = letters.str.contains(_FOREIGN)
    return names.zip_with(~is_foreign, convert_where(letters, is_foreign, _in_capitals))


def _in_capitals(letters: pl.Series) -> pl.Series:
    """The words in alphabetical order, glued, in plain capitals, without titles: SMITH/JOHN MR is John Smith."""
    plain = letters.str.replace_all(_WITHIN_WORDS, "").str.to_uppercase().str.replace_many(_PLAIN_LETTERS)
    words = plain.str.replace_all(_BETWEEN_WORDS, " ").str.strip_chars().str.replace(_TITLED, "$1")
    return words.str.split(" ").list.sort().list.join("")


def _with_dots(names: pl.Series) -> pl.Series:
    """One dot for whatever stands between the parts of a Chinese name, none before or behind it."""
    is_han = names.str.contains(_HAN)
    return convert_where(names, is_han, lambda han: han.str.replace_all(rf"{_SIGNS}+", DOT).str.strip_chars(DOT))
