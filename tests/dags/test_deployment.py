"""What a local Airflow is given, and that the deployment files say the same."""

import stat
from pathlib import Path

import yaml

from dags.deployment.local.place import ROLES, SETTINGS, Place, environment, make
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
