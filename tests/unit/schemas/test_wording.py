"""What an office may change of our sentences, and what the error says when it cannot be written."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.home.declared import SCHEMAS
from schemas.declaration import DeclarationError
from schemas.wording import Wording, read_wording
from tests.derived import shipped_wording

OURS = SCHEMAS / "wording"


def _read(folder: Path, name: str, text: str) -> Wording:
    (folder / name).write_text(text, encoding="utf-8")
    return read_wording([OURS, folder])


def test_a_homes_own_sentence_replaces_ours_and_nothing_else(tmp_path: Path) -> None:
    own = _read(tmp_path, "worklists.yaml", "at_home: 入户\nhow_to_check: {DEATH: 请上门看望}\n")
    assert own.worklists.at_home == "入户"
    assert own.worklists.how_to_check == shipped_wording().worklists.how_to_check | {"DEATH": "请上门看望"}
    assert own.worklists.by_phone == shipped_wording().worklists.by_phone
    assert own.letter == shipped_wording().letter
    assert own.digest != shipped_wording().digest


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "at_home: 上门看望\n"])
def test_a_file_that_says_the_same_changes_nothing(tmp_path: Path, text: str) -> None:
    assert _read(tmp_path, "worklists.yaml", text).digest == shipped_wording().digest


def test_a_home_without_sentences_of_its_own_has_ours(tmp_path: Path) -> None:
    assert read_wording([OURS, tmp_path / "absent"]) == shipped_wording()


def test_an_outcome_that_had_only_its_label_can_be_given_a_sentence(tmp_path: Path) -> None:
    own = _read(tmp_path, "letter.yaml", "outcomes: {CERTIFIED_SILENT: 已经认证}\n")
    assert own.letter.outcomes["CERTIFIED_SILENT"] == "已经认证"


def test_a_day_is_written_as_the_office_writes_it(tmp_path: Path) -> None:
    day = date(2024, 3, 8)
    assert shipped_wording().date_text(day) == "2024年3月8日"
    assert _read(tmp_path, "general.yaml", 'day: "{day}.{month}.{year}"\n').date_text(day) == "8.3.2024"


NOTICES = "notices.yaml, keys as in schemas/wording/notices.yaml"
UNTIL = "reminder: Value error, write a sentence with {until} in it"
FOR_EACH = "write a sentence for each of DEATH, CUSTODY, MISSING, CONDITION, DUPLICATE, NONE and for nothing else"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("notices.yaml", "remidner: 秘密{until}\n", f"{NOTICES}: remidner: Extra inputs are not permitted"),
        ("notices.yaml", "reminder: 秘密\n", f"{NOTICES}: {UNTIL}"),
        ("notices.yaml", "reminder: 秘密{until}{name}\n", UNTIL),
        ("notices.yaml", "reminder: 秘密{until.year}\n", UNTIL),
        ("notices.yaml", "reminder: 秘密{until}}\n", UNTIL),
        ("letter.yaml", "receipt: 秘密{}\n", "receipt: Value error, write a sentence with {number} in it"),
        ("letter.yaml", "appeal: 秘密{day}\n", "appeal: Value error, write a sentence without braces"),
        ("letter.yaml", "appeal: ' '\n", "appeal: Value error, write a sentence of one line"),
        ("letter.yaml", "appeal: |\n  秘密\n", "appeal: Value error, write a sentence of one line"),
        ("letter.yaml", "appeal:\n", "appeal: Input should be a valid string"),
        ("letter.yaml", "appeal: 7\n", "appeal: Input should be a valid string"),
        ("letter.yaml", "outcomes: {LEED: 秘密}\n", "outcomes: Value error, write sentences for some of"),
        ("worklists.yaml", "how_to_check: {OTHER: 秘密}\n", FOR_EACH),
        ("worklists.yaml", "- 秘密\n", "worklists.yaml: : Input should be a valid dictionary"),
        ("leter.yaml", "appeal: 秘密\n", "leter.yaml: nothing is written from this file; write one of general.yaml, "),
        ("letter.yaml", "appeal: [秘密\n", "letter.yaml: no YAML near line"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_named_by_file_and_key_and_never_quoted(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(DeclarationError) as raised:
        _read(tmp_path, name, text)
    assert message in str(raised.value)
    assert "秘密" not in str(raised.value)


def test_a_sentence_of_ours_that_is_missing_is_named(tmp_path: Path) -> None:
    for path in OURS.glob("*.yaml"):
        kept = path.read_text(encoding="utf-8").replace("appeal:", "# appeal:")
        (tmp_path / path.name).write_text(kept, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"letter\.yaml: appeal: Field required"):
        read_wording([tmp_path])
