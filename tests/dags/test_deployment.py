"""What a local Airflow is given, and that the deployment files say the same."""

import stat
from pathlib import Path

import pytest
import yaml

from dags.deployment.local.database import CannotRunError, check_can_run, server_command
from dags.deployment.local.place import ROLES, SETTINGS, Place, environment, make
from dags.deployment.local.processes import COMPONENTS
from tests.dags.conftest import DAGS

COMPOSE = yaml.safe_load((DAGS / "deployment" / "compose.yaml").read_text(encoding="utf-8"))


def _place(tmp_path: Path) -> Place:
    return Place(tmp_path / "state", tmp_path / "home")


def test_what_is_generated_differs_from_place_to_place_and_stays(tmp_path):
    place, other = _place(tmp_path / "a"), _place(tmp_path / "b")
    made = make(place)
    assert make(place) == made
    assert set(made["passwords"]) == set(ROLES)
    secrets = [made["database_password"], made["api_secret"], made["jwt_secret"], *made["passwords"].values()]
    assert len(set(secrets)) == len(secrets)
    assert not set(secrets) & {str(value) for value in make(other).values()}


def test_only_the_owner_reads_what_was_generated(tmp_path):
    place = _place(tmp_path)
    make(place)
    for name in ("made.json", "passwords.json"):
        assert stat.S_IMODE((place.state / name).stat().st_mode) == 0o600


def test_the_metadata_database_is_postgresql_and_never_sqlite(tmp_path):
    settled = environment(_place(tmp_path), make(_place(tmp_path)))
    assert settled["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://")
    assert "postgresql" in COMPOSE["services"]


def test_the_environment_of_the_caller_wins_over_the_settings_but_not_over_the_place(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "2")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    place = _place(tmp_path)
    settled = environment(place, make(place))
    assert settled["AIRFLOW__CORE__PARALLELISM"] == "2"
    assert settled["AIRFLOW_HOME"] == str(place.state)


def test_both_deployments_read_the_same_settings_and_run_the_components_apart():
    apart = {"api-server", "scheduler", "dag-processor", "triggerer"}
    for name in apart:
        service = COMPOSE["services"][name]
        assert service["command"] == name
        assert service["env_file"] == SETTINGS.name
    assert "standalone" not in str(COMPOSE)


def test_no_secret_stands_in_a_file_of_ours():
    text = SETTINGS.read_text(encoding="utf-8") + (DAGS / "deployment" / "compose.yaml").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "JWT_SECRET", "FERNET_KEY", "SQL_ALCHEMY_CONN", "PASSWORD"):
        lines = [line for line in text.splitlines() if name in line and not line.lstrip().startswith("#")]
        assert all("/run/secrets/" in line for line in lines), name


def test_every_server_of_a_local_airflow_listens_on_this_machine_alone(tmp_path):
    place = _place(tmp_path)
    made = make(place)
    settled = environment(place, made)
    assert settled["AIRFLOW__API__HOST"] == "127.0.0.1"
    command = server_command(place, made["database_port"])
    assert {"--listen_addresses=127.0.0.1", "--unix_socket_directories="} <= set(command)
    serving_logs = {name for name, words in COMPONENTS.items() if name in ("scheduler", "triggerer")}
    assert all("--skip-serve-logs" in COMPONENTS[name] for name in serving_logs)  # they would listen everywhere
    assert "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK" not in settled


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            "#!/bin/sh\necho 'setpriv: apply capabilities: Operation\nnot permitted' >&2; exit 127\n",
            "Operation not permitted",
        ),
        ("#!/bin/sh\nexit 3\n", "code 3"),
        ("no program", "Exec format error"),
    ],
)
def test_h13_a_program_that_does_not_start_is_told_in_one_line(tmp_path, monkeypatch, program, told):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    (tmp_path / "postgres").write_text(program)
    (tmp_path / "postgres").chmod(0o755)
    with pytest.raises(
        CannotRunError, match=rf"^PostgreSQL does not start here \(.*{told}.*\); .*nothing was started$"
    ):
        check_can_run(tmp_path)


def test_h13_root_without_setpriv_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("dags.deployment.local.database._is_root", lambda: True)
    monkeypatch.setattr("dags.deployment.local.database._AS_NOBODY", ["/nowhere/setpriv", "--regid={group}"])
    with pytest.raises(
        CannotRunError, match=r"does not start here.*setpriv.*by setpriv with the capability dac_override"
    ):
        check_can_run()


def test_h13_root_is_told_in_one_line_which_folder_nobody_may_pass(tmp_path, monkeypatch):
    closed = tmp_path / "root" / "project"
    (closed / "bin").mkdir(parents=True)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    ours = [
        folder
        for folder in tmp_path.parents
        if folder.owner() == tmp_path.owner() and folder.stat().st_mode & 0o1000 == 0
    ]
    for folder in (*ours[:4], tmp_path, closed, closed / "bin", closed.parent):
        folder.chmod(folder.stat().st_mode | 0o755)
    closed.parent.chmod(0o700)
    with pytest.raises(CannotRunError, match=rf"may not pass {closed.parent}: start as another account.*nothing was"):
        check_can_run(closed / "bin")
    closed.parent.chmod(0o711)
    check_can_run(closed / "bin")
    closed.parent.chmod(0o700)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    check_can_run(closed / "bin")
