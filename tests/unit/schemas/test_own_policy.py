"""A home's policy is laid over ours, row by row: what it writes holds, what it does not write stays ours."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
import yaml

from pipelines.home.declared import SCHEMAS
from pipelines.signals.facts import loss_facts
from schemas.declaration import DeclarationError
from schemas.overlay import read_policy
from schemas.policy import Policy
from schemas.tables import LINK
from tests.derived import engine, row, shipped_policy

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "home.yaml").read_text(encoding="utf-8"))["policy"]
EMPLOYEE, COUNTY = "EMPLOYEE_PENSION", "620102"


def _policy(folder: Path, **files: str) -> Policy:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_policy([SCHEMAS / "policy", folder])


def _length(policy: Policy, *, programme=EMPLOYEE, county=COUNTY, method="SILENT", group="GENERAL", day="2024-03-18"):
    """Length and unit of the first cycle that fits, as the night takes it."""
    names = {"programme": programme, "county": county, "method": method, "group": group}
    fits = (
        cycle
        for cycle in policy.cycles
        if all(getattr(cycle, name) in ("*", value) for name, value in names.items())
        if date.fromisoformat(day) >= cycle.from_date
    )
    cycle = next(fits)
    return cycle.length, cycle.unit


def test_h3_one_more_signal_is_one_row(tmp_path):
    own = _policy(
        tmp_path,
        signals="- {feed: medical, event_code: CHRONIC, qualifiers: [''], signal_code: REFILL_SEEN, signal_class: C}\n",
    )
    ours = shipped_policy()
    assert [r.signal_code for r in own.rows_for("medical", "CHRONIC", "")] == ["REFILL_SEEN"]
    assert own.rows_for("medical", "CHRONIC", "ALIVE") == ours.rows_for("medical", "CHRONIC", "ALIVE")
    assert len(own.signals) == len(ours.signals)
    assert own.losses == ours.losses
    assert own.digest != ours.digest


def test_h3_one_countys_cycle_is_one_row(tmp_path):
    own = _policy(tmp_path, rules=f"cycles:\n- {{county: '{COUNTY}', unit: DAYS, length: 180}}\n")
    assert _length(own) == (180, "DAYS")
    assert _length(own, county="620524") == (12, "MONTHS")
    assert own.programmes == shipped_policy().programmes


def test_h3_one_loss_kinds_row_leaves_its_neighbours(tmp_path):
    rule = "{programmes: [RESIDENT_PENSION], loss_kinds: [LS10], effect: SUSPEND, legal_ground: 省里的办法}"
    own = _policy(tmp_path, rules=f"programmes:\n- {rule}\n")
    assert own.rule_of("RESIDENT_PENSION", "LS10").effect == "SUSPEND"
    assert own.rule_of("RESIDENT_PENSION", "LS11").effect == "END"
    assert own.rule_of("UNEMPLOYMENT", "LS10").effect == "END"


def test_h3_a_programmes_row_is_narrower_than_that_for_any_programme(tmp_path):
    rule = "{programmes: [WORK_INJURY], loss_kinds: [LS01], effect: SUSPEND, legal_ground: 省里的办法}"
    own = _policy(tmp_path, rules=f"programmes:\n- {rule}\n")
    assert own.rule_of("WORK_INJURY", "LS01").effect == "SUSPEND"
    assert own.rule_of(EMPLOYEE, "LS01").effect == "END"
    effects = {
        (r["programme_code"], r["loss_kind"]): r["effect"]
        for r in own.effect_rows([EMPLOYEE, "WORK_INJURY"]).to_pylist()
    }
    assert (effects["WORK_INJURY", "LS01"], effects[EMPLOYEE, "LS01"]) == ("SUSPEND", "END")


LS19 = "contradictions: [{loss_kinds: [LS19], signal_classes: [A], rule: AFTER}]\n"


def _health(policy):
    return policy.run_health.min_volume_share, policy.run_health.silent_rows


def _days(policy):
    return [notice.days_before for notice in policy.notices]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("grace_days: 5\n", lambda p: (p.grace_days, p.pair_days) == (5, 60)),
        ("run_health: {min_volume_share: 0.8}\n", lambda p: _health(p) == (0.8, 7)),
        ("reply_windows: {MISSING: 30}\n", lambda p: sorted(p.reply_windows.values()) == [0, 15, 15, 15, 15, 30]),
        ("death_dates: {tolerance_days: 60}\n", lambda p: len(p.death_dates.loss_kinds) == 4),
        ("notices: [{stage: 一个月提醒, days_before: 40}]\n", lambda p: _days(p) == [90, 40, 7]),
        ("notices: [{stage: 两个月提醒, days_before: 60}]\n", lambda p: _days(p) == [90, 60, 30, 7]),
        ("excluding_programmes: [[RESIDENT_PENSION, UNEMPLOYMENT]]\n", lambda p: len(p.excluding_programmes) == 3),
        ("excluding_programmes: [[RESIDENT_PENSION, EMPLOYEE_PENSION]]\n", lambda p: p == shipped_policy()),
        (LS19, lambda p: len(p.contradictions) == len(shipped_policy().contradictions)),
        ("", lambda p: p == shipped_policy()),
        ("# 只有注释\n", lambda p: p == shipped_policy()),
    ],
)  # fmt: skip
def test_h3_a_key_of_the_rules_leaves_the_others_ours(tmp_path, rules, expected):
    assert expected(_policy(tmp_path, rules=rules))


def test_h3_priors_uses_and_years_are_added_key_by_key(tmp_path):
    own = _policy(
        tmp_path,
        linkage="priors: {health: 0.5}\nuses: {STRONG: {LIFE: KEEP}}\n",
        calendar="2027:\n  holidays: [2027-01-01]\n  working: []\n2026:\n  working: [2026-01-04]\n",
    )
    ours = shipped_policy()
    assert own.linkage.priors == ours.linkage.priors | {"health": 0.5}
    assert (own.linkage.uses["STRONG"]["LIFE"], own.linkage.uses["STRONG"]["LOSS"]) == ("KEEP", "SUSPECT")
    assert set(own.calendar) == {*ours.calendar, 2027}
    assert own.calendar[2026].holidays == ours.calendar[2026].holidays
    assert own.calendar[2026].working == (date(2026, 1, 4),)


def test_h3_a_kind_of_record_ours_call_a_sign_can_be_ignored(tmp_path):
    own = _policy(
        tmp_path,
        ignored="- {feed: medical, event_code: PHARMACY, qualifiers: ['', ALIVE], why: 药店购药可由他人代办}\n",
    )
    assert own.consequence_of("medical", "PHARMACY", "ALIVE") == "OTHER"
    assert all(sign.event_code != "PHARMACY" for sign in own.signals)


CYCLES = [
    "{unit: MONTHS, length: 12}",
    "{method: SELF, unit: DAYS, length: 180}",
    f"{{county: '{COUNTY}', unit: MONTHS, length: 6}}",
    f"{{county: '{COUNTY}', method: SELF, unit: DAYS, length: 90}}",
    f"{{county: '{COUNTY}', method: SELF, from_date: 2025-01-01, unit: DAYS, length: 60}}",
]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_h3_the_narrowest_cycle_holds_wherever_it_stands(tmp_path, order):
    own = _policy(tmp_path, rules="cycles:\n" + "".join(f"- {CYCLES[place]}\n" for place in order))
    found = [
        _length(own, county="620524"),
        _length(own, county="620524", method="SELF"),
        _length(own),
        _length(own, method="SELF"),
        _length(own, method="SELF", day="2025-01-01"),
    ]
    assert found == [(12, "MONTHS"), (180, "DAYS"), (6, "MONTHS"), (90, "DAYS"), (60, "DAYS")]
    same = [read_policy([SCHEMAS / "policy", tmp_path]).digest, own.digest]
    assert len(set(same)) == 1


@pytest.mark.parametrize("wide_first", [True, False])
def test_h3_the_row_of_an_event_holds_before_that_of_any_event(tmp_path, wide_first):
    rows = [
        "- {feed: medical, event_code: '*', qualifiers: [DEAD], loss_kind: LS18, loss_group: DEATH}\n",
        "- {feed: medical, event_code: OUTPATIENT, qualifiers: [DEAD], loss_kind: LS01, loss_group: DEATH}\n",
    ]
    own = _policy(tmp_path, losses="".join(rows if wide_first else reversed(rows)))
    assert own.consequence_of("medical", "OUTPATIENT", "DEAD") == "LOSS"
    assert _losses(own, "OUTPATIENT") == ["LS01"]
    assert _losses(own, "INPATIENT") == ["LS18"]


def test_h3_an_event_that_is_ignored_is_left_out_of_any_event(tmp_path):
    own = _policy(
        tmp_path, ignored="- {feed: medical, event_code: PHARMACY, qualifiers: [DEAD], why: 药店不登记去世}\n"
    )
    assert own.consequence_of("medical", "PHARMACY", "DEAD") == "OTHER"
    assert (_losses(own, "PHARMACY"), _losses(own, "EMERGENCY")) == ([], ["LS18"])


def _losses(policy: Policy, event: str) -> list[str]:
    link = row(
        LINK, feed="medical", event_code=event, qualifier_code="DEAD", event_date=date(2024, 3, 1), person_no=7,
    )  # fmt: skip
    records = engine().table(LINK.arrow().empty_table().from_pylist([link], schema=LINK.arrow()))
    records = records.mutate(first_stated=records.business_date)
    facts = loss_facts(records, engine().table(policy.loss_rows()), as_of=date(2024, 3, 18))
    return facts.to_pyarrow()["loss_kind"].to_pylist()


SIGNAL = "{feed: medical, event_code: CHRONIC, qualifiers: [''], signal_code: X, signal_class: C}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["told"][:60])
def test_h3_what_cannot_hold_is_refused_by_file_and_key(tmp_path, case):
    (tmp_path / case["file"]).write_text(case["text"], encoding="utf-8")
    with pytest.raises(DeclarationError, match=case["told"]):
        read_policy([SCHEMAS / "policy", tmp_path])


def test_h3_two_files_that_say_two_things_of_one_record_are_refused(tmp_path):
    ignored = "- {feed: medical, event_code: CHRONIC, qualifiers: [''], why: 代办}\n"
    with pytest.raises(
        DeclarationError, match=r"ignored\.yaml, row 1 and signals\.yaml, row 1 both say what medical CHRONIC"
    ):
        _policy(tmp_path, signals=f"- {SIGNAL}\n", ignored=ignored)


def test_h3_the_same_row_twice_is_one(tmp_path):
    assert _policy(tmp_path, signals=f"- {SIGNAL}\n- {SIGNAL}\n").signals


def test_our_own_policy_has_no_row_that_another_hides():
    declared = yaml.safe_load((SCHEMAS / "policy" / "signals.yaml").read_text(encoding="utf-8"))
    assert len(shipped_policy().signals) == sum(len(row["qualifiers"]) for row in declared)
