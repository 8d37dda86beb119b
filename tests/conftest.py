"""The sample province, its nights run once for the whole session and copied to whoever needs them."""

import shutil
from datetime import date
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from pipelines.run.night import night
from tests.examples import register_profiles

register_profiles()

SAMPLE = Path(__file__).parents[1] / "data_samples" / "home"
NIGHTS = (date(2024, 3, 18), date(2024, 3, 19), date(2024, 3, 20))


def silent(stage: str) -> None:
    """No progress is shown in a test."""


def new_home(folder: Path) -> Path:
    return copied(SAMPLE, folder)


def copied(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / "home"))


@pytest.fixture(scope="session")
def after_nights(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> list[Path]:
    """The province as it stood after each of its nights, one for all workers: to be copied, never written to."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "province"
    with shared.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)  # the first worker runs the nights, the others wait for them
        if not shared.exists():
            _run_nights(tmp_path_factory.mktemp("nights")).rename(shared)
    return [shared / str(as_of) / "home" for as_of in NIGHTS]


def _run_nights(folder: Path) -> Path:
    """The folder, with a home for each night that stands."""
    home = SAMPLE
    for as_of in NIGHTS:
        home = copied(home, folder / str(as_of))
        night(home, as_of, progress=silent)
    return folder


@pytest.fixture(scope="session")
def province(after_nights: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The province after its last night, for tests that leave it as they found it."""
    return copied(after_nights[-1], tmp_path_factory.mktemp("province"))


@pytest.fixture
def home(after_nights: list[Path], tmp_path: Path) -> Path:
    """The province after its last night, for a test that changes it."""
    return copied(after_nights[-1], tmp_path)
