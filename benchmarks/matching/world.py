"""The world of the study: everybody, who of them is insured, and what the registry has written about those."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from benchmarks.matching.name_errors import NAME_ERRORS
from benchmarks.matching.number_errors import NUMBER_ERRORS
from benchmarks.matching.people import draw_people, draw_some_names, give_sequences
from benchmarks.matching.relations import RELATIONS, add_relations, registration_order, seats
from benchmarks.matching.spoiling import spoil
from data_samples.province.draws import Flags, Ints, dates, happens, texts
from data_samples.province.numbers import number
from data_samples.province.places import places

INSURED: Final = 0.89  # of the people drawn; the others are strangers at natural density: assumption
BOTH: Final = 0.5  # of the persons added beside an anchor: insured as well
# what is wrong in the registry itself or written otherwise there, share of persons (DOT, LOST: of those it can
# happen to): assumption
HELD_NUMBER: Final = {"FIFTEEN": 0.03, "NONE": 0.001, "ONE_DIGIT": 0.001, "RECOMPUTED": 0.0002, "RELATIVE": 0.0001,
                      "LOWER_X": 0.002, "SPACES": 0.001}  # fmt: skip
HELD_NAME: Final = {"HOMOPHONE": 0.002, "GLYPH": 0.001, "TRADITIONAL": 0.001, "DOT": 0.2, "LOST": 0.0005,
                    "BLANKS": 0.001}  # fmt: skip
HELD_BIRTH: Final = 0.005
HELD_SEX: Final = 0.001
RENUMBERED: Final = 0.01
RENAMED: Final = 0.01
FORMER_SEATS: Final = 992  # sequences of former numbers, held by nobody now
ON_FILE: Final = 0.7  # of former numbers and names: known to the registry
MOVED: Final = 0.01  # a second county of residence
_BLOCK: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class World:
    """`people`, in rows that `partner` and `relative` count: code, birth (day number), male, county, sequence, name,
    former_name, is_renumbered, relation, partner, relative (somebody of the house), person_no (null = not insured),
    registry_error ("" = none, else the kinds). What follows from them is told by `identity`.

    The registry as the matcher is given it, names and numbers as written: `persons` (person_no, id_number, name, sex,
    birth_date), `aliases` (person_no, kind, value), `residences` (person_no, county_code).
    """

    people: pl.DataFrame
    persons: pl.DataFrame
    aliases: pl.DataFrame
    residences: pl.DataFrame


def draw_world(*, registry: int, each: int, seed: int) -> World:
    """A registry of about `registry` persons; `each`: how many of every relation are added."""
    random = np.random.Generator(np.random.Philox(key=[seed, 1]))
    people = add_relations(random, draw_people(random, int(registry / INSURED)), each)
    people = give_sequences(people, seats(random, people), registration_order(people))
    people = _slim(_with_past(random, _told_apart(people)))
    people = people.with_columns(person_no=_person_numbers(random, _insured(random, people)))
    persons, errors = _register(random, people)
    people = people.with_columns(registry_error=errors)
    return World(people, persons, _aliases(random, people), _residences(random, people))


def identity(people: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    """The people of these rows with number, birth_date, sex, county_code, former_number and relative_number."""
    chosen = people.gather(rows)
    relative, birth, male = (chosen[column].to_numpy().astype(np.int64) for column in ("relative", "birth", "male"))
    once = _numbers(chosen.with_columns(sequence=pl.Series(FORMER_SEATS + male)))
    of_relative = _numbers(people.gather(np.maximum(relative, 0)))
    return chosen.with_columns(
        number=_numbers(chosen),
        birth_date=dates(birth),
        sex=texts(("2", "1"), male),
        county_code=texts(places().codes, chosen["county"].to_numpy().astype(np.int64)),
        former_number=once.set(~chosen["is_renumbered"], None),
        relative_number=of_relative.set(pl.Series(relative < 0), None),
    )


def _numbers(people: pl.DataFrame) -> pl.Series:
    return number(*(people[column].to_numpy().astype(np.int64) for column in ("code", "birth", "sequence")))


def _slim(people: pl.DataFrame) -> pl.DataFrame:
    """Thirty-three million of them have to fit into memory."""
    small = {"code": pl.Int32, "birth": pl.Int32, "male": pl.Int8, "county": pl.Int16, "sequence": pl.Int16}
    rows = {"partner": pl.Int32, "relative": pl.Int32, "relation": pl.Enum(["", *RELATIONS])}
    return people.drop("station", "household").cast(small | rows)


def _told_apart(people: pl.DataFrame) -> pl.DataFrame:
    """No two share a number; only those with a fixed sequence can, and they are nobody's partner and come last."""
    return people.filter(pl.struct("code", "birth", "sequence").is_first_distinct())


