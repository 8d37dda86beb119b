"""What simulated agencies write: typed by the contracts, the same again, nothing the dead could not have done."""

from datetime import date

import polars as pl
import pytest

from data_samples.province.emission import TRUTH_COLUMNS, WORLD_ERRORS
from data_samples.province.money import SECOND_NUMBERS
from data_samples.province.office import read_story_rates
from data_samples.province.parameters import Scale, read_parameters
from data_samples.province.truth_frames import second_numbers
from data_samples.province.world import World
from schemas.code_tables import read_code_tables

START = date(2024, 3, 18)
OF_THE_DEAD = {
    "DEATH_REPORT", "DEATH_CORRECTED", "VILLAGE_LIST", "DIED_IN_HOSPITAL", "RELATIVE_USED_CARD", "FAMILY_REPORT",
    "OFFICER_TOLD_DEAD", "PAYMENT", "REGISTRY_STATE", "REGISTER_STATE",
}  # fmt: skip
_TYPES = {"date": pl.Date, "integer": pl.Int64, "fen": pl.Int64, "boolean": pl.Boolean, "string": pl.String}


def world(*, persons=12_000, nights=2, seed=5, start=START):
    return World(read_parameters(), Scale(persons, nights, start, seed))


def written(of):
    return [(emission.feed, emission.business_date, emission.rows) for emission in of.emissions()]


@pytest.fixture(scope="module")
def province():
    return world()


@pytest.fixture(scope="module")
def emissions(province):
    return list(province.emissions())


def _rows(emissions, feed):
    return pl.concat([emission.rows for emission in emissions if emission.feed == feed])


def test_the_same_seed_writes_the_same_and_another_seed_does_not():
    one, again, other = (written(world(persons=1500, seed=seed)) for seed in (1, 1, 2))
    assert [(f, d) for f, d, _ in one] == [(f, d) for f, d, _ in again]
    assert all(left.equals(right) for (_, _, left), (_, _, right) in zip(one, again, strict=True))
    assert not any(left.equals(right) for (f, _, left), (_, _, right) in zip(one, other, strict=True) if left.height)


def test_a_night_is_the_same_however_many_nights_are_asked_for():
    few, many = (world(persons=4000, nights=nights) for nights in (2, 9))
    for night in (0, 1):
        pairs = zip(few.night(0, night), many.night(0, night), strict=True)
        assert all(one.rows.equals(other.rows) for one, other in pairs)


def test_a_block_is_the_same_alone_as_among_others():
    after_others, alone = world(persons=104_000, nights=1), world(persons=104_000, nights=1)
    for block in (0, 1):
        list(after_others.night(block, 0))
    pairs = list(zip(after_others.night(2, 0), alone.night(2, 0), strict=True))
    assert len(alone.blocks()) == 3
    assert all(one.rows.equals(other.rows) for one, other in pairs)
    assert any(one.rows.height for one, _ in pairs)


def test_every_emission_has_the_columns_of_its_contract_typed_and_in_canonical_codes(province, emissions):
    tables = read_code_tables()
    for emission in emissions:
        contract = province.contracts[emission.feed]
        expected = {column.name: _TYPES[column.type] for column in contract.columns} | TRUTH_COLUMNS
        if emission.rows.height:
            assert dict(emission.rows.schema) == expected, emission.feed
        for column in contract.columns:
            values = emission.rows[column.name]
            if column.codes and column.type == "string":
                assert set(values.drop_nulls()) <= set(tables.names(column.codes)), (emission.feed, column.name)
            if column.required:
                assert values.null_count() == 0, (emission.feed, column.name)


def test_every_feed_says_something_on_the_first_night_except_one_that_is_retired(emissions):
    first = {emission.feed for emission in emissions if emission.business_date == START and emission.rows.height}
    assert first == {
        "registry", "population_register", "payments", "transport", "vaccination", "medical", "civil_affairs",
        "health", "public_security", "justice", "self_certification", "field_visit", "service_request",
    }  # fmt: skip


def test_a_record_key_stands_once_in_a_file(emissions):
    for emission in emissions:
        if "record_id" in emission.rows.columns:
            assert emission.rows["record_id"].is_unique().all(), emission.feed


def test_nothing_is_dated_after_the_night_it_comes_on(emissions):
    for emission in emissions:
        for column in ("event_date", "recorded_date"):
            if column in emission.rows.columns and emission.feed != "population_register":
                assert (emission.rows[column].drop_nulls() <= emission.business_date).all(), (emission.feed, column)


def test_after_a_death_only_what_its_cause_explains(province, emissions):
    deaths = pl.DataFrame(
        {
            "_person_no": province.lives(0).block.people["person_no"],
            "death": pl.Series(province.lives(0).fates.death).cast(pl.Int64),
        }
    )
    for emission in emissions:
        if "event_date" not in emission.rows.columns:
            continue
        dated = emission.rows.join(deaths, on="_person_no").with_columns(
            day=pl.col("event_date").cast(pl.Int32).cast(pl.Int64)
        )
        late = dated.filter(pl.col("day") >= pl.col("death"))
        assert set(late["_cause"]) <= OF_THE_DEAD, emission.feed


def test_the_dead_leave_records_of_every_kind_that_explains_them():
    causes = {cause for _, _, rows in written(world(persons=40_000, nights=1)) for cause in rows["_cause"].unique()}
    assert causes >= OF_THE_DEAD
    assert {
        "ALIVE_REPORTED_DEAD",
        "CUSTODY",
        "PRISON_TERM",
        "SENTENCE",
        "REFUND",
        "STRANGER",
        "SELF_REMINDED",
    } <= causes


