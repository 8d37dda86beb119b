"""How records came to be tied to a person, or in doubt about one: what `explain` says of it, in plain words.

Of the others in play for a record only how near they come is told, never who they are.
"""

from collections import Counter
from typing import Any, Final

from pipelines.step import Engine, Inputs
from schemas.codes import COMPARED, LinkUse, MatchAnswer, MatchTier
from schemas.tables import CANDIDATE, LINK

Row = dict[str, Any]
PASSES: Final = {
    "P1": "valid number of one person, name as on file",
    "P2": "the same after conversions that lose nothing, or by a former number or name",
    "P3": "number that fails its check, repaired by one digit or one exchange, name as on file",
    "P4": "valid number, name alike",
    "P5": "valid number of a person of another name",
    "P6": "valid number that nobody holds, one step from this person's, name as on file",
    "P7": "no usable number: name, birth date and county",
    "P8": "no number leads here: name and birth date, or name and county where the number is another person's",
    "P9": "sound or shape of the name, and birth date",
    "HUMAN": "a county office said so",
    "": "no pass decided",
}
_WORDS: Final = {
    "number_level": "number",
    "name_level": "name",
    "date_level": "birth date",
    "sex_level": "sex",
    "county_level": "county",
}
_PLAIN: Final = ("P1", "P2")


def match_evidence(tables: Inputs, engine: Engine, person_no: int) -> dict[str, list[Row]]:
    """`plain`: counts of links by pass and conversion; `tied` and `doubtful`: one row per other record, with words."""
    link, candidate = tables[LINK], tables[CANDIDATE]
    record = ["delivery_id", "record_no"]
    own = candidate.filter(candidate.person_no == person_no).select(*record)
    links = engine.arrow(link.filter(link.person_no == person_no)).to_pylist()
    about = engine.arrow(link.semi_join(own, record).order_by(record)).to_pylist()
    in_play = engine.arrow(candidate.semi_join(own, record).order_by([*record, "place"])).to_pylist()
    told = [_told(found, in_play, person_no) for found in about]
    return {
        "plain": _plain(links),
        "tied": [row for row in told if row["is_linked"]],
        "doubtful": [row for row in told if not row["is_linked"] and (row["is_open"] or row["answer"])],
    }


def _plain(links: list[Row]) -> list[Row]:
    counted = Counter((row["match_pass"], row["match_reason"]) for row in links if row["match_pass"] in _PLAIN)
    return [
        {"match_pass": name, "reason": reason, "says": PASSES[name], "records": records}
        for (name, reason), records in sorted(counted.items())
    ]


def _told(link: Row, in_play: list[Row], person_no: int) -> Row:
    of_record = [row for row in in_play if (row["delivery_id"], row["record_no"]) == _key(link)]
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
        "says": PASSES[own["match_pass"]],
        "considered": link["considered"],
        "left": len(of_record),
        "levels": [f"{_WORDS[of]} {own[of]} {levels(own[of]).label}" for of, levels in COMPARED.items()],
        "weighed": _weighed(own, others),
        "answer": own["answer"] and MatchAnswer(own["answer"]).label,
    }


def _key(row: Row) -> tuple[str, int]:
    return row["delivery_id"], row["record_no"]


def _weighed(own: Row, others: list[Row]) -> str:
    """Weight, posterior and margin to the best of the others; where a rule decides, nothing is weighed."""
    if not own["weight_millibits"] and not own["posterior_ppm"]:
        return "a rule, no weights"
    said = f"{own['weight_millibits'] / 1000:.3f} bits, posterior {own['posterior_ppm'] / 1_000_000:.6f}"
    if not others:
        return f"{said}, no runner-up"
    margin = own["weight_millibits"] - max(row["weight_millibits"] for row in others)
    return f"{said}, {abs(margin) / 1000:.3f} bits {'before' if margin >= 0 else 'behind'} the best of the others"
