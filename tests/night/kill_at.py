"""Run one night and die by SIGKILL at a durable operation, by number or name: `python kill_at.py AT HOME DATE`.

Prints `survived` and the number of operations when that operation never came.
"""

import os
import signal
import sys
from datetime import date
from pathlib import Path

from pipelines.run import commit, night
from pipelines.storage import engine, files, receipts

OPERATIONS = ((files, "fsync_path"), (files, "write_durable"), (commit, "link_durable"), (commit, "fsync_path"),
              (commit, "put_receipt"), (commit, "copy_folder_durable"), (receipts, "put_if_absent"))  # fmt: skip


def main(at: str, home: Path, as_of: date) -> None:
    count = 0

    def step(name: str) -> None:
        nonlocal count
        count += 1
        if at in (name, str(count)):
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(function):
        def wrapped(*arguments, **named):
            step(function.__name__)
            return function(*arguments, **named)

        return wrapped

    for module, name in OPERATIONS:
        setattr(module, name, dying(getattr(module, name)))
    engine.Engine.write = dying(engine.Engine.write)
    night.night(home, as_of, progress=step)
    print("survived", count)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
