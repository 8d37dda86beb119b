"""The list before payment, from the command line: committed once, the same bytes again, verified, proposals only."""

import csv
import json
from datetime import date

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import UsageError
from pipelines.read.verify import verify
from pipelines.run.cutoff import months_due, write_cutoff
from tests.night.tree import digests

APRIL = date(2024, 4, 1)


def _written(home):
    return sorted((home / "outbox" / "cutoff-2024-04").rglob("prepayment.csv"))


def test_the_newest_nights_proposals_wait_by_county_under_a_record_of_their_night(home) -> None:
    result = CliRunner().invoke(app, ["cutoff", "2024-04", "--home", str(home)])
    assert result.exit_code == 0, result.output
    files = _written(home)
    assert files
    for file in files:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
        assert {row["发放月份"] for row in rows} == {"2024-04"}
        assert {row["建议"] for row in rows} <= {"建议暂缓", "建议发放", "请先核实"}
        assert {row[name] for row in rows for name in ("经办", "复核", "审核")} == {""}
    (record,) = (home / "lake" / "cutoffs" / "2024-04").iterdir()
    named = json.loads(record.read_bytes())["files"]
    assert set(named) == {
        str(path.relative_to(home / "outbox/cutoff-2024-04/2024-03-20"))
        for path in (home / "outbox/cutoff-2024-04").rglob("*.*")
    }
    assert verify(home) == []


def test_again_no_byte_changes_and_nothing_of_the_night_does(home) -> None:
    night = {name: digest for name, digest in digests(home).items() if "cutoff" not in name}
    write_cutoff(home, APRIL)
    before = digests(home)
    files = _written(home)
    files[0].unlink()  # a run that died before it had laid out every file
    assert write_cutoff(home, APRIL)
    assert digests(home) == before
    assert {name: digest for name, digest in before.items() if "cutoff" not in name} == night


def test_what_is_changed_or_put_there_is_named(home) -> None:
    write_cutoff(home, APRIL)
    changed = _written(home)[0]
    changed.write_bytes(changed.read_bytes() + b"x")
    planted = home / "outbox" / "cutoff-2024-04" / "2024-03-20" / "county-000000.csv"
    planted.write_text("x")
    assert sorted(fault.split(" ", 1)[1] for fault in verify(home)) == [
        "is not what was committed", "was never committed; somebody put it there",
    ]  # fmt: skip
    planted.unlink()
    changed.unlink()  # moved away after it was sent
    assert verify(home) == []
    (record,) = (home / "lake" / "cutoffs" / "2024-04").iterdir()
    record.write_text("{}")
    assert any("cannot be read" in fault for fault in verify(home))


def test_a_month_gone_by_and_a_home_without_a_night_are_refused(home, tmp_path) -> None:
    with pytest.raises(UsageError, match="before the newest night"):
        write_cutoff(home, date(2024, 2, 1))
    result = CliRunner().invoke(app, ["cutoff", "2024-13", "--home", str(home)])
    assert result.exit_code == 2


def test_the_day_of_the_list_follows_the_homes_own_pay_calendar(home) -> None:
    assert months_due(home, date(2024, 4, 8)) == [APRIL]
    assert months_due(home, date(2024, 4, 9)) == []
    rules = home / "policy" / "rules.yaml"
    own = "pay_days:\n- {county: '621022', day: 1, working_days_before: 2}\n"
    rules.write_text(rules.read_text(encoding="utf-8") + own, encoding="utf-8")
    assert months_due(home, date(2024, 3, 28)) == [APRIL]  # before the month begins
