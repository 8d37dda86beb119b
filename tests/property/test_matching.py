"""The matcher against an obvious one, on numbers, names and registries built to collide."""

from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.names import normalise_name
from matchers.numbers import normalise_number, read_numbers
from matchers.passes import index_registry, match_records
from matchers.records import read_records
from matchers.tables import variants
from tests.reference import matching as slow

SCHEMA = {"id_number": pl.String, "name": pl.String}
PERSONS = {"person_no": pl.Int64, "id_number": pl.String, "name": pl.String, "raw_name": pl.String}
ALIASES = {"person_no": pl.Int64, "kind": pl.String, "value": pl.String}
BODIES = [f"62282219{year:02d}0{month}15{sequence:03d}" for year in (40, 51) for month in (2, 3) for sequence in (1, 2)]
NUMBERS = [body + slow.check_character(body) for body in BODIES] + ["622822194002300013", "622822194002150010", "***"]
NAMES = [
    "张例",
    "張例",
    "张\ue863",
    "赵䶮",
    "买买提·吐尔逊",
    "买买提・吐尔逊",
    "买买提.吐尔逊",
    "买买提吐尔逊",
    "古丽",
    "",
]
LETTERS = st.sampled_from(list("张張例例葉買·・•.．-—_ \u3000\u200b\ufeff'xX15０６Ａé\u0301´?□*\ue863\U000e0100𬸚。"))


def _number_as_written(draw: st.DrawFn) -> str | None:
    number = draw(st.sampled_from(NUMBERS))
    return draw(
        st.sampled_from(
            [
                number,
                number.lower(),
                "'" + number,
                f" {number[:6]} {number[6:]}",
                number[:6] + number[8:17],
                "".join(chr(ord(character) + 0xFEE0) for character in number),
                number[:-1],
                "",
                None,
            ]
        )
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[slow.Person], list[tuple[str | None, str | None]]]:
    persons = [
        slow.Person(
            person_no,
            slow.number(draw(st.sampled_from(NUMBERS))),
            slow.name(raw),
            raw,
            tuple(draw(st.lists(st.sampled_from(NUMBERS[:-1]), max_size=1))),
            tuple(slow.name(former) for former in draw(st.lists(st.sampled_from(NAMES[:-1]), max_size=2))),
        )
        for person_no in range(1, draw(st.integers(0, 6)) + 1)
        for raw in [draw(st.sampled_from(NAMES))]
    ]
    records = [
        draw(st.sampled_from([(number, name), (number, name), (name, number)]))
        for _ in range(draw(st.integers(1, 8)))
        for number, name in [(_number_as_written(draw), draw(st.sampled_from([*NAMES, None])))]
    ]
    return persons, records


def fast(persons: list[slow.Person], records: list[tuple[str | None, str | None]]) -> list[slow.Answer]:
    table = pl.DataFrame([(p.person_no, p.id_number, p.name, p.raw_name) for p in persons], PERSONS, orient="row")
    aliases = [(p.person_no, "id_number", value) for p in persons for value in p.former_numbers]
    aliases += [(p.person_no, "name", value) for p in persons for value in p.former_names]
    table = table.with_columns(birth_date=pl.lit(None, pl.Date), sex=pl.lit(None, pl.String))
    residences = pl.DataFrame(schema={"person_no": pl.Int64, "county_code": pl.String})
    registry = index_registry(table, pl.DataFrame(aliases, ALIASES, orient="row"), residences)
    read = read_records(pl.DataFrame(records, SCHEMA, orient="row")).with_row_index("row")
    nothing = {"birth_date": pl.lit(None, pl.Date), "sex": pl.lit(None, pl.String), "county_code": pl.lit("")}
    matches = match_records(read.with_columns(**nothing), registry, prior=0.5)
    listed = matches.candidates.group_by("row").agg(pl.col("person_no").sort())
    wanted = ("person_no", "match_state", "match_pass", "match_reason", "candidates")
    answers = matches.answers.join(
        listed.rename({"person_no": "candidates"}), on="row", how="left", maintain_order="left"
    )
    return [slow.Answer(number, *texts, tuple(c or ())) for number, *texts, c in answers.select(wanted).iter_rows()]


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_fast_and_obvious_matcher_agree(world: tuple[list[slow.Person], list[tuple[str | None, str | None]]]) -> None:
    persons, records = world
    assert fast(persons, records) == [slow.match(number, name, persons) for number, name in records]


@settings(max_examples=100, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_order_of_records_and_persons_changes_nothing(
    world: tuple[list[slow.Person], list[tuple[str | None, str | None]]], random: Random
) -> None:
    persons, records = world
    order = random.sample(range(len(records)), len(records))
    moved = fast(random.sample(persons, len(persons)), [records[place] for place in order])
    assert moved == [fast(persons, records)[place] for place in order]


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_nobody_is_chosen_among_rivals(
    world: tuple[list[slow.Person], list[tuple[str | None, str | None]]],
) -> None:
    persons, records = world
    twice = persons + [slow.Person(p.person_no + 100, p.id_number, p.name, p.raw_name) for p in persons]
    matched = [answer for answer in fast(twice, records) if answer.match_state == "MATCHED"]
    assert all("FORMER_ID" in answer.match_reason for answer in matched)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=20))
def test_a_name_is_normalised_once_and_as_the_obvious_way(raw: list[str]) -> None:
    once = normalise_name(pl.Series(raw))
    assert once.to_list() == [slow.name(name) for name in raw]
    assert normalise_name(once).to_list() == once.to_list()


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=20))
def test_a_number_is_normalised_once_and_as_the_obvious_way(raw: list[str]) -> None:
    once = normalise_number(pl.Series(raw))
    assert once.to_list() == [slow.number(number) for number in raw]
    assert normalise_number(once).to_list() == once.to_list()


@settings(max_examples=30, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2025, 1, 1)), st.integers(0, 999))
def test_every_single_substitution_and_adjacent_swap_is_detected(born: date, sequence: int) -> None:
    body = f"622822{born:%Y%m%d}{sequence:03d}"
    number = body + slow.check_character(body)
    damaged = {
        number[:place] + other + number[place + 1 :]
        for place in range(18)
        for other in ("0123456789" if place < 17 else "0123456789X")
    } | {number[:place] + number[place + 1] + number[place] + number[place + 2 :] for place in range(17)}
    damaged.discard(number)
    assert not read_numbers(pl.Series(sorted(damaged)))["has_check"].any()
    assert read_numbers(pl.Series([number]))["derived_birth_date"].to_list() == [born]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 33)), min_size=1, max_size=30))
def test_a_number_is_valid_only_with_a_date_that_exists(days: list[tuple[int, int, int]]) -> None:
    bodies = [f"622822{year:04d}{month:02d}{day:02d}001" for year, month, day in days]
    numbers = [body + slow.check_character(body) for body in bodies]
    valid = read_numbers(pl.Series(numbers))["body"].is_not_null().to_list()
    assert valid == [slow.is_valid(number) for number in numbers]


@pytest.mark.parametrize("days", range(0, 400, 23))
def test_sex_is_the_parity_of_the_sequence(days: int) -> None:
    born = date(1950, 1, 1) + timedelta(days=days)
    bodies = [f"622822{born:%Y%m%d}{sequence:03d}" for sequence in range(0, 1000, 111)]
    sexes = read_numbers(pl.Series([body + slow.check_character(body) for body in bodies]))["derived_sex"]
    assert sexes.to_list() == ["1" if int(body[-1]) % 2 else "2" for body in bodies]


def test_no_standard_character_is_itself_a_variant() -> None:
    assert not set(variants().values()) & set(variants())