def test_what_is_planted_is_known_by_name_and_is_not_exact(emissions):
    for emission in emissions:
        planted = emission.rows.filter(pl.col("_planted").is_not_null())
        assert set(planted["_planted"]) <= set(WORLD_ERRORS)
        with_other_identity = planted.filter(~pl.col("_planted").is_in(["STILL_LISTED", "OTHER_DEATH_DATE"]))
        assert not with_other_identity["_is_exact"].any()


def test_a_registry_out_of_date_does_not_know_the_change(province, emissions):
    stale = _rows(emissions, "registry").filter(pl.col("_planted") == "REGISTRY_OLD_NUMBER")
    people = province.lives(0).block.people.select("person_no", "id_number", before="former_id_number")
    known = stale.select("person_no", held="id_number", former="former_id_number").join(people, on="person_no")
    assert known.height
    assert known.filter((pl.col("held") != pl.col("before")) | pl.col("former").is_not_null()).is_empty()


def test_a_human_under_two_numbers_is_one_in_everything_else(province, emissions):
    rows = _rows(emissions, "registry")
    second = rows.filter(pl.col("person_no") >= SECOND_NUMBERS).with_columns(pl.col("person_no") - SECOND_NUMBERS)
    both = second.join(rows, on="person_no", suffix="_first")
    assert second.height > 5
    assert (both["id_number"] == both["id_number_first"]).all()
    assert set(second["_planted"]) == {"SECOND_NUMBER"}
    assert second_numbers(province.lives(0)).height == second["person_no"].n_unique()


def test_a_relatives_record_states_nothing_else_of_the_person(emissions):
    rows = _rows(emissions, "vaccination").filter(pl.col("_planted") == "RELATION_WORD")
    assert rows.height
    assert rows["birth_date"].null_count() == rows["sex"].null_count() == rows["_person_no"].null_count() == rows.height
    assert rows["name"].str.contains("(之子|之女|之妻|之母|家属)$").all()


def test_a_namesakes_number_stands_beside_the_own_birth_date():
    rows = pl.concat(rows for feed, _, rows in written(world(persons=40_000, nights=1)) if feed == "health")
    taken = rows.filter(pl.col("_planted") == "NAMESAKES_NUMBER")
    assert taken.height
    assert (taken["id_number"].str.slice(6, 8) != taken["birth_date"].dt.strftime("%Y%m%d")).any()
    assert (taken["_person_no"] != taken["_named_no"]).all()


def test_strangers_bear_no_number_of_the_registry(province, emissions):
    held = set(province.lives(0).block.people["id_number"]) | set(
        province.lives(0).block.people["former_id_number"].drop_nulls()
    )
    for feed in ("medical", "transport", "public_security"):
        strange = _rows(emissions, feed).filter(pl.col("_cause") == "STRANGER")
        assert strange.height > 10
        assert strange["_person_no"].null_count() == strange.height
        assert not held & set(strange["id_number"])


def test_mass_testing_ended_in_january_2023():
    before = {feed for feed, _, rows in written(world(nights=1, start=date(2022, 12, 20))) if rows.height}
    after = {feed for feed, _, _ in written(world(nights=1, start=date(2023, 1, 8)))}
    assert "nucleic_acid" in before
    assert "nucleic_acid" not in after


def test_nobody_is_paid_who_does_not_draw_and_no_month_twice(province, emissions):
    paid = _rows(emissions, "payments").filter(pl.col("payment_kind") == "PAID")
    drawing = province.lives(0).block.people.filter(pl.Series(province.lives(0).block.drawing))["person_no"]
    assert set(paid["_person_no"] % SECOND_NUMBERS) <= set(drawing)
    assert not paid.select("person_no", "programme_code", "county_code", "pay_month").is_duplicated().any()


def test_an_ended_benefit_is_not_paid_and_the_registry_says_so(province, emissions):
    states = _rows(emissions, "registry").filter(pl.col("payment_state") == "TERMINATED")
    paid = _rows(emissions, "payments").filter(
        pl.col("payment_kind") == "PAID", pl.col("pay_month") == date(2024, 3, 1)
    )
    ended = province.lives(0).entitlements.filter(pl.col("stop") <= (date(2024, 3, 8) - date(1970, 1, 1)).days)
    of = set(province.lives(0).block.people["person_no"].gather(ended["who"]))
    assert states.height > 0
    assert not of & set(paid["person_no"])


def test_a_withdrawal_comes_later_than_what_it_withdraws():
    rows = pl.concat([rows for feed, _, rows in written(world(persons=30_000, nights=12)) if feed == "medical"])
    withdrawn = rows.filter("is_revoked")
    pairs = withdrawn.join(rows.filter(~pl.col("is_revoked")), on="record_id", suffix="_first")
    assert pairs.height > 0
    assert (pairs["event_date"] == pairs["event_date_first"]).all()
    assert (pairs["id_number"] == pairs["id_number_first"]).all()


def test_people_without_traces_are_declared_dead_and_met_again_where_a_story_says_so() -> None:
    scale = Scale(2_000, 3, date(2024, 3, 18), 7)
    by_feed = World(read_story_rates().parameters, scale).lives(0).by_feed
    declared = by_feed["justice"].filter(pl.col("cause") == "DECLARED_DEAD")
    assert declared.height > 0
    ordinary = World(read_parameters(), scale).lives(0).by_feed
    assert ordinary["justice"].filter(pl.col("cause") == "DECLARED_DEAD").is_empty()
    met = by_feed["field_visit"].select("tag", met_on="event").join(declared, on="tag")
    assert met.height > 0
    assert met.filter(pl.col("met_on") <= pl.col("event")).is_empty()
