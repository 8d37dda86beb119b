"""Which of two encodings a file is in, and which of its lines are in the other one.

Half of all short Chinese names in UTF-8 also decode as GB18030, into other names, and short names in GB18030 decode as
UTF-8, into letters of other scripts. So that a line decodes says little; what it then says does: of two readings the
more likely is the one in more common Chinese characters, and where both are alike that of the contract.
"""

import codecs
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from pipelines.validated.records import LONGEST_RECORD, Flags, Records
from pipelines.validated.rows import RejectedError
from schemas.codes import Rejection

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MOST_VOTES: Final = 10_000
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# an accented letter within a Latin word, and a Chinese character within one
_ACCENTED: Final = re.compile(r"(?<=[A-Za-z])[\u00c0-\u024f]+|[\u00c0-\u024f]+(?=[A-Za-z])")
_HAN_IN_LATIN: Final = re.compile(r"(?<=[A-Za-z])[\u3400-\u9fff]|[\u3400-\u9fff](?=[a-z])")


def find_encoding(file: BinaryIO, declared: str) -> str:
    """`utf-8` or `gb18030`, as most lines that are not ASCII are; GB18030 only under a contract of it.

    The file is left at its first byte after a byte order mark. Lines in the other encoding are found by `misread`, one
    by one, wherever they stand.
    """
    start = file.read(4)
    if start.startswith(_UTF16 + _UTF32) or b"\0" in start:
        raise RejectedError(Rejection.BAD_ENCODING, "UTF-16 or UTF-32; the contract allows UTF-8 and GB18030 only")
    mark = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    file.seek(mark)
    if declared != "gb18030":
        return "utf-8"
    votes = [is_utf8(line, declared) for line in islice(_foreign_lines(file), _MOST_VOTES)]
    file.seek(mark)
    # where lines are as many on both sides, the contract decides
    return "gb18030" if votes and 2 * sum(votes) <= len(votes) else "utf-8"


def misread(records: Records, encoding: str) -> Flags:
    """Records that decode in the encoding of the file and are, by what they then say, in the other one."""
    suspects = _may_be_utf8(records) if encoding == "gb18030" else _may_be_gb18030(records)
    found = np.zeros(len(records), dtype=np.bool_)
    for index in np.flatnonzero(suspects).tolist():
        found[index] = is_utf8(records.record(index), encoding) != (encoding == "utf-8")
    return found


def is_utf8(line: bytes, declared: str) -> bool:
    """Whether a line is more likely UTF-8 than GB18030; where both are as likely, what is declared."""
    utf8, gb18030 = _decoded(line, "utf-8"), _decoded(line, "gb18030")
    if utf8 is None or gb18030 is None:
        return utf8 is not None or (gb18030 is None and declared == "utf-8")
    as_gb18030 = _oddness(gb18030)
    if declared == "utf-8":
        return _oddness(utf8) <= as_gb18030
    return as_gb18030 > 0 and _oddness(utf8) < as_gb18030


def decodes(content: bytes, encoding: str) -> bool:
    return _decoded(content, encoding) is not None


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _foreign_lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LONGEST_RECORD):
        if not line.isascii():
            yield line


def _oddness(text: str) -> int:
    """Count over the characters: 0 for a common Chinese one and for signs, 1 for a rare one, 2 for any other."""
    odd = _ACCENTED.sub("", text).translate(_unremarkable())
    return 2 * len(_HAN_IN_LATIN.findall(text)) + 2 * len(odd) - len(_HAN.findall(odd))


@cache
def _unremarkable() -> dict[int, None]:
    """ASCII, signs, and the first level of GB 2312: 3,755 characters chosen by how often they are used."""
    pairs = (bytes([first, second]) for first in range(0xB0, 0xD8) for second in range(0xA1, 0xFF))
    common = (ord(pair.decode("gb2312")) for pair in pairs if decodes(pair, "gb2312"))
    signs = (0xB7, *range(0x2010, 0x2040), *range(0x3000, 0x3040), *range(0xFF00, 0xFF66))
    return dict.fromkeys((*range(0x80), *signs, *common))


def _may_be_utf8(records: Records) -> Flags:
    """Records whose bytes that continue a UTF-8 character are as many as their first bytes ask for."""
    weights = _weights()[_content(records)]
    is_foreign: Flags = np.logical_or.reduceat(weights != 0, records.starts)
    is_unclear: Flags = np.add.reduceat(weights, records.starts, dtype=np.int64) == 0
    return is_unclear & is_foreign


@cache
def _weights() -> npt.NDArray[np.int16]:
    weights = np.full(256, 30_000, dtype=np.int16)
    weights[:0x80], weights[0x80:0xC0] = 0, -1
    weights[0xC2:0xE0], weights[0xE0:0xF0], weights[0xF0:0xF5] = 1, 2, 3
    return weights


def _may_be_gb18030(records: Records) -> Flags:
    """Records with a UTF-8 character of two bytes, which no Chinese one has; the dot between parts of names has."""
    content = _content(records)
    is_first = (content >= 0xC2) & (content <= 0xDF)
    is_first[:-1] &= (content[:-1] != 0xC2) | (content[1:] != 0xB7)
    found: Flags = np.logical_or.reduceat(is_first, records.starts)
    return found


def _content(records: Records) -> npt.NDArray[np.uint8]:
    return np.frombuffer(records.block, dtype=np.uint8)[: int(records.ends[-1])]
