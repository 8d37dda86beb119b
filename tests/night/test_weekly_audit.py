"""The weekly audit: everything is verified, one run is derived again, and what cannot be alike is not compared."""

from datetime import date, timedelta

import pytest

from pipelines.errors import TamperError
from pipelines.home.declarations import FOLDER
from pipelines.home.declared import SCHEMAS
from pipelines.read.verify import audit_ledger, drawn_run, replay_run
from pipelines.storage.receipts import read_receipts
from tests.conftest import NIGHTS

SUNDAYS = [date(2024, 3, 24) + timedelta(weeks=week) for week in range(12)]


def test_one_run_is_derived_again_and_in_a_season_each_of_them(home):
    receipts = read_receipts(home / "lake")
    today = (receipts[0].logic_version, receipts[0].policy_digest)
    drawn = [drawn_run(receipts, today, day) for day in SUNDAYS]
    assert set(drawn) == {receipt.number for receipt in receipts}
    result = audit_ledger(home, drawn_by=SUNDAYS[0])
    assert result == {"receipts": len(NIGHTS), "derived_again": drawn[0]}


def test_a_changed_byte_fails_the_audit_and_is_named(home):
    victim = next((home / "lake" / "certification_entry").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"\0")
    with pytest.raises(TamperError, match=f"1 faults, the first: .*{victim.name}"):
        audit_ledger(home, drawn_by=SUNDAYS[0])


@pytest.mark.slow
def test_s9_after_a_change_of_policy_older_runs_are_derived_again_by_their_own(home):
    rules = (SCHEMAS / "policy" / "rules.yaml").read_text(encoding="utf-8")
    changed = rules.replace("due_soon_days: 90", "due_soon_days: 91")
    assert changed != rules
    (home / "policy" / "rules.yaml").write_text(changed, encoding="utf-8")
    assert replay_run(home, 1) == []
    assert audit_ledger(home, drawn_by=SUNDAYS[0])["derived_again"] in range(1, len(NIGHTS) + 1)


def test_a_run_of_a_format_without_declarations_is_derived_again_under_its_policy_only(home):
    old = [
        receipt.model_copy(update={"files": {name: files for name, files in receipt.files.items() if name != FOLDER}})
        for receipt in read_receipts(home / "lake")
    ]
    logic, policy = old[0].logic_version, old[0].policy_digest
    assert drawn_run(old, (logic, policy), SUNDAYS[0]) > 0
    assert drawn_run(old, (logic, "another"), SUNDAYS[0]) == 0
    assert drawn_run(old, ("another", policy), SUNDAYS[0]) == 0
