"""Errors of a declaration by file, place and rule; its content is never quoted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class DeclarationError(ValueError):
    """A contract, a code list or the policy is wrong: which file, and where in it."""


def files_of(folder: Path, ending: str) -> list[Path]:
    """Files of declarations in a folder, sorted by name; not the hidden ones an editor leaves beside those it edits."""
    return sorted(path for path in folder.glob(f"*{ending}") if not path.name.startswith("."))


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
        wrong = "; ".join(
            f"{_place(fault['loc'])}: {fault['msg']}{_ADVICE.get(fault['type'], '')}" for fault in error.errors()
        )
        raise DeclarationError(f"{what}: {wrong}") from None
    except (FileNotFoundError, IsADirectoryError):
        raise DeclarationError(
            f"{what}: no file can be read there, but a folder or a broken link; take it away"
        ) from None
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{what}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


_ADVICE = {"extra_forbidden": "; nothing reads this key: correct its name or take it out", "missing": "; write it"}


def _place(location: tuple[int | str, ...]) -> str:
    """Keys joined by dots; a place in a list is counted from one, as a reader counts rows."""
    return ".".join(f"row {part + 1}" if isinstance(part, int) else part for part in location)


def read_yaml(path: Path) -> Any:
    """Content of a YAML file. Raises `DeclarationError` where a key is written twice: the first would be lost.

    Read by the parser in C where PyYAML has it: ten times as fast.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _check_keys(node, path.name)
        return loader.construct_document(node)
    except DeclarationError:
        raise
    except ValueError as error:
        raise DeclarationError(f"{path.name}: there is no such day: {error}; correct the date") from None
    finally:
        loader.dispose()


def _check_keys(node: Any, name: str) -> None:
    import yaml

    children = node.value if isinstance(node, yaml.CollectionNode) else []
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in children if isinstance(key, yaml.ScalarNode)]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            line = node.start_mark.line + 1
            raise DeclarationError(f"{name}: {twice}: written twice in what begins on line {line}; keep one of them")
        children = [value for _, value in children]
    for child in children:
        _check_keys(child, name)
