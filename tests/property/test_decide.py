"""The expressions agree with the reference person by person, for whatever persons can be thought up."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import Reason
from tests.derived import shipped_codes, shipped_policy
from tests.examples import costly
from tests.property.decided import COUNTY, decide_all
from tests.reference import decide as reference
from tests.reference.decide import Claim, Entitlement, Judgement, Person, Sign

AS_OF = date(2024, 3, 20)
GROUP_OF = {str(rule.loss_kind): str(rule.loss_group) for rule in shipped_policy().losses} | {
    "LS11": "DUPLICATE",
    "LS20": "DEATH",
}
# days on which something turns, and days around them
NEAR = st.sampled_from([0, 1, 2, 3, 4, 14, 15, 16, 30, 59, 60, 61, 89, 90, 91, 200, 364, 365, 366, 394, 395, 396, 700])
PAST = NEAR.map(lambda days: AS_OF - timedelta(days=days))
FUTURE = NEAR.map(lambda days: AS_OF + timedelta(days=days))


@st.composite
def signs(draw) -> Sign:
    kind, method = draw(st.sampled_from(["A", "B", "C", "C", "D"])), "SILENT"
    if kind == "A":
        method = draw(st.sampled_from(["SELF", "FIELD", "ASSISTED", "ABROAD", "SILENT"]))
    agency = draw(st.sampled_from(["transport", "medical_insurance"]))
    seen = draw(PAST)
    told = draw(st.none() | st.sampled_from([7, 30, 90]).map(lambda days: min(AS_OF, seen + timedelta(days=days))))
    known_from, code = draw(st.sampled_from([0, 0, 0, 1, 2])), f"{kind}-{method}-{agency}"
    return Sign(seen, kind, method, code, agency, is_outside=draw(st.booleans()), told=told, known_from=known_from)


@st.composite
def claims(draw, number: int) -> Claim:
    kind = draw(st.sampled_from(sorted(GROUP_OF)))
    event = draw(PAST)
    term = kind in ("LS06", "LS07", "LS08", "LS09") and draw(st.booleans())
    stated = draw(st.sampled_from([event, min(AS_OF, event + timedelta(days=10)), AS_OF]))
    end = draw(st.one_of(FUTURE, PAST)) if term else None
    agency = draw(st.sampled_from(["health", "public_security"]))
    withdrawn = draw(st.sampled_from([False, False, False, True]))
    suspected, told = draw(st.booleans()), draw(st.sampled_from([True, True, False]))
    taken_back = draw(st.none() | PAST) if withdrawn else None
    known_from = draw(st.sampled_from([0, 1, 2]))
    return Claim(
        f"c{number}",
        kind,
        GROUP_OF[kind],
        event,
        end,
        agency,
        suspected,
        stated,
        withdrawn,
        told,
        taken_back,
        known_from,
    )


@st.composite
def judgements(draw, number: int, claimed: int) -> Judgement:
    verified = draw(PAST)
    officers = draw(st.sampled_from([("a", "b", "c"), ("a", "b", "c"), ("a", "a", "c"), ("a", "b", "")]))
    verdict = draw(
        st.sampled_from(
            [
                "TRUE_LOSS",
                "TRUE_LOSS",
                "ALREADY_STOPPED",
                "FALSE_WRONG_PERSON",
                "NOT_DISQUALIFYING",
                "PENDING",
                "SEEN_ALIVE",
            ]
        )
    )
    listed = tuple(f"c{one}" for one in draw(st.sampled_from([[0], [1], [0, 1], []])) if one < claimed)
    return Judgement(listed, verdict, verified, draw(st.none() | PAST), officers, verified, number)


@st.composite
def entitlements(draw, programme: str, county: str) -> Entitlement:
    months = [date(2023, 11, 1), date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
    state = draw(st.sampled_from(["DRAWING", "DRAWING", "DRAWING", "SUSPENDED", "TERMINATED", "NOT_DRAWING"]))
    first = draw(st.none() | PAST | st.just(date(2012, 1, 1)))
    return Entitlement(
        programme,
        county,
        state,
        first,
        "GENERAL",
        {month: draw(st.sampled_from([0, 14500, -14500])) for month in months},
    )


@st.composite
def persons(draw) -> Person:
    programmes = st.tuples(st.sampled_from(shipped_codes().names("programme")), st.sampled_from([COUNTY, "620102"]))
    drawn = draw(st.lists(programmes, min_size=1, max_size=3, unique=True))
    born = draw(
        st.none() | st.sampled_from([date(1924, 2, 29), date(1924, 3, 20), date(1924, 3, 21), date(1950, 5, 5)])
    )
    claimed = tuple(draw(claims(i)) for i in range(draw(st.integers(0, 3))))
    return Person(
        born,
        tuple(draw(entitlements(*one)) for one in drawn),
        tuple(draw(st.lists(signs(), max_size=4))),
        claimed,
        tuple(draw(judgements(i, len(claimed))) for i in range(draw(st.integers(0, 3)))),
        tuple(draw(st.lists(PAST, max_size=1))),
        draw(st.booleans()),
    )


@costly
@given(st.lists(persons(), min_size=8, max_size=16), st.booleans())
def test_expressions_agree_with_the_reference(many, is_stale):
    expected = [row for person in many for row in reference.decide(person, shipped_policy(), AS_OF, is_stale=is_stale)]
    found = decide_all(many, shipped_policy(), AS_OF, is_stale=is_stale)
    for wanted, row in zip(expected, found, strict=True):
        reasons = {reason.value for reason in Reason if row["reason_mask"] & reason.bit}
        assert {name: reasons if name == "reasons" else row[name] for name in wanted} == wanted
