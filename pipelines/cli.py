"""The command line. Imports neither Airflow nor Great Expectations; every cause of failure has its exit code."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.errors import SetupError, SilentcertError, UsageError, as_told
from schemas.declaration import DeclarationError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
Home = Annotated[Path, typer.Option(envvar="SILENTCERT_HOME", help="where inbox, lake, outbox, reports and policy are")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]
HOME = Path("home")


@app.command()
def night(
    day: Day,
    home: Home = HOME,
    yes: Annotated[bool, typer.Option("--yes", help="also when it lies far after the last night")] = False,
    full: Annotated[bool, typer.Option("--full", help="match every record anew; what comes out is the same")] = False,
) -> None:
    """One night, all steps. A night that has its receipt is left as it is."""
    from pipelines.validated.children import started_ahead

    if day.date() > datetime.now().astimezone().date():
        raise UsageError(f"{day:%Y-%m-%d} is still to come: once its night stands no earlier one can be entered")
    _ask_if_far(home, day.date(), yes=yes)
    with _progress(f"night {day:%Y-%m-%d}") as show, started_ahead():
        from pipelines.run.night import night as run_night

        # Expressions are many small objects: looking for garbage among them took an eighth of a small night.
        gc.freeze()
        gc.set_threshold(50_000)
        name = f"night {day:%Y-%m-%d}"
        receipt = run_night(home, day.date(), progress=lambda stage: show(f"{name}: {stage}"), is_full=full)
    if receipt is None:
        _show_standing_night(home, day.date())
    else:
        _show_night(home, receipt.number, receipt.as_of)
    _show_far_ahead(home, day.date())


def _show_far_ahead(home: Path, as_of: date) -> None:
    from pipelines.run.arrivals import far_ahead

    waiting = far_ahead(home, as_of)
    if waiting:
        console.print(
            f"waits for a night far ahead, is the day mistyped? {', '.join(waiting)}: if so, move its files to the "
            "folder of the right day",
            markup=False,
        )


def _show_standing_night(home: Path, as_of: date) -> None:
    from pipelines.landed.statements import is_allowed_name
    from pipelines.run.night import late_files

    console.print(f"{as_of}: has its receipt already; nothing changed")
    late = late_files(home, as_of)
    if late:
        feeds = {path.parents[1].name for path in late}
        names = ", ".join(sorted(name if is_allowed_name(name) else "a folder of no feed" for name in feeds))
        console.print(
            f"{len(late)} {'files' if len(late) > 1 else 'file'} for this night or before came since ({names}): the "
            f"next night takes them; to decide this one again with them, run: silentcert backfill {as_of} {as_of}",
            markup=False,
        )


@app.command()
def backfill(first: Day, last: Day, home: Home = HOME) -> None:
    """Decide past nights again with what is known now. Appends corrections only; they leave with the next night."""
    from pipelines.run.night import backfill as run_backfill

    with _progress("backfill") as show:
        receipts = run_backfill(home, first.date(), last.date(), progress=lambda stage: show(f"backfill: {stage}"))
    if not receipts:
        console.print("nothing to correct; nothing changed")
    for receipt in receipts:
        _show_night(home, receipt.number, receipt.as_of)


@app.command()
def verify(
    home: Home = HOME, replay: Annotated[int, typer.Option(help="derive this run again and compare")] = 0
) -> None:
    """Check the chain of receipts and every file under it; name and place what does not hold."""
    from pipelines.read.verify import verify as verified

    faults = verified(home, replay=replay)
    for fault in faults:
        console.print(fault, markup=False)
    if faults:
        raise typer.Exit(6)
    console.print("verified: the chain and every file under it are as committed")


@app.command()
def release(
    day: Day,
    by: Annotated[str, typer.Option(help="your account: who lets these files leave")],
    role: Annotated[str, typer.Option(help="in which role, in a home without an officers' register")] = "",
    home: Home = HOME,
) -> None:
    """Let a night's files leave: they are laid out under released/, and who did it is kept."""
    from pipelines.run.release import Actor
    from pipelines.run.release import release as let_leave

    files = let_leave(home, day.date(), actor=Actor(by, role, datetime.now().astimezone()))
    console.print(f"{day:%Y-%m-%d}: {files} files under {home / 'released' / f'{day:%Y-%m-%d}'}")


@app.command()
def cutoff(
    month: Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="month of the instalment, as 2024-04")],
    home: Home = HOME,
) -> None:
    """Before a county pays: instalments proposed to be held, to be paid, to be checked, from the newest night."""
    from pipelines.run.cutoff import held_by_silence, write_cutoff

    written = write_cutoff(home, month.date())
    for file, rows in written.items():
        _say(f"{file}: {rows} rows")
    if not written:
        _say(f"{month:%Y-%m}: nothing to hold, to pay or to check by the newest night; nothing was written")
    if held := held_by_silence(home):
        _say(f"not listed: {held} benefits of which a loss was found true, for data are late; `status` names the feeds")


