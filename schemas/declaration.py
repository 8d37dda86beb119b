"""Errors of a declaration by file, place and rule; its content is never quoted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class DeclarationError(ValueError):
    """A contract, a code list or the policy is wrong: which file, and where in it."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Errors of the readers as `DeclarationError` about `what`, without the text they quote."""
    from pydantic import ValidationError
    from yaml import MarkedYAMLError

    try:
        yield
    except MarkedYAMLError as error:
        line = f" near line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DeclarationError(f"{what}: no YAML{line}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise DeclarationError(f"{what}: {wrong}") from None


def read_yaml(path: Path) -> Any:
    """Content of a YAML file, read by the parser in C where PyYAML has it: ten times as fast."""
    import yaml

    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
