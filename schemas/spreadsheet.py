"""Text that a spreadsheet would run or change, made harmless on the way out and restored on the way in.

Opened as CSV, `=1+1` is run, an identity number becomes 6.2E+17 and loses its last digits, `0931` loses its nought and
`12e4` becomes 120000; saved again, the damage is in the file that comes back. The days that programs and offices write
are read here too.
"""

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

MARK: Final = "'"
# Full-width forms too: a spreadsheet set to Chinese reads ＝1+1 as a formula.
STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", MARK)
_NUMBER: Final = "[0-9]{12,}|0[0-9]+|[0-9]+[eE][0-9]+"
# For engines whose `$` is the end of the text, and only that.
CHANGED: Final = f"^(?:[{re.escape(''.join(STARTS))}]|(?:{_NUMBER})$)"

# What may stand around a word that an office fills in, and beside letters and digits in the name it gives a file.
AROUND_A_WORD: Final = " \t。.,，;；:：、!！\"'“”‘’()（）"
REMARK: Final = (
    r"[(\[【〔][^)\]】〕]*[)\]】〕]"  # after a header, as （必填）; full-width brackets are made plain before
)
OFFICE_MARKS: Final = " ._-+&~()[]（）【】《》〔〕、，—–·་"
_FIRST_SERIAL, _LAST_SERIAL = 36526, 73050  # days a spreadsheet counts: 2000-01-01 to 2099-12-31
_DAY: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")


def escape(value: str) -> str:
    """A value that a spreadsheet would change, or that starts with the mark itself, gets one mark in front."""
    return MARK + value if _would_change(value) else value


def unescape(value: str) -> str:
    """The inverse of `escape`; a mark in front of anything else was written by a person and stays."""
    return value[1:] if value.startswith(MARK) and _would_change(value[1:]) else value


def _would_change(value: str) -> bool:
    return value.startswith(STARTS) or re.fullmatch(_NUMBER, value) is not None


def day_text(text: str) -> str:
    """`YYYY-MM-DD` of a day in any form that names year, month and day beyond doubt; any other text as it stands."""
    parts = _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    try:
        if parts:
            return date(*map(int, parts.groups())).isoformat()
    except ValueError:
        return text
    serial = _SERIAL.fullmatch(text)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        return (date(1899, 12, 30) + timedelta(days=int(serial[1]))).isoformat()
    return text


def visible(text: str) -> str:
    """Full-width forms made plain, without marks nobody sees and blanks around."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cc", "Cf") or sign in "\t\n").strip()


def word(text: str) -> str:
    """An answer without blanks, case and the punctuation around it."""
    return "".join(visible(text).split()).strip(AROUND_A_WORD).casefold()
