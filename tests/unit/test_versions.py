"""logic_version changes with what decides rows, and with nothing that only a reader sees."""

import pytest

from pipelines.home.versions import normalised

CODE = '''"""Docstring."""

from x import y


def rule(day):  # why
    """What it returns."""
    text = "# no comment" + f"{day} # none either"
    return text, """
    # inside a text
    """
'''


def _normal(tmp_path, content, name="module.py"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return normalised(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [("# why", "# quite another reason"), ("  # why", ""), ("What it returns.", "What it\n    gives back."),
     ('"""Docstring."""', '"""中文。"""'), ("from x", "# imports\n\nfrom x")],
)  # fmt: skip
def test_comments_docstrings_and_layout_do_not_count(tmp_path, before, after):
    assert before in CODE
    assert _normal(tmp_path, CODE.replace(before, after)) == _normal(tmp_path, CODE)


@pytest.mark.parametrize(
    ("before", "after"),
    [("# no comment", "# a comment"), ("# none either", "# one"), ("# inside a text", "# in a text"), ("rule", "law")],
)
def test_code_and_texts_do(tmp_path, before, after):
    assert before in CODE
    assert _normal(tmp_path, CODE.replace(before, after)) != _normal(tmp_path, CODE)
