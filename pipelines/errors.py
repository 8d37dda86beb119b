"""Errors for whoever must act, each with its exit code; a message never holds a person's value."""

import errno
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb
from typing import Final
from unicodedata import category

_OURS = tuple(Path(__file__).parents[1] / name for name in ("pipelines", "matchers", "schemas"))


class SilentcertError(Exception):
    """Something the reader can act on: what, where, what to do."""

    exit_code = 1


class UsageError(SilentcertError):
    """The command asked for something that cannot be done: another date, another run."""

    exit_code = 2


class SetupError(SilentcertError):
    """A contract, the policy or the key of this home is missing or wrong."""

    exit_code = 3


class BusyError(SilentcertError):
    """Another run holds the ledger."""

    exit_code = 4


class FencedError(BusyError):
    """Another run was opened since: what this one staged is gone or out of date, and nothing of it is used."""


class PipelineError(SilentcertError):
    """A law was broken on the way; nothing was committed."""

    exit_code = 5


class MachineError(PipelineError):
    """This machine was short of disk, memory or time; nothing was committed, and no sender is at fault."""


class TamperError(SilentcertError):
    """The ledger or a file under a receipt is not what was committed."""

    exit_code = 6


class UnforeseenError(SilentcertError):
    """Something failed that nobody foresaw: an engine's message may quote the row it failed on, so it is not shown."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"{kind_and_place(error)}; its message may quote a person and is not shown. `silentcert verify` says "
            "whether a file of the lake is damaged"
        )


# letters and signs by their category, and blank: the fillers of Hangul and of Braille
_SEEN_AS_NOTHING: Final = "\u115f\u1160\u3164\uffa0\u2800"
# begins what a child answers that lacked something of this machine
LACKED: Final = "lacked: "
NO_MEMORY: Final = "memory is short"
_MACHINE: Final = {
    errno.ENOSPC: "no space is left on the disk",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file grew beyond what this machine allows",
    errno.ENOMEM: NO_MEMORY,
    errno.EIO: "the disk cannot be read or written",
    errno.EROFS: "the disk can only be read",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.EACCES: "a file or folder of ours may not be used",
}
# engines tell of the disk in words only
_TOLD_IN_WORDS: Final = ("No space left on device", "Out of Memory Error", "failed to offload data block")


def machine_trouble(error: BaseException) -> str:
    """Sentence on what this machine lacked, "" when the error, with what led to it, is about something else."""
    for one in _chain(error):
        if isinstance(one, MemoryError):
            return NO_MEMORY
        if isinstance(one, OSError) and one.errno in _MACHINE:
            return _MACHINE[one.errno]
        if type(one).__module__.startswith(("duckdb", "_duckdb", "polars")):
            text = str(one)
            if any(words in text for words in _TOLD_IN_WORDS):
                return _MACHINE[errno.ENOSPC] if "space" in text else NO_MEMORY
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def as_told(error: Exception) -> SilentcertError:
    """The error for whoever must act on one that no step foresaw."""
    lacked = machine_trouble(error)
    if lacked:
        return MachineError(f"{lacked}; nothing was committed. Make room, then do it again ({_place(error)})")
    return UnforeseenError(error)


def is_blank(text: str) -> bool:
    """Whether nothing can be seen of a text that somebody gave to say who, or why: spaces, marks without width."""
    return not any(category(sign)[0] in "LNPS" and sign not in _SEEN_AS_NOTHING for sign in text)


def kind_and_place(error: Exception) -> str:
    """The kind of error and where in our own code it came up, never what it says."""
    return f"{type(error).__module__}.{type(error).__name__} at {_place(error)}"


def _place(error: Exception) -> str:
    frames = [(Path(frame.filename), frame.lineno) for frame in reversed(extract_tb(error.__traceback__))]
    ours = [(path, line) for path, line in frames if any(path.is_relative_to(folder) for folder in _OURS)]
    return " < ".join(f"{path.parent.name}/{path.name}:{line}" for path, line in ours)
