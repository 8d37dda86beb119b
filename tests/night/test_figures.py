"""Headline figures of the nights of the sample, as the command tells them, against a slow count of stored tables."""

import json

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import UsageError
from pipelines.read.figures import figures_of, shares_of, sources_of
from pipelines.read.status import lake_at
from pipelines.storage.receipts import read_receipts
from schemas.codes import Figure
from schemas.tables import TABLES
from tests.conftest import NIGHTS
from tests.derived import shipped_policy
from tests.reference import figures as reference

READ = (
    "certification_entry", "lead_entry", "listed", "verdict", "payment", "entitlement", "comparison", "decision",
    "audit_sample", "link",
)  # fmt: skip


def _counted_again(home, number):
    lake = lake_at(home, read_receipts(home / "lake")[:number])
    rows = {name: lake.engine.arrow(lake.read(TABLES[name])).to_pylist() for name in READ}
    return reference.figures(rows, shipped_policy(), NIGHTS[number - 1])


def test_each_night_the_figures_are_those_of_the_slow_count(province):
    before = {}
    for number, as_of in enumerate(NIGHTS, start=1):
        title, rows = figures_of(province, as_of=as_of)
        assert title == f"{as_of}, receipt {number}"
        counted = _counted_again(province, number)
        assert {row["figure"]: row["since_beginning"] for row in rows} == counted
        for row in rows:
            is_own = Figure(row["figure"]).is_of_the_night
            assert row["this_night"] == counted[row["figure"]] - (0 if is_own else before.get(row["figure"], 0))
        before = counted
    assert before["CONFIRMED"] == 1
    assert before["OUTSTANDING_FEN"] == 29_000


def test_the_command_tells_them_and_the_report_has_them(province):
    told = CliRunner().invoke(app, ["figures", "--home", str(province), "--json", "--as-of", "2024-03-19"])
    rows, errors = json.loads(told.stdout).values()
    assert [row["figure"] for row in rows] == [figure.value for figure in Figure]
    assert all(row["meaning"] for row in rows)
    assert [row["name"] for row in errors] == ["wrong_certification", "false_suspicion"]
    shown = CliRunner().invoke(app, ["figures", "--home", str(province)])
    assert shown.exit_code == 0
    page = (province / "reports" / "2024-03-20" / "index.html").read_text(encoding="utf-8")
    assert "主要数字" in page


def test_sources_and_coverage_are_told_of_a_night(province):
    _, cards = sources_of(province, as_of=NIGHTS[1])
    assert {"health", "registry", "payments"} <= {card["feed"] for card in cards}
    _, lines = shares_of(province)
    assert {line["by"] for line in lines} == {"county_code", "age_band", "name_type"}
    assert not [line for line in lines for cell in line.values() if isinstance(cell, int) and 0 < cell < 5]
    for flag in ("--sources", "--coverage"):
        assert CliRunner().invoke(app, ["figures", "--home", str(province), flag, "--json"]).exit_code == 0


def test_a_day_without_a_night_is_refused(province):
    with pytest.raises(UsageError, match="no night of 2023-03-18 has a receipt"):
        figures_of(province, as_of=NIGHTS[0].replace(year=2023))
