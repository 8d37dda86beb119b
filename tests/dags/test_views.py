"""Pages of ours beside a run load nothing from elsewhere and run nothing."""

import pytest


@pytest.fixture
def views(bag, tmp_path, monkeypatch):
    from dags.plugins import silentcert_views

    monkeypatch.setenv("SILENTCERT_HOME", str(tmp_path))
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "index.html").write_text("<p>counts</p>")
    return silentcert_views


def test_a_page_carries_a_policy_that_lets_nothing_in_from_elsewhere(views):
    headers = views.file("index.html").headers
    rules = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert "script-src" not in rules
    assert not any("http" in sources or "*" in sources for sources in rules.values())
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../policy/secret.key", "nosuch.html", ""])
def test_what_is_no_report_is_not_served(views, name):
    from fastapi import HTTPException

    with pytest.raises(HTTPException):
        views.file(name)
