"""A new home: folders, key, examples and a page of what to do next. Nobody but its owner can read it."""

from importlib.resources import files
from pathlib import Path
from secrets import token_hex
from typing import Final

from pipelines.errors import UsageError
from pipelines.home.declared import EXAMPLES, KEY_FILE, SCHEMAS, check_is_folder
from pipelines.storage.files import private_files, remove_folder, write_durable
from schemas.contract import read_contract

_IN_POLICY: Final = ("contracts", "code_lists", "wording", f"{EXAMPLES}/contracts")
_FOLDERS: Final = ("inbox", *(f"policy/{name}" for name in _IN_POLICY))


def start_home(home: Path) -> None:
    """Raises `UsageError` when something lies in the folder already."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"{home} is not empty; name a new folder, or one with nothing in it")
    with private_files():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        try:
            _fill(home)
        except OSError:  # no room: half a home would be taken for a folder with something in it
            for path in home.iterdir():
                remove_folder(path)
            raise


def _fill(home: Path) -> None:
    starter = Path(str(files("pipelines.home"))) / "starter"
    examples = home / "policy" / EXAMPLES
    contracts = [path for path in sorted((SCHEMAS / "contracts").glob("*.yaml")) if _is_of_a_feed(path)]
    note = (starter / "contract-note.txt").read_bytes()
    for folder in _FOLDERS:
        (home / folder).mkdir(parents=True)
    write_key(home)
    for path in contracts:
        write_durable(examples / "contracts" / path.name, note + path.read_bytes())
    write_durable(examples / "officers.yaml", (starter / "officers.yaml").read_bytes())
    # last, and nothing but folders lies beside it before
    write_durable(home / "NEXT-STEPS.md", (starter / "NEXT-STEPS.md").read_bytes())


def _is_of_a_feed(contract: Path) -> bool:
    return read_contract(contract).role != "outgoing"


def make_key(home: Path) -> None:
    """A key for a home that never had one. Raises `UsageError` when it has, or had, one, or is not there."""
    check_is_folder(home)
    if (home / "policy" / KEY_FILE).exists():
        raise UsageError("this home has a key; ids of leads and tickets depend on it, so it stays")
    if (home / "lake" / "receipts").is_dir() or any((home / "lake").glob("*/run=*")):
        raise UsageError(
            "this home had a key, and ids of leads and tickets depend on it; bring it back from the backup"
        )
    with private_files():
        write_key(home)


def write_key(home: Path) -> None:
    write_durable(home / "policy" / KEY_FILE, f"{token_hex(32)}\n".encode())
