"""The walls of the house, read from its source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "matchers", "pipelines")
SOURCES = sorted(path for package in (*PACKAGES, "dags", "data_samples") for path in (ROOT / package).rglob("*.py"))
REFUSED_NAMES = {"utils", "helpers", "common", "misc", "manager", "service", "core"}
STAGES = ("landed", "validated", "resolved", "signals", "decisions", "ledger", "outgoing", "cases")
# Expressions in them must mean the same on every engine. The rest of `validated` and `landed` is no set logic.
SET_LOGIC = ("resolved", "signals", "decisions", "ledger", "outgoing", "cases")
CLOCK = {"now", "today", "utcnow", "time"}
NOT_NEUTRAL = {"memtable", "argmax", "argmin", "hash", "asof_join", "collect", "to_timestamp", "re_extract", "as_date"}


def _trees(paths):
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


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
    pure += [ROOT / "pipelines" / name for name in ("latest.py", "reachable.py", "run/audit.py", "read/status.py")]
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
