"""One run: what its steps may know, and the lake it reads and stages in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.home.declared import check_declarations, check_key, rulebook_of, secret_of, wording_of
from pipelines.step import Context, EarlierNight
from pipelines.steps import REPLAY_INPUTS
from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import RunKind, read_receipts


@dataclass(frozen=True, slots=True)
class Run:
    home: Path
    kind: RunKind
    lake: Lake
    context: Context


def open_run(
    home: Path, as_of: date, *, kind: RunKind, progress: Callable[[str], None], replayed: int | None = None
) -> Run:
    """A run built on the newest receipt, or, for a replay, on the one before it with that run's own deliveries.

    Raises `DeclarationError` before a run, not before a replay, when the home's declarations do not fit one another.
    """
    home = home.resolve()  # the children that parse and judge stand in another folder
    declared = rulebook_of(home)
    if replayed is None:
        check_declarations(home, declared)
    receipts = read_receipts(home / "lake")
    secret = secret_of(home)
    check_key(secret, (receipt.key_fingerprint for receipt in receipts))
    number = replayed or len(receipts) + 1
    known = receipts[: number - 1]
    if replayed:
        given = {data.name for data in REPLAY_INPUTS}
        landed = {name: files for name, files in receipts[number - 1].files.items() if name in given}
        known = (*known, receipts[number - 1].model_copy(update={"files": landed}))
    engine = Engine(home / "lake" / "stage.scratch")
    lake = Lake(home / "lake", engine, known, number=number, as_of=as_of)
    night = lake.last_night
    context = Context(
        run_no=number,
        kind=kind,
        as_of=as_of,
        contracts=declared.contracts,
        code_tables=declared.code_tables,
        policy=declared.policy,
        wording=wording_of(home),
        secret=secret,
        engine=engine,
        last_night=EarlierNight(night.number, night.as_of) if night else None,
        progress=progress,
    )
    return Run(home, kind, lake, context)
