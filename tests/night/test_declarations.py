"""Each night is decided by what was declared on it: policy, code lists, contracts and sentences are kept with it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from pipelines.errors import TamperError
from pipelines.home.declarations import FOLDER, declarations_kept, declarations_of
from pipelines.home.declared import SCHEMAS
from pipelines.read.explain import explain_person
from pipelines.read.verify import replay_run, verify
from pipelines.run.night import backfill, night
from pipelines.storage.receipts import read_receipts
from tests.conftest import NIGHTS, copied, silent

ACCESS = (datetime(2024, 3, 21, tzinfo=UTC), "objection")


def _change_policy(home: Path) -> None:
    """Passes last a month: nearly everybody would be overdue."""
    rules = yaml.safe_load((SCHEMAS / "policy" / "rules.yaml").read_text(encoding="utf-8"))
    rules["cycles"] = [{"programme": "*", "county": "*", "method": "*", "group": "*", "unit": "MONTHS", "length": 1}]
    (home / "policy" / "rules.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")


def _change_verdicts(home: Path) -> None:
    """Every refutation reads as a confirmation."""
    rows = yaml.safe_load((SCHEMAS / "code_lists" / "verdict.yaml").read_text(encoding="utf-8"))
    confirmed = next(row["name"] for row in rows if row["name"].startswith("TRUE"))
    changed = [row | ({"name": confirmed} if row["name"].startswith("FALSE") else {}) for row in rows]
    assert changed != rows
    folder = home / "policy" / "code_lists"
    folder.mkdir(exist_ok=True)
    (folder / "verdict.yaml").write_text(yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")


def test_what_is_read_back_is_what_was_kept(province):
    declared = declarations_of(province)
    for receipt in read_receipts(province / "lake"):
        assert declarations_kept(province / "lake", receipt) == declared


def test_runs_declared_alike_share_one_file(province):
    assert len({receipt.files[FOLDER] for receipt in read_receipts(province / "lake")}) == 1
    assert len(list((province / "lake" / FOLDER).iterdir())) == 1


@pytest.mark.slow
def test_h4_a_changed_code_list_is_in_the_receipt_and_in_the_report(after_nights, tmp_path):
    home = copied(after_nights[0], tmp_path)
    _change_verdicts(home)
    receipt = night(home, NIGHTS[1], progress=silent)
    first = read_receipts(home / "lake")[0]
    assert receipt is not None
    assert receipt.files[FOLDER] != first.files[FOLDER]
    assert receipt.run_key != first.run_key
    page = (home / "reports" / str(NIGHTS[1]) / "index.html").read_text(encoding="utf-8")
    assert "code_lists/verdict" in page
    (home / "policy" / "code_lists" / "verdict.yaml").unlink()
    assert verify(home, replay=1) == []
    assert verify(home, replay=2) == []


def test_no_change_is_reported_where_nothing_changed(province):
    for as_of in NIGHTS:
        page = (province / "reports" / str(as_of) / "index.html").read_text(encoding="utf-8")
        assert "changed since the last night" not in page


def test_s8_a_backfill_after_a_change_of_policy_corrects_nothing(home):
    _change_policy(home)
    assert backfill(home, NIGHTS[0], NIGHTS[-1], progress=silent) == []


@pytest.mark.slow
def test_s9_an_old_night_is_explained_by_its_own_policy_and_derived_again_under_it(home):
    before = explain_person(home, 1001, as_of=NIGHTS[0], for_person=False, access=ACCESS)
    _change_policy(home)
    _change_verdicts(home)
    assert explain_person(home, 1001, as_of=NIGHTS[0], for_person=False, access=ACCESS) == before
    assert replay_run(home, 1) == []


@pytest.mark.parametrize("change", ["edited", "missing"])
def test_declarations_that_were_changed_afterwards_are_named(home, change):
    (kept,) = (home / "lake" / FOLDER).iterdir()
    kept.unlink() if change == "missing" else kept.write_bytes(kept.read_bytes().replace(b"90", b"91", 1))
    assert any(kept.name in fault for fault in verify(home))
    with pytest.raises(TamperError, match="not what was committed"):
        replay_run(home, 1)
