"""`python -m dags.deployment.local up|down --state FOLDER --home HOME`"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from dags.deployment.local import database, processes
from dags.deployment.local.place import Place, environment, make

SECONDS = 180


def up(place: Place) -> dict[str, Any]:
    """Bring everything up and wait until all of it is well. Raises `TimeoutError` naming what is not.

    Raises `CannotRunError` before anything is made when PostgreSQL cannot run here.
    """
    database.check_can_run()
    made = make(place)
    if not processes.living(place):
        settled = environment(place, made)
        database.prepare(place, made["database_password"])
        processes.start_supervisor(place, database.server_command(place, made["database_port"]), settled)
        database.wait_for(made["database_port"], made["database_password"])
        migrate = [processes.BIN / "airflow", "db", "migrate"]
        with (place.state / "logs" / "migrate.log").open("wb") as log:
            subprocess.run(migrate, env=settled, stdout=log, stderr=log, check=True)
        processes.start_components(place)
    _wait_until_well(made["api_port"])
    return made


def _wait_until_well(port: int) -> None:
    until, ill = time.monotonic() + SECONDS, ["api-server"]
    while time.monotonic() < until:
        ill = _ill(port)
        if not ill:
            return
        time.sleep(0.5)
    raise TimeoutError(f"not well after {SECONDS} s: {', '.join(ill)}; see the logs folder")


def _ill(port: int) -> list[str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=5) as answer:
            health = json.load(answer)
    except (URLError, OSError):
        return ["api-server"]
    return [name for name, said in health.items() if said["status"] != "healthy"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="dags.deployment.local")
    parser.add_argument("do", choices=["up", "down"])
    parser.add_argument("--state", type=Path, default=Path(".airflow"))
    parser.add_argument("--home", type=Path, default=Path("home"))
    given = parser.parse_args()
    place = Place(given.state.resolve(), given.home.resolve())
    say = sys.stdout.write
    if given.do == "down":
        processes.stop(place)
        say("down; nothing is left running\n")
        return
    is_new = not place.made.exists()
    try:
        made = up(place)
    except database.CannotRunError as error:
        sys.exit(str(error))
    say(f"Airflow  http://127.0.0.1:{made['api_port']}   home {place.home}\n")
    for name, password in made["passwords"].items() if is_new else ():
        say(f"  {name:9} {password}\n")
    say(f"The passwords are shown this once; they stand in {place.state / 'passwords.json'}\n" if is_new else "")


if __name__ == "__main__":
    main()
