"""Unpack gz and zip with a bound on bytes and on ratio: a bomb costs the sender a rejection and us a few megabytes."""

import gzip
import stat
import zipfile
import zlib
from typing import IO, BinaryIO

from pipelines.validated.rows import RejectedError
from schemas.codes import Rejection

MOST_BYTES = 32 << 30
MOST_RATIO = 200
_FREE_BYTES = 64 << 20
_BLOCK = 1 << 20


def unpack_gzip(packed: BinaryIO, size: int, target: BinaryIO) -> None:
    """Every member of a gz file, one after another, into `target`; `size` is that of the packed bytes."""
    try:
        with gzip.GzipFile(fileobj=packed) as source:
            _copy(source, size, target)
    except (OSError, EOFError, zlib.error) as error:
        raise RejectedError(Rejection.BAD_ARCHIVE, "the gz file is cut or damaged; ask for it again") from error


def unpack_zip(packed: BinaryIO, size: int, target: BinaryIO) -> None:
    """The only member of a zip file into `target`. Its name is never used as a path."""
    try:
        with zipfile.ZipFile(packed) as archive:
            member = _only_member(archive)
            with archive.open(member) as source:
                _copy(source, size, target)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise RejectedError(Rejection.BAD_ARCHIVE, "the zip file is cut, damaged or encrypted") from error


def check_directory(packed: BinaryIO, size: int) -> None:
    """The sizes a zip-based file states for its members, before anybody unpacks one."""
    try:
        with zipfile.ZipFile(packed) as archive:
            stated = sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise RejectedError(Rejection.BAD_FILE, "it is not a spreadsheet file") from error
    _check_size(stated, size)
    packed.seek(0)


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    names_a_path = any({"..", ""} & set(m.filename.replace("\\", "/").split("/")) or m.is_dir() for m in members)
    is_link = any(stat.S_ISLNK(member.external_attr >> 16) for member in members)
    if len(members) != 1 or names_a_path or is_link:
        raise RejectedError(Rejection.BAD_ARCHIVE, f"{len(members)} members or an unsafe one; one plain file is wanted")
    return members[0]


def _copy(source: IO[bytes] | gzip.GzipFile, size: int, target: BinaryIO) -> None:
    written = 0
    while block := source.read(_BLOCK):
        written += len(block)
        _check_size(written, size)
        target.write(block)


def _check_size(unpacked: int, size: int) -> None:
    if unpacked > min(MOST_BYTES, max(_FREE_BYTES, MOST_RATIO * size)):
        raise RejectedError(Rejection.TOO_LARGE, f"it unpacks to more than {MOST_RATIO} times its size of {size} bytes")
