"""Runs the night in several processes sharing one staging folder and one commit.

What one step leaves for the next lies in the staging folder, whose path is all the processes pass on. Each holds the
writer's lock while it works. In between nobody does, so another run may be opened: it takes the folder away, and a
process that comes back for the earlier run is fenced. Whoever opens a run may leave a name, and whoever opens the next
one first checks whether that run is still under way: if so it gets a `BusyError` and tries again later. A step that is
done is not done again, and one that failed starts over in an empty folder.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.errors import BusyError, FencedError, PipelineError
from pipelines.home.versions import versions
from pipelines.run.commit import writer_lock
from pipelines.run.driver import Counts, access_for, run_step
from pipelines.run.night import check_first_night, close, finish, is_due, recovered
from pipelines.run.run import Run, open_run
from pipelines.step import Step
from pipelines.steps import HANDOVER, STEPS
from pipelines.storage.files import digest_file
from pipelines.storage.receipts import Receipt, RunKind, read_receipts
from pipelines.storage.stage import Stage, new_stage, stages_on_disk
from schemas.codes import StepName
from schemas.tables import RECEIVED


class OpenedNight(NamedTuple):
    """Path of the staging folder, groups of feeds for parallel parsing, and counts."""

    stage: str
    shares: list[list[str]]
    counts: Counts


class Opener(NamedTuple):
    """The orchestrator's own run that opens a night: its name, and how to learn whether another is under way."""

    name: str
    is_under_way: Callable[[str], bool]


def open_night(
    home: Path, as_of: date, *, shares: int, again: bool = False, opener: Opener | None = None
) -> OpenedNight | None:
    """Open the night's stage and land what came; when the night stands, open a backfill with `again`, else give None.

    Raises `BusyError` when the run that was opened last is under way by what its opener knows; without an opener
    of ours or a name of theirs nobody is asked, and the newest opening takes over.
    """
    home = home.resolve()
    _raise_if_another_run_is_active(
        home / "lake", opener
    )  # checked without the lock first, so that a refused caller disturbs nobody
    with writer_lock(home / "lake"):
        _raise_if_another_run_is_active(home / "lake", opener)
        kind = _kind(recovered(home), as_of, again=again)
        if kind is None:
            return None
        run = open_run(home, as_of, kind=kind, progress=_nothing)
        stage = new_stage(run.lake.root, run.lake.number, kind, as_of)
        if opener:
            stage.note("opener", {"name": opener.name})
        landed = _step(StepName.LANDED)
        counts = _do(run, stage, landed)
        check_first_night(run, counts)
        stage.note("opened", _fingerprint(run))
        staged = run.lake.staged_in(stage.folder / landed.name)
        received = run.lake.engine.arrow(access_for(staged, HANDOVER)[RECEIVED]).to_pylist()
        return OpenedNight(str(stage.folder), _shares(received, shares), counts)


def _kind(receipts: tuple[Receipt, ...], as_of: date, *, again: bool) -> RunKind | None:
    if is_due(receipts, as_of):
        return "night"
    return "backfill" if again else None


def _raise_if_another_run_is_active(lake: Path, opener: Opener | None) -> None:
    for stage in stages_on_disk(lake):
        theirs = stage.noted("opener")
        if opener is None or theirs is None or theirs["name"] == opener.name or _ended(lake, stage):
            continue
        if opener.is_under_way(theirs["name"]):
            raise BusyError(f"run {stage.number}, night of {stage.as_of}, is under way; wait for it to end")


def _ended(lake: Path, stage: Stage) -> bool:
    return stage.noted("ended") is not None or len(read_receipts(lake)) >= stage.number


def parse_feeds(stage_path: str, feeds: Collection[str]) -> Counts:
    """Parse the deliveries of these feeds; several processes may at once, each its own feeds."""
    stage = Stage(Path(stage_path))
    with writer_lock(_lake(stage), shared=True):
        counts = run_step(_opened(stage), _step(StepName.PARSED), stage.folder, feeds=feeds)
        stage.flush(StepName.PARSED)
        return counts


