"""Questions of an orchestrator before it opens a night: is it scheduled, which extracts are still on their way?"""

from datetime import date, timedelta
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.home.declared import contracts_of
from pipelines.home.schedule import schedule_of
from pipelines.landed.statements import MANIFEST_SUFFIX, is_allowed_name, stated_date
from pipelines.storage.receipts import read_receipts
from schemas.contract import Contract


def last_night(home: Path) -> date | None:
    """The day of the last night that stands; None where there is none."""
    nights = [receipt.as_of for receipt in read_receipts(home / "lake") if receipt.kind == "night"]
    return nights[-1] if nights else None


def newest_stated(home: Path, as_of: date) -> date | None:
    """The newest day, not after `as_of`, for which the inbox holds anything; None where it holds nothing."""
    return max((day for _, day in _folders(home) if day <= as_of), default=None)


def far_ahead(home: Path, as_of: date) -> list[str]:
    """`feed/day` of the inbox, stated for a day so far after `as_of` that it may be mistyped."""
    schedule = schedule_of(home)
    return sorted(f"{feed}/{day}" for feed, day in _folders(home) if schedule.is_far(day, as_of))


def _folders(home: Path) -> list[tuple[str, date]]:
    """Feed and stated day of each folder of the inbox with anything in it."""
    folders = (folder for folder in (home / "inbox").glob("*/*") if folder.is_dir() and any(folder.iterdir()))
    stated = ((folder.parent.name, stated_date(folder.name)) for folder in folders)
    return [(feed, day) for feed, day in stated if day and is_allowed_name(feed)]


def is_scheduled(home: Path, as_of: date) -> bool:
    """Whether the schedule runs that night; before the day the home names only a person or a backfill does.

    Raises `UsageError` for a night far from the last one, which a person has to ask for.
    """
    schedule, last = schedule_of(home), last_night(home)
    if not schedule.has_begun(as_of):
        return False
    if schedule.is_far_for_schedule(as_of, last):
        raise UsageError(
            f"the night of {as_of} lies more than {schedule.days_apart} days after the last one, {last}, and would "
            "close every night in between; run it by hand, or write scheduled_from into policy/schedule.yaml"
        )
    return True


def missing_feeds(home: Path, as_of: date) -> list[str]:
    """The feeds that are due on this date and have not come, in order of names.

    Due is a feed whose contract promises a file every so many days, when the inbox holds no complete one stated for
    any of the last so many. Complete is what its contract says: a file, and its manifest where one is required.
    """
    return sorted(
        contract.feed
        for contract in contracts_of(home).values()
        if contract.every_days and _is_live(contract, as_of)
        if not any(_is_complete(home, stated, contract) for stated in _last_days(as_of, contract.every_days))
    )


def _is_live(contract: Contract, as_of: date) -> bool:
    return not contract.retired_on or as_of.isoformat() < contract.retired_on


def _last_days(as_of: date, count: int) -> list[date]:
    return [as_of - timedelta(days=days) for days in range(count)]


def _is_complete(home: Path, stated: date, contract: Contract) -> bool:
    folder = home / "inbox" / contract.feed / stated.isoformat()
    names = {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()
    # What an editor or a transfer in progress leaves beside the file is not the file.
    files = {name for name in names if is_allowed_name(name) and name.endswith(contract.endings)}
    if contract.manifest == "required":
        files = {name for name in files if name + MANIFEST_SUFFIX in names}
    return bool(files)
