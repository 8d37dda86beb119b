"""Text that a spreadsheet would run as a formula, made harmless on the way out and restored on the way in."""

from typing import Final

MARK: Final = "'"
# Full-width forms too: a spreadsheet set to Chinese reads ＝1+1 as a formula.
STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", MARK)


def escape(value: str) -> str:
    """A value that would start a formula, or that starts with the mark itself, gets one mark in front."""
    return MARK + value if value.startswith(STARTS) else value


def unescape(value: str) -> str:
    """The inverse of `escape`; a mark in front of anything else was written by a person and stays."""
    return value[1:] if value.startswith(MARK) and value[1:].startswith(STARTS) else value
