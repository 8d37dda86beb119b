"""Errors for whoever must act, each with its exit code; a message never holds a person's value."""

from pathlib import Path
from traceback import extract_tb

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


class TamperError(SilentcertError):
    """The ledger or a file under a receipt is not what was committed."""

    exit_code = 6


class UnforeseenError(SilentcertError):
    """Something failed that nobody foresaw: an engine's message may quote the row it failed on, so it is not shown."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{kind_and_place(error)}; its message may quote a person and is not shown")


def kind_and_place(error: Exception) -> str:
    """The kind of error and where in our own code it came up, never what it says."""
    frames = [(Path(frame.filename), frame.lineno) for frame in reversed(extract_tb(error.__traceback__))]
    ours = [(path, line) for path, line in frames if any(path.is_relative_to(folder) for folder in _OURS)]
    places = " < ".join(f"{path.parent.name}/{path.name}:{line}" for path, line in ours)
    return f"{type(error).__module__}.{type(error).__name__} at {places}"
