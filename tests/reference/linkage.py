"""The passes once more, slowly: one record beside one person at a time; only the tables are shared."""

from collections.abc import Sequence
from dataclasses import dataclass

from matchers.tables import variants
from schemas.codes import DateLevel
from tests.reference.identity_variants import (
    PLACEHOLDERS,
    Pair,
    ReadRecord,
    bare,
    bears,
    births,
    date_in,
    is_generation,
    names,
    numbers,
)
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
from tests.reference.matching import ODD_DOTS, Person, Record, clean, is_han, is_odd_between
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
    read = ReadRecord(record)
    of_number = [p for p in persons if read.is_valid and read.number in numbers(p)]
    exact = _exact(read, of_number, persons)
    if exact:
        return exact, []
    is_open = not read.is_valid and not any(is_repaired(read, p) for p in persons)
    found = [p for p in persons if is_found(read, p, is_open=is_open)]
    pairs = [pair for pair in (compare(read, p) for p in found) if pair.found]
    namesakes = _namesakes(read, persons) if pairs and all(pair.found == "P5" for pair in pairs) else []
    pairs += namesakes
    weigh(read, pairs, persons, prior=prior)
    looked_at = {person.person_no for person in [*found, *(pair.person for pair in namesakes)]}
    for pair in pairs:
        pair.others_born_then = pair.stated != "EQUAL" and any(p.name in SAME and p.stated == "EQUAL" for p in pairs)
    answer = _judge(read, of_number, pairs, persons, considered=len(looked_at))
    pairs.sort(key=lambda pair: (not pair.is_linked, -pair.weight, pair.person.person_no))
    return answer, pairs[:LISTED]


def _namesakes(read: ReadRecord, persons: Sequence[Person]) -> list[Pair]:
    """Of the county, where the record states no birth date but that of a number that is another's; five at most."""
    if read.record.birth_date not in (None, date_in(read.number), *PLACEHOLDERS):
        return []
    there = [p for p in persons if read.record.county_code in p.counties and bears(read, p)]
    pairs = [compare(read, person) for person in there] if len(there) <= 5 else []
    for pair in pairs:
        pair.found = "P8"
    return pairs


def _exact(read: ReadRecord, of_number: list[Person], persons: Sequence[Person]) -> Answer | None:
    if not of_number or _contested(read, of_number, persons):
        return None
    person = _first(read, of_number)[0]
    fitting = [known for known in names(person) if read.key and bare(known[0]) == read.key]
    if not fitting or _is_against(read, person):
        return None
    registered, raw, is_former = fitting[0]
    if _is_common(registered, persons) and _is_another(read, person):
        return None
    former_number = numbers(person)[read.number]
    codes = _conversions(read, registered, raw, former_number=former_number, former_name=is_former)
    found = "P2" if codes else "P1"
    return Answer(
        person.person_no, "MATCHED", found, "EXACT", ",".join(codes), former_number, is_former, len(of_number), 0
    )


def _first(read: ReadRecord, of_number: list[Person]) -> list[Person]:
    current = [person for person in of_number if not numbers(person)[read.number]]
    return sorted(current or of_number, key=lambda person: person.person_no)


def _contested(read: ReadRecord, of_number: list[Person], persons: Sequence[Person]) -> bool:
    first = _first(read, of_number)
    if len(first) > 1 or any(bears(read, person) for person in of_number if person is not first[0]):
        return True
    return bears(read, first[0]) and _is_another(read, first[0]) and _is_anothers_day(read, first[0], persons)


def _is_anothers_day(read: ReadRecord, person: Person, persons: Sequence[Person]) -> bool:
    """Another bearer of the name was born on the stated day."""
    return any(bears(read, p) and read.record.birth_date in births(p) for p in persons if p is not person)


def _is_against(read: ReadRecord, person: Person) -> bool:
    level = least(DateLevel, [date_level(read.record.birth_date, born) for born in births(person)])
    stated = read.record.birth_date or date_in(read.number)
    is_later = all(is_generation(stated, born) for born in births(person)) if stated else False
    return is_later or (level == "OTHER" and sex_level(read, person) == "OTHER")


def _is_common(registered: str, persons: Sequence[Person]) -> bool:
    return sum(bare(person.name) == bare(registered) for person in persons) >= 1000


def _is_another(read: ReadRecord, person: Person) -> bool:
    stated = read.record.birth_date
    return stated is not None and stated not in PLACEHOLDERS and stated not in births(person)


