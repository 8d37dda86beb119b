"""The strata of the study: about whom the records are, and what is wrong with them.

Every stratum is reported alone. Its own error strikes always (or with the share stated); beside it the everyday errors
of the other fields strike as `BACKGROUND_*` says, so that several errors of a record are no exception. No count of such
errors in agencies' files is published: every rate is an assumption.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Rates = Mapping[str, float]
MEMBERS: Final = 0.65  # share of the records whose person is insured, in every stratum that has both kinds
# chance of each kind of feed for a record about a member and about a stranger; makes the priors below
FEEDS: Final = {"LOSS": (0.30, 0.55), "LIFE": (0.35, 0.35), "OTHER": (0.35, 0.10)}
PRIORS: Final = {"LOSS": 0.5, "LIFE": 0.65, "OTHER": 0.85}

BACKGROUND_NUMBER: Final[Rates] = {"LOWER_X": 0.02, "FULL_WIDTH": 0.004, "SPACES": 0.004, "APOSTROPHE": 0.003}
BACKGROUND_NAME: Final[Rates] = {"HOMOPHONE": 0.006, "GLYPH": 0.003, "TRADITIONAL": 0.004, "DOT": 0.3,
                                 "TRUNCATED": 0.02, "LOST": 0.003, "BLANKS": 0.005,
                                 "ANOTHER_CHARACTER": 0.002}  # fmt: skip
MIXED_NUMBER: Final[Rates] = {"NONE": 0.15, "ONE_DIGIT": 0.1, "TRANSPOSED": 0.05, "RECOMPUTED": 0.05,
                              "OTHER_BIRTH": 0.05, "FIFTEEN": 0.05, "LOWER_X": 0.02}  # fmt: skip
MIXED_NAME: Final[Rates] = {"HOMOPHONE": 0.08, "GLYPH": 0.04, "TRADITIONAL": 0.03, "TRUNCATED": 0.02, "LOST": 0.02,
                            "ANOTHER_CHARACTER": 0.02, "BLANKS": 0.01}  # fmt: skip
# the columns beside number and name
BIRTH_ABSENT: Final = 0.10
BIRTH_ERRORS: Final[Rates] = {"DAY_MONTH": 0.004, "DAY": 0.01, "YEAR": 0.008, "LUNAR": 0.006, "PLACEHOLDER": 0.002}
BIRTH_COPIED: Final = 0.30  # taken from the number as written, right or wrong; so is the sex
SEX_ABSENT: Final = 0.15
SEX_ERROR: Final = 0.01
COUNTY_ABSENT: Final = 0.20
COUNTY_OTHER: Final = 0.10


@dataclass(frozen=True, slots=True)
class Stratum:
    """`pool`: whom it draws from (`pools`); `records` of the full study; shares of the errors of number and name."""

    pool: str
    records: int
    number: Rates = field(default_factory=lambda: BACKGROUND_NUMBER)
    name: Rates = field(default_factory=lambda: BACKGROUND_NAME)
    is_swapped: bool = False


def _with_relative(share: float) -> Rates:
    """Mixed errors, and the number of the one they resemble on the record."""
    return {"RELATIVE": share} | {kind: rate * (1 - share) for kind, rate in MIXED_NUMBER.items()}


STRATA: Final[Mapping[str, Stratum]] = {
    "clean": Stratum("ANYBODY", 480_000),
    "format": Stratum("ANYBODY", 30_000, {"LOWER_X": 0.25, "FULL_WIDTH": 0.25, "SPACES": 0.25, "APOSTROPHE": 0.25}),
    "fifteen_digits": Stratum("ANYBODY", 40_000, {"FIFTEEN": 1.0}),
    "swapped_fields": Stratum("ANYBODY", 20_000, is_swapped=True),
    "one_digit": Stratum("ANYBODY", 70_000, {"ONE_DIGIT": 1.0}),
    "transposition": Stratum("ANYBODY", 60_000, {"TRANSPOSED": 1.0}),
    "two_digits": Stratum("ANYBODY", 10_000, {"TWO_DIGITS": 1.0}),
    "recomputed_check": Stratum("ANYBODY", 20_000, {"RECOMPUTED": 1.0}),
    "wrong_birth_in_number": Stratum("ANYBODY", 20_000, {"OTHER_BIRTH": 1.0}),
    "relatives_number": Stratum("HAS_RELATIVE", 10_000, {"RELATIVE": 1.0}),
    "another_persons_number": Stratum("ANYBODY", 10_000, {"OTHER_PERSON": 1.0}),
    "no_number": Stratum("ANYBODY", 30_000, {"NONE": 1.0}),
    "unusable_number": Stratum("ANYBODY", 15_000, {"MASKED": 0.4, "SCIENTIFIC": 0.3, "DIGIT_LOST": 0.3}),
    "homophone": Stratum("ANYBODY", 80_000, name={"HOMOPHONE": 1.0}),
    "glyph": Stratum("ANYBODY", 60_000, name={"GLYPH": 1.0}),
    "traditional": Stratum("ANYBODY", 20_000, name={"TRADITIONAL": 1.0}),
    "another_character": Stratum("ANYBODY", 10_000, name={"ANOTHER_CHARACTER": 1.0}),
    "lost_character": Stratum("ANYBODY", 5_000, name={"LOST": 1.0}),
    "reordered_name": Stratum("ANYBODY", 5_000, name={"REORDERED": 1.0}),
    "another_name": Stratum("ANYBODY", 10_000, name={"OTHER_NAME": 1.0}),
    "former_number": Stratum("FORMER_NUMBER", 5_000, {"FORMER": 1.0}),
    "former_name": Stratum("FORMER_NAME", 5_000, name={"FORMER": 1.0}),
    "minority_dotted": Stratum("DOTTED", 20_000, name={"DOT": 0.35, "NO_DOT": 0.2, "HOMOPHONE": 0.05}),
    "minority_truncated": Stratum("DOTTED", 20_000, name={"TRUNCATED": 1.0}),
    "rare_characters": Stratum("RARE", 20_000, name={"RARE_LOST": 0.6}),
    "fifteen_digit_holders": Stratum("HOLDS_FIFTEEN", 20_000, MIXED_NUMBER, MIXED_NAME),
    "centenarians": Stratum("CENTENARIAN", 20_000, {"FIFTEEN": 0.4, "ONE_DIGIT": 0.1, "NONE": 0.1}, MIXED_NAME),
    "top_100_names": Stratum("TOP_100", 20_000, MIXED_NUMBER, MIXED_NAME),
    "consecutive_sequences": Stratum("CONSECUTIVE", 20_000, MIXED_NUMBER, MIXED_NAME),
    "twins_both_registered": Stratum("TWINS_BOTH", 20_000, _with_relative(0.15), MIXED_NAME),
    "twins_one_registered": Stratum("TWINS_ONE", 20_000, _with_relative(0.15), MIXED_NAME),
    "same_sounding_twins": Stratum("SAME_SOUNDING_TWINS", 10_000, _with_relative(0.15), MIXED_NAME),
    "same_named_twins": Stratum("SAME_NAMED_TWINS", 10_000, MIXED_NUMBER, MIXED_NAME),
    "same_named_twins_number": Stratum("SAME_NAMED_TWINS", 5_000, {"RELATIVE": 1.0}),
    "same_name_birthday_county": Stratum("NAMESAKES", 20_000, MIXED_NUMBER, MIXED_NAME),
    "same_and_numbers_near": Stratum("NAMESAKES_NEAR", 2_000, MIXED_NUMBER, MIXED_NAME),
    "recycled_names": Stratum("RECYCLED", 20_000, MIXED_NUMBER, MIXED_NAME),
    "recycled_names_number": Stratum("RECYCLED", 5_000, {"RELATIVE": 1.0}),
    "registry_errors": Stratum("REGISTRY_ERROR", 20_000, {"ONE_DIGIT": 0.05, "FIFTEEN": 0.05}),
    "several_errors": Stratum("ANYBODY", 50_000, MIXED_NUMBER, MIXED_NAME),
}
# another person of the same name whose number stands on the record, or differs by what parents never choose, or by what
# two slips make (born that day in that county): name and number agree with the wrong person and nothing in them can
# tell; counted, never mixed with the rest
APART: Final = (
    "same_sounding_twins",
    "same_named_twins",
    "same_named_twins_number",
    "same_and_numbers_near",
    "recycled_names_number",
)
