"""Questions to the agency that holds a record: what it should correct, and what it should check.

Some are about the record in itself, others about the record beside the persons it was compared with.
"""

from collections.abc import Collection
from typing import Final

import polars as pl

from matchers.defects import Rule, apply_rules, find_defects
from matchers.likeness import SAME_NAME
from matchers.passes import Matches
from matchers.rivals import SAME_NUMBER
from schemas.codes import Issue, IssueKind, MatchConversion, MatchState, MatchTier, NameLevel, NumberLevel
from schemas.tables import ISSUE

# nobody is presumed wrong: the other side of the comparison may be the one in error
_CHECKED: Final = (
    Issue.ID04, Issue.ID06, Issue.ID07, Issue.ID08, Issue.NM04, Issue.NM05, Issue.NM06, Issue.NM07, Issue.NM08,
)  # fmt: skip
# how the name differs from that of the person of the number, and which column is questioned then by which issue
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
    by_number = _beside_number(records, found.candidates)
    compared = records.hstack(found.answers.drop("row")).with_columns(by_number)
    of_match = apply_rules(compared, (*_date_rules(), *_match_rules()))
    defects = _without_own_spelling(find_defects(records, counties), found.answers)
    return _issues(records, pl.concat([_without_implied(defects, of_match), of_match]))


def find_registry_issues(records: pl.DataFrame, persons: pl.DataFrame, counties: Collection[str]) -> pl.DataFrame:
    """ISSUE for the registry's own rows: bad in themselves, or at odds with others.

    Another number or name than the person's other rows have (ID07, NM08), or a number that is also registered to a
    person of another name (ID06).
    """
    of_person = persons.select("person_no", registered_number="id_number", registered_name="name")
    compared = records.join(of_person, on="person_no", how="left", maintain_order="left")
    shared = pl.col("body").is_not_null() & (pl.col("name_key").n_unique().over("body") > 1)
    several = shared & (pl.col("person_no").n_unique().over("body") > 1)
    rules = (
        ("id_number", Issue.ID06, several),
        ("id_number", Issue.ID07, pl.col("body").is_not_null() & (pl.col("number") != pl.col("registered_number"))),
        ("name", Issue.NM08, pl.col("name") != pl.col("registered_name")),
    )
    return _issues(records, pl.concat([find_defects(records, counties), apply_rules(compared, rules)]))


def _date_rules() -> tuple[Rule, ...]:
    born = pl.coalesce("derived_birth_date", "birth_date")
    return (
        ("event_date", Issue.DT01, (pl.col("event_date") > pl.col("business_date")).fill_null(False)),
        ("event_date", Issue.DT02, (pl.col("event_date") < born).fill_null(False)),
    )


def _beside_number(records: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Comparison of each record with the persons of its number, row for row.

    registered_name_level: the closest NameLevel of the persons of the number, or empty. is_near: a person of the name
    has a number like the record's valid one, which is registered to nobody.
    """
    rank = {level.value: place for place, level in enumerate(NameLevel)}
    of_number = candidates.filter(pl.col("number_level").is_in(SAME_NUMBER)).with_columns(
        rank=pl.col("name_level").replace_strict(rank, return_dtype=pl.Int64)
    )
    closest = (
        of_number.sort("row", "rank").unique("row", keep="first").select("row", registered_name_level="name_level")
    )
    near = (pl.col("number_level") == NumberLevel.NEIGHBOUR.value) & pl.col("name_level").is_in(SAME_NAME)
    neighbours = candidates.filter(near).select("row", is_near=pl.lit(True)).unique()
    rows = records.select("row").join(closest, on="row", how="left", maintain_order="left")
    beside = rows.join(neighbours, on="row", how="left", maintain_order="left").drop("row")
    return beside.with_columns(pl.col("registered_name_level").fill_null(""), pl.col("is_near").fill_null(False))


def _match_rules() -> tuple[Rule, ...]:
    """A name with a lost character (NM02) or of a relative (NM09) is not reported as another name as well."""
    whole = ~pl.col("has_lost") & ~pl.col("is_relative")
    probable = pl.col("match_tier") == MatchTier.PROBABLE.value
    return (
        *(
            (column, issue, (pl.col("registered_name_level") == level.value) & whole)
            for level, column, issue in _NAME_ISSUES
        ),
        ("id_number", Issue.ID07, probable & pl.col("is_near") & pl.col("body").is_not_null()),
        ("id_number", Issue.ID08, pl.col("by_former_number")),
        ("name", Issue.NM06, pl.col("by_former_name")),
    )


def _without_own_spelling(defects: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """A traditional character that the registry writes too is the person's own spelling, and no mistake."""
    tied = pl.col("match_state") == MatchState.MATCHED.value
    is_respelled = pl.col("match_reason").str.contains(MatchConversion.NAME_VARIANT.value, literal=True)
    own = answers.filter(tied & ~is_respelled).select("row", issue=pl.lit(Issue.NM03.value))
    return defects.join(own, on=["row", "issue"], how="anti")


def _without_implied(defects: pl.DataFrame, of_match: pl.DataFrame) -> pl.DataFrame:
    """For a wrong number, suppress the implied birth-date and sex issues."""
    wrong = of_match.filter(pl.col("issue") == Issue.ID06.value).select("row")
    is_implied = pl.col("issue").is_in([Issue.DM01.value, Issue.DM02.value])
    return pl.concat([defects.filter(~is_implied), defects.filter(is_implied).join(wrong, on="row", how="anti")])


def _issues(records: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    checked = pl.col("issue").is_in([issue.value for issue in _CHECKED])
    kind = pl.when(checked).then(pl.lit(IssueKind.CHECK.value)).otherwise(pl.lit(IssueKind.CORRECT.value))
    return found.join(records, on="row").with_columns(kind=kind).select(ISSUE.names)
