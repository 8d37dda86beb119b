"""The parsing child: answers one line of JSON per job until its input ends. `python -m pipelines.validated.child`

A file made to exhaust memory or time, or to crash a parser, takes this process with it and nothing else. What a
parser prints may quote a person, so the parent gives it no place to print to.
"""

import os
import resource
import sys
from typing import Final

from polars.exceptions import PanicException

from pipelines.errors import NO_MEMORY, machine_trouble
from pipelines.validated.delivery import validate
from pipelines.validated.job import Job, Outcome
from pipelines.validated.limits import MEMORY_BYTES, has_memory
from schemas.codes import Rejection

TOO_MUCH_MEMORY: Final = "reading it takes more memory than one delivery may; ask for it in smaller files"


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)  # what it writes is of persons, whoever started it
    for line in sys.stdin:
        job = Job.model_validate_json(line)
        _allow_seconds(job.seconds)
        sys.stdout.write(answer(job).model_dump_json() + "\n")
        sys.stdout.flush()


def answer(job: Job) -> Outcome:
    """Any error no reader foresaw rejects the file and is reported by its kind alone; a panic is no `Exception`.

    What this machine lacked is never the file's fault; the memory that one delivery may take is no lack of ours.
    """
    try:
        return validate(job)
    except AssertionError as error:
        return Outcome(broken=f"{job.contract.feed}: {error}")
    except (Exception, PanicException) as error:
        lacked = machine_trouble(error)
        if lacked and not (lacked == NO_MEMORY and has_memory()):
            return Outcome(lacked=lacked)
        if lacked:
            return Outcome(rejection=Rejection.TOO_LARGE, rejection_detail=TOO_MUCH_MEMORY)
        detail = f"it cannot be read as declared ({type(error).__name__}); compare it with the contract"
        return Outcome(rejection=Rejection.BAD_FILE, rejection_detail=detail)


def _allow_seconds(seconds: int) -> None:
    """Processor time for the next delivery, on top of what the earlier ones took."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))


if __name__ == "__main__":
    main()
