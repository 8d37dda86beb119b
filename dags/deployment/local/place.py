"""Folder of a local Airflow, with the ports, passwords and keys it was given when it was made."""

import json
import os
import secrets
import socket
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[3]
SETTINGS = Path(__file__).parents[1] / "airflow.env"
# Airflow's own names of what they may do: the operator runs, clears and approves, the auditor only reads.
ROLES = {"admin": "admin", "operator": "op", "auditor": "viewer"}


class Place(NamedTuple):
    """A folder of its own for state, and the home whose nights are run."""

    state: Path
    home: Path

    @property
    def data(self) -> Path:
        return self.state / "postgresql"

    @property
    def made(self) -> Path:
        return self.state / "made.json"


def make(place: Place) -> dict[str, Any]:
    """Generated settings: made once, then read. The caller shows the passwords when they are new."""
    if place.made.exists():
        return json.loads(place.made.read_text())
    place.state.mkdir(parents=True, exist_ok=True, mode=0o711)
    made = {
        "api_port": _free_port(),
        "database_port": _free_port(),
        "log_ports": [_free_port(), _free_port()],
        "database_password": secrets.token_hex(16),
        "fernet_key": urlsafe_b64encode(os.urandom(32)).decode(),
        "api_secret": secrets.token_hex(32),
        "jwt_secret": secrets.token_hex(32),
        "passwords": {name: secrets.token_urlsafe(12) for name in ROLES},
    }
    _write_secret(place.state / "passwords.json", made["passwords"])
    _write_secret(place.made, made)
    return made


def environment(place: Place, made: dict[str, Any]) -> dict[str, str]:
    """Environment of every component: as settled, then by the caller's environment, then what this place must have.

    No secret of it stands in a file but in `made.json`, which its owner alone may read.
    """
    settled = dict(line.split("=", 1) for line in SETTINGS.read_text().splitlines() if line and line[0] != "#")
    url = f"http://127.0.0.1:{made['api_port']}"
    database = f"airflow:{made['database_password']}@127.0.0.1:{made['database_port']}/postgres"
    own = {
        "AIRFLOW_HOME": str(place.state),
        "SILENTCERT_HOME": str(place.home),
        "PYTHONHASHSEED": "0",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "dags" / "plugins"),
        "AIRFLOW__CORE__FERNET_KEY": made["fernet_key"],
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{role}" for name, role in ROLES.items()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(place.state / "passwords.json"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(made["api_port"]),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": made["api_secret"],
        "AIRFLOW__API_AUTH__JWT_SECRET": made["jwt_secret"],
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database}",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(made["log_ports"][0]),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(made["log_ports"][1]),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.state / "logs" / "tasks"),
    }
    return settled | dict(os.environ) | own


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _write_secret(path: Path, content: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
