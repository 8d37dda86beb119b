"""Questions that follow a verdict, and signs after a death that another may have caused."""

from datetime import date

import ibis
import pyarrow as pa
import pytest

from pipelines.decisions.tickets import records_found_wrong, tickets, weak_records
from pipelines.verdicts import verdicts_in_force
from schemas import tables as t
from tests.derived import engine
from tests.unit.conftest import AS_OF, claimed, row

DIED, USED = date(2024, 1, 10), date(2024, 2, 1)
LOSS = {"feed": "health", "delivery_id": "d1", "record_id": "H1", "agency": "health", "claim_id": "c1", "person_no": 1}
LIFE = {"feed": "medical", "delivery_id": "d2", "record_id": "M1", "agency": "medical_insurance", "person_no": 1}


@pytest.fixture(scope="module")
def backend():
    return engine()


def _ask(backend, claim, *, weak=(), verdict=()):
    def stored(table, rows, *more):
        shape = pa.schema([*more, *table.arrow()])
        return backend.table(pa.Table.from_pylist(list(rows), shape))

    claims = stored(t.CLAIM, [row(t.CLAIM) | claim | {"is_dated": True}])
    losses = stored(t.LOSS_FACT, [row(t.LOSS_FACT, loss_group="DEATH", **LOSS)])
    used = stored(t.LIFE_FACT, weak, ("claim_id", pa.string()))
    lines = [row(t.LISTED, line_id="c1", **{name: claim[name] for name in ("claim_id", "person_no")})]
    given = verdicts_in_force(stored(t.VERDICT, verdict), ibis.literal(AS_OF))
    questions = [records_found_wrong(given, stored(t.LISTED, lines), losses), weak_records(claims, used)]
    rows = tickets(stored(t.ISSUE, []), questions).to_pyarrow().to_pylist()
    return [(asked["agency"], asked["kind"], asked["issue"]) for asked in rows]


@pytest.mark.parametrize(
    ("verdict", "asked"),
    [
        ({"verdict": "FALSE_SOURCE_ERROR"}, [("health", "CORRECT", "CF01")]),
        ({"verdict": "FALSE_SOURCE_ERROR", "is_revoked": True}, []),
        ({"verdict": "FALSE_SOURCE_ERROR", "lead_id": "other"}, []),
        ({"verdict": "FALSE_WRONG_PERSON"}, []),
    ],
)
def test_a_record_found_wrong_goes_back_to_be_corrected(backend, verdict, asked):
    judged = row(t.VERDICT, **({"lead_id": "c1"} | verdict))
    assert _ask(backend, claimed(1, "REFUTED"), verdict=[judged]) == asked


def test_v15_a_later_verdict_that_confirms_the_loss_ends_the_demand(backend):
    wrong = row(t.VERDICT, lead_id="c1", verdict="FALSE_SOURCE_ERROR", verified_date=date(2024, 3, 1))
    true = row(t.VERDICT, record_no=2, lead_id="c1", verdict="TRUE_LOSS", verified_date=date(2024, 3, 9))
    assert _ask(backend, claimed(1, "CONFIRMED"), verdict=[wrong, true]) == []
    assert _ask(backend, claimed(1, "REFUTED"), verdict=[wrong]) == [("health", "CORRECT", "CF01")]


@pytest.mark.parametrize(("status", "is_asked"), [("LEAD_OPEN", True), ("CONFIRMED", True), ("REFUTED", False)])
def test_a_card_used_after_a_death_is_asked_about(backend, status, is_asked):
    used = row(t.LIFE_FACT, signal_class="D", event_date=USED, **LIFE) | {"claim_id": "c1"}
    again = used | {"record_id": "M2", "business_date": date(2024, 3, 30), "record_no": 7}
    claim = claimed(1, status, event_date=DIED, weak_date=USED)
    wanted = [("medical_insurance", "CHECK", "CF05")] if is_asked else []
    assert _ask(backend, claim, weak=[again, used]) == wanted
