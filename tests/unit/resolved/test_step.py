"""The step as a whole: what a record teaches and what it is tied by, from rows of the feeds."""

from datetime import date

from pipelines.resolved.step import RESOLVED
from schemas.emit.to_arrow import validated_schema
from schemas.tables import ALIAS, DELIVERY
from tests.derived import AS_OF, derive, row, rows_of, shipped_contracts

NUMBER, FORMER = "621022195001011017", "621022195001011025"
BEFORE = date(2024, 3, 11)


def _record(feed, number, **values):
    names = validated_schema(shipped_contracts()[feed]).names
    known = {"delivery_id": f"{feed}{number}", "record_no": number, "business_date": AS_OF, "known_from": 1}
    assert set(values) <= set(names), set(values) - set(names)
    return dict.fromkeys(names) | {name: value for name, value in known.items() if name in names} | values


def _aliases(*changes):
    insured = _record(
        "registry", 1, person_no=1, id_number=NUMBER, name="测例一", programme_code="RESIDENT_PENSION",
        county_code="621022", payment_state="DRAWING",
    )  # fmt: skip
    delivery = row(DELIVERY, delivery_id="registry1", feed="registry", county_codes="621022", accepted=1)
    feeds = {"registry": [insured], "public_security": list(changes)}
    return [alias["value"] for alias in rows_of(derive(RESOLVED, {DELIVERY: [delivery]}, feeds=feeds), ALIAS)]


def _change(number, **values):
    stated = {
        "record_id": "P1", "id_number": NUMBER, "name": "测例一", "former_id_number": FORMER,
        "event_code": "ID_CHANGED", "event_date": BEFORE,
    }  # fmt: skip
    return _record("public_security", number, **(stated | values))


def test_a_record_of_a_changed_number_teaches_the_former_one():
    assert _aliases(_change(1)) == [FORMER]


def test_a_record_that_its_sender_has_withdrawn_teaches_nothing():
    assert _aliases(_change(1, business_date=BEFORE), _change(2, is_revoked=True)) == []


def test_a_record_sent_again_after_its_withdrawal_teaches_again():
    withdrawn = _change(2, business_date=BEFORE, is_revoked=True)
    assert _aliases(_change(1, business_date=BEFORE), withdrawn, _change(3)) == [FORMER]
