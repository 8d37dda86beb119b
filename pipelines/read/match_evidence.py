"""Evidence of matching for one person: how records were tied to the person, or may be about the person.

`explain` prints it. Of the other persons in play it holds only how near they come, never who they are.
"""

from collections import Counter
from typing import Any, Final

from pipelines.step import Engine, Inputs
from schemas.codes import COMPARED, LinkUse, MatchAnswer, MatchPass, MatchTier
from schemas.tables import CANDIDATE, LINK

Row = dict[str, Any]
_WORDS: Final = {
    "number_level": "number",
    "name_level": "name",
    "date_level": "birth date",
    "sex_level": "sex",
    "county_level": "county",
}
_PLAIN: Final = (MatchPass.P1, MatchPass.P2)


def match_evidence(tables: Inputs, engine: Engine, person_no: int) -> dict[str, list[Row]]:
    """Counts of exact links by pass and conversion (`plain`); one row per record otherwise tied to the person (`tied`)
    or in doubt about the person (`doubtful`).
    """
    link, candidate = tables[LINK], tables[CANDIDATE]
    record = ["delivery_id", "record_no"]
    own = candidate.filter(candidate.person_no == person_no).select(*record)
    links = engine.arrow(link.filter(link.person_no == person_no)).to_pylist()
    about = engine.arrow(link.semi_join(own, record).order_by(record)).to_pylist()
    in_play = engine.arrow(candidate.semi_join(own, record).order_by([*record, "place"])).to_pylist()
    rows = [_row(found, in_play, person_no) for found in about]
    return {
        "plain": _plain(links),
        "tied": [row for row in rows if row["is_linked"]],
        "doubtful": [row for row in rows if not row["is_linked"] and (row["is_open"] or row["answer"])],
    }


def _plain(links: list[Row]) -> list[Row]:
    counted = Counter((row["match_pass"], row["match_reason"]) for row in links if row["match_pass"] in _PLAIN)
    return [
        {"match_pass": name, "reason": reason, "says": MatchPass(name).sentence, "records": records}
        for (name, reason), records in sorted(counted.items())
    ]


def _row(link: Row, in_play: list[Row], person_no: int) -> Row:
    """The candidate row of this person for the record of `link`, with what the link and the comparison say in words."""
    record = (link["delivery_id"], link["record_no"])
    of_record = [row for row in in_play if (row["delivery_id"], row["record_no"]) == record]
    own = next(row for row in of_record if row["person_no"] == person_no)
    others = [row for row in of_record if row["person_no"] != person_no]
    return own | {
        "feed": link["feed"],
        "event_code": link["event_code"],
        "event_date": link["event_date"],
        "business_date": link["business_date"],
        "tier": MatchTier(link["match_tier"]),
        "use": LinkUse(link["link_use"]),
        "reason": link["match_reason"],
        "decided_by": link["match_pass"],
        "says": MatchPass(own["match_pass"]).sentence,
        "considered": link["considered"],
        "left": len(of_record),
        "levels": [f"{_WORDS[of]} {own[of]} {levels(own[of]).label}" for of, levels in COMPARED.items()],
        "weighed": _weighed(own, others),
        "answer": own["answer"] and MatchAnswer(own["answer"]).label,
    }


def _weighed(own: Row, others: list[Row]) -> str:
    """Weight, posterior and margin to the best of the others; where a rule decides, nothing is weighed."""
    if not own["weight_millibits"] and not own["posterior_ppm"]:
        return "a rule, no weights"
    weight = f"{own['weight_millibits'] / 1000:.3f} bits, posterior {own['posterior_ppm'] / 1_000_000:.6f}"
    if not others:
        return f"{weight}, no runner-up"
    margin = own["weight_millibits"] - max(row["weight_millibits"] for row in others)
    return f"{weight}, {abs(margin) / 1000:.3f} bits {'before' if margin >= 0 else 'behind'} the best of the others"
