"""Shares of records in payment that are certified, per county, age band and name type: counts, small ones hidden."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from pipelines.age_bands import age_band
from schemas.codes import IN_PAYMENT, CertificationState, Method, NameType, Share
from schemas.policy import Policy

DIMENSIONS: Final = ("county_code", "age_band", "name_type")
_DOT: Final = "·"
_LONGEST_HAN: Final = 4  # a compound surname and two characters
_IN_TIME: Final = (CertificationState.CERTIFIED.value, CertificationState.DUE_SOON.value)


def standing_shares(decision: ir.Table, person: ir.Table, *, as_of: date, policy: Policy) -> ir.Table:
    """`county_code`, `age_band`, `name_type`, `share` (Share), `records`: every record in payment once."""
    named = person.select(
        "person_no",
        age_band=age_band(person.birth_date, as_of, policy.age_bands),
        name_type=_name_type(person.name, policy.compound_surnames),
    )
    rows = decision.filter(decision.payment_state.isin(IN_PAYMENT)).left_join(named, "person_no")
    rows = rows.mutate(share=_share(rows), age_band=rows.age_band.fill_null(""), name_type=rows.name_type.fill_null(""))
    return rows.group_by([*DIMENSIONS, "share"]).agg(records=rows.count())


def _share(rows: ir.Table) -> ir.StringValue:
    in_time = rows.certification_state.isin(_IN_TIME)
    by_method = [
        (in_time & (rows.method == method.value), Share(method.value).value)
        for method in Method
        if method is not Method.NONE
    ]
    return ibis.cases(*by_method, (in_time, Share.FIRST_PERIOD.value), else_=Share.NONE.value)


def _name_type(name: ir.StringValue, compound: Sequence[str]) -> ir.StringValue:
    length = name.length()
    has_compound = name.substr(0, 2).isin(list(compound)) if compound else ibis.literal(False)
    is_long = name.contains(_DOT) | (length > _LONGEST_HAN) | ((length == _LONGEST_HAN) & ~has_compound)
    return ibis.ifelse(is_long, NameType.LONG.value, NameType.SHORT.value)


def by_dimension(rows: Iterable[Mapping[str, Any]], dimension: str) -> tuple[list[str], list[list[int]]]:
    """Names of the lines, and for each the records by Share with their sum; the last line is the sum of all."""
    counts: dict[str, list[int]] = {}
    order = list(Share)
    for row in rows:
        line = counts.setdefault(row[dimension], [0] * len(order))
        line[order.index(Share(row["share"]))] += row["records"]
    names = sorted(counts, key=lambda name: (not name.startswith("<"), name))  # below the first limit comes first
    lines = [counts[name] for name in names]
    lines.append([sum(column) for column in zip(*lines, strict=True)] if lines else [0] * len(order))
    return names, [[*line, sum(line)] for line in lines]
