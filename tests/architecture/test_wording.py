"""Every sentence for a Chinese reader stands in `schemas/wording`, and none stands there that nothing writes."""

import re
from pathlib import Path

from schemas.wording import Wording

ROOT = Path(__file__).parents[2]
WRITERS = sorted(
    path
    for folder in ("pipelines", "dags")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".j2") and "__pycache__" not in path.parts
)
CHINESE = re.compile(r"[\u3001-\u9fff\uff01-\uffee]")  # characters and the marks that stand between them
MARKS = {
    "pipelines/validated/workbook_rows.py": "年月日",  # how a day is typed: a pattern, no word to a reader
    "pipelines/validated/typed.py": "年月日",
    "pipelines/outgoing/report.py": "＊",  # for a hidden count: a mark as wide as a character, not a word
    "pipelines/validated/templates/gates.html.j2": "（）",  # around a sentence and the English beside it
}


def test_no_chinese_text_is_left_in_code_or_templates():
    left = {
        f"{name}:{number}"
        for path in WRITERS
        for name in [path.relative_to(ROOT).as_posix()]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if set(CHINESE.findall(line)) - set(MARKS.get(name, ""))
    }
    assert left == set()


def test_every_sentence_is_written_by_something():
    text = "\n".join(path.read_text(encoding="utf-8") for path in (*WRITERS, ROOT / "schemas" / "wording.py"))
    written = set(re.findall(r"\b(?:wording|self)\.(\w+)\.(\w+)", text))
    declared = {(name, key) for name, field in Wording.model_fields.items() for key in field.annotation.model_fields}
    assert declared - written == set()
