"""The seam between the world (who lives, dies, travels and what is written about it) and the files that say so.

The world hands over `Emission`s in the order of the nights; within a night block by block of persons, within a block
feed by feed. A feed may come several times a night (once per block, once more for strangers): its files can be closed
when the first emission of the next business date comes. A feed without rows on a night gives an emission with no rows
if its agency delivers that night (an empty file is delivered), and none at all if it does not.

`rows` has every logical column of the feed's contract, without its `constants`, in the contract's order: dates as
pl.Date, fen and integers as Int64, booleans as Boolean, codes by their canonical name, everything else as String;
null is absent. Behind them stand the columns of `TRUTH_COLUMNS`. One row per record, in no promised order.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from schemas.codes import Issue, IssueKind

TRUTH_COLUMNS: Final = {
    "_person_no": pl.Int64,  # whose event it truly is; null: somebody the registry does not know
    "_named_no": pl.Int64,  # whose number stands on the record; null: nobody's in the registry, or no number
    "_cause": pl.String,  # why the record exists: OWN, DEATH_REPORT, RELATIVE_USED_CARD, … (see `causes.py`)
    "_agency": pl.String,  # who holds the record
    "_is_exact": pl.Boolean,  # its number and its name are those of `_person_no` as they stand today
    "_planted": pl.String,  # a key of WORLD_ERRORS, null: nothing wrong with the record
}


@dataclass(frozen=True, slots=True)
class Emission:
    """What one agency writes on one night about one block of persons."""

    feed: str
    business_date: date
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class WorldError:
    """An error of the world, not of the file: the issues to be raised, each on its column.

    `is_declared`: the record alone is enough to see it. Where not (a living person reported dead under the right
    number and name), what should be asked depends on what else is known of the person.
    """

    issues: tuple[tuple[str, Issue], ...]
    kind: IssueKind
    is_declared: bool


_OTHER_NAME: Final = (("id_number", Issue.ID06),)
WORLD_ERRORS: Final = {
    # a living person's own number and name on a death report: a careless clerk, a "suspected" list
    "ALIVE_REPORTED_DEAD": WorldError((("event_date", Issue.CF01),), IssueKind.CHECK, is_declared=False),
    # a namesake: the clerk looked the deceased up by name and took the wrong one's number
    "HOMONYM": WorldError((("event_date", Issue.CF01),), IssueKind.CHECK, is_declared=False),
    # the number of the relative who reported, under the name of the deceased
    "RELATIVE_NUMBER": WorldError(_OTHER_NAME, IssueKind.CHECK, is_declared=True),
    # a village list: the right number under a name whose last character is another
    "VILLAGE_TYPO": WorldError(_OTHER_NAME, IssueKind.CHECK, is_declared=True),
    # a village list without a number: nobody to be tied to, nothing to be asked
    "VILLAGE_NO_NUMBER": WorldError((), IssueKind.CHECK, is_declared=False),
    # the number before its change, the name before its change
    "FORMER_NUMBER": WorldError((("id_number", Issue.ID08),), IssueKind.CHECK, is_declared=True),
    "FORMER_NAME": WorldError((("name", Issue.NM06),), IssueKind.CHECK, is_declared=True),
    # the fifteen-digit number of before 1999, still held by the registry
    "FIFTEEN_DIGITS": WorldError((("id_number", Issue.ID05),), IssueKind.CORRECT, is_declared=True),
    # our own registry has what the population base calls a former number or name
    "REGISTRY_OLD_NUMBER": WorldError((("id_number", Issue.ID08),), IssueKind.CHECK, is_declared=True),
    "REGISTRY_OLD_NAME": WorldError((("name", Issue.NM06),), IssueKind.CHECK, is_declared=True),
    # one human under two person numbers of the registry: seen where both rows are right
    "SECOND_NUMBER": WorldError((("person_no", Issue.ID07),), IssueKind.CHECK, is_declared=False),
    # a relative's record: the person's number, and behind the name what the relative is to the person
    "RELATION_WORD": WorldError((("name", Issue.NM09),), IssueKind.CORRECT, is_declared=True),
    # the number of a namesake beside the own birth date
    "NAMESAKES_NUMBER": WorldError((), IssueKind.CHECK, is_declared=False),
    # a released prisoner the prison still lists, a day of death that differs between sources
    "STILL_LISTED": WorldError((("event_date", Issue.CF03),), IssueKind.CHECK, is_declared=False),
    "OTHER_DEATH_DATE": WorldError((), IssueKind.CHECK, is_declared=False),
}
