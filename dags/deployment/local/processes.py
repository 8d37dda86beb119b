"""Start the components under one supervisor each can be killed from, and leave nothing behind."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import psutil

from dags.deployment.local.place import Place

BIN = Path(sys.executable).parent
COMPONENTS = {
    "api-server": ["api-server"],
    # Their logs are read from the disk of this machine: served, they would be for every network it is on.
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
_PROGRAM = """
[program:{name}]
command={command}
directory={state}
autostart={autostart}
autorestart=true
startsecs=3
startretries=100
stopsignal={signal}
stopwaitsecs=20
stopasgroup={group}
killasgroup=true
redirect_stderr=true
stdout_logfile={state}/logs/{name}.log
"""
_SUPERVISOR = """
[supervisord]
pidfile={state}/supervisord.pid
logfile={state}/logs/supervisord.log
directory={state}
nodaemon=true
[unix_http_server]
file={state}/supervisor.sock
chmod=0700
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{state}/supervisor.sock
"""


def start_supervisor(place: Place, database: list[str], environment: dict[str, str]) -> None:
    """PostgreSQL starts with it; the rest when told to."""
    (place.state / "logs").mkdir(exist_ok=True)
    _configuration(place).write_text(_configured(place, database))
    log = (place.state / "logs" / "supervisord.out").open("ab")
    command = [BIN / "supervisord", "-c", _configuration(place)]
    supervisor = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                  start_new_session=True)  # fmt: skip
    (place.state / "session.pid").write_text(str(supervisor.pid))


def start_components(place: Place) -> None:
    _control(place, "start", *COMPONENTS)


def stop(place: Place) -> None:
    """End everything that was started here: politely, then whatever is left, until nothing is."""
    if living(place):
        _control(place, "shutdown")
    until = time.monotonic() + 45
    while living(place) and time.monotonic() < until:
        time.sleep(0.3)
    while left := living(place):
        for process in left:
            _kill(process)
        psutil.wait_procs(left, timeout=10)
    (place.state / "session.pid").unlink(missing_ok=True)


def living(place: Place) -> list[psutil.Process]:
    """Ours are the ones in our supervisor's session, or at work in our folder, or that carry our name on the way.

    One mark is not enough: PostgreSQL's own leave the session, and those that set a title hide their environment. Who
    asks, whoever started them and whoever sits at a terminal is somebody else, whatever folder they stand in.
    """
    pidfile = place.state / "session.pid"
    is_of_this_boot = pidfile.exists() and pidfile.stat().st_mtime > psutil.boot_time()
    session = int(pidfile.read_text()) if is_of_this_boot else -1
    asking = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process for process in psutil.process_iter() if process.pid not in asking and _is_ours(process, place, session)
    ]


def _is_ours(process: psutil.Process, place: Place, session: int) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if os.getsid(process.pid) == session:
            return True
        if process.terminal():
            return False
        if Path(process.cwd()).is_relative_to(place.state):
            return True
        return process.environ().get("AIRFLOW_HOME") == str(place.state)
    except (psutil.Error, OSError):
        return False


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _control(place: Place, *words: str) -> None:
    command = [BIN / "supervisorctl", "-c", _configuration(place), *words]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)


def _configuration(place: Place) -> Path:
    return place.state / "supervisord.conf"


def _configured(place: Place, database: list[str]) -> str:
    commands = {"postgresql": database} | {n: [str(BIN / "airflow"), *words] for n, words in COMPONENTS.items()}
    programs = [
        _PROGRAM.format(
            name=name,
            command=shlex.join(command).replace("%", "%%"),
            state=place.state,
            autostart=str(name == "postgresql").lower(),
            signal="INT" if name == "postgresql" else "TERM",
            group=str(name != "postgresql").lower(),
        )
        for name, command in commands.items()
    ]
    return _SUPERVISOR.format(state=place.state) + "".join(programs)
