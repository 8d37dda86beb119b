"""What a home declares fits together, and everything of it is used: else no night begins, and its author is told."""

import re
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from pipelines.home.declared import SCHEMAS, check_declarations, loosened_by, policy_of, rulebook_of, wording_of
from pipelines.run.handover import open_night
from pipelines.run.night import night
from schemas.declaration import DeclarationError
from schemas.overlay import read_policy
from tests.conftest import NIGHTS, new_home, silent

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "home.yaml").read_text(encoding="utf-8"))


def _contract(home: Path, feed: str, change: dict[str, Any], *, name: str) -> None:
    document = yaml.safe_load((SCHEMAS / "contracts" / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))
    _changed(document, change)
    _write(home, f"contracts/{name}", yaml.safe_dump(document, allow_unicode=True))


def _write(home: Path, name: str, text: str) -> None:
    path = home / "policy" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _check(home: Path) -> None:
    check_declarations(home, rulebook_of(home))


def _changed(document: dict[str, Any], change: dict[str, Any]) -> None:
    """Applies a change as `home.yaml` writes it: a column dropped or set, a property set or added, the name."""
    schema, properties = document["schema"][0], document["customProperties"]
    if "drop" in change:
        dropped = [one for one in schema["properties"] if change["drop"] in (one["name"], "every column")]
        schema["properties"] = [one for one in schema["properties"] if one not in dropped]
    for column in schema["properties"]:
        column.update(change["set"] if column["name"] == change.get("column") else {})
    if "property" in change:
        properties = [one for one in properties if one["property"] != change["property"]]
        properties += [] if change["value"] is None else [{"property": change["property"], "value": change["value"]}]
    document["customProperties"] = properties + ([change["add"]] if "add" in change else [])
    if "name" in change:
        document["name"] = change["name"]


@pytest.mark.parametrize("case", CASES["contracts"], ids=lambda case: f"{case['case']} {case['what']}")
def test_h1_h2_a_contract_that_cannot_act_is_refused_by_file_and_key(tmp_path, case):
    named = case["change"].get("name") or case["feed"]
    file = named if named.isascii() else case["feed"]
    _contract(tmp_path, case["feed"], case["change"], name=f"{file}.odcs.yaml")
    with pytest.raises(DeclarationError, match=case["told"]):
        _check(tmp_path)


def test_h1_two_files_for_one_feed_are_refused(tmp_path):
    _contract(tmp_path, "health", {}, name="health.odcs.yaml")
    _contract(tmp_path, "health", {}, name="health_new.odcs.yaml")
    with pytest.raises(DeclarationError, match=r"health_new\.odcs\.yaml: name: health\.odcs\.yaml declares health"):
        _check(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "contracts/health.yaml", "contracts/health.odcs.yml", "contracts/old/health.odcs.yaml", "signal.yaml",
        "signals.yml", "rules.yaml.bak", "rules.yaml.txt", "contracts/health.odcs.yaml.txt", "officers.yml.md",
        "code_lists/county.csv", "code_list/county.yaml", "wording/letter.orig",
    ],
)  # fmt: skip
def test_h1_a_file_that_nothing_reads_is_named(tmp_path, name):
    _write(tmp_path, name, "# nothing\n")
    with pytest.raises(DeclarationError, match=rf"policy/{re.escape(name)}: nothing reads this"):
        _check(tmp_path)


@pytest.mark.parametrize("folder", ["contracts", "code_lists", "wording"])
def test_h1_what_an_editor_leaves_hidden_beside_a_file_stops_no_night(tmp_path, folder):
    ending = ".odcs.yaml" if folder == "contracts" else ".yaml"
    _write(tmp_path, f"{folder}/._health{ending}", "name: [\n")
    (tmp_path / "policy" / folder / f".#health{ending}").symlink_to("somebody@machine.4711")
    _check(tmp_path)
    wording_of(tmp_path)


@pytest.mark.parametrize("what", ["a link to nowhere", "a folder"])
def test_h2_a_contract_that_is_no_file_is_refused_by_name(tmp_path, what):
    path = tmp_path / "policy" / "contracts" / "health.odcs.yaml"
    path.parent.mkdir(parents=True)
    path.mkdir() if what == "a folder" else path.symlink_to(tmp_path / "nosuch")
    with pytest.raises(DeclarationError, match=r"health\.odcs\.yaml: no file can be read there"):
        _check(tmp_path)


def test_h2_a_contract_about_two_files_is_refused(tmp_path):
    document = yaml.safe_load((SCHEMAS / "contracts" / "health.odcs.yaml").read_text(encoding="utf-8"))
    document["schema"] *= 2
    _write(tmp_path, "contracts/health.odcs.yaml", yaml.safe_dump(document, allow_unicode=True))
    with pytest.raises(DeclarationError, match=r"health\.odcs\.yaml: schema: 2 are written, .* keep one"):
        _check(tmp_path)


@pytest.mark.parametrize("name", ["README.md", "contracts/notes.txt", ".gitignore", "examples/contracts/x.odcs.yaml"])
def test_what_is_there_for_people_is_left_alone(tmp_path, name):
    _write(tmp_path, name, "nothing\n")
    _check(tmp_path)


@pytest.mark.parametrize("case", CASES["declarations"], ids=lambda case: case["told"][:60])
def test_h1_h3_a_name_that_nothing_knows_and_a_row_that_never_fires_are_refused(tmp_path, case):
    _write(tmp_path, case["file"], case["text"] + "\n")
    with pytest.raises(DeclarationError, match=case["told"]):
        _check(tmp_path)


