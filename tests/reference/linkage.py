"""The passes said again, slowly: one record beside one person at a time; only the tables are shared."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchers.tables import variants
from schemas.codes import DateLevel
from tests.reference.faces import PLACEHOLDERS, Asked, Pair, bare, bears, births, date_in, is_generation, names, numbers
from tests.reference.levels import (
    ALIKE,
    SAME,
    compare,
    date_level,
    is_found,
    is_repaired,
    least,
    sex_level,
)
from tests.reference.matching import ODD_DOTS, STOPS, Person, Record, clean, is_han
from tests.reference.weighing import weigh

LISTED = 20


@dataclass(frozen=True)
class Answer:
    person_no: int | None
    match_state: str
    match_pass: str
    match_tier: str
    match_reason: str
    by_former_number: bool
    by_former_name: bool
    considered: int
    rivals: int


def match(record: Record, persons: Sequence[Person], *, prior: float) -> tuple[Answer, list[Pair]]:
    asked = Asked(record)
    holders = [p for p in persons if asked.is_valid and asked.number in numbers(p)]
    exact = _exact(asked, holders, persons)
    if exact:
        return exact, []
    is_open = not asked.is_valid and not any(is_repaired(asked, p) for p in persons)
    found = [p for p in persons if is_found(asked, p, is_open=is_open)]
    pairs = [pair for pair in (compare(asked, p) for p in found) if pair.found]
    namesakes = _namesakes(asked, persons) if pairs and all(pair.found == "P5" for pair in pairs) else []
    pairs += namesakes
    weigh(asked, pairs, persons, prior=prior)
    looked_at = {person.person_no for person in [*found, *(pair.person for pair in namesakes)]}
    answer = _judge(asked, holders, pairs, considered=len(looked_at))
    pairs.sort(key=lambda pair: (not pair.is_linked, -pair.weight, pair.person.person_no))
    return answer, pairs[:LISTED]


def _namesakes(asked: Asked, persons: Sequence[Person]) -> list[Pair]:
    """Of the county, where the record states no birth date but that of a number that is another's; five at most."""
    if asked.record.birth_date not in (None, date_in(asked.number), *PLACEHOLDERS):
        return []
    there = [p for p in persons if asked.record.county_code in p.counties and bears(asked, p)]
    pairs = [compare(asked, person) for person in there] if len(there) <= 5 else []
    for pair in pairs:
        pair.found = "P8"
    return pairs


def _exact(asked: Asked, holders: list[Person], persons: Sequence[Person]) -> Answer | None:
    if not holders or _contested(asked, holders):
        return None
    person = _first(asked, holders)[0]
    fitting = [known for known in names(person) if asked.key and bare(known[0]) == asked.key]
    if not fitting or _is_against(asked, person):
        return None
    held, raw, is_former = fitting[0]
    if _is_common(held, persons) and _is_another(asked, person):
        return None
    former_number = numbers(person)[asked.number]
    codes = _conversions(asked, held, raw, former_number=former_number, former_name=is_former)
    found = "P2" if codes else "P1"
    return Answer(
        person.person_no, "MATCHED", found, "EXACT", ",".join(codes), former_number, is_former, len(holders), 0
    )


def _first(asked: Asked, holders: list[Person]) -> list[Person]:
    now = [person for person in holders if not numbers(person)[asked.number]]
    return sorted(now or holders, key=lambda person: person.person_no)


def _contested(asked: Asked, holders: list[Person]) -> bool:
    first = _first(asked, holders)
    return len(first) > 1 or any(bears(asked, person) for person in holders if person is not first[0])


def _is_against(asked: Asked, person: Person) -> bool:
    level = least(DateLevel, [date_level(asked.record.birth_date, born) for born in births(person)])
    said = asked.record.birth_date or date_in(asked.number)
    is_later = all(is_generation(said, born) for born in births(person)) if said else False
    return is_later or (level == "OTHER" and sex_level(asked, person) == "OTHER")


def _is_common(held: str, persons: Sequence[Person]) -> bool:
    return sum(bare(person.name) == bare(held) for person in persons) >= 1000


def _is_another(asked: Asked, person: Person) -> bool:
    stated = asked.record.birth_date
    return stated is not None and stated not in PLACEHOLDERS and stated not in births(person)


def _conversions(asked: Asked, held: str, raw: str, *, former_number: bool, former_name: bool) -> list[str]:
    codes = ["SWAPPED"] if asked.swapped else []
    codes += ["ID_15"] if asked.is_old else []
    codes += ["ID_WRITING"] if clean(asked.raw_number) != asked.raw_number else []
    if asked.raw_name not in (raw, held):
        codes += _respelled(asked, dots=asked.name == held)
    return codes + (["FORMER_ID"] if former_number else []) + (["FORMER_NAME"] if former_name else [])


