"""The walls and budgets of the house, read from its source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "matchers", "pipelines")
SOURCES = sorted(path for package in (*PACKAGES, "dags", "data_samples") for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
REFUSED_NAMES = {"utils", "helpers", "common", "misc", "manager", "service", "core"}
STAGES = ("landed", "validated", "resolved", "signals", "decisions", "ledger", "outgoing")
# Expressions in them must mean the same on every engine. The rest of `validated` and `landed` is no set logic.
SET_LOGIC = ("resolved", "signals", "decisions", "ledger", "outgoing")
CLOCK = {"now", "today", "utcnow", "time"}
NOT_NEUTRAL = {"memtable", "argmax", "argmin", "hash", "asof_join", "collect", "to_timestamp", "re_extract", "as_date"}


def _trees(paths):
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def _functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_is_longer_than_400_lines():
    long = {str(path.relative_to(ROOT)): n for path in (*SOURCES, *TESTS) if (n := path.read_text().count("\n")) > 400}
    assert {path: n for path, n in long.items() if not (path.startswith("schemas/") and n <= 600)} == {}


def test_functions_are_short():
    sizes = {
        f"{path}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path, tree in _trees(SOURCES)
        for function in _functions(tree)
    }
    assert {name: size for name, size in sizes.items() if size > 60} == {}
    assert sum(size <= 20 for size in sizes.values()) >= 0.8 * len(sizes)


def test_no_function_takes_more_than_six_parameters():
    many = [
        f"{path}:{function.name}"
        for path, tree in _trees(SOURCES)
        for function in _functions(tree)
        if len(function.args.args) + len(function.args.kwonlyargs) - _is_method(function) > 6
    ]
    assert many == []


def _is_method(function) -> int:
    return int(bool(function.args.args) and function.args.args[0].arg in ("self", "cls"))


def test_no_module_has_a_refused_name():
    assert [str(p) for p, _ in _trees(SOURCES) if REFUSED_NAMES & {p.stem, *p.parts[:-1]}] == []


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_touches_storage_or_the_driver(stage):
    for path, tree in _trees(sorted((ROOT / "pipelines" / stage).rglob("*.py"))):
        imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        reached = {
            name for name in imported if name.startswith(("pipelines.storage", "pipelines.run", "pipelines.home"))
        }
        assert reached == set(), path


def test_no_clock_outside_the_edges():
    edges = {"pipelines/cli.py"}
    calls = [
        f"{path}:{node.lineno}"
        for path, tree in _trees([p for p in SOURCES if "dags" not in p.parts])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK
        if str(path) not in edges and isinstance(node.func.value, ast.Name)
        if node.func.value.id in {"date", "datetime", "time"}
    ]
    assert calls == []


def test_set_logic_keeps_to_the_engine_neutral_subset():
    pure = [p for stage in SET_LOGIC for p in (ROOT / "pipelines" / stage).rglob("*.py")]
    pure += [ROOT / "pipelines" / name for name in ("latest.py", "run/audit.py", "read/status.py")]
    found = [
        f"{path}:{node.lineno} {node.func.attr}"
        for path, tree in _trees(sorted(pure))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in NOT_NEUTRAL
    ]
    assert found == []


def test_sql_stands_only_in_the_engine():
    words = ("SELECT ", "COPY (", "CREATE TABLE", "INSERT INTO")
    found = [
        f"{path}:{node.lineno}"
        for path, tree in _trees([p for p in SOURCES if p.relative_to(ROOT).parts[0] in PACKAGES])
        if path.parts[:2] not in (("pipelines", "storage"), ("schemas", "emit"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(words)
    ]
    assert found == []


def test_everything_stands_alone():
    """No file names a place outside the project, and only English and Chinese readers are addressed."""
    outside = "../" + "shared"
    named = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and path.suffix in (".py", ".md", ".yaml", ".toml", ".j2")
        if not {".venv", ".git", "home"} & set(path.relative_to(ROOT).parts)
        if outside in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert named == []
