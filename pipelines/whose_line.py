"""The person of a line of a worklist: person numbers are given anew, and numbers and names are put right.

A line keeps digests of both; only who has neither any more is somebody else.
"""

from collections.abc import Callable, Iterable


def number_digest(number: str, digest: Callable[..., str]) -> str:
    """Keyed digest of an identity number, empty for none."""
    return digest("number", number) if number else ""


def name_digest(name: str, digest: Callable[..., str]) -> str:
    """Keyed digest of a name, empty for none."""
    return digest("name", name) if name else ""


def is_another(kept: tuple[str, str], numbers: Iterable[str], names: Iterable[str], digest: Callable[..., str]) -> bool:
    """Whether a person who is or was known by these numbers and names is not the one of the line.

    `kept` are the digests of the number and the name that the line kept; of older homes they are empty, and of a line
    that kept only one of them nobody can tell.
    """
    if not all(kept):
        return False
    same_number = kept[0] in {number_digest(number, digest) for number in numbers}
    return not same_number and kept[1] not in {name_digest(name, digest) for name in names}
