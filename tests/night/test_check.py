"""`silentcert init` makes a home, `silentcert check` says what is wrong in one, and reads files without keeping any."""

import os
import re
import resource
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from data_samples.province.parameters import Scale
from data_samples.province.simulate import simulate
from pipelines.errors import UsageError
from pipelines.home.check import check_home_declarations
from pipelines.home.declared import SCHEMAS
from pipelines.home.start import start_home
from pipelines.read.status import misplaced_files
from pipelines.run.night import night
from tests.conftest import SAMPLE

DAY = "2024-03-18"
CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/home.yaml").read_text(encoding="utf-8"))["officers"]


def _check(home: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "check", *words, "--home", str(home)]
    environment = os.environ | {"COLUMNS": "400"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stderr


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    start_home(tmp_path / "new")
    return tmp_path / "new"


def test_a_new_home_is_in_order_and_says_what_comes_next(fresh):
    assert check_home_declarations(fresh) == []
    assert _check(fresh) == (0, "declarations: in order\n")
    steps = (fresh / "NEXT-STEPS.md").read_text(encoding="utf-8")
    assert all(word in steps for word in ("silentcert check", "policy/officers.yaml", "inbox/FEED", "密钥"))


def test_the_examples_of_a_new_home_can_be_taken_as_they_are(fresh):
    examples = fresh / "policy" / "examples"
    for example in (path for path in examples.rglob("*") if path.is_file()):
        (fresh / "policy" / example.relative_to(examples)).write_bytes(example.read_bytes())
    assert len(list((fresh / "policy" / "contracts").iterdir())) > 10
    assert check_home_declarations(fresh) == []


@pytest.mark.parametrize("taken", ["a file", "a hidden file", "a file in its place"])
def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, taken):
    home = tmp_path / "home"
    if taken == "a file in its place":
        home.write_text("x")
    else:
        home.mkdir()
        (home / (".x" if taken == "a hidden file" else "x")).write_text("x")
    before = _tree(tmp_path)
    with pytest.raises(UsageError, match="is not empty; name a new folder"):
        start_home(home)
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("stood_before", [True, False])
def test_h10_a_home_for_which_there_was_no_room_can_be_begun_again(tmp_path, stood_before):
    home = tmp_path / "new"
    if stood_before:
        home.mkdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        with pytest.raises(OSError, match="too large"):
            start_home(home)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    start_home(home)
    assert check_home_declarations(home) == []


def test_a_folder_without_a_policy_is_no_home(tmp_path):
    code, shown = _check(tmp_path / "nosuch")
    assert (code, "silentcert init" in shown) == (2, True)
    assert not (tmp_path / "nosuch").exists()


def test_every_file_with_a_fault_is_named_at_once(fresh):
    policy = fresh / "policy"
    (policy / "secret.key").write_text("12ab\n")
    (policy / "rules.yaml").write_text("cycels: []\n", encoding="utf-8")
    (policy / "code_lists" / "county.yaml").write_text("- {label: 城关}\n", encoding="utf-8")
    (policy / "wording" / "letters.yaml").write_text("heading: 信\n", encoding="utf-8")
    (policy / "officers.yaml").write_text("- {account: Zhang, name: 张例}\n", encoding="utf-8")
    (policy / "contracts" / "old.yaml").write_text("", encoding="utf-8")
    (policy / "contracts" / "health.odcs.yaml").write_text("name: health\n", encoding="utf-8")
    code, shown = _check(fresh)
    assert code == 3
    for place in (
        "secret.key does not end in", "rules.yaml: cycels", "county.yaml: row 1.code", "letters.yaml: nothing",
        "officers.yaml: row 1.account", "contracts/old.yaml: nothing reads", "health.odcs.yaml: schema",
    ):  # fmt: skip
        assert place in shown, place


def test_h4_a_rule_that_a_home_switched_off_is_told_and_the_home_is_in_order(fresh):
    (fresh / "policy" / "rules.yaml").write_text("grace_days: 400\n", encoding="utf-8")
    shown = "weaker than ours: policy/rules.yaml: grace_days: 400, and 3 in ours\ndeclarations: in order\n"
    assert _check(fresh) == (0, shown)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["told"][:40])
def test_an_officers_register_is_checked_like_the_policy(fresh, case):
    (fresh / "policy" / "officers.yaml").write_text(case["rows"], encoding="utf-8")
    assert any(re.search(case["told"], fault) for fault in check_home_declarations(fresh))


def test_files_in_order_are_read_and_nothing_is_kept(tmp_path):
    before = _tree(SAMPLE)
    files = [str(path) for path in sorted((SAMPLE / "inbox").glob(f"*/{DAY}/*")) if not path.name.endswith(".json")]
    _, shown = _check(SAMPLE, *files)
    assert _tree(SAMPLE) == before
    assert not (SAMPLE / "lake").exists()
    assert shown.count(" accepted, ") == len(files)


def test_what_would_be_quarantined_is_told_by_row_and_column_and_no_value(fresh):
    contract = yaml.safe_load((SCHEMAS / "contracts" / "vaccination.odcs.yaml").read_text(encoding="utf-8"))
    headers = [column["physicalName"] for column in contract["schema"][0]["properties"]]
    good = ["V1", "张例芳", "620102195005050020", "2", "", "2024-03-01 00:00:00", "", "620102", "0"]
    bad = ["V2", "李例新", "620102195005050039", "男男", "", "秘密日子", "", "620102", "0"]
    lines = [headers, good, bad, ["V3", *good[1:-3], "", "620102", "0"], ["V4", *good[1:]], ["V5", *good[1:]]]
    path = fresh / "inbox" / "vaccination" / DAY / "v.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
    code, shown = _check(fresh, str(path))
    assert code == 3
    assert "4 accepted, 1 quarantined" in shown, shown
    assert "UNKNOWN_CODE 未知代码, column gender (sex)" in shown
    assert "BAD_DATE 日期无法识别, column vaccinate_time (event_date)" in shown
    assert not {"李例新", "620102195005050039", "男男", "秘密日子"} & set(shown.replace(",", " ").split())
    assert not (fresh / "lake").exists()


