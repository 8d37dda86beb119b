"""The two children of this stage, the parser and the judge: each imports for longer than its parent takes to land."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

Child = subprocess.Popen[str]
PARSER: Final = "pipelines.validated.child"
JUDGE: Final = "pipelines.validated.gx_child"
_PROJECT: Final = Path(__file__).parents[2]

_ahead: dict[str, Child] = {}


@contextmanager
def started_ahead() -> Iterator[None]:
    """Both children import while the caller goes on; one that nobody took is ended."""
    _ahead.update({module: _start(module) for module in (JUDGE, PARSER)})
    try:
        yield
    finally:
        while _ahead:
            _, child = _ahead.popitem()
            child.kill()
            child.communicate()


def take(module: str) -> Child:
    """The child that was started ahead, now the caller's to end; else a new one."""
    child = _ahead.pop(module, None)
    return child if child and child.poll() is None else _start(module)


def _start(module: str) -> Child:
    return subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=_PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
