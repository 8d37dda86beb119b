"""Mutants: the project with one of its rules left out.

A rule is a line of a policy file, a case of an `ibis.cases`, a row of a rule table, a condition of a `filter`, or a
conservation check. What a mutant leaves out is named by file and line; nothing else is changed.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

POLICY: Final = tuple(f"schemas/policy/{name}.yaml" for name in ("signals", "losses", "ignored", "rules"))
RULES: Final = (
    "matchers/defects.py",
    "pipelines/run/audit.py",
    "pipelines/decisions/claims.py",
    "pipelines/decisions/decide.py",
    "pipelines/decisions/passes.py",
    "pipelines/decisions/tickets.py",
    "pipelines/ledger/difference.py",
    "pipelines/outgoing/notices.py",
    "pipelines/outgoing/proposals.py",
    "pipelines/outgoing/visits.py",
    "pipelines/resolved/issues.py",
    "pipelines/signals/compare.py",
    "pipelines/signals/derived.py",
    "pipelines/signals/facts.py",
    "pipelines/signals/health.py",
)
_CHECKS: Final = ("_equal",)
_CHOICES: Final = ("cases", "concat_str")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`text` is the whole file without the rule; `left_out` the rule's first line."""

    path: str
    line: int
    left_out: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line}: {self.left_out}"


def mutants(root: Path) -> Iterator[Mutant]:
    """Every mutant, in the order of files and lines."""
    for path in POLICY:
        yield from _without_lines(path, (root / path).read_text(encoding="utf-8"))
    for path in RULES:
        yield from _without_rules(path, (root / path).read_text(encoding="utf-8"))


def _without_lines(path: str, text: str) -> Iterator[Mutant]:
    """Without one entry of a list; the last entry of a list leaves an empty list behind."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.lstrip().startswith("- "):
            rest = [*lines[:number], *lines[number + 1 :]]
            if number and lines[number - 1].split("#")[0].rstrip().endswith(":") and not _goes_on(lines, number):
                rest[number - 1] = lines[number - 1].split(":")[0] + ": []\n"
            yield Mutant(path, number + 1, line.strip()[:100], "".join(rest))


def _goes_on(lines: list[str], number: int) -> bool:
    return number + 1 < len(lines) and lines[number + 1].lstrip().startswith("- ")


def _without_rules(path: str, text: str) -> Iterator[Mutant]:
    source = text.encode()
    starts = _line_starts(source)
    for node, replacement in _rules(ast.parse(text)):
        first = starts[node.lineno - 1] + node.col_offset
        last = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[operator]
        kept = replacement.encode() if isinstance(replacement, str) else source[_span(replacement, starts)]
        after = source[last:]
        if kept == b"" and after.lstrip().startswith(b","):
            after = after.lstrip()[1:]
        changed = (source[:first] + kept + after).decode()
        left_out = source[first:last].decode().splitlines()[0]
        yield Mutant(path, node.lineno, left_out.strip()[:100], changed)


def _span(node: ast.expr, starts: list[int]) -> slice:
    return slice(starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset)  # type: ignore[operator]


def _line_starts(source: bytes) -> list[int]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _rules(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr | str]]:
    """(what to leave out, what to leave in its place: a node of the same file, or text)."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="cases"), args=[_, _, *_] as cases):
                yield from ((case, "") for case in cases if isinstance(case, ast.Tuple))
            case ast.Call(func=ast.Attribute(attr="filter", value=ast.expr() as rows), args=[condition]):
                yield from _conditions(condition, node, rows)
            case ast.Call(func=ast.Attribute(attr="filter"), args=[_, _, *_] as conditions):
                yield from ((condition, "") for condition in conditions)
            case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call) if name in _CHECKS:
                yield call, "None"
            case ast.Return(value=ast.Tuple(elts=[ast.Tuple(), *_] as rows)):
                yield from ((row, "") for row in rows if isinstance(row, ast.Tuple))
            case ast.Assign(targets=[ast.Name(id="rules")], value=ast.Tuple(elts=[ast.Tuple(), *_] as rows)):
                yield from ((row, "") for row in rows if isinstance(row, ast.Tuple))
            case ast.Assign(targets=[ast.Name(id="held")], value=ast.Dict(values=tests)):
                yield from ((test, "ibis.literal(False)") for test in tests)


def _conditions(condition: ast.expr, call: ast.Call, rows: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | str]]:
    """The expression with one rule left out: one side of `a & b`, or a filter with its single condition."""
    if isinstance(condition, ast.BinOp) and isinstance(condition.op, ast.BitAnd):
        yield condition, condition.left
        yield condition, condition.right
    elif not isinstance(condition, ast.Lambda):
        yield call, rows
