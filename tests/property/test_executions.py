"""What is not carried out, person by person, agrees with the reference for whatever persons can be thought up."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import EXECUTION_ALARM, PROPOSED_RESUMPTION, RESTORATION
from tests.derived import row, rows_of, shipped_policy
from tests.examples import costly
from tests.property.decided import derived_from
from tests.property.test_decide import AS_OF, persons
from tests.reference.executions import Proposed, executions, restorations

DAY = st.sampled_from([date(2023, 12, 1), date(2024, 1, 5), date(2024, 2, 10), AS_OF])


@st.composite
def cases(draw):
    """A person whose months are partly unknown, and what earlier nights proposed of the benefits."""
    person = draw(persons())
    drawn = []
    for e in person.entitlements:
        known = draw(st.sets(st.sampled_from(sorted(e.paid))))
        paid = {month: fen for month, fen in e.paid.items() if month in known}
        drawn.append(replace(e, paid=paid, monthly_fen=draw(st.sampled_from([14500, 1]))))
    reason = st.sampled_from(["ALIVE_AFTER_STOP", "TERM_OVER", "DISPROVED"])
    places = st.integers(0, len(drawn) - 1)
    proposed = draw(st.lists(st.builds(Proposed, places, reason, DAY, DAY.map(_first), DAY), max_size=2))
    unique = {(p.entitlement, p.reason, p.since): p for p in proposed}
    return replace(person, entitlements=tuple(drawn)), list(unique.values())


def _first(day: date) -> date:
    return day.replace(day=1)


@costly
@given(st.lists(cases(), min_size=8, max_size=16))
def test_what_is_not_carried_out_agrees_with_the_reference(many) -> None:
    told = {month for person, _ in many for e in person.entitlements for month in e.paid}
    expected = {
        (number, *alarm)
        for number, (person, proposed) in enumerate(many)
        for alarm in executions(person, shipped_policy(), AS_OF, told=told, proposed=proposed)
    }
    book = [
        row(
            PROPOSED_RESUMPTION,
            person_no=number,
            programme_code=person.entitlements[p.entitlement].programme_code,
            county_code=person.entitlements[p.entitlement].county_code,
            reason=p.reason,
            since=p.since,
            owed_from=p.owed_from,
            as_of=p.as_of,
        )
        for number, (person, proposed) in enumerate(many)
        for p in proposed
    ]
    derived = derived_from([person for person, _ in many], shipped_policy(), AS_OF, proposed=book)
    names = ("person_no", "programme_code", "county_code", "alarm", "since", "months", "fen")
    found = rows_of(derived, EXECUTION_ALARM)
    assert {tuple(one[name] for name in names) for one in found} == expected
    tonight = rows_of(derived, PROPOSED_RESUMPTION)
    places = {
        (n, e.programme_code, e.county_code): place
        for n, (person, _) in enumerate(many)
        for place, e in enumerate(person.entitlements)
    }
    every = [list(proposed) for _, proposed in many]
    for one in tonight:
        place = places[one["person_no"], one["programme_code"], one["county_code"]]
        new = Proposed(place, one["reason"], one["since"], one["owed_from"] or one["since"], one["as_of"])
        every[one["person_no"]].append(new)
    clocks = {
        (number, *clock)
        for number, (person, _) in enumerate(many)
        for clock in restorations(person, shipped_policy(), AS_OF, every[number])
    }
    names = ("person_no", "programme_code", "county_code", "since", "begun_on", "paid_on", "days")
    assert {tuple(one[name] for name in names) for one in rows_of(derived, RESTORATION)} == clocks
    assert all(one["days_open"] == (AS_OF - one["since"]).days for one in found)
