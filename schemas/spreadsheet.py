"""Text that a spreadsheet would run or change, made harmless on the way out and restored on the way in.

Opened as CSV, `=1+1` is run, an identity number becomes 6.2E+17 and loses its last digits, `0931` loses its nought and
`12e4` becomes 120000; saved again, the damage is in the file that comes back.
"""

import re
from typing import Final

MARK: Final = "'"
# Full-width forms too: a spreadsheet set to Chinese reads ＝1+1 as a formula.
STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", MARK)
_NUMBER: Final = "[0-9]{12,}|0[0-9]+|[0-9]+[eE][0-9]+"
# For engines whose `$` is the end of the text, and only that.
CHANGED: Final = f"^(?:[{re.escape(''.join(STARTS))}]|(?:{_NUMBER})$)"


def escape(value: str) -> str:
    """A value that a spreadsheet would change, or that starts with the mark itself, gets one mark in front."""
    return MARK + value if _would_change(value) else value


def unescape(value: str) -> str:
    """The inverse of `escape`; a mark in front of anything else was written by a person and stays."""
    return value[1:] if value.startswith(MARK) and _would_change(value[1:]) else value


def _would_change(value: str) -> bool:
    return value.startswith(STARTS) or re.fullmatch(_NUMBER, value) is not None
