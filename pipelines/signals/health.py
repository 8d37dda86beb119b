"""Which feeds are fresh, county by county: the silence of a feed is not the silence of a person."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import ibis.expr.types as ir

from pipelines.coverage import Day
from schemas.codes import FEWEST_NUMBERS, OTHER_NAME, MatchTier
from schemas.contract import Contract


def feed_health(
    contract: Contract, days: Iterable[Day], counties: Iterable[str], *, as_of: date
) -> list[dict[str, Any]]:
    """FEED_HEALTH of one feed. A retired feed is not live, and so never stale.

    Fresh: a day within `fresh_days` told of the county, and none since came with a file that told nothing.
    """
    told: dict[str, date] = {}
    silent: dict[str, Day] = {}
    for day in days:
        if day.silence:
            silent[day.county_code] = day
        else:
            told[day.county_code] = day.business_date
            silent.pop(day.county_code, None)
    is_live = not contract.retired_on or contract.retired_on > as_of.isoformat()
    return [
        {
            "feed": contract.feed,
            "county_code": county,
            "newest_date": told.get(county),
            "is_live": is_live,
            "is_fresh": county in told and county not in silent and (as_of - told[county]).days <= contract.fresh_days,
            "silence": silent[county].silence if county in silent else "",
        }
        for county in sorted(counties)
    ]


def with_other_names(link: ir.Table, most: float) -> ir.Table:
    """(delivery_id) of deliveries whose names do not go with their numbers: more than `most` of the right numbers."""
    has_other = link.match_reason.isin(OTHER_NAME)
    numbered = link.filter(has_other | link.match_tier.isin([MatchTier.EXACT.value, MatchTier.STRONG.value]))
    marked = numbered.mutate(is_other=numbered.match_reason.isin(OTHER_NAME).cast("int64"))
    counted = marked.group_by("delivery_id").agg(others=marked.is_other.sum(), numbers=marked.count())
    astray = (counted.numbers >= FEWEST_NUMBERS) & (counted.others > most * counted.numbers)
    return counted.filter(astray).select("delivery_id")
