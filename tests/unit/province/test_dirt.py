"""Every planted error is told in the truth, and the product's own reader finds what the truth says it should."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_samples.province.dirt import Dirt, is_broken_in_registry
from data_samples.province.dirt_rates import read_dirt_rates
from data_samples.province.emission import Emission
from data_samples.province.errors_of_writing import KINDS, Spoiled
from data_samples.province.field_text import to_text
from schemas.codes import Issue, QuarantineReason
from tests.unit.province.emissions import CODES, CONTRACTS, NIGHT, TOLD, emission, much_dirt, people
from tests.unit.province.test_files import read, the_file, write

NUMBER = "620102195003121234"
BORN = date(1950, 3, 12)
_DIRT = read_dirt_rates()


def soil(feed: str, count: int = 400):
    rows = emission(feed, NIGHT, people(count)).rows
    return rows, Dirt(CONTRACTS[feed], CODES, much_dirt(), seed=5).soil(rows, NIGHT)


def spoil(kind: str, *, choice: float = 0.0, feed: str = "medical", **values):
    person = {"id_number": NUMBER, "name": "张秀兰", "birth_date": BORN, "sex": "2", "event_date": NIGHT}
    tables = {"traditional": _DIRT.traditional, "homophones": _DIRT.homophones}
    codes = {c.codes: CODES.canonical(c.codes) for c in CONTRACTS[feed].columns if c.codes}
    row = dict.fromkeys((c.name for c in CONTRACTS[feed].columns), None) | person | values | {"_business_date": NIGHT}
    return KINDS[kind].write(Spoiled(row, CONTRACTS[feed], tables, codes, choice))


@pytest.mark.parametrize("feed", TOLD)
def test_a_record_that_differs_is_told(feed: str) -> None:
    rows, soiled = soil(feed)
    clean = to_text(rows, CONTRACTS[feed], CODES)[soiled.source]
    differs = [
        row for row in range(clean.height) if clean.row(row) != soiled.text.row(row) or soiled.broken[row] is not None
    ]
    repeats = [row for row in range(1, len(soiled.source)) if soiled.source[row] == soiled.source[row - 1]]
    assert differs, "the rates plant too little to test anything"
    sources = {soiled.source[row] for row in soiled.planted["row"]}
    assert {soiled.source[row] for row in differs + repeats} == sources


@pytest.mark.parametrize("feed", TOLD)
def test_the_reader_holds_what_the_truth_says(feed: str, tmp_path: Path) -> None:
    write(tmp_path, [emission(feed, NIGHT, people(400))], much_dirt())
    _, _, quarantined = read(the_file(tmp_path, feed), feed, tmp_path)
    planted = pl.read_parquet(tmp_path / "truth" / "planted.parquet")
    reasons = [reason.value for reason in QuarantineReason]
    wanted = planted.filter(pl.col("issue").is_in(reasons)).select("record_no", reason="issue").unique()
    found = (
        quarantined.filter(pl.col("reason") != QuarantineReason.TRAILER.value).select("record_no", "reason").unique()
    )
    assert set(found.rows()) == set(wanted.rows())


@pytest.mark.parametrize("feed", TOLD)
def test_a_record_touched_is_not_exact(feed: str, tmp_path: Path) -> None:
    rows, soiled = soil(feed)
    touching = [kind for kind, error in KINDS.items() if error.hides_holder or error.needs_holder or error.quarantined]
    struck = soiled.planted.filter(pl.col("kind").is_in(touching))
    assert not any(soiled.is_exact[int(soiled.source[row])] for row in struck["row"])
    untouched = set(range(rows.height)) - {int(soiled.source[row]) for row in soiled.planted["row"]}
    broken = is_broken_in_registry(rows["_named_no"], much_dirt(), seed=5)
    assert all(soiled.is_exact[row] == (feed == "registry" or not broken[row]) for row in untouched)


def test_a_snapshot_repeats_its_errors() -> None:
    dirt = Dirt(CONTRACTS["registry"], CODES, much_dirt(), seed=5)
    rows = emission("registry", NIGHT, people(300)).rows
    first, later = (dirt.soil(rows, night) for night in (NIGHT, NIGHT.replace(day=27)))
    assert first.planted.equals(later.planted)
    assert first.text.equals(later.text)


def test_a_worlds_error_keeps_its_name_and_gets_no_other() -> None:
    rows = emission("health", NIGHT, people(300)).rows.with_columns(
        _planted=pl.lit("VILLAGE_TYPO"), _is_exact=pl.lit(False)
    )
    soiled = Dirt(CONTRACTS["health"], CODES, much_dirt(), seed=5).soil(rows, NIGHT)
    read_rows = soiled.planted.filter(~pl.col("kind").is_in([k for k, e in KINDS.items() if e.quarantined]))
    assert set(read_rows["kind"]) <= {"VILLAGE_TYPO", "REPEATED"}
    assert set(read_rows.filter(pl.col("kind") == "VILLAGE_TYPO")["issue"]) <= {"ID06", ""}


def test_anothers_number_is_asked_about_once() -> None:
    own, other = people(2)
    mixed = own | {"id_number": other["id_number"]}
    rows = emission("health", NIGHT, [mixed]).rows.with_columns(_planted=pl.lit("RELATIVE_NUMBER"))
    soiled = Dirt(CONTRACTS["health"], CODES, _DIRT.model_copy(update={"feeds": {}}), seed=5).soil(rows, NIGHT)
    assert sorted(soiled.planted["issue"]) == ["", "", Issue.ID06]


def test_small_files_hold_no_row_on_purpose() -> None:
    few = emission("medical", NIGHT, people(_DIRT.fewest_rows_to_hold - 1))
    soiled = Dirt(CONTRACTS["medical"], CODES, much_dirt(), seed=5).soil(few.rows, NIGHT)
    assert not set(soiled.planted["kind"]) & {kind for kind, error in KINDS.items() if error.quarantined}


def test_where_nobody_is_named_nothing_is_asked_about_names() -> None:
    rows = emission("vaccination", NIGHT, people(400)).rows.with_columns(_named_no=pl.lit(None, dtype=pl.Int64))
    soiled = Dirt(CONTRACTS["vaccination"], CODES, much_dirt(), seed=5).soil(rows, NIGHT)
    typed = soiled.planted.filter(pl.col("kind").is_in(["HOMOPHONE", "CUT_NAME", "FIRST_PART"]))
    assert typed.height
    assert set(typed["issue"]) == {""}


@pytest.mark.parametrize(
    ("kind", "values", "written"),
    [
        ("LOWER_CASE_X", {"id_number": "62010219500312123X"}, {"id_number": "62010219500312123x"}),
        ("LOWER_CASE_X", {}, None),
        ("FULL_WIDTH", {}, {"id_number": "６２０１０２１９５００３１２１２３４"}),
        ("INNER_SPACES", {}, {"id_number": "620102 19500312 1234"}),
        ("SCIENTIFIC", {}, {"id_number": "6.20102E+17"}),
        ("MASKED", {}, {"id_number": "62010219500312****"}),
        ("OTHER_DOCUMENT", {}, {"id_number": "E19500312"}),
        ("SWAPPED_DIGITS", {}, {"id_number": "620102195003122134"[:14] + "2134"}),
        ("COLUMNS_SWAPPED", {}, {"id_number": "张秀兰", "name": NUMBER}),
        ("SEPARATOR", {"name": "阿卜·王"}, {"name": "阿卜•王"}),
        ("SEPARATOR", {}, None),
        ("TRADITIONAL", {}, {"name": "張秀兰"}),
        ("HOMOPHONE", {"name": "张志超"}, {"name": "张智超"}),
        ("CUT_NAME", {"name": "马哈力麦"}, {"name": "马哈力"}),
        ("CUT_NAME", {"name": "阿卜·王明"}, None),
        ("FIRST_PART", {"name": "阿卜·王明"}, {"name": "阿卜"}),
        ("FIRST_PART", {}, None),
        ("CUT_NAME", {}, None),
        ("OTHER_SEX", {}, {"sex": "1"}),
        ("OTHER_SEX", {"sex": "0"}, None),
        ("LAST_YEAR", {}, {"event_date": date(2023, 1, 20)}),
        ("LAST_YEAR", {"event_date": date(2024, 2, 1)}, None),
        ("FUTURE_EVENT", {}, {"event_date": date(2025, 1, 19)}),
        ("FUTURE_EVENT", {"event_date": date(2020, 1, 1)}, None),
        ("BIRTH_PLACEHOLDER", {}, {"birth_date": date(1900, 1, 1)}),
        ("OTHER_DATE_FORMAT", {}, {"event_date": "2024.01.20"}),
        ("NO_NUMBER", {"id_number": None}, None),
    ],
)
def test_what_an_error_writes(kind: str, values: dict, written: dict | None) -> None:
    assert spoil(kind, **values) == written


def test_errors_of_the_body_keep_the_check_character_right() -> None:
    for kind in ("IMPOSSIBLE_DATE", "UNKNOWN_COUNTY"):
        changed = spoil(kind)["id_number"]
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
        total = sum(w * (10 if c == "X" else int(c)) for w, c in zip(weights, changed, strict=True))
        assert total % 11 == 1, kind


def test_every_kind_has_a_rate_and_every_rate_a_kind() -> None:
    assert {rate.kind for rate in _DIRT.records} == set(KINDS)
    assert all(rate.why for rate in _DIRT.records)


def test_rates_are_met(tmp_path: Path) -> None:
    """Of twenty thousand numbers as many are masked as `dirt.yaml` says, within four standard deviations."""
    rows = pl.concat([emission("transport", NIGHT, people(1000)).rows] * 20)
    rows = rows.with_columns(record_id=pl.format("t{}", pl.int_range(pl.len())))
    soiled = Dirt(CONTRACTS["transport"], CODES, _DIRT, seed=5).soil(rows, NIGHT)
    share = dict(_DIRT.of("transport", "number"))["MASKED"]
    found = soiled.planted.filter(pl.col("kind") == "MASKED").height
    assert abs(found - 20000 * share) < 4 * (20000 * share) ** 0.5


def test_an_emission_without_a_column_is_rejected() -> None:
    whole = emission("medical", NIGHT, people(2))
    with pytest.raises(ValueError, match="sex"):
        Dirt(CONTRACTS["medical"], CODES, _DIRT, seed=5).soil(
            Emission("medical", NIGHT, whole.rows.drop("sex")).rows, NIGHT
        )