@pytest.mark.parametrize("case", CASES["loosened"], ids=lambda case: case["text"][:60])
def test_h3_h4_a_rule_made_weaker_than_ours_is_named_and_taken(tmp_path, case):
    _write(tmp_path, case["file"], case["text"] + "\n")
    _check(tmp_path)
    assert loosened_by(tmp_path) == [f"policy/{one}" for one in case["told"]]


def test_h3_a_home_without_rules_of_its_own_is_as_strict_as_ours(tmp_path):
    assert loosened_by(tmp_path) == []


def test_v19_offices_of_a_home_are_taken_county_by_county(tmp_path):
    _write(tmp_path, "offices.yaml", '"621022": {address: 环县样例路1号, telephone: 0000-0000000}\n')
    _check(tmp_path)
    assert {code: office.telephone for code, office in policy_of(tmp_path).offices.items()} == {
        "621022": "0000-0000000"
    }
    assert policy_of(tmp_path / "another").offices == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"999998": {address: 路, telephone: "0"}', r"offices\.yaml: 999998: no list knows this county"),
        ('"621022": {address: 路}', r"policy offices\.yaml.*telephone"),
        ('"621022": {address: "", telephone: "0"}', r"policy offices\.yaml.*address"),
        ('"621022": {address: 路, telephone: "0", fax: "0"}', r"policy offices\.yaml.*fax"),
        ("- 621022", r"policy offices\.yaml"),
    ],
)
def test_v19_an_office_that_nobody_could_find_is_refused(tmp_path, text, told):
    _write(tmp_path, "offices.yaml", f"{text}\n")
    with pytest.raises(DeclarationError, match=told):
        _check(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('nobody: {name: 样例处, telephone: "0"}', r"superiors\.yaml: nobody: no list knows this agency"),
        ("health: {name: 样例处}", r"policy superiors\.yaml.*telephone"),
        ('health: {name: "", telephone: "0"}', r"policy superiors\.yaml.*name"),
    ],
)
def test_a_superior_that_nobody_could_call_is_refused(tmp_path, text, told):
    _write(tmp_path, "superiors.yaml", 'civil_affairs: {name: 样例处, telephone: "0"}\n')
    _check(tmp_path)
    assert policy_of(tmp_path).superiors["civil_affairs"].name == "样例处"
    _write(tmp_path, "superiors.yaml", f"{text}\n")
    with pytest.raises(DeclarationError, match=told):
        _check(tmp_path)


def test_a_known_kind_of_loss_may_be_given_to_another_record(tmp_path):
    row = "{feed: civil_affairs, event_code: MARRIAGE, qualifiers: [''], loss_kind: LS15, loss_group: CONDITION}"
    _write(tmp_path, "losses.yaml", f"- {row}\n")
    _check(tmp_path)


@pytest.mark.parametrize("missing", ["programmes", "contradictions"])
def test_h1_a_loss_kind_without_its_rows_is_named(tmp_path, missing):
    ours = tmp_path / "ours"
    copytree(SCHEMAS / "policy", ours)
    rules = yaml.safe_load((ours / "rules.yaml").read_text(encoding="utf-8"))
    for rule in rules[missing]:
        rule["loss_kinds"] = [kind for kind in rule["loss_kinds"] if kind != "LS09"]
    rules[missing] = [rule for rule in rules[missing] if rule["loss_kinds"]]
    (ours / "rules.yaml").write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    declared = rulebook_of(tmp_path)._replace(policy=read_policy([ours]))
    with pytest.raises(DeclarationError, match=rf"rules\.yaml: {missing}: no row for LS09.*loss_kinds: \[LS09\]"):
        check_declarations(tmp_path, declared)


def test_a_new_feed_with_all_its_rows_is_taken(tmp_path):
    _contract(tmp_path, "vaccination", {"name": "flu"}, name="flu.odcs.yaml")
    _write(
        tmp_path,
        "signals.yaml",
        "- {feed: flu, event_code: VACCINATION, qualifiers: [''], signal_code: FLU, signal_class: B}\n",
    )
    _write(tmp_path, "linkage.yaml", "priors: {flu: 0.4}\n")
    _write(tmp_path, "code_lists/county.yaml", "- {code: '999999', label: 新区}\n")
    _write(tmp_path, "rules.yaml", "cycles: [{county: '999999', unit: DAYS, length: 180}]\n")
    _check(tmp_path)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("personal_cycles: [{person_no: 1, method: SELVES, %s, approved_by: a, why: b}]", "method SELVES: no list"),
        ("run_health: {released: [{feed: medcal, county: '*', %s, by: a, why: b}]}", "feed medcal: no contract"),
        ("run_health: {released: [{feed: medical, county: '9', %s, by: a, why: b}]}", "county 9: no list knows it"),
    ],
)
def test_h1_a_row_of_the_rules_that_names_nothing_is_refused(tmp_path, rules, told):
    length = "unit: DAYS, length: 9, " if "personal" in rules else ""
    _write(tmp_path, "rules.yaml", rules % f"{length}from_date: 2024-01-01")
    with pytest.raises(DeclarationError, match=told):
        _check(tmp_path)


def test_h1_no_night_begins_and_nothing_is_written(tmp_path):
    home = new_home(tmp_path)
    _contract(home, "vaccination", {"drop": "event_date"}, name="vaccination.odcs.yaml")
    _write(home, "contracts/old.yaml", "")
    for run in (lambda: night(home, NIGHTS[0], progress=silent), lambda: open_night(home, NIGHTS[0], shares=1)):
        with pytest.raises(DeclarationError, match=r"(?s)old\.yaml.*event_date: is missing"):
            run()
    assert not list((home / "lake").glob("receipts/*.json"))
