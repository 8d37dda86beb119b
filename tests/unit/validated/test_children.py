"""The children are started ahead, end with whoever started them, and the judge tells bad data from its own failure."""

import resource
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from pipelines.errors import MachineError, PipelineError
from pipelines.validated import children
from pipelines.validated.children import JUDGE, PARSER, started_ahead, take
from pipelines.validated.judge import Judge
from pipelines.validated.profile import Judged


def _judged(*expected: dict[str, Any]) -> Judged:
    profile = {"column": "name", "row_count": 3, "null_share": 0.5, "invalid_share": 0.0, "quarantined_share": 0.0}
    return Judged(delivery_id="d1", name="feed-2024-03-18-d1", profile=(profile,), expectations=expected)


def _between(measure: str) -> dict[str, Any]:
    meta = {"feed": "feed", "about": "nulls", "column": "name"}
    kwargs = {"column": measure, "min_value": 0, "max_value": 0}
    return {"type": "expect_column_values_to_be_between", "kwargs": kwargs, "meta": meta}


def test_a_child_started_ahead_is_taken_once_and_the_other_is_ended() -> None:
    with started_ahead():
        first, second = take(PARSER), take(PARSER)
        judge = children._ahead[JUDGE]
    assert first.pid != second.pid
    assert judge.returncode == -SIGKILL
    for child in (first, second):  # theirs to end who took them
        child.communicate()
        assert child.returncode == 0


def test_a_child_that_died_meanwhile_is_replaced() -> None:
    with started_ahead():
        dead = children._ahead[PARSER]
        dead.kill()
        dead.wait()
        child = take(PARSER)
        child.communicate()
    assert child.returncode == 0


def test_the_judge_names_what_failed_and_builds_its_pages(tmp_path: Path) -> None:
    with Judge(tmp_path / "docs") as judge:
        judge.send(_judged(_between("null_share"), _between("invalid_share")))
        verdict = judge.verdicts()["d1"]
    assert (verdict.success, verdict.failed, verdict.exceptions) == (False, ("nulls name",), ())
    assert "feed-2024-03-18-d1" in (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")


def test_what_great_expectations_cannot_judge_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    with Judge(tmp_path / "docs") as judge:
        judge.send(_judged(_between("no_such_column")))
        with pytest.raises(PipelineError, match="could not judge: nulls name"):
            judge.verdicts()


def test_a_judge_that_dies_is_an_error(tmp_path: Path) -> None:
    with Judge(tmp_path / "docs") as judge:
        judge.send(_judged({"type": "no_such_expectation", "kwargs": {}, "meta": {}}))
        with pytest.raises(PipelineError, match="without a verdict"):
            judge.verdicts()


def test_h10_a_judge_that_finds_no_room_says_so(tmp_path: Path) -> None:
    """A limit on the size of its files stands for a full disk."""
    with Judge(tmp_path / "docs") as judge:
        resource.prlimit(judge._child.pid, resource.RLIMIT_FSIZE, (100, 100))
        judge.send(_judged(_between("null_share")))
        with pytest.raises(MachineError, match="a file grew beyond"):
            judge.verdicts()


def test_r11_a_judge_that_was_killed_is_named_so(tmp_path: Path) -> None:
    with Judge(tmp_path / "docs") as judge:
        judge.send(_judged(_between("null_share")))
        judge._child.kill()
        with pytest.raises(MachineError, match="SIGKILL"):
            judge.verdicts()


def test_a_judge_without_deliveries_is_not_waited_for(tmp_path: Path) -> None:
    with Judge(tmp_path / "docs") as judge:
        assert judge.verdicts() == {}
    assert not (tmp_path / "docs").exists()


def test_what_no_expectation_of_ours_needs_is_imported_when_it_is_used() -> None:
    code = """
import sys, pipelines.validated.gx_child as child
child._import_great_expectations()
print([name for name in child.RARELY_USED if sys.modules[name].__spec__])
from scipy import stats
print(stats.norm.cdf(0), bool(sys.modules["scipy.stats"].__spec__))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.split("\n")[:2] == ["[]", "0.5 True"]
