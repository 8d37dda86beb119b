"""Digests of what determines the rows beside the deliveries: our code, the lock file and the policy."""

import ast
from functools import cache
from hashlib import sha256
from pathlib import Path

from pipelines.home.declared import SCHEMAS
from schemas.policy import Policy

PROJECT = SCHEMAS.parent
# The command line, the driver, what only reads, and the simulated province decide no row.
_DECIDES_ROWS = (
    "schemas",
    "matchers",
    "pipelines/landed",
    "pipelines/validated",
    "pipelines/resolved",
    "pipelines/signals",
    "pipelines/decisions",
    "pipelines/ledger",
    "pipelines/outgoing",
    "pipelines/cases",
    "pipelines/storage",
    "pipelines/templates",
)
_DECIDES_ROWS_TOO = (
    "pipelines/age_bands.py",
    "pipelines/coverage.py",
    "pipelines/folding.py",
    "pipelines/judged_claims.py",
    "pipelines/latest.py",
    "pipelines/pages.py",
    "pipelines/reachable.py",
    "pipelines/step.py",
    "pipelines/steps.py",
    "pipelines/verdicts.py",
    "pipelines/whose_line.py",
)


def versions(policy: Policy) -> dict[str, str]:
    """`logic_version`, `lock_digest`, `policy_digest`: never a git hash or a path."""
    lock = PROJECT / "uv.lock"
    return {
        "logic_version": logic_version(),
        "lock_digest": sha256(lock.read_bytes()).hexdigest() if lock.exists() else "",
        "policy_digest": policy.digest,
    }


@cache
def logic_version() -> str:
    """Digest of all code that decides what a run writes; comments, docstrings and layout do not count.

    Contracts, code lists, policy and sentences do not either: each run keeps those it was declared by.
    """
    found = [path for folder in _DECIDES_ROWS for path in (PROJECT / folder).rglob("*")]
    sources = sorted(path for path in (*found, *(PROJECT / name for name in _DECIDES_ROWS_TOO)) if _determines(path))
    logic = sha256()
    for path in sources:
        logic.update(str(path.relative_to(PROJECT)).encode() + b"\0" + normalised(path) + b"\0")
    return logic.hexdigest()


def normalised(path: Path) -> bytes:
    """The content of a source file without what only a reader sees."""
    content = path.read_bytes()
    if path.suffix == ".py":
        return _code_of(content.decode()).encode()
    return content


def _code_of(source: str) -> str:
    """Python source without comments, docstrings and empty lines.

    Cut out of the text by position rather than written anew from the tree, since the tree differs between versions of
    Python.
    """
    lines = source.splitlines()
    tree = ast.parse(source)
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr) and _is_text(node)]
    for node in _docstrings(tree):
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[number] = ""
    kept = []
    for number, line in enumerate(lines, start=1):
        kept.append(_without_comment(line, number, texts).rstrip())
    return "\n".join(line for line in kept if line)


def _is_text(node: ast.Constant | ast.JoinedStr) -> bool:
    return isinstance(node, ast.JoinedStr) or isinstance(node.value, str | bytes)


def _docstrings(tree: ast.Module) -> list[ast.stmt]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and ast.get_docstring(node, clean=False) is not None
    ]


def _without_comment(line: str, number: int, texts: list[ast.Constant | ast.JoinedStr]) -> str:
    if "#" not in line:
        return line
    encoded = line.encode()  # positions in the tree count bytes
    inside = [(_start(node, number), _end(node, number, len(encoded))) for node in texts if _covers(node, number)]
    for place, byte in enumerate(encoded):
        if byte == ord("#") and not any(start <= place < end for start, end in inside):
            return encoded[:place].decode()
    return line


def _covers(node: ast.expr, number: int) -> bool:
    return node.lineno <= number <= (node.end_lineno or node.lineno)


def _start(node: ast.expr, number: int) -> int:
    return node.col_offset if node.lineno == number else 0


def _end(node: ast.expr, number: int, length: int) -> int:
    return (node.end_col_offset or length) if node.end_lineno == number else length


def _determines(path: Path) -> bool:
    is_picture = path.parent.name == "emit" and path.name == "to_markdown.py"
    return path.suffix in (".py", ".csv", ".j2") and "__pycache__" not in path.parts and not is_picture
