"""Errors for whoever must act, each with its exit code; a message never holds a person's value."""


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
