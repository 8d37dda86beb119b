"""A random sample of persons certified silently, drawn each month to be greeted: how often a silent pass is wrong."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.age_bands import age_band
from pipelines.latest import ascending, first_per_key, with_is_current
from schemas.codes import Outcome
from schemas.tables import AUDIT_SAMPLE

STRATUM: Final = ["county_code", "age_band"]
SEEN: Final = "SEEN_ALIVE"
_MONTHS: Final = 12  # nobody is greeted twice within these


def drawable(
    decision: ir.Table, person: ir.Table, drawn: ir.Table, *, as_of: date, limits: tuple[int, ...], lot: str
) -> ir.Table:
    """Grain: person certified silently whom no sample of the last twelve months has; of several benefits one counts.

    `county_code`, `age_band`, `pass_date`, and `lot`: sha256 of this text and the person, which puts them in an order
    that nobody chooses and that is the same again. `lot` is a keyed digest of the month.
    """
    silent = decision.filter(decision.outcome == Outcome.CERTIFIED_SILENT.value)
    silent = first_per_key(silent, ["person_no"], ascending(silent, ("county_code", "programme_code")))
    born = person.select("person_no", age_band=age_band(person.birth_date, as_of, limits))
    recent = drawn.filter(drawn.month + ibis.interval(months=_MONTHS) > ibis.literal(as_of.replace(day=1)))
    rows = silent.select("person_no", "county_code", "pass_date").join(born, "person_no")
    rows = rows.anti_join(recent, "person_no")
    return rows.mutate(lot=(ibis.literal(lot) + rows.person_no.cast("string")).hexdigest("sha256"))


def quotas(strata: Iterable[Mapping[str, Any]], size: int) -> list[dict[str, Any]]:
    """Strata with `quota`: in proportion to their persons, what is left over by the largest remainders.

    Every person has so the same chance, and the rate of the sample is that of all. `strata` have `persons`.
    """
    ordered = sorted(strata, key=lambda row: (row["county_code"], row["age_band"]))
    whole = sum(row["persons"] for row in ordered)
    wanted = min(size, whole)
    shares = [divmod(wanted * row["persons"], whole) for row in ordered]
    left = wanted - sum(share for share, _ in shares)
    by_remainder = sorted(range(len(ordered)), key=lambda place: (-shares[place][1], place))
    extra = set(by_remainder[:left])
    return [
        {name: row[name] for name in STRATUM} | {"quota": shares[place][0] + (place in extra)}
        for place, row in enumerate(ordered)
    ]


def draw(persons: ir.Table, quota: ir.Table, *, run_no: int, as_of: date) -> ir.Table:
    """AUDIT_SAMPLE: of each stratum the first by lot."""
    place = ibis.row_number().over(group_by=STRATUM, order_by=ascending(persons, ("lot", "person_no")))
    placed = persons.mutate(place=place).inner_join(quota, STRATUM)
    return placed.filter(placed.place < placed.quota).select(
        "person_no", "county_code", "age_band", "pass_date",
        month=ibis.literal(as_of.replace(day=1)),
        run_no=ibis.literal(run_no, "int64"),
        as_of=ibis.literal(as_of),
    ).select(*AUDIT_SAMPLE.names)  # fmt: skip


def seen_since(link: ir.Table, sample: ir.Table, feed: str) -> ir.Table:
    """`person_no`, `seen_date` of every visit or call by `feed` at which a person of the sample was well."""
    of_sample = link.filter(link.feed == feed).semi_join(sample, "person_no")
    current = with_is_current(of_sample)
    found = current.filter(current.is_current, current.qualifier_code == SEEN, current.event_date.notnull())
    return found.select("person_no", seen_date="event_date").distinct()


def audited(sample: pl.DataFrame, seen: pl.DataFrame, recovery: pl.DataFrame) -> pl.DataFrame:
    """AUDIT_SAMPLE with `is_wrong` and `is_right`; a person of whom nothing was heard is neither.

    Wrong: officers have confirmed since that entitlement was lost on the night of the sample or before. Right: else,
    the person was met, or answered the telephone, on that day or later.
    """
    lost = (
        recovery.filter(pl.col("loss_date").is_not_null()).group_by("person_no").agg(lost_on=pl.col("loss_date").min())
    )
    met = seen.group_by("person_no").agg(seen_on=pl.col("seen_date").max())
    rows = sample.join(lost, on="person_no", how="left", maintain_order="left")
    rows = rows.join(met, on="person_no", how="left", maintain_order="left")
    is_wrong = (pl.col("lost_on") <= pl.col("as_of")).fill_null(False)
    is_right = ~is_wrong & (pl.col("seen_on") >= pl.col("as_of")).fill_null(False)
    return rows.with_columns(is_wrong=is_wrong, is_right=is_right).drop("lost_on", "seen_on")