def _respelled(asked: Asked, *, dots: bool) -> list[str]:
    written = asked.raw_name
    is_odd = any(c in ODD_DOTS for c in written) or (
        any(c in STOPS and c != "·" for c in written) and any(is_han(c) for c in written)
    )
    codes = ["NAME_DOT"] if is_odd or not dots else []
    codes += ["NAME_VARIANT"] if any(c in variants() for c in written) else []
    return codes or ["NAME_WRITING"]


def _judge(asked: Asked, holders: list[Person], pairs: list[Pair], *, considered: int) -> Answer:
    chosen, tier = _held_tie(asked, holders, pairs) if holders else _other_tie(asked, pairs)
    rivals = max(len(pairs) - 1, 0)
    first = min((pair.found for pair in pairs), default="")
    if chosen is None:
        reason = _refusal(asked, holders, pairs)
        state = "AMBIGUOUS" if pairs else "NONE"
        return Answer(None, state, first, state, reason, False, False, considered, rivals)
    chosen.is_linked = True
    if tier == "PROBABLE":
        reason = _refusal(asked, holders, pairs)
        return Answer(
            chosen.person.person_no, "AMBIGUOUS", chosen.found, tier, reason, False, False, considered, rivals
        )
    former_number, former_name = chosen.number == "FORMER", chosen.name == "FORMER"
    codes = ["SWAPPED"] if asked.swapped else []
    codes += ["ID_15"] if asked.is_old else []
    codes += ["ID_WRITING"] if clean(asked.raw_number) != asked.raw_number else []
    codes += ["ID_REPAIRED"] if chosen.found == "P3" else []
    codes += _respelled(asked, dots=chosen.dots) if chosen.name == "VARIANT" else []
    codes += [f"NAME_{chosen.name}"] if chosen.name in ALIKE else []
    codes += (["FORMER_ID"] if former_number else []) + (["FORMER_NAME"] if former_name else [])
    return Answer(
        chosen.person.person_no,
        "MATCHED",
        chosen.found,
        tier,
        ",".join(codes),
        former_number,
        former_name,
        considered,
        rivals,
    )


def _held_tie(asked: Asked, holders: list[Person], pairs: list[Pair]) -> tuple[Pair | None, str]:
    """P4: one holder, an alike name, nobody else in play, no contradiction."""
    if (
        len(holders) == 1
        and len(pairs) == 1
        and pairs[0].found == "P4"
        and not (pairs[0].is_against or pairs[0].is_lost)
    ):
        return pairs[0], "STRONG"
    return None, ""


def _other_tie(asked: Asked, pairs: list[Pair]) -> tuple[Pair | None, str]:
    repaired = [pair for pair in pairs if pair.found == "P3"]
    if repaired:
        alone = len(repaired) == 1 and repaired[0].name in SAME and not repaired[0].is_against
        return (repaired[0], "STRONG") if alone else (None, "")
    ranked = sorted(pairs, key=lambda pair: -pair.weight)
    if not ranked or round(ranked[0].posterior, 6) < 0.99 or ranked[0].is_against:
        return None, ""
    best = ranked[0]
    if len(ranked) > 1 and best.weight - ranked[1].weight < 10:
        return None, ""
    confirmed = best.found == "P6" and best.name in SAME and best.stated == "EQUAL"
    at_home = [pair for pair in pairs if pair.found == "P7"]
    only_one = at_home == [best] and not asked.is_valid and best.number == "ABSENT"
    return (best, "PROBABLE") if confirmed or only_one else (None, "")


def _refusal(asked: Asked, holders: list[Person], pairs: list[Pair]) -> str:
    if holders:
        alike = [pair for pair in pairs if pair.found == "P4"]
        if _contested(asked, holders):
            return "RIVALS"
        if not asked.key:
            return "NO_NAME"
        if bears(asked, _first(asked, holders)[0]):
            return "CONTRADICTED"
        if alike:
            if len(pairs) > 1 or len(holders) > 1:
                return "RIVALS"
            return "LOST_CHARACTER" if alike[0].is_lost else "CONTRADICTED"
        return "OTHER_NAME"
    repaired = [pair for pair in pairs if pair.found == "P3" and pair.name in SAME]
    if len(repaired) > 1:
        return "RIVALS"
    if len(repaired) == 1 and repaired[0].is_against:
        return "CONTRADICTED"
    if asked.is_valid:
        return "UNKNOWN_ID"
    return "BAD_ID" if asked.number else "NO_ID"
