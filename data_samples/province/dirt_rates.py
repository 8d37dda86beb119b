"""How often records and files go wrong: `dirt.yaml`, validated on load."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml

from schemas.contract import Declared

OTHER: Final = "other"
SHIPPED: Final = Path(__file__).with_name("dirt.yaml")
Slot = Literal["number", "name", "birth_date", "sex", "event_date", "recorded_date", "row", "address", "repeat"]
Mishap = Literal[
    "NONE", "LATE", "SHORT", "TWICE", "OTHER_ENCODING", "DRIFTED_HEADER", "MISSING", "EMPTY", "HEADER_ONLY", "CUT",
    "NAMES_SORTED", "QUESTION_MARKS", "COUNTY_SHORT", "COUNTY_LEFT_OUT",
]  # fmt: skip


class Rate(Declared):
    """A kind of error, where it strikes, and in what share of the records; `only`: in these feeds and no other."""

    kind: str
    slot: Slot
    rate: float
    why: str
    only: tuple[str, ...] = ()


class DirtRates(Declared):
    records: tuple[Rate, ...]
    feeds: Mapping[str, Mapping[str, float]]
    files: Mapping[Mishap, float]
    late_days: int
    fewest_rows_to_hold: int
    traditional: Mapping[str, str]
    homophones: Mapping[str, str]

    def of(self, feed: str, slot: Slot) -> tuple[tuple[str, float], ...]:
        """(kind, share of this feed's records) of a slot, in the order of the file; a feed not named gets no dirt."""
        factors = self.feeds.get(feed, {OTHER: 0.0})
        here = [r for r in self.records if r.slot == slot and feed in (r.only or (feed,))]
        shares = [(r.kind, r.rate * factors.get(r.kind, factors[OTHER])) for r in here]
        return tuple((kind, share) for kind, share in shares if share)


@cache
def read_dirt_rates(path: Path = SHIPPED) -> DirtRates:
    return DirtRates.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
