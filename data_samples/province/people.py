"""A block of the registry's persons: who they are, where they live, what they draw.

Everything of a block is drawn from its own number, so blocks can be made in any order and thrown away.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from data_samples.province.draws import (
    Flags,
    Floats,
    Ints,
    Purpose,
    by_age,
    choose,
    dates,
    day_number,
    generator,
    happens,
    texts,
)
from data_samples.province.names import draw_names
from data_samples.province.numbers import BLOCKS, fifteen, former, number, permit, settle
from data_samples.province.parameters import Parameters, Population, Scale
from data_samples.province.places import MINORITIES, draw_ethnicity, draw_number_code, places, where_people_live
from data_samples.province.registry_errors import draw_namesakes, with_registry_errors

SMALLEST_BLOCK: Final = 50_000
LOOKBACK: Final = 400  # days before the first night on which the persons are drawn as living
PROGRAMMES: Final = ("RESIDENT_PENSION", "EMPLOYEE_PENSION", "UNEMPLOYMENT", "WORK_INJURY", "DEPENDANT")
_RESIDENT, _EMPLOYEE, _UNEMPLOYED, _INJURED, _DEPENDANT = range(5)
_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Block:
    """Persons of one block: arrays and columns in the same order; `people` holds what is written on records.

    `people`: person_no, id_number, name, former_id_number, former_name (null where none), held_number, held_name (what
    the registry holds), registry_error (a key of WORLD_ERRORS, or null), namesake (position of another person of the
    same name, or null), sex, ethnicity, birth_date, county_code, phone, address.
    """

    number: int
    origin: int  # day number of the day they are drawn as living
    people: pl.DataFrame
    age: Ints  # whole years on `origin`
    male: Ints
    birth: Ints
    county: Ints  # positions in places().counties
    household: Ints
    programme: Ints  # positions in PROGRAMMES
    drawing: Flags

    @property
    def size(self) -> int:
        return self.people.height


def block_size(scale: Scale) -> int:
    """Large enough that no more blocks are needed than have sequences of their own."""
    return max(SMALLEST_BLOCK, -(-scale.persons // BLOCKS))


def block_count(scale: Scale) -> int:
    return -(-scale.persons // block_size(scale))


def draw_block(parameters: Parameters, scale: Scale, block: int) -> Block:
    first = block * block_size(scale)
    size = min(block_size(scale), scale.persons - first)
    random = generator(scale.seed, block=block, night=0, purpose=Purpose.POPULATION)
    origin = day_number(scale.start) - LOOKBACK
    shares = parameters.population
    household = _households(random, shares, size)
    drawing = happens(random, shares.drawing_share, size)
    programme = _programmes(random, shares, drawing)
    age = _ages(random, shares, programme=programme, drawing=drawing)
    male = _sexes(random, shares, age)
    county = choose(random, where_people_live(shares.counties), size)[household]
    twin = _twins(random, shares.twin_share, size)
    programme, drawing, age = programme[twin], drawing[twin], age[twin]
    household, male = household[twin], np.where(happens(random, 0.6, size), male[twin], male)
    county = county[twin]
    birth = origin - np.rint(age * _YEAR).astype(np.int64)
    code = draw_number_code(random, county, birth)[twin]
    birth, sequence = settle(code, birth, male, block=block)
    identity = _identity(parameters, scale, block, male=male, birth=birth, county=county, code=code, sequence=sequence)
    errors = generator(scale.seed, block=block, night=0, purpose=Purpose.REGISTRY_ERRORS)
    identity = with_registry_errors(errors, parameters.registry_errors, identity)
    return Block(
        number=block,
        origin=origin,
        people=identity.with_columns(
            person_no=pl.int_range(first + 1, first + size + 1, dtype=pl.Int64),
            county_code=texts(places().codes, county),
            **_contact(random, shares, age=age, household=household, first=first),
        ),
        age=np.floor(age).astype(np.int64),
        male=male,
        birth=birth,
        county=county,
        household=household + first + 1,
        programme=programme,
        drawing=drawing,
    )


def _households(random: np.random.Generator, shares: Population, size: int) -> Ints:
    """Numbers of households from 0: neighbours in the registry live together."""
    sizes = np.asarray(list(shares.household_size), dtype=np.int64)
    drawn = sizes[choose(random, list(shares.household_size.values()), size)]
    return np.repeat(np.arange(size), drawn)[:size]


def _programmes(random: np.random.Generator, shares: Population, drawing: Flags) -> Ints:
    """Who does not draw yet is insured with residents or employees."""
    of_recipients = choose(random, [shares.programmes[name] for name in PROGRAMMES], len(drawing))
    return np.where(drawing, of_recipients, of_recipients % 2)


def _ages(random: np.random.Generator, shares: Population, *, programme: Ints, drawing: Flags) -> Floats:
    """Years with their fraction."""
    size = len(programme)
    group = choose(random, shares.ages_60_up, size)
    old = 60 + 5 * group + np.where(group == 8, random.exponential(1.5, size), 5 * random.random(size))
    fraction = random.random(size)
    early = (programme == _EMPLOYEE) & happens(random, shares.employee_below_60, size)
    child = (programme == _DEPENDANT) & happens(random, 0.5, size)
    age = np.where(early, 50 + 10 * fraction, old)
    age = np.where(programme == _UNEMPLOYED, 25 + 34 * fraction, age)
    age = np.where(programme == _INJURED, 35 + 40 * fraction, age)
    age = np.where(child, 6 + 12.5 * fraction, age)
    return np.asarray(np.where(drawing, age, 18 + 41 * fraction))


def _sexes(random: np.random.Generator, shares: Population, age: Floats) -> Ints:
    """1 for men. Of retired people below sixty three in four are women: they retire earlier."""
    women = np.asarray(shares.women_60_up)[np.clip((age - 60) // 5, 0, 8).astype(np.int64)]
    share = np.where(age >= 60, 1 - women, np.where(age >= 50, 0.35, shares.men_share_below_60))
    return happens(random, share, len(age)).astype(np.int64)


def _twins(random: np.random.Generator, share: float, size: int) -> Ints:
    """Whose birth, county and household each person has: her own, or for a twin those of the neighbour before."""
    twin = np.arange(size)
    second = np.flatnonzero(happens(random, share, size // 2)) * 2 + 1
    twin[second] = second - 1
    return twin


def _identity(
    parameters: Parameters, scale: Scale, block: int, *, male: Ints, birth: Ints, county: Ints, **numbered: Ints
) -> pl.DataFrame:
    random = generator(scale.seed, block=block, night=0, purpose=Purpose.IDENTITY)
    shares, size = parameters.population, len(male)
    ethnicity = draw_ethnicity(random, county)
    year = np.floor(1970 + birth / _YEAR).astype(np.int64)
    names = generator(scale.seed, block=block, night=0, purpose=Purpose.NAMES)
    name = draw_names(names, ethnicity=ethnicity, male=male, birth_year=year)
    other = draw_names(names, ethnicity=ethnicity, male=male, birth_year=year)
    renamed = pl.Series(happens(random, shares.name_changed_share, size))
    renumbered = pl.Series(happens(random, shares.number_changed_share, size))
    short = pl.Series(happens(random, shares.fifteen_digit_share, size) & (year < 1990)) & ~renumbered
    before = number(numbered["code"], birth, former(male))
    called = name.str.head(1) + other.str.slice(1)
    alike = generator(scale.seed, block=block, night=0, purpose=Purpose.NAMESAKES)
    namesake = draw_namesakes(alike, shares.namesake_share, male)
    name = name.gather(pl.Series(namesake).zip_with(pl.Series(namesake >= 0), pl.Series(np.arange(size))))
    frame = pl.DataFrame({"name": name, "id_number": number(numbered["code"], birth, numbered["sequence"])})
    other_document = pl.Series(happens(alike, shares.other_document_share, size)) & ~renumbered & ~short
    frame = frame.with_columns(
        id_number=permit(birth, numbered["sequence"]).zip_with(other_document, frame["id_number"]),
        namesake=pl.Series(namesake).set(pl.Series(namesake < 0), None),
    )
    return frame.with_columns(
        former_name=pl.when(renamed & (called != name)).then(called),
        former_id_number=pl.when(renumbered).then(before),
        held_number=pl.when(short).then(fifteen(pl.col("id_number"))).otherwise("id_number"),
        held_name=pl.col("name"),
        sex=pl.Series(["2", "1"]).gather(male),
        ethnicity=texts((*MINORITIES, "01"), ethnicity),
        birth_date=dates(birth),
    )


def _contact(
    random: np.random.Generator, shares: Population, *, age: Floats, household: Ints, first: int
) -> dict[str, pl.Series | pl.Expr]:
    """No mobile number begins with 10; a household may have one telephone for all."""
    size = len(age)
    has_phone = happens(random, by_age(shares.phone_share, np.floor(age).astype(np.int64)), size)
    shared = happens(random, shares.shared_phone_share, size)
    line = 2 * (np.where(shared, household, np.arange(size)) + first) + shared
    phone = "100" + pl.Series(line.astype(np.int64)).cast(pl.String).str.zfill(8)
    address = "样例县样例乡例子村" + pl.Series(household % 90 + 1).cast(pl.String) + "号"
    return {"phone": phone.set(pl.Series(~has_phone), None), "address": address}
