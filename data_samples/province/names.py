"""Names drawn from the shares of `names.yaml`, by ethnicity, sex and year of birth."""

from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
import yaml

from data_samples.province.draws import Flags, Ints, choose, happens, texts
from data_samples.province.parameters import HERE
from data_samples.province.places import MINORITIES

HAN: Final = len(MINORITIES)
_TIBETAN: Final = MINORITIES.index("04")
_TWICE: Final = 0.02  # the same character twice (丽丽): assumption


def draw_names(random: np.random.Generator, *, ethnicity: Ints, male: Ints, birth_year: Ints) -> pl.Series:
    size = len(male)
    surname = _surnames(random, ethnicity)
    given = _given(random, male, birth_year)
    for position, code in enumerate(MINORITIES):
        if position != _TIBETAN:
            given = _minority_given(random, given, ethnicity == position, code=code, male=male)
    rare = happens(random, _table()["rare_share"], size) & (ethnicity == HAN)
    given = _rare(random, given, rare)
    name = surname + given
    tibetan = ethnicity == _TIBETAN
    return name.zip_with(~pl.Series(tibetan), _tibetan(random, male)) if tibetan.any() else name


def with_another_end(random: np.random.Generator, names: pl.Series) -> pl.Series:
    """The last character written as another that many bear: what a careless hand makes of a name."""
    common = list("英兰明华平军珍芳林生")
    other = texts(common, random.integers(0, len(common), len(names)))
    typed = names.str.slice(0, names.str.len_chars() - 1) + other
    same = typed == names
    return typed.zip_with(~same, names.str.slice(0, names.str.len_chars() - 1) + "香") if same.any() else typed


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load((HERE / "names.yaml").read_text(encoding="utf-8"))
    return table


@cache
def surname_shares() -> tuple[list[str], list[float]]:
    """Surnames and their shares in per cent; the tail falls with the rank as the published top hundred does."""
    head: dict[str, float] = _table()["surnames"]
    tail = list(dict.fromkeys(name for name in _table()["tail"] if name not in head))
    falling = np.asarray([1.0 / (rank + 12) for rank in range(len(tail))])
    rest = falling / falling.sum() * (100 - sum(head.values()))
    return [*head, *tail], [*head.values(), *(float(share) for share in rest)]


def _surnames(random: np.random.Generator, ethnicity: Ints) -> pl.Series:
    names, shares = surname_shares()
    chosen = texts(names, choose(random, shares, len(ethnicity)))
    for code, form in _table()["minorities"].items():
        own: dict[str, float] = form["surnames"]
        of_code = pl.Series(ethnicity == MINORITIES.index(code))
        chosen = chosen.zip_with(~of_code, texts(list(own), choose(random, list(own.values()), len(ethnicity))))
    return chosen


def _given(random: np.random.Generator, male: Ints, birth_year: Ints) -> pl.Series:
    size = len(male)
    given = pl.Series([""], dtype=pl.String).gather(np.zeros(size, dtype=np.int64))
    open_ = np.ones(size, dtype=np.bool_)
    for cohort in _table()["cohorts"]:
        of_cohort = open_ & (birth_year <= cohort["until"])
        open_ &= ~of_cohort
        for sex in ("1", "2"):
            here = np.flatnonzero(of_cohort & (male == (sex == "1")))
            given = given.scatter(here, _given_of(random, cohort[sex], len(here)))
    return given


def _given_of(random: np.random.Generator, form: dict[str, Any], size: int) -> pl.Series:
    characters = list(form["characters"])
    falling = [1.0 / (rank + 8) for rank in range(len(characters))]
    first, second = (texts(characters, choose(random, falling, size)) for _ in range(2))
    lone = happens(random, form["single"], size)
    # a doubled character is rarer than chance would have it
    again = pl.Series((first == second).to_numpy() & ~happens(random, _TWICE / 0.05, size))
    two = (first + second).zip_with(~again, first + texts(characters[::-1], choose(random, falling, size)))
    whole: dict[str, float] = form["whole"]
    kind = random.random(size)
    listed = kind < sum(whole.values())
    drawn = two.zip_with(~pl.Series(lone), first)
    return drawn.zip_with(~pl.Series(listed), texts(list(whole), choose(random, list(whole.values()), size)))


def _minority_given(
    random: np.random.Generator, given: pl.Series, of_form: Flags, *, code: str, male: Ints
) -> pl.Series:
    form = _table()["minorities"][code]
    draw = random.random(len(given))
    longer = of_form & (draw < form["long_share"])
    dotted = of_form & ~longer & (draw < form["long_share"] + form["dotted_share"])
    for sex, names in _table()["long_given"].items():
        here = np.flatnonzero(longer & (male == (sex == "1")))
        given = given.scatter(here, texts(names, random.integers(0, len(names), len(here))))
    here = np.flatnonzero(dotted)
    names = _table()["dotted_given"]
    parts = [texts(names, random.integers(0, len(names), len(here))) for _ in range(2)]
    return given.scatter(here, parts[0] + "·" + parts[1])


def _rare(random: np.random.Generator, given: pl.Series, rare: Flags) -> pl.Series:
    here = np.flatnonzero(rare)
    characters = list(_table()["rare_characters"])
    before = given.gather(here).str.head(1)
    of_two = before.zip_with(given.gather(here).str.len_chars() > 1, pl.Series([""]).gather([0] * len(here)))
    return given.scatter(here, of_two + texts(characters, random.integers(0, len(characters), len(here))))


def _tibetan(random: np.random.Generator, male: Ints) -> pl.Series:
    form = _table()["tibetan"]
    names = pl.Series([""]).gather(np.zeros(len(male), dtype=np.int64))
    for sex in ("1", "2"):
        here = np.flatnonzero(male == (sex == "1"))
        parts = [texts(form[sex], random.integers(0, len(form[sex]), len(here))) for _ in range(2)]
        lone = pl.Series(happens(random, form["single_share"], len(here)))
        names = names.scatter(here, (parts[0] + parts[1]).zip_with(~lone, parts[0]))
    return names
