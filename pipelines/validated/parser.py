"""The parent's side of the parsing child: start it, ask it, survive its death, and say whose fault that was."""

import select
from signal import SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGXCPU, Signals
from types import TracebackType
from typing import Final

from pipelines.errors import MachineError
from pipelines.validated.children import PARSER, Child, take
from pipelines.validated.job import Job, Outcome
from pipelines.validated.limits import has_memory
from schemas.codes import Rejection

# a reader that crashes does so on what it reads, twice of two times; any other end comes from outside the child
_CRASHES: Final = (SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV)
_TRIES: Final = 2
_ACT: Final = "Make room, then run the night again"
# a machine busy with other work gives a child less than a processor
_WALL_PER_PROCESSOR: Final = 4


class Parser:
    """A child that parses one delivery after another; when one kills it, the next gets a new child."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def __enter__(self) -> "Parser":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop(kill=kind is not None)

    def parse(self, job: Job) -> Outcome:
        """Outcome of the delivery; tried again when its child ends without an answer.

        Raises `MachineError` when the child was ended from outside or lacked something of this machine.
        """
        ends: list[int] = []
        while len(ends) < _TRIES:
            line = self._answer(job)
            if line.endswith("\n"):
                outcome = Outcome.model_validate_json(line)
                if outcome.lacked:
                    raise MachineError(f"{_named(job)}: {outcome.lacked}; nothing was committed. {_ACT}")
                return outcome
            ends.append(self._stop(kill=not self._has_ended()))
            for path in (job.rows, job.quarantined, job.issues):
                path.unlink(missing_ok=True)
            if ends[-1] == -SIGXCPU:
                break
        return _ended(job, ends[-1])

    def _answer(self, job: Job) -> str:
        """One line; less when the child ended, or was silent for longer than its seconds can take."""
        child = self._child or self._start()
        if not (child.stdin and child.stdout):
            return ""
        try:
            child.stdin.write(job.model_dump_json() + "\n")
            child.stdin.flush()
        except BrokenPipeError:
            return ""
        is_ready, _, _ = select.select([child.stdout], [], [], _WALL_PER_PROCESSOR * job.seconds)
        return child.stdout.readline() if is_ready else ""

    def _has_ended(self) -> bool:
        """Waits a moment for a child whose pipe is closed already."""
        if self._child is None or self._child.stdout is None:
            return True
        is_closed, _, _ = select.select([self._child.stdout], [], [], 0)
        if is_closed:
            self._child.wait()
        return bool(is_closed)

    def _start(self) -> Child:
        self._child = take(PARSER)
        return self._child

    def _stop(self, *, kill: bool) -> int:
        """Return code of the child, which has ended."""
        child, self._child = self._child, None
        if child is None:
            return 0
        if kill:
            child.kill()
        child.communicate()
        return child.returncode


def _ended(job: Job, code: int) -> Outcome:
    """Rejection of a delivery that ends its reader. Raises `MachineError` where something else ended it."""
    if code == -SIGXCPU:
        detail = f"reading it took more than {job.seconds} seconds of processor time; ask for it in smaller files"
        return Outcome(rejection=Rejection.TOO_LARGE, rejection_detail=detail)
    if -code in _CRASHES and has_memory():
        detail = "reading it ended the reader, twice; compare it with the contract, or ask for it in smaller files"
        return Outcome(rejection=Rejection.BAD_FILE, rejection_detail=detail)
    end = f"signal {Signals(-code).name}" if code < 0 else f"code {code}"
    raise MachineError(
        f"{_named(job)}: the process that reads it was ended ({end}), not by the file; most likely memory or time was "
        "short. Nothing was committed; run the night again when the machine has room"
    )


def _named(job: Job) -> str:
    return f"feed {job.contract.feed}, delivery {job.delivery_id}"
