"""The weights once more: m from the table, u counted person by person."""

import math
from collections import Counter
from collections.abc import Sequence

from matchers.tables import agreement, readings
from tests.reference.identity_variants import Pair, ReadRecord, bare, births, names, sex
from tests.reference.levels import SAME
from tests.reference.matching import Person


def weigh(read: ReadRecord, pairs: list[Pair], persons: Sequence[Person], *, prior: float) -> None:
    for pair in pairs:
        u = _chances(read, pair, pairs, persons)
        bits = {part: _bits(part, getattr(pair, part), u[part]) for part in u}
        if pair.number not in ("OTHER", "ABSENT"):
            bits |= {part: min(bits[part], 0.0) for part in ("date", "sex", "county")}
        pair.weight = round(sum(bits.values()), 3)
    odds = [prior / len(persons) * 2**pair.weight for pair in pairs]
    for pair, own in zip(pairs, odds, strict=True):
        pair.posterior = own / (1 - prior + sum(odds))


def _bits(part: str, level: str, u: float) -> float:
    m = agreement().get((part, level))
    return math.log2(m / u) if m else 0.0


def _chances(read: ReadRecord, pair: Pair, pairs: list[Pair], persons: Sequence[Person]) -> dict[str, float]:
    least = 1 / len(persons)
    born = Counter(births(p)[0] for p in persons if births(p))
    surnames = Counter(bare(p.name)[:1] for p in persons)
    same_sex = sum(sex(p) == read.record.sex for p in persons) or 1
    same_county = sum(read.record.county_code in p.counties for p in persons) or 1
    births_here = max((born[day] for day in births(pair.person)), default=0) or 1
    surnames_here = max(surnames[bare(known)[:1]] for known, _, _ in names(pair.person)) or 1
    u = dict.fromkeys(("number", "name", "date", "sex", "county"), 1.0)
    if pair.number not in ("OTHER", "ABSENT"):
        u["number"] = sum(other.number == pair.number for other in pairs) * least
    if pair.name in SAME:
        u["name"] = (sum(bare(p.name) == read.key for p in persons) or 1) * least
    elif pair.name == "HOMOPHONE":
        u["name"] = (_heard(read.key, persons) or 1) * least
    elif pair.name not in ("OTHER", "ABSENT"):
        u["name"] = surnames_here * least
    u["date"] = {"EQUAL": 1, "DAY_MONTH_SWAPPED": 1, "NEAR_YEAR": 2, "ONE_PART": 140}.get(pair.date, 0)
    u["date"] = u["date"] * births_here * least or 1.0
    u["sex"] = 1 - same_sex * least if pair.sex == "OTHER" else same_sex * least
    u["county"] = 1 - same_county * least if pair.county == "OTHER" else same_county * least
    return {part: min(max(share, least), 1.0) for part, share in u.items()}


def _heard(key: str, persons: Sequence[Person]) -> int:
    own = _sounds(key)
    return sum(len(own & _sounds(bare(person.name))) for person in persons)


def _sounds(key: str) -> set[tuple[str, ...]]:
    if not key:
        return set()
    first, second, last = (sorted(readings().get(c, {c})) for c in (key[0], key[1:2], key[-1]))
    return {(a, b, c) for a in first for b in second for c in last}
