"""One record settled by human answers, with plain `if`: what the set-based rule must agree with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settled:
    tier: str
    person_no: int | None
    match_pass: str
    reason: str
    open_or_linked: tuple[int, ...]  # who may still be meant


def settle(
    tier: str, person_no: int | None, match_pass: str, reason: str, *, in_play: set[int], given_answers: dict[int, str]
) -> Settled:
    """`given_answers`: person → SAME_PERSON, OTHER_PERSON or CANNOT_TELL, for what this record asserts."""
    confirmed = sorted(person for person, answer in given_answers.items() if answer == "SAME_PERSON")
    rejected = {person for person, answer in given_answers.items() if answer == "OTHER_PERSON"}
    left = tuple(sorted((in_play | set(confirmed)) - rejected))
    if len(confirmed) == 1:
        return Settled("CONFIRMED", confirmed[0], "HUMAN", "", left)
    if len(confirmed) > 1:
        return Settled("AMBIGUOUS", None, "", "ANSWERS_DIFFER", left)
    is_rejected = person_no in rejected
    nobody_left = bool(rejected) and not left and tier not in ("EXACT", "STRONG")
    if is_rejected or nobody_left:
        return Settled("AMBIGUOUS" if left else "NONE", None, "", "REJECTED", left)
    return Settled(tier, person_no, match_pass, reason, left)
