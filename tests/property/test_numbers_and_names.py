"""Numbers and names against an obvious reading of them."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.names import normalise_name
from matchers.numbers import normalise_number, read_numbers
from matchers.tables import variants
from tests.examples import costly
from tests.reference import matching as slow

FOREIGN = st.lists(
    st.sampled_from(
        ["John", "SMITH", "José", "Jose\u0301", "Łuk", "Weiß", "O'Neill", "Мария", "Ｊoan", "Mr", "DR.", "张"]
    ),
    max_size=5,
)
LETTERS = st.sampled_from(  # letters, blanks, signs of every kind
    list("张張例例葉買·・•.．-—_ \u3000\u200b\ufeff'xX15０６Ａé\u0301´?□*=\"“”х×\ue863\U000e0100𬸚。˙丶ㆍ、●°'/\u0307")
)


@given(st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=20))
def test_a_name_is_normalised_once_and_as_the_obvious_way(raw: list[str]) -> None:
    normalised = normalise_name(pl.Series(raw))
    assert normalised.to_list() == [slow.name(name) for name in raw]
    assert normalise_name(normalised).to_list() == normalised.to_list()


@given(FOREIGN, st.sampled_from([" ", "/", "<<", ", ", "-", "·", "_", "\u200b ", "\t"]), st.text(LETTERS, max_size=2))
def test_a_foreign_name_is_normalised_once_and_as_the_obvious_way(words: list[str], sign: str, end: str) -> None:
    raw = sign.join(words) + end
    normalised = normalise_name(pl.Series([raw]))
    assert normalised.to_list() == [slow.name(raw)]
    assert normalise_name(normalised).to_list() == normalised.to_list()


@given(st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=20))
def test_a_number_is_normalised_once_and_as_the_obvious_way(raw: list[str]) -> None:
    normalised = normalise_number(pl.Series(raw))
    assert normalised.to_list() == [slow.number(number) for number in raw]
    assert normalise_number(normalised).to_list() == normalised.to_list()


@st.composite
def numbers_in_a_sheet(draw: st.DrawFn) -> str:
    opening, closing = draw(st.text("='\"“‘ ", max_size=3)), draw(st.text("'\"”.0 ", max_size=4))
    return opening + draw(st.text("0123456789", min_size=15, max_size=17)) + draw(st.sampled_from("xXх×0 ")) + closing


@given(st.lists(numbers_in_a_sheet(), min_size=1, max_size=20))
def test_a_number_out_of_a_sheet_is_normalised_once_and_as_the_obvious_way(raw: list[str]) -> None:
    normalised = normalise_number(pl.Series(raw))
    assert normalised.to_list() == [slow.number(number) for number in raw]
    assert normalise_number(normalised).to_list() == normalised.to_list()


@costly
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
