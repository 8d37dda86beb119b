"""What is wrong with a declaration, told by file, place and rule: what stands there is never quoted."""

from collections.abc import Iterator
from contextlib import contextmanager


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
