"""The parent's side of the parsing child: start it, ask it, and survive its death."""

from types import TracebackType

from pipelines.validated.children import PARSER, Child, take
from pipelines.validated.job import Job, Outcome
from schemas.codes import Rejection


class Parser:
    """A child that parses one delivery after another; when one kills it, the next gets a new child."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def __enter__(self) -> "Parser":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop(kill=kind is not None)

    def parse(self, job: Job) -> Outcome:
        child = self._child or self._start()
        line = ""
        if child.stdin and child.stdout:
            try:
                child.stdin.write(job.model_dump_json() + "\n")
                child.stdin.flush()
                line = child.stdout.readline()
            except BrokenPipeError:
                line = ""
        if line.endswith("\n"):
            return Outcome.model_validate_json(line)
        self._stop(kill=True)
        for path in (job.rows, job.quarantined, job.issues):
            path.unlink(missing_ok=True)
        return Outcome(
            rejection=Rejection.BAD_FILE,
            rejection_detail="reading it took more memory or time than one delivery may; ask for it in smaller files",
        )

    def _start(self) -> Child:
        self._child = take(PARSER)
        return self._child

    def _stop(self, *, kill: bool) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if kill:
            child.kill()
        child.communicate()
