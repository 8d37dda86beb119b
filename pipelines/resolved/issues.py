"""What the holder of a record should correct or check: the record in itself, and against whom it is tied to."""

from collections.abc import Collection
from typing import Final

import polars as pl

from matchers.defects import find_defects
from matchers.passes import Matches
from schemas.codes import Issue, IssueKind, MatchState, MatchTier, NameLevel, NumberLevel
from schemas.tables import ISSUE

# nobody is presumed wrong: the other side of the comparison may be the one in error
_CHECKED: Final = (
    Issue.ID04, Issue.ID06, Issue.ID07, Issue.ID08, Issue.NM04, Issue.NM05, Issue.NM06, Issue.NM07, Issue.NM08,
)  # fmt: skip
_HELD: Final = [level.value for level in (NumberLevel.EQUAL, NumberLevel.CONVERTED, NumberLevel.FORMER)]
_SAME_NAME: Final = [level.value for level in (NameLevel.EQUAL, NameLevel.VARIANT, NameLevel.FORMER)]
# how the name differs from that of whoever holds the number, and what is asked then of which column
_NAME_ISSUES: Final = (
    (NameLevel.HOMOPHONE, "name", Issue.NM04),
    (NameLevel.GLYPH, "name", Issue.NM04),
    (NameLevel.TRUNCATED, "name", Issue.NM05),
    (NameLevel.REORDERED, "name", Issue.NM07),
    (NameLevel.ONE_CHARACTER, "id_number", Issue.ID06),
    (NameLevel.OTHER, "id_number", Issue.ID06),
)


def find_issues(records: pl.DataFrame, found: Matches, counties: Collection[str]) -> pl.DataFrame:
    """ISSUE for shaped evidence records (`shape_records`) and what the matcher found of them."""
    compared = records.hstack(found.answers.drop("row")).with_columns(_against_holder(records, found.candidates))
    told = _of_rules(compared, (*_date_rules(), *_match_rules()))
    defects = _less_known_spelling(find_defects(records, counties), found.answers)
    return _issues(records, pl.concat([_once(defects, told), told]))


def find_registry_issues(records: pl.DataFrame, persons: pl.DataFrame, counties: Collection[str]) -> pl.DataFrame:
    """ISSUE for the registry's own rows: bad in themselves, or at odds with others.

    Another number or name than the person's other rows (ID07, NM08), or a number that another person under another
    name holds too (ID06).
    """
    of_person = persons.select("person_no", held_number="id_number", held_name="name")
    compared = records.join(of_person, on="person_no", how="left", maintain_order="left")
    shared = pl.col("body").is_not_null() & (pl.col("name_key").n_unique().over("body") > 1)
    several = shared & (pl.col("person_no").n_unique().over("body") > 1)
    rules = (
        ("id_number", Issue.ID06, several),
        ("id_number", Issue.ID07, pl.col("body").is_not_null() & (pl.col("number") != pl.col("held_number"))),
        ("name", Issue.NM08, pl.col("name") != pl.col("held_name")),
    )
    return _issues(records, pl.concat([find_defects(records, counties), _of_rules(compared, rules)]))


def _date_rules() -> tuple[tuple[str, Issue, pl.Expr], ...]:
    born = pl.coalesce("derived_birth_date", "birth_date")
    return (
        ("event_date", Issue.DT01, (pl.col("event_date") > pl.col("business_date")).fill_null(False)),
        ("event_date", Issue.DT02, (pl.col("event_date") < born).fill_null(False)),
    )


def _against_holder(records: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Row for row: holder_name, the closest NameLevel of whoever holds the number now or once; is_near, a person of
    that name holds a number like the valid one that nobody holds.
    """
    order = {level.value: place for place, level in enumerate(NameLevel)}
    holders = candidates.filter(pl.col("number_level").is_in(_HELD)).with_columns(
        place=pl.col("name_level").replace_strict(order, return_dtype=pl.Int64)
    )
    closest = holders.sort("row", "place").unique("row", keep="first").select("row", holder_name="name_level")
    near = (pl.col("number_level") == NumberLevel.NEIGHBOUR.value) & pl.col("name_level").is_in(_SAME_NAME)
    neighbours = candidates.filter(near).select("row", is_near=pl.lit(True)).unique()
    rows = records.select("row").join(closest, on="row", how="left", maintain_order="left")
    told = rows.join(neighbours, on="row", how="left", maintain_order="left").drop("row")
    return told.with_columns(pl.col("holder_name").fill_null(""), pl.col("is_near").fill_null(False))


def _match_rules() -> tuple[tuple[str, Issue, pl.Expr], ...]:
    """A name with a lost character is already asked about; it is not called another name as well."""
    whole = ~pl.col("has_lost")
    probable = pl.col("match_tier") == MatchTier.PROBABLE.value
    return (
        *((column, issue, (pl.col("holder_name") == level.value) & whole) for level, column, issue in _NAME_ISSUES),
        ("id_number", Issue.ID07, probable & pl.col("is_near") & pl.col("body").is_not_null()),
        ("id_number", Issue.ID08, pl.col("by_former_number")),
        ("name", Issue.NM06, pl.col("by_former_name")),
    )


def _of_rules(records: pl.DataFrame, rules: tuple[tuple[str, Issue, pl.Expr], ...]) -> pl.DataFrame:
    return pl.concat(
        [
            records.filter(holds).select("row", column=pl.lit(column), issue=pl.lit(issue.value))
            for column, issue, holds in rules
        ]
    )


def _less_known_spelling(defects: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """A traditional character that the registry writes too is the person's own spelling, and no mistake."""
    tied = pl.col("match_state") == MatchState.MATCHED.value
    as_held = answers.filter(tied & ~pl.col("match_reason").str.contains("NAME_VARIANT", literal=True))
    own = as_held.select("row", issue=pl.lit(Issue.NM03.value))
    return defects.join(own, on=["row", "issue"], how="anti")


def _once(defects: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Another's number has another's birth date and sex too: one mistake, one question."""
    others = found.filter(pl.col("issue") == Issue.ID06.value).select("row")
    told = pl.col("issue").is_in([Issue.DM01.value, Issue.DM02.value])
    return pl.concat([defects.filter(~told), defects.filter(told).join(others, on="row", how="anti")])


def _issues(records: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    checked = pl.col("issue").is_in([issue.value for issue in _CHECKED])
    kind = pl.when(checked).then(pl.lit(IssueKind.CHECK.value)).otherwise(pl.lit(IssueKind.CORRECT.value))
    return found.join(records, on="row").with_columns(kind=kind).select(ISSUE.names)
