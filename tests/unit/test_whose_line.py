"""A person number may be another human's one day: whose a line of a worklist is, and whose verdicts count."""

import pytest

from pipelines.resolved.step import RESOLVED
from pipelines.whose_line import is_another, name_digest, number_digest
from schemas.tables import DELIVERY, LISTED, UNUSED_ANSWER, VERDICT
from tests.cases.test_who_is_meant import A, B
from tests.cases.whose import _row
from tests.derived import AS_OF, context, derive, row, rows_of

DIGEST = context().digest


@pytest.mark.parametrize(
    ("numbers", "names", "is_other"),
    [
        ([B], ["李例花"], True),
        ([A], ["李例花"], False),
        ([B], ["王例芬"], False),
        ([B, A], ["李例花"], False),
        ([B], ["李例花", "王例芬"], False),
        ([""], [""], True),
    ],
    ids=["other", "other name", "other number", "former number", "former name", "nothing known"],
)
def test_who_has_neither_number_nor_name_of_the_line_is_another(numbers, names, is_other) -> None:
    kept = (number_digest(A, DIGEST), name_digest("王例芬", DIGEST))
    assert is_another(kept, numbers, names, DIGEST) is is_other
    assert not is_another(("", kept[1]), numbers, names, DIGEST)
    assert not is_another((kept[0], ""), numbers, names, DIGEST)


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        ({"id_number": A, "name": "王例芬"}, 1),
        ({"id_number": A, "name": "王丽芬"}, 1),
        ({"id_number": B, "name": "王丽芬", "former_name": "王例芬"}, 1),
        ({"id_number": B, "name": "李例花"}, 0),
    ],
    ids=["same", "name put right", "number put right, name changed", "number given to another human"],
)
def test_a_verdict_is_about_the_human_of_its_line_and_no_other_with_the_same_person_number(now, taken) -> None:
    listed = row(
        LISTED, line_id="line", claim_id="c1", person_no=1, run_no=1, number_digest=number_digest(A, DIGEST),
        name_digest=name_digest("王例芬", DIGEST),
    )  # fmt: skip
    insured = {
        "person_no": 1,
        "programme_code": "RESIDENT_PENSION",
        "county_code": "621022",
        "payment_state": "DRAWING",
    }
    given = {"lead_id": "line", "verdict": "NOT_DISQUALIFYING", "verified_date": AS_OF, "is_revoked": False,
             "known_from": 2}  # fmt: skip
    feeds = {"registry": [_row("registry", 1, insured | now)], "verification": [_row("verification", 1, given)]}
    deliveries = [
        row(DELIVERY, delivery_id=rows[0]["delivery_id"], feed=feed, accepted=1, county_codes="621022")
        for feed, rows in feeds.items()
    ]
    found = derive(RESOLVED, {DELIVERY: deliveries, LISTED: [listed]}, feeds=feeds, run_no=2)
    assert len(rows_of(found, VERDICT)) == taken
    assert [one["reason"] for one in rows_of(found, UNUSED_ANSWER)] == ([] if taken else ["UNKNOWN_LINE"])