@app.command()
def status(home: Home = HOME, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Runs, feeds, gates, open leads and tickets."""
    from pipelines.read.status import status_of

    _show(status_of(home), as_json=as_json)


@app.command()
def figures(
    home: Home = HOME,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="night, else the newest")
    ] = None,
    sources: Annotated[bool, typer.Option("--sources", help="a scorecard of each source instead")] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="how records stand certified, by county, age and type of names instead")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Headline figures of a night, since the beginning: compared, doubtful, confirmed, averted, certified."""
    from pipelines.read.figures import figures_of, rates_of, shares_of, sources_of

    if sources and coverage:
        raise UsageError("give --sources or --coverage, not both")
    read = sources_of if sources else shares_of if coverage else figures_of
    title, rows = read(home, as_of=as_of.date() if as_of else None)
    if not as_json:  # a screen has no room for what each one means
        rows = [{name: value for name, value in row.items() if name != "meaning"} for row in rows]
    found = {title: rows}
    if read is figures_of:
        found["how often it was wrong"] = rates_of(home, as_of=as_of.date() if as_of else None)
    _show(found, as_json=as_json)


@app.command()
def explain(
    person_no: int,
    purpose: Annotated[str, typer.Option(help="why you look; it is entered in the access log")],
    day: Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"])] = None,
    for_person: Annotated[bool, typer.Option(help="a letter in Chinese to the person")] = False,
    home: Home = HOME,
) -> None:
    """Why this person: every record used, rule, threshold, policy and receipt."""
    from pipelines.read.explain import explain_person

    accessed_on = datetime.now().astimezone()
    text = explain_person(
        home, person_no, as_of=day.date() if day else None, for_person=for_person, access=(accessed_on, purpose)
    )
    sys.stdout.write(text + "\n")


@app.command()
def cases(
    case_id: Annotated[str, typer.Argument(help="one case, for its story; or the number of a line we sent")] = "",
    kind: Annotated[str, typer.Option(help="lead, ticket, match_review, proposal, reminder, request, objection")] = "",
    state: Annotated[str, typer.Option(help="a state of docs/cases.md or docs/tickets.md")] = "",
    county: Annotated[str, typer.Option(help="code of a county that deals with it")] = "",
    person: Annotated[int | None, typer.Option(help="person number")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="whose last day is past")] = False,
    day: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="as the night of that day left them")
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option(help="why you look at persons; entered in the access log. Without it no person is named"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    home: Home = HOME,
) -> None:
    """Cases: the question, the answers, the outcome and who owes the next move, as a list or one case's story."""
    from pipelines.read.cases import Wanted, case_of, case_story, list_cases

    as_of = day.date() if day else None
    access = None if purpose is None else (datetime.now().astimezone(), purpose)
    if case_id:
        found = case_of(home, case_id, as_of=as_of, access=access or (datetime.now().astimezone(), ""))
        sys.stdout.write((_as_json(found) if as_json else case_story(found)) + "\n")
        return
    wanted = Wanted(kind, state, county, person, overdue)
    rows = list_cases(home, wanted, as_of=as_of, access=access)
    if as_json:
        sys.stdout.write(_as_json(rows) + "\n")
        return
    _print_cases(rows)


