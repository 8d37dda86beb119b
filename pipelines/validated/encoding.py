"""Which encoding a whole file is in: strict UTF-8 over all of it first, GB18030 only where the contract says so.

Half of all short Chinese names in UTF-8 also decode as GB18030, into other names; the reverse does not happen. So a
prefix is never sniffed, and a file that is mostly UTF-8 stays UTF-8 with its broken lines quarantined.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from pipelines.validated.rows import RejectedError
from schemas.codes import Rejection

_BLOCK = 4 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def find_encoding(file: BinaryIO, declared: str) -> str:
    """`utf-8` or `gb18030`; the file is left at its first byte after a byte order mark."""
    start = file.read(4)
    if start.startswith(_UTF16 + _UTF32) or b"\0" in start:
        raise RejectedError(Rejection.BAD_ENCODING, "UTF-16 or UTF-32; the contract allows UTF-8 and GB18030 only")
    mark = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    file.seek(mark)
    is_utf8 = _is_utf8(file) or (declared == "gb18030" and _is_mostly_utf8(file, mark))
    file.seek(mark)
    return "utf-8" if is_utf8 or declared != "gb18030" else "gb18030"


def decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    foreign = (line for line in file if not line.isascii())
    votes = [decodes(line, "utf-8") for line in foreign]
    return 2 * sum(votes) > len(votes)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block
