"""Which feeds are fresh, county by county: the silence of a feed is not the silence of a person."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import ibis.expr.types as ir

from pipelines.coverage import Day
from schemas.codes import FEWEST_NUMBERS, OTHER_NAME, MatchRefusal, MatchTier, Silence
from schemas.contract import Contract
from schemas.policy import RunHealth

_UNTOLD = (Silence.REJECTED.value, Silence.GATED.value)


def feed_health(
    contract: Contract, days: Iterable[Day], counties: Iterable[str], *, as_of: date, limits: RunHealth
) -> list[dict[str, Any]]:
    """FEED_HEALTH of one feed. A retired feed is not live, and so never stale.

    Fresh: a day within `fresh_days` told of the county, and none since came with a file that told nothing. What a
    rejected or gated file of events would have told, no later file tells: its day stays untold until a file of that
    day is taken, somebody releases it, or `untold_days` have gone by. The next snapshot tells all.
    """
    newest: dict[str, date] = {}
    silent: dict[str, Day] = {}
    untold: dict[str, Day] = {}
    for day in days:
        if _stays_untold(contract, day, as_of, limits):
            untold[day.county_code] = day
        if day.silence:
            silent[day.county_code] = day
        else:
            newest[day.county_code] = day.business_date
            silent.pop(day.county_code, None)
    silent = untold | silent
    is_live = not contract.retired_on or contract.retired_on > as_of.isoformat()
    return [
        {
            "feed": contract.feed,
            "county_code": county,
            "newest_date": newest.get(county),
            "is_live": is_live,
            "is_fresh": county in newest
            and county not in silent
            and (as_of - newest[county]).days <= contract.fresh_days,
            "silence": silent[county].silence if county in silent else "",
        }
        for county in sorted(counties)
    ]


def _stays_untold(contract: Contract, day: Day, as_of: date, limits: RunHealth) -> bool:
    if contract.delivery == "snapshot" or day.silence not in _UNTOLD:
        return False
    released = any(day.business_date < word <= as_of for word in limits.released_from(contract.feed, day.county_code))
    return not released and (as_of - day.business_date).days <= limits.untold_days


def with_other_names(link: ir.Table, most: float) -> ir.Table:
    """(delivery_id) of deliveries whose names do not go with their numbers, or whose numbers are ruined.

    That is: of the right numbers more than `most` stand beside other names; or of all numbers more than `most` are none
    (a sheet wrote 6.2E+17, a column was cut).
    """
    is_other, is_ruined = link.match_reason.isin(OTHER_NAME), link.match_reason == MatchRefusal.BAD_ID.value
    is_tied = link.match_tier.isin([MatchTier.EXACT.value, MatchTier.STRONG.value])
    is_numbered = link.match_reason != MatchRefusal.NO_ID.value
    counts = {"others": is_other, "right": is_other | is_tied, "ruined": is_ruined, "numbers": is_numbered}
    marked = link.mutate(**{name: flag.fill_null(False).cast("int64") for name, flag in counts.items()})
    counted = marked.group_by("delivery_id").agg(**{name: marked[name].sum() for name in counts})
    is_mixed_up = (counted.right >= FEWEST_NUMBERS) & (counted.others > most * counted.right)
    is_unreadable = (counted.numbers >= FEWEST_NUMBERS) & (counted.ruined > most * counted.numbers)
    return counted.filter(is_mixed_up | is_unreadable).select("delivery_id")