def _print_cases(rows: list[dict[str, Any]]) -> None:
    """Codes stand beside their labels, for they are what the options take; numbers and days are never cut."""
    is_named = any("person_no" in row for row in rows)
    table = Table(title=f"{len(rows)} cases", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name, is_whole in (("case", True), ("kind and state", False), ("since", True), ("next move", False)):
        table.add_column(name, no_wrap=is_whole, overflow="fold")
    for name in ("until", "person") if is_named else ("until",):
        table.add_column(name, no_wrap=True)
    for row in rows:
        stands = f"{row['case_kind']} {row['state']}\n{row['kind_label']} {row['state_label']}"
        owed = f"{row['owed_by']} {row['office']}\n{row['owed_by_label']}" if row["owed_by"] else ""
        until = f"{row['until'] or ''}{' !' if row['is_overdue'] else ''}"
        person = [str(row["person_no"] or "")] if is_named else []
        table.add_row(row["case_id"], stands, str(row["since"]), owed, until, *person)
    console.print(table)


@app.command()
def simulate(
    persons: Annotated[int, typer.Option(min=1, help="persons in the registry")],
    nights: Annotated[int, typer.Option(min=1, max=1000, help="nights from --start on")],
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the first night")],
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same bytes")],
    home: Home = HOME,
    describe: Annotated[bool, typer.Option(help="also write truth/description.html")] = False,
) -> None:
    """A synthetic province: files under arrivals/, the truth about its persons and records under truth/."""
    from data_samples.province.describe import describe as write_description
    from data_samples.province.parameters import Scale
    from data_samples.province.simulate import simulate as run_simulation

    try:
        with _progress("simulate"):
            world = run_simulation(home, Scale(persons, nights, start.date(), seed))
            if describe:
                write_description(world, home)
    except FileExistsError as error:
        raise typer.BadParameter(str(error)) from None
    console.print(f"arrivals {home / 'arrivals'} · truth {home / 'truth'}; `arrive` brings each night's files")


@app.command()
def arrive(day: Day, home: Home = HOME) -> None:
    """Move the simulated files that have arrived by a day into the inbox."""
    from data_samples.province.deliveries import arrive as bring
    from pipelines.home.declared import check_is_folder

    check_is_folder(home)
    console.print(f"{day:%Y-%m-%d}: {bring(home, day.date())} files arrived")


@app.command()
def keygen(home: Home = HOME) -> None:
    """Make the key of this home's digests, readable by its owner only."""
    from pipelines.home.start import make_key

    make_key(home)


@app.command()
def init(home: Annotated[Path, typer.Argument(help="a new folder, or an empty one")]) -> None:
    """A new home: folders, key, examples, and a page of what to do next."""
    from pipelines.home.start import start_home

    start_home(home)
    console.print(f"{home / 'NEXT-STEPS.md'} says what to do next", markup=False, highlight=False, soft_wrap=True)


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="files to read as a night would; nothing is kept")] = None,
    home: Home = HOME,
    feed: Annotated[str, typer.Option(help="their feed, where they do not lie under FEED/YYYY-MM-DD/")] = "",
) -> None:
    """Check what a home declares, and read files without keeping anything: what would be rejected or quarantined.

    Ends with 3 when anything has to be corrected.
    """
    from pipelines.home.check import check_home_declarations
    from pipelines.home.declared import check_is_home, loosened_by

    check_is_home(home)
    faults = check_home_declarations(home)
    for fault in faults:
        _say(fault)
    if faults and files:
        _say("no file was read: correct these first")
    if faults:
        raise typer.Exit(SetupError.exit_code)
    for rule in loosened_by(home):
        _say(f"weaker than ours: {rule}")
    _say("declarations: in order")
    if files and not _read_dry(files, home, feed):
        raise typer.Exit(SetupError.exit_code)


def _read_dry(files: list[Path], home: Path, feed: str) -> bool:
    """Whether a night would use every row of these files."""
    from pipelines.home.declared import officers_of, rulebook_of
    from pipelines.run.dry_reading import read_dry

    is_clean, today = True, datetime.now().astimezone().date()
    for reading in read_dry(files, rulebook_of(home), officers_of(home), feed=feed, today=today):
        counts = ", ".join(f"{count} {name}" for name, count in reading.counts.items())
        _say(f"{reading.file} as {reading.feed}: {f'rejected: {reading.rejection}' if reading.rejection else counts}")
        for note in reading.notes:
            _say(f"  {note}")
        is_clean &= reading.is_clean
    return is_clean


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """Shows what is being done, on a terminal only: FORCE_COLOR lets a file pass for one, and fills a log with it."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    with console.status(what) as status:
        yield status.update


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _ask_if_far(home: Path, as_of: date, *, yes: bool) -> None:
    """Raises `UsageError` when a night lies far after the last one and nobody says that it is meant.

    A first night may not lie far after all that was sent.
    """
    from pipelines.home.schedule import schedule_of
    from pipelines.run.arrivals import last_night, newest_stated

    last, schedule = last_night(home), schedule_of(home)
    known = last or newest_stated(home, as_of)
    if yes or not schedule.is_far(as_of, known):
        return
    what = "the last night is" if last else "the newest files of the inbox are of"
    question = f"{what} {known}: once {as_of} stands, no night in between can be entered"
    if not sys.stdin.isatty():
        raise UsageError(f"{question}; give --yes if it is meant")
    if not typer.confirm(f"{question}. Is it meant?", err=True):
        raise UsageError("nothing was entered")


def _show_night(home: Path, number: int, as_of: date) -> None:
    from pipelines.read.status import misplaced_files, night_summary, rejected_files

    for line in (*rejected_files(home, number), *misplaced_files(home)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    _print_rows(f"{as_of}, receipt {number}", night_summary(home, number))
    console.print(
        f"ledger {home / 'lake'} · files {home / 'outbox' / str(as_of)} · report {home / 'reports' / str(as_of)}"
    )


def _as_json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True, default=str)


def _show(found: dict[str, list[dict[str, object]]], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(_as_json(found) + "\n")
        return
    for title, rows in found.items():
        _print_rows(title, rows)


def _print_rows(title: str, rows: list[dict[str, object]]) -> None:
    table = Table(*(rows[0] if rows else ()), title=title)
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


def main() -> None:
    from pipelines.storage.files import private_files

    try:
        with private_files():
            app()
    except SilentcertError as error:
        console.print(f"{type(error).__name__}: {error}", markup=False)
        raise SystemExit(error.exit_code) from None
    except DeclarationError as error:
        console.print(f"{type(error).__name__}: {error}", markup=False)
        raise SystemExit(SetupError.exit_code) from None
    except Exception as error:
        shown = as_told(error)
        console.print(str(shown), markup=False)
        raise SystemExit(shown.exit_code) from None


if __name__ == "__main__":
    main()
