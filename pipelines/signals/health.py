"""Which feeds are fresh, county by county: the silence of a feed is not the silence of a person."""

from datetime import date

import ibis
import ibis.expr.types as ir

from schemas.codes import FEWEST_NUMBERS, OTHER_NAME, MatchTier


def feed_health(feeds: ir.Table, delivery: ir.Table, counties: ir.Table, *, as_of: date) -> ir.Table:
    """FEED_HEALTH. `feeds` is (feed, fresh_days, is_live, several_files); `counties` is (county_code).

    A delivery speaks for the counties it names, or for all when it names none; rejected or gated ones for nobody, nor
    one of several files without a row: it may be any sender's.
    """
    good = delivery.filter(
        (delivery.rejection == "") & ~delivery.is_gated & (delivery.business_date <= ibis.literal(as_of))
    ).select("feed", "business_date", "county_codes", "accepted")
    grid = feeds.cross_join(counties)
    speaks = [
        grid.feed == good.feed,
        ~grid.several_files | (good.accepted > 0),
        (good.county_codes == "") | good.county_codes.contains(grid.county_code),
    ]
    arrived = grid.left_join(good, speaks)
    newest = arrived.group_by(["feed", "county_code", "fresh_days", "is_live"]).agg(
        newest_date=arrived.business_date.max()
    )
    age = ibis.literal(as_of).delta(newest.newest_date, unit="day")
    return newest.mutate(is_fresh=(age <= newest.fresh_days).fill_null(False)).drop("fresh_days")


def with_other_names(link: ir.Table, most: float) -> ir.Table:
    """(delivery_id) of deliveries whose names do not go with their numbers: more than `most` of the right numbers."""
    has_other = link.match_reason.isin(OTHER_NAME)
    numbered = link.filter(has_other | link.match_tier.isin([MatchTier.EXACT.value, MatchTier.STRONG.value]))
    marked = numbered.mutate(is_other=numbered.match_reason.isin(OTHER_NAME).cast("int64"))
    counted = marked.group_by("delivery_id").agg(others=marked.is_other.sum(), numbers=marked.count())
    astray = (counted.numbers >= FEWEST_NUMBERS) & (counted.others > most * counted.numbers)
    return counted.filter(astray).select("delivery_id")