def test_signatures_that_would_not_count_are_told_by_row_and_column(fresh):
    """A confirmation by names in place of accounts was read without a word, and used by no night."""
    officers = [
        {"account": account, "name": name, "office": "620102", "roles": ["HANDLER", "REVIEWER", "APPROVER"],
         "from": "2024-01-01"}
        for account, name in (("zhang", "张例"), ("li", "李例"), ("wang", "王例"))
    ]  # fmt: skip
    (fresh / "policy" / "officers.yaml").write_text(yaml.safe_dump(officers, allow_unicode=True), encoding="utf-8")
    header = "核查记录号,线索号,核查结果,核查日期,核查方式,告知日期,经办,复核,审核,是否撤销,备注"
    path = fresh / "inbox" / "verification" / DAY / "v.csv"
    path.parent.mkdir(parents=True)

    def checked(*rows: str) -> tuple[int, str]:
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
        return _check(fresh, str(path))

    assert checked("V1,a,属实,2024-03-18,,,zhang,li,wang,否,")[0] == 0
    code, text = checked("V1,a,属实,2024-03-18,,,zhang,li,王例,否,", "V2,b,属实,2024-03-18,,,zhang,li,li,否,")
    assert code == 3
    assert re.search("UNKNOWN_OFFICER .*column 审核 .*1 rows, counted after the header: 1", text), text
    assert re.search("SIGNATURES .*column 审核 .*1 rows, counted after the header: 2", text), text
    assert "王例" not in text
    code, text = checked("V1,a,本人健在,2024-03-18,电话,,zhang,,,否,", "V2,b,本人健在,2024-03-18,上门,,zhang,,,否,")
    assert code == 3
    assert re.search("NOT_MET .*column 核查方式 .*1 rows, counted after the header: 1$", text, re.M), text
    code, text = checked("V1,a,属实,2024-03-18,,2024-03-01,zhang,li,wang,否,")
    assert (code, "EARLY_NOTICE" in text) == (3, True)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("v.csv", "a,b\n1,2\n", "rejected: BAD_HEADER 表头不符"),
        ("接种.csv", "a,b\n", "rejected: BAD_NAME"),
        ("v.xlsx", "a,b\n", "rejected: BAD_FILE"),
    ],
)
def test_what_would_be_rejected_is_told(fresh, name, content, told):
    path = fresh / name
    path.write_text(content, encoding="utf-8")
    code, shown = _check(fresh, str(path), "--feed", "vaccination")
    assert (code, told in shown) == (3, True), shown


def test_a_file_of_no_feed_or_that_is_not_there_is_a_request_that_cannot_be_done(fresh):
    (fresh / "v.csv").write_text("a\n")
    assert _check(fresh, str(fresh / "v.csv"))[0] == 2
    assert _check(fresh, str(fresh / "nosuch.csv"), "--feed", "vaccination")[0] == 2
    assert _check(fresh, str(fresh / "v.csv"), "--feed", "worklist")[0] == 2


def test_a_night_in_a_folder_that_is_no_home_begins_nothing(tmp_path):
    with pytest.raises(UsageError, match=r"no home.*--home"):
        night(tmp_path / "nowhere", date(2024, 3, 18), progress=lambda step: None)
    assert not (tmp_path / "nowhere").exists()


def test_a_band_of_rows_that_nothing_fits_is_named(fresh):
    contract = (SCHEMAS / "contracts" / "vaccination.odcs.yaml").read_text(encoding="utf-8")
    (fresh / "policy" / "contracts" / "vaccination.odcs.yaml").write_text(
        re.sub(r"minimum: \d+, maximum: \d+", "minimum: 10, maximum: 5", contract), encoding="utf-8"
    )
    code, shown = _check(fresh)
    assert code == 3
    assert "vaccination.odcs.yaml" in shown
    assert "minimum 10 is above maximum 5" in shown


def test_a_file_where_only_folders_may_lie_is_named(fresh):
    (fresh / "inbox" / "medical").mkdir(parents=True, exist_ok=True)
    for path in ("loose.csv", "medical/loose.csv", "medical/.hidden"):
        (fresh / "inbox" / path).write_text("x")
    assert [line.split(":")[0] for line in misplaced_files(fresh)] == ["inbox/loose.csv", "inbox/medical/loose.csv"]


@pytest.mark.parametrize("forced", ["FORCE_COLOR", "TTY_COMPATIBLE"])
def test_h11_a_log_holds_no_progress_even_where_a_file_passes_for_a_terminal(tmp_path, forced):
    words = f"simulate --persons 3 --nights 1 --start {DAY} --seed 1 --home".split()
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", *words, str(tmp_path / "new")]
    done = subprocess.run(command, capture_output=True, env=os.environ | {forced: "1"}, check=False)
    assert done.returncode == 0
    assert b"\r" not in done.stderr
    assert b"\x1b[?25l" not in done.stderr


def test_a_province_is_not_simulated_among_files_of_a_home(fresh):
    place = fresh / "inbox" / "medical" / "2024-03-18"
    place.mkdir(parents=True)
    (place / "own.csv").write_text("x")
    with pytest.raises(FileExistsError, match="another home"):
        simulate(fresh, Scale(10, 1, date(2024, 3, 18), 1))
