"""What a person reads before a night's files leave, in the words of the home whose files they are."""

from types import SimpleNamespace

import pytest

NIGHT = {
    "2024-03-18": [{"file": "county-621022/worklist.csv", "rows": 3}, {"file": "notices/reminders.csv", "rows": 4}]
}


def _question(bag, home):
    dag = bag.dags["release_outgoing"]
    question = dag.get_task("approve_release")
    waiting = SimpleNamespace(xcom_pull=lambda task_ids: {"gather": NIGHT}[task_ids])
    templates = dag.get_template_env()
    return [
        templates.from_string(text).render(params={"home": home}, ti=waiting)
        for text in (question.subject, question.body)
    ]


@pytest.mark.parametrize(("own", "first"), [("", "放行"), ("subject: 请放行", "请放行")])
def test_the_question_names_every_file_and_its_rows(bag, tmp_path, own, first):
    (tmp_path / "policy" / "wording").mkdir(parents=True)
    (tmp_path / "policy" / "wording" / "release.yaml").write_text(own, encoding="utf-8")
    subject, body = _question(bag, str(tmp_path))
    assert subject == f"{first} Release: 2024-03-18"
    assert "**2** 个文件 files, **7** 行 rows" in body
    assert (
        "| 接收方 Recipient | 文件 File | 行数 Rows |\n|---|---|---:|\n| county-621022 | worklist.csv | 3 |\n" in body
    )
    assert "**Reject** 后，文件留在发件箱" in body
