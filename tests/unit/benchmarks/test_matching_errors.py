"""What is planted is what it says: each error seen without the code that planted it."""

import numpy as np
import polars as pl
import pytest

from benchmarks.matching.characters import homophones, look_alikes, sounds
from benchmarks.matching.name_errors import NAME_ERRORS
from benchmarks.matching.number_errors import NUMBER_ERRORS
from benchmarks.matching.spoiling import spoil
from data_samples.province.numbers import number
from tests.reference.matching import is_valid

SIZE = 2000


@pytest.fixture
def numbers() -> pl.DataFrame:
    draws = np.random.default_rng(1)
    code, birth = draws.choice([621022, 622822, 620102], SIZE), draws.integers(-18_000, 10_900, SIZE)
    whole = number(code, birth, draws.integers(0, 996, SIZE))
    return pl.DataFrame({"number": whole})


def differing(one: str, other: str) -> list[int]:
    return [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


def written(kind: str, numbers: pl.DataFrame) -> list[tuple[str, str]]:
    new = NUMBER_ERRORS[kind](np.random.default_rng(2), numbers)
    return list(zip(numbers["number"], new, strict=True))


def test_one_digit_differs_in_one_place_and_never_holds(numbers: pl.DataFrame) -> None:
    pairs = written("ONE_DIGIT", numbers)
    assert {len(differing(*pair)) for pair in pairs} == {1}
    assert {differing(*pair)[0] for pair in pairs} == set(range(18))
    assert not any(is_valid(new) for _, new in pairs)


def test_transposed_exchanges_neighbours_and_never_holds(numbers: pl.DataFrame) -> None:
    for old, new in written("TRANSPOSED", numbers):
        first, second = differing(old, new)
        assert second == first + 1
        assert (old[first], old[second]) == (new[second], new[first])
        assert not is_valid(new)


def test_two_digits_differ_in_two_places(numbers: pl.DataFrame) -> None:
    assert {len(differing(*pair)) for pair in written("TWO_DIGITS", numbers)} == {2}


def test_recomputed_holds_and_differs_once_in_area_or_sequence(numbers: pl.DataFrame) -> None:
    for old, new in written("RECOMPUTED", numbers):
        assert is_valid(new)
        (place,) = differing(old[:17], new[:17])
        assert place in (2, 3, 4, 5, 14, 15, 16)


def test_other_birth_holds_and_says_another_real_date(numbers: pl.DataFrame) -> None:
    for old, new in written("OTHER_BIRTH", numbers):
        assert is_valid(new)
        assert old[:6] + old[14:17] == new[:6] + new[14:17]
        assert old[6:14] != new[6:14]


def test_a_number_lost_a_digit_or_its_century(numbers: pl.DataFrame) -> None:
    assert {len(new) for _, new in written("DIGIT_LOST", numbers)} == {17}
    assert all(new == old[:6] + old[8:17] for old, new in written("FIFTEEN", numbers))


def test_fifteen_digits_are_never_given_after_1999() -> None:
    late = pl.DataFrame({"number": number(np.array([621022]), np.array([11_000]), np.array([5]))})
    assert NUMBER_ERRORS["FIFTEEN"](np.random.default_rng(0), late).to_list() == [None]


@pytest.fixture
def names() -> pl.DataFrame:
    return pl.DataFrame({"name": ["王建国", "李秀兰", "张伟", "马阿卜杜", "阿卜杜·麦麦提", "欧阳静", "刘䶮"] * 60})


@pytest.mark.parametrize(("kind", "mates"), [("HOMOPHONE", homophones()), ("GLYPH", look_alikes())])
def test_a_mistaken_character_is_one_of_its_mates(kind: str, mates: dict[str, str], names: pl.DataFrame) -> None:
    new = NAME_ERRORS[kind](np.random.default_rng(3), names)
    assert new.is_not_null().mean() > 0.7
    for old, name in zip(names["name"], new, strict=True):
        if name is not None:
            (place,) = differing(old, name)
            assert name[place] in mates[old[place]]


def test_homophones_share_a_syllable_and_are_never_the_same() -> None:
    assert all(
        sounds()[one] == sounds()[other] and one != other for one, all_ in homophones().items() for other in all_
    )


def test_look_alikes_go_both_ways() -> None:
    mates = look_alikes()
    assert all(one in mates[other] for one, others in mates.items() for other in others)


def test_truncation_and_dots_touch_only_names_that_have_them(names: pl.DataFrame) -> None:
    cut = NAME_ERRORS["TRUNCATED"](np.random.default_rng(4), names)
    dotted = NAME_ERRORS["DOT"](np.random.default_rng(4), names)
    for old, short, other in zip(names["name"], cut, dotted, strict=True):
        assert (short is None) == (len(old) < 4)
        assert short is None or (old.startswith(short) and len(short) < len(old))
        assert (other is None) == ("·" not in old)


def test_rare_characters_are_what_is_lost(names: pl.DataFrame) -> None:
    new = NAME_ERRORS["RARE_LOST"](np.random.default_rng(5), names)
    for old, name in zip(names["name"], new, strict=True):
        assert (name is None) == ("䶮" not in old)
        assert name is None or (name.startswith("刘") and "䶮" not in name)


def test_an_error_is_told_where_it_struck_and_nowhere_else(numbers: pl.DataFrame) -> None:
    new, errors = spoil(np.random.default_rng(6), numbers, "number", {"ONE_DIGIT": 0.3, "LOWER_X": 0.3}, NUMBER_ERRORS)
    changed = new != numbers["number"]
    assert (changed == (errors != "")).all()
    assert (errors == "ONE_DIGIT").mean() == pytest.approx(0.3, abs=0.05)
    assert new.filter(errors == "LOWER_X").str.ends_with("x").all()
