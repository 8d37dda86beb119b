"""Persons to be greeted: drawn at random from those certified silently; the list says nothing of why but a greeting."""

import ibis.expr.types as ir
import polars as pl

from pipelines.reachable import with_usable_phone
from schemas.code_tables import CodeTables
from schemas.wording import Wording


def to_greet(sample: ir.Table, decision: ir.Table, person: ir.Table, claim: ir.Table, *, run_no: int) -> ir.Table:
    """Grain: person drawn tonight × benefit in the county that drew; name, phone, address."""
    drawn = sample.filter(sample.run_no == run_no).select("person_no", "county_code")
    named = with_usable_phone(person, claim).select("person_no", "phone", "address", name="raw_name")
    benefits = decision.select("person_no", "county_code", "programme_code")
    return drawn.join(benefits, ["person_no", "county_code"]).join(named, "person_no")


def greetings(persons: pl.DataFrame, codes: CodeTables, wording: Wording) -> pl.DataFrame:
    """Grain: person; the list's columns and `county_code`, in the order of counties and persons."""
    programme, county = (
        pl.col(column).replace_strict(codes.labels(table), default=pl.col(column), return_dtype=pl.String)
        for column, table in (("programme_code", "programme"), ("county_code", "county"))
    )
    return (
        persons.with_columns(benefit=programme)
        .group_by("person_no", "county_code")
        .agg(
            pl.first("name", "phone", "address"),
            programme=pl.col("benefit").unique().sort().str.join(wording.general.between),
        )
        .with_columns(county=county, why=pl.lit(wording.worklists.greeting), how=pl.lit(wording.worklists.how_to_greet))
        .sort("county_code", "person_no")
    )
