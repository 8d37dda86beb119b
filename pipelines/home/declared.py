"""Declarations of a home: contracts, codes, policy and wording; its own policy folder is laid over ours."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from pipelines.errors import SetupError, UsageError
from pipelines.home.schedule import FILE as SCHEDULE_FILE
from schemas.agreement import Rulebook, disagreements
from schemas.code_tables import CodeTables, read_code_tables
from schemas.codes import OfficerRole
from schemas.contract import Contract, read_contracts
from schemas.declaration import DeclarationError
from schemas.identifiers import keyed_digest
from schemas.loosened import loosened
from schemas.officers import FILE as OFFICERS_FILE
from schemas.officers import Register, read_register, unknown_offices
from schemas.overlay import POLICY_FILES, read_policy
from schemas.policy import Policy
from schemas.returned import check_returned
from schemas.wording import Wording, read_wording

_KEY = re.compile(r"[0-9a-f]{64}")
SCHEMAS = Path(str(files("schemas")))
KEY_FILE = "secret.key"
# folders of policy/ whose files are declarations, and how their names end
_FOLDERS = {"contracts": ".odcs.yaml", "code_lists": ".yaml", "wording": ".yaml"}
# what is there for people to read; nothing of it is a declaration
_FOR_PEOPLE = (".md", ".txt")
# an editor that adds .txt to rules.yaml leaves a file that its author believes to act
_DECLARES = (".yaml", ".yml", ".key")
EXAMPLES = "examples"


def check_home(home: Path) -> None:
    """Raises `UsageError` when no lake of a home of ours is there: reading makes none."""
    if not has_run(home):
        raise UsageError(f"no night has run in {home}; check --home, or run `silentcert night` there first")


def has_run(home: Path) -> bool:
    """Whether a run left a receipt, or files: receipts that were taken away are missed, not forgotten."""
    lake = home / "lake"
    return any((lake / "receipts").glob("[0-9]*.json")) or any(lake.glob("*/run=*"))


def check_is_folder(home: Path) -> None:
    """Raises `UsageError` where there is no folder: what is put into a mistyped one is never found."""
    if not home.is_dir():
        raise UsageError(f"{home} is no folder; check --home, or make a new home by `silentcert init`")


def check_is_home(home: Path) -> None:
    """Raises `UsageError` when nothing is declared there: a night would begin a lake in some other folder."""
    if not (home / "policy").is_dir() and not (home / "lake" / "receipts").is_dir():
        raise UsageError(
            f"{home} is no home: it has no policy folder; check --home, or make a new home by `silentcert init`"
        )


def contracts_of(home: Path) -> dict[str, Contract]:
    """Contracts by feed, or by outgoing file; the home's own replace ours by name."""
    contracts = {**_shipped().contracts, **read_contracts([home / "policy" / "contracts"])}
    check_returned(contracts)
    return contracts


def code_tables_of(home: Path) -> CodeTables:
    return read_code_tables([SCHEMAS / "code_lists", home / "policy" / "code_lists"])


def policy_of(home: Path) -> Policy:
    return read_policy([SCHEMAS / "policy", home / "policy"])


def rulebook_of(home: Path) -> Rulebook:
    return Rulebook(contracts_of(home), code_tables_of(home), policy_of(home))


def check_declarations(home: Path, declared: Rulebook) -> None:
    """Raises `DeclarationError` naming everything that this home declares and nothing uses, and what is missing."""
    faults = faults_of(home, declared)
    if faults:
        raise DeclarationError("\n".join(f"policy/{fault}" for fault in faults))


def faults_of(home: Path, declared: Rulebook) -> list[str]:
    """Sentences, one per fault of what stands under policy/ and can be read."""
    register = officers_of(home)
    of_officers = _faults_of_officers(register, declared) if register else ()
    return [*unread_files(home), *disagreements(declared, _shipped()), *of_officers]


