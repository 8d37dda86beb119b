"""An office's own sentences, from a file in its policy folder to what its counties, its persons and an auditor read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.home.declarations import FOLDER
from pipelines.read.explain import explain_person
from pipelines.read.verify import audit_ledger
from pipelines.run.night import night
from pipelines.storage.receipts import read_receipts
from tests.conftest import NIGHTS, new_home

OWN = {
    "general.yaml": 'day: "{year}.{month}.{day}"',
    "letter.yaml": "heading: 环县说明",
    "worklists.yaml": "how_to_check: {DEATH: 请村医上门看望}",
    "notices.yaml": "due: 到{day}满一年",
    "report.yaml": "heading: 环县夜报",
    "gates.yaml": "heading: 环县闸门",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    home = new_home(tmp_path_factory.mktemp("office"))
    folder = home / "policy" / "wording"
    folder.mkdir(parents=True)
    for name, text in OWN.items():
        (folder / name).write_text(text, encoding="utf-8")
    night(home, NIGHTS[0], progress=lambda stage: None)
    return home


def _all_of(home: Path, pattern: str) -> str:
    paths = sorted((home / "outbox").glob(f"*/*/{pattern}"))
    return "".join(path.read_bytes().decode("utf-8-sig") for path in paths)


@pytest.mark.slow
def test_counties_and_persons_read_the_offices_own_sentences(home, province):
    assert "请村医上门看望" in _all_of(home, "worklist.csv")
    assert "请村医上门看望" not in _all_of(province, "worklist.csv")
    assert "到2024." in _all_of(home, "reminders.csv")


def test_the_report_and_the_gates_have_the_offices_own_heading(home):
    assert "<h1>环县夜报" in (home / "reports" / str(NIGHTS[0]) / "index.html").read_text(encoding="utf-8")
    gates = home / "reports" / "data_docs" / str(NIGHTS[0]) / "gates.html"
    assert "<h1>环县闸门" in gates.read_text(encoding="utf-8")


def test_the_letter_has_the_offices_own_heading_and_ours_for_the_rest(home):
    access = (datetime(2024, 3, 18, 9, tzinfo=UTC), "objection")
    letter = explain_person(home, 1001, as_of=None, for_person=True, access=access)
    assert letter.startswith("环县说明\n\n谢例远：\n您好！截至2024.3.18，")


def test_each_run_keeps_its_own_sentences_and_the_policy_stays_the_same(home, province):
    own, ours = (read_receipts(folder / "lake")[0] for folder in (home, province))
    assert own.files[FOLDER] != ours.files[FOLDER]
    assert own.policy_digest == ours.policy_digest
    assert audit_ledger(home, drawn_by=NIGHTS[0]) == {"receipts": 1, "derived_again": 1}
