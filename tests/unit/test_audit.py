"""The conservation laws, each broken by one row: the run stops and the law is named."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import PipelineError
from pipelines.run.audit import audit
from schemas import tables as t
from tests.unit.conftest import AS_OF, decided, row

ARRIVED = {"delivery_id": "d1", "feed": "health", "known_from": 1, "physical": 9, "header": 1, "blank": 1,
           "accepted": 4, "quarantined": 2, "duplicates": 1}  # fmt: skip
BEFORE = ARRIVED | {"delivery_id": "d0", "known_from": 0, "physical": 7}
KEY = {"person_no": 1, "programme_code": "RESIDENT_PENSION", "county_code": "621022"}


def _whole():
    """A night that keeps every law: seven insured records, of which six met nothing and one was hit."""
    people = [KEY | {"person_no": number} for number in range(1, 8)]
    ended = [("health", "NO_HIT", 6), ("health", "HIT", 1), ("justice", "SOURCE_STALE", 7)]
    return {
        t.DELIVERY: [row(t.DELIVERY, **BEFORE), row(t.DELIVERY, **ARRIVED)],
        t.QUARANTINED: [
            row(t.QUARANTINED, delivery_id="d1", record_no=number, column=column)
            for number, column in ((7, "name"), (7, "event_date"), (9, ""))
        ],
        t.ENTITLEMENT: [row(t.ENTITLEMENT, payment_state="DRAWING", **key) for key in people],
        t.DECISION: [decided(key["person_no"], "OVERDUE") for key in people],
        t.COMPARISON: [row(t.COMPARISON, source=s, result=r, records=n) for s, r, n in ended],
        t.LINK: [
            row(t.LINK, delivery_id="d1", record_no=number, person_no=None, match_state="NONE") for number in range(4)
        ],
    }


def _lake(staged_lake, content, *, validated=4):
    lake = staged_lake(content)
    path = lake.folders[-1] / f"validated/feed=health/business_date={AS_OF}/d1.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"record_no": list(range(validated))}), path)
    return lake


def test_what_adds_up_is_summed_for_the_receipt(staged_lake):
    sums = audit(_lake(staged_lake, _whole()))
    assert sums == {
        "physical": 9, "header": 1, "blank": 1, "accepted": 4, "quarantined": 2, "duplicates": 1, "unanswered": 0,
        "entitlements": 7, "links": 4,
    }  # fmt: skip


def _lost_on_reading(content):
    content[t.DELIVERY][1]["physical"] += 1


def _quarantined_twice(content):
    content[t.QUARANTINED].append(row(t.QUARANTINED, delivery_id="d1", record_no=3, column=""))


def _undecided(content):
    content[t.DECISION].pop()


def _not_compared(content):
    content[t.COMPARISON][0]["records"] -= 1


def _compared_twice(content):
    content[t.COMPARISON][2]["records"] += 1


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (_lost_on_reading, "records of the deliveries: 10 on one side, 9"),
        (_quarantined_twice, "rows quarantined: 2 on one side, 3"),
        (_undecided, "entitlements decided: 7 on one side, 6"),
        (_not_compared, "insured records compared with health: 7 on one side, 6"),
        (_compared_twice, "insured records compared with justice: 7 on one side, 8"),
    ],
)
def test_a_broken_law_is_named(staged_lake, broken, law):
    content = _whole()
    broken(content)
    lake = _lake(staged_lake, content)
    with pytest.raises(PipelineError, match=law):
        audit(lake)


def test_a_validated_row_too_few_is_named(staged_lake):
    lake = _lake(staged_lake, _whole(), validated=3)
    with pytest.raises(PipelineError, match="rows validated: 4 on one side, 3"):
        audit(lake)
