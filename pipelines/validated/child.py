"""The parsing child: answers one line of JSON per job until its input ends. `python -m pipelines.validated.child`

A file made to exhaust memory or time, or to crash a parser, takes this process with it and nothing else. What a
parser prints may quote a person, so the parent gives it no place to print to.
"""

import os
import resource
import sys
from typing import Final

from polars.exceptions import PanicException

from pipelines.validated.delivery import validate
from pipelines.validated.job import Job, Outcome
from schemas.codes import Rejection

MEMORY_BYTES: Final = 4 << 30
SECONDS_PER_DELIVERY: Final = 3600


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)  # what it writes is of persons, whoever started it
    for line in sys.stdin:
        _allow_seconds(SECONDS_PER_DELIVERY)
        sys.stdout.write(answer(Job.model_validate_json(line)).model_dump_json() + "\n")
        sys.stdout.flush()


def answer(job: Job) -> Outcome:
    """Any error no reader foresaw rejects the file and is reported by its kind alone; a panic is no `Exception`."""
    try:
        return validate(job)
    except AssertionError as error:
        return Outcome(broken=f"{job.contract.feed}: {error}")
    except (Exception, PanicException) as error:
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
