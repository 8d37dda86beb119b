"""One run: what its steps may know, and the lake it reads and stages in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipelines.home.declarations import Declarations, declarations_kept, declarations_of
from pipelines.home.declared import check_declarations, check_key, secret_of
from pipelines.home.versions import versions
from pipelines.step import Context, EarlierNight
from pipelines.steps import REPLAY_INPUTS
from pipelines.storage.engine import Engine
from pipelines.storage.lake import Lake
from pipelines.storage.receipts import Receipt, RunKind, read_receipts

_NO_RULES = ("officers/", "wording/")  # declarations by which no record is tied to anybody


@dataclass(frozen=True, slots=True)
class Run:
    """`declared` is what `context`, for deciding, was made from; `reading` is the context for files that arrive now."""

    home: Path
    kind: RunKind
    lake: Lake
    declared: Declarations
    context: Context
    reading: Context


def open_run(
    home: Path,
    as_of: date,
    *,
    kind: RunKind,
    progress: Callable[[str], None],
    replayed: int | None = None,
    is_full: bool = False,
) -> Run:
    """A run built on the newest receipt, or, for a replay, on the one before it with that run's own deliveries.

    A night that is decided again is decided by what was declared on it; files that arrive only now are read by what is
    declared today. What the newest run derived by the same rules stands, unless the run `is_full`.
    Raises `DeclarationError` before a run, not before a replay, when the home's declarations do not fit one another.
    """
    home = home.resolve()  # the children that parse and judge stand in another folder
    today = declarations_of(home)
    if replayed is None:
        check_declarations(home, today.rulebook)
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
    earlier = declarations_kept(lake.root, night) if night else None
    past = receipts[number - 1] if replayed else _night_of(known, as_of)
    declared = (declarations_kept(lake.root, past) if past else None) or today
    if replayed is None:
        declared = replace(declared, officers=today.officers)
    context = Context(
        run_no=number,
        kind=kind,
        as_of=as_of,
        contracts=declared.contracts,
        code_tables=declared.code_tables,
        policy=declared.policy,
        wording=declared.wording,
        officers=declared.officers,
        secret=secret,
        engine=engine,
        last_night=EarlierNight(night.number, night.as_of) if night else None,
        changed=declared.changes_since(earlier) if earlier else (),
        stands=lambda: not is_full and number > 1 and _are_same_rules(lake.root, receipts[number - 2], declared),
        progress=progress,
    )
    reading = replace(context, contracts=today.contracts, code_tables=today.code_tables, policy=today.policy)
    return Run(home, kind, lake, declared, context, reading)


def _are_same_rules(lake: Path, newest: Receipt, declared: Declarations) -> bool:
    """Whether the run was made by the same program, and by what is `declared`, officers and sentences apart."""
    if any(getattr(newest, name) != digest for name, digest in versions(declared.policy).items()):
        return False
    kept = declarations_kept(lake, newest)
    return kept is not None and not [one for one in declared.changes_since(kept) if not one.startswith(_NO_RULES)]


def _night_of(receipts: Sequence[Receipt], as_of: date) -> Receipt | None:
    """The receipt of the night of that day."""
    return next((receipt for receipt in receipts if receipt.kind == "night" and receipt.as_of == as_of), None)
