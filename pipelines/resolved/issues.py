"""What the holder of a record should correct or check: the record in itself, and against whom it is tied to."""

from collections.abc import Collection
from typing import Final

import polars as pl

from matchers.defects import find_defects
from schemas.codes import Issue, IssueKind
from schemas.tables import ISSUE

# nobody is presumed wrong: the other side of the comparison may be the one in error
_CHECKED: Final = (Issue.ID04, Issue.ID06, Issue.ID08, Issue.NM06, Issue.NM08)


def find_issues(records: pl.DataFrame, answers: pl.DataFrame, counties: Collection[str]) -> pl.DataFrame:
    """ISSUE for shaped evidence records (`shape_records`) and their answers (`match_records`)."""
    rules = (*_date_rules(), *_match_rules())
    compared = records.hstack(answers.drop("row"))
    found = _of_rules(compared, rules)
    defects = _less_known_spelling(find_defects(records, counties), answers)
    return _issues(records, pl.concat([_once(defects, found), found]))


def find_registry_issues(records: pl.DataFrame, persons: pl.DataFrame, counties: Collection[str]) -> pl.DataFrame:
    """ISSUE for the registry's own rows: bad in themselves, or another number or name than the person's other rows."""
    of_person = persons.select("person_no", held_number="id_number", held_name="name")
    compared = records.join(of_person, on="person_no", how="left", maintain_order="left")
    rules = (
        ("id_number", Issue.ID06, pl.col("number") != pl.col("held_number")),
        ("name", Issue.NM08, pl.col("name") != pl.col("held_name")),
    )
    return _issues(records, pl.concat([find_defects(records, counties), _of_rules(compared, rules)]))


def _date_rules() -> tuple[tuple[str, Issue, pl.Expr], ...]:
    born = pl.coalesce("derived_birth_date", "birth_date")
    return (
        ("event_date", Issue.DT01, (pl.col("event_date") > pl.col("business_date")).fill_null(False)),
        ("event_date", Issue.DT02, (pl.col("event_date") < born).fill_null(False)),
    )


def _match_rules() -> tuple[tuple[str, Issue, pl.Expr], ...]:
    """A name with a lost character is already asked about; it is not called another name as well."""
    return (
        ("id_number", Issue.ID06, (pl.col("match_reason") == "OTHER_NAME") & ~pl.col("has_lost")),
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
    as_held = answers.filter(
        pl.col("person_no").is_not_null() & ~pl.col("match_reason").str.contains("NAME_VARIANT", literal=True)
    )
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