def _with_past(random: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    renamed = np.flatnonzero(happens(random, RENAMED, people.height))
    return people.with_columns(
        is_renumbered=pl.Series(happens(random, RENUMBERED, people.height)),
        former_name=_nobody(people.height).scatter(renamed, draw_some_names(random, people.gather(renamed))),
        relative=_relatives(people),
    )


def _nobody(size: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).gather(np.zeros(size, dtype=np.int64))


def _relatives(people: pl.DataFrame) -> pl.Series:
    """The partner, else somebody in the house, else -1."""
    rows, partner = np.arange(people.height), people["partner"].to_numpy()
    household = people["household"].to_numpy()
    after = np.r_[household[:-1] == household[1:], False] & (household >= 0)
    before = np.r_[False, household[:-1] == household[1:]] & (household >= 0)
    housed = np.where(after, rows + 1, np.where(before, rows - 1, -1))
    return pl.Series(np.where(partner >= 0, partner, housed))


def _insured(random: np.random.Generator, people: pl.DataFrame) -> Flags:
    """Anchors always, whoever was added beside them in half of the cases."""
    rows, partner = np.arange(people.height), people["partner"].to_numpy()
    share = np.where((partner >= 0) & (partner < rows), BOTH, INSURED)
    return np.asarray(happens(random, share, people.height) | (partner > rows), dtype=np.bool_)


def _person_numbers(random: np.random.Generator, insured: Flags) -> pl.Series:
    """In no order of kinship."""
    numbers = pl.Series(random.permutation(int(insured.sum())) + 1, dtype=pl.Int64)
    nobody = pl.Series([None], dtype=pl.Int64).gather(np.zeros(len(insured), dtype=np.int64))
    return nobody.scatter(np.flatnonzero(insured), numbers)


def _register(random: np.random.Generator, people: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The registry's rows in the order of their numbers, and what is wrong there with each of the people."""
    rows = np.flatnonzero(people["person_no"].is_not_null().to_numpy())
    parts = [_entries(random, people, rows[first : first + _BLOCK]) for first in range(0, len(rows), _BLOCK)]
    entries = pl.concat(parts)
    errors = pl.Series([""], dtype=pl.Categorical).gather(np.zeros(people.height, dtype=np.int64))
    errors = errors.scatter(rows, entries["registry_error"])
    return entries.drop("registry_error").sort("person_no"), errors


def _entries(random: np.random.Generator, people: pl.DataFrame, rows: Ints) -> pl.DataFrame:
    insured = identity(people, rows)
    held_number, number_error = spoil(random, insured, "number", HELD_NUMBER, NUMBER_ERRORS)
    held_name, name_error = spoil(random, insured, "name", HELD_NAME, NAME_ERRORS)
    off = np.where(happens(random, HELD_BIRTH, insured.height), random.integers(1, 400, insured.height), 0)
    other_sex = pl.Series(happens(random, HELD_SEX, insured.height))
    kinds = pl.DataFrame(
        [
            number_error.rename("number"),
            name_error.rename("name"),
            texts(("", "BIRTH_DATE"), (off > 0).astype(np.int64)),
        ]
    )
    names = pl.concat_str(kinds.columns, separator=" ").str.replace_all(" +", " ").str.strip_chars()
    return pl.DataFrame(
        {
            "person_no": insured["person_no"],
            "id_number": held_number,
            "name": held_name,
            "sex": insured["sex"].replace_strict({"1": "2", "2": "1"}).zip_with(other_sex, insured["sex"]),
            "birth_date": dates(insured["birth"].to_numpy() + off),
            "registry_error": kinds.select(names.cast(pl.Categorical)).to_series(),
        }
    )


def _aliases(random: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    once = people["person_no"].is_not_null() & (people["is_renumbered"] | people["former_name"].is_not_null())
    insured = identity(people, np.flatnonzero(once.to_numpy()))
    found = [
        insured.filter(pl.col(column).is_not_null()).select("person_no", kind=pl.lit(kind), value=column)
        for column, kind in (("former_number", "id_number"), ("former_name", "name"))
    ]
    once = pl.concat(found)
    return once.filter(pl.Series(happens(random, ON_FILE, once.height))).sort("person_no", "kind")


def _residences(random: np.random.Generator, people: pl.DataFrame) -> pl.DataFrame:
    lived = people.filter(pl.col("person_no").is_not_null()).select("person_no", "county")
    insured = lived.select("person_no", county_code=texts(places().codes, lived["county"].to_numpy()))
    second = insured.filter(pl.Series(happens(random, MOVED, insured.height)))
    other = texts(places().codes, random.integers(0, len(places().codes), second.height))
    return pl.concat([insured, second.with_columns(county_code=other)]).unique().sort("person_no", "county_code")
