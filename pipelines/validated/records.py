"""Bounds of the records of a CSV file, found in its bytes by RFC 4180 alone, before any parser sees them.

In UTF-8 and in GB18030 no byte of a longer character equals a comma, a semicolon, a tab, a quote, CR or LF, so bytes
can be split before the encoding is known; a contract of GB18030 may not name the bar. A quote that stands where none
may breaks its own line only; the next line starts anew.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

BLOCK_BYTES = 16 << 20
LONGEST_RECORD = 1 << 20
_MOST_LINES = 1 << 19
_QUOTED = rb'"(?:[^"]++|"")*+"'
_ALL_QUOTED = re.compile(_QUOTED)
_IS_BLANK = np.isin(np.arange(256), np.frombuffer(b" \t\r\n\x1a", dtype=np.uint8))
_CR, _LF, _QUOTE = 0x0D, 0x0A, 0x22
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class RecordTooLongError(Exception):
    """No record ends within the longest record we read."""


@dataclass(frozen=True, slots=True)
class Records:
    """Whole records of a block that starts at byte `offset` of the file: record i is `block[starts[i]:ends[i]]`.

    `separators` counts delimiters outside quotes; `is_stray` marks a record with a quote or CR where none may stand.
    """

    offset: int
    block: bytes
    starts: Offsets
    ends: Offsets
    separators: Offsets
    is_stray: Flags
    is_blank: Flags
    has_nul: Flags
    has_quotes: bool

    def __len__(self) -> int:
        return len(self.ends)

    def bytes_of(self, chosen: Flags) -> bytes:
        """The chosen records, one after another."""
        if chosen.all():
            return self.block[: int(self.ends[-1])] if len(self) else b""
        pairs = zip(self.starts[chosen].tolist(), self.ends[chosen].tolist(), strict=True)
        return b"".join([self.block[start:end] for start, end in pairs])

    def record(self, index: int) -> bytes:
        return self.block[int(self.starts[index]) : int(self.ends[index])]


@cache
def _record(delimiter: bytes) -> re.Pattern[bytes]:
    """One record with the end of its line."""
    field = rb"(?:" + _QUOTED + rb'|[^"' + re.escape(delimiter) + rb"\r\n]*+)"
    return re.compile(field + rb"(?:" + re.escape(delimiter) + field + rb")*+\r?\n")


def read_records(file: BinaryIO, *, delimiter: bytes = b",", block_bytes: int = BLOCK_BYTES) -> Iterator[Records]:
    """The records of a file from where it stands, block by block; the ranges tile the file without gap or overlap.

    Raises `RecordTooLongError` when a line is longer than `LONGEST_RECORD`.
    """
    offset = file.tell()
    rest = b""
    while True:
        fresh = _not_too_many(file, file.read(block_bytes))
        block = rest + fresh
        if not block:
            return
        records = split(block, delimiter=delimiter, offset=offset, is_last=not fresh)
        used = int(records.ends[-1]) if len(records) else 0
        if len(block) - used > LONGEST_RECORD:
            raise RecordTooLongError
        if len(records):
            yield records
        offset, rest = offset + used, block[used:]
        if not fresh:
            return


def _not_too_many(file: BinaryIO, fresh: bytes) -> bytes:
    """The bytes just read, or, where lines are very short, the first part of them; the file stands after it.

    Offsets cost many times what a short line does: 16 MB of blank lines would take a gigabyte.
    """
    if fresh.count(b"\n") <= _MOST_LINES:
        return fresh
    part = fresh[: len(fresh) // 16]
    file.seek(len(part) - len(fresh), os.SEEK_CUR)
    return part


def split(block: bytes, *, delimiter: bytes = b",", offset: int = 0, is_last: bool = True) -> Records:
    """Split a block that starts at a record. A record cut by the end of the block is left out unless it is the last."""
    content = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(content == _LF) + 1
    if is_last and block and not block.endswith(b"\n"):
        ends = np.append(ends, len(block))
    has_quotes = b'"' in block
    stray = np.zeros(len(ends), dtype=np.bool_)
    if has_quotes:
        ends, stray = _follow_quotes(block, content, ends, is_last, _record(delimiter))
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int64) if len(ends) else ends
    used = content[: int(ends[-1])] if len(ends) else content[:0]
    return Records(
        offset=offset,
        block=block,
        starts=starts,
        ends=ends,
        separators=_separators(block, used, starts, ends, delimiter),
        is_stray=stray | _stray_returns(used, starts),
        is_blank=_blank(used, starts),
        has_nul=_count(used == 0, starts) > 0 if b"\0" in block else np.zeros(len(ends), dtype=np.bool_),
        has_quotes=has_quotes,
    )


def _follow_quotes(
    block: bytes, content: npt.NDArray[np.uint8], ends: Offsets, is_last: bool, pattern: re.Pattern[bytes]
) -> tuple[Offsets, Flags]:
    """Join lines that one quoted field spans; mark lines whose quotes do not hold."""
    whole = block if block.endswith(b"\n") or not is_last else block + b"\n"
    lines = np.unique(np.searchsorted(ends, np.flatnonzero(content == _QUOTE), side="right"))
    is_end = np.ones(len(ends), dtype=np.bool_)
    stray = np.zeros(len(ends), dtype=np.bool_)
    reached = 0
    for line in lines.tolist():
        start = int(ends[line - 1]) if line else 0
        if start < reached:
            continue
        limit = min(start + LONGEST_RECORD, len(whole))
        if found := pattern.match(whole, start, limit):
            reached = found.end()
            if line < len(ends) and reached > int(ends[line]):
                is_end[line : int(np.searchsorted(ends, min(reached, len(block)), side="left"))] = False
        elif line == len(ends) or (not is_last and limit == len(whole)):
            is_end[line:] = False
            break
        else:
            stray[line] = True
    return ends[is_end], stray[is_end]


def _separators(block: bytes, used: npt.NDArray[np.uint8], starts: Offsets, ends: Offsets, delimiter: bytes) -> Offsets:
    separators = _count(used == ord(delimiter), starts)
    quoted = np.flatnonzero(_count(used == _QUOTE, starts)) if b'"' in block else ()
    for index in quoted:
        record = block[int(starts[index]) : int(ends[index])]
        separators[index] = _ALL_QUOTED.sub(b"", record).count(delimiter)
    return separators


def _stray_returns(used: npt.NDArray[np.uint8], starts: Offsets) -> Flags:
    """Records without quotes that hold a CR no LF follows; with quotes, the pattern of a record has seen to it."""
    is_return = used == _CR
    if not is_return.any():
        return np.zeros(len(starts), dtype=np.bool_)
    is_return[:-1] &= used[1:] != _LF
    stray: Flags = (_count(is_return, starts) > 0) & (_count(used == _QUOTE, starts) == 0)
    return stray


def _blank(used: npt.NDArray[np.uint8], starts: Offsets) -> Flags:
    """Records of nothing but spaces, or the Ctrl-Z some old systems end a file with."""
    if not len(starts):
        return np.zeros(0, dtype=np.bool_)
    blank: Flags = np.logical_and.reduceat(_IS_BLANK[used], starts)
    return blank


def _count(marks: npt.NDArray[np.bool_], starts: Offsets) -> Offsets:
    """Marks per record."""
    edges = np.append(starts, len(marks))
    return np.diff(np.searchsorted(np.flatnonzero(marks), edges)).astype(np.int64)
