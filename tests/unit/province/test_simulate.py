"""The command: files that wait for their night, the truth beside them, the same bytes again."""

from datetime import date
from hashlib import sha256

import polars as pl
from typer.testing import CliRunner

from data_samples.province.deliveries import arrive
from pipelines.cli import app

ASKED = ["simulate", "--persons", "600", "--nights", "2", "--start", "2024-03-18", "--seed", "3", "--home"]


def _tree(home):
    return {
        str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()
    }


def test_the_command_gives_the_same_bytes_again_and_refuses_a_home_that_has_a_province(tmp_path):
    for name in ("one", "other"):
        answer = CliRunner().invoke(app, [*ASKED, str(tmp_path / name)])
        assert answer.exit_code == 0, answer.output
    assert _tree(tmp_path / "one") == _tree(tmp_path / "other")
    assert CliRunner().invoke(app, [*ASKED, str(tmp_path / "one")]).exit_code == 2


def test_files_wait_until_their_night(tmp_path):
    CliRunner().invoke(app, [*ASKED, str(tmp_path)])
    assert not (tmp_path / "inbox").exists()
    assert arrive(tmp_path, date(2024, 3, 18)) > 12
    assert {folder.name for folder in (tmp_path / "inbox" / "medical").iterdir()} == {"2024-03-18"}
    truth = {path.stem for path in (tmp_path / "truth").iterdir()}
    assert truth == {"person", "person_state", "second_number", "record", "planted", "delivery"}
    assert pl.read_parquet(tmp_path / "truth" / "person.parquet").height == 600
    assert (tmp_path / "policy" / "secret.key").stat().st_mode & 0o077 == 0