def do_step(stage_path: str, name: str) -> Counts:
    """Runs the step if it is not done; returns its counts."""
    stage = Stage(Path(stage_path))
    with writer_lock(_lake(stage)):
        run = _opened(stage)
        done = stage.noted(name)
        return _do(run, stage, _step(name)) if done is None else done


def commit_night(stage_path: str) -> Receipt | None:
    """The receipt of this stage, also when an attempt that died had put it already.

    None for a backfill that found no new delivery and wrote no entry.
    """
    stage = Stage(Path(stage_path))
    with writer_lock(_lake(stage)):
        receipts = read_receipts(_lake(stage))
        if stage.noted("opened") is not None and len(receipts) == stage.number:
            close(_lake(stage).parent, stage, receipts[-1])
            return receipts[-1]
        run = _opened(stage)
        _check_done(stage, STEPS)
        receipt = finish(run, stage)
        stage.note("ended", {})
    if receipt is None and stage.kind == "night":
        raise PipelineError("a night ended without a receipt")
    return receipt


def _do(run: Run, stage: Stage, step: Step) -> Counts:
    _check_done(stage, takewhile(lambda earlier: earlier.name != step.name, STEPS))
    counts = run_step(run, step, stage.folder)
    stage.flush(step.name)
    stage.note(step.name, counts)
    return counts


def _step(name: str) -> Step:
    return next(step for step in STEPS if step.name == name)


def _check_done(stage: Stage, steps: Iterable[Step]) -> None:
    """`parsed` leaves no note; `validated` raises if a delivery was not parsed."""
    missing = [step.name for step in steps if not step.by_feed and stage.noted(step.name) is None]
    if missing:
        raise PipelineError(f"the night of {stage.as_of}: {missing[0]} is not done yet; run it first")


def _opened(stage: Stage) -> Run:
    """The run of this stage, as it was opened. Raises `FencedError` when it may not go on."""
    opened = stage.noted("opened")
    if opened is None or len(read_receipts(_lake(stage))) != stage.number - 1:
        raise FencedError(f"run {stage.number}, night of {stage.as_of}: another run was opened since; start it again")
    run = open_run(_lake(stage).parent, stage.as_of, kind=stage.kind, progress=_nothing)
    if _fingerprint(run) != opened:
        raise FencedError(f"run {stage.number}, night of {stage.as_of}: code or policy changed since; start it again")
    return run


def _fingerprint(run: Run) -> dict[str, str]:
    """Digests of code, policy and the home's policy folder; if they change before the commit, the run is refused."""
    own = sha256()
    for path in sorted((run.home / "policy").rglob("*")):
        if path.is_file():
            own.update(f"{path.relative_to(run.home)}|{digest_file(path)}|".encode())
    return versions(run.context.policy) | {"home": own.hexdigest()}


def _shares(received: list[Mapping[str, Any]], at_most: int) -> list[list[str]]:
    """The feeds to be parsed, in shares of like size.

    One empty share when there are none: Airflow skips what is mapped over nothing, and a night without deliveries is a
    night.
    """
    sizes: Counts = {}
    for row in received:
        if not row["rejection"]:
            sizes[row["feed"]] = sizes.get(row["feed"], 0) + row["size"]
    shares: list[list[str]] = [[] for _ in range(at_most)]
    for feed in sorted(sizes, key=lambda name: (-sizes[name], name)):
        min(shares, key=lambda share: (sum(sizes[name] for name in share), len(share))).append(feed)
    return [share for share in shares if share] or [[]]


def _lake(stage: Stage) -> Path:
    return stage.folder.parents[1]


def _nothing(message: str) -> None:
    """No progress is shown: the orchestrator shows the counts that each step returns."""