def _conversions(read: ReadRecord, registered: str, raw: str, *, former_number: bool, former_name: bool) -> list[str]:
    codes = ["SWAPPED"] if read.swapped else []
    codes += ["ID_15"] if read.is_old else []
    codes += ["ID_WRITING"] if clean(read.raw_number) != read.raw_number else []
    if read.raw_name not in (raw, registered):
        codes += _respelled(read, dots=read.name == registered)
    return codes + (["FORMER_ID"] if former_number else []) + (["FORMER_NAME"] if former_name else [])


def _respelled(read: ReadRecord, *, dots: bool) -> list[str]:
    written = read.raw_name
    is_odd = any(c in ODD_DOTS for c in written) or (is_odd_between(written) and any(is_han(c) for c in written))
    codes = ["NAME_DOT"] if is_odd or not dots else []
    codes += ["NAME_VARIANT"] if any(c in variants() for c in written) else []
    return codes or ["NAME_WRITING"]


def _judge(
    read: ReadRecord, of_number: list[Person], pairs: list[Pair], persons: Sequence[Person], *, considered: int
) -> Answer:
    chosen, tier = _tie_by_number(read, of_number, pairs) if of_number else _tie_without_number(read, pairs)
    rivals = max(len(pairs) - 1, 0)
    first = min((pair.found for pair in pairs), default="")
    if chosen is None:
        reason = _refusal(read, of_number, pairs, persons)
        state = "AMBIGUOUS" if pairs else "NONE"
        return Answer(None, state, first, state, reason, False, False, considered, rivals)
    chosen.is_linked = True
    if tier == "PROBABLE":
        reason = _refusal(read, of_number, pairs, persons)
        return Answer(
            chosen.person.person_no, "AMBIGUOUS", chosen.found, tier, reason, False, False, considered, rivals
        )
    former_number, former_name = chosen.number == "FORMER", chosen.name == "FORMER"
    codes = ["SWAPPED"] if read.swapped else []
    codes += ["ID_15"] if read.is_old else []
    codes += ["ID_WRITING"] if clean(read.raw_number) != read.raw_number else []
    codes += ["ID_REPAIRED"] if chosen.found == "P3" else []
    codes += _respelled(read, dots=chosen.dots) if chosen.name == "VARIANT" else []
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


def _tie_by_number(read: ReadRecord, of_number: list[Person], pairs: list[Pair]) -> tuple[Pair | None, str]:
    """P4: one person of the number, an alike name, nobody else in play, no contradiction."""
    if (
        len(of_number) == 1
        and len(pairs) == 1
        and pairs[0].found == "P4"
        and not (pairs[0].is_contradicted or pairs[0].is_lost)
    ):
        return pairs[0], "STRONG"
    return None, ""


def _tie_without_number(read: ReadRecord, pairs: list[Pair]) -> tuple[Pair | None, str]:
    repaired = [pair for pair in pairs if pair.found == "P3"]
    if repaired:
        alone = len(repaired) == 1 and repaired[0].name in SAME and not repaired[0].is_contradicted
        return (repaired[0], "STRONG") if alone else (None, "")
    ranked = sorted(pairs, key=lambda pair: -pair.weight)
    if not ranked or round(ranked[0].posterior, 6) < 0.99 or ranked[0].is_contradicted:
        return None, ""
    best = ranked[0]
    if len(ranked) > 1 and best.weight - ranked[1].weight < 10:
        return None, ""
    confirmed = best.found == "P6" and best.name in SAME and best.stated == "EQUAL"
    at_home = [pair for pair in pairs if pair.found == "P7"]
    only_one = at_home == [best] and not read.is_valid and best.number == "ABSENT"
    return (best, "PROBABLE") if confirmed or only_one else (None, "")


def _refusal(read: ReadRecord, of_number: list[Person], pairs: list[Pair], persons: Sequence[Person]) -> str:
    if of_number:
        alike = [pair for pair in pairs if pair.found == "P4"]
        if _contested(read, of_number, persons):
            return "RIVALS"
        if not read.key:
            return "NO_NAME"
        if bears(read, _first(read, of_number)[0]):
            return "CONTRADICTED"
        if alike:
            if len(pairs) > 1 or len(of_number) > 1:
                return "RIVALS"
            return "LOST_CHARACTER" if alike[0].is_lost else "CONTRADICTED"
        return "OTHER_NAME"
    repaired = [pair for pair in pairs if pair.found == "P3" and pair.name in SAME]
    if len(repaired) > 1:
        return "RIVALS"
    if len(repaired) == 1 and repaired[0].is_contradicted:
        return "CONTRADICTED"
    if read.is_valid:
        return "UNKNOWN_ID"
    return "BAD_ID" if read.number else "NO_ID"
