"""Cases of real nights: what the command lists, one case's story, who is named and what of it is logged."""

import json
from datetime import UTC, date, datetime

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import UsageError
from pipelines.read.cases import Wanted, case_of, case_story, list_cases
from pipelines.read.verify import replay_run, verify
from pipelines.run.night import backfill, night
from schemas.codes import CaseKind
from tests.conftest import NIGHTS, silent
from tests.derived import shipped_policy
from tests.returned.saved import rows_of

ACCESS = (datetime(2024, 3, 21, tzinfo=UTC), "a question")
EVERY = Wanted()


def _run(home, *arguments):
    done = CliRunner().invoke(app, ["cases", *arguments, "--home", str(home)])
    return done.exit_code, done.stdout


def _listed(home, *arguments):
    code, out = _run(home, "--json", *arguments)
    assert code == 0
    return json.loads(out)


def _stored(home, table):
    return duckdb.sql(f"SELECT * FROM read_parquet('{home}/lake/{table}/*.parquet') ORDER BY ALL").fetchall()


def test_every_kind_of_case_is_listed_with_who_makes_the_next_move(province):
    rows = _listed(province)
    assert {row["case_kind"] for row in rows} == set(CaseKind)
    assert all(row["office"] for row in rows)
    machines = shipped_policy().cases
    for row in rows:
        if row["case_kind"] != CaseKind.TICKET:
            assert row["owed_by"] == machines[CaseKind(row["case_kind"])].owed_by.get(row["state"], "")


def test_filters_narrow_the_list_and_are_written_in_any_case(province):
    every = _listed(province)
    leads = _listed(province, "--kind", "lead", "--state", "open", "--county", "620102")
    assert leads == [
        row
        for row in every
        if (row["case_kind"], row["state"]) == ("LEAD", "OPEN") and "620102" in row["office"].split(",")
    ]
    assert leads
    assert _listed(province, "--kind", "match-review") == [row for row in every if row["case_kind"] == "MATCH_REVIEW"]
    late = _listed(province, "--overdue", "--as-of", "2024-04-02")
    assert late == [row for row in _listed(province, "--as-of", "2024-04-02") if row["until"] and row["owed_by"]
                    and row["until"] < "2024-04-02"]  # fmt: skip
    assert late
    assert _listed(province, "--overdue") == []


def test_as_of_a_day_is_as_its_night_left_the_cases(province):
    first = _listed(province, "--as-of", "2024-03-18")
    assert {row["since"] for row in first if row["case_kind"] != "REQUEST"} == {"2024-03-18"}
    assert len(first) < len(_listed(province))
    with pytest.raises(UsageError, match="no night up to 2024-03-17"):
        list_cases(province, EVERY, as_of=date(2024, 3, 17), access=None)


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [(Wanted(kind="leads"), "--kind.*LEAD"), (Wanted(state="OPENED"), "--state.*OPEN"),
     (Wanted(county="1"), "--county")],
)  # fmt: skip
def test_a_code_that_nobody_knows_is_refused(province, wanted, fault):
    with pytest.raises(UsageError, match=fault):
        list_cases(province, wanted, as_of=None, access=None)


def test_nobody_is_named_without_a_purpose_and_who_looks_is_logged(home):
    assert all("person_no" not in row for row in _listed(home))
    assert not (home / "lake" / "access.log").exists()
    for arguments in (["--person", "1028"], ["--person", "1028", "--purpose", " "]):
        assert isinstance(CliRunner().invoke(app, ["cases", *arguments, "--home", str(home)]).exception, UsageError)
    (lead,) = [row for row in _listed(home, "--person", "1028", "--purpose", "objection") if row["case_kind"] == "LEAD"]
    assert lead["person_no"] == 1028
    with pytest.raises(UsageError, match="--purpose"):
        case_of(home, lead["case_id"], as_of=None, access=(ACCESS[0], ""))
    case_of(home, lead["case_id"], as_of=None, access=ACCESS)
    lines = [json.loads(line) for line in (home / "lake" / "access.log").read_text(encoding="utf-8").splitlines()]
    assert [line["purpose"] for line in lines] == ["objection", ACCESS[1]]
    assert len({line["person"] for line in lines}) == 1
    assert "1028" not in (home / "lake" / "access.log").read_text(encoding="utf-8")
    assert lines[1]["case"] == lead["case_id"]
    assert verify(home) == []


def test_a_story_says_who_found_listed_signed_and_where_to_object(home):
    own = {"621022": {"address": "某县某路 1 号", "telephone": "0934-0000000"}}
    (home / "policy" / "offices.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    (home / "policy" / "offices.yaml").chmod(0o600)
    day = date(2024, 3, 21)
    night(home, day, progress=silent)
    (lead,) = list_cases(home, Wanted(kind="lead", person_no=1028), as_of=None, access=ACCESS)
    story = case_story(case_of(home, lead["case_id"], as_of=None, access=ACCESS))
    for words in (
        "LS01 死亡医学证明 of 2023-12-20, stated by health",
        "2024-03-18  列入清单 / LISTED; office 621022; until 2024-04-01",
        "属实 / TRUE_LOSS", "经办 jingban", "复核 fuhe", "审核 shenhe", "认定属实 / CONFIRMED",
        "地址：某县某路 1 号，电话：0934-0000000", "nothing is owed by anybody",
    ):  # fmt: skip
        assert words in story
    earlier = case_of(home, lead["case_id"], as_of=NIGHTS[0], access=ACCESS)
    assert (earlier["state"], [one["event"] for one in earlier["happened"]]) == ("OPEN", ["OPENED", "LISTED"])


def test_a_line_is_found_by_the_number_that_stands_in_the_list(province):
    (path,) = province.glob("outbox/2024-03-19/county-622926/match_review.csv")
    header, first, *_ = rows_of(path.read_bytes())
    number = dict(zip(header, first, strict=True))["核对号"]
    assert case_of(province, number, as_of=None, access=ACCESS)["case_kind"] == "MATCH_REVIEW"
    with pytest.raises(UsageError, match="no case has this number"):
        case_of(province, "0" * 20, as_of=None, access=ACCESS)


def test_a_case_of_every_kind_and_state_has_a_story(province):
    rows = list_cases(province, EVERY, as_of=None, access=None)
    for row in {(row["case_kind"], row["state"]): row for row in rows}.values():
        assert case_story(case_of(province, row["case_id"], as_of=None, access=ACCESS)).startswith(row["kind_label"])


def test_events_only_grow_and_a_backfill_enters_none(home):
    before = _stored(home, "case_event")
    numbers = [row[0] for row in before]
    assert len(numbers) == len(set(numbers))
    late = home / "inbox" / "health" / str(NIGHTS[0])
    late.mkdir(parents=True, exist_ok=True)
    source = next((home / "inbox" / "health" / str(NIGHTS[2])).glob("*.csv"), None)
    if source is not None:
        (late / "late.csv").write_bytes(source.read_bytes())
    backfill(home, NIGHTS[0], NIGHTS[2], progress=silent)
    assert _stored(home, "case_event") == before
    night(home, date(2024, 3, 21), progress=silent)
    assert set(before) <= set(_stored(home, "case_event"))
    assert verify(home) == []
    assert replay_run(home, 3) == []