def loosened_by(home: Path) -> list[str]:
    """Sentences on each rule of ours that this home made weaker; nothing of it is a fault."""
    return [f"policy/{one}" for one in loosened(rulebook_of(home), _shipped())]


def officers_of(home: Path) -> Register | None:
    """The officers' register of this home, None where it keeps none."""
    return read_register(home / "policy" / OFFICERS_FILE)


def _faults_of_officers(register: Register, declared: Rulebook) -> Iterator[str]:
    """An office that no list knows; a personal cycle that nobody approved who was an approver on its first day."""
    for office in unknown_offices(register, declared.code_tables.names("county")):
        yield f"{OFFICERS_FILE}: office {office}: no list knows it; write a county's code or province"
    for row in declared.policy.personal_cycles:
        if row.approved_by not in register.accounts(OfficerRole.APPROVER, row.from_date):
            yield (
                f"rules.yaml: personal_cycles: approved_by {row.approved_by}: the register has no such APPROVER on "
                f"{row.from_date}; name who approved it"
            )


def unread_files(home: Path) -> Iterator[str]:
    """A sentence for each file under policy/ that nothing reads: somebody believes that it acts."""
    folder = home / "policy"
    known = {f"{name}.yaml" for name in POLICY_FILES} | {KEY_FILE, OFFICERS_FILE, SCHEDULE_FILE}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_dir() or path.name.startswith(".") or _is_for_people(path) or name.parts[0] == EXAMPLES:
            continue
        if len(name.parts) == 1 and path.name not in known:
            yield f"{name}: nothing reads this file; write one of {', '.join(sorted(known))}, or take it away"
        elif len(name.parts) > 1:
            ending = _FOLDERS.get(name.parts[0])
            if ending is None:
                yield f"{name}: nothing reads this folder; the folders are {', '.join(_FOLDERS)} and {EXAMPLES}"
            elif len(name.parts) > 2 or not path.name.endswith(ending):
                yield f"{name}: nothing reads this file; let its name end in {ending}, in policy/{name.parts[0]}"


def _is_for_people(path: Path) -> bool:
    return path.suffix in _FOR_PEOPLE and not path.stem.endswith(_DECLARES)


@cache
def _shipped() -> Rulebook:
    return Rulebook(
        read_contracts([SCHEMAS / "contracts"]),
        read_code_tables([SCHEMAS / "code_lists"]),
        read_policy([SCHEMAS / "policy"]),
    )


def wording_of(home: Path) -> Wording:
    return read_wording([SCHEMAS / "wording", home / "policy" / "wording"])


def secret_of(home: Path) -> bytes:
    """The key of this home's digests. Raises `SetupError` when there is none, or one that is not of our making."""
    path = home / "policy" / KEY_FILE
    if not path.is_file():
        if (home / "lake" / "receipts").is_dir():
            raise SetupError(
                "policy/secret.key is missing, and ids of this home's leads and tickets depend on it; bring it back "
                "from the backup. With another key every answer would be forgotten"
            )
        raise SetupError(f"no key at {path.name} in the policy folder; make one with `silentcert keygen`")
    digits = path.read_text(encoding="utf-8", errors="replace").split()
    if not digits or not _KEY.fullmatch(digits[-1]):
        raise SetupError(f"policy/{path.name} does not end in a key of 64 hex digits; bring it back from the backup")
    return bytes.fromhex(digits[-1])


def key_fingerprint(secret: bytes) -> str:
    """Digest by the key of a word that digests nothing else: equal for equal keys."""
    return keyed_digest(secret, ("key fingerprint",))


def check_key(secret: bytes, fingerprints: Iterable[str]) -> None:
    """Raises `SetupError` when runs stand that were made under another key; older ones left no fingerprint."""
    before = {fingerprint for fingerprint in fingerprints if fingerprint}
    if before - {key_fingerprint(secret)}:
        raise SetupError(
            f"policy/{KEY_FILE} is another key than the runs of this home were made under, and ids of its leads and "
            "tickets depend on that one; bring it back from the backup"
        )
