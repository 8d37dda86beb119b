"""Three nights of the sample province, run once and shared by the tests that only read them."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from pipelines.run.night import night

# who only asks whether a test fails need not be shown the smallest example
settings.register_profile("unshrunk", phases=(Phase.explicit, Phase.generate), database=None)

SAMPLE = Path(__file__).parents[1] / "data_samples" / "home"
NIGHTS = (date(2024, 3, 18), date(2024, 3, 19), date(2024, 3, 20))


def new_home(folder: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, folder / "home"))


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = new_home(tmp_path_factory.mktemp("province"))
    for as_of in NIGHTS:
        night(home, as_of, progress=lambda stage: None)
    return home
